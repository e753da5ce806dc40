"""How large a written formula would become when it is multiplied out: a bound before anything is computed."""

from __future__ import annotations

from math import comb

from cascade_sym.errors import FormulaError
from cascade_sym.formula.ast import Add, Div, Mul, Node, Number, Pow
from cascade_sym.formula.walk import children

MAX_TERMS = 200_000


def require_small(node: Node, limit: int = MAX_TERMS) -> None:
    """FormulaError for a formula of more than about `limit` terms when multiplied out.

    >>> from cascade_sym.formula import parse
    >>> require_small(parse("(a + b + c)^2000"))
    Traceback (most recent call last):
    ...
    cascade_sym.errors.FormulaError: the formula has more than 200000 terms when multiplied out; write it shorter.
    """
    if terms(node, limit) > limit:
        raise FormulaError(f"the formula has more than {limit} terms when multiplied out; write it shorter.")


def terms(node: Node, limit: int = MAX_TERMS) -> int:
    """The number of terms of a formula multiplied out, names counted as one; `limit + 1` stands for more."""
    kids = [terms(k, limit) for k in children(node)]
    match node:
        case Add():
            n = sum(kids)
        case Mul() | Div():
            n = 1
            for k in kids:
                n = min(n * k, limit + 1)
        case Pow(_, Number(text)) if text.isdigit():
            power = min(int(text[:9]), 10**6)
            n = comb(kids[0] + power - 1, power) if kids[0] > 1 and power < 10**4 else kids[0] * (power or 1)
        case _:
            n = max(kids, default=1)
    return min(n, limit + 1)

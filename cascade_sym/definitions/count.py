"""How long a formula is: the operations that a reader sees in it."""

from __future__ import annotations

from functools import lru_cache

import sympy as sp
from sympy import Expr


@lru_cache(maxsize=100_000)
def operations(e: Expr) -> int:
    """The operations in a formula as it is printed: + - * / powers, roots and functions are one each.

    Numbers (also rational ones, and I) and symbols are none. A product has its factors above and below one bar; a sign
    counts where it is not that of a term of a sum; a negative power is a division.

    >>> x, y = sp.symbols("x y")
    >>> operations(x/2 - y), operations(x*y/(x + y)), operations(-1/sp.sqrt(x)), operations(sp.cos(2*x)**2)
    (2, 3, 3, 3)
    """
    if isinstance(e, sp.Add):
        signs = [_negative(a) for a in e.args]
        return sum(operations(-a if s else a) for a, s in zip(e.args, signs, strict=True)) + len(signs) - 1 + all(signs)
    if isinstance(e, sp.Mul | sp.Pow):
        return _product(e)
    return 0 if e.is_Atom else 1 + sum(map(operations, e.args))


def _negative(e: Expr) -> bool:
    c = e.args[0] if isinstance(e, sp.Mul) else e
    return bool(c.is_Rational and c.is_negative)


def _product(e: Expr) -> int:
    """One operation less than there are factors, bar included, and what is in them."""
    above, below, inside, sign = 0, 0, 0, False
    for f in sp.Mul.make_args(e):
        if f.is_Rational:
            sign = bool(f < 0)
            above += f not in (1, -1)
            continue
        base, power = f.as_base_exp() if isinstance(f, sp.Pow) else (f, sp.S.One)
        if not power.is_Rational:
            inside += 1 + operations(base) + operations(power)
            above += 1
            continue
        inside += operations(base) + (abs(power) != 1)
        above, below = (above + 1, below) if power > 0 else (above, below + 1)
    return inside + max(above, 1) - 1 + below + sign

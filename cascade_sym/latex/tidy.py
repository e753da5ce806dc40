"""Common factors of sums written once, before a bracket: exact, and only where every term has them."""

from __future__ import annotations

import sympy as sp
from sympy import Expr

from cascade_sym.latex.monomials import common, join, split, without


def gathered(e: Expr) -> Expr:
    """`e` with the common factors of the terms of each sum taken out (numbers too, so it is for printing
    only).

    >>> a, b, c, s = sp.symbols("a b c s")
    >>> gathered(sp.sqrt(1 - s)*a*b - sp.sqrt(1 - s)*a*c)
    a*sqrt(1 - s)*(b - c)
    >>> gathered(a/2 + b/2), gathered(a + sp.Rational(1, 2))
    ((a + b)/2, a + 1/2)
    """
    if not isinstance(e, Expr) or not e.args:
        return e
    if isinstance(e, sp.Add):
        return _sum(e, False)
    new = [_sum(a, isinstance(e, sp.Mul)) if isinstance(a, sp.Add) else gathered(a) for a in e.args]
    if all(x is y for x, y in zip(new, e.args, strict=True)):
        return e
    if isinstance(e, sp.Mul):
        return sp.Mul(*(f for a in new for f in sp.Mul.make_args(a)), evaluate=False)
    return e.func(*new)


def _sum(e: Expr, factor: bool) -> Expr:
    """A sum; where something stands before its bracket anyway, most terms inside are made positive."""
    parts = [split(t, primitive=False) for t in e.args]
    shared = common([p for _, p in parts])
    number = _common_number([c for c, _ in parts])
    if shared or number != 1 or factor:
        negative = sum(1 for c, _ in parts if c < 0)
        number = -number if 2 * negative > len(parts) else number
    if not shared and number == 1:
        return sp.Add(*(gathered(t) for t in e.args))
    rest = sp.Add(*(join(c / number, without(p, shared)) for c, p in parts))
    outside = [gathered(b) ** k for b, k in shared.items()]
    inside = sp.Add(*(gathered(t) for t in sp.Add.make_args(rest)))
    front = sp.Mul(number, *outside)
    return sp.Mul(*sp.Mul.make_args(front), *sp.Mul.make_args(inside), evaluate=False)


def _common_number(numbers: list[Expr]) -> Expr:
    """What can be taken out without leaving fractions: a whole divisor, or one shared absolute value."""
    size = abs(numbers[0])
    if all(abs(n) == size for n in numbers):
        return size
    if all(n.is_Integer for n in numbers):
        return sp.igcd(*numbers)
    return sp.S.One

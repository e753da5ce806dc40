"""Common factors of sums written once, before a bracket: exact, for printing only.

Factors that every term has are taken out; so are bulky ones (roots of sums, brackets) that several terms
have. Imaginary terms are collected: kappa/2 + i (Delta - Omega).
"""

from __future__ import annotations

import sympy as sp
from sympy import Expr

from cascade_sym.latex.monomials import Powers, common, join, split, without

Term = tuple[Expr, Powers]


def gathered(e: Expr) -> Expr:
    """`e` with common factors of the terms of each sum taken out; equal to `e`.

    Numbers are taken out too, which SymPy undoes in further arithmetic: for printing only.

    >>> a, b, c, s = sp.symbols("a b c s")
    >>> gathered(sp.sqrt(1 - s)*a*b - sp.sqrt(1 - s)*a*c)
    a*sqrt(1 - s)*(b - c)
    >>> gathered(a/2 + b/2), gathered(a + sp.Rational(1, 2))
    ((a + b)/2, a + 1/2)
    >>> gathered(a/2 + sp.I*b - sp.I*c)
    a/2 + I*(b - c)
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
        return _in_groups(e, parts)
    rest = sp.Add(*(join(c / number, without(p, shared)) for c, p in parts))
    if not isinstance(rest, sp.Add):
        return sp.Mul(number, join(sp.S.One, shared), rest)
    inside = _in_groups(rest, [split(t, primitive=False) for t in rest.args])
    front = gathered(join(number, shared))
    return sp.Mul(*sp.Mul.make_args(front), inside, evaluate=False)


def _in_groups(e: Expr, parts: list[Term]) -> Expr:
    """A sum without common factor: imaginary terms together, terms with the same bulky factor together."""
    for keys in ([sp.I], _bulky(parts)):
        for key in keys:
            inside = [t for t, (_, p) in zip(e.args, parts, strict=True) if p.get(key, 0) > 0]
            if 1 < len(inside) < len(e.args):
                others = [t for t in e.args if t not in inside]
                return sp.Add(*(gathered(t) for t in others), gathered(sp.Add(*inside)))
    return sp.Add(*(gathered(t) for t in e.args))


def _bulky(parts: list[Term]) -> list[Expr]:
    """Factors that are long to write, most frequent first."""
    count: dict[Expr, int] = {}
    for _, p in parts:
        for b, k in p.items():
            if k > 0 and b.has(sp.Add) and not isinstance(b, sp.exp):
                count[b] = count.get(b, 0) + 1
    return sorted((b for b, n in count.items() if n > 1), key=lambda b: (-count[b], str(b)))


def _common_number(numbers: list[Expr]) -> Expr:
    """What can be taken out without leaving fractions: a whole divisor, or one shared absolute value."""
    size = abs(numbers[0])
    if all(abs(n) == size for n in numbers):
        return size
    if all(n.is_Integer for n in numbers):
        return sp.igcd(*numbers)
    return sp.S.One

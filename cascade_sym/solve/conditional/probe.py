"""Is a quantity over definitions identically zero? A random point refutes it, the exact algebra proves it."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

import sympy as sp
from sympy import Expr

from cascade_sym.definitions import Definitions
from cascade_sym.exact import is_zero
from cascade_sym.solve.naming import Naming

DIGITS = 80


def vanishes(e: Expr, naming: Naming) -> bool:
    """Whether `e` is identically zero."""
    if e == 0:
        return True
    if e.is_number:
        return bool(sp.N(e, 30, chop=True) == 0)
    defs = naming.definitions
    value = value_at(defs, e, random_point(defs, e))
    if not value.is_finite or abs(value) > sp.Float("1e-40"):
        return False
    return is_zero(naming.inline(e))


def random_point(defs: Definitions, e: Expr) -> dict[Expr, Expr]:
    """Rational numbers between 0 and 1/2 for the parameters of `e`: always the same ones."""
    rng = random.Random(20_240_607)
    return {s: sp.Rational(rng.randint(10**5, 10**6), 2 * 10**6) for s in defs.parameters(e)}


def value_at(defs: Definitions, e: Expr, point: Mapping[Expr, Expr]) -> Expr:
    """The number that `e` is at a point."""
    return values_at(defs, [e], point)[0]


def values_at(defs: Definitions, exprs: Sequence[Expr], point: Mapping[Expr, Expr]) -> list[Expr]:
    """The numbers that expressions over definitions are at a point."""
    known = dict(point)
    for s, d in defs.needed(*exprs):
        known[s] = sp.N(d.xreplace(known), DIGITS)
    return [sp.N(e.xreplace(known), DIGITS) for e in exprs]

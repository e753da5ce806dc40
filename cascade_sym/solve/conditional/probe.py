"""Is a quantity over definitions identically zero? A random point refutes it, the exact algebra proves it."""

from __future__ import annotations

import random

import sympy as sp
from sympy import Expr

from cascade_sym.exact import is_zero
from cascade_sym.solve.naming import Naming


def vanishes(e: Expr, naming: Naming) -> bool:
    """Whether `e` is identically zero; parameters are taken between 0 and 1/2 for the test point."""
    if e == 0:
        return True
    if e.is_number:
        return bool(sp.N(e, 30, chop=True) == 0)
    chain = naming.definitions.needed(e)
    rng = random.Random(20_240_607)
    point: dict[Expr, Expr] = {
        s: sp.Rational(rng.randint(10**5, 10**6), 2 * 10**6) for s in chain.parameters(e)
    }  # fmt: skip
    for s, d in chain:
        point[s] = sp.N(d.xreplace(point), 50)
    value = sp.N(e.xreplace(point), 50)
    if not value.is_finite or abs(value) > sp.Float("1e-25"):
        return False
    return is_zero(naming.inline(e))

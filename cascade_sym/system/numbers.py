"""Systems with floats in them: numbers are rounded once, and zero means small against what was added up."""

from __future__ import annotations

import random

import sympy as sp
from sympy import Expr

from cascade_sym.exact import is_zero
from cascade_sym.system import LinearSystem

TINY = 1e-12


def has_floats(system: LinearSystem) -> bool:
    """Whether a coefficient or a noise strength of the system holds a float."""
    forms = (*system.drift.values(), *system.internal.values(), *system.outputs.values())
    return any(c.has(sp.Float) for f in forms for _, c in f) or any(n.has(sp.Float) for n in system.inputs.values())


def rounded(system: LinearSystem) -> LinearSystem:
    """A system with floats has all its other numbers (roots, phases) turned into floats too; others
    unchanged.
    """
    return system.mapped(number) if has_floats(system) else system


def number(e: Expr) -> Expr:
    """A number as a float (rational numbers stay); expressions with symbols stay as they are."""
    return sp.N(e) if e.is_number and not e.is_Rational else e


def vanishes(*terms: Expr) -> bool:
    """Whether a sum is zero: proved, or with floats in it, small against its terms at a random point."""
    if not any(t.has(sp.Float) for t in terms):
        return is_zero(sp.Add(*terms))
    rng = random.Random(20_240_229)
    symbols = sorted(set().union(*(t.free_symbols for t in terms)), key=str)
    point = {s: sp.Float(rng.uniform(0.05, 0.5)) for s in symbols}
    values = [complex(sp.N(t.xreplace(point))) for t in terms]
    # floats that have cancelled before they came here leave a rest of the size of rounding of numbers of order one
    return abs(sum(values)) <= TINY * max(sum(map(abs, values)), 1e-3)

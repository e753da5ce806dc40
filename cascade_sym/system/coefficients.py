"""How long a coefficient would be, written out; numbers in systems with floats.

With floats in a system its numbers are rounded once, and zero means small against what was added up.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from functools import lru_cache

import sympy as sp
from sympy import Expr

from cascade_sym.exact import converter, is_zero
from cascade_sym.exact.matrix import inverse
from cascade_sym.symbols import NOTHING, Domains, amplitudes

TINY = 1e-12  # relative size of a sum of floats that is taken for zero


def number(e: Expr) -> Expr:
    """A number as a float (rational numbers stay); expressions with symbols stay as they are."""
    return sp.N(e) if e.is_number and not e.is_Rational else e


def inverted(rows: Sequence[Sequence[Expr]], domains: Domains = NOTHING) -> list[list[Expr]] | None:
    """The inverse of a matrix in the exact algebra; None for a singular one."""
    n = len(rows)
    entries = [e for row in rows for e in row]
    conv, flat = converter(entries, domains.merged(amplitudes(*entries)))
    found = inverse([[conv(e) for e in flat[n * k : n * k + n]] for k in range(n)])
    return None if found is None else [[conv.expr(x) for x in row] for row in found]


def vanishes(*terms: Expr, domains: Domains = NOTHING) -> bool:
    """Whether a sum is zero: proved, or with floats in it, small against its terms at a random point."""
    if not any(t.has(sp.Float) for t in terms):
        return is_zero(sp.Add(*terms), domains)
    rng = random.Random(20_240_229)
    symbols = sorted(set().union(*(t.free_symbols for t in terms)), key=str)
    point = {s: sp.Float(rng.uniform(0.05, 0.5)) for s in symbols}
    values = [complex(sp.N(t.xreplace(point))) for t in terms]
    # floats that have cancelled before they came here leave a rest of the size of rounding of numbers of order one
    return abs(sum(values)) <= TINY * max(sum(map(abs, values)), 1e-3)


LONG = 2_000  # terms of a coefficient that is still multiplied out
HALF = sp.Rational(1, 2)
SHORT = 200  # of one that is still split into its parts where it stands


def multiplied_out(e: Expr) -> Expr:
    """`e` expanded, unless that would make it LONG."""
    return e if is_flat(e) or terms(e) > LONG else sp.expand(e)


@lru_cache(maxsize=100_000)
def is_flat(e: Expr) -> bool:
    """Whether `e` is seen at once to be what `expand` makes of it: sums of products of symbols and of plain roots."""
    match e:
        case sp.Symbol() | sp.Rational() | sp.core.numbers.ImaginaryUnit():
            return True
        case sp.Add():
            return all(map(is_flat, e.args))
        case sp.Mul():
            return not any(a.is_Add for a in e.args) and all(map(is_flat, e.args))
        case sp.Pow(base=base, exp=exponent) if base.is_Symbol or base.is_Add:
            return bool(exponent.is_Rational and (base.is_Symbol or abs(exponent) == HALF)) and is_flat(base)
    return False


def terms(e: Expr) -> int:
    """The number of terms of a sum that is multiplied out, at most; those of a denominator are written with each."""
    match e:
        case sp.Add():
            return sum(map(terms, e.args))
        case sp.Mul():
            return math.prod(map(terms, e.args))
        case sp.Pow() if e.exp.is_Integer:
            return terms(e.base) ** abs(int(e.exp))
    return 1

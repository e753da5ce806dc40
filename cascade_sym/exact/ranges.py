"""Declared ranges as intervals with rational ends, and what they say of cosines and sines."""

from __future__ import annotations

from fractions import Fraction as Rational

import sympy as sp
from sympy import Expr

from cascade_sym.exact.signs import Interval
from cascade_sym.symbols import Domain

WAVE = Interval(-1, 1)


def waves(declared: tuple[Domain, tuple[str, ...]] | None, n: int) -> tuple[Interval, Interval]:
    """What is known of the cosine and sine of an angle over n."""
    if declared is None or declared[0].kind == "complex":
        return WAVE, WAVE
    angle, facts = declared

    def within(low: Expr, high: Expr) -> bool:
        return bool(low * n <= angle.low and angle.high <= high * n)

    cosine = Interval(0, 1, facts=facts) if within(-sp.pi / 2, sp.pi / 2) else WAVE
    sine = Interval(0, 1, facts=facts) if within(sp.S.Zero, sp.pi) else WAVE
    return cosine, Interval(-1, 0, facts=facts) if within(-sp.pi, sp.S.Zero) else sine


def interval(domain: Domain, said: tuple[str, ...]) -> Interval:
    """A declared range, its ends widened to rational numbers."""
    low, high = (_rational(end, way) for end, way in ((domain.low, -1), (domain.high, 1)))
    return Interval(low, high, domain.above, domain.below, said)


def _rational(end: Expr, way: int) -> Rational | None:
    if not end.is_finite:
        return None
    if end.is_Rational:
        return Rational(int(end.p), int(end.q))
    near = Rational(str(sp.N(end, 20)))
    return near + way * abs(near) / 10**15

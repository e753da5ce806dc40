"""Declared ranges as intervals with rational ends, what they say of cosines and sines, and declared polynomials."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction as Rational
from math import prod

import sympy as sp
from sympy import Expr

from cascade_sym.exact.factors import polynomial_factors
from cascade_sym.exact.fraction import Fraction
from cascade_sym.exact.intervals import Fact, Interval
from cascade_sym.exact.tower import Tower
from cascade_sym.symbols import Domain

WAVE = Interval(-1, 1)


def waves(declared: tuple[Domain, tuple[str, ...]] | None, n: int) -> tuple[Interval, Interval]:
    """What is known of the cosine and sine of an angle over n."""
    if declared is None or declared[0].kind == "complex":
        return WAVE, WAVE
    angle, facts = declared
    if not (angle.low.is_finite and angle.high.is_finite):
        return WAVE, WAVE
    return _wave(angle, n, -sp.pi / 2, facts), _wave(angle, n, sp.S.Zero, facts)


def _wave(angle: Domain, n: int, start: Expr, facts: tuple[str, ...]) -> Interval:
    """Of a function that is positive for half a turn from `start` on, then negative, then positive ..."""
    half = sp.floor((angle.low / n - start) / sp.pi)
    low, high = ((start + k * sp.pi) * n for k in (half, half + 1))
    if angle.high <= high:
        inside = bool((angle.above or angle.low > low) and (angle.below or angle.high < high))
        up = Interval(0, 1, above=inside, facts=facts)
        return up if half % 2 == 0 else Interval(-1, 0, below=inside, facts=facts)
    first, last = ((end / n - start) / (2 * sp.pi) for end in (angle.low, angle.high))  # in turns
    quarter = sp.Rational(1, 4)
    low, high = (bool(sp.floor(last - share) < sp.ceiling(first - share)) for share in (3 * quarter, quarter))
    return replace(WAVE, above=low, below=high, facts=facts if low or high else ())


def interval(domain: Domain, said: tuple[str, ...]) -> Interval:
    """A declared range, its ends widened to rational numbers."""
    low, high = (_rational(end, way) for end, way in ((domain.low, -1), (domain.high, 1)))
    return Interval(low, high, domain.above, domain.below, said)


def declared_fact(f: Fraction, strict: bool, said: str, tower: Tower) -> Fact | None:
    """What the declaration f >= 0 (`strict`: > 0) says of a polynomial: without factors whose sign is known."""
    if f.is_zero or f.num.is_constant() or not tower.is_real(f):
        return None
    content, factors = polynomial_factors(f.num * f.den)
    known = [(p, k, tower.known_sign(p)) for p, k in factors]
    sure = [(k, sign) for _, k, sign in known if sign and sign.strict] if len(known) > 1 else []
    left = [(p, k) for p, k, sign in known if not (sure and sign and sign.strict)]
    odd = [p for p, k in left if k % 2]
    above = {str(p) for p, _ in polynomial_factors(f.num)[1]}
    if not odd or (not strict and any(k % 2 == 0 for p, k in left if str(p) in above)):
        return None  # s^2 p >= 0 says nothing at s = 0
    up = prod((sign.value**k for k, sign in sure), start=1 if content > 0 else -1)
    also = frozenset[str]().union(*(sign.facts for _, sign in sure))
    return Fact(up * prod(odd), strict, said, tuple(sorted(also)))


def _rational(end: Expr, way: int) -> Rational | None:
    if not end.is_finite:
        return None
    if end.is_Rational:
        return Rational(int(end.p), int(end.q))
    near = Rational(str(sp.N(end, 20)))
    return near + way * abs(near) / 10**15

"""From a followed optimum to limits and exponents: what does each optimal parameter tend to, and how fast?

A local slope d log y / d log g must settle on a rational number with a small denominator, at a rate that is
itself a power law; a slope that creeps (a logarithm) or wanders is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction as Q
from itertools import pairwise
from typing import Any

import flint
import sympy as sp
from sympy import Expr

from cascade_sym.asymptotics.problem import Interval, ball_of

DENOMINATOR = 12
ALWAYS = Q(-(10**6))  # the power of a distance that is zero along the whole optimum
TURNS = 24  # special angles are multiples of pi/24


@dataclass(frozen=True)
class Approach:
    """`limit` of a parameter (None: a finite number that is not special) and the power of g in its distance."""

    limit: Expr | None
    power: Q


def slope(decades: Sequence[float], y: Sequence[Any]) -> Q | None:
    """The rational power of g that y follows, or None where no power law settles."""
    if len(y) < 6:
        return None
    if all(float(abs(v)) == 0 for v in y[-3:]):
        return None
    if any(not abs(v) > 0 for v in y):
        return None
    logs = [float((abs(v)).log() / flint.arb(10).log()) for v in y]
    local = [(b - a) / (l - k) for a, b, k, l in zip(logs, logs[1:], decades, decades[1:], strict=False)]
    last = local[-1]
    q = Q(last).limit_denominator(DENOMINATOR)
    errors = [abs(s - float(q)) for s in local]
    middle = errors[len(errors) // 2]
    if errors[-1] > 2e-3 or (errors[-1] > 1e-7 and errors[-1] > 0.35 * middle):
        return None
    return q


def limit_of(y: Sequence[Any]) -> Any:
    """The limit of a convergent sequence on a geometric grid."""
    return accelerated(y[-3:])[-1]


def accelerated(y: Sequence[Any]) -> list[Any]:
    """A sequence that tends to the same limit faster (Aitken's)."""
    out = []
    for a, b, c in zip(y, y[1:], y[2:], strict=False):
        before, last = b - a, c - b
        settled = any(not abs(d) > flint.arb(10) ** -95 for d in (before, last))
        out.append(c if settled else (c - last * last / (last - before)).mid())
    return out


def approach(decades: Sequence[float], y: Sequence[Any], interval: Interval) -> Approach | None:
    """Limit and rate of one parameter; None where neither a limit nor a power law is seen."""
    if interval.kind != "box":
        p = slope(decades, y)
        if p is not None and p != 0:
            return Approach(sp.S.Zero if p < 0 else sp.oo if y[-1] > 0 else -sp.oo, p)
    end = limit_of(y)
    for special in specials(interval):
        d = [v - ball_of(special) for v in y]
        if abs(d[-1]) < flint.arb("1e-3"):
            p = slope(decades, d)
            if p is not None and p < 0:
                return Approach(special, p)
            if all(abs(v) < flint.arb(10) ** -60 for v in d[-3:]):
                return Approach(special, ALWAYS)
    change = [abs(b - a) for a, b in pairwise(y)]
    small = flint.arb(10) ** -6 * (1 + abs(end))
    return Approach(None, Q(0)) if abs(y[-1] - end) < small and not change[-1] > small else None


def specials(interval: Interval) -> list[Expr]:
    """Limits that are recognised as exact: the edges, zero, and for angles the multiples of pi/24."""
    out = [e for e in (interval.low, interval.high) if e.is_finite]
    if interval.low < 0 < interval.high:
        out.append(sp.S.Zero)
    if interval.angle:
        turns = [sp.pi * k / TURNS for k in range(-2 * TURNS, 2 * TURNS + 1)]
        out += [a for a in turns if interval.low < a < interval.high]
    return out

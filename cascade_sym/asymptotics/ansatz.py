"""From a followed optimum to limits and exponents, and to x_i = limit + kappa_i t^alpha with unknown coefficients.

A local slope d log y / d log g must settle on a rational number with a small denominator, at a rate that is itself a
power law; a slope that creeps (a logarithm) or wanders is refused.

Where the leading function vanishes on a curve, an unknown is itself refined: kappa = solution + kappa' t^beta,
with a new unknown kappa'. A `Frame` holds both; `Frame.unknowns_at` inverts it at finite g, so that the
exponents of refinements are read off the followed optimum as well.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction as Q
from itertools import pairwise
from typing import Any

import flint
import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.asymptotics.exact_series import ExactSeries, Rotation
from cascade_sym.asymptotics.ground import Elem, Ground
from cascade_sym.asymptotics.problem import Interval, Problem, ball_of
from cascade_sym.asymptotics.series import Series
from cascade_sym.program import read
from cascade_sym.symbols import own

LEVELS = 4  # competing scales of one parameter
DENOMINATOR = 12  # of exponents that are recognised in slopes
ALWAYS = Q(-(10**6))  # the power of a distance that is zero along the whole optimum
TURNS = 24  # special angles are multiples of pi/24


@dataclass(frozen=True)
class Approach:
    """`limit` of a parameter (None: a finite number that is not special) and the power of g in its distance."""

    limit: Expr | None
    power: Q


@dataclass(frozen=True)
class Ansatz:
    """One optimised parameter: `symbol` = limit + kappa g^-power (limit zero where it is 0 or oo).

    `limit` None means a finite limit that is an unknown of its own (for angles: tan((x - reference)/2)).
    """

    symbol: Symbol
    angle: bool
    limit: Expr | None
    power: Q
    reference: Expr = sp.S.Zero

    @property
    def unknown(self) -> Symbol:
        return unknown_of(self.symbol, 0)

    @property
    def start(self) -> Expr:
        """What kappa g^-power is added to."""
        return self.limit if self.limit is not None and self.limit.is_finite else sp.S.Zero

    def series(self, kappa: Series, arithmetic: ExactSeries, p: int) -> Any:
        """The parameter as a series (an `Angle` for angles), given that of its unknown."""
        ground = arithmetic.ground
        move = Series.power_of_t(ground, int(self.power * p), arithmetic.terms)
        one = Series.constant(ground.rational(1), arithmetic.terms)
        if not self.angle:
            return kappa * move + arithmetic.const(arithmetic.surd(self.start))
        if self.limit is None:
            square = kappa * kappa
            inverse = (one + square).inverse()
            rotation = Rotation((one + -square) * inverse, (kappa + kappa) * inverse)
            arithmetic.rotations[self.symbol.name] = rotation
            return arithmetic.angle(_turns(self.reference), {self.symbol.name: Q(1)})
        return arithmetic.angle(_turns(self.limit), rest=kappa * move)

    def unknown_at(self, g: Any, x: Any) -> Any:
        """kappa at finite g, from the parameter's value there."""
        if self.limit is None:
            return (((x - ball_of(self.reference)) / 2).tan() if self.angle else x).mid()
        return ((x - ball_of(self.start)) * g ** ball_of(self.power)).mid()


@dataclass(frozen=True)
class Refinement:
    """`old` = solution + `new` g^-power."""

    old: Symbol
    new: Symbol
    solution: Elem
    power: Q


@dataclass(frozen=True)
class Frame:
    """All parameters and refinements, with t = g^(-1/p)."""

    ansatze: tuple[Ansatz, ...]
    p: int
    refinements: tuple[Refinement, ...] = ()

    def refined(self, r: Refinement) -> Frame:
        return replace(self, refinements=(*self.refinements, r), p=math.lcm(self.p, r.power.denominator))

    def innermost(self) -> tuple[Symbol, ...]:
        """The unknowns that are still free, in the order of the parameters."""

        def last(s: Symbol) -> Symbol:
            r = self.refinement(s)
            return s if r is None else last(r.new)

        return tuple(last(a.unknown) for a in self.ansatze)

    def environment(self, arithmetic: ExactSeries, known: dict[str, Any]) -> dict[str, Any]:
        """Series for every optimised parameter, by name; `known` are unknowns and other parameters as constants."""
        for r in reversed(self.refinements):
            move = Series.power_of_t(arithmetic.ground, int(r.power * self.p), arithmetic.terms)
            (start,) = read(r.solution.expr()).run(arithmetic, known)
            known = known | {r.old.name: start + known[r.new.name] * move}
        return {a.symbol.name: a.series(known[a.unknown.name], arithmetic, self.p) for a in self.ansatze}

    def refinement(self, unknown: Symbol) -> Refinement | None:
        return next((r for r in self.refinements if r.old == unknown), None)

    def unknowns_at(self, ground: Ground, g: Any, x: Sequence[Any]) -> dict[Symbol, Any]:
        """Every unknown's value (of all levels) at finite g."""
        value = {a.unknown: a.unknown_at(g, v) for a, v in zip(self.ansatze, x, strict=True)}
        for r in self.refinements:
            at = r.solution.number(ground.values(value))
            value[r.new] = ((value[r.old] - at) * g ** ball_of(r.power)).mid()
        return value


def frame_of(problem: Problem, approaches: Sequence[Approach], reference: Mapping[Symbol, Expr]) -> Frame:
    """The frame for the limits and powers of g that were found."""
    ansatze = tuple(
        Ansatz(s, problem.intervals[s].angle, a.limit, -a.power, reference.get(s, sp.S.Zero))
        for s, a in zip(problem.over, approaches, strict=True)
    )
    return Frame(ansatze, math.lcm(1, *(a.power.denominator for a in ansatze)))


def unknown_of(symbol: Symbol, level: int) -> Symbol:
    """The unknown coefficient of a parameter: kappa_<name>, primed at each refinement."""
    return own(f"kappa_{symbol.name}", level)


def local_slopes(decades: Sequence[float], y: Sequence[Any]) -> list[float]:
    """d log|y|/d log g between the points."""
    logs = [float(abs(v).log() / flint.arb(10).log()) if abs(v) > 0 else float("-inf") for v in y]
    return [(b - a) / (l - k) for a, b, k, l in zip(logs, logs[1:], decades, decades[1:], strict=False)]


def slope(decades: Sequence[float], y: Sequence[Any]) -> Q | None:
    """The rational power of g that y follows, or None where no power law settles."""
    if len(y) < 6 or any(not abs(v) > 0 for v in y):
        return None
    local = local_slopes(decades, y)
    q = Q(local[-1]).limit_denominator(DENOMINATOR)
    errors = [abs(s - float(q)) for s in local]
    middle = errors[len(errors) // 2]
    if errors[-1] > 2e-3 or (errors[-1] > 1e-7 and errors[-1] > 0.35 * middle):
        return None
    return q


def limit_of(y: Sequence[Any]) -> Any:
    """The limit of a convergent sequence on a geometric grid."""
    return accelerated(y[-3:])[-1]


def without_power(decades: Sequence[float], y: Sequence[Any], power: Q) -> list[Any]:
    """y/g^power."""
    rate = ball_of(power)
    return [(v / flint.arb(10) ** (flint.arb(k) * rate)).mid() for k, v in zip(decades, y, strict=True)]


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
        p = slope(decades, d)  # a distance that tends to anything else has none
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


def _turns(angle: Expr) -> Q:
    return Q(sp.simplify(angle / sp.pi))

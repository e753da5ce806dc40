"""How every optimised parameter behaves: its exact limit, and the exact coefficient of its leading departure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction as Q
from itertools import chain
from typing import Any

import flint
import sympy as sp
from sympy import Rational, Symbol

from cascade_sym.asymptotics.algebraic import AlgebraicValue
from cascade_sym.asymptotics.ansatz import Ansatz
from cascade_sym.asymptotics.discover import Found
from cascade_sym.asymptotics.element import Elem
from cascade_sym.asymptotics.elimination import TooLarge
from cascade_sym.asymptotics.exponents import limit_of, slope
from cascade_sym.asymptotics.leading import Expansion
from cascade_sym.asymptotics.minimum import NextOrder, Stationary, solved_linear
from cascade_sym.asymptotics.problem import Problem, ball_of, rational
from cascade_sym.asymptotics.result import OptimumTerm
from cascade_sym.asymptotics.setup import Call

NUMBER = 25


@dataclass(frozen=True)
class Coefficient:
    """An exact value where it was found, else digits at the sample."""

    exact: AlgebraicValue | None
    number: str | None


def optimum_terms(
    problem: Problem,
    found: Found,
    x: Expansion,
    point: Stationary,
    correction: NextOrder | None,
    call: Call,
    hard: bool,
) -> dict[str, OptimumTerm]:
    """{name: OptimumTerm} for all optimised parameters; those fixed at an edge come last.

    `hard` says that elimination was out of reach for the prefactor already; it is not tried again.
    """
    out: dict[str, OptimumTerm] = {}
    points = [point] if correction is None else [point, correction.point]
    for i, (ansatz, a) in enumerate(zip(x.frame.ansatze, found.approaches, strict=True)):
        y = [row[i] for row in found.branch.x]
        unknown = ansatz.unknown
        leading = next((r.solution for r in x.frame.refinements if r.old == unknown), x.ground.gen(unknown))
        first = _exact(x, leading, points, x.values[unknown], hard)
        if a.limit is not None:
            out[ansatz.symbol.name] = OptimumTerm(a.limit, _power(problem, a.power), None, first.exact, first.number)
        else:
            out[ansatz.symbol.name] = _finite(problem, found, x, points, ansatz, first, y, hard)
    return out | {s.name: OptimumTerm(e, None, None, None, None, why) for s, (e, why) in call.settled.items()}


def _power(problem: Problem, q: Q) -> Rational:
    return rational(-q if problem.inverted else q)


def _exact(x: Expansion, e: Elem, points: Sequence[Stationary], rough: Any, hard: bool) -> Coefficient:
    """The exact value of an element at the first point that determines it; digits where that is out of reach."""
    for point in points:
        ground = x.ground
        if all(ground.index[s] in point.unknowns for s in ground.unknowns if e.depends_on(s)):
            if hard:
                return Coefficient(point.recognised(e), None)
            try:
                return Coefficient(point.exact(e), None)
            except TooLarge:
                return Coefficient(None, e.number(point.values).mid().str(30, radius=False))
    return Coefficient(None, rough.str(12, radius=False))


def _finite(
    problem: Problem,
    found: Found,
    x: Expansion,
    points: Sequence[Stationary],
    ansatz: Ansatz,
    first: Coefficient,
    y: Sequence[Any],
    hard: bool,
) -> OptimumTerm:
    """A finite limit that is not special: its value, and the departure from it."""
    ground = x.ground
    unknown = ansatz.unknown
    refined = next((r for r in x.frame.refinements if r.old == unknown), None)
    value = first.exact.closed if first.exact is not None and first.exact.closed is not None else None
    if first.exact is not None:
        kappa = first.exact.sample
    else:
        kappa = flint.arb(str(first.number))
    shown = value if value is not None else sp.Float(kappa.str(30, radius=False), 30)
    turn = ansatz.reference if ansatz.angle else None
    limit = shown if turn is None else turn + 2 * sp.atan(shown)
    end = ball_of(ansatz.reference) + 2 * kappa.atan() if ansatz.angle else kappa
    power, rough = _departure(found, y, end)
    if power is None:
        return OptimumTerm(limit, None, first.exact, None, None, reference=turn)
    stretch = ground.rational(1)
    one = ground.rational(1)
    if ansatz.angle:
        k = ground.gen(unknown) if refined is None else refined.solution
        stretch = ground.rational(2) / (one + k * k)
    element: Elem | None = None
    if refined is None:
        element = _first_shift(x, points[0], unknown, -power)
    elif refined.power == -power and not any(refined.solution.depends_on(s) for s in ground.unknowns):
        element = ground.gen(refined.new)
    if element is None:
        return OptimumTerm(limit, _power(problem, power), first.exact, None, rough, reference=turn)
    exact = _exact(x, stretch * element, points, flint.arb(rough), hard)
    return OptimumTerm(limit, _power(problem, power), first.exact, exact.exact, exact.number, reference=turn)


def _departure(found: Found, y: Sequence[Any], end: Any) -> tuple[Q | None, str]:
    """Exponent and rough coefficient of y - end along the followed optimum."""
    d = [(v - end).mid() for v in y]
    power = slope(found.branch.decades, d)
    if power is None or power >= 0:
        return None, ""
    ten = flint.arb(10)
    scaled = [
        (v / ten ** (ball_of(Rational(k)) * ball_of(Rational(power.numerator, power.denominator)))).mid()
        for v, k in zip(d, found.branch.decades, strict=True)
    ]
    return power, limit_of(scaled).str(12, radius=False)


def _first_shift(x: Expansion, point: Stationary, unknown: Symbol, power: Q) -> Elem | None:
    """-H^-1 g: the first-order shift of an unknown of the leading function, if it is the departure sought."""
    ground, series = x.ground, x.series
    k = power * x.frame.p
    if k.denominator != 1 or int(k) >= len(series.coeffs) or ground.index[unknown] not in point.unknowns:
        return None
    *before, g = ([ground.derivative(c, i) for i in point.unknowns] for c in series.coeffs[1 : int(k) + 1])
    if not point.vanishes(*chain(*before)):
        return None
    step = solved_linear(ground, series.coeffs[0], g, point.unknowns)
    return -step[point.unknowns.index(ground.index[unknown])]

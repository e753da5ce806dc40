"""How every optimised parameter behaves: its exact limit, and the exact coefficient of its leading departure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction as Q
from itertools import chain
from typing import Any

import flint
import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.asymptotics.algebraic import AlgebraicValue
from cascade_sym.asymptotics.ansatz import Ansatz, limit_of, slope
from cascade_sym.asymptotics.ground import Elem
from cascade_sym.asymptotics.minimum import Solution, solved_linear
from cascade_sym.asymptotics.problem import ball_of
from cascade_sym.asymptotics.result import OptimumTerm

Coefficient = tuple[AlgebraicValue | None, str | None]  # exact where it was found, else digits at the sample


def optimum_terms(solution: Solution, settled: Mapping[Symbol, tuple[Expr, str]]) -> dict[str, OptimumTerm]:
    """{name: OptimumTerm} for all optimised parameters; those that are `settled` come last."""
    out: dict[str, OptimumTerm] = {}
    x, found = solution.x, solution.found
    for i, (ansatz, a) in enumerate(zip(x.frame.ansatze, found.approaches, strict=True)):
        unknown = ansatz.unknown
        leading = next((r.solution for r in x.frame.refinements if r.old == unknown), x.ground.gen(unknown))
        first = _exact(solution, leading, x.values[unknown])
        if a.limit is not None:
            out[ansatz.symbol.name] = OptimumTerm(a.limit, solution.power(a.power), None, *first)
        else:
            y = [row[i] for row in found.branch.x]
            out[ansatz.symbol.name] = _finite(solution, ansatz, first, y)
    return out | {s.name: OptimumTerm(e, None, None, None, None, why) for s, (e, why) in settled.items()}


def _exact(solution: Solution, e: Elem, rough: Any) -> Coefficient:
    """The exact value of an element at the first point that determines it; digits where that is out of reach."""
    ground, correction = solution.x.ground, solution.correction
    needed = {ground.index[s] for s in ground.unknowns if e.depends_on(s)}
    for point in (solution.point, *([] if correction is None else [correction.point])):
        if needed.issubset(point.unknowns):
            value = solution.value(e, point)
            digits = e.number(point.values).mid().str(30, radius=False)
            return value, digits if value is None else None
    return None, rough.str(12, radius=False)


def _finite(solution: Solution, ansatz: Ansatz, first: Coefficient, y: Sequence[Any]) -> OptimumTerm:
    """A finite limit that is not special: its value, and the departure from it."""
    x, unknown, (value, number) = solution.x, ansatz.unknown, first
    ground, angle = x.ground, ansatz.angle
    refined = next((r for r in x.frame.refinements if r.old == unknown), None)
    kappa = flint.arb(str(number)) if value is None else value.sample
    closed = None if value is None else value.closed
    shown = sp.Float(kappa.str(30, radius=False), 30) if closed is None else closed
    turn = ansatz.reference if angle else None
    limit = shown if turn is None else turn + 2 * sp.atan(shown)
    end = ball_of(turn) + 2 * kappa.atan() if angle else kappa
    power, rough = _departure(solution.found.branch.decades, y, end)
    if power is None:
        return OptimumTerm(limit, None, value, None, None, reference=turn)
    element: Elem | None = None
    if refined is None:
        element = _first_shift(solution, unknown, -power)
    elif refined.power == -power and not any(refined.solution.depends_on(s) for s in ground.unknowns):
        element = ground.gen(refined.new)
    if element is None:
        return OptimumTerm(limit, solution.power(power), value, None, rough, reference=turn)
    if angle:
        k = ground.gen(unknown) if refined is None else refined.solution
        element = element * ground.rational(2) / (ground.rational(1) + k * k)
    coefficient = _exact(solution, element, flint.arb(rough))
    return OptimumTerm(limit, solution.power(power), value, *coefficient, reference=turn)


def _departure(decades: Sequence[float], y: Sequence[Any], end: Any) -> tuple[Q | None, str]:
    """Exponent and rough coefficient of y - end along the followed optimum."""
    d = [(v - end).mid() for v in y]
    power = slope(decades, d)
    if power is None or power >= 0:
        return None, ""
    scaled = [(v / flint.arb(10) ** (flint.arb(k) * ball_of(power))).mid() for v, k in zip(d, decades, strict=True)]
    return power, limit_of(scaled).str(12, radius=False)


def _first_shift(solution: Solution, unknown: Symbol, power: Q) -> Elem | None:
    """-H^-1 g: the first-order shift of an unknown of the leading function, if it is the departure sought."""
    x, point = solution.x, solution.point
    k, i = power * x.frame.p, x.ground.index[unknown]
    if k.denominator != 1 or int(k) >= len(x.series.coeffs) or i not in point.unknowns:
        return None
    *before, g = ([x.ground.derivative(c, j) for j in point.unknowns] for c in x.series.coeffs[1 : int(k) + 1])
    if not point.vanishes(*chain(*before)):
        return None
    return -solved_linear(x.ground, solution.lead, g, point.unknowns)[point.unknowns.index(i)]

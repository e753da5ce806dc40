"""The result of `scaling`: exact, with its derivation and its certificate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction as Q
from itertools import chain
from typing import Any

import flint
import mpmath as mp
import sympy as sp
from sympy import Expr, Rational, Symbol

from cascade_sym import shown
from cascade_sym.asymptotics.algebraic import AlgebraicValue, values_at
from cascade_sym.asymptotics.ansatz import Ansatz, limit_of, slope, without_power
from cascade_sym.asymptotics.ground import Elem
from cascade_sym.asymptotics.minimum import Solution, solved_linear
from cascade_sym.asymptotics.problem import ball_of
from cascade_sym.shown import Card, Shown, card, renderer
from cascade_sym.steps import Step

DIGITS = 30  # of values without closed form, unless more are asked for


@dataclass(frozen=True)
class OptimumTerm(Shown):
    """How one optimised parameter x behaves: x = limit + coefficient * large^exponent + ...

    Where the limit is 0 or oo it is not added. `limit_value` is the exact value behind a finite limit that is not
    special (for angles of tan((x - reference)/2)); without a closed form `limit` is its number at the sample, and
    `limit_at` gives it elsewhere. `coefficient` None with `number` set: digits at the sample only; both None: the
    departure was not determined. `fixed` is "edge" where the minimum is at the edge of the allowed region, "exact"
    where it stays at `limit` for every value of the large parameter, and "valley" where any value of x gives the same
    optimum and `limit` is one choice.
    """

    limit: Expr
    exponent: Rational | None
    limit_value: AlgebraicValue | None
    coefficient: AlgebraicValue | None
    number: str | None
    fixed: str = ""
    reference: Expr | None = None

    def limit_at(self, values: Mapping[Any, Any] | None = None, digits: int = DIGITS) -> Any:
        """The limit as an mpmath number at values of the remaining parameters (oo stays infinite)."""
        if self.limit_value is None:
            return mp.mpf(sp.N(self.limit.xreplace(values_at(values, self.limit.free_symbols)), digits + 10))
        v = self.limit_value.at(values, digits)
        if self.reference is None:
            return v
        with mp.workdps(digits + 10):
            return mp.mpf(sp.N(self.reference, digits + 10)) + 2 * mp.atan(v)


@card.register
def _(value: OptimumTerm) -> Card:
    parts = [f"limit {value.limit}"]
    if value.exponent is not None:
        amount = value.number if value.coefficient is None else value.coefficient.shown()
        parts.append(f"departs as {amount} large^({value.exponent})")
    return Card("; ".join([*parts, *([value.fixed] if value.fixed else [])]), {})


@dataclass(frozen=True)
class Certificate(Shown):
    """Independent numbers (mpmath) that the claim was held against; see `certificate.certify`.

    `points`: (value of large, optimised objective, local exponent, objective / large^exponent); `prefactor_limit`:
    extrapolated; `error`: its relative distance from the exact prefactor; `observed_next`: observed exponent of the
    relative correction; `window`: accuracy -> value of large from which on (up to which, for a limit at zero) the
    leading and the two-term form hold that accuracy; `samples`: the same comparison at other values of the remaining
    parameters; `searched`: values of large at which a global search of the whole allowed region found nothing lower.
    """

    points: tuple[tuple[str, str, str, str], ...]
    prefactor_limit: str
    error: str
    digits: int
    observed_next: str | None
    window: Mapping[str, Mapping[str, str | None]]
    sample: Mapping[str, str]
    samples: tuple[Mapping[str, Any], ...]
    searched: tuple[str, ...] = ()

    @property
    def scope(self) -> str:
        """ "global" where searches of the whole allowed region could have refuted the optimum, else "local"."""
        return "global" if self.searched else "local"

    def to_json(self) -> dict[str, Any]:
        keys = ("large", "objective", "slope", "prefactor")
        return {
            "points": [dict(zip(keys, p, strict=True)) for p in self.points],
            "prefactor_limit": self.prefactor_limit,
            "relative_error": self.error,
            "digits": self.digits,
            "observed_next_exponent": self.observed_next,
            "window": {k: dict(v) for k, v in self.window.items()},
            "sample": dict(self.sample),
            "other_samples": [dict(s) for s in self.samples],
            "scope": self.scope,
            "searched": list(self.searched),
        }


@card.register
def _(value: Certificate) -> Card:
    what = f"{value.scope} optimum over {len(value.points)} decades, {value.digits} digits, error {value.error}"
    return Card(f"Certificate: {what}", {}, "the points: certificate.points; all of it: certificate.to_json()")


@dataclass(frozen=True)
class Scaling(Shown):
    """objective = prefactor * large^exponent + next_value * large^next_exponent + ...

    `leading_function` is f(kappa) whose minimum the prefactor is; `steps` the derivation.
    """

    name: str
    large: Symbol
    limit: Expr
    exponent: Rational
    prefactor: AlgebraicValue
    next_exponent: Rational | None
    next_value: AlgebraicValue | None
    next_number: str | None
    optimum: Mapping[str, OptimumTerm]
    leading_function: Expr
    certificate: Certificate
    steps: tuple[Step, ...] = field(repr=False)
    seconds: float

    @property
    def is_symbolic(self) -> bool:
        return bool(self.prefactor.parameters)

    def at(self, values: Mapping[Any, Any] | None = None, digits: int = DIGITS) -> Any:
        """The prefactor as an mpmath number at values of the remaining parameters."""
        return self.prefactor.at(values, digits)

    def plot(self, *, ax: Any = None) -> Any:
        """The certified optimum against the law; see `cascade_sym.pictures.axes.plot_scaling`."""
        return shown.painter("plot", self, ax=ax)

    def to_json(self) -> dict[str, Any]:
        """The result as JSON-ready data; numbers are strings of 30 digits."""
        return {
            "exponent": str(self.exponent),
            "prefactor_latex": self.prefactor.latex(),
            "prefactor_value": None if self.is_symbolic else number_text(self.prefactor.at()),
            "next_exponent": None if self.next_exponent is None else str(self.next_exponent),
            "next_value": None if self.is_symbolic else self.next_number,
            "optimum": {name: _optimum_json(t, self.is_symbolic) for name, t in self.optimum.items()},
            "certificate": self.certificate.to_json(),
            "seconds": round(self.seconds, 3),
        }


@card.register
def _(value: Scaling) -> Card:
    scope = f"{value.certificate.scope} optimum, certified to {value.certificate.digits} digits"
    return Card(f"Scaling of {value.name} for {value.large} -> {value.limit} ({scope})", {},
                "the derivation: steps; numbers: at({...}); against the optimum: plot()")  # fmt: skip


@renderer.register(Scaling)
def _(value: Scaling, notation: object) -> dict[str, Any]:
    """The law, what its prefactor is, and the optimum."""
    first, second = value.prefactor, value.next_value
    law = [first.shown() * value.large**value.exponent]
    if second is not None and value.next_exponent is not None:
        law.append(second.shown(Symbol("Q")) * value.large**value.next_exponent)
    rows: dict[str, Any] = {value.name: sp.Add(*law, evaluate=False)}
    for v, name in ((first, first.variable.name), (second, "Q")):
        if v is not None and v.closed is None:
            rows[name] = f"{v.sample.str(12, radius=False)}, a root of degree {v.degree or '?'}"
    for name, t in value.optimum.items():
        c = t.number if t.coefficient is None else t.coefficient.shown()
        moves = None if t.exponent is None or c is None else sp.sympify(c) * value.large**t.exponent
        infinite = t.limit in (0, sp.oo)
        rows[name] = t.limit if moves is None else moves if infinite else sp.Add(t.limit, moves, evaluate=False)
    return rows


def number_text(v: Any, digits: int = DIGITS) -> str:
    """An mpmath number as a decimal string."""
    with mp.workdps(digits + 15):
        return mp.nstr(mp.mpf(v), digits, strip_zeros=False)


def _optimum_json(t: OptimumTerm, symbolic: bool) -> dict[str, Any]:
    coefficient = None if symbolic else t.number
    if t.coefficient is not None:
        c = t.coefficient
        coefficient = c.latex() if c.parameters else number_text(c.at())
    return {
        "limit": sp.latex(t.limit) if t.limit.free_symbols else str(t.limit),
        "exponent": None if t.exponent is None else str(t.exponent),
        "coefficient": coefficient,
    }


Coefficient = tuple[AlgebraicValue | None, str | None]  # exact where it was found, else digits at the sample


def optimum_terms(solution: Solution) -> dict[str, OptimumTerm]:
    """{name: OptimumTerm} for all optimised parameters; those that are settled come last."""
    out: dict[str, OptimumTerm] = {}
    x, found = solution.x, solution.found
    for i, (ansatz, a) in enumerate(zip(x.frame.ansatze, found.approaches, strict=True)):
        unknown = ansatz.unknown
        refined = x.frame.refinement(unknown)
        leading = x.ground.gen(unknown) if refined is None else refined.solution
        first = _exact(solution, leading, x.values[unknown])
        if a.limit is not None:
            out[ansatz.symbol.name] = OptimumTerm(a.limit, solution.power(a.power), None, *first)
        else:
            y = [row[i] for row in found.branch.x]
            out[ansatz.symbol.name] = _finite(solution, ansatz, first, y)
    return out | {s.name: OptimumTerm(e, None, None, None, None, why) for s, (e, why) in x.problem.settled.items()}


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
    refined = x.frame.refinement(unknown)
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
    return power, limit_of(without_power(decades, d, power)).str(12, radius=False)


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

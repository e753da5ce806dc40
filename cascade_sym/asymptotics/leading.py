"""The leading-order function: exact valuations of the objective on the ansatz, refined until it has a minimum.

Competing scales show up as a leading coefficient that vanishes at the optimum: it is then a power of some q
whose zero is a curve of optima at this order; the unknown in which q is solvable is refined and the expansion
repeated, until the leading exponent is the one that the followed optimum shows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction as Q
from typing import Any, TypeVar

import flint
import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.asymptotics.ansatz import LEVELS, Ansatz, Frame, Refinement, unknown_of
from cascade_sym.asymptotics.element import Elem
from cascade_sym.asymptotics.exact_series import ExactSeries
from cascade_sym.asymptotics.exponents import limit_of, slope
from cascade_sym.asymptotics.follow import Branch
from cascade_sym.asymptotics.ground import Ground, Reparametrise
from cascade_sym.asymptotics.problem import Problem, ball_of
from cascade_sym.asymptotics.series import PrecisionLoss, Ramify, Series
from cascade_sym.errors import NoPowerLaw, ScalingError
from cascade_sym.program import read
from cascade_sym.program.balls import Balls, lifted
from cascade_sym.symbols import own

MOST_TERMS = 40
T = TypeVar("T")


@dataclass(frozen=True)
class Rewriting:
    """`values`: eliminated parameter -> expression in the new ones; `meaning`: new parameter -> what it stands for."""

    values: Mapping[Symbol, Expr] = field(default_factory=dict)
    meaning: Mapping[Symbol, Expr] = field(default_factory=dict)

    def eliminated(self, parameter: Symbol, radicand: Expr) -> tuple[Rewriting, Symbol]:
        """One more parameter replaced, by tau = sqrt(radicand), in which it is linear."""
        tau = own(f"tau_{len(self.meaning) + 1}")
        e = sp.expand(radicand)
        lead, rest = e.coeff(parameter, 1), e.coeff(parameter, 0)
        new = (tau**2 - rest) / lead
        values = {s: v.xreplace({parameter: new}) for s, v in self.values.items()}
        if parameter not in self.meaning:
            values[parameter] = new
        meaning = dict(self.meaning)
        meaning[tau] = sp.sqrt(sp.factor(radicand.xreplace(meaning)))
        return Rewriting(values, meaning), tau

    def shown(self, e: Expr) -> Expr:
        """An expression in the original parameters."""
        return e.xreplace(dict(self.meaning))


def reparametrised(sample: Mapping[Symbol, Any], attempt: Callable[[Mapping[Symbol, Any], Rewriting], T]) -> T:
    """Run `attempt(values, rewriting)`, eliminating one parameter after the other until no root is asked for."""
    rewriting = Rewriting()
    values: dict[Symbol, Any] = dict(sample)
    while True:
        try:
            return attempt(values, rewriting)
        except Reparametrise as r:
            balls = {s.name: v if isinstance(v, flint.arb) else ball_of(v) for s, v in values.items()}
            (size,) = read(r.radicand).run(Balls(), balls)
            rewriting, tau = rewriting.eliminated(r.parameter, r.radicand)
            values = {s: v for s, v in values.items() if s != r.parameter}
            values[tau] = lifted(size).sqrt()


@dataclass(frozen=True)
class Expansion:
    """The objective as a series in t = g^(-1/p), its coefficients functions of the free unknowns.

    `values` are the unknowns' approximate limits (from the followed optimum); `rewriting` tells which
    parameters were replaced (epsilon -> 1 - tau^2), `zeros` the curves found on the way, `walls` the leading
    coefficients of constraints.
    """

    ground: Ground
    frame: Frame
    series: Series
    values: Mapping[Symbol, Any]
    rewriting: Rewriting
    sample: Mapping[Symbol, Any]
    zeros: tuple[tuple[Elem, Symbol], ...]
    walls: tuple[Elem, ...] = ()


def expansion(
    problem: Problem, frame: Frame, branch: Branch, sample: Mapping[Symbol, Any], power: Q, terms: int
) -> Expansion:
    """Expand on `frame`, refining it until the leading power of g is `power` (that of the followed optimum)."""
    return reparametrised(
        sample, lambda values, rewriting: _expand(problem, frame, branch, sample, values, rewriting, power, terms)
    )


def plain_series(problem: Problem, sample: Mapping[Symbol, Any], terms: int) -> tuple[Series, int, Rewriting]:
    """A target without optimised parameters as a series in t = g^(-1/p): (series, p, rewriting)."""

    def attempt(values: Mapping[Symbol, Any], rewriting: Rewriting) -> Any:
        frame = Frame((), 1)
        ground = Ground((), values, beside=(problem.large, *problem.over))
        while True:
            try:
                return (_series(problem, frame, ground, rewriting, terms + 2, terms)[0], frame.p, rewriting)
            except Ramify as r:
                frame = Frame((), frame.p * r.factor)

    return reparametrised(sample, attempt)


def _expand(
    problem: Problem,
    frame: Frame,
    branch: Branch,
    original: Mapping[Symbol, Any],
    sample: Mapping[Symbol, Any],
    rewriting: Rewriting,
    power: Q,
    terms: int,
) -> Expansion:
    unknowns = [unknown_of(a.symbol, level) for level in range(LEVELS) for a in frame.ansatze]
    ground = Ground(unknowns, sample, beside=(problem.large, *problem.over))
    zeros: list[tuple[Elem, Symbol]] = []
    working = terms + 2
    while True:
        values = _limits(frame, ground, branch)
        for s, v in values.items():
            ground.value[ground.index[s]] = v
        try:
            series, working = _series(problem, frame, ground, rewriting, working, terms)
        except Ramify as r:
            frame = Frame(frame.ansatze, frame.p * r.factor, frame.refinements)
            continue
        val, lead = series.leading()
        shown = -Q(val, frame.p)
        if shown == power:
            walls = _walls(problem, frame, ground, rewriting, working)
            return Expansion(ground, frame, series, values, rewriting, original, tuple(zeros), walls)
        if shown < power:
            raise ScalingError(
                f"the expansion starts at g^({shown}), but the optimum follows g^({power}): the optimum found "
                "numerically and the expansion disagree; please report this objective."
            )
        frame, zero = _refine(frame, ground, branch, lead)
        zeros.append(zero)


def _series(
    problem: Problem, frame: Frame, ground: Ground, rewriting: Rewriting, working: int, terms: int
) -> tuple[Series, int]:
    """The objective's series with at least `terms` known terms."""
    while working <= MOST_TERMS:
        try:
            arithmetic = ExactSeries(ground, working)
            env = {**constants(ground, arithmetic, rewriting), **frame.environment(arithmetic)}
            env[problem.large.name] = Series.power_of_t(ground, frame.p if problem.inverted else -frame.p, working)
            out = arithmetic.series(problem.program.run(arithmetic, env)[0])
            val, _ = out.leading()
            if out.cut is None or out.cut - val >= terms:
                return out, working
        except PrecisionLoss:
            pass
        working = working + max(3, working // 2)
    raise NoPowerLaw(
        f"the leading {MOST_TERMS} orders of the objective cancel identically; it is zero or has no power law."
    )


def _walls(problem: Problem, frame: Frame, ground: Ground, rewriting: Rewriting, working: int) -> tuple[Elem, ...]:
    """The leading coefficients of the constraints: where one vanishes, the allowed region ends at this order."""
    arithmetic = ExactSeries(ground, working)
    env = {**constants(ground, arithmetic, rewriting), **frame.environment(arithmetic)}
    env[problem.large.name] = Series.power_of_t(ground, frame.p if problem.inverted else -frame.p, working)
    found = []
    for constraint in problem.program.run(arithmetic, env)[1:]:
        try:
            found.append(arithmetic.series(constraint).leading()[1])
        except PrecisionLoss:
            continue
    return tuple(found)


def constants(ground: Ground, arithmetic: ExactSeries, rewriting: Rewriting) -> dict[str, Any]:
    """Parameters as constant series by name; eliminated ones through their roots."""
    env: dict[str, Any] = {s.name: arithmetic.const(ground.gen(s)) for s in ground.parameters}
    for s, e in rewriting.values.items():
        env[s.name] = arithmetic.const(ground.elem(e))
    return env


def _limits(frame: Frame, ground: Ground, branch: Branch) -> dict[Symbol, Any]:
    """Approximate limits of all unknowns along the followed optimum."""
    rows = _rows(frame, ground, branch, 5)
    return {s: limit_of([row[s] for row in rows]) for s in rows[0]}


def _rows(frame: Frame, ground: Ground, branch: Branch, count: int | None = None) -> list[dict[Symbol, Any]]:
    start = 0 if count is None else len(branch.x) - count
    ten = flint.arb(10)
    return [
        frame.unknowns_at(ground, ten ** ball_of(sp.Rational(branch.decades[k])), branch.x[k])
        for k in range(start, len(branch.x))
    ]


def _refine(frame: Frame, ground: Ground, branch: Branch, lead: Elem) -> tuple[Frame, tuple[Elem, Symbol]]:
    """Solve the factor of the leading coefficient that vanishes at the optimum for one unknown."""
    rows = _rows(frame, ground, branch)
    values = ground.values(rows[-1])
    free = frame.innermost()
    places = {unknown_of(a.symbol, level): (a.symbol, level) for a in frame.ansatze for level in range(LEVELS)}
    factors = [q for q, _ in lead.num.factor()[1] if ground.is_small(q, values, 4)]
    for q in factors:
        for s in free:
            i = ground.index[s]
            if int(q.degrees()[i]) not in (1, 2):
                continue
            for solution in _solutions(ground, q, i):
                residues = [row[s] - solution.number(ground.values(row)) for row in rows]
                power = slope(branch.decades, residues)
                small = all(abs(r) < flint.arb(10) ** -60 for r in residues[-3:])
                if small:
                    power = -Q(1)
                if power is None or power >= 0:
                    continue
                x, level = places[s]
                if level + 1 >= LEVELS:
                    raise ScalingError(f"more than {LEVELS} scales compete in {x}; the expansion was stopped.")
                new = unknown_of(x, level + 1)
                return frame.refined(Refinement(s, new, solution, -power)), (ground.fraction(q), s)
    raise ScalingError(
        f"the leading coefficient {lead.expr()} vanishes at the optimum, but on no curve that can be solved for "
        "one parameter by square roots."
    )


def _solutions(ground: Ground, q: Any, i: int) -> list[Elem]:
    """The roots of a polynomial of degree 1 or 2 in generator i."""
    parts = ground.coefficients(q, i)
    c = [ground.fraction(parts.get(k, ground.ctx.constant(0))) for k in range(3)]
    if c[2].is_zero:
        return [-(c[0] / c[1])]
    disc = c[1] * c[1] - ground.rational(4) * c[0] * c[2]
    if disc.number() < 0:
        return []
    root = ground.sqrt(disc)
    half = (ground.rational(2) * c[2]).inverse()
    return [(root - c[1]) * half, (-root - c[1]) * half]


def frame_of(
    problem: Problem, found: Sequence[tuple[Symbol, Expr | None, Q]], reference: Mapping[Symbol, Expr]
) -> Frame:
    """The frame for given limits and powers of g (as `exponents.approach` reports them)."""
    ansatze = []
    for s, limit, power in found:
        iv = problem.intervals[s]
        ansatze.append(Ansatz(s, iv.angle, limit, -power, reference.get(s, sp.S.Zero)))
    p = math.lcm(1, *(a.power.denominator for a in ansatze))
    return Frame(tuple(ansatze), p)

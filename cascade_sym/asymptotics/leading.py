"""The leading-order function: exact valuations of the objective on the ansatz, refined until it has a minimum.

Competing scales show up as a leading coefficient that vanishes at the optimum: it is then a power of some q
whose zero is a curve of optima at this order; the unknown in which q is solvable is refined and the expansion
repeated, until the leading exponent is the one that the followed optimum shows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction as Q
from typing import Any, TypeVar

import flint
import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.asymptotics.ansatz import LEVELS, Frame, Refinement, limit_of, slope, unknown_of
from cascade_sym.asymptotics.exact_series import ExactSeries
from cascade_sym.asymptotics.follow import Branch, growth
from cascade_sym.asymptotics.ground import Elem, Ground, Reparametrise
from cascade_sym.asymptotics.problem import Problem, ball_of, balls_at
from cascade_sym.asymptotics.series import PrecisionLoss, Ramify, Series
from cascade_sym.errors import NoPowerLaw, ScalingError
from cascade_sym.exact.fraction import by_power
from cascade_sym.program import read
from cascade_sym.symbols import own

MOST_TERMS = 40  # orders that may cancel before an objective is taken for zero
NOTHING = flint.arb("1e-60")  # of a number that is followed to 100 digits: zero
UNMOVED = Frame((), 1)  # where nothing is optimised
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
            (size,) = balls_at([r.radicand], balls)
            rewriting, tau = rewriting.eliminated(r.parameter, r.radicand)
            values = {s: v for s, v in values.items() if s != r.parameter}
            values[tau] = size.sqrt()


@dataclass(frozen=True)
class Expansion:
    """The objective as a series in t = g^(-1/p), its coefficients functions of the free unknowns.

    `values` are the unknowns' approximate limits (from the followed optimum); `rewriting` tells which
    parameters were replaced (epsilon -> 1 - tau^2), `walls` are the leading coefficients of constraints.
    """

    problem: Problem
    ground: Ground
    frame: Frame
    series: Series
    values: Mapping[Symbol, Any]
    rewriting: Rewriting
    sample: Mapping[Symbol, Any]
    walls: tuple[Elem, ...]


def expansion(
    problem: Problem,
    sample: Mapping[Symbol, Any],
    terms: int,
    frame: Frame = UNMOVED,
    branch: Branch | None = None,
    power: Q | None = None,
) -> Expansion:
    """The objective with at least `terms` known terms, on `frame` for parameters that follow `branch`.

    The frame is refined until the leading power of g is `power` (that of the followed optimum).
    """

    def attempt(values: Mapping[Symbol, Any], rewriting: Rewriting) -> Expansion:
        unknowns = [unknown_of(a.symbol, level) for level in range(LEVELS) for a in frame.ansatze]
        ground = Ground(unknowns, values, beside=(problem.large, *problem.over))
        on, working = frame, terms + 2
        while True:
            rows = [] if branch is None else _rows(on, ground, branch)
            limits = {s: _limit(branch.decades, [row[s] for row in rows]) for s in rows[-1]} if branch and rows else {}
            for s, v in limits.items():
                ground.value[ground.index[s]] = v
            try:
                series, walls, working = _series(problem, on, ground, rewriting, working, terms)
            except Ramify as r:
                on = replace(on, p=on.p * r.factor)
                continue
            val, lead = series.leading()
            shown = -Q(val, on.p)
            if power is None or branch is None or shown == power:
                return Expansion(problem, ground, on, series, limits, rewriting, sample, walls)
            if shown < power:
                raise ScalingError(
                    f"the expansion starts at g^({shown}), but the optimum follows g^({power}): the optimum found "
                    "numerically and the expansion disagree; please report this objective."
                )
            on = _refine(on, ground, branch.decades, rows, lead)

    return reparametrised(sample, attempt)


def _series(
    problem: Problem, frame: Frame, ground: Ground, rewriting: Rewriting, working: int, terms: int
) -> tuple[Series, tuple[Elem, ...], int]:
    """The objective's series with at least `terms` known terms, what constraints start with, the terms computed."""
    while working <= MOST_TERMS:
        try:
            arithmetic = ExactSeries(ground, working)
            env = constants(arithmetic, rewriting)
            env |= frame.environment(arithmetic, env)
            env[problem.large.name] = Series.power_of_t(ground, frame.p if problem.inverted else -frame.p, working)
            first, *constraints = problem.program.run(arithmetic, env)
            out = arithmetic.series(first)
            val, _ = out.leading()
            if out.cut is None or out.cut - val >= terms:
                known = (c for c in map(arithmetic.series, constraints) if c.coeffs)
                return out, tuple(c.coeffs[0] for c in known), working
        except PrecisionLoss:
            pass
        working = working + max(3, working // 2)
    raise NoPowerLaw(
        f"the leading {MOST_TERMS} orders of the objective cancel identically; it is zero or has no power law."
    )


def constants(arithmetic: ExactSeries, rewriting: Rewriting) -> dict[str, Any]:
    """Unknowns and parameters as constant series by name; eliminated ones through their roots."""
    ground = arithmetic.ground
    env: dict[str, Any] = {s.name: arithmetic.const(ground.gen(s)) for s in (*ground.unknowns, *ground.parameters)}
    eliminated = read(*rewriting.values.values()).run(arithmetic, env)
    return env | {s.name: v for s, v in zip(rewriting.values, eliminated, strict=True)}


def _rows(frame: Frame, ground: Ground, branch: Branch) -> list[dict[Symbol, Any]]:
    """The values of all unknowns along the followed optimum."""
    return [frame.unknowns_at(ground, growth(k), x) for k, x in zip(branch.decades, branch.x, strict=True)]


def _limit(decades: Sequence[float], y: Sequence[Any]) -> Any:
    """The limit of an unknown; exactly zero where it is nothing else, or falls as a power of g."""
    power, limit = slope(decades, y), limit_of(y)
    return flint.arb(0) if abs(limit) < NOTHING or (power is not None and power < 0) else limit


def _refine(
    frame: Frame, ground: Ground, decades: Sequence[float], rows: Sequence[Mapping[Symbol, Any]], lead: Elem
) -> Frame:
    """Solve the factor of the leading coefficient that vanishes at the optimum, or its derivative, for one unknown."""
    values = ground.values(rows[-1])
    free = frame.innermost()
    places = {unknown_of(a.symbol, level): (a.symbol, level) for a in frame.ansatze for level in range(LEVELS)}
    factors = [q for q, _ in lead.num.factor()[1] if ground.is_small(q, values, 4)]
    found = [(q, s) for q in factors for s in free]
    # a sum of squares has no curve of zeros, but where it is zero it is stationary in each unknown
    found += [(q.derivative(ground.index[s]), s) for q, s in found]
    for q, s in found:
        i = ground.index[s]
        if int(q.degrees()[i]) not in (1, 2):
            continue
        for solution in _solutions(ground, q, i):
            residues = [row[s] - solution.number(ground.values(row)) for row in rows]
            small = all(abs(r) < NOTHING for r in residues[-3:])
            power = -Q(1) if small else slope(decades, residues)
            if power is None or power >= 0:
                continue
            x, level = places[s]
            if level + 1 >= LEVELS:
                raise ScalingError(f"more than {LEVELS} scales compete in {x}; the expansion was stopped.")
            new = unknown_of(x, level + 1)
            return frame.refined(Refinement(s, new, solution, -power))
    raise ScalingError(
        f"the leading coefficient {lead.expr()} vanishes at the optimum, but neither it nor a derivative of it "
        "can be solved for one parameter by square roots."
    )


def _solutions(ground: Ground, q: Any, i: int) -> list[Elem]:
    """The roots of a polynomial of degree 1 or 2 in generator i."""
    parts = by_power(q, i)
    c = [ground.fraction(parts.get(k, ground.ctx.constant(0))) for k in range(3)]
    if c[2].is_zero:
        return [-(c[0] / c[1])]
    disc = c[1] * c[1] - ground.rational(4) * c[0] * c[2]
    if disc.number() < 0:
        return []
    root = ground.sqrt(disc)
    half = (ground.rational(2) * c[2]).inverse()
    return [(root - c[1]) * half, (-root - c[1]) * half]

"""Which optimum, where does it tend to, and with which powers: discovered numerically, at one sample.

The global search runs at two sizes of the large parameter; every distinct candidate is followed far out and the
one that is lowest in the end is taken, so that a branch that is best only at moderate values is not mistaken for the
asymptotic one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction as Q
from typing import Any

import flint
import numpy as np
import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.asymptotics.ansatz import Approach, approach, local_slopes, slope
from cascade_sym.asymptotics.follow import AtWall, Branch, Follower, Lost, growth
from cascade_sym.asymptotics.problem import Interval, Problem, ball_of
from cascade_sym.asymptotics.search import Candidate, candidates
from cascade_sym.errors import IndependentObjective, NoOptimum, NoPowerLaw, OptimumAtInfinity, UnboundedObjective

SEARCHED = (2.5, 4.0, 5.5, 7.0)  # decades of the large parameter at which optima are sought
ENOUGH = 4.0  # no further search once the best candidate there could be followed
LAST = 22.0  # decade to which branches are followed, where corrections in powers of the large parameter are small
CHALLENGED = (12.0, 9.0, 6.0)  # where searches could refute what was found
TRUSTED = 1e-3  # relative error of a value in floats up to which such a search is worth something
TRIED = 3  # branches that are expanded, the best first
NULL = 1e-6  # ratio of curvatures below which a direction is a valley
DEEP = 1e8  # how far below all other candidates a value is that can't be followed: a pole


class Settled(Exception):
    """One parameter is to be fixed: its best value is at an `edge`, or any value is as good (a `valley`).

    In a valley `other` is a second value, at which the optimum has to be the same.
    """

    def __init__(self, symbol: Symbol, value: Expr, kind: str, other: Expr | None = None) -> None:
        super().__init__(f"{symbol} = {value}")
        self.symbol, self.value, self.kind, self.other = symbol, value, kind, other


@dataclass(frozen=True)
class Found:
    """The followed optimum with what its parameters and its value do."""

    branch: Branch
    approaches: tuple[Approach, ...]
    power: Q


def discover(problem: Problem, sample: Mapping[Symbol, Any]) -> Found:
    """Find and follow the asymptotic optimum; the typed errors of this module say why there is none."""
    return read_off(problem, _best_branch(problem, sample))


def read_off(problem: Problem, branch: Branch) -> Found:
    """Limits and powers along a followed optimum."""
    value = branch.value
    if all(abs(v - value[-1]) <= abs(value[-1]) * flint.arb(10) ** -60 for v in value):
        raise IndependentObjective(
            f"the optimised objective does not depend on {problem.large}: a change of {problem.large} is undone by "
            f"the optimised parameters {', '.join(s.name for s in problem.over)}. Optimise over fewer of them."
        )
    power = slope(branch.decades, value)
    if power is None:
        raise NoPowerLaw(_creeping("the optimised objective", problem, branch, value))
    found = []
    for i, s in enumerate(problem.over):
        y = [x[i] for x in branch.x]
        a = approach(branch.decades, y, problem.intervals[s])
        if a is None:
            raise NoPowerLaw(_creeping(f"the optimal {s}", problem, branch, y))
        found.append(a)
    return Found(branch, tuple(found), power)


def _creeping(what: str, problem: Problem, branch: Branch, y: Sequence[Any]) -> str:
    k, slopes = branch.decades, local_slopes(branch.decades, y)
    shown = ", ".join(f"{slopes[i]:.6f}" for i in (len(slopes) // 3, 2 * len(slopes) // 3, len(slopes) - 1))
    return (
        f"{what} follows no power of {problem.large}: its local exponent still moves ({shown}) between "
        f"10^{k[0]:g} and 10^{k[-1]:g}, as it does for a logarithm or an exponential."
    )


def _best_branch(problem: Problem, sample: Mapping[Symbol, Any]) -> Branch:
    """The optimum that is lowest in the end: a lower value that can't be followed is never passed over."""
    follower = Follower(problem, sample)
    branches: list[Branch] = []
    reasons: list[str] = []
    any_finite, threats = False, []
    for decade in SEARCHED:
        g = growth(decade)
        found = candidates(problem, decade, sample)
        any_finite = any_finite or bool(found)
        lost = []
        for n, c in enumerate(found[:TRIED]):
            try:
                z, _ = follower.polish(g, follower.coordinates(c.x))
                known = (follower.coordinates(b.at(decade)[0]) for b in branches if decade in b.decades)
                if not any(_same(z, other) for other in known):
                    branches.append(follower.follow(decade, z, LAST))
            except Lost as e:
                lost.append(c)
                reasons.append(str(e))
                if n == 0 and not isinstance(e, AtWall) and (valley := flat_direction(follower, g, list(c.x))):
                    raise valley from e
        here = [b.at(decade)[1] for b in branches if decade in b.decades]
        threats = [c for c in lost if is_lower(problem.ball(g, c.x, follower.sample), here)]
        if threats and threats[0].value < -DEEP * (1 + min(abs(c.value) for c in found)):
            raise UnboundedObjective(_unbounded(problem, decade, threats[0]))
        if branches and not threats and decade >= ENOUGH:
            break
    for c in threats:
        _look_at_edges(problem, follower, SEARCHED[-1], list(c.x))
    if not any_finite:
        raise NoOptimum(
            "the objective is nowhere finite with all constraints positive in the searched region; "
            "check the constraints, the bounds and the values that were set."
        )
    if threats or not branches:
        raise NoOptimum(f"no optimum could be followed to large {problem.large}: {'; '.join(dict.fromkeys(reasons))}.")
    return min(branches, key=in_the_end)


def challenged(
    problem: Problem, sample: Mapping[Symbol, Any], branch: Branch, places: Mapping[Symbol, Any]
) -> tuple[tuple[float, ...], Branch | None]:
    """Decades at which nothing lower than `branch` was found, and an optimum that is lower in the end, or None.

    `places`: where the parameters of the problem are along the branch (sequences), or that they are fixed (numbers).
    NoOptimum where there are lower values from which no optimum can be followed.
    """
    follower = Follower(problem, sample)
    passed: list[float] = []
    for decade in (d for d in CHALLENGED if d in branch.decades):
        k, g = branch.decades.index(decade), growth(decade)
        x = [places[s][k] if isinstance(places[s], tuple) else ball_of(places[s]) for s in problem.over]
        seen = problem.floats(10.0**decade, np.array(list(map(float, x)))[:, None], sample)[0]
        if not abs(seen - float(branch.value[k])) <= TRUSTED * abs(float(branch.value[k])):
            continue  # floats are not good enough there: at the optimum itself they have to give its value
        found = candidates(problem, decade, sample)
        lower = [c for c in found if is_lower(problem.ball(g, c.x, follower.sample), [branch.value[k]])]
        for c in lower:
            try:
                z, _ = follower.polish(g, follower.coordinates(c.x))
                other = follower.follow(decade, z, LAST)
            except Lost as e:
                if not passed:
                    raise NoOptimum(
                        f"the optimum that could be followed is only local: the objective is lower ({c.value:.6g}) at "
                        f"{problem.at(decade, c.x)}, but no optimum could be followed from there: {e}."
                    ) from e
                continue
            if in_the_end(other) < in_the_end(branch):
                return (), other
        if not lower:
            passed.append(decade)
    return tuple(sorted(passed)), None


def is_lower(found: tuple[Any, bool], others: Sequence[Any]) -> bool:
    """Whether an allowed value is below all others, by more than a search leaves open."""
    value, allowed = found
    return allowed and all(value < v - abs(v) * flint.arb(10) ** -9 for v in others)


def in_the_end(branch: Branch) -> tuple[int, float, float]:
    """Sorts optima by what they are worth beyond all growth: by sign, power, and size."""
    before, last = branch.value[-2:]
    if last == 0:
        return (0, 0.0, 0.0)
    sign, size = 1 if last > 0 else -1, float(abs(last).log())
    power = (size - float(abs(before).log())) / (branch.decades[-1] - branch.decades[-2]) if before != 0 else 0.0
    return (sign, sign * round(power, 3), sign * size)


def _same(a: Sequence[Any], b: Sequence[Any]) -> bool:
    return all(abs(x - y) < flint.arb(10) ** -30 for x, y in zip(a, b, strict=True))


def _unbounded(problem: Problem, decade: float, found: Candidate) -> str:
    return (
        f"the objective reaches {found.value:.3g} at {problem.at(decade, found.x)}, and has no lower bound there. "
        "If that region is unphysical, exclude it with positive=[...] (for example a damping rate that must stay "
        "positive) or bounds={...}."
    )


def _look_at_edges(problem: Problem, follower: Follower, decade: float, x: list[Any]) -> None:
    """Does the objective keep improving towards an edge of one parameter? Settled or OptimumAtInfinity if so."""
    g, far = growth(decade), flint.arb(10) ** 25
    x = [_clipped(v, problem.intervals[s]) for v, s in zip(x, problem.over, strict=True)]
    here, ok = problem.ball(g, x, follower.sample)
    if not ok:
        return
    for i, s in enumerate(problem.over):
        for edge in (problem.intervals[s].low, problem.intervals[s].high):
            points = ([*x[:i], _towards(edge, x[i], d), *x[i + 1 :]] for d in (far, far * far))
            (there, ok), (further, still) = (problem.ball(g, y, follower.sample) for y in points)
            if not (ok and still and there <= here + abs(here) * flint.arb(10) ** -6 and further <= there):
                continue
            if there < 0 and abs(further) > 2 * abs(there):
                raise UnboundedObjective(f"the objective decreases without bound as {s} tends to {edge}.")
            if edge.is_finite:
                raise Settled(s, edge, "edge")
            raise OptimumAtInfinity(
                f"the objective keeps improving as {s} tends to {edge}: it has no optimum at finite {s}. Set "
                f"at={{{s}: {edge}}} for the limit, or bound {s} with bounds={{{s}: (low, high)}}."
            )


def _clipped(x: Any, interval: Interval) -> Any:
    """On a half line, within thirty decades of one from its end: far enough, and differences keep their digits."""
    if interval.kind != "half":
        return x
    most, z = flint.arb(10).log() * 30, interval.coordinate(x)
    return interval.value(most if z > most else -most if z < -most else z)


def _towards(edge: Expr, x: Any, far: Any) -> Any:
    """A point near an edge (or far out, for infinite ones)."""
    if edge.is_finite:
        e = ball_of(edge)
        return (e + (x - e) / far).mid()
    sign = 1 if edge is sp.oo else -1
    return (sign * (1 + abs(x)) * far).mid()


def flat_direction(follower: Follower, g: Any, x: list[Any]) -> Settled | None:
    """Whether the second derivatives at a candidate are singular along a direction, and what to fix then."""
    problem = follower.problem
    if len(x) < 2:
        return None
    z = follower.coordinates(x)
    _, _, hess = follower.derivatives(g, z)
    h = np.array([[float(v) for v in row] for row in hess])
    scale = np.sqrt(np.abs(np.diag(h)))
    if not np.all(np.isfinite(h)) or not np.all(scale > 0):
        return None
    values, vectors = np.linalg.eigh(h / np.outer(scale, scale))
    if abs(values[0]) > NULL * abs(values[-1]):
        return None
    weight = np.abs(vectors[:, 0])
    involved = [s for s, w in zip(problem.over, weight, strict=True) if w > 0.05]
    if len(involved) < 2:
        return None
    angles = [s for s in involved if problem.intervals[s].kind == "box"]
    s = (angles or involved)[-1]
    iv = problem.intervals[s]
    if iv.kind == "box":
        return Settled(s, (iv.low + iv.high) / 2, "valley", iv.low + (iv.high - iv.low) / 3)
    side = 1 if iv.rising or iv.kind == "line" else -1
    start = next((e for e in (iv.low, iv.high) if e.is_finite), sp.S.Zero)
    return Settled(s, start + side, "valley", start + 2 * side)

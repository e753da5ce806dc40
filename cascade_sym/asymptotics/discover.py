"""Which optimum, where does it tend to, and with which powers: discovered numerically, at one sample.

The global search runs at two sizes of the large parameter; every distinct candidate is followed far out and the
lowest one there is taken, so that a branch that is best only at moderate values is not mistaken for the
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

from cascade_sym.asymptotics.exponents import Approach, approach, slope
from cascade_sym.asymptotics.follow import AtWall, Branch, Follower, Lost
from cascade_sym.asymptotics.problem import Problem, ball_of
from cascade_sym.asymptotics.search import candidates
from cascade_sym.errors import IndependentObjective, NoOptimum, NoPowerLaw, OptimumAtInfinity, UnboundedObjective

SEARCHED = (2.5, 4.0, 5.5, 7.0)
ENOUGH = 4.0  # no further search once the best candidate there could be followed
COMPARED, LAST = 10.0, 22.0
TRIED = 3
NULL = 1e-6  # ratio of curvatures below which a direction is a valley
DEEP = 1e3  # how far below all other candidates a value is that can't be followed: a pole


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
    start: tuple[Any, ...]
    approaches: tuple[Approach, ...]
    power: Q


def discover(problem: Problem, sample: Mapping[Symbol, Any]) -> Found:
    """Find and follow the asymptotic optimum; the typed errors of this module say why there is none."""
    branch, start = _best_branch(problem, sample)
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
    return Found(branch, start, tuple(found), power)


def _creeping(what: str, problem: Problem, branch: Branch, y: Sequence[Any]) -> str:
    logs = [float(abs(v).log() / flint.arb(10).log()) if abs(v) > 0 else float("-inf") for v in y]
    k = branch.decades
    slopes = [(b - a) / (m - l) for a, b, l, m in zip(logs, logs[1:], k, k[1:], strict=False)]
    shown = ", ".join(f"{slopes[i]:.6f}" for i in (len(slopes) // 3, 2 * len(slopes) // 3, len(slopes) - 1))
    return (
        f"{what} follows no power of {problem.large}: its local exponent still moves ({shown}) between "
        f"10^{k[0]:g} and 10^{k[-1]:g}, as it does for a logarithm or an exponential."
    )


def _best_branch(problem: Problem, sample: Mapping[Symbol, Any]) -> tuple[Branch, tuple[Any, ...]]:
    follower = Follower(problem, sample)
    if not problem.over:
        return follower.follow(SEARCHED[0], [], LAST), ()
    heads: list[Head] = []
    reasons: list[str] = []
    any_finite = False
    for decade in SEARCHED:
        found = [c for c in candidates(problem, decade, sample) if np.isfinite(c[0])]
        any_finite = any_finite or bool(found)
        if not found:
            continue
        clean, lost = _heads(problem, follower, decade, _distinct(found)[:TRIED], heads)
        if not clean and found[0][0] < -DEEP * (1 + min(abs(v) for v, _ in found)):
            raise UnboundedObjective(_unbounded(problem, decade, found[0]))
        reasons += [reason for _, reason in lost]
        if clean and decade >= ENOUGH:
            break
        if not clean and decade == SEARCHED[-1]:
            _look_at_edges(problem, follower, decade, lost[0][0])
    if not any_finite:
        raise NoOptimum(
            "the objective is nowhere finite with all constraints positive in the searched region; "
            "check the constraints, the bounds and the values that were set."
        )
    if not heads:
        raise NoOptimum(f"no optimum could be followed to large {problem.large}: {'; '.join(dict.fromkeys(reasons))}.")
    best = min(heads, key=lambda h: _order(h.value))
    branch = follower.follow(best.decade, best.z, LAST)
    return branch, tuple(branch.x[0])


@dataclass(frozen=True)
class Head:
    """One optimum at 10**decade, and what its continuation is worth at 10**COMPARED."""

    value: Any
    decade: float
    z: list[Any]


def _order(v: Any) -> tuple[int, float]:
    """Sorts balls by value, beyond the range of floats."""
    if v == 0:
        return (0, 0.0)
    size = float(abs(v).log())
    return (1, size) if v > 0 else (-1, -size)


def _heads(
    problem: Problem, follower: Follower, decade: float, found: list[tuple[float, np.ndarray]], heads: list[Head]
) -> tuple[bool, list[tuple[list[Any], str]]]:
    """Add the candidates that can be followed to `heads`; whether the best one could, and what was lost."""
    lost: list[tuple[list[Any], str]] = []
    g = flint.arb(10) ** ball_of(sp.Rational(decade))
    clean = False
    for n, (_, u) in enumerate(found):
        x = [flint.arb(float(problem.to_value(i, u[i : i + 1])[0])) for i in range(len(u))]
        try:
            z, _ = follower.polish(g, follower.coordinates(x))
            if not any(_same(z, h.z) for h in heads if h.decade == decade):
                head = follower.follow(decade, z, COMPARED)
                heads.append(Head(head.value[-1], decade, z))
            clean = clean or n == 0
        except Lost as e:
            lost.append((x, str(e)))
            if n == 0 and not isinstance(e, AtWall) and (flat := flat_direction(follower, g, x)):
                raise flat from e
    return clean, lost


def _distinct(found: list[tuple[float, np.ndarray]]) -> list[tuple[float, np.ndarray]]:
    out: list[tuple[float, np.ndarray]] = []
    for v, u in found:
        if all(abs(v - w) > 1e-7 * abs(w) + 1e-300 or np.linalg.norm(u - q) > 1e-2 for w, q in out):
            out.append((v, u))
    return out


def _same(a: Sequence[Any], b: Sequence[Any]) -> bool:
    return all(abs(x - y) < flint.arb(10) ** -30 for x, y in zip(a, b, strict=True))


def _unbounded(problem: Problem, decade: float, found: tuple[float, np.ndarray]) -> str:
    at = ", ".join(
        f"{s} = {float(problem.to_value(i, found[1][i : i + 1])[0]):.6g}" for i, s in enumerate(problem.over)
    )
    return (
        f"the objective reaches {found[0]:.3g} at {problem.large} = 10^{'-' if problem.inverted else ''}{decade:g}, "
        f"{at}, and has no lower bound there. If that region is unphysical, exclude it with positive=[...] "
        "(for example a damping rate that must stay positive) or bounds={...}."
    )


def _look_at_edges(problem: Problem, follower: Follower, decade: float, x: list[Any]) -> None:
    """Does the objective keep improving towards an edge of one parameter? Settled or OptimumAtInfinity if so."""
    g = flint.arb(10) ** ball_of(sp.Rational(decade))
    far = flint.arb(10) ** 25
    x = [_clipped(v) if problem.intervals[s].kind == "half" else v for v, s in zip(x, problem.over, strict=True)]
    here, ok = problem.ball(g, x, follower.sample)
    if not ok:
        return
    for i, s in enumerate(problem.over):
        iv = problem.intervals[s]
        for edge, beyond in ((iv.low, _towards(iv.low, x[i], far)), (iv.high, _towards(iv.high, x[i], far))):
            y = list(x)
            y[i] = beyond
            there, ok = problem.ball(g, y, follower.sample)
            if not ok or not there <= here + abs(here) * flint.arb(10) ** -6:
                continue
            y[i] = _towards(edge, x[i], far * far)
            further, ok = problem.ball(g, y, follower.sample)
            if not ok or not further <= there:
                continue
            if there < 0 and abs(further) > 2 * abs(there):
                raise UnboundedObjective(f"the objective decreases without bound as {s} tends to {edge}.")
            if edge.is_finite:
                raise Settled(s, edge, "edge")
            raise OptimumAtInfinity(
                f"the objective keeps improving as {s} tends to {edge}: it has no optimum at finite {s}. Set "
                f"at={{{s}: {edge}}} for the limit, or bound {s} with bounds={{{s}: (low, high)}}."
            )


def _clipped(v: Any) -> Any:
    """Within thirty decades of one: far enough, and differences keep their digits."""
    most = flint.arb(10) ** 30
    return most if v > most else 1 / most if v < 1 / most else v


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
    _, _, hess = follower.derivatives(g, z, [flint.arb(10) ** -50] * len(z))
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
    return Settled(s, sp.S.One, "valley", sp.Integer(2))

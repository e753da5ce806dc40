"""The optimum at high precision, and its continuation to very large values of the large parameter.

Damped Newton iteration in ball arithmetic (python-flint), derivatives by central differences that lose half of
several hundred digits at most. Half-infinite parameters are followed in logarithms.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any

import flint
from sympy import Symbol

from cascade_sym.asymptotics.problem import Problem, ball_of

BITS = 900  # precision of optima, whose objective cancels by many digits where the parameter is large
SMALLEST = 1e-6  # part of a path below which a step is not shortened any more
NEAR = 20  # rounds of Newton's iteration from a point nearby
POWERS = 3  # in which an optimum is predicted: where scales compete, one is not enough


@dataclass(frozen=True)
class Branch:
    """Optima along g = 10**decades[k]: `x[k]` the parameters (balls), `value[k]` the objective."""

    decades: tuple[float, ...]
    x: tuple[tuple[Any, ...], ...]
    value: tuple[Any, ...]

    def at(self, decade: float) -> tuple[tuple[Any, ...], Any]:
        """Parameters and objective at one of the decades."""
        k = self.decades.index(decade)
        return self.x[k], self.value[k]


def growth(decade: float) -> Any:
    """The value of g."""
    return flint.arb(10) ** flint.arb(decade)


class Lost(Exception):
    """Newton's iteration left the allowed region or did not settle."""


class AtWall(Lost):
    """The objective improves up to where a constraint vanishes."""

    def __init__(self) -> None:
        super().__init__(
            "the objective keeps improving up to the boundary where a constraint (a damping rate, say) vanishes, and "
            "takes no minimum inside"
        )


class Follower:
    """Newton iteration for one problem at one sample of the remaining parameters."""

    def __init__(self, problem: Problem, sample: Mapping[Symbol, Any]) -> None:
        self.problem = problem
        self.sample = {s: ball_of(v) for s, v in sample.items()}
        self.intervals = [problem.intervals[s] for s in problem.over]

    def values(self, z: Sequence[Any]) -> list[Any]:
        """Parameter values of Newton coordinates."""
        return [iv.value(v) for v, iv in zip(z, self.intervals, strict=True)]

    def coordinates(self, x: Sequence[Any]) -> list[Any]:
        return [iv.coordinate(v) for v, iv in zip(x, self.intervals, strict=True)]

    def f(self, g: Any, z: Sequence[Any]) -> tuple[Any, bool]:
        if not all(iv.holds(v) for v, iv in zip(z, self.intervals, strict=True)):
            return flint.arb("nan"), False
        return self.problem.ball(g, self.values(z), self.sample)

    def raw(self, g: Any, z: Sequence[Any]) -> Any:
        """The objective without regard to edges (difference quotients may step over one)."""
        return self.problem.ball(g, self.values(z), self.sample)[0]

    def derivatives(self, g: Any, z: list[Any]) -> tuple[Any, list[Any], list[list[Any]]]:
        """The objective, its gradient, and its second derivatives."""
        n, h = len(z), flint.arb(10) ** -50

        def at(*moves: tuple[int, int]) -> Any:
            y = list(z)
            for i, k in moves:
                y[i] = (y[i] + k * h).mid()
            return self.raw(g, y)

        f0 = self.raw(g, z)
        plus, minus = [at((i, 1)) for i in range(n)], [at((i, -1)) for i in range(n)]
        grad = [((a - b) / (2 * h)).mid() for a, b in zip(plus, minus, strict=True)]
        second = [a - 2 * f0 + b for a, b in zip(plus, minus, strict=True)]
        hess = [[(second[i] / h**2).mid()] * n for i in range(n)]
        for i, j in combinations(range(n), 2):
            both = at((i, 1), (j, 1)) - 2 * f0 + at((i, -1), (j, -1))
            hess[i][j] = hess[j][i] = ((both - second[i] - second[j]) / (2 * h**2)).mid()
        return f0, grad, hess

    def polish(self, g: Any, z: list[Any], rounds: int = 80) -> tuple[list[Any], Any]:
        """The minimum near z; Lost where the iteration fails or ends at no minimum."""
        value, ok = self.f(g, z)
        if not ok:
            raise Lost("the start is outside the allowed region")
        if not z:
            return z, value
        step: list[Any] | None = None
        for _ in range(rounds):
            f0, grad, hess = self.derivatives(g, z)
            if not (f0.is_finite() and all(d.is_finite() for d in grad)):
                raise Lost("the objective is not finite")
            step = self._step(grad, hess)
            definite = step is not None
            if step is None:
                step = [-gr / (abs(hess[i][i]) + flint.arb(10) ** -50) for i, gr in enumerate(grad)]
            fraction = flint.arb(1)
            for _try in range(60):
                new = [(a + fraction * d).mid() for a, d in zip(z, step, strict=True)]
                trial, ok = self.f(g, new)
                if ok and trial <= value + abs(value) * flint.arb(10) ** -60:
                    break
                fraction = fraction / 4
            else:
                raise self._lost(g, z, step, "no descent")
            z, value = new, trial
            size = max((abs(d) for d in step), key=lambda d: float(d.log()) if d > 0 else -1e9)
            if definite and size < flint.arb(10) ** -90:
                return z, value
        raise self._lost(g, z, step, "Newton's iteration did not settle")

    def _lost(self, g: Any, z: list[Any], step: list[Any] | None, why: str) -> Lost:
        """AtWall where the smallest part of a step that would improve the objective leaves the allowed region."""
        tiny = flint.arb(1) / 10
        _, ok = self.f(g, [(a + tiny * d).mid() for a, d in zip(z, step or z, strict=True)])
        return Lost(why) if ok else AtWall()

    def _step(self, grad: list[Any], hess: list[list[Any]]) -> list[Any] | None:
        """-H^-1 grad; None where H is not positive definite."""
        n = len(grad)
        if not all(flint.arb_mat([row[:k] for row in hess[:k]]).det() > 0 for k in range(1, n + 1)):
            return None
        found = flint.arb_mat(hess).solve(flint.arb_mat([[-d] for d in grad]))
        return [found[i, 0].mid() for i in range(n)]

    def follow(self, decade: float, z: list[Any], last: float) -> Branch:
        """Continue from 10**decade up (or down) to 10**last, predicting from the last steps.

        Upwards the first steps are quarters of a decade, then halves; downwards quarters, until the optimum is lost.
        """
        points: list[tuple[int, list[Any], Any]] = []
        k, end = round(decade * 4), round(last * 4)
        stride = 1 if end >= k else -1
        while (end - k) * stride >= 0:
            try:
                z, v = self._onwards([p[1] for p in points], z, k, stride)
            except Lost:
                if stride > 0 or not points:
                    raise
                break
            points.append((k, z, v))
            if stride == 1 and len(points) >= 8 and k % 2 == 0:
                points, stride = points[::-2][::-1], 2
            k += stride
        steps, zs, values = zip(*sorted(points, key=lambda p: p[0]), strict=True)
        return Branch(tuple(k / 4 for k in steps), tuple(tuple(self.values(z)) for z in zs), values)

    def _onwards(self, before: list[list[Any]], z: list[Any], k: int, stride: int) -> tuple[list[Any], Any]:
        """The next optimum; where the prediction fails, in ever smaller steps from the last one."""
        try:
            return self.polish(growth(k / 4), self._predict(before, z))
        except Lost:
            if not before:
                raise
        z = walked(
            lambda there, guess: self.polish(growth(there / 4), list(guess), NEAR)[0],
            before[-1], float(k - stride), float(k), stride / 4,
        )  # fmt: skip
        return z, self.f(growth(k / 4), z)[0]

    def _predict(self, zs: list[list[Any]], z: list[Any]) -> list[Any]:
        """The next point on the same grid: sums of powers have differences that obey a linear recurrence."""
        if len(zs) < 2:
            return z
        out = []
        for i, (c, iv) in enumerate(zip(zs[-1], self.intervals, strict=True)):
            guess = (c + _next_difference([w[i] for w in zs], iv.kind == "half")).mid()
            out.append(guess if iv.holds(guess) else c)
        return out


def _next_difference(y: Sequence[Any], growing: bool) -> Any:
    """The next difference of a sequence that is a sum of at most `POWERS` powers, from its last values (Prony)."""
    d = [b - a for a, b in pairwise(y)]
    small = flint.arb(10) ** -85
    for m in range(min(POWERS, len(d) // 2), 0, -1):
        rows = [[d[len(d) - 2 * m + j + k] for k in range(m)] for j in range(m)]
        rhs = [[d[len(d) - m + j]] for j in range(m)]
        try:
            weights = flint.arb_mat(rows).solve(flint.arb_mat(rhs))
        except ZeroDivisionError:
            continue
        found = sum((weights[k, 0].mid() * d[len(d) - m + k] for k in range(m)), flint.arb(0)).mid()
        if abs(found) < flint.arb("1.6") * abs(d[-1]) + small:
            return found
    return d[-1] * (flint.arb(1) if growing else flint.arb("0.7"))


def walked(
    solve: Callable[[float, Sequence[Any]], list[Any]], x: list[Any], start: float, end: float, step: float,
    longest: float = float("inf"),
) -> list[Any]:  # fmt: skip
    """A solution carried from `start` to `end`: `solve(there, guess)` raises Lost where a step was too long.

    It is predicted linearly, and the steps adapt.
    """
    at, before = (start, x), None
    while at[0] != end:
        there = end if abs(end - at[0]) <= abs(step) else at[0] + step
        guess = at[1]
        if before is not None:
            w = (there - at[0]) / (at[0] - before[0])
            guess = [(c + (c - b) * w).mid() for c, b in zip(at[1], before[1], strict=True)]
        try:
            found = solve(there, guess)
        except Lost:
            step /= 3
            if abs(step) < abs(end - start) * SMALLEST:
                raise
            continue
        before, at, step = at, (there, found), math.copysign(min(2 * abs(step), longest), step)
    return at[1]

"""An exact value at other parameter values: the stationary point is followed there, not a root of a polynomial.

Roots of the eliminated polynomial may cross when parameters change (different stationary points with the same
value); the stationary points themselves stay apart. The path leads straight through the (logarithms of the)
parameters, by Newton's iteration from a linear prediction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import flint
from sympy import Symbol

from cascade_sym.asymptotics.ground import Elem
from cascade_sym.asymptotics.problem import ball_of
from cascade_sym.errors import ParameterError
from cascade_sym.program import read
from cascade_sym.program.balls import Balls, lifted

if TYPE_CHECKING:
    from cascade_sym.asymptotics.minimum import Stationary

SMALLEST = 2.0**-20
FIRST, LONGEST = 0.02, 0.1
TURN = 0.1  # relative distance from the prediction at which a step is taken again, shorter
ROUNDS = 8


@dataclass(frozen=True, eq=False)
class Track:
    """`function` at the stationary point `point`, as a function of the parameters."""

    point: Stationary
    function: Elem

    @property
    def parameters(self) -> tuple[Symbol, ...]:
        """The original parameters that the value may depend on."""
        ground, meaning = self.point.ground, dict(self.point.back)
        radicands = [r for _, r in ground.roots]
        found: set[Symbol] = set()
        for p in (self.function.num, self.function.den, *self.point.system, *radicands):
            degrees = p.degrees()
            found |= {s for s in ground.parameters if degrees[ground.index[s]]}
        shown = {t for s in found for t in (meaning[s].free_symbols if s in meaning else {s})}
        return tuple(sorted(shown, key=lambda s: s.name))

    def value(self, target: Mapping[Symbol, Any], digits: int) -> Any:
        """A ball at `target` (all original parameters); ParameterError where the point is lost on the way."""
        with flint.ctx.workprec(int((digits + 60) * 3.33)):
            a = {s: ball_of(v) for s, v in self.point.origin.items()}
            b = {s: ball_of(target[s]) if s in target else a[s] for s in a}
            values = _Walk(self.point, a, b).end()
            return self.function.number(values)


class _Walk:
    def __init__(self, point: Stationary, a: Mapping[Symbol, Any], b: Mapping[Symbol, Any]) -> None:
        self.ground, self.a, self.b, self.back = point.ground, a, b, dict(point.back)
        roots = [i for i, _ in self.ground.roots]
        self.relations = [self.ground.polys[i] ** 2 - p for i, p in self.ground.roots]
        self.unknowns = [*point.unknowns, *roots]
        self.system = [*point.system, *self.relations]
        self.jacobian = [[p.derivative(i) for i in self.unknowns] for p in self.system]
        self.start = [point.values[i] for i in self.unknowns]
        names = list(self.back)
        self.names, self.meaning = names, read(*(self.back[t] for t in names)).on(Balls())

    def end(self) -> list[Any]:
        """All generators' values at the end of the path."""
        if not self.unknowns:
            return self._with(1.0, [])
        x, t, step = self.start, 0.0, FIRST
        before: tuple[float, list[Any]] | None = None
        while t < 1.0:
            there = min(1.0, t + step)
            guess = x
            if before is not None:
                w = (there - t) / (t - before[0])
                guess = [(c + (c - p) * w).mid() for c, p in zip(x, before[1], strict=True)]
            found = self._newton(there, guess)
            if found is None:
                step /= 2
                if step < SMALLEST:
                    raise ParameterError(
                        "the optimum can't be followed to these parameter values (it reaches an edge or meets "
                        "another stationary point); call scaling with them set (at=...) instead."
                    )
                continue
            before, x, t, step = (t, x), found, there, min(1.5 * step, LONGEST)
        return self._with(1.0, x)

    def _with(self, t: float, x: Sequence[Any]) -> list[Any]:
        """Values of all generators, the unknowns being x."""
        env: dict[Symbol, Any] = {}
        for s, a in self.a.items():
            b = self.b[s]
            geometric = bool(a > 0 and b > 0)
            env[s] = b if t == 1.0 else (a * ((b / a).log() * t).exp() if geometric else a + (b - a) * t).mid()
        values = list(self.ground.value)
        taus = map(lifted, self.meaning({s.name: v for s, v in env.items()}))
        for s, v in (*env.items(), *zip(self.names, taus, strict=True)):
            if s in self.ground.index:
                values[self.ground.index[s]] = v
        for i, v in zip(self.unknowns, x, strict=True):
            values[i] = v
        return values

    def _newton(self, t: float, guess: list[Any]) -> list[Any] | None:
        x = guess
        values = self._with(t, x)
        for _ in range(ROUNDS):
            rhs = flint.arb_mat([[-self.ground.number(p, values).mid()] for p in self.system])
            matrix = flint.arb_mat([[self.ground.number(d, values).mid() for d in row] for row in self.jacobian])
            try:
                step = matrix.solve(rhs)
            except ZeroDivisionError:
                return None
            moves = [step[k, 0].mid() for k in range(len(x))]
            x = [(v + d).mid() for v, d in zip(x, moves, strict=True)]
            for i, v in zip(self.unknowns, x, strict=True):
                values[i] = v
            if any(abs(v - g) > TURN * abs(g) for v, g in zip(x, guess, strict=True)):
                return None
            if all(abs(d) <= abs(v) * flint.arb(2) ** (-flint.ctx.prec // 2) for v, d in zip(x, moves, strict=True)):
                return x
        return None

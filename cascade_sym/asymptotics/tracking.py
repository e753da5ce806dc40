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

from cascade_sym.asymptotics.elimination import Conditions
from cascade_sym.asymptotics.follow import Lost, walked
from cascade_sym.asymptotics.ground import Elem
from cascade_sym.asymptotics.problem import ball_of
from cascade_sym.errors import ParameterError
from cascade_sym.program import read
from cascade_sym.program.balls import Balls, lifted

if TYPE_CHECKING:
    from cascade_sym.asymptotics.minimum import Stationary

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
        used = ground.generators(self.function.num, self.function.den, *self.point.system)
        found = [s for s in ground.parameters if ground.index[s] in used]
        shown = {t for s in found for t in meaning.get(s, s).free_symbols}
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
        roots = tuple(i for i, _ in self.ground.roots)
        relations = tuple(self.ground.polys[i] ** 2 - p for i, p in self.ground.roots)
        self.conditions = Conditions(self.ground, (*point.system, *relations), (*point.unknowns, *roots))
        self.start = [point.values[i] for i in self.conditions.unknowns]
        self.meaning = read(*self.back.values()).on(Balls())

    def end(self) -> list[Any]:
        """All generators' values at the end of the path."""
        if not self.start:
            return self._with(1.0, [])
        try:
            first = FIRST if self.a else 1.0
            return self._with(1.0, walked(self._newton, self.start, 0.0, 1.0, first, LONGEST))
        except Lost as e:
            raise ParameterError(
                "the optimum can't be followed to these parameter values (it reaches an edge or meets "
                "another stationary point); call scaling with them set (at=...) instead."
            ) from e

    def _with(self, t: float, x: Sequence[Any]) -> list[Any]:
        """Values of all generators, the unknowns being x."""
        env: dict[Symbol, Any] = {}
        for s, a in self.a.items():
            b = self.b[s]
            geometric = bool(a > 0 and b > 0)
            env[s] = b if t == 1.0 else (a * ((b / a).log() * t).exp() if geometric else a + (b - a) * t).mid()
        values = list(self.ground.value)
        taus = map(lifted, self.meaning({s.name: v for s, v in env.items()}))
        for s, v in (*env.items(), *zip(self.back, taus, strict=True)):
            if s in self.ground.index:
                values[self.ground.index[s]] = v
        for i, v in zip(self.conditions.unknowns, x, strict=True):
            values[i] = v
        return values

    def _newton(self, t: float, guess: Sequence[Any]) -> list[Any]:
        values = self._with(t, guess)
        for _ in range(ROUNDS):
            moves = self.conditions.step(values)
            x = [values[i] for i in self.conditions.unknowns]
            if moves is None or any(abs(v - g) > TURN * abs(g) for v, g in zip(x, guess, strict=True)):
                break
            if all(abs(d) <= abs(v) * flint.arb(2) ** (-flint.ctx.prec // 2) for v, d in zip(x, moves, strict=True)):
                return x
        raise Lost("Newton's iteration left the path")

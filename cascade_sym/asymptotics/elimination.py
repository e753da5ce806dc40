"""Exact solution of polynomial systems near a known point: factors, resultants, minimal polynomials.

Of every polynomial only the irreducible factor that vanishes at the point is kept, which keeps degrees small
and selects the branch; unknowns go one by one, linear ones first.

At other parameter values (`Track`) the stationary point is followed, not a root of the eliminated polynomial: roots may
cross when parameters change (different stationary points with the same value), stationary points stay apart. The path
leads straight through the (logarithms of the) parameters, by Newton's iteration from a linear prediction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from math import gcd, log10, prod
from typing import TYPE_CHECKING, Any

import flint
from sympy import Symbol

from cascade_sym.asymptotics.follow import Lost, walked
from cascade_sym.asymptotics.ground import Elem, Ground
from cascade_sym.asymptotics.problem import ball_of
from cascade_sym.errors import ParameterError, ScalingError
from cascade_sym.exact.factors import polynomial_factors
from cascade_sym.program import read
from cascade_sym.program.balls import Balls, lifted
from cascade_sym.saved.encoded import stored

if TYPE_CHECKING:
    from cascade_sym.asymptotics.minimum import Stationary

SURE = 60  # digits to which a polynomial vanishes that is taken for zero; its proof follows
LARGEST = 7.5  # size of the largest resultant that is still attempted, see `_size`
LARGEST_DEPENDENT = 6.3  # the same where the value is a long function of the unknowns: coefficients swell


class TooLarge(Exception):
    """An elimination would take too long; the value is known as a function at a point instead."""


def vanishing(ground: Ground, p: Any, values: Sequence[Any], digits: int) -> Any | None:
    """The irreducible factor of `p` that vanishes at the point (the simplest, if several do); None if none does."""
    if p.is_zero():
        return None
    found = [q for q, _ in polynomial_factors(p)[1] if ground.is_small(q, values, digits)]
    return min(found, key=lambda q: (q.total_degree(), len(q))) if found else None


@dataclass(frozen=True, eq=False)
class Conditions:
    """As many polynomials as unknowns: Newton's iteration for where they vanish."""

    ground: Ground
    system: tuple[Any, ...]
    unknowns: tuple[int, ...]

    @cached_property
    def _rows(self) -> list[list[list[tuple[Any, tuple[int, ...]]]]]:
        """The terms of every polynomial and of its derivatives."""
        every = ([p, *(p.derivative(i) for i in self.unknowns)] for p in self.system)
        return [[[(flint.arb(c), tuple(mono)) for mono, c in p.terms()] for p in row] for row in every]

    def step(self, values: list[Any]) -> list[Any] | None:
        """One step, taken in `values` (of all generators): the moves of the unknowns; None where it is singular."""

        @cache  # most monomials stand in several derivatives
        def power(i: int, k: int) -> Any:
            return values[i] ** k

        @cache
        def product(mono: tuple[int, ...]) -> Any:
            return prod((power(i, int(k)) for i, k in enumerate(mono) if k), start=flint.arb(1))

        rows = [[sum((c * product(m) for c, m in p), flint.arb(0)).mid() for p in row] for row in self._rows]
        rhs, matrix = [[-row[0]] for row in rows], [row[1:] for row in rows]
        try:
            found = flint.arb_mat(matrix).solve(flint.arb_mat(rhs))
        except ZeroDivisionError:
            return None
        moves = [found[k, 0].mid() for k in range(len(self.unknowns))]
        for i, move in zip(self.unknowns, moves, strict=True):
            values[i] = (values[i] + move).mid()
        return moves

    def polished(self, values: Sequence[Any]) -> list[Any]:
        """The values of all generators at the point near `values`, to full precision."""
        values, small = list(values), flint.arb(10) ** -30
        for _ in range(60):
            moves = self.step(values)
            if moves is None:
                raise ScalingError(
                    "the leading function is flat at its minimum (its second derivative is singular there); "
                    "the optimum is not isolated at leading order."
                )
            sizes = [abs(m) / (abs(values[i]) + small) for i, m in zip(self.unknowns, moves, strict=True)]
            if all(size < flint.arb(10) ** -(3 * SURE) for size in sizes):
                return values
        raise ScalingError(f"Newton's iteration on the {len(self.unknowns)} stationarity conditions did not settle.")


def eliminate(
    ground: Ground, polys: Sequence[Any], unknowns: Sequence[int], values: Sequence[Any], largest: float = LARGEST
) -> Any:
    """The irreducible polynomial free of `unknowns` that follows from `polys` and vanishes at the point."""
    left = [_kept(ground, p, values) for p in polys]
    todo = list(unknowns)
    while todo:
        i, pivot = _choice(left, todo)
        todo.remove(i)
        if pivot is None:
            continue
        others: list[Any] = []
        for p in left:
            if p is pivot:
                continue
            if p.degrees()[i]:
                if _size(p, pivot, i) > largest:
                    raise TooLarge(f"resultant of {len(p)} and {len(pivot)} terms")
                p = _kept(ground, p.resultant(pivot, i), values)
            if all(p != q for q in others):
                others.append(p)
        left = others
    if not left:
        raise ScalingError("the stationarity conditions do not determine the optimum at leading order.")
    out = left[0]
    for p in left[1:]:
        out = out.gcd(p)
    return out


def _choice(left: Sequence[Any], todo: Sequence[int]) -> tuple[int, Any | None]:
    """The unknown and the polynomial to eliminate it with: lowest degree, then fewest terms."""
    options = []
    for i in todo:
        holding = [p for p in left if p.degrees()[i]]
        if not holding:
            return i, None
        pivot = min(holding, key=lambda p: (p.degrees()[i], len(p)))
        rest = sum(int(p.degrees()[i]) * len(p) for p in holding)
        options.append(((int(pivot.degrees()[i]), rest * len(pivot)), i, pivot))
    _, i, pivot = min(options, key=lambda o: o[0])
    return i, pivot


def _size(p: Any, q: Any, i: int) -> float:
    """Decimal order of the work of a resultant in generator i: terms of a dense result, times degrees to the 3/2."""
    step = [0] * len(p.degrees())
    for mono in (*p.monoms(), *q.monoms()):
        step = [gcd(s, int(k)) for s, k in zip(step, mono, strict=True)]
    d, e = int(p.degrees()[i]), int(q.degrees()[i])
    total = 1.5 * log10((d + e) / max(step[i], 1))
    for j, (a, b) in enumerate(zip(p.degrees(), q.degrees(), strict=True)):
        if j != i:
            total += log10((d * int(b) + e * int(a)) / max(step[j], 1) + 1)
    return total


def _kept(ground: Ground, p: Any, values: Sequence[Any]) -> Any:
    q = vanishing(ground, p, values, SURE)
    if q is None:
        raise ScalingError("a resultant vanished identically or nowhere near the optimum; the system is degenerate.")
    return q


FIRST, LONGEST = 0.02, 0.1  # steps along a path from 0 to 1: the first one, and the longest that still sees a turn
TURN = 0.1  # relative distance from the prediction at which a step is taken again, shorter
ROUNDS = 8  # of Newton's iteration, from a point nearby


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

    def __reduce__(self) -> tuple[Any, ...]:  # polynomials of the exact algebra stay in their process
        return LostTrack, (self.parameters,)

    def __deepcopy__(self, memo: Any) -> Track:
        return self  # it never changes

    def value(self, target: Mapping[Symbol, Any], digits: int) -> Any:
        """A ball at `target` (all original parameters); ParameterError where the point is lost on the way."""
        with flint.ctx.workprec(int((digits + 60) * 3.33)):
            a = {s: ball_of(v) for s, v in self.point.origin.items()}
            b = {s: ball_of(target[s]) if s in target else a[s] for s in a}
            values = _Walk(self.point, a, b).end()
            return self.function.number(values)


@dataclass(frozen=True)
class LostTrack:
    """In place of a track that went through a file: the parameters alone."""

    parameters: tuple[Symbol, ...]

    def value(self, target: Mapping[Symbol, Any], digits: int) -> Any:
        raise ParameterError("a loaded result does not follow its root to other values; derive the scaling again.")


@stored.register
def _(value: Track) -> Any:
    return stored(LostTrack(value.parameters))


class _Walk:
    def __init__(self, point: Stationary, a: Mapping[Symbol, Any], b: Mapping[Symbol, Any]) -> None:
        self.ground, self.a, self.b, self.back = point.ground, a, b, dict(point.back)
        roots = tuple(i for i, _ in self.ground.roots)
        relations = tuple(self.ground.polys[i] ** 2 - p for i, p in self.ground.roots)
        self.conditions = Conditions(self.ground, (*point.system, *relations), (*point.unknowns, *roots))
        self.start = [point.values[i] for i in self.conditions.unknowns]
        self.meaning = read(*self.back.values()).on(Balls())  # once for all points of the path

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

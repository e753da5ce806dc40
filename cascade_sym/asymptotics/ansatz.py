"""x_i = limit + kappa_i t^alpha: the optimised parameters as series in t with unknown coefficients.

Where the leading function vanishes on a curve, an unknown is itself refined: kappa = solution + kappa' t^beta,
with a new unknown kappa'. A `Frame` holds both; `Frame.unknowns_at` inverts it at finite g, so that the
exponents of refinements are read off the followed optimum as well.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction as Q
from typing import Any

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.asymptotics.element import Elem
from cascade_sym.asymptotics.exact_series import ExactSeries, Rotation
from cascade_sym.asymptotics.ground import Ground
from cascade_sym.asymptotics.problem import ball_of
from cascade_sym.asymptotics.series import Series
from cascade_sym.exact.fraction import evaluated
from cascade_sym.symbols import own

LEVELS = 4


@dataclass(frozen=True)
class Ansatz:
    """One optimised parameter: `symbol` = limit + kappa g^-power (limit zero where it is 0 or oo).

    `limit` None means a finite limit that is an unknown of its own (for angles: tan((x - reference)/2)).
    """

    symbol: Symbol
    angle: bool
    limit: Expr | None
    power: Q
    reference: Expr = sp.S.Zero

    @property
    def unknown(self) -> Symbol:
        return unknown_of(self.symbol, 0)

    @property
    def start(self) -> Expr:
        """What kappa g^-power is added to."""
        return self.limit if self.limit is not None and self.limit.is_finite else sp.S.Zero

    def series(self, kappa: Series, arithmetic: ExactSeries, p: int) -> Any:
        """The parameter as a series (an `Angle` for angles), given that of its unknown."""
        ground = arithmetic.ground
        move = Series.power_of_t(ground, int(self.power * p), arithmetic.terms)
        one = Series.constant(ground.rational(1), arithmetic.terms)
        if not self.angle:
            return kappa * move + arithmetic.const(arithmetic.surd(self.start))
        if self.limit is None:
            square = kappa * kappa
            inverse = (one + square).inverse()
            rotation = Rotation((one + -square) * inverse, (kappa + kappa) * inverse)
            arithmetic.rotations[self.symbol.name] = rotation
            return arithmetic.angle(_turns(self.reference), {self.symbol.name: Q(1)})
        return arithmetic.angle(_turns(self.limit), rest=kappa * move)

    def unknown_at(self, g: Any, x: Any) -> Any:
        """kappa at finite g, from the parameter's value there."""
        if self.limit is None:
            return (((x - ball_of(self.reference)) / 2).tan() if self.angle else x).mid()
        return ((x - ball_of(self.start)) * g ** ball_of(self.power)).mid()


@dataclass(frozen=True)
class Refinement:
    """`old` = solution + `new` g^-power."""

    old: Symbol
    new: Symbol
    solution: Elem
    power: Q


@dataclass(frozen=True)
class Frame:
    """All parameters and refinements, with t = g^(-1/p)."""

    ansatze: tuple[Ansatz, ...]
    p: int
    refinements: tuple[Refinement, ...] = ()

    def refined(self, r: Refinement) -> Frame:
        return replace(self, refinements=(*self.refinements, r), p=math.lcm(self.p, r.power.denominator))

    def innermost(self) -> tuple[Symbol, ...]:
        """The unknowns that are still free, in the order of the parameters."""
        following = {r.old: r.new for r in self.refinements}
        out = []
        for a in self.ansatze:
            s = a.unknown
            while s in following:
                s = following[s]
            out.append(s)
        return tuple(out)

    def environment(self, arithmetic: ExactSeries) -> dict[str, Any]:
        """Series for every optimised parameter, by name."""
        by_old = {r.old: r for r in self.refinements}
        known: dict[Symbol, Series] = {}

        def resolve(s: Symbol) -> Series:
            if s not in known:
                if s in by_old:
                    r = by_old[s]
                    move = Series.power_of_t(arithmetic.ground, int(r.power * self.p), arithmetic.terms)
                    known[s] = substituted(r.solution, resolve, set(by_old), arithmetic) + resolve(r.new) * move
                else:
                    known[s] = arithmetic.const(arithmetic.ground.gen(s))
            return known[s]

        return {a.symbol.name: a.series(resolve(a.unknown), arithmetic, self.p) for a in self.ansatze}

    def unknowns_at(self, ground: Ground, g: Any, x: Sequence[Any]) -> dict[Symbol, Any]:
        """Every unknown's value (of all levels) at finite g."""
        value = {a.unknown: a.unknown_at(g, v) for a, v in zip(self.ansatze, x, strict=True)}
        for r in self.refinements:
            at = r.solution.number(ground.values(value))
            value[r.new] = ((value[r.old] - at) * g ** ball_of(r.power)).mid()
        return value


def unknown_of(symbol: Symbol, level: int) -> Symbol:
    """The unknown coefficient of a parameter: kappa_<name>, primed at each refinement."""
    return own(f"kappa_{symbol.name}", level)


def substituted(e: Elem, resolve: Callable[[Symbol], Series], refined: set[Symbol], arithmetic: ExactSeries) -> Series:
    """`e` with refined unknowns replaced by their series."""
    ground, radicands = arithmetic.ground, dict(arithmetic.ground.roots)
    touched = {ground.index[s] for s in refined} & ground.generators(e.num, e.den)
    if not touched:
        return arithmetic.const(e)

    def value(i: int) -> Series:
        if i in touched:
            return resolve(ground.symbols[i])
        if i in radicands and touched & ground.generators(radicands[i]):
            return at(radicands[i]).power(Q(1, 2))
        return arithmetic.const(ground.gen(ground.symbols[i]))

    def at(p: Any) -> Series:
        values = [value(i) if d else None for i, d in enumerate(p.degrees())]
        return evaluated(p, values, lambda c: arithmetic.number(Q(int(c))))

    return at(e.num) * at(e.den).inverse()


def _turns(angle: Expr) -> Q:
    q = sp.Rational(sp.simplify(angle / sp.pi))
    return Q(int(q.p), int(q.q))

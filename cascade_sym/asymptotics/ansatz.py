"""x_i = limit + kappa_i t^alpha: the optimised parameters as series in t with unknown coefficients.

Where the leading function vanishes on a curve, an unknown is itself refined: kappa = solution + kappa' t^beta,
with a new unknown kappa'. A `Frame` holds both; `Frame.unknowns_at` inverts it at finite g, so that the
exponents of refinements are read off the followed optimum as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction as Q
from typing import Any

import flint
import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.asymptotics.exact_series import ExactSeries, Rotation
from cascade_sym.asymptotics.ground import Elem, Ground
from cascade_sym.asymptotics.problem import ball_of
from cascade_sym.asymptotics.series import Series
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

    def unknown(self, level: int = 0) -> Symbol:
        return unknown_of(self.symbol, level)

    def series(self, kappa: Series, arithmetic: ExactSeries, p: int) -> Any:
        """The parameter as a series (an `Angle` for angles), given that of its unknown."""
        ground = arithmetic.ground
        move = Series.power_of_t(ground, int(self.power * p), arithmetic.terms)
        one = Series.constant(ground.rational(1), arithmetic.terms)
        if not self.angle:
            value = kappa * move
            if self.limit is not None and self.limit is not sp.oo and self.limit != 0:
                q = sp.Rational(self.limit)
                value = value + arithmetic.number(Q(int(q.p), int(q.q)))
            return value
        if self.limit is None:
            square = kappa * kappa
            inverse = (one + square).inverse()
            name = self.symbol.name
            arithmetic.rotations[name] = Rotation((one + -square) * inverse, (kappa + kappa) * inverse)
            return arithmetic.angle(_turns(self.reference), {name: Q(1)})
        return arithmetic.angle(_turns(self.limit), rest=kappa * move)

    def unknown_at(self, g: Any, x: Any) -> Any:
        """kappa at finite g, from the parameter's value there."""
        if self.limit is None:
            return (((x - ball_of(self.reference)) / 2).tan() if self.angle else x).mid()
        base = ball_of(self.limit) if self.limit.is_finite else flint.arb(0)
        return ((x - base) * g ** _ball(self.power)).mid()


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
        return replace(self, refinements=(*self.refinements, r), p=_lcm(self.p, r.power.denominator))

    def innermost(self) -> tuple[Symbol, ...]:
        """The unknowns that are still free, in the order of the parameters."""
        following = {r.old: r.new for r in self.refinements}
        out = []
        for a in self.ansatze:
            s = a.unknown()
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

        return {a.symbol.name: a.series(resolve(a.unknown()), arithmetic, self.p) for a in self.ansatze}

    def unknowns_at(self, ground: Ground, g: Any, x: Sequence[Any]) -> dict[Symbol, Any]:
        """Every unknown's value (of all levels) at finite g."""
        value = {a.unknown(): a.unknown_at(g, v) for a, v in zip(self.ansatze, x, strict=True)}
        for r in self.refinements:
            at = r.solution.number(values_with(ground, value))
            value[r.new] = ((value[r.old] - at) * g ** _ball(r.power)).mid()
        return value


def unknown_of(symbol: Symbol, level: int) -> Symbol:
    """The unknown coefficient of a parameter: kappa_<name>, primed at each refinement."""
    return own(f"kappa_{symbol.name}", level)


def substituted(e: Elem, resolve: Any, refined: set[Symbol], arithmetic: ExactSeries) -> Series:
    """`e` with refined unknowns replaced by their series."""
    ground = e.ground
    touched = [s for s in ground.unknowns if s in refined and e.depends_on(s)]
    if not touched:
        return arithmetic.const(e)
    if any(e.num.degrees()[i] or e.den.degrees()[i] for i, _ in ground.roots):
        roots = {ground.symbols[i]: p for i, p in ground.roots}
    else:
        roots = {}
    place = {s: ground.index[s] for s in touched}

    def poly(p: Any) -> Series:
        total = Series.constant(ground.rational(0), arithmetic.terms)
        for mono, c in p.terms():
            rest = ground.ctx.constant(int(c))
            term = None
            for i, k in enumerate(mono):
                if not k:
                    continue
                s = ground.symbols[i]
                if s in place:
                    factor = resolve(s).integer_power(int(k))
                elif s in roots:
                    factor = poly(roots[s]).sqrt().integer_power(int(k))
                else:
                    rest = rest * ground.polys[i] ** int(k)
                    continue
                term = factor if term is None else term * factor
            coefficient = ground.make(rest, ground.ctx.constant(1))
            total = total + (arithmetic.const(coefficient) if term is None else term.scaled(coefficient))
        return total

    return poly(e.num) * poly(e.den).inverse()


def values_with(ground: Ground, unknowns: dict[Symbol, Any]) -> list[Any]:
    """Values for all generators of `ground` with some unknowns replaced (roots recomputed)."""
    out = list(ground.value)
    for s, v in unknowns.items():
        out[ground.index[s]] = v
    for i, radicand in ground.roots:
        if all(out[j] is not None for j, d in enumerate(radicand.degrees()) if d):
            out[i] = ground.number(radicand, out).sqrt()
    return out


def _ball(q: Q) -> Any:
    return flint.arb(q.numerator) / q.denominator


def _lcm(a: int, b: int) -> int:
    import math

    return math.lcm(a, b)


def _turns(angle: Expr) -> Q:
    q = sp.Rational(sp.simplify(angle / sp.pi))
    return Q(int(q.p), int(q.q))

"""The exact minimum of the leading-order function, the next order, and the coefficients of the optimum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction as Q
from functools import cached_property, reduce
from operator import add, mul
from typing import Any

import flint
from sympy import Expr, Rational, Symbol

from cascade_sym.asymptotics.algebraic import AlgebraicValue, algebraic_value, value_from_digits
from cascade_sym.asymptotics.discover import Found
from cascade_sym.asymptotics.elimination import (
    LARGEST,
    LARGEST_DEPENDENT,
    Conditions,
    TooLarge,
    Track,
    eliminate,
    vanishing,
)
from cascade_sym.asymptotics.ground import Elem, Ground
from cascade_sym.asymptotics.leading import Expansion
from cascade_sym.errors import ScalingError
from cascade_sym.exact.matrix import inverse

ROUGH = 7  # digits at which the vanishing one of a few factors is recognised


def is_zero(v: Any) -> bool:
    """Whether a ball is a zero that was computed from full precision."""
    return bool(abs(v).mid() <= flint.arb(10) ** -80)


@dataclass(frozen=True)
class Stationary:
    """An exact stationary point: irreducible polynomials `system` in the generators `unknowns`, at `values`."""

    ground: Ground
    system: tuple[Any, ...]
    unknowns: tuple[int, ...]
    values: tuple[Any, ...]
    back: Mapping[Symbol, Expr]
    origin: Mapping[Symbol, Any]

    def vanishes(self, *elements: Elem) -> bool:
        """Whether functions of the unknowns are zero at the point, as far as its digits tell."""
        return all(is_zero(e.number(self.values)) for e in elements)

    def prefactor(self, e: Elem) -> AlgebraicValue:
        """The value of e at its own stationary point; by its conditions alone where elimination is out of reach."""
        try:
            return self.exact(e, stationary=True)
        except TooLarge:
            return self.recognised(e)

    def recognised(self, e: Elem) -> AlgebraicValue:
        """The value of e without elimination: by its digits, and by the conditions of the point elsewhere."""
        return value_from_digits(e.number(self.values), Track(self, e))

    def exact(self, e: Elem, stationary: bool = False) -> AlgebraicValue:
        """The exact value of a function of the unknowns at the point.

        `stationary` says that the point is where e itself is stationary in all unknowns: with e = N/D the
        conditions N' = P D' are of much lower degree than those of the point.
        """
        ground = self.ground
        value = e.number(self.values)
        spare = 0  # the last root generator: never used by roots (checked here)
        if any(i == spare for i, _ in ground.roots):
            raise ScalingError("too many square roots to leave a generator for the result.")
        values = list(self.values)
        values[spare] = value.mid()
        target = ground.polys[spare] * e.den - e.num
        roots, relations = _moving_roots(ground, self.unknowns)
        used = roots or any(e.num.degrees()[i] or e.den.degrees()[i] for i in self.unknowns)
        polys = [target, *(self.system if used else ()), *relations]
        if stationary and not roots:
            polys = [target] + [ground.polys[spare] * e.den.derivative(i) - e.num.derivative(i) for i in self.unknowns]
        if abs(value).mid() < flint.arb(10) ** -100:
            raise ScalingError("the value is zero; it has no minimal polynomial of its own.")
        largest = LARGEST if stationary or len(target) <= 2 else LARGEST_DEPENDENT
        p = eliminate(ground, polys, [*self.unknowns, *roots], values, largest)
        return algebraic_value(ground, p, spare, values, self.back, Track(self, e))


def _moving_roots(ground: Ground, unknowns: Sequence[int]) -> tuple[list[int], list[Any]]:
    """The roots that contain an unknown, directly or through other roots, and their relations."""
    found = [(i, p) for i, p in ground.roots if ground.generators(p).intersection(unknowns)]
    return [i for i, _ in found], [ground.polys[i] ** 2 - p for i, p in found]


def stationary_point(x: Expansion, f: Elem, free: Sequence[Symbol], base: Stationary | None = None) -> Stationary:
    """Where `f` is stationary in the `free` unknowns it depends on, near the followed optimum.

    With `base`, its unknowns stay where they are and only new ones are determined.
    """
    ground = x.ground
    old = base.unknowns if base else ()
    new = [ground.index[s] for s in free if ground.index[s] not in old and f.depends_on(s)]
    rough = {s: v for s, v in x.values.items() if ground.index[s] not in old}
    values = ground.values(rough, base.values if base else None)
    system = list(base.system) if base else []
    for i in new:
        p = vanishing(ground, ground.derivative(f, i).num, values, ROUGH) or _wall(x, i, values)
        if p is None:
            raise ScalingError(
                f"the leading function is not stationary in {ground.symbols[i]} at the followed optimum; "
                "another scale governs there."
            )
        system.append(p)
    unknowns = [*old, *new]
    if new:
        roots, relations = _moving_roots(ground, unknowns)
        values = Conditions(ground, (*system, *relations), (*unknowns, *roots)).polished(values)
        values = ground.values({}, values)
    return Stationary(ground, tuple(system), tuple(unknowns), tuple(values), x.rewriting.meaning, x.sample)


def _wall(x: Expansion, i: int, values: Sequence[Any]) -> Any | None:
    """The constraint that stops generator i at the followed optimum: it vanishes there at leading order.

    What keeps the optimum off the wall is of higher order, so that the value at the wall is the one of this order.
    """
    for c in x.walls:
        if c.num.degrees()[i] and (p := vanishing(x.ground, c.num, values, ROUGH)) is not None:
            return p
    return None


@dataclass(frozen=True)
class NextOrder:
    """The first correction: its exponent of t, its coefficient as a function, and where the unknowns are."""

    offset: int
    function: Elem
    point: Stationary


def next_order(x: Expansion, point: Stationary, free: Sequence[Symbol]) -> NextOrder | None:
    """The first order after the leading one that does not vanish at the optimum; None if not among the known terms.

    By the envelope theorem it is the coefficient at the leading optimum, plus, at twice the order at which a
    gradient first appears, the gain from following it: -1/2 g H^-1 g.
    """
    ground, series = x.ground, x.series
    lead = series.coeffs[0]
    first_gradient: tuple[int, list[Elem]] | None = None
    for k in range(1, len(series.coeffs)):
        f = series.coeffs[k]
        total = f
        if first_gradient is not None:
            k1, g = first_gradient
            if k == 2 * k1:
                gain = scalar_product(g, solved_linear(ground, lead, g, point.unknowns))
                total = total - gain * ground.rational(1, 2)
            elif k > 2 * k1:
                return None
        depends = [s for s in free if ground.index[s] not in point.unknowns and total.depends_on(s)]
        active = [s for s in depends if not _flat(ground, total, s, x, point)]
        if active:
            return NextOrder(k, total, stationary_point(x, total, active, point))
        if not point.vanishes(total):
            return NextOrder(k, total, point)
        if first_gradient is None and point.unknowns:
            g = [ground.derivative(f, i) for i in point.unknowns]
            if not point.vanishes(*g):
                first_gradient = (k, g)
    return None


def _flat(ground: Ground, f: Elem, s: Symbol, x: Expansion, point: Stationary) -> bool:
    """Whether f does not change with s at the leading optimum (the dependence is only apparent)."""
    d = ground.derivative(f, ground.index[s])
    near = ({s: (x.values[s] * (1 + flint.arb(shift) / 10)).mid()} for shift in (1, 3, 7))
    return all(is_zero(d.number(ground.values(v, point.values))) for v in near)


def solved_linear(ground: Ground, lead: Elem, g: Sequence[Elem], unknowns: Sequence[int]) -> list[Elem]:
    """H^-1 g with the Hessian H of `lead`, as exact functions; ScalingError where H is singular."""
    slopes = [ground.derivative(lead, i) for i in unknowns]
    rows: Any = inverse([[ground.derivative(d, i) for i in unknowns] for d in slopes])
    if rows is None:
        raise ScalingError("the second derivatives of the leading function are singular at its minimum.")
    return [scalar_product(row, g) for row in rows]


def scalar_product(a: Sequence[Elem], b: Sequence[Elem]) -> Elem:
    return reduce(add, map(mul, a, b))


@dataclass(frozen=True)
class Solution:
    """The exact side of a scaling: the expansion on the followed optimum, where it is stationary, its next order."""

    found: Found
    x: Expansion
    point: Stationary
    correction: NextOrder | None

    @property
    def lead(self) -> Elem:
        """The leading function."""
        return self.x.series.coeffs[0]

    @cached_property
    def prefactor(self) -> AlgebraicValue:
        return self.point.prefactor(self.lead)

    @property
    def hard(self) -> bool:
        """Whether elimination was out of reach for the prefactor, so that it is not tried for anything else."""
        return not self.prefactor.proved

    @property
    def next_power(self) -> Q | None:
        """The power of g of the next order."""
        return None if self.correction is None else self.found.power - Q(self.correction.offset, self.x.frame.p)

    @property
    def next_number(self) -> Any:
        """Its coefficient at the sample."""
        c = self.correction
        return None if c is None else c.function.number(c.point.values).mid()

    @cached_property
    def next_value(self) -> AlgebraicValue | None:
        """Its exact coefficient; None where that is out of reach."""
        return None if self.correction is None else self.value(self.correction.function, self.correction.point)

    def value(self, e: Elem, point: Stationary) -> AlgebraicValue | None:
        """The exact value of a function of the unknowns at a point; None where elimination is out of reach."""
        if self.hard:
            return point.recognised(e)
        try:
            return point.exact(e)
        except TooLarge:
            return None

    def power(self, q: Q) -> Rational:
        """A power of g as one of the large parameter."""
        return Rational(q) * (-1 if self.x.problem.inverted else 1)

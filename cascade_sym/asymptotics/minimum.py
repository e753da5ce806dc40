"""The exact minimum of the leading-order function, the next order, and the coefficients of the optimum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import flint
from sympy import Expr, Symbol

from cascade_sym.asymptotics.algebraic import AlgebraicValue, algebraic_value, value_from_digits
from cascade_sym.asymptotics.elimination import (
    LARGEST,
    LARGEST_DEPENDENT,
    TooLarge,
    eliminate,
    gradient,
    polished,
    vanishing,
)
from cascade_sym.asymptotics.ground import Elem, Ground
from cascade_sym.asymptotics.leading import Expansion
from cascade_sym.asymptotics.tracking import Track
from cascade_sym.errors import ScalingError

ROUGH = 7


@dataclass(frozen=True)
class Stationary:
    """An exact stationary point: irreducible polynomials `system` in the generators `unknowns`, at `values`."""

    ground: Ground
    system: tuple[Any, ...]
    unknowns: tuple[int, ...]
    values: tuple[Any, ...]
    back: Mapping[Symbol, Expr]
    origin: Mapping[Symbol, Any]

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
        used = [i for i in self.unknowns if e.num.degrees()[i] or e.den.degrees()[i]]
        relations = [ground.polys[i] ** 2 - p for i, p in ground.roots]
        spare = 0  # the last root generator: never used by roots (checked here)
        if any(i == spare for i, _ in ground.roots):
            raise ScalingError("too many square roots to leave a generator for the result.")
        values = list(self.values)
        values[spare] = value.mid()
        target = ground.polys[spare] * e.den - e.num
        roots = [i for i, _ in ground.roots if _moving(ground, i, self.unknowns)]
        polys = [target, *(self.system if used or roots else ())]
        if stationary and not roots:
            polys = [target] + [ground.polys[spare] * e.den.derivative(i) - e.num.derivative(i) for i in self.unknowns]
        polys += [r for r, (i, _) in zip(relations, ground.roots, strict=True) if i in roots]
        if abs(value).mid() < flint.arb(10) ** -100:
            raise ScalingError("the value is zero; it has no minimal polynomial of its own.")
        largest = LARGEST if stationary or len(target) <= 2 else LARGEST_DEPENDENT
        p = eliminate(ground, polys, [*self.unknowns, *roots], values, largest)
        return algebraic_value(ground, p, spare, values, self.back, Track(self, e))


def _moving(ground: Ground, i: int, unknowns: Sequence[int]) -> bool:
    """Whether root i contains an unknown, directly or through other roots."""
    radicand = dict(ground.roots)[i]
    degrees = radicand.degrees()
    return any(degrees[j] for j in unknowns) or any(
        degrees[k] and _moving(ground, k, unknowns) for k, _ in ground.roots if k != i
    )


def full_values(ground: Ground, values: Sequence[Any]) -> list[Any]:
    """All generators' values with roots recomputed from the others."""
    out = list(values)
    for i, radicand in ground.roots:
        out[i] = ground.number(radicand, out).sqrt().mid()
    return out


def stationary_point(x: Expansion, f: Elem, free: Sequence[Symbol], base: Stationary | None = None) -> Stationary:
    """Where `f` is stationary in the `free` unknowns it depends on, near the followed optimum.

    With `base`, its unknowns stay where they are and only new ones are determined.
    """
    ground = x.ground
    old = set(base.unknowns) if base else set()
    new = [ground.index[s] for s in free if ground.index[s] not in old and _involves(ground, f, ground.index[s])]
    values = full_values(ground, base.values if base else ground.value)
    for s, v in x.values.items():
        if ground.index[s] not in old:
            values[ground.index[s]] = v
    values = full_values(ground, values)
    system = list(base.system) if base else []
    for i, d in zip(new, gradient(ground, f, new), strict=True):
        p = vanishing(ground, d.num, values, ROUGH) or _wall(x, i, values)
        if p is None:
            raise ScalingError(
                f"the leading function is not stationary in {ground.symbols[i]} at the followed optimum; "
                "another scale governs there."
            )
        system.append(p)
    unknowns = [*(base.unknowns if base else ()), *new]
    if new:
        roots = [i for i, _ in ground.roots if _moving(ground, i, unknowns)]
        relations = [ground.polys[i] ** 2 - p for i, p in ground.roots if i in roots]
        values = full_values(ground, polished(ground, [*system, *relations], [*unknowns, *roots], values))
    return Stationary(ground, tuple(system), tuple(unknowns), tuple(values), x.rewriting.meaning, x.sample)


def _wall(x: Expansion, i: int, values: Sequence[Any]) -> Any | None:
    """The constraint that stops generator i at the followed optimum: it vanishes there at leading order.

    What keeps the optimum off the wall is of higher order, so that the value at the wall is the one of this order.
    """
    for c in x.walls:
        if c.num.degrees()[i] and (p := vanishing(x.ground, c.num, values, ROUGH)) is not None:
            return p
    return None


def _involves(ground: Ground, f: Elem, i: int) -> bool:
    direct = f.num.degrees()[i] or f.den.degrees()[i]
    return bool(direct) or any(
        (f.num.degrees()[j] or f.den.degrees()[j]) and _moving(ground, j, [i]) for j, _ in ground.roots
    )


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
                total = total - _gain(ground, lead, g, point.unknowns)
            elif k > 2 * k1:
                return None
        depends = [
            s for s in free if ground.index[s] not in point.unknowns and _involves(ground, total, ground.index[s])
        ]
        active = [s for s in depends if not _flat(ground, total, s, x, point)]
        if active:
            return NextOrder(k, total, stationary_point(x, total, active, point))
        if abs(total.number(point.values)).mid() > flint.arb(10) ** -80:
            return NextOrder(k, total, point)
        if first_gradient is None and point.unknowns:
            g = gradient(ground, f, point.unknowns)
            if any(abs(d.number(point.values)).mid() > flint.arb(10) ** -80 for d in g):
                first_gradient = (k, g)
    return None


def _flat(ground: Ground, f: Elem, s: Symbol, x: Expansion, point: Stationary) -> bool:
    """Whether f does not change with s at the leading optimum (the dependence is only apparent)."""
    i = ground.index[s]
    (d,) = gradient(ground, f, [i])
    values = list(point.values)
    for shift in (1, 3, 7):
        values[i] = (x.values[s] * (1 + flint.arb(shift) / 10)).mid()
        if abs(d.number(full_values(ground, values))).mid() > flint.arb(10) ** -80:
            return False
    return True


def solved_linear(ground: Ground, lead: Elem, g: list[Elem], unknowns: Sequence[int]) -> list[Elem]:
    """H^-1 g with the Hessian H of `lead`, as exact functions."""
    h = [gradient(ground, d, unknowns) for d in gradient(ground, lead, unknowns)]
    n = len(unknowns)
    rows = [[*h[i], g[i]] for i in range(n)]
    for i in range(n):
        inv = rows[i][i].inverse()
        for j in range(i + 1, n):
            factor = rows[j][i] * inv
            rows[j] = [a - factor * b for a, b in zip(rows[j], rows[i], strict=True)]
    sol = [ground.rational(0)] * n
    for i in reversed(range(n)):
        rest = rows[i][n]
        for j in range(i + 1, n):
            rest = rest - rows[i][j] * sol[j]
        sol[i] = rest * rows[i][i].inverse()
    return sol


def _gain(ground: Ground, lead: Elem, g: list[Elem], unknowns: Sequence[int]) -> Elem:
    """1/2 g^T H^-1 g, as an exact function."""
    total = ground.rational(0)
    for a, b in zip(g, solved_linear(ground, lead, g, unknowns), strict=True):
        total = total + a * b
    return total * ground.rational(1, 2)

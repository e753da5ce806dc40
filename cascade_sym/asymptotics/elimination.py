"""Exact solution of polynomial systems near a known point: factors, resultants, minimal polynomials.

Of every polynomial only the irreducible factor that vanishes at the point is kept, which keeps degrees small
and selects the branch; unknowns go one by one, linear ones first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import gcd, log10
from typing import Any

import flint

from cascade_sym.asymptotics.ground import Ground
from cascade_sym.errors import ScalingError
from cascade_sym.exact.factors import polynomial_factors

SURE = 60
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
    def jacobian(self) -> list[list[Any]]:
        return [[p.derivative(i) for i in self.unknowns] for p in self.system]

    def step(self, values: list[Any]) -> list[Any] | None:
        """One step, taken in `values` (of all generators): the moves of the unknowns; None where it is singular."""
        rhs = [[-self.ground.number(p, values).mid()] for p in self.system]
        matrix = [[self.ground.number(d, values).mid() for d in row] for row in self.jacobian]
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

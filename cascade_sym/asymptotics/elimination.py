"""Exact solution of polynomial systems near a known point: factors, resultants, minimal polynomials.

Of every polynomial only the irreducible factor that vanishes at the point is kept, which keeps degrees small
and selects the branch; unknowns go one by one, linear ones first.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd, log10
from typing import Any

import flint

from cascade_sym.asymptotics.ground import Elem, Ground
from cascade_sym.errors import ScalingError

SURE = 60
LARGEST = 7.5  # size of the largest resultant that is still attempted, see `_size`
LARGEST_DEPENDENT = 6.3  # the same where the value is a long function of the unknowns: coefficients swell


class TooLarge(Exception):
    """An elimination would take too long; the value is known as a function at a point instead."""


def irreducible(ground: Ground, p: Any) -> list[Any]:
    """The distinct irreducible factors of a polynomial (of one generator by way of `fmpz_poly`)."""
    used = [i for i, d in enumerate(p.degrees()) if d]
    if len(used) == 1:
        (i,) = used
        coeffs = [0] * (int(p.degrees()[i]) + 1)
        for mono, c in p.terms():
            coeffs[int(mono[i])] = int(c)
        out = []
        for q, _ in flint.fmpz_poly(coeffs).factor()[1]:
            base = [0] * len(ground.symbols)
            terms = {}
            for k, c in enumerate(q.coeffs()):
                if c:
                    terms[tuple(k if j == i else 0 for j in range(len(base)))] = c
            out.append(ground.ctx.from_dict(terms))
        return out
    try:
        return [q for q, _ in p.factor()[1]]
    except OverflowError as e:  # the library's order of factors has no room for such coefficients
        raise TooLarge(f"factors with huge coefficients, of {len(p)} terms") from e


def vanishing(ground: Ground, p: Any, values: Sequence[Any], digits: int) -> Any | None:
    """The irreducible factor of `p` that vanishes at the point (the simplest, if several do); None if none does."""
    if p.is_zero():
        return None
    found = [q for q in irreducible(ground, p) if ground.is_small(q, values, digits)]
    return min(found, key=lambda q: (q.total_degree(), len(q))) if found else None


def gradient(ground: Ground, f: Elem, unknowns: Sequence[int]) -> list[Elem]:
    """Derivatives of `f` with respect to generators (roots that contain them are differentiated along)."""
    out = []
    for i in unknowns:
        total = _partial(ground, f, i)
        for j, radicand in ground.roots:
            inner = _root_derivative(ground, j, radicand, i)
            if inner is not None:
                total = total + _partial(ground, f, j) * inner
        out.append(total)
    return out


def _partial(ground: Ground, f: Elem, i: int) -> Elem:
    num = f.num.derivative(i) * f.den - f.num * f.den.derivative(i)
    return ground.make(num, f.den**2)


def _root_derivative(ground: Ground, j: int, radicand: Any, i: int) -> Elem | None:
    """d w_j / d gen_i where w_j^2 = radicand."""
    one = ground.ctx.constant(1)
    total = ground.make(radicand.derivative(i), one)
    for k, inner in ground.roots:
        if k != j and radicand.degrees()[k]:
            d = _root_derivative(ground, k, inner, i)
            if d is not None:
                total = total + ground.make(radicand.derivative(k), one) * d
    if total.is_zero:
        return None
    return total * ground.make(one, 2 * ground.polys[j])


def polished(ground: Ground, system: Sequence[Any], unknowns: Sequence[int], values: list[Any]) -> list[Any]:
    """Newton's iteration on as many polynomials as unknowns, from approximate values to full precision."""
    values = list(values)
    n = len(unknowns)
    jacobian = [[p.derivative(i) for i in unknowns] for p in system]
    for _ in range(60):
        rhs = [ground.number(p, values).mid() for p in system]
        matrix = flint.arb_mat([[ground.number(d, values).mid() for d in row] for row in jacobian])
        try:
            step = matrix.solve(flint.arb_mat([[-v] for v in rhs]))
        except ZeroDivisionError as e:
            raise ScalingError(
                "the leading function is flat at its minimum (its second derivative is singular there); "
                "the optimum is not isolated at leading order."
            ) from e
        size = flint.arb(0)
        for k, i in enumerate(unknowns):
            values[i] = (values[i] + step[k, 0]).mid()
            relative = abs(step[k, 0]).mid() / (abs(values[i]) + flint.arb(10) ** -30)
            size = relative if relative > size else size
        if size < flint.arb(10) ** -(3 * SURE):
            return values
    raise ScalingError(f"Newton's iteration on the {n} stationarity conditions did not settle.")


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

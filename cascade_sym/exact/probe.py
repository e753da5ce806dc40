"""Refutation by counterexample: a value far from zero at one point disproves an identity, cheaply."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from sympy import Expr, Symbol

from cascade_sym.errors import OutsideExactDomain
from cascade_sym.program import Arithmetic, read
from cascade_sym.program.points import Points

ROUNDING = 1e-7  # far above what double precision loses in formulas of a paper's size
NO_VALUE = (ValueError, ZeroDivisionError, OverflowError, OutsideExactDomain)
Sized = tuple[complex, float]  # a value, and the largest magnitude met on the way to it


def counterexample(expr: Expr, points: int = 2) -> dict[Symbol, float] | None:
    """A point of the physical domain where `expr` is clearly not zero; None if none was found.

    Symbols take values in (0.1, 0.9), which suits rates, losses and angles alike. Values that can't be
    computed, or that are small against the largest intermediate, count as no counterexample: only a normal
    form proves zero.

    >>> import sympy as sp
    >>> x = sp.Symbol("x")
    >>> counterexample(sp.sin(x)**2 + sp.cos(x)**2 - 1) is None, counterexample(x) is None
    (True, False)
    """
    symbols = sorted(expr.free_symbols, key=str)
    rng = random.Random(len(symbols))
    try:
        calculation = read(expr)
        for _ in range(points):
            point = {s: rng.uniform(0.1, 0.9) for s in symbols}
            values = {s.name: (complex(v), v) for s, v in point.items()}
            ((value, scale),) = calculation.run(_Scaled(), values)
            if math.isfinite(scale) and abs(value) > ROUNDING * scale:
                return point
    except NO_VALUE:
        pass
    return None


def number_at(expr: Expr, point: Mapping[Symbol, complex]) -> complex | None:
    """The value of an expression in floating point, None where it has none."""
    try:
        return read(expr).run(Points(), {s.name: complex(v) for s, v in point.items()})[0]
    except NO_VALUE:
        return None


class _Scaled(Arithmetic):
    """Complex doubles, each with the largest magnitude met on the way to it."""

    kind = "complex doubles"

    def __init__(self) -> None:
        self._points = Points()

    def number(self, q: Fraction) -> Sized:
        v = complex(q)
        return v, max(abs(v), 1e-30)

    def constant(self, name: str) -> Sized:
        v = self._points.constant(name)
        return v, abs(v)

    def add(self, terms: Sequence[Sized]) -> Sized:
        return sum(t[0] for t in terms), sum(t[1] for t in terms)

    def mul(self, factors: Sequence[Sized]) -> Sized:
        return math.prod([f[0] for f in factors]), math.prod([f[1] for f in factors])

    def power(self, base: Sized, exponent: Fraction) -> Sized:
        return self._raised(base, self._points.power(base[0], exponent), abs(exponent))

    def pow(self, base: Sized, exponent: Sized) -> Sized:
        return self._raised(base, self._points.pow(base[0], exponent[0]), abs(exponent[0]))

    def _raised(self, base: Sized, value: complex, times: Any) -> Sized:
        worse = base[1] / abs(base[0]) if base[0] else 1.0
        return value, abs(value) * worse ** max(1.0, float(times))

    def call(self, name: str, *arguments: Sized) -> Sized:
        value = self._points.call(name, *(a[0] for a in arguments))
        return value, abs(value) if name == "conj" else max(abs(value), 1.0)

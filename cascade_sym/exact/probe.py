"""Refutation by counterexample: a value far from zero at one point disproves an identity, cheaply."""

from __future__ import annotations

import cmath
import math
import random

import sympy as sp
from sympy import Expr, Symbol

_FUNCTIONS = {sp.sin: cmath.sin, sp.cos: cmath.cos, sp.tan: cmath.tan, sp.exp: cmath.exp, sp.atan: cmath.atan}
ROUNDING = 1e-7  # far above what double precision loses in formulas of a paper's size


def counterexample(expr: Expr, points: int = 2) -> dict[Symbol, float] | None:
    """A point of the physical domain where `expr` is clearly not zero; None if none was found.

    Symbols take values in (0.1, 0.9), which suits rates, losses and angles alike. Values that can't be
    computed, or that are small against the largest intermediate, count as no counterexample: only a normal
    form proves zero.

    >>> x = sp.Symbol("x")
    >>> counterexample(sp.sin(x)**2 + sp.cos(x)**2 - 1) is None, counterexample(x) is None
    (True, False)
    """
    symbols = sorted(expr.free_symbols, key=str)
    rng = random.Random(len(symbols))
    for _ in range(points):
        point = {s: rng.uniform(0.1, 0.9) for s in symbols}
        try:
            value, scale = _value(expr, point, {})
        except (ValueError, ZeroDivisionError, OverflowError, TypeError):
            return None
        if math.isfinite(scale) and abs(value) > ROUNDING * scale:
            return point
    return None


def number_at(expr: Expr, point: dict[Symbol, float]) -> complex | None:
    """The value of an expression in floating point, None where it has none."""
    try:
        return _value(expr, point, {})[0]
    except (ValueError, ZeroDivisionError, OverflowError, TypeError):
        return None


def _value(e: Expr, point: dict[Symbol, float], memo: dict[Expr, tuple[complex, float]]) -> tuple[complex, float]:
    """The value and the largest magnitude met on the way to it."""
    if e in memo:
        return memo[e]
    if isinstance(e, Symbol):
        v: complex = point[e]
        out = (v, abs(v))
    elif e.is_Number or e is sp.I or e.is_NumberSymbol:
        v = complex(e)
        out = (v, max(abs(v), 1e-30))
    elif isinstance(e, sp.Add | sp.Mul):
        parts = [_value(a, point, memo) for a in e.args]
        if isinstance(e, sp.Add):
            out = (sum(p[0] for p in parts), sum(p[1] for p in parts))
        else:
            out = (math.prod([p[0] for p in parts]), math.prod([p[1] for p in parts]))
    elif isinstance(e, sp.Pow):
        base, power = _value(e.args[0], point, memo), complex(_value(e.args[1], point, memo)[0])
        v = base[0] ** power
        worse = base[1] / abs(base[0]) if base[0] else 1.0
        out = (v, abs(v) * worse ** max(1.0, abs(power)))
    elif e.func in _FUNCTIONS:
        arg = _value(e.args[0], point, memo)
        v = _FUNCTIONS[e.func](arg[0])
        out = (v, max(abs(v), 1.0))
    elif isinstance(e, sp.conjugate):
        v = _value(e.args[0], point, memo)[0].conjugate()
        out = (v, abs(v))
    else:
        raise TypeError(e.func.__name__)
    memo[e] = out
    return out

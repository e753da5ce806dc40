"""Formulas in NumPy's doubles: numbers or arrays, real or complex."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from functools import partial, reduce
from typing import Any

import numpy as np

from cascade_sym.program.functions import Arithmetic

CONSTANTS = {"pi": math.pi, "e": math.e, "I": 1j}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "exp": np.exp, "sin": np.sin, "cos": np.cos, "tan": np.tan, "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh,
    "arctan": np.arctan, "arsinh": np.arcsinh, "atan2": np.arctan2, "abs": np.abs, "arg": np.angle, "conj": np.conj,
    "Re": np.real, "Im": np.imag, "sgn": np.sign,
}  # fmt: skip
REAL_ON: dict[str, tuple[Callable[..., Any], float, float]] = {  # functions that are real on part of the line
    "log": (np.log, 0.0, math.inf), "arcsin": (np.arcsin, -1.0, 1.0), "arccos": (np.arccos, -1.0, 1.0),
    "artanh": (np.arctanh, -1.0, 1.0), "arcosh": (np.arccosh, 1.0, math.inf),
}  # fmt: skip


class Doubles(Arithmetic):
    """Double precision, whole arrays at once; what has no value is nan or infinite, as in NumPy.

    Roots, logarithms and inverse functions of real values outside their real domain are complex, or nan with
    `real=True`. Values on a branch cut are SymPy's.

    >>> import sympy as sp
    >>> from cascade_sym.program import read
    >>> x = sp.Symbol("x")
    >>> read(sp.sqrt(x) + 1).run(Doubles(), {"x": np.array([4.0, -4.0])})[0].tolist()
    [(3+0j), (1+2j)]
    """

    kind = "doubles"

    def __init__(self, real: bool = False) -> None:
        self.real = real
        self.functions = FUNCTIONS | {name: partial(self._where_real, *on) for name, on in REAL_ON.items()}

    def number(self, q: Fraction) -> Any:
        try:
            return float(q)
        except OverflowError:
            return math.copysign(math.inf, q)

    def constant(self, name: str) -> Any:
        return CONSTANTS[name]

    def div(self, above: Any, below: Any) -> Any:
        return np.divide(above, below)

    def power(self, base: Any, exponent: Fraction) -> Any:
        p, q = exponent.numerator, exponent.denominator
        if q == 2:
            base, q = self._where_real(np.sqrt, 0.0, math.inf, base), 1
        if q != 1:
            return self.pow(base, float(exponent))
        if abs(p) > 3:
            return np.power(base, float(p))
        result = base if abs(p) == 1 else base * base if abs(p) == 2 else base * base * base
        return result if p > 0 else np.divide(1.0, result)

    def pow(self, base: Any, exponent: Any) -> Any:
        return np.power(self._inside(base, 0.0, math.inf), exponent)

    def _where_real(self, f: Callable[..., Any], low: float, high: float, z: Any) -> Any:
        return f(self._inside(z, low, high))

    def _inside(self, z: Any, low: float, high: float) -> Any:
        """`z`, made complex where a real value lies outside [low, high]."""
        if self.real or np.iscomplexobj(z) or not np.any((z < low) | (z > high)):
            return z
        # on the cuts above `high` the value continues from below, on those under `low` from above
        return np.where(np.asarray(z) > high, np.conj(z + 0j), z + 0j) if high < math.inf else z + 0j

    def min(self, *values: Any) -> Any:
        return reduce(np.minimum, self._ordered(values))

    def max(self, *values: Any) -> Any:
        return reduce(np.maximum, self._ordered(values))

    def _ordered(self, values: tuple[Any, ...]) -> tuple[Any, ...]:
        if any(np.iscomplexobj(v) for v in values):
            raise self.unknown("min or max of complex values")
        return values

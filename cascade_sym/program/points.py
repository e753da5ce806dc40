"""Formulas at one point: in complex doubles, and in mpmath's numbers."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath as mp

from cascade_sym.program.functions import TABLE, Arithmetic

CONSTANTS = {"pi": complex(math.pi), "e": complex(math.e), "I": 1j}


def inside(f: Callable[[complex], Any], high: float = math.inf) -> Callable[[complex], Any]:
    """`f` with SymPy's values on its cuts: zero has no sign there, and above `high` they continue from below."""
    return lambda z: f(complex(z.real, -0.0 if z.real > high else 0.0)) if z.imag == 0 else f(z)


root = inside(cmath.sqrt)
FUNCTIONS: dict[str, Callable[..., complex]] = {
    "exp": cmath.exp, "sin": cmath.sin, "cos": cmath.cos, "tan": cmath.tan, "arcsin": inside(cmath.asin, 1.0),
    "arccos": inside(cmath.acos, 1.0), "arctan": cmath.atan, "sinh": cmath.sinh, "cosh": cmath.cosh,
    "tanh": cmath.tanh, "arsinh": cmath.asinh, "arcosh": inside(cmath.acosh), "artanh": inside(cmath.atanh, 1.0),
    "conj": lambda z: z.conjugate(), "Re": lambda z: complex(z.real), "Im": lambda z: complex(z.imag),
    "abs": lambda z: complex(abs(z)), "arg": lambda z: complex(inside(cmath.phase)(z)),
    "atan2": lambda y, x: complex(math.atan2(y.real, x.real)), 
    "log": inside(cmath.log),
    "min": lambda *z: min(z, key=lambda v: v.real), "max": lambda *z: max(z, key=lambda v: v.real),
}  # fmt: skip


class Points(Arithmetic):
    """Python's complex numbers, quick and without a bound on the error.

    ValueError, ZeroDivisionError or OverflowError where there is no value.
    """

    kind = "complex doubles"
    functions = FUNCTIONS

    def number(self, q: Fraction) -> complex:
        return complex(q)

    def constant(self, name: str) -> complex:
        return CONSTANTS[name]

    def div(self, above: complex, below: complex) -> complex:
        return above / below

    def power(self, base: complex, exponent: Fraction) -> complex:
        if exponent.denominator == 1:
            return base**exponent.numerator
        if exponent.denominator == 2:
            return complex(root(base) ** exponent.numerator)
        return complex(inside(lambda z: z ** float(exponent))(base))

    def pow(self, base: complex, exponent: complex) -> complex:
        return base**exponent


OF_MPMATH = {f.name: getattr(mp, f.short) for f in TABLE if f.analytic}
OF_MPMATH |= {"arg": mp.arg, "conj": mp.conj, "Re": mp.re, "Im": mp.im, "abs": mp.fabs, "sgn": mp.sign}


class Multiprecision(Arithmetic):
    """mpmath at its present precision; complex where a real value lies outside a function's real domain.

    An arithmetic that shares nothing with the others, to hold them against.

    >>> import sympy as sp
    >>> from cascade_sym.program import read
    >>> with mp.workdps(30):
    ...     print(read(sp.sqrt(sp.Symbol("x"))).run(Multiprecision(), {"x": mp.mpf(2)})[0])
    1.41421356237309504880168872421
    """

    kind = "mpmath"
    functions = OF_MPMATH

    def number(self, q: Fraction) -> Any:
        return mp.mpf(q.numerator) / q.denominator

    def constant(self, name: str) -> Any:
        return mp.mpc(0, 1) if name == "I" else +getattr(mp, name)

    def div(self, above: Any, below: Any) -> Any:
        return above / below

    def power(self, base: Any, exponent: Fraction) -> Any:
        if exponent.denominator <= 2:
            return (base if exponent.denominator == 1 else mp.sqrt(base)) ** exponent.numerator
        return base ** self.number(exponent)

    def pow(self, base: Any, exponent: Any) -> Any:
        return mp.power(base, exponent)

    def atan2(self, y: Any, x: Any) -> Any:
        return mp.atan2(*self._real(y, x))

    def min(self, *values: Any) -> Any:
        return min(self._real(*values))

    def max(self, *values: Any) -> Any:
        return max(self._real(*values))

    def _real(self, *values: Any) -> tuple[Any, ...]:
        if any(isinstance(v, mp.mpc) and v.imag for v in values):
            raise self.unknown("min, max or atan2 of complex values")
        return tuple(mp.re(v) for v in values)

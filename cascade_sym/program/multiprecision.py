"""Formulas in mpmath's numbers: an arithmetic that shares nothing with the others, to hold them against."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import mpmath as mp

from cascade_sym.program.arithmetic import Arithmetic
from cascade_sym.program.functions import TABLE

FUNCTIONS = {f.name: getattr(mp, f.short) for f in TABLE if f.analytic}
FUNCTIONS |= {"arg": mp.arg, "conj": mp.conj, "Re": mp.re, "Im": mp.im, "abs": mp.fabs, "sgn": mp.sign}


class Multiprecision(Arithmetic):
    """mpmath at its present precision; complex where a real value lies outside a function's real domain.

    >>> import sympy as sp
    >>> from cascade_sym.program import read
    >>> with mp.workdps(30):
    ...     print(read(sp.sqrt(sp.Symbol("x"))).run(Multiprecision(), {"x": mp.mpf(2)})[0])
    1.41421356237309504880168872421
    """

    kind = "mpmath"
    functions = FUNCTIONS

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

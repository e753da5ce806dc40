"""Is an expression identically zero? Its value at one random point, in ball arithmetic, usually proves that
it is not.

A ball that excludes zero is a proof: a formula that is zero everywhere is zero at that point too.
"""

from __future__ import annotations

import random

import flint
import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.errors import OutsideExactDomain
from cascade_sym.solve.naming import Naming

BITS = 256
_FUNCTIONS = {sp.exp: "exp", sp.sin: "sin", sp.cos: "cos", sp.tan: "tan"}


class Probe:
    """Values of definitions at one random point of (0, 1/2)^n, which losses and rates may take alike."""

    def __init__(self, naming: Naming, seed: int = 20_240_229) -> None:
        self.naming = naming
        self._values: dict[Symbol, flint.acb] = {}
        self._random = random.Random(seed)

    def nonzero(self, e: Expr) -> bool:
        """True: `e` is not identically zero (a proof). False: it may be zero."""
        old, flint.ctx.prec = flint.ctx.prec, BITS
        try:
            for s, d in self.naming.behind(e, self._values):
                self._values[s] = self._value(d)
            return not self._value(e).contains(0)
        finally:
            flint.ctx.prec = old

    def _value(self, e: Expr) -> flint.acb:
        if isinstance(e, Symbol):
            if e not in self._values:
                self._values[e] = flint.acb(flint.arb(self._random.randint(10**6, 10**7)) / (2 * 10**7))
            return self._values[e]
        if e.is_Rational:
            return flint.acb(flint.fmpq(int(e.p), int(e.q)))
        if e.is_Float:
            return self._value(sp.Rational(e))
        if e is sp.I:
            return flint.acb(0, 1)
        if e is sp.pi:
            return flint.acb.pi()
        if isinstance(e, sp.Add):
            return sum((self._value(a) for a in e.args), flint.acb(0))
        if isinstance(e, sp.Mul):
            out = flint.acb(1)
            for a in e.args:
                out *= self._value(a)
            return out
        if isinstance(e, sp.Pow) and e.exp.is_Integer:
            return self._value(e.base) ** int(e.exp)
        if isinstance(e, sp.Pow) and e.exp.is_Rational:
            return self._value(e.base) ** self._value(e.exp)
        if isinstance(e, sp.conjugate):
            z = self._value(e.args[0])
            return flint.acb(z.real, -z.imag)
        if type(e) in _FUNCTIONS:
            return getattr(self._value(e.args[0]), _FUNCTIONS[type(e)])()
        raise OutsideExactDomain(f"{type(e).__name__} in {e} is not known here; write it with roots, sin, cos, exp.")

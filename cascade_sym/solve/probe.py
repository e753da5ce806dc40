"""What an expression over definitions is at points: zero everywhere, or just somewhere?

Its value at one random point, in ball arithmetic, usually proves that it is not identically zero: a ball that excludes
zero is a proof, because a formula that is zero everywhere is zero at that point too. Its values at points where
parameters vanish or coincide tell whether it is safe to divide by.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, Protocol

import flint
import numpy as np
import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.errors import OutsideExactDomain
from cascade_sym.solve.naming import Naming
from cascade_sym.symbols import is_complex_symbol

BITS = 256
GENERIC, ONE_OFF, SOME_OFF, COINCIDENT = 4, 40, 40, 120  # numbers of points of each kind
POINTS = GENERIC + ONE_OFF + SOME_OFF + COINCIDENT
WORST = 1e10  # condition number of a matrix that can be inverted
_FUNCTIONS = {sp.exp: "exp", sp.sin: "sin", sp.cos: "cos", sp.tan: "tan"}


class Arithmetic(Protocol):
    """Numbers of one kind; parameters lie between 0 and 1/2, which losses and rates may take alike."""

    i: Any
    pi: Any

    def parameter(self) -> Any: ...
    def rational(self, e: sp.Rational) -> Any: ...
    def conjugate(self, z: Any) -> Any: ...
    def function(self, name: str, z: Any) -> Any: ...


class Balls:
    """Complex balls at one random point."""

    def __init__(self) -> None:
        self._random = random.Random(20_240_229)
        self.i, self.pi = flint.acb(0, 1), flint.acb.pi()

    def parameter(self) -> Any:
        return flint.acb(flint.arb(self._random.randint(10**6, 10**7)) / (2 * 10**7))

    def rational(self, e: sp.Rational) -> Any:
        return flint.acb(flint.fmpq(int(e.p), int(e.q)))

    def conjugate(self, z: Any) -> Any:
        return flint.acb(z.real, -z.imag)

    def function(self, name: str, z: Any) -> Any:
        return getattr(z, name)()


class Doubles:
    """Arrays over points: generic ones, some with one parameter or several zero, some with many equal."""

    def __init__(self) -> None:
        self._random = np.random.default_rng(20_240_229)
        self._count = 0
        self.i, self.pi = 1j, complex(np.pi)

    def parameter(self) -> Any:
        v = self._random.uniform(0.05, 0.5, POINTS)
        some = slice(GENERIC + ONE_OFF, -COINCIDENT)
        v[GENERIC + self._count % ONE_OFF] = 0
        v[some] *= self._random.random(SOME_OFF) < np.linspace(0.9, 0.2, SOME_OFF)  # from a few to most of them
        v[-COINCIDENT:] = self._random.choice([0.0, 0.25, 0.25, 0.5], COINCIDENT)
        self._count += 1
        return v.astype(complex)

    def rational(self, e: sp.Rational) -> Any:
        return complex(e)

    def conjugate(self, z: Any) -> Any:
        return np.conj(z)

    def function(self, name: str, z: Any) -> Any:
        return getattr(np, name)(z)


class Values:
    """Values of expressions over `naming`, definition by definition, each computed once."""

    def __init__(self, naming: Naming, arithmetic: Arithmetic) -> None:
        self.naming = naming
        self._arithmetic = arithmetic
        self._known: dict[Symbol, Any] = {}

    def of(self, e: Expr) -> Any:
        for s, d in self.naming.behind(e, self._known):
            self._known[s] = self._value(d)
        return self._value(e)

    def _value(self, e: Expr) -> Any:
        x = self._arithmetic
        if isinstance(e, Symbol):
            if e not in self._known:
                self._known[e] = x.parameter() + (x.i * x.parameter() if is_complex_symbol(e) else 0)
            return self._known[e]
        if e.is_Rational or e.is_Float:
            return x.rational(sp.Rational(e))
        if e is sp.I or e is sp.pi:
            return x.i if e is sp.I else x.pi
        if isinstance(e, sp.Add):
            return sum((self._value(a) for a in e.args[1:]), self._value(e.args[0]))
        if isinstance(e, sp.Mul):
            out = self._value(e.args[0])
            for a in e.args[1:]:
                out = out * self._value(a)
            return out
        if isinstance(e, sp.Pow) and e.exp.is_Rational:
            return self._value(e.base) ** (int(e.exp) if e.exp.is_Integer else self._value(e.exp))
        if isinstance(e, sp.conjugate | sp.re | sp.im):
            z = self._value(e.args[0])
            mirrored = x.conjugate(z)
            if isinstance(e, sp.conjugate):
                return mirrored
            return (z + mirrored) / 2 if isinstance(e, sp.re) else (z - mirrored) / (2 * x.i)
        if type(e) in _FUNCTIONS:
            return x.function(_FUNCTIONS[type(e)], self._value(e.args[0]))
        raise OutsideExactDomain(f"{type(e).__name__} in {e} is not known here; write it with roots, sin, cos, exp.")


class Probe:
    """Where expressions over `naming` are zero, as far as points tell."""

    def __init__(self, naming: Naming) -> None:
        self.naming = naming
        self._balls = Values(naming, Balls())
        self._doubles = Values(naming, Doubles())
        self._counted: np.ndarray = np.ones(POINTS, bool)

    def nonzero(self, e: Expr) -> bool:
        """True: `e` is not identically zero (a proof). False: it may be zero."""
        old, flint.ctx.prec = flint.ctx.prec, BITS
        try:
            return not self._balls.of(e).contains(0)
        finally:
            flint.ctx.prec = old

    def restrict(self, matrix: Sequence[Sequence[Expr]]) -> None:
        """Count zeros from now on where `matrix` can be inverted; elsewhere every way to divide ends in one."""
        with np.errstate(all="ignore"):
            rows = [[np.broadcast_to(self._doubles.of(e), POINTS) for e in row] for row in matrix]
            stack = np.moveaxis(np.array(rows), -1, 0)
            fine = np.asarray(np.isfinite(stack).all((-1, -2)))
            self._counted = fine & (np.linalg.cond(np.where(fine[:, None, None], stack, 0), 1) < WORST)

    def zeros(self, e: Expr) -> int:
        """At how many of the points where `e` has a value it vanishes."""
        with np.errstate(all="ignore"):
            size: np.ndarray = np.abs(np.broadcast_to(self._doubles.of(e), POINTS)[self._counted])
        known = size[np.isfinite(size)]
        return int(np.sum(known <= 1e-9 * np.max(known, initial=0)))

"""The arithmetics in which a program runs: NumPy floats, balls (python-flint), mpmath numbers, exact series."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction as Q
from typing import Any

import flint
import mpmath as mp
import numpy as np
import sympy as sp
from sympy import Symbol

from cascade_sym.asymptotics.ground import Elem, Ground
from cascade_sym.asymptotics.program import Circular
from cascade_sym.asymptotics.series import Diverges, Series


class Floats:
    """Double precision, vectorised; invalid operations give nan."""

    def number(self, q: Q) -> float:
        return float(q)

    def pi(self) -> float:
        return math.pi

    def add(self, a: Any, b: Any) -> Any:
        return a + b

    def mul(self, a: Any, b: Any) -> Any:
        return a * b

    def power(self, a: Any, e: Q) -> Any:
        if e == -1:
            return 1.0 / a
        if e == Q(1, 2):
            return np.sqrt(a)
        return np.power(a, float(e)) if e.denominator != 1 or e < 0 else a ** int(e)

    def circular(self, node: Circular, values: list[Any], env: Mapping[Symbol, Any]) -> Any:
        return (np.cos if node.kind == "cos" else np.sin)(values[node.argument])

    def exp(self, a: Any) -> Any:
        return np.exp(a)

    def log(self, a: Any) -> Any:
        return np.log(a)


class Balls:
    """Arbitrary precision by python-flint's `arb`, at the precision that is set in `flint.ctx`."""

    def number(self, q: Q) -> Any:
        return flint.arb(q.numerator) / q.denominator if q.denominator != 1 else flint.arb(q.numerator)

    def pi(self) -> Any:
        return flint.arb.pi()

    def add(self, a: Any, b: Any) -> Any:
        return a + b

    def mul(self, a: Any, b: Any) -> Any:
        return a * b

    def power(self, a: Any, e: Q) -> Any:
        if e.denominator == 1:
            return a ** int(e) if e > 0 else 1 / a ** int(-e)
        if e.denominator == 2:
            root = a.sqrt()
            return root ** int(e.numerator) if e > 0 else 1 / root ** int(-e.numerator)
        return a ** self.number(e)

    def circular(self, node: Circular, values: list[Any], env: Mapping[Symbol, Any]) -> Any:
        x = values[node.argument]
        return x.cos() if node.kind == "cos" else x.sin()

    def exp(self, a: Any) -> Any:
        return a.exp()

    def log(self, a: Any) -> Any:
        return a.log()


class Multiprecision:
    """mpmath numbers: used for the certificate, which shares no arithmetic with the discovery."""

    def number(self, q: Q) -> Any:
        return mp.mpf(q.numerator) / q.denominator

    def pi(self) -> Any:
        return mp.pi()

    def add(self, a: Any, b: Any) -> Any:
        return a + b

    def mul(self, a: Any, b: Any) -> Any:
        return a * b

    def power(self, a: Any, e: Q) -> Any:
        if e.denominator == 1:
            return a ** int(e)
        if e.denominator == 2:
            return mp.sqrt(a) ** int(e.numerator)
        return a ** self.number(e)

    def circular(self, node: Circular, values: list[Any], env: Mapping[Symbol, Any]) -> Any:
        return (mp.cos if node.kind == "cos" else mp.sin)(values[node.argument])

    def exp(self, a: Any) -> Any:
        return mp.exp(a)

    def log(self, a: Any) -> Any:
        return mp.log(a)


@dataclass(frozen=True)
class AngleSeries:
    """An angle given by the series of its cosine and sine."""

    cos: Series
    sin: Series


class _Angular:
    """An angle or a multiple of pi on its way into a sine or cosine; using it otherwise is an error."""


class ExactSeries:
    """Series in t with coefficients in a ground ring; angles enter as `AngleSeries` in the environment."""

    def __init__(self, ground: Ground, terms: int) -> None:
        self.ground, self.terms = ground, terms
        self._multiples: dict[tuple[Symbol, Q], AngleSeries] = {}

    def const(self, c: Elem) -> Series:
        return Series.constant(c, self.terms)

    def number(self, q: Q) -> Series:
        return self.const(self.ground.rational(q.numerator, q.denominator))

    def pi(self) -> Any:
        return _Angular()

    def add(self, a: Any, b: Any) -> Any:
        return a + b if isinstance(a, Series) and isinstance(b, Series) else _Angular()

    def mul(self, a: Any, b: Any) -> Any:
        return a * b if isinstance(a, Series) and isinstance(b, Series) else _Angular()

    def power(self, a: Any, e: Q) -> Any:
        return a.power(e) if isinstance(a, Series) else _Angular()

    def circular(self, node: Circular, values: list[Any], env: Mapping[Symbol, Any]) -> Series:
        if node.angles is None or any(not isinstance(env[s], AngleSeries) for s, _ in node.angles):
            if node.turn:
                raise Diverges("a sine or cosine of a mixture of angles and other things")
            return self.small_angle(_plain(values[node.argument]), node.kind)
        total = self.turn(node.turn)
        for s, k in node.angles:
            total = _sum_of_angles(total, self._multiple(s, k, env))
        return total.cos if node.kind == "cos" else total.sin

    def turn(self, k: Q) -> AngleSeries:
        """cos and sin of k pi, in square roots."""
        c, s = (
            sp.cos(sp.Rational(k.numerator, k.denominator) * sp.pi),
            sp.sin(sp.Rational(k.numerator, k.denominator) * sp.pi),
        )
        return AngleSeries(self.const(self._surd(c)), self.const(self._surd(s)))

    def _surd(self, e: sp.Expr) -> Elem:
        if e.is_Rational:
            return self.ground.rational(int(e.p), int(e.q))
        if isinstance(e, sp.Add):
            out = self.ground.rational(0)
            for a in e.args:
                out = out + self._surd(a)
            return out
        if isinstance(e, sp.Mul):
            out = self.ground.rational(1)
            for a in e.args:
                out = out * self._surd(a)
            return out
        if isinstance(e, sp.Pow) and e.exp == sp.Rational(1, 2):
            return self.ground.sqrt(self._surd(e.base))
        raise Diverges(f"{e} has no short form in square roots")

    def small_angle(self, x: Series, kind: str) -> Series:
        """cos or sin of a series that vanishes in the limit."""
        signs = (1, 0, -1, 0) if kind == "cos" else (0, 1, 0, -1)
        return x.compose([self.ground.rational(signs[n % 4]) for n in range(self.terms + 3)])

    def _multiple(self, s: Symbol, k: Q, env: Mapping[Symbol, Any]) -> AngleSeries:
        if (s, k) not in self._multiples:
            base: AngleSeries = env[s]
            if k.denominator != 1:
                raise Diverges(f"a fraction of the angle {s} appears; use {s}/{k.denominator} as the parameter")
            one = self.number(Q(1))
            out = AngleSeries(one, self.number(Q(0)))
            for _ in range(abs(int(k))):
                out = _sum_of_angles(out, base)
            self._multiples[s, k] = out if k > 0 else AngleSeries(out.cos, -out.sin)
        return self._multiples[s, k]

    def exp(self, a: Series) -> Series:
        return _plain(a).compose([self.ground.rational(1)] * (self.terms + 3))

    def log(self, a: Series) -> Series:
        a = _plain(a)
        val, c0 = a.leading()
        one = self.ground.rational(1)
        if val or not (c0 - one).is_zero:
            raise Diverges("a logarithm of something that does not tend to one")
        u = a + self.const(-one)
        d = [self.ground.rational(0)] + [
            self.ground.rational((-1) ** (n + 1) * math.factorial(n - 1)) for n in range(1, self.terms + 3)
        ]
        return u.compose(d)


def _sum_of_angles(a: AngleSeries, b: AngleSeries) -> AngleSeries:
    return AngleSeries(a.cos * b.cos + -(a.sin * b.sin), a.sin * b.cos + a.cos * b.sin)


def _plain(x: Any) -> Series:
    if isinstance(x, Series):
        return x
    raise Diverges("an angle or pi appears outside sine and cosine; give such constants as a symbol")


def series_value(x: Any) -> Series:
    """The result of a program as a series; Diverges where it is an angle."""
    return _plain(x)

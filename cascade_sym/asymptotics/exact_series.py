"""Formulas in exact series in the small variable t; angles are values of a type of their own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction as Q
from functools import cached_property, reduce
from operator import add, mul
from typing import Any

import flint
import sympy as sp

from cascade_sym.asymptotics.ground import Diverges, Elem, Ground
from cascade_sym.asymptotics.series import Series
from cascade_sym.errors import NoLimit
from cascade_sym.program import Arithmetic

HALF = Q(1, 2)
ARCTANGENTS = {Q(1): Q(1, 4), Q(3): Q(1, 3), Q(1, 3): Q(1, 6)}  # square of a tangent: its angle over pi


@dataclass(frozen=True, eq=False)
class Rotation:
    """An angle given by its cosine and sine."""

    cos: Series
    sin: Series

    def __mul__(self, other: Rotation) -> Rotation:
        """The sum of two angles (addition theorems)."""
        return Rotation(self.cos * other.cos + -(self.sin * other.sin), self.sin * other.cos + self.cos * other.sin)


@dataclass(frozen=True, eq=False)
class Angle:
    """turn*pi + sum of k*angle over `parts` + rest, where the angles are rotations that `arithmetic` knows by name.

    Closed under sums and rational multiples, which is all that may happen to an angle outside sines and cosines.
    """

    arithmetic: ExactSeries
    turn: Q
    parts: tuple[tuple[str, Q], ...]
    rest: Series

    def __add__(self, other: Any) -> Any:
        if not isinstance(other, Angle):
            return self.arithmetic.angle(self.turn, self.parts, self.rest + other)
        parts = dict(self.parts)
        for name, k in other.parts:
            parts[name] = parts.get(name, Q(0)) + k
        return self.arithmetic.angle(self.turn + other.turn, parts, self.rest + other.rest)

    def __mul__(self, other: Any) -> Any:
        a = self.arithmetic
        q = None if isinstance(other, Angle) else other.rational()
        if q is None:
            return a.series(self) * a.series(other)
        return a.angle(self.turn * q, {name: k * q for name, k in self.parts}, a.number(q) * self.rest)

    __radd__, __rmul__ = __add__, __mul__

    @cached_property
    def rotation(self) -> Rotation:
        a = self.arithmetic
        factors = [a.multiple(name, k) for name, k in self.parts]
        if self.turn % 2 or not factors:
            factors.append(a.quarter(self.turn))
        if not self.rest.is_exact_zero:
            factors.append(a.small_rotation(self.rest))
        return reduce(mul, factors)


class ExactSeries(Arithmetic):
    """Series in t with coefficients in a ground ring; real values only.

    Raises Diverges for what has no expansion in powers of t, or whose coefficients are not in the ring: logarithms and
    exponentials of what diverges or vanishes, oscillations, values of functions that are not algebraic (in a ring that
    is `open` these become constants of it).
    """

    kind = "expansions in powers (real numbers only)"

    def __init__(self, ground: Ground, terms: int) -> None:
        self.ground, self.terms = ground, terms
        self.rotations: dict[str, Rotation] = {}
        self.zero = self.const(ground.rational(0))

    # -- values ---------------------------------------------------------------------------------------------

    def const(self, c: Elem) -> Series:
        return Series.constant(c, self.terms)

    def number(self, q: Q) -> Series:
        return self.const(self.ground.rational(q.numerator, q.denominator))

    def constant(self, name: str) -> Any:
        if name == "pi":
            return self.angle(Q(1))
        if name == "e":
            return self.exp(self.one)
        raise self.unknown("the imaginary unit")

    def angle(self, turn: Q, parts: Any = (), rest: Series | None = None) -> Any:
        """turn*pi + parts + rest: an `Angle`, or the series `rest` where nothing else is left."""
        kept = tuple(sorted((n, k) for n, k in dict(parts).items() if k))
        rest = self.zero if rest is None else rest
        return Angle(self, turn, kept, rest) if turn or kept else rest

    def series(self, x: Any) -> Series:
        """A value as a series; Diverges where it is an angle."""
        if not isinstance(x, Angle):
            return x
        if x.parts or not self.ground.open:
            what = ", ".join(n for n, _ in x.parts) or "pi"
            raise Diverges(f"{what} appears outside sines and cosines; give such a number as a parameter.")
        pi = self.const(self.ground.constant(sp.pi, flint.arb.pi))
        return self.number(x.turn) * pi + x.rest

    # -- operations -----------------------------------------------------------------------------------------

    def power(self, base: Any, exponent: Q) -> Any:
        return self.series(base).power(exponent)

    def pow(self, base: Any, exponent: Any) -> Any:
        q = None if isinstance(exponent, Angle) else exponent.rational()
        return super().pow(base, exponent) if q is None else self.power(base, q)

    # -- circular functions ---------------------------------------------------------------------------------

    def cos(self, x: Any) -> Series:
        return self._rotation(x).cos

    def sin(self, x: Any) -> Series:
        return self._rotation(x).sin

    def _rotation(self, x: Any) -> Rotation:
        return x.rotation if isinstance(x, Angle) else self.small_rotation(x)

    def quarter(self, turn: Q) -> Rotation:
        """The rotation by `turn` pi, in square roots."""
        angle = sp.Rational(turn) * sp.pi
        return Rotation(*(self.const(self.surd(f(angle))) for f in (sp.cos, sp.sin)))

    def surd(self, e: sp.Expr) -> Elem:
        """A number in square roots."""
        if e.is_Rational:
            return self.ground.rational(int(e.p), int(e.q))
        if isinstance(e, sp.Add | sp.Mul):
            return reduce(add if isinstance(e, sp.Add) else mul, map(self.surd, e.args))
        if isinstance(e, sp.Pow) and e.exp == sp.Rational(1, 2):
            return self.ground.sqrt(self.surd(e.base))
        raise Diverges(f"{e} has no short form in square roots")

    def multiple(self, name: str, k: Q) -> Rotation:
        """k times the angle `name`, for a whole number k."""
        if k.denominator != 1:
            raise Diverges(f"a fraction of the angle {name} appears; use {name}/{k.denominator} as the parameter")
        out = reduce(mul, [self.rotations[name]] * abs(int(k)))
        return out if k > 0 else Rotation(out.cos, -out.sin)

    def small_rotation(self, x: Series) -> Rotation:
        """cos and sin of a series with a finite limit."""
        c, u = self._apart(x, "a sine or cosine")
        cycle = [self.ground.rational(s) for s in (1, 0, -1, 0)] * (self.terms // 4 + 2)
        out = Rotation(u.compose(cycle), u.compose(cycle[3:]))
        if c.is_zero:
            return out
        cos = self._constant(sp.cos, c, "cos")
        sin = self._constant(sp.sin, c, "sin", self.ground.rational(1) - cos * cos)
        return Rotation(self.const(cos), self.const(sin)) * out

    # -- other functions ------------------------------------------------------------------------------------

    def exp(self, x: Any) -> Series:
        c, u = self._apart(self.series(x), "an exponential")
        out = u.compose([self.ground.rational(1)] * (self.terms + 3))
        return out if c.is_zero else out.scaled(self._constant(sp.exp, c, "exp"))

    def log(self, x: Any) -> Series:
        x = self.series(x)
        if x.is_exact_zero or x.diverges() or (c := x.limit()).sign() <= 0:
            raise Diverges("a logarithm of something that diverges, vanishes or is negative")
        one, zero = self.ground.rational(1), self.ground.rational(0)
        u = x.scaled(c.inverse()) + self.const(-one)
        d = [self.ground.rational((-1) ** (n + 1) * math.factorial(n - 1)) for n in range(1, self.terms + 3)]
        out = u.compose([zero, *d])
        return out if (c - one).is_zero else out + self.const(self._logarithm(c))

    def _logarithm(self, c: Elem) -> Elem:
        """log c, for rational numbers by primes, so that log 4 - 2 log 2 is seen to be zero."""
        q = c.rational()
        if q is None:
            return self._constant(sp.log, c, "log")
        total = self.ground.rational(0)
        for p, k in sp.factorrat(sp.Rational(q)).items():
            total = total + self.ground.rational(int(k)) * self._constant(sp.log, self.ground.rational(int(p)), "log")
        return total

    def arctan(self, x: Any) -> Any:
        """By the addition theorem around the limit of x; around infinity through 1/x."""
        x = self.series(x)
        if far := x.diverges():
            return self.add([self.angle(HALF * far), -self.arctan(x.inverse())])
        c = x.limit()
        if c.is_zero:
            signs = [0, 1, 0, -1] * (self.terms // 4 + 2)  # of the derivatives at zero
            return x.compose([self.ground.rational(s * math.factorial(max(n - 1, 0))) for n, s in enumerate(signs)])
        at = self.const(c)
        rest = self.arctan((x + -at) * (self.one + x * at).inverse())
        square = (c * c).rational()
        if square in ARCTANGENTS:
            return self.add([self.angle(ARCTANGENTS[square] * c.sign()), rest])
        return self.const(self._constant(sp.atan, c, "atan")) + rest

    def arcsin(self, x: Any) -> Any:
        """arctan(x/sqrt(1 - x^2)); where x tends to one, pi/2 - 2 arcsin(sqrt((1 - x)/2))."""
        x = self.series(x)
        c, one = self.ground.rational(0) if x.diverges() else x.limit(), self.ground.rational(1)
        if x.diverges() or (one - c * c).sign() < 0:
            raise Diverges("an arcsine or arccosine of something beyond one")
        if (one - c * c).is_zero:
            gap = self.one + x.scaled(-c)
            near = self.arcsin(self.root(self.number(HALF) * gap))
            return self.add([self.angle(HALF * c.sign()), near.scaled(self.ground.rational(-2) * c)])
        return self.arctan(x * self.root(self.one + -(x * x)).inverse())

    def arccos(self, x: Any) -> Any:
        return self.add([self.angle(HALF), self.neg(self.arcsin(x))])

    def arccot(self, x: Any) -> Any:
        x = self.series(x)
        return self.angle(HALF) if x.is_exact_zero else self.arctan(x.inverse())

    # -- signs ----------------------------------------------------------------------------------------------

    def sign(self, x: Any) -> int:
        """The sign of a value near the limit."""
        return self.series(x).sign()

    def sgn(self, x: Any) -> Series:
        return self.number(Q(self.sign(x)))

    def abs(self, x: Any) -> Series:
        return self.neg(x) if self.sign(x) < 0 else x

    def arg(self, x: Any) -> Any:
        return self.angle(Q(1)) if self.sign(x) < 0 else self.zero

    def atan2(self, y: Any, x: Any) -> Any:
        try:
            side = self.sign(x)
        except NoLimit:
            side = 0  # the sign of y is enough
        if side > 0:
            return self.arctan(self.div(y, x))
        if up := self.sign(y):
            return self.add([self.angle(HALF * up), self.neg(self.arctan(self.div(x, y)))])
        return self.angle(Q(1)) if side < 0 else self.zero

    def min(self, *values: Any) -> Any:
        return self._first(values, 1)

    def max(self, *values: Any) -> Any:
        return self._first(values, -1)

    def _first(self, values: Sequence[Any], sign: int) -> Any:
        return reduce(lambda a, b: b if self.sign(self.add([b, self.neg(a)])) * sign < 0 else a, values)

    def conj(self, x: Any) -> Any:
        return x

    def Im(self, x: Any) -> Series:
        return self.zero

    # -- constants ------------------------------------------------------------------------------------------

    def _apart(self, x: Series, what: str) -> tuple[Elem, Series]:
        """The limit of a series and what tends to zero."""
        if x.diverges():
            raise Diverges(f"{what} of something that diverges")
        c = x.limit()
        return c, x if c.is_zero else x + self.const(-c)

    def _constant(self, f: Any, c: Elem, method: str, square: Elem | None = None) -> Elem:
        """f(c) as a constant of the ring, which may know its square."""
        if not self.ground.open:
            raise Diverges(f"{f(c.expr())} is not an algebraic number; give it as a parameter")
        return self.ground.constant(f(c.expr()), lambda: getattr(c.number(), method)(), square)

"""Formulas in ball arithmetic: every number carries a rigorous radius.

Values are exact rationals (`fmpq`) for as long as that is possible, then real or complex balls. Raising the precision
shrinks the balls; nothing here decides what is good enough. Where a ball holds a point at which a function jumps (a
branch cut, the edge of a root), all that the function can be there is in the result. With `decide` the exact algebra is
asked whether such a number is zero.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any

import sympy as sp
from flint import acb, arb, fmpq
from sympy import Expr, Symbol

from cascade_sym.errors import CascadeError, OutsideExactDomain
from cascade_sym.exact import is_zero
from cascade_sym.program import BY_NAME, Arithmetic, read

Ball = fmpq | arb | acb

TRIG = ("sin", "cos", "tan", "cot", "sec", "csc")
CLOSED = 20  # operations of an angle that is tried for a closed form
LARGEST = 200  # operations of a number that the exact algebra is asked about
ENTIRE = {n: n for n in (*TRIG, "exp", "sinh", "cosh", "tanh", "coth", "sech", "csch")}
CUT = {"log": "log", "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arsinh": "asinh", "arcosh": "acosh",
       "artanh": "atanh"}  # fmt: skip


class Undecided(CascadeError):
    """At this precision a ball does not tell; more is needed."""


class Number:
    """A ball, and how to write the number in it exactly (with about `size` operations)."""

    def __init__(self, ball: Any, write: Callable[[], Expr], size: int = 0) -> None:
        self.ball, self._write, self.size = plain(ball), write, size

    @cached_property
    def exact(self) -> Expr:
        return self._write()


class Balls(Arithmetic):
    """Numbers at flint's current precision."""

    kind = "ball arithmetic"

    def __init__(self, decide: bool = False) -> None:
        self.decide = decide

    def made(self, ball: Ball, build: Callable[..., Expr], *of: Number) -> Number:
        """The number that `build` makes of others."""
        return Number(ball, lambda: build(*(x.exact for x in of)), 1 + sum(x.size for x in of))

    def number(self, q: Fraction) -> Number:
        exact = sp.Rational(q.numerator, q.denominator)
        return Number(fmpq(q.numerator, q.denominator), lambda: exact)

    def constant(self, name: str) -> Number:
        ball = {"pi": arb.pi, "e": lambda: arb(1).exp(), "I": lambda: acb(0, 1)}[name]()
        return Number(ball, lambda: {"pi": sp.pi, "e": sp.E, "I": sp.I}[name])

    def add(self, terms: Sequence[Number]) -> Number:
        total: Ball = fmpq(0)
        for t in terms:
            total = total + t.ball
        return self.made(total, sp.Add, *terms)

    def mul(self, factors: Sequence[Number]) -> Number:
        total: Ball = fmpq(1)
        for f in factors:
            total = total * f.ball
        return self.made(total, sp.Mul, *factors)

    def div(self, above: Number, below: Number) -> Number:
        return self.made(above.ball / self.divisor(below), lambda a, b: a / b, above, below)

    def divisor(self, x: Number) -> Ball:
        if (x.ball == 0 if isinstance(x.ball, fmpq) else x.ball.contains(0)):
            raise Undecided(f"it divides by {x.exact if x.size <= CLOSED else 'a number'}, which is zero")
        return x.ball

    def power(self, base: Number, exponent: Fraction) -> Number:
        p, q = exponent.numerator, exponent.denominator
        if q == 1:
            ball = base.ball**p if p > 0 else 1 / self.divisor(base) ** -p
        elif q == 2:
            root = Number(square_root(self.snapped(base)), lambda: sp.sqrt(base.exact), base.size)
            ball = root.ball**p if p > 0 else 1 / self.divisor(root) ** -p
        else:
            return self.pow(base, self.number(exponent))
        return self.made(ball, lambda b: b ** sp.Rational(p, q), base)

    def pow(self, base: Number, exponent: Number) -> Number:
        x, y = self.snapped(base), exponent.ball
        if isinstance(y, fmpq) and y.q == 1:
            return self.power(base, Fraction(int(y.p)))
        if x == 0:
            above = (y.real if isinstance(y, acb) else y) > 0
            if not above:
                raise Undecided("it raises zero to a power that is not positive")
            return self.made(fmpq(0), sp.Pow, base, exponent)
        positive = not isinstance(x, acb) and x > 0
        ball = lifted(x) ** lifted(y) if positive else (acb(lifted(x)).log() * y).exp()
        return self.made(ball, sp.Pow, base, exponent)

    def call(self, name: str, *of: Number) -> Number:
        function = BY_NAME[name].sympy
        if name in TRIG and of[0].size <= CLOSED:
            closed = function(of[0].exact)
            if not any(isinstance(closed, BY_NAME[t].sympy) for t in TRIG):
                return Number(read(closed).run(self, {})[0].ball, lambda: closed, 1)
        if name in ENTIRE:
            return self.made(getattr(lifted(of[0].ball), ENTIRE[name])(), function, *of)
        if name in CUT and len(of) == 1:
            x = lifted(self.snapped(of[0]))
            value = getattr(x, CUT[name])()
            return self.made(value if value.is_finite() else getattr(acb(x), CUT[name])(), function, *of)
        if name in REAL:
            return self.made(REAL[name](*(self.snapped(x) for x in of)), function, *of)
        return super().call(name, *of)

    def arccot(self, z: Number) -> Number:
        """The inverse tangent of 1/z; pi/2 at zero."""
        if self.snapped(z) == 0:
            return self.made(arb.pi() / 2, sp.acot, z)
        return self.made(self.call("arctan", self.div(self.one, z)).ball, sp.acot, z)

    def atan2(self, y: Number, x: Number) -> Number:
        return self.made(arb.atan2(arb(self.real(y)), arb(self.real(x))), sp.atan2, y, x)

    def min(self, *of: Number) -> Number:
        return self.made(least([self.real(x) for x in of]), sp.Min, *of)

    def max(self, *of: Number) -> Number:
        return self.made(-least([-self.real(x) for x in of]), sp.Max, *of)

    def conj(self, z: Number) -> Number:
        return self.made(z.ball.conjugate() if isinstance(z.ball, acb) else z.ball, sp.conjugate, z)

    def Re(self, z: Number) -> Number:
        return self.made(z.ball.real if isinstance(z.ball, acb) else z.ball, sp.re, z)

    def Im(self, z: Number) -> Number:
        return self.made(z.ball.imag if isinstance(z.ball, acb) else fmpq(0), sp.im, z)

    def snapped(self, x: Number) -> Ball:
        """The ball, with a part that holds zero made zero where the exact algebra proves it."""
        if not self.decide or isinstance(x.ball, fmpq):
            return x.ball
        if isinstance(x.ball, arb):
            return fmpq(0) if self.vanishes(x.ball, x, lambda e: e) else x.ball
        re = arb(0) if self.vanishes(x.ball.real, x, sp.re) else x.ball.real
        im = arb(0) if self.vanishes(x.ball.imag, x, sp.im) else x.ball.imag
        return plain(acb(re, im))

    def vanishes(self, part: arb, x: Number, of: Callable[[Expr], Expr]) -> bool:
        if not part.contains(0) or part.is_zero() or x.size > LARGEST:
            return False
        try:
            return bool(is_zero(of(x.exact)))
        except CascadeError:
            return False

    def real(self, x: Number) -> fmpq | arb:
        """A ball that must be real."""
        ball = self.snapped(x)
        if not isinstance(ball, acb):
            return ball
        if ball.imag.contains(0):
            raise Undecided("whether an argument of Min, Max or atan2 is real can't be told")
        raise OutsideExactDomain("Min, Max and atan2 need real arguments; take re(...) of them first.")


def modulus(x: Ball) -> Ball:
    return (x if x >= 0 else -x) if isinstance(x, fmpq) else abs(x)


def direction(x: Ball) -> Ball:
    if isinstance(x, acb):
        return x / abs(x)
    return fmpq((x > 0) - (x < 0)) if isinstance(x, fmpq) or x > 0 or x < 0 or x.is_zero() else arb(0, 1)


REAL: dict[str, Callable[[Ball], Ball]] = {
    "abs": modulus, "sgn": direction, "arg": lambda x: acb(lifted(x)).arg(),
}  # fmt: skip


def exact_numbers(values: Mapping[Symbol, Expr], decide: bool = False) -> dict[str, Number]:
    """Exact numbers as values of parameters, by name."""

    def one(e: Expr) -> Number:
        return Number(read(e).run(Balls(decide), {})[0].ball, lambda: e)

    return {s.name: one(e) for s, e in values.items()}


def plain(x: Any) -> Ball:
    """A complex ball whose imaginary part is zero as a real one."""
    return x.real if isinstance(x, acb) and x.imag.is_zero() else x


def lifted(x: Ball) -> arb | acb:
    """An exact rational as a ball; balls as they are."""
    return arb(x) if isinstance(x, fmpq) else x


def square_root(x: Ball) -> Ball:
    """Principal root; where the ball straddles zero, a ball around zero that holds both kinds of root."""
    if isinstance(x, fmpq):
        p, q = abs(x.p), x.q
        if p == p.isqrt() ** 2 and q == q.isqrt() ** 2:
            root = fmpq(p.isqrt(), q.isqrt())
            return root if x >= 0 else acb(0, 1) * root
        x = arb(x)
    if isinstance(x, acb):
        return x.sqrt()
    if x > 0 or x.is_zero():
        return x.sqrt()
    if x < 0:
        return acb(0, (-x).sqrt())
    spread = arb(0, x.abs_upper().sqrt().abs_upper())
    return acb(spread, spread)


def least(balls: Sequence[fmpq | arb]) -> fmpq | arb:
    if all(isinstance(b, fmpq) for b in balls):
        return min(balls)  # type: ignore[type-var]
    result = arb(balls[0])
    for b in balls[1:]:
        result = result.min(arb(b))
    return result

"""Formulas in ball arithmetic that knows how its numbers are written: whether a number is zero can be decided exactly.

The balls are those of `cascade_sym.program.balls`. Where a ball holds a point at which a function jumps (a branch cut,
the edge of a root), all that the function can be there is in the result; with `decide` the exact algebra is asked
whether such a number is zero.
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
from cascade_sym.program import balls as plainly
from cascade_sym.program.balls import Ball, Undecided

Plain = fmpq | arb | acb

TRIG = ("sin", "cos", "tan", "cot", "sec", "csc")
SMOOTH = (*TRIG, "exp", "sinh", "cosh", "tanh", "coth", "sech", "csch", "conj", "Re", "Im")  # no cut, no edge
ORDERED = ("min", "max", "atan2")
CLOSED = 20  # operations of an angle that is tried for a closed form, and of a divisor that is shown
LARGEST = 200  # operations of a number that the exact algebra is asked about


class Number:
    """A ball, and how to write the number in it exactly (with about `size` operations)."""

    def __init__(self, ball: Any, write: Callable[[], Expr], size: int = 0) -> None:
        self.ball, self._write, self.size = real_if_known(ball), write, size

    @cached_property
    def exact(self) -> Expr:
        return self._write()

    @property
    def plain(self) -> Plain:
        """The ball, with multiples of pi as balls."""
        return self.ball.ball if isinstance(self.ball, plainly.Turn) else self.ball


class Balls(Arithmetic):
    """Numbers at flint's current precision."""

    kind = "ball arithmetic"

    def __init__(self, decide: bool = False) -> None:
        self.decide, self.balls = decide, plainly.Balls()

    def made(self, ball: Ball, build: Callable[..., Expr], *of: Number) -> Number:
        """The number that `build` makes of others."""
        return Number(ball, lambda: build(*(x.exact for x in of)), 1 + sum(x.size for x in of))

    def written(self, e: Expr, size: int = 0) -> Number:
        """The number that an expression without symbols is."""
        return Number(read(e).run(self, {})[0].ball, lambda: e, size)

    def number(self, q: Fraction) -> Number:
        return Number(self.balls.number(q), lambda: sp.Rational(q.numerator, q.denominator))

    def constant(self, name: str) -> Number:
        return Number(self.balls.constant(name), lambda: {"pi": sp.pi, "e": sp.E, "I": sp.I}[name])

    def add(self, terms: Sequence[Number]) -> Number:
        return self.made(self.balls.add([t.ball for t in terms]), sp.Add, *terms)

    def mul(self, factors: Sequence[Number]) -> Number:
        return self.made(self.balls.mul([f.ball for f in factors]), sp.Mul, *factors)

    def div(self, above: Number, below: Number) -> Number:
        return self.made(self.balls.div(above.ball, self.divisor(below)), lambda a, b: a / b, above, below)

    def divisor(self, x: Number) -> Ball:
        if x.ball == 0 if isinstance(x.ball, fmpq) else plainly.lifted(x.ball).contains(0):
            raise Undecided(f"it divides by {x.exact if x.size <= CLOSED else 'a number'}, which is zero")
        return x.ball

    def power(self, base: Number, exponent: Fraction) -> Number:
        root, n = base, exponent.numerator
        if exponent.denominator == 2:
            root = Number(plainly.square_root(self.snapped(base)), lambda: sp.sqrt(base.exact), base.size)
        elif exponent.denominator > 2:
            return self.pow(base, self.number(exponent))
        ball = self.balls.power(root.ball if n > 0 else self.divisor(root), Fraction(n))
        return self.made(ball, lambda b: b ** sp.Rational(n, exponent.denominator), base)

    def pow(self, base: Number, exponent: Number) -> Number:
        x, y = self.snapped(base), exponent.ball
        if isinstance(y, fmpq) and y.q == 1:
            return self.power(base, Fraction(int(y.p)))
        if x == 0:
            above: Any = plainly.lifted(self.balls.Re(y))
            if not above > 0:
                raise Undecided("it raises zero to a power that is not positive")
            return self.made(fmpq(0), sp.Pow, base, exponent)
        return self.made(self.balls.pow(x, y), sp.Pow, base, exponent)

    def call(self, name: str, *of: Number) -> Number:
        function = BY_NAME[name].sympy
        if name in TRIG and of[0].size <= CLOSED:
            closed = function(of[0].exact)
            if not any(isinstance(closed, BY_NAME[t].sympy) for t in TRIG):
                return self.written(closed, 1)
        if BY_NAME[name].rule and not hasattr(self.balls, name) and name not in plainly.DIRECT:
            return super().call(name, *of)  # step by step, each of which may be decided
        take = self.real if name in ORDERED else (lambda x: x.ball) if name in SMOOTH else self.snapped
        return self.made(self.balls.call(name, *map(take, of)), function, *of)

    def snapped(self, x: Number) -> Ball:
        """The ball, with a part that holds zero made zero where the exact algebra proves it."""
        ball = x.ball
        if not self.decide or not isinstance(ball, arb | acb):
            return ball
        if isinstance(ball, arb):
            return fmpq(0) if self.vanishes(ball, x, lambda e: e) else ball
        re = arb(0) if self.vanishes(ball.real, x, sp.re) else ball.real
        im = arb(0) if self.vanishes(ball.imag, x, sp.im) else ball.imag
        return real_if_known(acb(re, im))

    def vanishes(self, part: arb, x: Number, of: Callable[[Expr], Expr]) -> bool:
        if not part.contains(0) or part.is_zero() or x.size > LARGEST:
            return False
        try:
            return bool(is_zero(of(x.exact)))
        except CascadeError:
            return False

    def real(self, x: Number) -> Ball:
        """A ball that must be real."""
        ball = self.snapped(x)
        if not isinstance(ball, acb):
            return ball
        if ball.imag.contains(0):
            raise Undecided("whether an argument of Min, Max or atan2 is real can't be told")
        raise OutsideExactDomain("Min, Max and atan2 need real arguments; take re(...) of them first.")


def exact_numbers(values: Mapping[Symbol, Expr], decide: bool = False) -> dict[str, Number]:
    """Exact numbers as values of parameters, by name."""
    return {s.name: Balls(decide).written(e) for s, e in values.items()}


def real_if_known(x: Any) -> Ball:
    """A complex ball whose imaginary part is zero as a real one."""
    return x.real if isinstance(x, acb) and x.imag.is_zero() else x

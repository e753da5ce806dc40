"""Formulas in ball arithmetic (python-flint): every number carries a rigorous radius.

Values are exact rationals (`fmpq`) or exact multiples of pi (`Turn`) for as long as that is possible, then real balls
(`arb`), then complex ones (`acb`). Raising flint's precision shrinks the balls; nothing here decides what is good
enough.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any

from flint import acb, arb, fmpq

from cascade_sym.errors import CascadeError
from cascade_sym.program.functions import Arithmetic, short

DIRECT = short("exp tan cot sec csc sinh cosh tanh coth sech csch arctan arsinh log arcsin arccos arcosh artanh")
TURNING = frozenset(["tan", "cot", "sec", "csc"])
ODD = frozenset(["tan", "sinh", "tanh", "arcsin", "arctan", "arsinh", "artanh"])
LONGEST = 1 << 16  # bits of a power that is kept exactly
CUT = frozenset(["log", "arcsin", "arccos", "arcosh", "artanh"])  # real only on part of the line


class Undecided(CascadeError):
    """At this precision a ball does not tell; more is needed."""


@dataclass(frozen=True)
class Turn:
    """`q` pi, exactly: its sine and cosine are known to be zero where they are."""

    q: fmpq

    @property
    def ball(self) -> arb:
        return arb.pi() * self.q

    def __add__(self, other: Any) -> Any:
        if isinstance(other, Turn):
            return Turn(self.q + other.q)
        return self if isinstance(other, fmpq) and other == 0 else self.ball + other

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, fmpq):
            return Turn(self.q * other)
        return self.ball * (other.ball if isinstance(other, Turn) else other)

    __radd__, __rmul__ = __add__, __mul__


Ball = fmpq | arb | acb | Turn


class Balls(Arithmetic):
    """Rigorous balls at flint's present precision.

    Raises Undecided where a divisor's ball contains zero, or a value is not finite: a higher precision may settle it.

    >>> import sympy as sp
    >>> from cascade_sym.program import read
    >>> x = sp.Symbol("x")
    >>> read(sp.sqrt(x) + sp.sin(sp.pi*x)).run(Balls(), {"x": fmpq(4)})
    [2.00000000000000]
    """

    kind = "balls"

    def number(self, q: Fraction) -> Ball:
        return fmpq(q.numerator, q.denominator)

    def constant(self, name: str) -> Ball:
        return Turn(fmpq(1)) if name == "pi" else acb(0, 1) if name == "I" else arb(1).exp()

    def div(self, above: Ball, below: Ball) -> Ball:
        if isinstance(below, fmpq) and below != 0:
            return above * (1 / below)
        if isinstance(below, fmpq):
            raise Undecided("a divisor is zero")
        return finite(lifted(above) / lifted(below))

    def power(self, base: Ball, exponent: Fraction) -> Ball:
        if exponent.denominator <= 2:
            root = base if exponent.denominator == 1 else square_root(base)
            n = exponent.numerator
            exact = isinstance(root, fmpq) and max(root.p.bit_length(), root.q.bit_length()) * abs(n) <= LONGEST
            plain: Any = root if exact else lifted(root)
            raised = root if n == 1 else whole_power(plain, abs(n))
            return raised if n > 0 else self.div(fmpq(1), raised)
        if isinstance(base, fmpq) and base == 0 and exponent > 0:
            return base
        return self.pow(base, self.number(exponent))

    def pow(self, base: Ball, exponent: Ball) -> Ball:
        x, y = lifted(base), lifted(exponent)
        if isinstance(exponent, fmpq) and exponent.q == 1 and abs(exponent.p) < 1 << 30:
            return self.power(base, Fraction(int(exponent.p))) if exponent else fmpq(1)
        if isinstance(x, arb) and x > 0:
            return finite(x**y)
        return finite((finite(acb(x).log()) * y).exp())

    def call(self, name: str, *arguments: Ball) -> Ball:
        x, flint_name = arguments[0], DIRECT.get(name)
        if flint_name is None or len(arguments) > 1 or (isinstance(x, Turn) and name in TURNING):
            return super().call(name, *arguments)
        if isinstance(x, fmpq) and x == 0 and name in ODD:
            return x
        x = lifted(x)
        found = getattr(x, flint_name)()
        if name in CUT and isinstance(x, arb) and not found.is_finite():
            found = getattr(acb(x), flint_name)()
        return finite(found)

    def cos(self, x: Ball) -> Ball:
        return arb.cos_pi_fmpq(x.q) if isinstance(x, Turn) else lifted(x).cos()

    def sin(self, x: Ball) -> Ball:
        return arb.sin_pi_fmpq(x.q) if isinstance(x, Turn) else lifted(x).sin()

    def arccot(self, x: Ball) -> Ball:
        return Turn(fmpq(1, 2)) if x == 0 else self.call("arctan", self.div(fmpq(1), x))

    def arcoth(self, x: Ball) -> Ball:
        return acb(0, Turn(fmpq(1, 2)).ball) if x == 0 else self.call("artanh", self.div(fmpq(1), x))

    def conj(self, x: Ball) -> Ball:
        return x.conjugate() if isinstance(x, acb) else x

    def Re(self, x: Ball) -> Ball:
        return x.real if isinstance(x, acb) else x

    def Im(self, x: Ball) -> Ball:
        return x.imag if isinstance(x, acb) else fmpq(0)

    def abs(self, x: Ball) -> Ball:
        return abs(lifted(x)) if not isinstance(x, fmpq) else max(x, -x)

    def sgn(self, x: Ball) -> Ball:
        if isinstance(x, acb):
            return self.div(x, abs(x))
        ball = arb(x) if isinstance(x, fmpq) else self._real(x)
        if ball.contains(0):
            return fmpq(0) if ball.is_zero() else arb(0, 1)
        return fmpq(1 if ball > 0 else -1)

    def arg(self, x: Ball) -> Ball:
        return acb(lifted(x)).arg()

    def atan2(self, y: Ball, x: Ball) -> Ball:
        return arb.atan2(self._real(y), self._real(x))

    def min(self, *values: Ball) -> Ball:
        return self._extreme(min, arb.min, values)

    def max(self, *values: Ball) -> Ball:
        return self._extreme(max, arb.max, values)

    def _extreme(self, exact: Callable[..., Any], ball: Callable[..., Any], values: tuple[Ball, ...]) -> Ball:
        if all(isinstance(v, fmpq) for v in values):
            return exact(values)
        return reduce(ball, map(self._real, values))

    def _real(self, x: Ball) -> arb:
        if isinstance(x, acb):
            raise self.unknown("min, max or atan2 of complex values")
        return x.ball if isinstance(x, Turn) else arb(x)


def lifted(x: Ball) -> arb | acb:
    """An exact value as a ball; balls as they are."""
    return x.ball if isinstance(x, Turn) else arb(x) if isinstance(x, fmpq) else x


def whole_power(x: Any, n: int) -> Any:
    """x^n for n > 0; flint's power of a real ball around zero goes by a logarithm and has no value."""
    return (acb(x) ** n).real if isinstance(x, arb) and x.contains(0) else x**n


def finite(x: Any) -> Any:
    """The ball, or Undecided where it is unbounded."""
    if not x.is_finite():
        raise Undecided("a divisor may be zero, or a value infinite")
    return x


def square_root(x: Ball) -> Ball:
    """Principal root; where the ball straddles zero, a ball around zero that holds both kinds of root."""
    if isinstance(x, fmpq):
        p, q = abs(x.p), x.q
        if p == p.isqrt() ** 2 and q == q.isqrt() ** 2:
            root = fmpq(p.isqrt(), q.isqrt())
            return root if x >= 0 else acb(0, 1) * root
    x = lifted(x)
    if isinstance(x, acb):
        return x.sqrt()
    if x > 0 or x.is_zero():
        return x.sqrt()
    if x < 0:
        return acb(0, (-x).sqrt())
    spread = arb(0, x.abs_upper().sqrt().abs_upper())
    return acb(spread, spread)

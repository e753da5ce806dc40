"""The two precisions in which a program can be carried out by vector code: double, and pairs of doubles.

Both offer the same operations on a builder. A pair is an unevaluated sum hi + lo with |lo| at most half a last place
of hi (Dekker 1971; error bounds after Joldes, Muller and Popescu 2017, rounded up). Pairs need code that keeps every
rounding, without fused operations.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import pi
from typing import Any

from cascade_sym.program.builder import Builder
from cascade_sym.program.constants import Constant, is_double, parts

HALF, TWO = Fraction(1, 2), Fraction(2)


class Double:
    """Plain doubles: a value is one node.

    `unit` bounds the relative error of +, -, *, / and roots. The error of sines and cosines is at most
    angle_relative*|value| + angle_absolute*|x|, for x up to `largest_angle`.
    """

    unit = Fraction(1, 2**53)
    angle_relative = Fraction(1, 2**51)
    angle_absolute = Fraction(1, 2**90)
    largest_angle: Fraction | None = None

    def __init__(self, b: Builder) -> None:
        self.b = b

    def param(self, node: int) -> Any:
        return node

    def const(self, c: Constant) -> Any:
        return self.b.const(c)

    def apply(self, op: str, *args: Any) -> Any:
        return self.b.apply(op, *args)

    def knows(self, op: str) -> bool:
        return True

    def head(self, x: Any) -> int:
        """The double nearest to a value."""
        return x


Pair = tuple[int, int]


class Doubled(Double):
    """Pairs of doubles: about 104 bits."""

    unit = Fraction(1, 2**101)
    angle_relative = Fraction(1, 2**94)
    angle_absolute = Fraction(1, 2**94)
    largest_angle = Fraction(2**40)

    def __init__(self, b: Builder) -> None:
        super().__init__(b)
        self._angles: dict[Pair, tuple[Pair, Pair]] = {}
        self.operations: dict[str, Callable[..., Pair]] = {
            "add": self.add,
            "sub": lambda x, y: self.add(x, self.neg(y)),
            "neg": self.neg,
            "mul": self.mul,
            "div": self.div,
            "sqrt": self.sqrt,
            "abs": lambda x: self.select(x[0], x, self.neg(x)),
            "min": lambda x, y: self.select(self.add(y, self.neg(x))[0], x, y),
            "max": lambda x, y: self.select(self.add(x, self.neg(y))[0], x, y),
            "select": lambda c, x, y: self.select(c[0], x, y),
            "copysign": lambda x, y: self.select(b.mul(self.sign(x), self.sign(y)), x, self.neg(x)),
            "sin": lambda x: self.sine_cosine(x)[0],
            "cos": lambda x: self.sine_cosine(x)[1],
        }

    def param(self, node: int) -> Pair:
        return node, self.b.zero

    def const(self, c: Constant) -> Pair:
        if is_double(c):
            return self.b.const(c), self.b.zero
        hi, lo = parts(c, 2)
        return self.plain(hi), self.plain(lo)

    def apply(self, op: str, *args: Pair) -> Pair:
        return self.operations[op](*args)

    def knows(self, op: str) -> bool:
        return op in self.operations

    def head(self, x: Pair) -> int:
        return x[0]

    def plain(self, value: float) -> int:
        return self.b.const(Fraction(value))

    def sign(self, x: Pair) -> int:
        return self.b.apply("copysign", self.b.one, x[0])

    def neg(self, x: Pair) -> Pair:
        return self.b.neg(x[0]), self.b.neg(x[1])

    def select(self, c: int, x: Pair, y: Pair) -> Pair:
        return self.b.apply("select", c, x[0], y[0]), self.b.apply("select", c, x[1], y[1])

    def two_sum(self, a: int, c: int) -> Pair:
        """a + c exactly, as a rounded sum and its error (Knuth)."""
        b = self.b
        if b.zero in (a, c):
            return b.add(a, c), b.zero
        s = b.add(a, c)
        v = b.sub(s, a)
        return s, b.add(b.sub(a, b.sub(s, v)), b.sub(c, v))

    def quick_sum(self, a: int, c: int) -> Pair:
        """a + c exactly where |a| >= |c| (Dekker)."""
        b = self.b
        if b.zero in (a, c):
            return b.add(a, c), b.zero
        s = b.add(a, c)
        return s, b.sub(c, b.sub(s, a))

    def product(self, a: int, c: int) -> Pair:
        """a * c exactly, as a rounded product and its error."""
        b = self.b
        if b.zero in (a, c):
            return b.zero, b.zero
        exact = any(power_of_two(b.value(x)) for x in (a, c))
        return b.mul(a, c), b.zero if exact else b.apply("proderr", a, c)

    def add(self, x: Pair, y: Pair) -> Pair:
        b = self.b
        s, t = self.two_sum(x[0], y[0])
        if x[1] == y[1] == b.zero:
            return s, t
        u, v = self.two_sum(x[1], y[1])
        s, t = self.quick_sum(s, b.add(t, u))
        return self.quick_sum(s, b.add(t, v))

    def mul(self, x: Pair, y: Pair) -> Pair:
        b = self.b
        p, e = self.product(x[0], y[0])
        if x[1] == y[1] == b.zero:
            return p, e
        return self.quick_sum(p, b.add(e, b.add(b.mul(x[0], y[1]), b.mul(x[1], y[0]))))

    def div(self, x: Pair, y: Pair) -> Pair:
        b = self.b
        first = b.div(x[0], y[0])
        rest = self.add(x, self.neg(self.mul(y, (first, b.zero))))
        second = b.div(rest[0], y[0])
        rest = self.add(rest, self.neg(self.mul(y, (second, b.zero))))
        s, t = self.quick_sum(first, second)
        return self.add((s, t), (b.div(rest[0], y[0]), b.zero))

    def sqrt(self, x: Pair) -> Pair:
        """One Newton step from the double root; the root of zero is zero."""
        b = self.b
        start = b.unary("sqrt", x[0])
        rest = self.add(x, self.neg(self.product(start, start)))
        step = b.div(rest[0], b.add(start, start))
        safe = b.apply("select", b.neg(b.unary("abs", start)), b.zero, step)
        return self.quick_sum(start, safe)

    def sine_cosine(self, x: Pair) -> tuple[Pair, Pair]:
        if x not in self._angles:
            self._angles[x] = self._sine_cosine(x)
        return self._angles[x]

    def _sine_cosine(self, x: Pair) -> tuple[Pair, Pair]:
        """Reduced by quarter turns to [-pi/4, pi/4], where the series converges in 14 terms."""
        b = self.b
        number = b.unary("rint", b.mul(x[0], self.plain(2 / pi)))
        r = x
        for part in parts(("mul", HALF, ("pi",)), 3):
            r = self.add(r, self.neg(self.product(number, self.plain(part))))
        z = self.mul(r, r)
        s = self.add(r, self.mul(r, self.series(z, 1)))
        c = self.add((b.one, b.zero), self.series(z, 0))
        quarter = b.sub(number, b.mul(self.plain(4.0), b.unary("rint", b.mul(self.plain(0.25), number))))
        half = self.plain(0.5)  # quarter is -2, -1, 0, 1 or 2
        odd = b.sub(half, b.unary("abs", b.sub(b.unary("abs", quarter), b.one)))
        sine, cosine = self.select(odd, c, s), self.select(odd, s, c)
        flip_sine = b.sub(b.unary("abs", b.sub(quarter, half)), b.one)  # -1 and +-2
        flip_cosine = b.sub(b.unary("abs", b.add(quarter, half)), b.one)  # 1 and +-2
        return self.select(flip_sine, self.neg(sine), sine), self.select(flip_cosine, self.neg(cosine), cosine)

    def series(self, z: Pair, odd: int) -> Pair:
        """sum over k >= 1 of (-z)**k / (2k + odd)!; terms below the double's last place in plain doubles."""
        b = self.b
        terms: list[Fraction] = []
        size = Fraction(1)
        for k in range(1, 15):
            size = -size / ((2 * k - 1 + odd) * (2 * k + odd))
            terms.append(size)
        tail = self.plain(float(terms[-1]))
        for c in reversed(terms[9:-1]):
            tail = b.add(b.mul(tail, z[0]), self.plain(float(c)))
        total: Pair = (tail, b.zero)
        for c in reversed(terms[:9]):
            total = self.add(self.const(c), self.mul(total, z))
        return self.mul(total, z)


def power_of_two(x: Constant | None) -> bool:
    return isinstance(x, Fraction) and x != 0 and all(p & (p - 1) == 0 for p in (abs(x.numerator), x.denominator))

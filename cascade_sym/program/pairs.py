"""Formulas as real operations of a builder: a value is a real node, or a pair (real part, imaginary part)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import partial, reduce

from cascade_sym.errors import OutsideExactDomain
from cascade_sym.program.builder import Builder, by_squaring
from cascade_sym.program.constants import sign
from cascade_sym.program.functions import Arithmetic, short

Value = int | tuple[int, int]
REAL = short("sin cos tan arcsin arccos arctan sinh cosh tanh arsinh arcosh artanh")
RECIPROCALS = {"sec": "cos", "csc": "sin", "sech": "cosh", "csch": "sinh"}
TURNED = {"sin": "sinh", "cos": "cosh", "tan": "tanh", "asin": "asinh", "atan": "atanh"}


class Pairs(Arithmetic):
    """The operations of formulas on real or complex values of a builder; what is real stays real.

    Roots, logarithms and inverse functions of real values are real (nan outside their domain); those of complex values
    are principal, with the values of mpmath and SymPy on branch cuts (a zero has no sign). With `scaled` moduli,
    quotients and roots of complex values square nothing that may be too large or too small for a double.
    """

    kind = "evaluators"

    def __init__(self, scaled: bool = False) -> None:
        self.b, self.rescaled = Builder(), scaled
        self.functions = {name: partial(self.function, op) for name, op in REAL.items()}
        self.functions |= {name: partial(self.reciprocal, op) for name, op in RECIPROCALS.items()}

    def make(self, re: int, im: int) -> Value:
        return re if im == self.b.zero else (re, im)

    def split(self, x: Value) -> tuple[int, int]:
        return x if isinstance(x, tuple) else (x, self.b.zero)

    def number(self, q: Fraction) -> Value:
        return self.b.const(q)

    def constant(self, name: str) -> Value:
        if name == "I":
            return (self.b.zero, self.b.one)
        return self.b.const(("pi",) if name == "pi" else ("exp", Fraction(1)))

    def add(self, terms: Sequence[Value]) -> Value:
        split = [self.split(t) for t in terms]
        return self.make(self.b.total(t[0] for t in split), self.b.total(t[1] for t in split))

    def mul(self, factors: Sequence[Value]) -> Value:
        """Real factors first: each complex one then costs the least."""
        one: Value = self.b.one
        return reduce(self.times, sorted(factors, key=lambda v: isinstance(v, tuple)), one)

    def times(self, x: Value, y: Value) -> Value:
        b = self.b
        if not isinstance(x, tuple) and not isinstance(y, tuple):
            return b.mul(x, y)
        (p, q), (r, s) = self.split(x), self.split(y)
        return self.make(b.sub(b.mul(p, r), b.mul(q, s)), b.add(b.mul(p, s), b.mul(q, r)))

    def Re(self, x: Value) -> Value:
        return self.split(x)[0]

    def Im(self, x: Value) -> Value:
        return self.split(x)[1]

    def conj(self, x: Value) -> Value:
        re, im = self.split(x)
        return self.make(re, self.b.neg(im))

    def norm(self, x: tuple[int, int]) -> int:
        """|x|^2."""
        return self.b.add(self.b.square(x[0]), self.b.square(x[1]))

    def size(self, x: tuple[int, int]) -> int:
        """What to divide by before squaring: the larger part of |x|, one where both are zero or nothing is scaled."""
        b = self.b
        if not self.rescaled:
            return b.one
        largest = b.apply("max", b.unary("abs", x[0]), b.unary("abs", x[1]))
        return b.apply("select", b.neg(largest), b.one, largest)

    def div(self, x: Value, y: Value) -> Value:
        b = self.b
        if isinstance(y, tuple):
            size = self.size(y)
            near = b.div(y[0], size), b.div(y[1], size)
            n = self.norm(near)
            p, q = self.split(self.times(x, self.conj(near)))
            return self.make(b.div(b.div(p, n), size), b.div(b.div(q, n), size))
        p, q = self.split(x)
        return self.make(b.div(p, y), b.div(q, y) if q != b.zero else q)

    def power(self, base: Value, exponent: Fraction) -> Value:
        if exponent.denominator > 2:
            return self.pow(base, self.b.const(exponent))
        x, n = base if exponent.denominator == 1 else self.sqrt(base), exponent.numerator
        if n < 0:
            return self.div(self.b.one, self.power(x, Fraction(-n)))
        if not isinstance(x, tuple):
            return self.b.power(x, n)
        value: Value = by_squaring(self.times, self.b.one, x, n)
        return value

    def abs(self, x: Value) -> int:
        if not isinstance(x, tuple):
            return self.b.unary("abs", x)
        if x[0] == self.b.zero:
            return self.b.unary("abs", x[1])
        size = self.size(x)
        return self.b.mul(size, self.b.unary("sqrt", self.norm((self.b.div(x[0], size), self.b.div(x[1], size)))))

    def sqrt(self, x: Value) -> Value:
        b = self.b
        if not isinstance(x, tuple):
            c = b.value(x)
            if c is not None and sign(c) == -1:
                return self.make(b.zero, b.unary("sqrt", b.neg(x)))
            return b.unary("sqrt", x)
        re, im = x
        half = b.div(b.one, b.const(2))
        size, across = self.abs(x), b.unary("abs", re)
        both = b.add(b.mul(half, size), b.mul(half, across)) if self.rescaled else b.mul(half, b.add(size, across))
        large = b.unary("sqrt", both)
        small = b.div(b.mul(half, im), large)
        return self.make(
            b.apply("select", re, large, b.unary("abs", small)),
            b.apply("select", re, small, b.apply("select", im, large, b.neg(large))),
        )

    def exp(self, x: Value) -> Value:
        b = self.b
        if not isinstance(x, tuple):
            return b.unary("exp", x)
        size = b.one if x[0] == b.zero else b.unary("exp", x[0])
        return self.make(b.mul(size, b.unary("cos", x[1])), b.mul(size, b.unary("sin", x[1])))

    def arg(self, x: Value) -> int:
        b, (re, im) = self.b, self.split(x)
        upper = b.apply("atan2", b.unary("abs", im), re)
        return b.apply("select", im, upper, b.neg(upper))

    def sgn(self, x: Value) -> Value:
        """x/|x|, and zero at zero."""
        b, size = self.b, self.abs(x)
        re, im = self.split(self.div(x, size))
        zero = b.neg(size)
        return self.make(b.apply("select", zero, b.zero, re), b.apply("select", zero, b.zero, im))

    def log(self, x: Value) -> Value:
        if not isinstance(x, tuple):
            return self.b.unary("log", x)
        return self.make(self.b.unary("log", self.abs(x)), self.arg(x))

    def pow(self, x: Value, y: Value) -> Value:
        if not isinstance(x, tuple) and not isinstance(y, tuple):
            return self.b.apply("pow", x, y)
        return self.exp(self.times(y, self.log(x)))

    def function(self, op: str, x: Value) -> Value:
        """A trigonometric or hyperbolic function, or the inverse of sin, cos, tan, sinh, cosh or tanh."""
        b = self.b
        if not isinstance(x, tuple):
            return self.div(b.unary("sin", x), b.unary("cos", x)) if op == "tan" else b.unary(op, x)
        re, im = x
        if op in TURNED:  # sin z = -i sinh iz, cos z = cosh iz, ..., asin z = -i asinh iz
            p, q = self.split(self.function(TURNED[op], self.make(b.neg(im), re)))
            return self.make(p, q) if op == "cos" else self.make(q, b.neg(p))
        if op in ("sinh", "cosh"):
            s, c, sh, ch = b.unary("sin", im), b.unary("cos", im), b.unary("sinh", re), b.unary("cosh", re)
            return self.make(b.mul(sh, c), b.mul(ch, s)) if op == "sinh" else self.make(b.mul(ch, c), b.mul(sh, s))
        own = {"tanh": self.tanh, "asinh": self.asinh, "acos": self.acos, "acosh": self.acosh, "atanh": self.atanh}
        return own[op](x)

    def atan2(self, y: Value, x: Value) -> Value:
        above, along = self._real("atan2", (y, x))
        return self.arg((along, above))

    def cot(self, z: Value) -> Value:
        """1/tan of complex values: cosine and sine alone may be too large for doubles."""
        if isinstance(z, tuple):
            return self.div(self.one, self.function("tan", z))
        return self.div(self.call("cos", z), self.call("sin", z))

    def min(self, *values: Value) -> Value:
        return reduce(partial(self.b.apply, "min"), self._real("min", values))

    def max(self, *values: Value) -> Value:
        return reduce(partial(self.b.apply, "max"), self._real("max", values))

    def _real(self, name: str, values: Sequence[Value]) -> list[int]:
        if any(isinstance(v, tuple) for v in values):
            raise OutsideExactDomain(f"{name} needs real arguments; take re(...) of them first.")
        return list(values)  # type: ignore[arg-type]

    def tanh(self, x: tuple[int, int]) -> Value:
        """Without an exponential that grows: with t = tanh x, it is (t + i s c (1 - t^2))/(c^2 + t^2 s^2)."""
        b, (re, im) = self.b, x
        s, c, t = b.unary("sin", im), b.unary("cos", im), b.unary("tanh", re)
        small = b.unary("exp", b.mul(b.const(-2), b.unary("abs", re)))
        rest = b.div(b.mul(b.const(4), small), b.square(b.add(b.one, small)))  # 1 - t^2
        below = b.add(b.square(c), b.square(b.mul(t, s)))
        return self.make(b.div(t, below), b.div(b.mul(b.mul(s, c), rest), below))

    def reciprocal(self, op: str, x: Value) -> Value:
        """1/cosh, 1/sinh, 1/cos and 1/sin; of complex values from 2 exp(-|re|), which does not grow."""
        b = self.b
        if not isinstance(x, tuple):
            return b.div(b.one, b.unary(op, x))
        re, im = (b.neg(x[1]), x[0]) if op in ("cos", "sin") else x
        s, c, t = b.unary("sin", im), b.unary("cos", im), b.unary("tanh", re)
        small = b.unary("exp", b.neg(b.unary("abs", re)))
        size = b.div(b.mul(b.const(2), small), b.add(b.one, b.square(small)))  # 1/cosh(re)
        below = self.make(c, b.mul(t, s)) if op in ("cosh", "cos") else self.make(b.mul(t, c), s)
        p, q = self.split(self.div(size, below))
        return self.make(b.neg(q), p) if op == "sin" else self.make(p, q)

    def roots(self, x: tuple[int, int], first: int, second: int) -> tuple[tuple[int, int], tuple[int, int]]:
        """The roots of first + x and of second - x."""
        b, (re, im) = self.b, x
        one, two = (b.add(b.const(first), re), im), (b.sub(b.const(second), re), b.neg(im))
        return self.split(self.sqrt(one)), self.split(self.sqrt(two))

    def height(self, x: tuple[int, int]) -> int:
        """|Im asin x| (Kahan 1987): asinh |Im(conj(sqrt(1 - x)) sqrt(1 + x))|."""
        b = self.b
        (p, q), (r, s) = self.roots(x, 1, 1)
        return b.unary("asinh", b.unary("abs", b.sub(b.mul(r, q), b.mul(s, p))))

    def below_cut(self, x: tuple[int, int]) -> int:
        """Nonnegative where the imaginary part of asin and atanh is: on their cuts where the real part is not
        positive.
        """
        b, (re, im) = self.b, x
        return b.apply("select", b.neg(b.unary("abs", im)), b.neg(re), im)

    def asinh(self, x: tuple[int, int]) -> Value:
        """-i asin(i x), with Kahan's formulas for asin."""
        b, (re, im) = self.b, x
        turned = b.neg(im), re
        (p, q), (r, s) = self.roots(turned, 1, 1)
        size = self.height(turned)
        across = b.apply("atan2", b.neg(im), b.unary("abs", b.sub(b.mul(p, r), b.mul(q, s))))
        return self.make(b.apply("select", self.below_cut(turned), size, b.neg(size)), b.neg(across))

    def acos(self, x: tuple[int, int]) -> Value:
        b = self.b
        (p, _), (r, _) = self.roots(x, 1, 1)
        size = self.height(x)
        across = b.mul(b.const(2), b.apply("atan2", r, p))
        return self.make(across, b.apply("select", self.below_cut(x), b.neg(size), size))

    def acosh(self, x: tuple[int, int]) -> Value:
        """i acos x or -i acos x, above or below the real line."""
        b = self.b
        re, im = self.split(self.acos(x))
        return self.make(b.unary("abs", im), b.apply("select", x[1], re, b.neg(re)))

    def atanh(self, x: tuple[int, int]) -> Value:
        """Half atanh(2 re/(1 + |x|^2)), as logarithms near the poles; the imaginary part as an angle."""
        b, (re, im) = self.b, x
        half, quarter = (b.const(Fraction(1, k)) for k in (2, 4))
        double, norm = b.mul(b.const(2), re), b.add(b.one, self.norm(x))
        right, left = ((b.sub(b.one, re), im), (b.add(b.one, re), im))
        near = b.mul(quarter, b.sub(b.unary("log", self.norm(left)), b.unary("log", self.norm(right))))
        far = b.mul(half, b.unary("atanh", b.div(double, norm)))
        close = b.sub(b.unary("abs", double), b.mul(half, norm))
        angle = b.apply("atan2", b.mul(b.const(2), b.unary("abs", im)), b.sub(b.mul(right[0], left[0]), b.square(im)))
        turn = b.mul(half, angle)
        return self.make(b.apply("select", close, near, far), b.apply("select", self.below_cut(x), turn, b.neg(turn)))

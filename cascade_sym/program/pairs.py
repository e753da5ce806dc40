"""Complex arithmetic over a builder: a value is a real node, or a pair (real part, imaginary part)."""

from __future__ import annotations

from cascade_sym.errors import OutsideExactDomain
from cascade_sym.program.builder import Builder
from cascade_sym.program.constants import sign

Value = int | tuple[int, int]


class Pairs:
    """The operations that a formula may contain, on real or complex values; real stays real.

    Roots and logarithms of real values are real (nan outside their domain); those of complex values are
    principal.
    """

    def __init__(self, builder: Builder) -> None:
        self.b = builder

    def make(self, re: int, im: int) -> Value:
        return re if im == self.b.zero else (re, im)

    def split(self, x: Value) -> tuple[int, int]:
        return x if isinstance(x, tuple) else (x, self.b.zero)

    def add(self, x: Value, y: Value) -> Value:
        (a, c), (d, e) = self.split(x), self.split(y)
        return self.make(self.b.add(a, d), self.b.add(c, e))

    def neg(self, x: Value) -> Value:
        a, c = self.split(x)
        return self.make(self.b.neg(a), self.b.neg(c))

    def conj(self, x: Value) -> Value:
        a, c = self.split(x)
        return self.make(a, self.b.neg(c))

    def mul(self, x: Value, y: Value) -> Value:
        b = self.b
        if not isinstance(x, tuple) and not isinstance(y, tuple):
            return b.mul(x, y)
        (p, q), (r, s) = self.split(x), self.split(y)
        return self.make(b.sub(b.mul(p, r), b.mul(q, s)), b.add(b.mul(p, s), b.mul(q, r)))

    def norm(self, x: tuple[int, int]) -> int:
        """|x|^2."""
        return self.b.add(self.b.square(x[0]), self.b.square(x[1]))

    def div(self, x: Value, y: Value) -> Value:
        b = self.b
        if isinstance(y, tuple):
            n = self.norm(y)
            p, q = self.split(self.mul(x, self.conj(y)))
            return self.make(b.div(p, n), b.div(q, n))
        p, q = self.split(x)
        return self.make(b.div(p, y), b.div(q, y) if q != b.zero else q)

    def power(self, x: Value, n: int) -> Value:
        if n < 0:
            return self.div(self.b.one, self.power(x, -n))
        if not isinstance(x, tuple):
            return self.b.power(x, n)
        result: Value = self.b.one
        base: Value = x
        while n:
            if n & 1:
                result = self.mul(result, base)
            n >>= 1
            if n:
                base = self.mul(base, base)
        return result

    def abs(self, x: Value) -> int:
        if not isinstance(x, tuple):
            return self.b.unary("abs", x)
        if x[0] == self.b.zero:
            return self.b.unary("abs", x[1])
        return self.b.unary("sqrt", self.norm(x))

    def sqrt(self, x: Value) -> Value:
        b = self.b
        if not isinstance(x, tuple):
            c = b.value(x)
            if c is not None and sign(c) == -1:
                return self.make(b.zero, b.unary("sqrt", b.neg(x)))
            return b.unary("sqrt", x)
        re, im = x
        half = b.div(b.one, b.const(2))
        large = b.unary("sqrt", b.mul(half, b.add(self.abs(x), b.unary("abs", re))))
        small = b.div(b.mul(half, im), large)
        return self.make(
            b.apply("select", re, large, b.unary("abs", small)),
            b.apply("select", re, small, b.apply("copysign", large, im)),
        )

    def exp(self, x: Value) -> Value:
        b = self.b
        if not isinstance(x, tuple):
            return b.unary("exp", x)
        size = b.one if x[0] == b.zero else b.unary("exp", x[0])
        return self.make(b.mul(size, b.unary("cos", x[1])), b.mul(size, b.unary("sin", x[1])))

    def arg(self, x: Value) -> int:
        re, im = self.split(x)
        return self.b.apply("atan2", im, re)

    def log(self, x: Value) -> Value:
        if not isinstance(x, tuple):
            return self.b.unary("log", x)
        return self.make(self.b.unary("log", self.abs(x)), self.arg(x))

    def pow(self, x: Value, y: Value) -> Value:
        if not isinstance(x, tuple) and not isinstance(y, tuple):
            return self.b.apply("pow", x, y)
        return self.exp(self.mul(y, self.log(x)))

    def function(self, op: str, x: Value) -> Value:
        """sin, cos, tan, sinh, cosh, tanh of anything; atan, asin, acos of real values."""
        b = self.b
        if op == "tan":
            return self.div(self.function("sin", x), self.function("cos", x))
        if not isinstance(x, tuple):
            return b.unary(op, x)
        re, im = x
        if op in ("sinh", "cosh", "tanh"):  # sinh z = -i sin iz, cosh z = cos iz, tanh z = -i tan iz
            turned = self.function({"sinh": "sin", "cosh": "cos", "tanh": "tan"}[op], self.make(b.neg(im), re))
            p, q = self.split(turned)
            return turned if op == "cosh" else self.make(q, b.neg(p))
        s, c, sh, ch = b.unary("sin", re), b.unary("cos", re), b.unary("sinh", im), b.unary("cosh", im)
        if op == "sin":
            return self.make(b.mul(s, ch), b.mul(c, sh))
        if op == "cos":
            return self.make(b.mul(c, ch), b.neg(b.mul(s, sh)))
        raise OutsideExactDomain(f"evaluators know no {op} of a complex value; rewrite it with log.")

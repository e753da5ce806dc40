"""Running error bounds: a program that computes each result together with a bound on its error.

Every value carries either a count n, "the value is right to n rounding errors" (products of exact things),
or a node that bounds its absolute error. The bound of an operation follows from those of its arguments and
one rounding; constants in it are rounded up, and the final factor covers the rounding of the bound itself.
Overflow and underflow break that: the caller watches the processor's flags for them, and computes such points again.

The method is Wilkinson's running error analysis (Higham, Accuracy and Stability of Numerical Algorithms,
3.3).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial, reduce
from typing import Any

from cascade_sym.evaluate.program.precision import Double, Doubled
from cascade_sym.program.builder import Builder, absent, least
from cascade_sym.program.constants import INFINITE, NAN, Constant, is_double, parts
from cascade_sym.program.nodes import Condition, Output, Program, arguments

SLACK = 1 + Fraction(1, 2**24)  # covers the rounding of the bound's own few operations
LIBRARY = Fraction(1, 2**49)  # relative error of exp, log and atan of any mathematical library
ERROR = "|error|"


@dataclass(frozen=True)
class Bounded:
    """A value, and its error: `count` rounding errors relative to it, or at most the node `error`."""

    value: Any
    count: int = 0
    error: int | None = None


def with_bounds(program: Program, make: Callable[[Builder], Double] = Double) -> Program:
    """The outputs of `program`, each followed by its bound, called by its name with "|error|" behind it.

    The bound of a complex result is on its modulus. Where a condition fails for certain the value is nan and
    its bound zero; where that cannot be told the bound is infinite.
    """
    return Bounds(program, make(Builder())).run()


def splits(c: Constant) -> bool:
    """Whether a constant is not a double, but the sum of two."""
    return not is_double(c) and 1e-200 < abs(parts(c)[0]) < 1e200


class Bounds:
    """Rebuilds a program with bounds, in a given precision."""

    def __init__(self, program: Program, arithmetic: Double) -> None:
        self.program, self.arithmetic = program, arithmetic
        self.b = arithmetic.b
        self.infinite = self.b.const(INFINITE)
        self.values: list[Bounded] = []

    def run(self) -> Program:
        for node in self.program.nodes:
            self.values.append(self.node(node))
        outs = []
        verdicts: dict[tuple[Condition, ...], tuple[int, int]] = {}
        for o in self.program.outputs:
            places = {i: self.b.add(*self.halves(self.values[i].value)) for i in o.parts()}
            errors = [self.final(self.values[i]) for i in o.parts()]
            total = errors[0] if len(errors) == 1 else self.b.add(*errors)
            if conditions := self.program.conditions_of(o):
                if conditions not in verdicts:
                    verdicts[conditions] = self.verdict(conditions)
                settled, doubtful = verdicts[conditions]
                domain = [self.arithmetic.head(self.values[c.node].value) for c in conditions if not c.split]
                nan = absent(self.b, domain, any(c.split for c in conditions))
                places = {i: self.b.apply("select", settled, p, nan) for i, p in places.items()}
                total = self.b.apply("select", settled, total, self.b.zero)
                total = self.b.apply("select", doubtful, self.infinite, total)
            outs += [o.placed(places.__getitem__), Output(o.name + ERROR, total)]
        self.b.labels.update({self.arithmetic.head(self.values[i].value): s for i, s in self.program.labels.items()})
        return self.b.finish(outs)

    def halves(self, value: Any) -> tuple[int, int]:
        return value if isinstance(value, tuple) else (value, self.b.zero)

    def final(self, x: Bounded) -> int:
        """The absolute bound, with the rounding of the bound and of the result to double included."""
        error = self.b.mul(self.plain(SLACK), self.absolute(x))
        if isinstance(x.value, tuple):
            error = self.b.add(error, self.b.mul(self.plain(Double.unit * SLACK), self.size(x)))
        return self.b.apply("select", error, error, self.infinite)  # nan is no bound

    def verdict(self, conditions: tuple[Condition, ...]) -> tuple[int, int]:
        """Nodes: negative where a condition fails; nonnegative where the errors (or a nan) leave that open.

        Where one condition fails for certain, the others don't matter.
        """
        b, one, minus = self.b, self.b.one, self.b.const(-1)
        tiny = self.plain(Fraction(1, 2**1074))
        worst, open_, sure = [], [], []
        for c in conditions:
            x = self.values[c.node]
            head = self.arithmetic.head(x.value)
            if c.strict:
                head = self.b.sub(head, self.b.apply("select", self.b.neg(head), tiny, self.b.zero))
            worst.append(head)
            error = self.absolute(x)
            if error == b.zero:
                sure.append(head)
                continue
            certain = b.sub(b.sub(self.size(x), b.mul(self.plain(SLACK), error)), tiny)
            open_.append(b.apply("select", certain, minus, one))
            sure.append(b.apply("select", certain, head, one))
        doubtful = reduce(partial(b.apply, "max"), open_, minus)
        doubtful = b.apply("select", least(b, sure), doubtful, minus) if open_ else minus
        return least(self.b, worst), doubtful

    def plain(self, c: Fraction) -> int:
        """A positive constant of a bound, rounded up to a double."""
        value = parts(c)[0]
        while Fraction(value) < c:
            value *= 1 + 2.0**-52
        return self.b.const(Fraction(value))

    def size(self, x: Bounded) -> int:
        return self.b.unary("abs", self.arithmetic.head(x.value))

    def relative(self, count: int) -> Fraction:
        """What `count` rounding errors amount to at most, with room for the rounding of |value|."""
        return count * self.arithmetic.unit * SLACK

    def absolute(self, x: Bounded) -> int:
        """A node that bounds the error of `x`."""
        if x.error is not None:
            return x.error
        return self.b.mul(self.plain(self.relative(x.count)), self.size(x)) if x.count else self.b.zero

    def rounded(self, value: Any, error: int, by: Fraction | None = None) -> Bounded:
        """A value whose arguments bring in `error` and whose operation adds a relative error."""
        own = self.b.mul(self.plain((by or self.arithmetic.unit) * SLACK), self.size(Bounded(value)))
        return Bounded(value, error=self.b.add(error, own))

    def node(self, node: tuple[Any, ...]) -> Bounded:
        op = node[0]
        if op == "const":
            return Bounded(self.arithmetic.const(node[1]), 0 if is_double(node[1]) or node[1] == NAN else 1)
        if op == "param":
            return Bounded(self.arithmetic.param(self.b.param(node[1], node[2])))
        if not self.arithmetic.knows(op):
            return Bounded(self.arithmetic.param(self.b.const(NAN)), error=self.infinite)
        args = [self.values[a] for a in arguments(node)]
        if op in ("add", "sub") and not isinstance(self.arithmetic, Doubled):
            for k in (0, 1):
                constant = self.program.nodes[node[1 + k]]
                if constant[0] == "const" and splits(constant[1]):
                    return self.shifted(op, args[1 - k], constant[1], k)
        value = self.arithmetic.apply(op, *(a.value for a in args))
        if op in ("mul", "div") and all(a.error is None for a in args):
            return Bounded(value, sum(a.count for a in args) + 1)
        rules: dict[str, Callable[..., Bounded]] = {
            "add": self.sum, "sub": self.sum, "mul": self.product, "div": self.quotient, "sqrt": self.root,
            "sin": self.wave, "cos": self.wave, "neg": self.same, "abs": self.same, "min": self.either,
            "max": self.either, "select": self.choice, "copysign": self.signed, "exp": self.exponential,
            "log": self.logarithm, "atan": self.gentle, "tanh": self.gentle, "asinh": self.gentle,
            "sinh": self.hyperbolic, "cosh": self.hyperbolic, "atan2": self.polar, "pow": self.power,
            "asin": self.arc, "acos": self.arc, "atanh": self.inverse_tangent, "acosh": self.inverse_cosine,
        }  # fmt: skip
        return rules[op](value, *args) if op in rules else Bounded(value, error=self.infinite)

    def shifted(self, op: str, x: Bounded, c: Any, place: int) -> Bounded:
        """x plus or minus a constant in two parts: where they nearly cancel, the first sum is exact."""
        b = self.b
        hi, lo = (b.const(Fraction(p)) for p in parts(c, 2))
        first = b.apply(op, hi, x.value) if place == 0 else b.apply(op, x.value, hi)
        value = b.sub(first, lo) if op == "sub" and place == 1 else b.add(first, lo)
        missing = self.plain(Fraction(1, 2**104) * abs(Fraction(parts(c)[0])))
        unit = self.plain(self.arithmetic.unit * SLACK)
        own = b.mul(unit, b.add(b.unary("abs", first), b.unary("abs", value)))
        return Bounded(value, error=b.add(b.add(self.absolute(x), own), missing))

    def same(self, value: Any, x: Bounded) -> Bounded:
        return Bounded(value, x.count, x.error)

    def sum(self, value: Any, x: Bounded, y: Bounded) -> Bounded:
        if not any((x.count, y.count, x.error, y.error)):
            return Bounded(value, 1)
        return self.rounded(value, self.b.add(self.absolute(x), self.absolute(y)))

    def product(self, value: Any, x: Bounded, y: Bounded) -> Bounded:
        if x.error is None:
            x, y = y, x
        b, first = self.b, self.absolute(x)
        if y.error is None:
            spread = b.mul(self.plain(1 + self.relative(y.count)), b.mul(first, self.size(y)))
            return self.rounded(value, spread, self.arithmetic.unit * (y.count + 1))
        second = self.absolute(y)
        spread = b.add(b.mul(b.add(self.size(x), first), second), b.mul(self.size(y), first))
        return self.rounded(value, spread)

    def quotient(self, value: Any, x: Bounded, y: Bounded) -> Bounded:
        b = self.b
        size = self.size(Bounded(value))
        if y.error is None:
            spread = b.div(self.absolute(x), self.size(y))
            return self.rounded(value, b.mul(self.plain(1 + self.relative(y.count)), spread),
                                self.arithmetic.unit * (y.count + 1))  # fmt: skip
        top = b.add(self.absolute(x), b.mul(size, y.error))
        return self.rounded(value, b.div(top, self.remaining(y)))

    def left(self, size: int, error: int) -> int:
        """`size` less twice an error, or zero: what may be divided by."""
        return self.b.apply("max", self.b.sub(size, self.b.add(error, error)), self.b.zero)

    def remaining(self, y: Bounded) -> int:
        """What is left of |y|."""
        return self.left(self.size(y), self.absolute(y))

    def root(self, value: Any, x: Bounded) -> Bounded:
        b = self.b
        if x.error is None:
            return Bounded(value, (x.count + 1) // 2 + 1)
        near = b.sub(b.add(x.error, x.error), self.size(x))  # nonnegative: the error may be all there is
        large = b.unary("sqrt", x.error)
        return self.rounded(value, b.apply("select", near, large, b.div(x.error, self.size(Bounded(value)))))

    def wave(self, value: Any, x: Bounded) -> Bounded:
        """sin and cos: the slope is at most one."""
        b, a = self.b, self.arithmetic
        own = b.mul(self.plain(a.angle_absolute * SLACK), self.size(x))
        if a.largest_angle is not None:
            beyond = b.sub(self.size(x), self.plain(a.largest_angle))
            own = b.apply("select", beyond, self.infinite, own)
        return self.rounded(value, b.add(self.absolute(x), own), a.angle_relative)

    def either(self, value: Any, x: Bounded, y: Bounded) -> Bounded:
        return Bounded(value, error=self.b.apply("max", self.absolute(x), self.absolute(y)))

    def choice(self, value: Any, c: Bounded, x: Bounded, y: Bounded) -> Bounded:
        """One of two values; both count where the error of the condition leaves its sign open."""
        b = self.b
        certain = b.sub(self.size(c), self.absolute(c))
        first, second = self.absolute(x), self.absolute(y)
        picked = b.apply("select", self.arithmetic.head(c.value), first, second)
        apart = b.unary("abs", b.sub(self.arithmetic.head(x.value), self.arithmetic.head(y.value)))
        return Bounded(value, error=b.apply("select", certain, picked, b.add(b.add(first, second), b.mul(
            self.plain(SLACK), apart))))  # fmt: skip

    def signed(self, value: Any, x: Bounded, y: Bounded) -> Bounded:
        b = self.b
        certain = b.sub(self.size(y), self.absolute(y))
        error = self.absolute(x)
        return Bounded(value, error=b.apply("select", certain, error, b.add(error, b.mul(b.const(2), self.size(x)))))

    def exponential(self, value: Any, x: Bounded) -> Bounded:
        return self.rounded(value, self.grown(self.size(Bounded(value)), self.absolute(x)), LIBRARY)

    def logarithm(self, value: Any, x: Bounded) -> Bounded:
        return self.rounded(value, self.b.div(self.absolute(x), self.remaining(x)), LIBRARY)

    def gentle(self, value: Any, x: Bounded) -> Bounded:
        """atan, tanh and asinh: the slope is at most one."""
        return self.rounded(value, self.absolute(x), LIBRARY)

    def arc(self, value: Any, x: Bounded) -> Bounded:
        """asin and acos: the slope is at most 1/sqrt(1 - |x|)."""
        b = self.b
        return self.steep(value, x, b.unary("sqrt", self.left(b.sub(b.one, self.size(x)), self.absolute(x))))

    def inverse_tangent(self, value: Any, x: Bounded) -> Bounded:
        """atanh: the slope is at most 1/(1 - |x|)."""
        return self.steep(value, x, self.left(self.b.sub(self.b.one, self.size(x)), self.absolute(x)))

    def inverse_cosine(self, value: Any, x: Bounded) -> Bounded:
        """acosh: the slope is 1/sqrt((x - 1) (x + 1))."""
        b = self.b
        past = self.left(b.sub(self.size(x), b.one), self.absolute(x))
        return self.steep(value, x, b.unary("sqrt", b.mul(past, b.add(past, b.const(2)))))

    def steep(self, value: Any, x: Bounded, inverse_slope: int) -> Bounded:
        """A change in x counts 1/`inverse_slope` times; without one that is 0/0 at the edge, and nothing to add."""
        b, error = self.b, self.absolute(x)
        return self.rounded(value, b.apply("select", b.neg(error), b.zero, b.div(error, inverse_slope)), LIBRARY)

    def grown(self, size: int, relative: int) -> int:
        """What a change of exp by `relative` in its argument does to a value of that size, at most."""
        return self.b.mul(size, self.b.div(relative, self.left(self.b.one, relative)))

    def hyperbolic(self, value: Any, x: Bounded) -> Bounded:
        """sinh and cosh: the slope is at most |value| + 1."""
        slope = self.b.add(self.size(Bounded(value)), self.b.one)
        return self.rounded(value, self.grown(slope, self.absolute(x)), LIBRARY)

    def polar(self, value: Any, y: Bounded, x: Bounded) -> Bounded:
        """The angle of (x, y): a change d turns it by at most 2 d/(r - 2 d), unless it may cross the cut."""
        b, reach = self.b, self.b.add(self.absolute(x), self.absolute(y))
        turn = b.div(b.add(reach, reach), self.left(b.apply("max", self.size(x), self.size(y)), reach))
        right = b.sub(self.arithmetic.head(x.value), self.absolute(x))
        apart = b.apply("max", right, b.sub(self.size(y), self.absolute(y)))
        turn = b.apply("select", b.neg(reach), b.zero, turn)  # exact, the origin too
        return self.rounded(value, b.apply("select", apart, turn, self.infinite), LIBRARY)

    def power(self, value: Any, x: Bounded, y: Bounded) -> Bounded:
        """x**y for x > 0 as exp(y log x)."""
        b = self.b
        slope = b.div(b.mul(self.size(y), self.absolute(x)), self.remaining(x))
        other = b.mul(b.unary("abs", b.unary("log", self.size(x))), self.absolute(y))
        relative = b.mul(self.plain(1 + Fraction(1, 2**20)), b.add(slope, other) if y.count or y.error else slope)
        error = self.grown(self.size(Bounded(value)), relative) if x.count or x.error or y.count or y.error else b.zero
        return self.rounded(value, error, LIBRARY)

"""Values as products of powers: roots cancel and one division is left.

Every value is held as `number * product of node**exponent` with exponents in halves of integers. Products,
quotients and roots only move exponents; a sum takes out what its terms share, so that a/x + b/y becomes
(a*y + b*x) over x*y and roots shared by both terms leave the sum. What is left under a root or below the
line is written out at the end.

Splitting a root, sqrt(x*y) = sqrt(x)*sqrt(y), needs x, y >= 0. The program gets a
condition: a point at which a factor under a root is negative gives nan, never a wrong value.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction

from cascade_sym.evaluate.program.builder import Builder
from cascade_sym.evaluate.program.constants import fold, is_double
from cascade_sym.evaluate.program.nodes import Condition, Node, Program

HALF, ONE, ZERO = Fraction(1, 2), Fraction(1), Fraction(0)


@dataclass(frozen=True)
class Factored:
    """number * product of base**exponent; `powers` is sorted by base and has no zero exponents."""

    number: Fraction
    powers: tuple[tuple[int, Fraction], ...] = ()


def made(number: Fraction, powers: dict[int, Fraction]) -> Factored:
    return (
        Factored(number, tuple(sorted((b, e) for b, e in powers.items() if e))) if number else Factored(ZERO)
    )


@dataclass
class Algebra:
    """Arithmetic on factored values; sums and opaque operations become nodes of `b`."""

    b: Builder = field(default_factory=Builder)
    roots: dict[int, None] = field(default_factory=dict)  # bases under roots, in order
    _written: dict[Factored, int] = field(default_factory=dict)

    def leaf(self, i: int) -> Factored:
        """A node of the builder as a factored value."""
        sign = ONE
        if self.b.nodes[i][0] == "neg":
            sign, i = -ONE, self.b.nodes[i][1]
        value = self.b.value(i)
        return Factored(sign * value) if isinstance(value, Fraction) else Factored(sign, ((i, ONE),))

    def mul(self, x: Factored, y: Factored) -> Factored:
        powers = dict(x.powers)
        number = x.number * y.number
        for base, e in y.powers:
            powers[base] = powers.get(base, ZERO) + e
        for base in [q for q, _ in y.powers]:  # a whole power of a constant is a number again
            value = self.b.value(base)
            if isinstance(value, Fraction) and powers[base].denominator == 1:
                number *= value ** int(powers.pop(base))
        return made(number, powers)

    def inverse(self, x: Factored) -> Factored:
        return Factored(1 / x.number, tuple((b, -e) for b, e in x.powers))

    def power(self, x: Factored, n: int) -> Factored:
        return Factored(x.number**n, tuple((b, e * n) for b, e in x.powers))

    def sqrt(self, x: Factored) -> Factored | None:
        """The root with split factors; None where the value must be written out instead."""
        if x.number <= 0 or any(e.denominator != 1 for _, e in x.powers):
            return None
        odd = [b for b, e in x.powers if e.numerator % 2]
        root = fold("sqrt", x.number)
        result = (
            Factored(root) if isinstance(root, Fraction) else Factored(ONE, ((self.b.const(x.number), HALF),))
        )
        self.roots |= dict.fromkeys(odd)
        for base, e in x.powers:
            if e.numerator % 2 == 0 and (e / 2).numerator % 2:
                base = self.b.unary("abs", base) if base not in self.roots else base
            result = self.mul(result, made(ONE, {base: e / 2}))
        return result

    def add(self, x: Factored, y: Factored, sign: int = 1) -> Factored:
        if not x.number or not y.number:
            return x if not y.number else Factored(sign * y.number, y.powers)
        px, py = dict(x.powers), dict(y.powers)
        common = {}
        for base in sorted({*px, *py}):
            ex, ey = px.get(base, ZERO), py.get(base, ZERO)
            low = min(ex, ey)
            if (ex - ey).denominator != 1 and low.denominator != 1:
                low -= HALF  # the root stays with the term that has it
            common[base] = low
        rest_x = made(x.number, {b: px.get(b, ZERO) - e for b, e in common.items()})
        rest_y = made(sign * y.number, {b: py.get(b, ZERO) - e for b, e in common.items()})
        if rest_x.powers == rest_y.powers:
            return self.mul(Factored(rest_x.number + rest_y.number, rest_x.powers), made(ONE, common))
        scale = shared_number(rest_x.number, rest_y.number)
        left = self.written(Factored(rest_x.number / scale, rest_x.powers))
        right = self.written(Factored(rest_y.number / scale, rest_y.powers))
        return self.mul(self.mul(self.leaf(self.b.add(left, right)), Factored(scale)), made(ONE, common))

    def written(self, x: Factored) -> int:
        """The value as a node: one product over one product, with at most one root."""
        if x not in self._written:
            self._written[x] = self._write(x)
        return self._written[x]

    def _write(self, x: Factored) -> int:
        b = self.b
        top: list[int] = []
        bottom: list[int] = []
        root: list[int] = []
        for base, e in x.powers:
            whole = int(e) if e >= 0 or e.denominator == 1 else int(e - HALF)
            if e.denominator != 1:
                root.append(base)
                whole = int(e - HALF)
            if whole:
                (top if whole > 0 else bottom).append(b.power(base, abs(whole)))
        if root:
            top.append(b.unary("sqrt", b.product(root)))
        number = x.number
        if bottom and not is_double(number) and is_double(Fraction(number.denominator)):
            bottom.append(b.const(Fraction(number.denominator)))
            number = Fraction(number.numerator)
        value = b.mul(b.const(number), b.product(top)) if top else b.const(number)
        return b.div(value, b.product(bottom)) if bottom else value


def shared_number(p: Fraction, q: Fraction) -> Fraction:
    """The number to take out of a sum p*x + q*y so that little multiplying is left inside."""
    if p in (1, -1) or q in (1, -1):
        return ONE
    if p in (q, -q) or is_double(q / p):
        return p
    return q if is_double(p / q) else ONE


def factor(program: Program) -> Program:
    """The same program over factored values, each output written out once."""
    algebra = Algebra()
    b = algebra.b
    values: list[Factored] = []
    for node in program.nodes:
        values.append(rebuilt(algebra, node, values))
    new = [x.powers[0][0] if is_node(x) else -1 for x in values]
    for i in program.roots():
        new[i] = algebra.written(values[i])
    roots = [Condition(base, False, "a factor under a root") for base in algebra.roots]
    labels = {i: s for i, s in program.labels.items() if new[i] >= 0}
    return b.finish_like(replace(program, labels=labels), new, roots)


def is_node(x: Factored) -> bool:
    """Whether the value is just one node."""
    return x.number == 1 and len(x.powers) == 1 and x.powers[0][1] == 1


def rebuilt(algebra: Algebra, node: Node, new: list[Factored]) -> Factored:
    """One operation on factored values."""
    b, op = algebra.b, str(node[0])
    if op == "const":
        return algebra.leaf(b.const(node[1]))
    if op == "param":
        return algebra.leaf(b.param(str(node[1]), str(node[2])))
    args = [new[a] for a in node[1:]]
    if op in ("add", "sub"):
        return algebra.add(args[0], args[1], 1 if op == "add" else -1)
    if op == "mul":
        return algebra.mul(*args)
    if op == "div" and args[1].number:
        return algebra.mul(args[0], algebra.inverse(args[1]))
    if op == "neg":
        return Factored(-args[0].number, args[0].powers)
    if op == "sqrt" and (root := algebra.sqrt(args[0])) is not None:
        return root
    return algebra.leaf(b.apply(op, *(algebra.written(a) for a in args)))

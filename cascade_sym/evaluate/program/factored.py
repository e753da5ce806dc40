"""Products of powers of nodes: the values with which `factors` computes."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from cascade_sym.program.builder import Builder
from cascade_sym.program.constants import fold, is_double

ONE, ZERO = Fraction(1), Fraction(0)
WHOLE = 2  # exponents count square roots


@dataclass(frozen=True)
class Factored:
    """number * product of sqrt(base)**exponent; `powers` is sorted by base and has no zero exponents.

    A base is a node. Exponents count square roots: 2 is the base itself, 1 its root, -2 its reciprocal.
    """

    number: Fraction
    powers: tuple[tuple[int, int], ...] = ()

    def __neg__(self) -> Factored:
        return Factored(-self.number, self.powers)

    def inverse(self) -> Factored:
        return Factored(1 / self.number, tuple((b, -e) for b, e in self.powers))


def made(number: Fraction, powers: dict[int, int]) -> Factored:
    """The value in its normal form."""
    return Factored(number, tuple(sorted((b, e) for b, e in powers.items() if e))) if number else Factored(ZERO)


@dataclass
class Algebra:
    """Arithmetic on factored values; sums and opaque operations become nodes of `b`.

    `radicands` lists the exponents that stood under roots that were split; `unsigned` the bases whose even
    powers left a root without a sign. Roots are written as one root of a product, or each `apart` so that
    they are shared.
    """

    b: Builder = field(default_factory=Builder)
    apart: bool = False
    radicands: list[dict[int, int]] = field(default_factory=list)
    unsigned: dict[int, None] = field(default_factory=dict)
    _written: dict[Factored, int] = field(default_factory=dict)

    def leaf(self, i: int) -> Factored:
        """A node of the builder as a factored value; irrational constants are taken apart."""
        if self.b.nodes[i][0] == "neg":
            return -self.leaf(self.b.nodes[i][1])
        value = self.b.value(i)
        return Factored(ONE, ((i, WHOLE),)) if value is None else self.constant(value)

    def constant(self, c: Any) -> Factored:
        if isinstance(c, Fraction):
            return Factored(c)
        op, *args = c
        if op in ("mul", "div"):
            x, y = (self.constant(a) for a in args)
            return self.mul(x, y) if op == "mul" else self.mul(x, y.inverse())
        if op == "neg":
            return -self.constant(args[0])
        if op == "sqrt" and isinstance(args[0], Fraction):
            return Factored(ONE, ((self.b.const(args[0]), 1),))
        return Factored(ONE, ((self.b.const(c), WHOLE),))

    def mul(self, x: Factored, y: Factored) -> Factored:
        powers = dict(x.powers)
        number = x.number * y.number
        for base, e in y.powers:
            powers[base] = powers.get(base, 0) + e
        for base, _ in y.powers:  # a whole power of a rational constant is a number again
            value = self.b.value(base)
            if isinstance(value, Fraction):
                number *= value ** (powers[base] // WHOLE)
                powers[base] %= WHOLE
        return made(number, powers)

    def sqrt(self, x: Factored) -> Factored | None:
        """The root with its factors split; None where the value must be written out instead."""
        if x.number <= 0 or any(e % WHOLE for _, e in x.powers):
            return None
        root = fold("sqrt", x.number)
        result = self.constant(root)
        odd = {b: e for b, e in x.powers if e % 4 == WHOLE and self.b.value(b) is None}
        if odd:
            self.radicands.append(odd)
        for base, e in x.powers:
            if e % 8 == 4 and self.b.value(base) is None:
                if any(base in r for r in self.radicands):
                    self.unsigned[base] = None
                else:
                    base = self.b.unary("abs", base)
            result = self.mul(result, made(ONE, {base: e // 2}))
        return result

    def root_conditions(self) -> list[int]:
        """Nodes that must be nonnegative for the split roots to be right.

        Factors that always stand under roots together, with the same exponent, count as one.
        """
        bases = list(dict.fromkeys(b for r in self.radicands for b in r))
        groups: dict[Any, list[int]] = {}
        for base in bases:
            together = tuple(r.get(base, 0) for r in self.radicands)
            groups.setdefault(base if base in self.unsigned else together, []).append(base)
        return [self.written(made(ONE, dict.fromkeys(g, WHOLE))) for g in groups.values()]

    def add(self, x: Factored, y: Factored) -> Factored:
        """The sum: what both terms share is taken out, and the rest becomes a node."""
        if not x.number or not y.number:
            return y if not x.number else x
        px, py = dict(x.powers), dict(y.powers)
        common = {}
        for base in sorted({*px, *py}):
            ex, ey = px.get(base, 0), py.get(base, 0)
            low = min(ex, ey)
            if (ex - ey) % WHOLE and low % WHOLE:
                low -= 1  # the root stays with the term that has it
            common[base] = low
        rest_x = made(x.number, {b: px.get(b, 0) - e for b, e in common.items()})
        rest_y = made(y.number, {b: py.get(b, 0) - e for b, e in common.items()})
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
            whole = e // WHOLE
            if e % WHOLE and b.value(base) is None:
                root.append(base)
            elif e % WHOLE:
                top.append(b.unary("sqrt", base))
            if whole:
                (top if whole > 0 else bottom).append(b.power(base, abs(whole)))
        if root and self.apart:
            top += [b.unary("sqrt", base) for base in root]
        elif root:
            top.append(b.unary("sqrt", b.product(root)))
        number = x.number
        if bottom and not is_double(number) and is_double(Fraction(number.denominator)):
            bottom.append(b.const(Fraction(number.denominator)))
            number = Fraction(number.numerator)
        value = b.mul(b.const(number), b.product(top)) if top else b.const(number)
        return b.div(value, b.product(bottom)) if bottom else value


def shared_number(p: Fraction, q: Fraction) -> Fraction:
    """The number to take out of a sum p*x + q*y so that little multiplying is left inside."""
    if p < 0 and q < 0:
        return -shared_number(-p, -q)
    if p in (1, -1) or q in (1, -1):
        return ONE
    if p in (q, -q) or is_double(q / p):
        return p
    return q if is_double(p / q) else ONE

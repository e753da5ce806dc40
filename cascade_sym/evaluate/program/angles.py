"""One sine and cosine an angle: trigonometric calls expanded over base angles.

cos(2*theta), sin(theta_1 - theta_2) and cos(theta - pi/4) become polynomials in the sine and cosine of a
few base angles. A base angle may be shifted by a multiple of pi so that what vanishes is a product, not a
difference: with theta - pi/4 as the base, cos(2*theta) = -2 s c keeps all its digits where it is small.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import gcd

from cascade_sym.program.builder import Builder, replay_node
from cascade_sym.program.constants import Constant
from cascade_sym.program.nodes import Program

SINCOS = 22.0  # what a sine and cosine cost together, in additions of vectors
ZERO, QUARTER, HALF = Fraction(0), Fraction(1, 4), Fraction(1, 2)
Coefficients = tuple[tuple[int, Fraction], ...]
Form = tuple[dict[int, Fraction], Fraction]
Wave = tuple[int, int]  # the nodes of a sine and a cosine


@dataclass(frozen=True)
class Angle:
    """sum of coefficient * node, plus `turn` * pi."""

    coefficients: Coefficients
    turn: Fraction


def expand_angles(program: Program) -> Program:
    """The same program with fewer trigonometric calls; unchanged where that would not pay."""
    calls = {i: angle_of(program, n[1]) for i, n in enumerate(program.nodes) if n[0] in ("sin", "cos")}
    if not calls:
        return program
    angles = list(dict.fromkeys(calls.values()))
    atoms = {node for a in angles for node, _ in a.coefficients}
    lines = {primitive(a.coefficients)[0] for a in angles if a.coefficients}
    joint = sum(len(a.coefficients) > 1 for a in angles)
    over_atoms = len(atoms) * SINCOS + 6 * joint <= len(lines) * SINCOS
    return Expansion(program, calls, over_atoms).run()


def angle_of(program: Program, i: int) -> Angle:
    """Node `i` as a linear form over nodes that are not sums or constant multiples."""
    form, turn = linear_form(program, i) or ({i: Fraction(1)}, ZERO)
    return Angle(tuple(sorted((n, c) for n, c in form.items() if c)), turn)


def linear_form(program: Program, x: int | Constant) -> Form | None:
    """A node, or a constant, as multiples of nodes and of pi; None for a constant that is no rational times pi."""
    if isinstance(x, Fraction):
        return None if x else ({}, ZERO)
    alone: Form | None = ({x: Fraction(1)}, ZERO) if isinstance(x, int) else None
    op, *rest = program.nodes[x] if isinstance(x, int) else x
    if op == "const":
        return linear_form(program, rest[0]) or alone
    if op == "pi":
        return {}, Fraction(1)
    if op in ("add", "sub", "neg"):
        signs = {"add": (1, 1), "sub": (1, -1), "neg": (-1,)}[op]
        return combined([(Fraction(s), linear_form(program, a)) for s, a in zip(signs, rest, strict=True)]) or alone
    if op == "mul":
        for a, b in (rest, rest[::-1]):
            factor = program.nodes[a][1] if isinstance(a, int) and program.nodes[a][0] == "const" else a
            if isinstance(factor, Fraction) and (found := combined([(factor, linear_form(program, b))])):
                return found
    if op == "div" and isinstance(rest[1], Fraction):
        return combined([(1 / rest[1], linear_form(program, rest[0]))])
    return alone


def combined(terms: list[tuple[Fraction, Form | None]]) -> Form | None:
    """The sum of multiples of linear forms, if all are some."""
    total: dict[int, Fraction] = defaultdict(Fraction)
    turn = ZERO
    for factor, form in terms:
        if form is None:
            return None
        for n, c in form[0].items():
            total[n] += factor * c
        turn += factor * form[1]
    return total, turn


def primitive(form: Coefficients) -> tuple[Coefficients, Fraction]:
    """The form as a positive or negative rational times one with coprime integer coefficients."""
    scale = reduce(common_unit, (abs(c) for _, c in form))
    if form[0][1] < 0:
        scale = -scale
    return tuple((n, c / scale) for n, c in form), scale


class Expansion:
    """Rebuilds a program with every call expanded over base angles."""

    def __init__(self, program: Program, calls: dict[int, Angle], over_atoms: bool) -> None:
        self.program, self.calls, self.over_atoms = program, calls, over_atoms
        self.b = Builder()
        self.new: list[int] = []
        split = {a: self.pieces(a) for a in dict.fromkeys(calls.values())}
        self.unit: dict[Coefficients, Fraction] = {}
        uses: dict[Coefficients, list[tuple[Fraction, Angle, bool]]] = defaultdict(list)
        for i, a in calls.items():
            for base, c in split[a]:
                self.unit[base] = common_unit(self.unit.get(base, ZERO), c)
                uses[base].append((c, a, program.nodes[i][0] == "cos"))
        self.shift = {b: self.best_shift(b, u) for b, u in uses.items()}

    def pieces(self, a: Angle) -> list[tuple[Coefficients, Fraction]]:
        """The angle over base directions: one for each atom, or the whole form as a single direction."""
        if self.over_atoms:
            return [(((n, Fraction(1)),), c) for n, c in a.coefficients]
        return [primitive(a.coefficients)] if a.coefficients else []

    def best_shift(self, base: Coefficients, uses: list[tuple[Fraction, Angle, bool]]) -> Fraction:
        """The shift (in turns of pi) with which most calls of this base alone are single products."""
        alone = [(c / self.unit[base], a.turn, cos) for c, a, cos in uses if len(self.pieces(a)) == 1]
        options = [Fraction(0), -QUARTER, *(-((-t / n) % HALF) for n, t, _ in alone)]  # for the first quadrant

        def cost(shift: Fraction) -> tuple[int, int]:
            total = 0
            for n, turn, cos in alone:
                rest = turn - n * shift
                swapped = cos if rest % 1 == 0 else not cos
                total += 4 if rest % HALF else (2 if abs(n) > 1 and swapped else 0)
            return total, options.index(shift)

        return min(dict.fromkeys(options), key=cost)

    def run(self) -> Program:
        for i, node in enumerate(self.program.nodes):
            if i not in self.calls:
                self.new.append(replay_node(self.b, node, self.new))
            else:
                self.new.append(self.call(self.calls[i])[node[0] == "cos"])
        return self.b.finish_like(self.program, self.new)

    def call(self, a: Angle) -> Wave:
        """Sine and cosine of the angle."""
        turn, waves = a.turn, []
        for base, c in self.pieces(a):
            n = int(c / self.unit[base])
            turn -= n * self.shift[base]
            waves.append(self.multiple(base, n))
        result = waves.pop() if waves else (self.b.zero, self.b.one)
        while waves:
            result = self.sum(waves.pop(), result)
        if turn % HALF:
            angle = ("mul", turn % 2, ("pi",))
            return self.sum(result, (self.b.const(("sin", angle)), self.b.const(("cos", angle))))
        for _ in range(int(turn % 2 / HALF)):
            result = result[1], self.b.neg(result[0])
        return result

    def sum(self, x: Wave, y: Wave) -> Wave:
        """Sine and cosine of a sum of two angles."""
        b, (s, c), (t, d) = self.b, x, y
        return b.add(b.mul(s, d), b.mul(c, t)), b.sub(b.mul(c, d), b.mul(s, t))

    def multiple(self, base: Coefficients, n: int) -> Wave:
        """Sine and cosine of n times the base angle."""
        b = self.b
        if n < 0:
            s, c = self.multiple(base, -n)
            return b.neg(s), c
        if n == 1:
            angle = self.base_angle(base)
            return b.unary("sin", angle), b.unary("cos", angle)
        if n % 2 == 0:
            s, c = self.multiple(base, n // 2)
            return b.mul(b.const(2), b.mul(s, c)), b.mul(b.sub(c, s), b.add(c, s))
        return self.sum(self.multiple(base, n - 1), self.multiple(base, 1))

    def base_angle(self, base: Coefficients) -> int:
        """The node of the base angle itself: unit * form + shift * pi."""
        b = self.b
        total = b.total(b.mul(b.const(self.unit[base] * c), self.new[n]) for n, c in base)
        return b.add(total, b.const(("mul", self.shift[base], ("pi",)) if self.shift[base] else ZERO))


def common_unit(a: Fraction, b: Fraction) -> Fraction:
    """The largest rational of which both are integer multiples."""
    return Fraction(gcd(a.numerator * b.denominator, b.numerator * a.denominator), a.denominator * b.denominator)

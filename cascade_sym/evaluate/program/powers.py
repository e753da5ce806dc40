"""Values as products of powers: roots cancel and one division is left; sums of waves are put together.

Every value is held as `number * product of node**exponent`. Products, quotients and roots only move
exponents; a sum takes out what its terms share, so that a/x + b/y becomes (a*y + b*x) over x*y and roots
shared by both terms leave the sum. What is left under a root or below the line is written out at the end.

Splitting a root, sqrt(x*y) = sqrt(x)*sqrt(y), needs x, y >= 0. The program gets a condition: a point at
which a factor under a root is negative gives nan, never a wrong value.

Sums of products of sines and cosines are put together by the addition theorems: T s^2 + T c^2 is T; T c^2 - T s^2 is
T cos 2a; products over two angles become one sine or cosine of their sum or difference; s +- c is one shifted wave.
Each step leaves one term where there were two, and no cancellation where the two nearly cancelled: that is where
evaluation would lose its digits.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from cascade_sym.evaluate.program.factored import ONE, WHOLE, Algebra, Factored, made
from cascade_sym.program.builder import replay_node
from cascade_sym.program.nodes import Condition, Node, Program, arguments

UNDER_ROOT = "a factor under a root"
SUMS = ("add", "sub", "neg")
MOST_TERMS = 24  # longer sums are taken as they stand


def factor(program: Program, waves: bool = True, local: bool = False) -> Program:
    """The same program over factored values, each output written out once.

    With `waves` sines and cosines are put together by the addition theorems first. With `local` a quotient
    that is used more than once is written out where it stands: better for many results that share their
    parts.
    """
    return Factoring(program, waves, local).run()


def waves_merged(program: Program) -> Program:
    """The program with T c^2 - T s^2 as T cos 2a, and products over two angles as one wave, in every sum.

    Near an angle of pi/4 a definition such as g - G (c^2 - s^2) loses the digits that G cos 2a keeps. Unlike the forms
    that are chosen for speed this one has no common denominators, no split roots and no new conditions: it exists
    wherever the program does, and its lines are those of the definitions.

    >>> import sympy as sp
    >>> from cascade_sym.definitions import Definitions
    >>> from cascade_sym.program.calculation import read_program
    >>> g, a = sp.symbols("g a")
    >>> waves_merged(read_program(Definitions(), {"f": g + sp.cos(a)**2 - sp.sin(a)**2})).nodes[-2:]
    (('cos', 3), ('add', 0, 4))
    """
    return Merging(program, waves=True, local=False).run()


class Factoring:
    """One run over a program."""

    def __init__(self, program: Program, waves: bool, local: bool) -> None:
        self.program, self.waves = program, waves
        self.algebra = Algebra(apart=local)
        self.terms: dict[int, list[Factored]] = {}  # of sums that are part of one longer sum only
        self.values: list[Factored] = []
        users: dict[int, list[int]] = {}
        for i, node in enumerate(program.nodes):
            for a in arguments(node):
                users.setdefault(a, []).append(i)
        roots = set(program.roots())
        self.frozen = {i for i, u in users.items() if local and (len(u) > 1 or i in roots)}
        self.inner = {
            i
            for i, u in users.items()
            if len(u) == 1 and i not in roots and {program.nodes[k][0] for k in (u[0], i)} <= set(SUMS)
        }

    def run(self) -> Program:
        algebra, program = self.algebra, self.program
        for i, node in enumerate(program.nodes):
            value = self.value(i, node)
            if i in self.frozen and any(e < 0 for _, e in value.powers):
                value = algebra.leaf(algebra.written(value))
            self.values.append(value)
        new = [x.powers[0][0] if x.number == 1 and [e for _, e in x.powers] == [WHOLE] else -1 for x in self.values]
        for i in program.roots():
            new[i] = algebra.written(self.values[i])
        conditions = [Condition(i, False, UNDER_ROOT, split=True) for i in algebra.root_conditions()]
        labels = {i: s for i, s in program.labels.items() if new[i] >= 0}
        return algebra.b.finish_like(replace(program, labels=labels), new, conditions)

    def value(self, i: int, node: Node) -> Factored:
        """One operation on factored values."""
        algebra, b, op = self.algebra, self.algebra.b, node[0]
        if op == "const":
            return algebra.constant(node[1])
        if op == "param":
            return algebra.leaf(b.param(node[1], node[2]))
        if op in SUMS:
            return self.sum(i, node)
        args = [self.values[a] for a in arguments(node)]
        if op == "sqrt" and (root := algebra.sqrt(args[0])) is not None:
            return root
        return self.product(node) or algebra.leaf(b.apply(op, *(algebra.written(a) for a in args)))

    def product(self, node: Node) -> Factored | None:
        """A product or quotient: exponents move."""
        args = [self.values[a] for a in arguments(node)]
        if node[0] == "div" and args[1].number:
            args[1] = args[1].inverse()
        elif node[0] != "mul":
            return None
        return self.algebra.mul(*args)

    def terms_of(self, node: Node) -> list[Factored]:
        """All terms of a sum, with those of the sums inside it."""
        first, *rest = (self.terms.get(a) or [self.values[a]] for a in arguments(node))
        terms = [-t for t in first] if node[0] == "neg" else list(first)
        for more in rest:
            terms += [-t for t in more] if node[0] == "sub" else more
        return terms

    def sum(self, i: int, node: Node) -> Factored:
        """A whole sum at once; the sums inside it only hand their terms up."""
        terms = self.terms_of(node)
        if i in self.inner and len(terms) <= MOST_TERMS:
            self.terms[i] = terms
            return Factored(Fraction(0))  # nobody asks
        return self.total(terms)

    def total(self, terms: list[Factored]) -> Factored:
        """The sum of the terms, those first together that share the most."""
        terms = like_terms(terms)
        if self.waves:
            terms = merged(self.algebra, terms, shifts=True)
        while len(terms) > 1:
            pairs = [(i, j) for j in range(len(terms)) for i in range(j)] if len(terms) <= MOST_TERMS else [(0, 1)]
            i, j = max(pairs, key=lambda p: shared(terms[p[0]], terms[p[1]]))
            both = self.algebra.add(terms[i], terms[j])
            terms = [*terms[:i], both, *terms[i + 1 : j], *terms[j + 1 :]]
        return terms[0] if terms else Factored(Fraction(0))


class Merging(Factoring):
    """Each old node has a new one, and a value as a product of powers by which sums of waves are recognised."""

    def run(self) -> Program:
        b = self.algebra.b
        self.new: list[int] = []
        for i, node in enumerate(self.program.nodes):
            self.new.append(replay_node(b, node, self.new))
            value = self.sum(i, node) if node[0] in SUMS else self.product(node)
            self.values.append(value or self.algebra.leaf(self.new[i]))
        return b.finish_like(self.program, self.new)

    def sum(self, i: int, node: Node) -> Factored:
        algebra, terms = self.algebra, self.terms_of(node)
        fewer = terms = like_terms(terms) if len(terms) <= MOST_TERMS else []
        if sum(any(algebra.b.nodes[base][0] in ("sin", "cos") for base, _ in t.powers) for t in terms) > 1:
            fewer = merged(algebra, terms, shifts=False)
        if i in self.inner and i not in self.program.labels:
            self.terms[i] = terms
        if len(fewer) == len(terms):
            return -self.values[node[1]] if node[0] == "neg" else algebra.leaf(self.new[i])
        self.new[i] = algebra.b.total(map(algebra.written, fewer))
        return fewer[0] if len(fewer) == 1 else algebra.leaf(self.new[i])


def like_terms(terms: list[Factored]) -> list[Factored]:
    """Terms with equal powers added up; zero left out."""
    total: dict[tuple[tuple[int, int], ...], Fraction] = {}
    for t in terms:
        total[t.powers] = total.get(t.powers, Fraction(0)) + t.number
    return [Factored(n, p) for p, n in total.items() if n]


def shared(x: Factored, y: Factored) -> int:
    """How much two terms have in common."""
    py = dict(y.powers)
    both = ((e, py[b]) for b, e in x.powers if b in py)
    return sum(min(abs(e), abs(f)) for e, f in both if (e > 0) == (f > 0))


TWO = Fraction(2)


def merged(algebra: Algebra, terms: list[Factored], shifts: bool) -> list[Factored]:
    """The terms of a sum with all such pairs replaced; `shifts` includes s +- c."""
    terms = list(terms)
    while (found := first_pair(algebra, terms, shifts)) is not None:
        i, j, term = found
        terms = [*(t for k, t in enumerate(terms) if k not in (i, j)), term]
    return terms


def first_pair(algebra: Algebra, terms: list[Factored], shifts: bool) -> tuple[int, int, Factored] | None:
    """Two terms that make one, and that one; the shifted waves only where nothing else fits."""
    for rule in (squares, products, *((sums,) if shifts else ())):
        for i, x in enumerate(terms):
            for j, y in enumerate(terms):
                if i != j and x.number in (y.number, -y.number):
                    term = rule(algebra, x, y)
                    if term is not None:
                        return i, j, term
    return None


Waves = dict[tuple[str, int], int]


def ratio(algebra: Algebra, x: Factored, y: Factored) -> Waves | None:
    """The exponents of sines and cosines by which x and y differ; None where they differ in anything else."""
    powers = dict(x.powers)
    for base, e in y.powers:
        powers[base] = powers.get(base, 0) - e
    waves: Waves = {}
    for base, e in powers.items():
        node = algebra.b.nodes[base]
        if e and node[0] not in ("sin", "cos"):
            return None
        if e:
            waves[node[0], node[1]] = e
    return waves


def replaced(algebra: Algebra, x: Factored, taken: dict[int, int], by: Factored) -> Factored:
    """x without the powers `taken`, times `by`."""
    return algebra.mul(algebra.mul(x, made(ONE, {b: -e for b, e in taken.items()})), by)


def wave(algebra: Algebra, op: str, angle: int) -> Factored:
    return algebra.leaf(algebra.b.unary(op, angle))


def opposite(algebra: Algebra, x: Factored, y: Factored, op: str, other: str, power: int) -> int | None:
    """The angle where x = T f(angle)**power and y = +-T g(angle)**power, for the functions called `op` and `other`."""
    waves = ratio(algebra, x, y) or {}
    for _, angle in waves:
        if waves == {(op, angle): power, (other, angle): -power}:
            return angle
    return None


def squares(algebra: Algebra, x: Factored, y: Factored) -> Factored | None:
    """x = T c^2 and y = +-T s^2."""
    b = algebra.b
    if (angle := opposite(algebra, x, y, "cos", "sin", 2 * WHOLE)) is None:
        return None
    same = x.number == y.number
    by = Factored(ONE) if same else wave(algebra, "cos", b.mul(b.const(TWO), angle))
    return replaced(algebra, x, {b.unary("cos", angle): 2 * WHOLE}, by)


def products(algebra: Algebra, x: Factored, y: Factored) -> Factored | None:
    """x = T s_1 c_2 and y = +-T c_1 s_2, or x = T c_1 c_2 and y = +-T s_1 s_2."""
    waves = ratio(algebra, x, y)
    if not waves or len(waves) != 4 or any(abs(e) != WHOLE for e in waves.values()):
        return None
    b = algebra.b
    above = sorted((op, angle) for (op, angle), e in waves.items() if e == WHOLE)
    if len(above) != 2 or above[0][1] == above[1][1]:
        return None
    if {angle for (_, angle), e in waves.items() if e == -WHOLE} != {angle for _, angle in above}:
        return None  # a third angle
    same = x.number == y.number
    taken = {b.unary(op, angle): WHOLE for op, angle in above}
    (op1, a1), (op2, a2) = above
    if (op1, op2) == ("cos", "cos"):
        by = wave(algebra, "cos", b.sub(a1, a2) if same else b.add(a1, a2))
    elif (op1, op2) == ("cos", "sin"):  # T s_2 c_1 +- T c_2 s_1
        by = wave(algebra, "sin", b.add(a2, a1) if same else b.sub(a2, a1))
    else:
        return None
    return replaced(algebra, x, taken, by)


def sums(algebra: Algebra, x: Factored, y: Factored) -> Factored | None:
    """x = T s and y = +-T c: sqrt(2) T sin(a +- pi/4)."""
    b = algebra.b
    if (angle := opposite(algebra, x, y, "sin", "cos", WHOLE)) is None:
        return None
    quarter = b.const(("mul", Fraction(1, 4), ("pi",)))
    shifted = b.add(angle, quarter) if x.number == y.number else b.sub(angle, quarter)
    by = algebra.mul(Factored(ONE, ((b.const(TWO), 1),)), wave(algebra, "sin", shifted))
    return replaced(algebra, x, {b.unary("sin", angle): WHOLE}, by)

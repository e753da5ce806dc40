"""Values as products of powers: roots cancel and one division is left.

Every value is held as `number * product of node**exponent`. Products, quotients and roots only move
exponents; a sum takes out what its terms share, so that a/x + b/y becomes (a*y + b*x) over x*y and roots
shared by both terms leave the sum. What is left under a root or below the line is written out at the end.

Splitting a root, sqrt(x*y) = sqrt(x)*sqrt(y), needs x, y >= 0. The program gets a condition: a point at
which a factor under a root is negative gives nan, never a wrong value.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from cascade_sym.evaluate.program.factored import WHOLE, Algebra, Factored
from cascade_sym.evaluate.program.waves import merged
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
    >>> from cascade_sym.program.lower import read_program
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

"""Sums in which sines and cosines nearly cancel, put together; everything else stays as it stands.

Near an angle of pi/4 a definition such as g - G (c^2 - s^2) loses the digits that G cos 2a keeps. Unlike the forms
that are chosen for speed (`factors`) this one has no common denominators, no split roots and no new conditions: it
exists wherever the program does, and its lines are those of the definitions.
"""

from __future__ import annotations

from collections import Counter

from cascade_sym.evaluate.program.factored import Algebra, Factored
from cascade_sym.evaluate.program.factors import MOST_TERMS, SUMS, like_terms
from cascade_sym.evaluate.program.waves import merged
from cascade_sym.program.builder import replay_node
from cascade_sym.program.nodes import Node, Program, arguments


def waves_merged(program: Program) -> Program:
    """The program with T c^2 - T s^2 as T cos 2a, and products over two angles as one wave, in every sum.

    >>> import sympy as sp
    >>> from cascade_sym.definitions import Definitions
    >>> from cascade_sym.program.lower import read_program
    >>> g, a = sp.symbols("g a")
    >>> waves_merged(read_program(Definitions(), {"f": g + sp.cos(a)**2 - sp.sin(a)**2})).nodes[-2:]
    (('cos', 3), ('add', 0, 4))
    """
    return Merging(program).run()


class Merging:
    """One run: each old node has a new one, and a value as a product of powers in which sums can be recognised."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.algebra = Algebra()
        self.new: list[int] = []
        self.values: list[Factored] = []
        self.terms: dict[int, list[Factored]] = {}  # of sums that are part of one longer sum only
        uses = Counter(a for node in program.nodes for a in arguments(node)) + Counter(program.roots())
        self.inner = {i for i, n in uses.items() if n == 1 and i not in program.labels}

    def run(self) -> Program:
        for i, node in enumerate(self.program.nodes):
            as_it_stands = replay_node(self.algebra.b, node, self.new)
            if node[0] in SUMS:
                value = self.sum(i, node, as_it_stands)
            else:
                value = self.product(node, as_it_stands)
            self.values.append(value)
        return self.algebra.b.finish_like(self.program, self.new)

    def sum(self, i: int, node: Node, as_it_stands: int) -> Factored:
        first, *rest = (self.terms.get(a) or [self.values[a]] for a in arguments(node))
        terms = [-t for t in first] if node[0] == "neg" else list(first)
        for more in rest:
            terms += [-t for t in more] if node[0] == "sub" else more
        terms = like_terms(terms) if len(terms) <= MOST_TERMS else []
        if i in self.inner:
            self.terms[i] = terms
        fewer = merged(self.algebra, terms, shifts=False) if sum(map(self.has_waves, terms)) > 1 else terms
        if len(fewer) == len(terms):
            self.new.append(as_it_stands)
            return -self.values[node[1]] if node[0] == "neg" else self.algebra.leaf(as_it_stands)
        self.new.append(self.algebra.b.total(map(self.algebra.written, fewer)))
        return fewer[0] if len(fewer) == 1 else self.algebra.leaf(self.new[i])

    def has_waves(self, x: Factored) -> bool:
        return any(self.algebra.b.nodes[base][0] in ("sin", "cos") for base, _ in x.powers)

    def product(self, node: Node, as_it_stands: int) -> Factored:
        self.new.append(as_it_stands)
        args = [self.values[a] for a in arguments(node)]
        if node[0] == "mul":
            return self.algebra.mul(*args)
        if node[0] == "div" and args[1].number:
            return self.algebra.mul(args[0], args[1].inverse())
        return self.algebra.leaf(as_it_stands)

"""Sums in which sines and cosines nearly cancel, put together; everything else stays as it stands.

Near an angle of pi/4 a definition such as g - G (c^2 - s^2) loses the digits that G cos 2a keeps. Unlike the forms
that are chosen for speed (`factors`) this one has no common denominators, no split roots and no new conditions: it
exists wherever the program does, and its lines are those of the definitions.
"""

from __future__ import annotations

from cascade_sym.evaluate.program.factored import Factored
from cascade_sym.evaluate.program.factors import MOST_TERMS, SUMS, Factoring, like_terms
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
    return Merging(program, waves=True, local=False).run()


class Merging(Factoring):
    """Each old node has a new one, and a value as a product of powers by which sums of waves are recognised."""

    def run(self) -> Program:
        b = self.algebra.b
        self.new: list[int] = []
        for i, node in enumerate(self.program.nodes):
            self.new.append(replay_node(b, node, self.new))
            self.values.append(self.sum(i, node) if node[0] in SUMS else self.product(i, node))
        return b.finish_like(self.program, self.new)

    def sum(self, i: int, node: Node) -> Factored:
        algebra, terms = self.algebra, self.terms_of(node)
        fewer = terms = like_terms(terms) if len(terms) <= MOST_TERMS else []
        if sum(map(self.has_waves, terms)) > 1:
            fewer = merged(algebra, terms, shifts=False)
        if i in self.inner and i not in self.program.labels:
            self.terms[i] = terms
        if len(fewer) == len(terms):
            return -self.values[node[1]] if node[0] == "neg" else algebra.leaf(self.new[i])
        self.new[i] = algebra.b.total(map(algebra.written, fewer))
        return fewer[0] if len(fewer) == 1 else algebra.leaf(self.new[i])

    def product(self, i: int, node: Node) -> Factored:
        args = [self.values[a] for a in arguments(node)]
        if node[0] == "mul":
            return self.algebra.mul(*args)
        if node[0] == "div" and args[1].number:
            return self.algebra.mul(args[0], args[1].inverse())
        return self.algebra.leaf(self.new[i])

    def has_waves(self, x: Factored) -> bool:
        return any(self.algebra.b.nodes[base][0] in ("sin", "cos") for base, _ in x.powers)

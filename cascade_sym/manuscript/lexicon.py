"""What a folder's symbols are printed as, and how formulas are read with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from cascade_sym.formula import rewrite
from cascade_sym.formula.ast import Call, Integral, Name, Node
from cascade_sym.formula.latex_in import Names, Reading, read_formula
from cascade_sym.formula.latex_in.symbols import symbol_key
from cascade_sym.formula.lettering import CONSTANTS, name_latex
from cascade_sym.latex.notation import symbol_latex

_HOLE = "placeholder"


@dataclass(frozen=True, eq=False)
class Lexicon:
    r"""The symbols with which formulas are read.

    `table` maps LaTeX to names; `functions` are applied to brackets; `indices` are the values of summation indices;
    `templates` maps functions to what they are printed as; `valued` are names that are printed as more than a symbol;
    `spread` says that \Delta^2 before an operator is a variance; `numbers` are no operators.
    """

    table: Mapping[str, str]
    functions: frozenset[str]
    indices: Mapping[str, tuple[str, ...]]
    templates: Mapping[str, str]
    valued: frozenset[str]
    spread: bool
    numbers: frozenset[str] = frozenset()

    @cached_property
    def names(self) -> Names:
        return Names(self.table, spread=self.spread, numbers=self.numbers)

    @cached_property
    def _left_sides(self) -> dict[str, Node | None]:
        return {}

    @cached_property
    def _patterns(self) -> tuple[tuple[str, Integral], ...]:
        """What functions are printed as, where that is an integral."""
        found = []
        for f, template in self.templates.items():
            node = self._expression(template.replace("#1", f"\\mathrm{{{_HOLE}}}"), self.names)
            if isinstance(node, Integral) and node.body == Name(_HOLE):
                found.append((f, node))
        return tuple(found)

    @cached_property
    def _compounds(self) -> Mapping[Node, Name]:
        r"""Names that are printed as more than a symbol (\Delta^2 X_S), by how that reads in any spelling."""
        plain = Names({x: n for x, n in self.table.items() if symbol_key(x) is not None}, spread=True)
        found: dict[Node, Name] = {}
        for latex, name in self.table.items():
            if name not in self.valued or symbol_key(latex) is not None:
                continue
            if isinstance(node := self._expression(latex, plain), Call):
                found.setdefault(node, Name(name))
        return found

    def read(self, latex: str, names: Names | None = None) -> Reading:
        """How a formula is understood."""
        return read_formula(latex, names or self.names, functions=self.functions, indices=self.indices)

    def _expression(self, latex: str, names: Names) -> Node | None:
        """The tree of an expression; None where it is not read."""
        match self.read(latex, names).statements:
            case (Node() as node,):
                return node
        return None

    def left_side(self, latex: str) -> Node | None:
        """A left side as it is read here; None where it can't be."""
        if latex not in self._left_sides:
            node = self._expression(latex, self.names)
            self._left_sides[latex] = node and self.named(node)
        return self._left_sides[latex]

    def named(self, node: Node) -> Node:
        """`node` with printed forms of the paper's names and functions replaced by these."""
        return rewrite(node, self._called)

    def _called(self, node: Node) -> Node:
        if isinstance(node, Call) and node in self._compounds:
            return self._compounds[node]
        for f, p in self._patterns:
            if isinstance(node, Integral) and (p.var, p.lo, p.hi) == (node.var, node.lo, node.hi):
                return Call(f, (node.body,))
        return node


def printed_as(names: Iterable[str], notation: Mapping[str, str]) -> dict[str, str]:
    """LaTeX to name, the first name of those that are printed alike."""
    found: dict[str, str] = {}
    for name in names:
        if name in CONSTANTS or name == _HOLE:
            continue
        found.setdefault(name_latex(name, notation), name)
        # derived results print names without an entry by the rule of another room
        found.setdefault(symbol_latex(name, notation), name)
    return found

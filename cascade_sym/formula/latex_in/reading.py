r"""What the reader answers about one displayed formula: its statements, the alternatives, or the reason why not.

A formula reaches this room with the macros of its manuscript expanded, its rows joined, its labels taken out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cascade_sym.errors import FormulaError
from cascade_sym.formula.ast import Node, Relation, to_text
from cascade_sym.formula.latex import to_latex
from cascade_sym.formula.latex_in.reader import Symbols, parse_latex, parse_latex_relations
from cascade_sym.formula.latex_in.symbols import Indices

READ, AMBIGUOUS, NOT_READ = "read", "ambiguous", "not read"
Statements = tuple[Relation | Node, ...]  # a lone expression states nothing, but is read


@dataclass(frozen=True)
class Reading:
    """How a formula was understood.

    `status` is READ (every token is accounted for in `statements`), AMBIGUOUS (`alternatives` holds two or more ways
    to read it, the likeliest first, and `statements` is empty) or NOT_READ. `typeset` is the LaTeX of the statements,
    None unless READ; `reason` says in the writer's terms why it is not READ, None where it is.
    """

    status: str
    statements: Statements = ()
    typeset: str | None = None
    alternatives: tuple[Statements, ...] = ()
    reason: str | None = None

    @property
    def texts(self) -> list[str]:
        """The statements in the toolkit's own formula language."""
        return written(self.statements)


def written(statements: Statements) -> list[str]:
    """Statements in the toolkit's own formula language."""
    return [str(s) if isinstance(s, Relation) else to_text(s) for s in statements]


def read_formula(
    latex: str, names: Symbols | None = None, *, functions: Iterable[str] = (), indices: Indices | None = None
) -> Reading:
    r"""How a displayed formula is understood; it never raises for what stands in it.

    `names`, `functions`, `indices` as in `parse_latex`.

    >>> read_formula(r"\Gamma = a + b").texts
    ['Gamma = a + b']
    """
    try:
        try:
            found: Statements = parse_latex_relations(latex, names, functions=functions, indices=indices)
        except FormulaError as err:
            if "expected a relation sign" not in str(err):
                raise
            found = (parse_latex(latex, names, functions=functions, indices=indices),)
        return Reading(READ, found, ",\\quad ".join(to_latex(s) for s in found))
    except FormulaError as err:
        return Reading(NOT_READ, reason=str(err))
    except RecursionError:
        return Reading(NOT_READ, reason="it is nested too deeply.")

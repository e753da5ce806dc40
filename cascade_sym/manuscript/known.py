"""What a folder knows of a manuscript's left sides: for each equation of the paper, how its symbols are read."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sympy import Expr

from cascade_sym.definitions import Quantity
from cascade_sym.errors import CascadeError, FormulaError, listing
from cascade_sym.folder.derived_values import leading_form
from cascade_sym.folder.environment import FUNCTIONS, environment, plain, value_of
from cascade_sym.folder.load import Folder
from cascade_sym.folder.printed import PrintedEquation, Statement, function_heads
from cascade_sym.formula import Environment, names_in, rewrite, walk
from cascade_sym.formula.ast import Add, Call, Name, Node, Relation
from cascade_sym.formula.interpret import BUILTINS
from cascade_sym.formula.latex_in import Names
from cascade_sym.formula.latex_in.reading import AMBIGUOUS, NOT_READ, Statements, written
from cascade_sym.formula.latex_in.symbols import symbol_key
from cascade_sym.formula.lettering import CONSTANTS
from cascade_sym.formula.walk import require_small
from cascade_sym.latex.notation import Notation
from cascade_sym.ledger.typeset import notation_of
from cascade_sym.manuscript.lexicon import Lexicon, printed_as
from cascade_sym.operators import LinearForm, Op, OperatorPolynomial, Superoperator, as_operator, operator
from cascade_sym.operators.integral import shown

CHAINED = frozenset(("=", ":=", "~="))


@dataclass(frozen=True)
class Meaning:
    """What a left side means: the derived value, in which equation of the paper, and what names stand for there.

    `symbols` says how operators are read that only the derived side has (LaTeX to name); `unread` are names that the
    display explains in a way that can't be read.
    """

    reading: Reading
    statement: Statement
    derived: Any
    env: Environment
    symbols: Mapping[str, str]
    unread: frozenset[str] = frozenset()

    @property
    def equation(self) -> PrintedEquation:
        return self.reading.equation

    def beside(self, local: Mapping[str, str]) -> Meaning:
        """What it means in a display with abbreviations (LaTeX of left side to right side)."""
        here = self
        waiting = {lhs: (f"abbreviation_{n}", rhs) for n, (lhs, rhs) in enumerate(local.items())}
        for _ in range(len(waiting)):
            for lhs, (name, rhs) in list(waiting.items()):
                try:
                    relation, *_ = here.relations(f"x = {rhs}")
                    require_small(relation.rhs)
                    value = value_of(relation.rhs, here.env)
                except (CascadeError, RecursionError):
                    continue
                here = replace(here, env=here.env.bound(name, value), symbols={**here.symbols, lhs: name})
                del waiting[lhs]
        sides = (here.reading.lexicon.left_side(lhs) for lhs in waiting)
        return replace(here, unread=frozenset(n.name for n in sides if isinstance(n, Name)))

    def relations(self, latex: str) -> tuple[Relation, ...]:
        """The statements of a formula, read with what is known here; FormulaError where it can't be read."""
        found = self.reading.relations(latex, self.env, self.symbols)
        if hidden := self.unread & {n for r in found for n in names_in(r.rhs)}:
            raise FormulaError(f"the display says what {listing(hidden)} is, and that can't be read.")
        return found

    def value(self, node: Node) -> Any:
        """What a written formula is worth here, abbreviations of the paper written out."""
        return plain(value_of(node, self.env), self.reading.folder.model)


class Reading:
    """How formulas are read with the symbols of one equation of the paper.

    What the equation itself uses goes before other names that are printed alike.
    """

    def __init__(self, folder: Folder, equation: PrintedEquation) -> None:
        self.folder, self.equation = folder, equation
        printed = folder.printed
        sides = [side for s in equation.statements for side in (s.relation.lhs, s.relation.rhs)]
        calls = dict.fromkeys(n.function for side in sides for _, n in walk(side) if isinstance(n, Call))
        known = {*BUILTINS, *FUNCTIONS, *printed.functions}
        functions = frozenset((*calls, *folder.model.functions, *FUNCTIONS)) - {*BUILTINS}
        self._notation = {**printed.notation, **printed.derived_notation}
        used = dict.fromkeys(n for side in sides for n in names_in(side))
        own = (*used, *(c for c in calls if c not in known))
        valued = {*own, *folder.model.names()}
        table = printed_as((*own, *folder.model.names(), *printed.notation), self._notation)
        # who prints \Delta^2 X for a variance means one before other operators too
        symbols = (*printed.notation.values(), *printed.derived_notation.values())
        spread = any(re.match(r"\\Delta\s*\^\s*\{?2", x) for x in symbols)
        for latex, f in ((r"\mathcal D", "D"), (r"\mathcal H", "H")):  # as derived generators are typeset
            table.setdefault(latex, f)
        table |= {head: f for f, head in function_heads(printed.functions).items()}
        templates = {f: t for f, t in printed.functions.items() if f in calls and "#2" not in t}
        compound = frozenset(n for latex, n in table.items() if n in valued and symbol_key(latex) is None)
        self.lexicon = Lexicon(
            table, functions, printed.indices, templates, compound, spread, frozenset(folder.model.parameters)
        )

    def knows(self, latex: str) -> bool:
        """Whether the left side is one of this equation of the paper."""
        return bool(self._statements(latex))

    def _statements(self, latex: str) -> list[Statement]:
        """The statements of this equation of the paper with this left side, a derivative in either spelling."""
        node = self.lexicon.left_side(latex)
        if node is None:
            return []
        wanted = spelt(node)
        return [s for s in self.equation.statements if spelt(s.relation.lhs) == wanted]

    def meanings(self, latex: str) -> list[Meaning]:
        """What a left side means in this equation of the paper, which is derived when the left side occurs there."""
        found = self._statements(latex)
        if not found:
            return []
        result = self.folder.model.derive(self.equation.id)
        env, printed = _with_definitions(
            environment(self.folder, result), result.values.values(), notation_of(self.folder)
        )
        symbols = {latex: name for latex, name in printed.items() if latex not in self.lexicon.table}
        by_key = {s.key: s for s in reversed(found) if s.key in result.values}
        return [Meaning(self, s, result.values[s.key], env, symbols) for s in by_key.values()]

    def relations(self, latex: str, env: Environment, local: Mapping[str, str] | None = None) -> tuple[Relation, ...]:
        """The statements of a formula, read with what `env` knows and with `local` symbols (LaTeX to name).

        Raises FormulaError where it can't be read.
        """
        derived = [n for n in self.folder.printed.derived_notation if n in env.names]
        table = self.lexicon.table
        more = {**printed_as((*derived, *env.names), self._notation), **table, **(local or {})}
        x = self.lexicon
        names = Names(more, spread=x.spread, numbers=x.numbers) if set(more) - set(table) else None
        found = self.lexicon.read(latex, names)
        if found.status == NOT_READ:
            raise FormulaError(found.reason or "it is not read.")
        said = found.statements
        if found.status == AMBIGUOUS:
            known = {*env.names, *more.values(), *CONSTANTS, *self.lexicon.indices}
            said = settled(found.alternatives, known)
        if not said:
            ways = " or ".join(f"'{'; '.join(written(a))}'" for a in found.alternatives[:4])
            raise FormulaError(f"{found.reason or 'it is ambiguous.'} It can be read as {ways}.")
        return tuple(replace(r, lhs=self.lexicon.named(r.lhs), rhs=self.lexicon.named(r.rhs)) for r in anchored(said))


def readings(folder: Folder) -> list[Reading]:
    """How formulas are read with the symbols of each equation; those that have the same ones share them."""
    found = [Reading(folder, e) for e in folder.printed.equations]
    shared: dict[object, Lexicon] = {}
    for reading in found:
        x = reading.lexicon
        same = (frozenset(x.table.items()), x.functions, frozenset(x.templates.items()), x.valued)
        reading.lexicon = shared.setdefault(same, x)
    return found


def settled(ways: Sequence[Statements], known: Collection[str]) -> Statements:
    """The only one of several readings that uses no name which others do without and the folder has not; H.c. takes
    all terms before it, as the folder prints it. Nothing where several are left.
    """
    strange = [{n for r in w if isinstance(r, Relation) for n in names_in(r.rhs)} - {*known} for w in ways]
    able = [w for w, s in zip(ways, strange, strict=True) if all(s.issubset(other) for other in strange)]
    scopes = {str([_terms(r.rhs) if isinstance(r, Relation) else r for r in w]) for w in able}
    return able[0] if len(able) == 1 or (able and len(scopes) == 1) else ()


def _terms(node: Node) -> list[tuple[int, str]]:
    """The terms of a sum, those under H.c. among the others."""
    if isinstance(node, Call) and node.function == "hc":
        return _terms(node.args[0])
    if isinstance(node, Add):
        return [(sign * s, t) for sign, term in node.signed for s, t in _terms(term)]
    return [(1, str(node))]


def anchored(statements: Sequence[Relation | Node]) -> list[Relation]:
    """The statements with the parts of a chain, a = b, b ~= c, stated of its left side: a = b, a ~= c.

    Raises FormulaError for what is no equality, approximation or bound without a condition: nothing else is judged.
    """
    found: list[Relation] = []
    for s in statements:
        if not isinstance(s, Relation):
            raise FormulaError("it states nothing: expected a relation sign such as = or \\approx.")
        if s.given:
            raise FormulaError(f"it is stated under a condition: {', '.join(map(str, s.given))}.")
        op = ":=" if s.op == "==" else s.op
        if op not in Relation.SIGNS:
            raise FormulaError(f"it states '{op}', not an equality, an approximation or a bound.")
        last = found[-1] if found else None
        if last and s.lhs == statements[len(found) - 1].rhs and {last.op, op} <= CHAINED:  # type: ignore[union-attr]
            op = "~=" if "~=" in (last.op, op) else op
            found.append(Relation(last.lhs, op, s.rhs))
        else:
            op = "~=" if last and last.op == "~=" and s.lhs == last.lhs and op in CHAINED else op
            found.append(Relation(s.lhs, op, s.rhs))
    if not found:
        raise FormulaError("it states nothing: expected a relation sign such as = or \\approx.")
    return found


def spelt(node: Node) -> Node:
    r"""A formula with \dot x for d/dt x."""
    return rewrite(node, lambda n: Call("dot", n.args) if isinstance(n, Call) and n.function == "ddt" else n)


def _with_definitions(
    env: Environment, values: Iterable[Any], notation: Notation
) -> tuple[Environment, dict[str, str]]:
    """The environment with the definitions, symbols and operators of derived values as further names.

    Also how the operators are printed: LaTeX to name.
    """
    more: dict[str, Any] = {}
    printed: dict[str, str] = {}
    for v in map(shown, map(leading_form, values)):
        if isinstance(v, Quantity):
            more |= {s.name: v.definitions.inline(e) for s, e in v.definitions.items}
            more |= {s.name: s for s in v.parameters if s.name not in more}
        elif isinstance(v, Expr):
            more |= {s.name: s for s in v.free_symbols}
        elif isinstance(v, LinearForm | OperatorPolynomial | Superoperator):
            whole = v if isinstance(v, Superoperator) else as_operator(v)
            more |= {s.name: s for c in whole.terms.values() for s in c.free_symbols}
            for n in sorted(n for n in whole.names() if "(" not in n):  # not those at a time
                name = n if n.isidentifier() else f"operator_{len(printed)}"
                more[name] = operator(n)
                printed.setdefault(notation.operator(Op(n)), name)
    return Environment({**more, **env.names}, env.functions), printed

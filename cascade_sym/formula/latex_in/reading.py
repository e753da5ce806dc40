r"""What the reader answers about one displayed formula: its statements, the alternatives, or the reason why not.

A formula reaches this room with the macros of its manuscript expanded, its rows joined, its labels taken out. Every
token
is accounted for, or the formula is not read. Statements are separated by commas, wide spaces, 'and' and arrows of
implication; each part of a chain is one, a = b = c being a = b and a = c; after another sign than = the part before is
compared (u >= v = w is u >= v and v = w). What holds under a condition ('for x > 0') carries it. \pm and \mp state the
formula twice, with the upper and the lower signs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from cascade_sym.errors import FormulaError
from cascade_sym.formula.ast import Call, Name, Node, Number, Relation, Sum, to_text
from cascade_sym.formula.latex import to_latex
from cascade_sym.formula.latex_in.grammar import Reader
from cascade_sym.formula.latex_in.lexer import lexed
from cascade_sym.formula.latex_in.name_rules import Registry
from cascade_sym.formula.latex_in.packages import unpacked
from cascade_sym.formula.latex_in.printed_alike import Tokens
from cascade_sym.formula.latex_in.reader_state import Choice, State, contracts, letters_below
from cascade_sym.formula.latex_in.row_rules import flowing, signs, spliced
from cascade_sym.formula.latex_in.statements import statements
from cascade_sym.formula.latex_in.symbols import Indices, Names, Symbols
from cascade_sym.formula.walk import rewrite

READ, AMBIGUOUS, NOT_READ = "read", "ambiguous", "not read"
MAX_ALTERNATIVES = 4  # readings that are shown of an ambiguous formula
MAX_STATEMENTS = 60  # statements of a formula: matrices and systems have many
Statements = tuple[Relation | Node, ...]  # a lone expression states nothing, but is read


@dataclass(frozen=True)
class Reading:
    """How a formula was understood.

    `status` is READ (every token is accounted for in `statements`), AMBIGUOUS (`alternatives` holds two or more ways
    to read it, the likeliest first, and `statements` is empty) or NOT_READ. `typeset` is the LaTeX of the statements,
    None unless READ; `reason` says in the writer's terms why it is not READ, None where it is. `symbols` says how the
    names in the statements are printed: pairs of name and LaTeX, those that the caller declared left out.
    """

    status: str
    statements: Statements = ()
    typeset: str | None = None
    alternatives: tuple[Statements, ...] = ()
    reason: str | None = None
    symbols: tuple[tuple[str, str], ...] = ()

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

    `names` maps the LaTeX of symbols to names; a symbol without an entry gets one by rule (`\hat a` is hat_a) that no
    entry has; a `Names` made once serves many formulas. `functions` are names that are applied to a bracket,
    `indices` the values of summation indices.

    >>> read_formula(r"\Gamma(t) = \hat a^\dagger\hat a").texts
    ['Gamma(t) = dag(hat_a)*hat_a']
    >>> found = read_formula(r"x = 1/2a")
    >>> found.status, [written(a) for a in found.alternatives]
    ('ambiguous', [['x = 1//2*a'], ['x = 1//(2*a)']])
    """
    if not isinstance(latex, str):
        return Reading(NOT_READ, reason=f"a formula is a text; got {type(latex).__name__}.")
    try:
        known = names if isinstance(names, Names) else Names(names or {})
        body = flowing(spliced(unpacked(lexed(latex), latex)))
        asked = _Reading(latex, body, known, frozenset(functions), indices or {})
        return asked.answer()
    except FormulaError as err:
        return Reading(NOT_READ, reason=str(err))
    except RecursionError:
        return Reading(NOT_READ, reason="it is nested too deeply.")


@dataclass
class _Reading:
    """A formula's tokens, read as often as there are ways to read it."""

    text: str
    body: Tokens
    names: Names
    functions: frozenset[str]
    indices: Indices

    def run(self, turned: frozenset[Choice], before: State | None = None) -> tuple[Statements, State]:
        registry = Registry(self.names.declared)
        state = State(
            self.names, self.functions, self.indices, registry, letters_below(self.body), contracts(self.body), turned
        )
        if before is not None:
            state.called, state.alone, state.bare = set(before.called), set(before.alone), set(before.bare)
            state.operators = set(before.operators)
        found: list[Relation | Node] = []
        for body in signs(self.body):
            for s in statements(Reader(self.text, body, state)):
                if s not in found:
                    found.append(s)
                if len(found) > MAX_STATEMENTS:
                    raise FormulaError(f"the formula makes more than {MAX_STATEMENTS} statements; break it up.")
        lone = [s for s in found if not isinstance(s, Relation)]
        if lone and len(found) > 1:
            raise FormulaError(f"'{to_text(lone[0])[:60]}' stands beside other statements and states nothing.")
        return tuple(found), state

    def answer(self) -> Reading:
        statements, first = self.run(frozenset())
        state = first
        if (
            first.asked or first.operators or first.alone & {"delta", "Delta"} or first.bare & first.given
        ):  # what stands further on says more of what stood before
            statements, state = self.run(frozenset(), first)
        choices = list(state.asked.items())
        others: list[Statements] = [statements]
        for choice, _ in choices[: MAX_ALTERNATIVES - 1]:
            try:
                other, _ = self.run(frozenset((choice,)), first)
            except FormulaError:
                continue  # only one way makes sense
            if other not in others:
                others.append(other)
        if len(others) > 1:
            whys = "; ".join(dict.fromkeys(why for _, why in choices))
            return Reading(AMBIGUOUS, alternatives=tuple(others), reason=f"{whys}.", symbols=_symbols(state))
        return Reading(READ, statements, _typeset(statements, dict(_symbols(state))), symbols=_symbols(state))


def _limits_shown(found: Relation | Node) -> Relation | Node:
    """A statement in whose sums the values of an index are printed, \\sum_{j = A, B}."""

    def change(node: Node) -> Node:
        if not isinstance(node, Sum) or all(v.isdigit() for v in node.values):
            return node
        values = tuple(Number(v) if v.isdigit() else Name(v) for v in node.values)
        along = Call("eq", (Name(node.index), Call("labels", values) if len(values) > 1 else values[0]))
        return Call("sum_over", (node.body, along))

    if isinstance(found, Relation):
        return replace(found, lhs=rewrite(found.lhs, change), rhs=rewrite(found.rhs, change))
    return rewrite(found, change)


def _typeset(statements: Statements, notation: dict[str, str]) -> str:
    """The statements one after the other; conditions that all have stand once, at the end."""
    *before, last = map(_limits_shown, statements)
    shared = [s for s in before if isinstance(s, Relation) and isinstance(last, Relation) and s.given == last.given]
    if len(shared) == len(before):
        before = [replace(s, given=()) for s in shared]
    return ",\\quad ".join(to_latex(s, notation) for s in (*before, last))


def _symbols(state: State) -> tuple[tuple[str, str], ...]:
    return tuple(state.registry.latex.items())

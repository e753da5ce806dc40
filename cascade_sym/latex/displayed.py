r"""What objects show in Jupyter: `$\displaystyle ...$` of each, for MathJax and KaTeX.

Every function takes the notation explicitly; without one the fallback rules apply. The same LaTeX without
dollar signs, for documents and the ledger, is `body`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from sympy import Expr

from cascade_sym.definitions import Definitions, Quantity
from cascade_sym.errors import CascadeError
from cascade_sym.formula.lettering import name_latex, with_accent
from cascade_sym.latex.bodies import operator_body, plain_body
from cascade_sym.latex.cards import brief, has_formulas
from cascade_sym.latex.lines import LINE, Row, aligned, broken
from cascade_sym.latex.monomials import gathered
from cascade_sym.latex.notation import FALLBACK, Notation, current
from cascade_sym.latex.rows import definition_rows, named, quantity_rows
from cascade_sym.latex.scan import width
from cascade_sym.latex.text import text_latex
from cascade_sym.latex.written import Writer
from cascade_sym.operators import Generator, LinearForm, Op, OperatorPolynomial, Superoperator, as_operator
from cascade_sym.shown import Listing, Shown, card, renderer
from cascade_sym.steps import Derivation, Step

PROMPT = 200  # symbols and operations of a result at a prompt; more would take longer than a blink
_RATE = re.compile(r"d(?P<name>[^/()]+)/dt|dot\((?P<dotted>[^()]+)\)|ddt\((?P<rate>[^()]+)\)")
_AT = re.compile(r"[^()]+\((?P<arg>[^()]+)\)")
_IDENTIFIER = re.compile(r"[A-Za-z]\w*'*")


def body(value: Any, notation: Notation = FALLBACK, name: str = "", *, line: float = LINE) -> str:
    r"""LaTeX of any value of the toolkit, without delimiters: one formula, or an `aligned` block.

    Values are expressions, numbers, truth values, text, matrices, operators, quantities, definitions, parts,
    systems, covariances, steps, derivations, and tuples or tables {left side: value} of them. `name` is put
    on the left of a value that has no name of its own; `line` is the width (in digits) at which sums are
    broken. Raises FormulaError for any other type.

    >>> import sympy as sp
    >>> body(sp.Symbol("Gamma_S")/2), body(True), body(sp.Symbol("x")**2, name="y")
    ('\\frac{\\Gamma_{S}}{2}', '\\text{true}', 'y = x^{2}')
    """
    rows = value_rows(value, notation, name)
    if len(rows) == 1 and len(first := broken(rows[0], line)) == 1 and width(first[0]) <= line:
        return f"{rows[0].lhs} {rows[0].relation} {rows[0].rhs}".strip()
    return aligned(rows, line)


def display(latex: str) -> str:
    """In dollar signs, as Jupyter expects it."""
    return f"$\\displaystyle {latex}$"


def value_latex(value: Any, notation: Notation | None = None, name: str = "") -> str:
    r"""Any value of the toolkit (see `body`) for Jupyter, in a notation (default: that of the `with` block).


    >>> import sympy as sp
    >>> from cascade_sym.definitions import Definitions, Quantity
    >>> x, y = sp.symbols("x y")
    >>> print(value_latex(Quantity("xi_g", y**2, Definitions(((y, x + 1),)))))
    $\displaystyle \begin{aligned}
    \xi_{g} &= y^{2} \\
    &\text{where} \\
    y &= x + 1
    \end{aligned}$
    """
    return display(body(value, notation or current(), name))


def prompt_latex(value: Any) -> str:
    """Any value at a prompt: of a long result the first part."""
    return value_latex(value, at_a_prompt())


def at_a_prompt() -> Notation:
    """The notation of the place, with room for what can be read at a prompt."""
    return replace(current(), most=current().most or PROMPT)


def value_rows(value: Any, notation: Notation = FALLBACK, name: str = "") -> list[Row]:
    """The rows that show any value; `name` is its left side where it does not bring its own."""
    if (found := renderer(value, notation)) is not None:
        rows = isinstance(found, list) and all(isinstance(r, Row) for r in found)
        return found if rows else value_rows(found, notation, name)
    left = left_side(name, value, notation) if name else ""
    # a value is not abbreviated by its own name (x = x)
    notation = replace(notation, abbreviations=tuple(p for p in notation.abbreviations if p[0].name != name))
    m = _RATE.fullmatch(name)
    mode = next(x for x in m.groups() if x) if m else name
    if isinstance(value, LinearForm | OperatorPolynomial) and (m or mode in as_operator(value).names()):
        shown = operator_body(value, notation, first=(mode,))
    else:
        shown = plain_body(value, notation)
        if shown == left and isinstance(value, Expr):  # folded to its own name
            shown = Writer(notation).latex(gathered(value))
    return [Row(left, "=" if left else "", shown)]


for _operator in (LinearForm, OperatorPolynomial, Superoperator, Generator):
    renderer.register(_operator, lambda value, notation: None)


@renderer.register(Shown)
def shown_rows(value: Shown, notation: Notation = FALLBACK) -> list[Row]:
    """A value that has no formulas of its own, as its card."""
    found = card(value)
    rows = [r for name, v in found.rows.items() for r in value_rows(brief(v), notation, name)]
    return [*_words(found.title, notation), *rows, *_words(found.more, notation)]


@renderer.register(Listing)
def listing_rows(values: Listing, notation: Notation = FALLBACK) -> list[Row]:
    """Results one below the other: formulas, or the first line of what has none."""
    return [
        r for v in values
        for r in (value_rows(v, notation) if has_formulas(v) else _words(str(brief(v)), notation))
    ]  # fmt: skip


def _words(text: str, notation: Notation) -> list[Row]:
    return [Row("", "", f"\\text{{{text_latex(line, notation.name)}}}", text=True) for line in text.splitlines()]


@renderer.register(Mapping)
def table_rows(table: Mapping[Any, Any], notation: Notation = FALLBACK) -> list[Row]:
    """Named values; the definitions of all quantities among them once, at the end."""
    quantities = {str(k): v for k, v in table.items() if isinstance(v, Quantity)}
    rows = [r for k, v in table.items() if str(k) not in quantities for r in value_rows(v, notation, str(k))]
    if not quantities:
        return rows
    try:
        shared = Definitions()
        for q in quantities.values():
            shared = shared.merged(q.definitions.needed(q.expr))
    except CascadeError:  # one symbol with two meanings: each quantity with its own definitions
        return rows + [r for q in quantities.values() for r in quantity_rows(q, notation)]
    results = [(left_side(k, q, notation), q.expr) for k, q in quantities.items()]
    shown = {r.lhs for r in rows}
    return rows + [r for r in definition_rows(shared, notation, results) if r.text or r.lhs not in shown]


@renderer.register(Derivation)
def derivation_rows(d: Derivation, notation: Notation = FALLBACK) -> list[Row]:
    """Its title, then every step with a number."""
    rows = [Row("", "", f"\\textbf{{{text_latex(d.title, notation.name)}}}", text=True)] if d.title else []
    return rows + [r for step in rows_of_steps(d, notation, numbered=True) for r in step]


def rows_of_steps(d: Derivation, notation: Notation, *, numbered: bool = False) -> Iterator[list[Row]]:
    """The rows of each step; what an earlier step has shown is not shown again."""
    shown: dict[str, Any] = {}
    for i, step in enumerate(d.steps, 1):
        yield step_rows(step, notation, number=i if numbered else 0, shown=shown)
        shown |= step.after


@renderer.register(Step)
def step_rows(
    step: Step, notation: Notation = FALLBACK, *, number: int = 0, shown: Mapping[str, Any] | None = None
) -> list[Row]:
    """What was done, what it was done to (unless `shown` already), and what came out."""
    head = f"{number}. " if number else ""
    note = f" ({text_latex(step.note, notation.name)})" if step.note else ""
    rows = [Row("", "", f"\\text{{{head}{text_latex(f'{step.kind}: {step.title}', notation.name)}{note}}}", text=True)]
    known = shown or {}
    before = [r for k, v in step.before.items() if k not in known or known[k] != v for r in value_rows(v, notation, k)]
    after = [r for k, v in step.after.items() for r in value_rows(v, notation, k)]
    if before == after:  # written alike: shown once
        before = []
    elif before and after and after[0].relation:
        after[0] = replace(after[0], lhs=f"\\Rightarrow\\quad {after[0].lhs}")
    return [*rows, *(r for r in before if not r.relation or r.lhs != r.rhs), *after]


def left_side(name: str, value: Any, notation: Notation = FALLBACK) -> str:
    r"""LaTeX of the name under which a value is kept.

    An operator's name gets a hat, "dS/dt" and "dot(S)" a dot, and so does a mode whose linear form holds the mode
    itself (an equation of motion); declared names, identifiers and plain formulas are typeset, anything else is
    set as text.

    >>> from cascade_sym.operators import op
    >>> left_side("dS/dt", op("S")), left_side("H_int", op("S")), left_side("gamma_S", 1)
    ('\\dot{\\hat{a}}_{S}', '\\hat{H}_{\\mathrm{int}}', '\\gamma_{S}')
    >>> left_side("S", op("S")), left_side("b", op("a(Omega)")), left_side("a", op("a(Omega)"))
    ('\\dot{\\hat{a}}_{S}', '\\hat{b}(\\Omega)', '-i\\Omega\\hat{a}(\\Omega)')
    """
    if (m := _RATE.fullmatch(name)) and not m["rate"]:
        return with_accent(notation.operator(Op(m["name"] or m["dotted"])), "\\dot")
    if isinstance(value, LinearForm) and (rate := _rate_side(name, value, notation)):
        return rate
    if name in notation.operators:
        return notation.operators[name]
    if isinstance(value, LinearForm | OperatorPolynomial) and name not in notation.symbols:
        if name in as_operator(value).names():
            return notation.operator(Op(name))
        if _IDENTIFIER.fullmatch(name):
            plain = name_latex(name, notation.symbols)
            return with_accent(plain, "\\hat") if notation.hats else plain
    return named(name, notation)


def _rate_side(name: str, form: LinearForm, notation: Notation) -> str:
    """The left side of a linear form that holds its own operator: da/dt, or -i Omega a(Omega) in frequency space;
    a(Omega) for a form in operators at frequencies; '' for other forms."""
    if form[Op(name)] != 0:
        return with_accent(notation.operator(Op(name)), "\\dot")
    found = [_AT.fullmatch(o.name) for o, _ in form]
    arguments = {m["arg"].lstrip("-") if m else "" for m in found}
    if len(arguments) != 1 or "" in arguments:
        return ""
    (argument,) = arguments
    at = Op(f"{name}({argument})")
    frequency = f"-i{notation.name(argument)}" if form[at] != 0 else ""
    return frequency + notation.operator(at)

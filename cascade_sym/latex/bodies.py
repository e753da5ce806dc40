"""LaTeX of single values, without delimiters: expressions, operators, matrices, lists, text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from typing import Any

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.errors import FormulaError
from cascade_sym.formula import Integral, Mul, Node, Number
from cascade_sym.formula.ast import Signed, added, product
from cascade_sym.formula.lettering import scripts, with_superscript
from cascade_sym.latex.fold import fold
from cascade_sym.latex.in_quadratures import in_quadratures
from cascade_sym.latex.monomials import common, gathered, join, split, times
from cascade_sym.latex.notation import FALLBACK, Notation
from cascade_sym.latex.text import text_latex
from cascade_sym.latex.written import Writer, integrations
from cascade_sym.operators import Generator, LinearForm, Op, OperatorPolynomial, Superoperator, as_operator
from cascade_sym.operators.integral import shown as with_shown_variables

_SIDEBAND = re.compile(r"(?<=\w)[+-](?=$|\()|(?<=_)[pm](?=$|[_A-Z(])")
Monomial = tuple[Op, ...]
Term = tuple[Monomial, Expr]


def neat(e: Expr, notation: Notation) -> Expr:
    """An expression as it is shown: folded, common factors before brackets; equal to `e`."""
    return gathered(fold(e, notation.abbreviations))


def operator_body(
    value: LinearForm | OperatorPolynomial, notation: Notation = FALLBACK, *, first: Sequence[str] = ()
) -> str:
    r"""LaTeX of an operator: a sum of coefficients times operators, coefficients folded.

    >>> from cascade_sym.operators import commutator, operator
    >>> a = operator("S")
    >>> print(operator_body(a.dagger()*a*sp.Symbol("omega") - a*a/2))
    \omega\hat{a}_{S}^{\dagger}\hat{a}_{S} - \frac{1}{2}\hat{a}_{S}^{2}
    """
    writer = Writer(notation)
    neatly = OperatorPolynomial(
        {m: neat(c, notation) for m, c in with_shown_variables(as_operator(value)).terms.items()}
    )
    return writer.typeset(operator_node(neatly, writer, first=first))


def expression_body(e: Expr, notation: Notation = FALLBACK) -> str:
    r"""LaTeX of an expression, folded with the abbreviations of the notation.

    >>> b, p, s = sp.symbols("Gamma_B Gamma_P Gamma")
    >>> expression_body(b/2 + p/2, Notation(abbreviations=((s, b + p),)))
    '\\frac{\\Gamma}{2}'
    """
    return Writer(notation).latex(neat(e, notation))


def plain_body(value: Any, notation: Notation = FALLBACK) -> str:
    r"""LaTeX of any value that is not a list of equations.

    Text and truth values are set upright; a tuple is written with commas. FormulaError for a type without
    LaTeX.

    >>> plain_body(True), plain_body("10%"), plain_body((sp.Symbol("x"), 2))
    ('\\text{true}', '\\text{10$\\%$}', 'x,\\ 2')
    """
    match value:
        case None:
            return "\\text{none}"
        case bool() | sp.logic.boolalg.BooleanTrue() | sp.logic.boolalg.BooleanFalse():
            return f"\\text{{{str(bool(value)).lower()}}}"
        case str():
            return f"\\text{{{text_latex(value, notation.name)}}}"
        case Op():
            return notation.operator(value)
        case LinearForm() | OperatorPolynomial():
            return operator_body(value, notation)
        case Superoperator() | Generator():
            return superoperator_body(value, notation)
        case sp.MatrixBase():
            rows = (" & ".join(expression_body(e, notation) for e in row) for row in value.tolist())
            return "\\begin{pmatrix}\n" + " \\\\\n".join(rows) + "\n\\end{pmatrix}"
        case tuple() | list() | sp.Tuple():
            return ",\\ ".join(plain_body(v, notation) for v in value)
        case sp.core.relational.Relational():
            sides = value.func(neat(value.lhs, notation), neat(value.rhs, notation), evaluate=False)
            return Writer(notation).latex(sides)
        case Expr() | int() | float() | complex():
            return expression_body(sp.sympify(value), notation)
        case sp.Basic():
            return Writer(notation).latex(value)
    got = type(value).__name__
    raise FormulaError(f"a value of type {got} has no LaTeX; give an expression, an operator or text.")


def superoperator_body(value: Superoperator | Generator, notation: Notation = FALLBACK) -> str:
    r"""A generator as [A, rho] + sum of coefficient * D[z] rho (and mixed terms) + H[M] rho, without delimiters.

    One by itself has a dot for what it acts on.

    >>> from cascade_sym.operators import dissipator, operator
    >>> superoperator_body(dissipator(operator("a"))*2)
    '2\\,\\mathcal D[\\hat{a}]\\hat\\rho'
    """
    rho = notation.symbols.get("rho", "\\hat\\rho")
    if isinstance(value, Generator):
        value, rho = value.applied, "\\,\\cdot\\,"
    parts, found = [], []
    if value.commutator.terms:
        parts.append(f"\\left[{operator_body(value.commutator, notation)}, {rho}\\right]")
    for (x, y), c in value.dissipation.items():
        z, w = notation.operator(x), notation.operator(y.dagger())
        mixed = f"\\left({z}{rho}{w} - \\tfrac12\\{{{w}{z}, {rho}\\}}\\right)"
        found.append((c, f"\\mathcal D[{z}]{rho}" if x == y else mixed))
    for (left, right), c in value.sandwiches.items():
        before, behind = ("".join(notation.operator(o) for o in m) for m in (left, right))
        found.append((c, f"{before}{rho}{behind}"))
    parts += [f"{_before(c, notation)}{shown}" for c, shown in found if c != 0]
    if value.measured.terms:
        parts.append(f"\\mathcal H\\left[{operator_body(value.measured, notation)}\\right]{rho}")
    return " + ".join(parts) or "0"


def _before(c: Expr, notation: Notation) -> str:
    if c == 1:
        return ""
    text = expression_body(c, notation)
    return f"\\left({text}\\right)\\," if c.is_Add else f"{text}\\,"


def operator_node(value: LinearForm | OperatorPolynomial, writer: Writer, *, first: Sequence[str] = ()) -> Node:
    """A sum of coefficient times operators.

    Terms follow the notation's order; without hints they keep the order in which the value holds them.
    Operators named in `first` come before. Light of one port is written with its common factor before a
    bracket, -i(sqrt(Gamma_B) b_- + sqrt(Gamma_P) b_+^dagger); terms under one integral share its sign. What is one
    product of quadratures of modes is written as one, after the rest: g X_A X_B.
    """
    products, terms = in_quadratures(list(as_operator(value).terms.items()))
    pieces: list[Signed] = []
    for symbols, group in _by_integral(_ordered(terms, writer, first)):
        if symbols:
            pieces.append(_integral(symbols, group, writer))
        else:
            whole = _joined(group, writer) if _half(group) is None else None
            pieces += [whole] if whole else _pieces(group, writer)
    pieces += [_quadratures(c, pair, writer) for c, pair in products]
    return added(pieces) if pieces else Number("0")


def _ordered(terms: list[Term], writer: Writer, first: Sequence[str]) -> list[Term]:
    hints = [*first, *writer.notation.places]
    ports = list(dict.fromkeys(_port(t) for t in terms))

    def place(term: Term) -> tuple[int, int, bool]:
        names = [hints.index(o.name) for o in term[0] if o.name in hints]
        return (min(names, default=len(hints)), ports.index(_port(term)), len(term[0]) == 0)

    return sorted(terms, key=place)


def _port(term: Term) -> str:
    """An operator without its sideband and argument (S.in+, b_p, b_pM and a(-Omega) are read so)."""
    if len(term[0]) != 1:
        return repr(term[0])
    return _SIDEBAND.sub("", term[0][0].name.partition("(")[0])


def _pieces(terms: list[Term], writer: Writer) -> list[Signed]:
    """The terms of a sum: neighbours of one port together, conjugate pairs of a Hermitian sum as + H.c."""
    half = _half(terms)
    if half is not None:
        return [*_pieces(half[0], writer), (1, writer.verbatim("\\mathrm{H.c.}")), *_pieces(half[1], writer)]
    out: list[Signed] = []
    for _, group in groupby(terms, _port):
        members = list(group)
        joined = _joined(members, writer)
        out += [joined] if joined else [_term(m, c, writer) for m, c in members]
    return out


def _half(terms: list[Term]) -> tuple[list[Term], list[Term]] | None:
    """The first of each conjugate pair, and the rest, where a sum is worth writing as x + H.c."""
    table = dict(terms)
    half: list[Term] = []
    partners: set[Monomial] = set()
    for m, c in terms:
        adjoint = OperatorPolynomial({m: c}).dagger().terms
        if m in partners or len(m) < 2 or len(adjoint) != 1:
            continue
        ((partner, d),) = adjoint.items()
        if partner != m and partner in table and sp.expand(table[partner] - d) == 0:
            half.append((m, c))
            partners.add(partner)
    if len(half) < 2:
        return None
    chosen = {m for m, _ in half} | partners
    return half, [t for t in terms if t[0] not in chosen]


def _joined(group: list[Term], writer: Writer) -> Signed | None:
    """A group with its common factor before a bracket; None where there is none."""
    if len(group) < 2 or any(not m for m, _ in group):
        return None
    front, inside = _front(group)
    if front == 1:
        return None
    lead = -1 if inside[0][1].as_coeff_Mul()[0] < 0 else 1
    inner = _pieces([(m, lead * c) for m, c in inside], writer)
    outer, node = writer.signed(_times(lead, front))
    return outer, Mul((node, added(inner)))


def _front(group: list[Term], free_of: Symbol | None = None) -> tuple[Expr, list[Term]]:
    """The positive common factor of the coefficients (free of a symbol), and the terms without it."""
    parts = [split(c) for _, c in group]
    shared = {b: k for b, k in common([p for _, p in parts]).items() if free_of not in b.free_symbols}
    sizes = {abs(c) for c, _ in parts}
    number = sizes.pop() if len(sizes) == 1 else sp.S.One
    inside = [(m, join(c / number, times(p, shared, -sp.S.One))) for (m, _), (c, p) in zip(group, parts, strict=True)]
    return join(number, shared), inside


def _by_integral(terms: list[Term]) -> list[tuple[tuple[Symbol, ...], list[Term]]]:
    """Terms by the integrations in their coefficients, those without first."""
    groups: dict[tuple[Symbol, ...], list[Term]] = {(): []}
    for m, c in terms:
        found, rest = integrations(c)
        groups.setdefault(found, []).append((m, rest))
    return [(k, g) for k, g in groups.items() if g]


def _integral(symbols: tuple[Symbol, ...], group: list[Term], writer: Writer) -> Signed:
    """Integrals over a sum of operators; common factors that don't depend on the variable stand before."""
    variable, lo, hi = writer.measure(symbols[-1])
    front, inside = _front(group, Symbol(variable))
    lead = -1 if all(c.as_coeff_Mul()[0] < 0 for _, c in inside) else 1
    node: Node = Integral(added(_pieces([(m, lead * c) for m, c in inside], writer)), variable, lo, hi)
    for s in reversed(symbols[:-1]):
        node = Integral(node, *writer.measure(s))
    if front == 1:
        return lead, node
    sign, before = writer.signed(_times(lead, front))
    return sign, Mul((before, node))


def _times(sign: int, front: Expr) -> Expr:
    return sp.Mul(sign, *sp.Mul.make_args(gathered(front)), evaluate=False)


def _term(monomial: Monomial, coefficient: Expr, writer: Writer) -> Signed:
    sign, node = writer.signed(coefficient)
    runs = [(writer.notation.operator(o), len(list(same))) for o, same in groupby(monomial)]
    operators: list[Node] = [writer.verbatim(latex if k == 1 else _power(latex, k)) for latex, k in runs]
    return sign, product(operators if operators and node == Number("1") else [node, *operators])


def _quadratures(coefficient: Expr, pair: Sequence[tuple[str, str]], writer: Writer) -> Signed:
    sign, node = writer.signed(coefficient)
    first, second = (writer.notation.quadrature(*q) for q in pair)
    squared = [writer.verbatim(_power(first, 2))]
    operators: list[Node] = squared if first == second else [writer.verbatim(first), writer.verbatim(second)]
    return sign, product(operators if node == Number("1") else [node, *operators])


def _power(latex: str, k: int) -> str:
    nucleus, *_, sup = scripts(latex)
    return f"({latex})^{{{k}}}" if sup or "(" in nucleus else with_superscript(latex, str(k))

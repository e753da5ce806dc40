"""LaTeX of single values, without delimiters: expressions, operators, matrices, lists, text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy as sp
from sympy import Expr

from cascade_sym.errors import CascadeError, FormulaError
from cascade_sym.exact import equal
from cascade_sym.latex.fold import fold
from cascade_sym.latex.monomials import gathered
from cascade_sym.latex.notation import FALLBACK, Notation
from cascade_sym.latex.operators import operator_node
from cascade_sym.latex.text import text_latex
from cascade_sym.latex.written import Writer
from cascade_sym.operators import LinearForm, Op, OperatorPolynomial


def neat(e: Expr, notation: Notation, *, without: Sequence[sp.Symbol] = ()) -> Expr:
    """An expression as it is shown: folded, common factors before brackets; equal to `e`."""
    return gathered(fold(e, notation.abbreviations, without=without))


def neat_operator(value: LinearForm | OperatorPolynomial, notation: Notation) -> LinearForm | OperatorPolynomial:
    """The same for an operator: its own abbreviations, then its coefficients."""
    value = fold_operators(value, notation.operator_abbreviations)
    if isinstance(value, LinearForm):
        return LinearForm({o: neat(c, notation) for o, c in value.terms.items()})
    return OperatorPolynomial({m: neat(c, notation) for m, c in value.terms.items()})


def fold_operators(
    value: LinearForm | OperatorPolynomial, abbreviations: Sequence[tuple[str, LinearForm]]
) -> LinearForm | OperatorPolynomial:
    """`value` with each abbreviation used where its operators occur with proportional coefficients.

    Exact; polynomials that are not linear are returned as they are. An abbreviation is used once, in order.

    >>> from cascade_sym.operators import op
    >>> x = sp.Symbol("x")
    >>> X = (op("a") + op("a", dag=True)).scaled(1/sp.sqrt(2))
    >>> fold_operators(op("a", x) + op("a", x, dag=True) + op("b"), [("X", X)]).terms
    {Op(name='X', dag=False): sqrt(2)*x, Op(name='b', dag=False): 1}
    """
    if not abbreviations:
        return value
    if isinstance(value, OperatorPolynomial):
        if any(len(m) != 1 for m in value.terms):
            return value
        form = value.linear()
    else:
        form = value
    for name, meaning in abbreviations:
        for long, o in ((meaning, Op(name)), (meaning.dagger(), Op(name, True))):
            form = _replaced(form, long, o)
    return form


def _replaced(form: LinearForm, long: LinearForm, short: Op) -> LinearForm:
    if len(long) < 2 or any(form[o] == 0 for o, _ in long):
        return form
    ratios = [form[o] / c for o, c in long]
    try:
        if not all(equal(r, ratios[0]) for r in ratios[1:]):
            return form
    except CascadeError:  # outside the exact algebra: not proportional as far as can be proved
        return form
    rest = {o: c for o, c in form if o not in long.terms}
    return LinearForm({short: sp.simplify(ratios[0]) if ratios[0].is_number else ratios[0], **rest})


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
    return writer.typeset(operator_node(neat_operator(value, notation), writer, first=first))


def expression_body(e: Expr, notation: Notation = FALLBACK) -> str:
    r"""LaTeX of an expression, folded with the abbreviations of the notation.

    >>> b, p, s = sp.symbols("Gamma_B Gamma_P Gamma")
    >>> expression_body(b/2 + p/2, Notation(abbreviations=((s, b + p),)))
    '\\frac{\\Gamma}{2}'
    """
    return Writer(notation).latex(neat(e, notation))


def matrix_body(matrix: sp.MatrixBase, notation: Notation = FALLBACK) -> str:
    """LaTeX of a matrix in round brackets."""
    rows = (" & ".join(expression_body(e, notation) for e in matrix.row(i)) for i in range(matrix.rows))
    return "\\begin{pmatrix}\n" + " \\\\\n".join(rows) + "\n\\end{pmatrix}"


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
        case sp.MatrixBase():
            return matrix_body(value, notation)
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

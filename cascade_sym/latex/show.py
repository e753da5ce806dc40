r"""What objects show in Jupyter: `$\displaystyle ...$` of each, for MathJax and KaTeX.

Every function takes the notation explicitly; without one the fallback rules apply. The same LaTeX without
dollar signs, for documents and the ledger, is `body`.
"""

from __future__ import annotations

from typing import Any

from cascade_sym.definitions import Definitions, Quantity
from cascade_sym.latex.chain import derivation_rows, value_rows
from cascade_sym.latex.equations import covariance_rows, definition_rows, quantity_rows, system_rows
from cascade_sym.latex.lines import LINE, Row, aligned, broken
from cascade_sym.latex.notation import FALLBACK, Notation
from cascade_sym.latex.width import width
from cascade_sym.operators import LinearForm, OperatorPolynomial
from cascade_sym.solve import Covariance
from cascade_sym.steps import Derivation
from cascade_sym.system import LinearSystem


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
    return layout(value_rows(value, notation, name), line)


def layout(rows: list[Row], line: float = LINE) -> str:
    """Rows as one formula where they fit on one line, else as an `aligned` block."""
    if len(rows) == 1 and len(first := broken(rows[0], line)) == 1 and width(first[0]) <= line:
        r = rows[0]
        return f"{r.lhs} {r.relation} {r.rhs}".strip()
    return aligned(rows, line)


def display(latex: str) -> str:
    """In dollar signs, as Jupyter expects it."""
    return f"$\\displaystyle {latex}$"


def value_latex(value: Any, notation: Notation = FALLBACK, name: str = "") -> str:
    r"""Any value of the toolkit (see `body`) for Jupyter.

    >>> value_latex(2)
    '$\\displaystyle 2$'
    """
    return display(body(value, notation, name))


def quantity_latex(q: Quantity, notation: Notation = FALLBACK) -> str:
    r"""A quantity with its definitions.

    >>> import sympy as sp
    >>> x, y = sp.symbols("x y")
    >>> print(quantity_latex(Quantity("xi_g", y**2, Definitions(((y, x + 1),)))))
    $\displaystyle \begin{aligned}
    \xi_{g} &= y^{2} \\
    &\text{where} \\
    y &= x + 1
    \end{aligned}$
    """
    return display(layout(quantity_rows(q, notation)))


def definitions_latex(d: Definitions, notation: Notation = FALLBACK) -> str:
    """A list of definitions."""
    return display(layout(definition_rows(d, notation)))


def operator_latex(value: LinearForm | OperatorPolynomial, notation: Notation = FALLBACK, name: str = "") -> str:
    r"""An operator, with `name` as its left side.

    >>> from cascade_sym.operators import operator
    >>> operator_latex(operator("S").dagger(), name="O")
    '$\\displaystyle \\hat{O} = \\hat{a}_{S}^{\\dagger}$'
    """
    return value_latex(value, notation, name)


def system_latex(s: LinearSystem, notation: Notation = FALLBACK) -> str:
    """The Langevin equations and input-output relations of a system."""
    return display(layout(system_rows(s, notation)))


def covariance_latex(V: Covariance, notation: Notation = FALLBACK) -> str:
    """The definitions of a covariance matrix; elements that are not shown vanish."""
    return display(layout(covariance_rows(V, notation)))


def derivation_latex(d: Derivation, notation: Notation = FALLBACK) -> str:
    """The steps of a derivation as an aligned chain."""
    return display(layout(derivation_rows(d, notation)))

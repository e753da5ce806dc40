r"""What objects show in Jupyter: `$\displaystyle ...$` of each, for MathJax and KaTeX.

Every function takes the notation explicitly; without one the fallback rules apply. The same LaTeX without
dollar signs, for documents and the ledger, is `body`.
"""

from __future__ import annotations

from typing import Any

from cascade_sym.latex.chain import value_rows
from cascade_sym.latex.lines import LINE, Row, aligned, broken
from cascade_sym.latex.notation import FALLBACK, Notation
from cascade_sym.latex.width import width


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
    return display(body(value, notation, name))

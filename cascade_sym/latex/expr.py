"""LaTeX of SymPy expressions in a notation."""

from __future__ import annotations

import sympy as sp
from sympy import Expr

from cascade_sym.latex.notation import FALLBACK, Notation
from cascade_sym.latex.written import Writer


def expr_latex(expr: Expr | int | float, notation: Notation = FALLBACK) -> str:
    r"""LaTeX of an expression (no delimiters), as it stands: nothing is folded or rearranged but the order.

    >>> e, a, b = sp.symbols("epsilon Gamma_SB Gamma_MP")
    >>> print(expr_latex(sp.sqrt(a)*sp.sqrt(b)*sp.sqrt(1 - e)/2))
    \frac{\sqrt{1 - \epsilon}\sqrt{\Gamma_{MP}\Gamma_{SB}}}{2}
    >>> print(expr_latex(-sp.Symbol("gamma_S0")*(sp.Symbol("n_S") + sp.Rational(1, 2))))
    -\gamma_{S0}\,\left(n_{S} + \frac{1}{2}\right)
    """
    return Writer(notation).latex(sp.sympify(expr))

"""Generators of master equations: commutator, jumps and measurement terms acting on rho."""

from __future__ import annotations

from sympy import Expr

from cascade_sym.latex.bodies import plain_body
from cascade_sym.latex.notation import FALLBACK, Notation
from cascade_sym.operators import OperatorPolynomial, Superoperator


def superoperator_latex(value: Superoperator, notation: Notation = FALLBACK) -> str:
    r"""A generator as [A, rho] + sum of coefficient * D[z] rho (and mixed terms) + H[M] rho, without delimiters.

    >>> from cascade_sym.operators import dissipator, operator
    >>> superoperator_latex(dissipator(operator("a"))*2)
    '2\\,\\mathcal D[\\hat{a}]\\hat\\rho'
    """
    rho = notation.symbols.get("rho", "\\hat\\rho")
    parts = []
    if value.commutator.terms:
        parts.append(f"\\left[{_body(value.commutator, notation)}, {rho}\\right]")
    for (x, y), c in value.dissipation.items():
        if c == 0:
            continue
        z, w = notation.operator(x), notation.operator(y.dagger())
        if x == y:
            parts.append(f"{_factor(c, notation)}\\mathcal D[{z}]{rho}")
        else:
            mixed = f"{z}{rho}{w} - \\tfrac12\\{{{w}{z}, {rho}\\}}"
            parts.append(f"{_factor(c, notation)}\\left({mixed}\\right)")
    for (left, right), c in value.sandwiches.items():
        if c != 0:
            before, behind = ("".join(notation.operator(o) for o in m) for m in (left, right))
            parts.append(f"{_factor(c, notation)}{before}{rho}{behind}")
    if value.measured.terms:
        parts.append(f"\\mathcal H\\left[{_body(value.measured, notation)}\\right]{rho}")
    return " + ".join(parts) or "0"


def _body(value: OperatorPolynomial, notation: Notation) -> str:
    return plain_body(value, notation)


def _factor(c: Expr, notation: Notation) -> str:
    if c == 1:
        return ""
    text = plain_body(c, notation)
    return f"\\left({text}\\right)\\," if c.is_Add else f"{text}\\,"

"""Polynomials of the exact domain as SymPy expressions, in a deterministic order."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp
from sympy import Expr

from cascade_sym.exact.factors import polynomial_factors
from cascade_sym.exact.fraction import Poly


def poly_to_expr(p: Poly, meaning: Sequence[Expr]) -> Expr:
    """The polynomial `p` with generator i replaced by `meaning[i]`."""
    terms = []
    for mono, c in p.terms():
        powers = [meaning[i] ** int(k) for i, k in enumerate(mono) if k]
        terms.append(sp.Mul(sp.Rational(str(c)), *powers))
    return sp.Add(*terms)


def factored(p: Poly, meaning: Sequence[Expr]) -> Expr:
    """The polynomial as a product of its irreducible factors."""
    content, factors = polynomial_factors(p)
    return sp.Mul(sp.Integer(content), *(poly_to_expr(f, meaning) ** k for f, k in factors))

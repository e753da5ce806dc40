"""Quadratures X = (a + a^+)/sqrt2, P = (a - a^+)/(sqrt2 i): their drift and moments from those of a and a^+."""

from __future__ import annotations

from sympy import Expr

from cascade_sym.operators import LinearForm, Op
from cascade_sym.solve.pairs import im, re


def drift_entry(form: LinearForm, q: str, mode: str, r: str) -> Expr:
    """The factor of quadrature r of a mode in quadrature q of a form."""
    alpha, beta = form[Op(mode)], form[Op(mode, True)]
    match q + r:
        case "XX":
            return re(alpha + beta)
        case "XP":
            return im(beta - alpha)
        case "PX":
            return im(alpha + beta)
        case _:
            return re(alpha - beta)


def quadrature(n: Expr, m: Expr, q: str, r: str) -> Expr:
    """<q_i r_j> from n = <a_i a_j^+> and m = <a_i a_j> (symmetrised)."""
    match q + r:
        case "XX":
            return re(n + m)
        case "PP":
            return re(n - m)
        case "XP":
            return im(m - n)
        case _:
            return im(m + n)

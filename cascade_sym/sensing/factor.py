"""Spectral factorisation: a polynomial that is positive on the real line as |h|^2, h with roots below it."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp
from sympy import Expr

from cascade_sym.exact import normal_form
from cascade_sym.spectra.naming import SpectrumNaming

SHORT = 12  # operations up to which a radicand is tried for a perfect square


def spectral_factor(p: Sequence[Expr], naming: SpectrumNaming) -> list[Expr] | None:
    """h with |h(x)|^2 = p(x)/p_top for real x, ascending coefficients; None when roots would be needed.

    `p` ascending, of degree 0, 2, or 4 without odd powers. With q = sqrt(p_0/p_4), r = sqrt(p_2/p_4 + 2q),
    the factor of x^4 + ... is q - i r x - x^2; its roots lie below the real line wherever p is positive on
    it.

    >>> naming = SpectrumNaming([])
    >>> spectral_factor([sp.Integer(4), sp.Integer(0), sp.Integer(1)], naming)
    [2*I, 1]
    """
    top = p[-1]
    degree = len(p) - 1
    if degree == 0:
        return [sp.S.One]
    if degree == 2:
        b, c = p[1] / top, p[0] / top
        nu = _root(c - b**2 / 4, "nu", naming)
        return [b / 2 + sp.I * nu, sp.S.One]
    if degree == 4 and p[1] == 0 and p[3] == 0:
        q = _root(p[0] / top, "q", naming)
        r = _root(p[2] / top + 2 * q, "r", naming)
        return [q, -sp.I * r, -sp.S.One]
    return None


def _root(e: Expr, name: str, naming: SpectrumNaming) -> Expr:
    value = plain_root(e)
    return naming.once(name, value) if value.args and value.free_symbols else value


def plain_root(e: Expr) -> Expr:
    """sqrt(e), without the root where e is a perfect square of nonnegative parameters."""
    root = sp.sqrt(e)
    if not 0 < sp.count_ops(e) < SHORT or e.is_number:
        return root
    short = normal_form(root)
    sums = [p for p in short.atoms(sp.Pow) if p.exp.is_Rational and p.exp.q > 1 and not p.base.is_Atom]
    return root if sums else short

"""Entries in short form, and currents whose noise is white and of unit strength."""

from __future__ import annotations

import sympy as sp
from sympy import Expr, Matrix

from cascade_sym.errors import ParameterError
from cascade_sym.exact import is_zero, normal_form
from cascade_sym.symbols import conj


def tidy(e: Expr) -> Expr:
    """An entry expanded, zero where it is zero, in normal form where that is shorter."""
    e = sp.expand(e)
    if e.is_Add or e.has(sp.sin, sp.cos) or any(p.base.is_Add for p in e.atoms(sp.Pow)):
        if is_zero(e):
            return sp.S.Zero
        short = normal_form(e)
        return short if sp.count_ops(short) < sp.count_ops(e) else e
    return e


def whitening(R: Matrix) -> Matrix:
    """W with W W^+ = R^{-1}, upper triangular; ParameterError where R is singular (a current without noise)."""
    n = R.rows
    W = sp.zeros(n, n)
    for k in range(n):
        # Gram-Schmidt: current k minus what the earlier ones tell about its noise
        column = sp.Matrix(n, 1, lambda i, _, k=k: sp.S.One if i == k else sp.S.Zero)
        for j in range(k):
            overlap = (W[:, j].T.applyfunc(conj) * R[:, k])[0]
            if overlap != 0:
                column -= overlap * W[:, j]
        norm = tidy((column.T.applyfunc(conj) * R * column)[0])
        if norm == 0 or is_zero(norm):
            raise ParameterError("a measured current has no noise of its own: its light is in no physical state.")
        W[:, k] = column / sp.sqrt(norm)
    return W

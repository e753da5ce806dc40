"""A self-adjoint matrix as a sum of squares, by elimination; a number as its size and phase."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp
from sympy import Expr

from cascade_sym.exact import is_zero, normal_form
from cascade_sym.symbols import conj, is_real
from cascade_sym.system.coefficients import vanishes


def eliminated(rows: Sequence[Sequence[Expr]]) -> list[tuple[Expr, list[Expr]]]:
    """w_k and v_k with rows = sum_k w_k v_k v_k^+ of a self-adjoint matrix, by elimination; zero w_k are left out.

    >>> x = sp.Symbol("x")
    >>> eliminated([[x, 1], [1, 1/x]])
    [(x, [1, 1/x])]
    """
    left = [list(row) for row in rows]
    out: list[tuple[Expr, list[Expr]]] = []
    for k in range(len(rows)):
        row = left[k]
        if row[k] == 0 or vanishes(*sp.Add.make_args(row[k])):
            continue
        v = [sp.S.Zero if i < k else _short(left[i][k] / row[k]) for i in range(len(left))]
        out.append((row[k], v))
        left = [[_short(e - row[k] * v[i] * conj(v[j])) for j, e in enumerate(r)] for i, r in enumerate(left)]
    return out


def _short(e: Expr) -> Expr:
    if e.is_Atom:
        return e
    if not e.has(sp.Float) and is_zero(e):
        return sp.S.Zero
    short = sp.factor_terms(sp.expand(e)) if e.has(sp.Float) else normal_form(e)
    return short if sp.count_ops(short) < sp.count_ops(e) else e


def polar(z: Expr) -> tuple[Expr, Expr]:
    """A number as (size, phase) with size*phase = z and a phase of modulus 1; the size is not real where none shows.

    >>> r, phi = sp.symbols("r phi")
    >>> polar(-r*sp.exp(sp.I*phi))
    (-r, exp(I*phi))
    """
    if z.is_number and not is_real(z):
        size = sp.Abs(z)
        return size, z / size
    factors = sp.Mul.make_args(z)
    phases = [f for f in factors if f is sp.I or (isinstance(f, sp.exp) and is_real(sp.expand(f.args[0] / sp.I)))]
    phase = sp.Mul(*phases)
    return sp.Mul(*(f for f in factors if f not in phases)), phase

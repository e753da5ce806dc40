"""Routh-Hurwitz conditions for the drift of feedback loops."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

import sympy as sp
from sympy import Expr
from sympy.polys.matrices import DomainMatrix

from cascade_sym.solve.naming import Naming
from cascade_sym.symbols import conj, is_real

T = TypeVar("T", bound=Hashable)
LARGEST = 4


def hurwitz_conditions(
    blocks: Sequence[tuple[tuple[T, ...], Mapping[tuple[T, T], Expr]]], naming: Naming
) -> list[Expr]:
    """Expressions that are all positive exactly when each block of the drift matrix is stable.

    Real blocks up to 4 x 4 and complex ones up to 2 x 2 are written out; larger ones are left to numeric
    eigenvalues (an empty list).
    """
    out: list[Expr] = []
    for nodes, a in blocks:
        rows = [[sp.sympify(a[i, j]) for j in nodes] for i in nodes]
        if not all(is_real(e) for r in rows for e in r):
            rows = _real_form(rows)
        if len(rows) <= LARGEST:
            out += [naming.name("h", sp.factor_terms(e)) for e in _minors(rows)]
    return out


def _real_form(rows: list[list[Expr]]) -> list[list[Expr]]:
    n = len(rows)
    re = [[(e + conj(e)) / 2 for e in r] for r in rows]
    im = [[(e - conj(e)) / (2 * sp.I) for e in r] for r in rows]
    return [re[i] + [-x for x in im[i]] for i in range(n)] + [im[i] + re[i] for i in range(n)]


def _minors(rows: list[list[Expr]]) -> list[Expr]:
    n = len(rows)
    found = sorted({c for r in rows for e in r for c in e.atoms(sp.conjugate)}, key=str)
    forth = {c: sp.Symbol(f"cc_{k}") for k, c in enumerate(found)}
    back = {v: k for k, v in forth.items()}
    dm = DomainMatrix.from_list_sympy(n, n, [[sp.expand(e).xreplace(forth) for e in r] for r in rows])
    p = [dm.domain.to_sympy(c) for c in dm.charpoly()]  # leading coefficient first
    h = sp.Matrix(n, n, lambda i, j: p[2 * j - i + 1] if 0 <= 2 * j - i + 1 <= n else 0)
    return [sp.expand(h[:k, :k].det()).xreplace(back) for k in range(1, n + 1)]

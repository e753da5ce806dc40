"""The linear equations for the elements of M in A M + M B^+ + Q = 0, for a block of rows (A) and of columns (B)."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

import sympy as sp
from sympy import Expr

from cascade_sym.symbols import conj

T = TypeVar("T", bound=Hashable)


def unknowns(row: Sequence[T], col: Sequence[T], symmetric: bool) -> list[tuple[T, T]]:
    """The elements to solve for; of a symmetric block those on and above the diagonal."""
    return [(i, j) for a, i in enumerate(row) for b, j in enumerate(col) if not (symmetric and b < a)]


def equations(
    row: Sequence[T], col: Sequence[T], drift: Callable[[T, T], Expr], pairs: Sequence[tuple[T, T]]
) -> list[list[Expr]]:
    """The matrix of the equations for the elements `pairs`; their right-hand side is Q. `drift(i, j)` is A_ij."""
    place = {p: n for n, p in enumerate(pairs)}
    place = {(j, i): n for (i, j), n in place.items()} | place
    matrix = [[sp.S.Zero] * len(pairs) for _ in pairs]
    for n, (i, j) in enumerate(pairs):
        for k in row:
            matrix[n][place[k, j]] -= drift(i, k)
        for k in col:
            matrix[n][place[i, k]] -= conj(drift(j, k))
    return matrix

"""The linear equations for the elements of M in A M + M B^+ + Q = 0, for a block of rows (A) and of columns (B).

Of a Hermitian block (A = B) the unknowns are real: the parts of the elements on and above the diagonal.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import NamedTuple, TypeVar

import sympy as sp
from sympy import Expr

from cascade_sym.solve.pairs import NOUGHT, Pair, Table

T = TypeVar("T", bound=Hashable)


class Part(NamedTuple):
    """The real (0) or imaginary (1) part of an element of a Hermitian block, with the places of row and column."""

    row: int
    column: int
    which: int


def block_equations(row: Sequence[T], col: Sequence[T], drift: Callable[[T, T], Pair]) -> Table:
    """The matrix of the equations for M_ij, row by row; their right-hand side is Q. `drift(i, j)` is A_ij or B_ij."""
    n, m = len(row), len(col)
    matrix = [[NOUGHT] * (n * m) for _ in range(n * m)]
    for a in range(n):
        for b in range(m):
            for k in range(n):
                matrix[a * m + b][k * m + b] -= drift(row[a], row[k])
            for k in range(m):
                matrix[a * m + b][a * m + k] -= drift(col[b], col[k]).conj
    return matrix


def hermitian_parts(n: int, *, real: bool) -> list[Part]:
    """The unknowns of a Hermitian block; of a real one, the elements themselves."""
    return [Part(a, b, w) for a in range(n) for b in range(a, n) for w in ((0,) if real or a == b else (0, 1))]


def hermitian_equations(nodes: Sequence[T], drift: Callable[[T, T], Pair], parts: Sequence[Part]) -> Table:
    """The matrix of the equations for `parts`; their right-hand side are the same parts of Q."""
    place = {p: k for k, p in enumerate(parts)}
    matrix = [[NOUGHT] * len(parts) for _ in parts]

    def add(n: int, c: Pair, k: int, j: int, which: int) -> None:
        """Less a part of c M_kj."""
        first, second = (c.re, -c.im) if which == 0 else (c.im, c.re)
        low, sign = (min(k, j), max(k, j)), 1 if k <= j else -1
        matrix[n][place[Part(*low, 0)]] -= Pair(first)
        if (at := place.get(Part(*low, 1))) is not None:
            matrix[n][at] -= Pair(sign * second)

    for n, (a, b, which) in enumerate(parts):
        for k in range(len(nodes)):
            add(n, drift(nodes[a], nodes[k]), k, b, which)
            add(n, drift(nodes[b], nodes[k]).conj, a, k, which)
    return matrix


def parts_of(Q: Callable[[int, int], Pair], parts: Sequence[Part]) -> list[Pair]:
    """A Hermitian right-hand side."""
    return [Pair(Q(a, b).im if which else Q(a, b).re) for a, b, which in parts]


def hermitian(n: int, parts: Sequence[Part], values: Sequence[Pair]) -> Table:
    """The whole matrix from its parts."""
    known: Mapping[Part, Expr] = {p: v.re for p, v in zip(parts, values, strict=True)}
    out = [[NOUGHT] * n for _ in range(n)]
    for a in range(n):
        for b in range(a, n):
            out[a][b] = Pair(known[Part(a, b, 0)], known.get(Part(a, b, 1), sp.S.Zero))
            out[b][a] = out[a][b].conj
    return out

"""Matrices over the exact domain."""

from __future__ import annotations

from collections.abc import Sequence

from cascade_sym.exact.fraction import Fraction


def inverse(rows: Sequence[Sequence[Fraction]]) -> list[list[Fraction]] | None:
    """The inverse by Gauss-Jordan elimination; None for a singular matrix. A pivot is any entry that is not
    identically zero.
    """
    n = len(rows)
    field = rows[0][0].field
    a = [[*row, *(field.integer(int(i == j)) for j in range(n))] for i, row in enumerate(rows)]
    for k in range(n):
        p = next((i for i in range(k, n) if not a[i][k].is_zero), None)
        if p is None:
            return None
        a[k], a[p] = a[p], a[k]
        scale = a[k][k].inverse()
        a[k] = [x if x.is_zero else x * scale for x in a[k]]
        for i in range(n):
            if i != k and not (c := a[i][k]).is_zero:
                a[i] = [x if y.is_zero else x - c * y for x, y in zip(a[i], a[k], strict=True)]
    return [row[n:] for row in a]


def determinant(rows: Sequence[Sequence[Fraction]]) -> Fraction:
    """The determinant of a square matrix, by minors of its first rows: nothing is divided."""
    minors: dict[tuple[int, ...], Fraction] = {(): rows[0][0].field.integer(1)}  # of the rows so far, by their columns
    for row in rows:
        found: dict[tuple[int, ...], Fraction] = {}
        for columns, minor in minors.items():
            for j, x in enumerate(row):
                if j in columns or x.is_zero or minor.is_zero:
                    continue
                behind = sum(k > j for k in columns)
                key = tuple(sorted((*columns, j)))
                term = -x * minor if behind % 2 else x * minor
                found[key] = found[key] + term if key in found else term
        minors = found
    return next(iter(minors.values()), rows[0][0].field.integer(0))

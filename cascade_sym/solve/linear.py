"""Small linear systems with symbolic entries, solved without writing the solution out.

Up to four unknowns: cofactors and determinant, with one division. More: fraction-free elimination (Bareiss) in which
each intermediate, a minor of the matrix, is a definition; every pivot is proved nonzero by its value at a random point
in ball arithmetic.
Matrices of numbers are inverted: exactly where they are rational up to a few roots, else in 50 digits.
"""

from __future__ import annotations

from collections.abc import Sequence

import mpmath
import sympy as sp
from sympy import Expr

from cascade_sym.errors import UnstableError
from cascade_sym.exact import converter, is_zero
from cascade_sym.exact.matrix import inverse
from cascade_sym.solve.naming import Naming
from cascade_sym.solve.probe import Probe

ADJUGATE_LIMIT = 4
ROOTS, DIGITS = 2, 50
Rows = Sequence[Sequence[Expr]]


def solve_named(matrix: Rows, rhs: Sequence[Expr], naming: Naming, where: str) -> list[Expr]:
    """x with matrix x = rhs; new definitions go to `naming`. `where` says what is solved, for the error.

    Raises UnstableError when the matrix is singular: no unique steady state.
    """
    rows = [[sp.sympify(e) for e in row] for row in matrix]
    if all(e.is_number for row in rows for e in row):
        return _of_numbers(rows, rhs, where)
    solve = _by_cofactors if len(rhs) <= ADJUGATE_LIMIT else _by_elimination
    return solve(rows, rhs, naming, where)


def _singular(where: str) -> UnstableError:
    return UnstableError(f"no unique steady state for {where}: the system is singular (an undamped mode?).")


def _by_cofactors(matrix: Rows, rhs: Sequence[Expr], naming: Naming, where: str) -> list[Expr]:
    a = [[naming.name("u", e) if isinstance(e, sp.Add) else e for e in row] for row in matrix]
    n = len(rhs)
    every = tuple(range(n))

    def cofactor(i: int, j: int) -> Expr:
        rows, columns = every[:i] + every[i + 1 :], every[:j] + every[j + 1 :]
        return (-1) ** (i + j) * minor(a, rows, columns)

    det = minor(a, every, every)
    if not Probe(lambda: naming.definitions).nonzero(det) and is_zero(naming.inline(det)):
        raise _singular(where)
    den = naming.name("det", det)
    out = []
    for j in every:
        terms = [c * b for i, b in enumerate(rhs) if b != 0 and (c := cofactor(i, j)) != 0]
        out.append(sp.Add(*terms) / den)
    return out


def minor(a: Rows, rows: tuple[int, ...], columns: tuple[int, ...]) -> Expr:
    """A minor of a small matrix, expanded along its first row and not multiplied out."""
    if not rows:
        return sp.S.One
    terms = []
    for k, j in enumerate(columns):
        e = a[rows[0]][j]
        if e != 0 and (m := minor(a, rows[1:], columns[:k] + columns[k + 1 :])) != 0:
            terms.append((-1) ** k * e * m)
    return sp.Add(*terms)


def _by_elimination(matrix: Rows, rhs: Sequence[Expr], naming: Naming, where: str) -> list[Expr]:
    n = len(rhs)
    a = [list(row) for row in matrix]
    b = list(rhs)
    probe = Probe(lambda: naming.definitions)
    last: Expr = sp.S.One
    for k in range(n):
        # the sparsest provably nonzero pivot keeps the fill-in low
        order = sorted((i for i in range(k, n) if a[i][k] != 0), key=lambda i: (sum(e != 0 for e in a[i]), i))
        p = next((i for i in order if probe.nonzero(a[i][k])), None)
        if p is None:
            raise _singular(where)
        a[k], a[p], b[k], b[p] = a[p], a[k], b[p], b[k]
        for i in range(k + 1, n):
            # Bareiss: the division by the last pivot is exact, so that every intermediate is a minor of the matrix
            for j in range(k + 1, n):
                new = a[k][k] * a[i][j] - a[i][k] * a[k][j]
                a[i][j] = naming.name("u", new / last) if new != 0 else new
            new = a[k][k] * b[i] - a[i][k] * b[k]
            b[i] = naming.name("w", new / last) if new != 0 else new
            a[i][k] = sp.S.Zero
        last = a[k][k]
    x: list[Expr] = [sp.S.Zero] * n
    for k in reversed(range(n)):
        rest = sp.Add(*(a[k][j] * x[j] for j in range(k + 1, n) if a[k][j] != 0))
        x[k] = naming.name("x", (b[k] - rest) / a[k][k]) if k else (b[k] - rest) / a[k][k]
    return x


def _of_numbers(matrix: list[list[Expr]], rhs: Sequence[Expr], where: str) -> list[Expr]:
    entries = [e for row in matrix for e in row]
    floats = any(e.has(sp.Float) for e in (*entries, *rhs))
    irrational = {x for e in entries for x in e.atoms(sp.Pow, sp.Function) if x.is_Rational is not True}
    exact = not floats and len(irrational) <= ROOTS and not any(x.is_Function for x in irrational)
    inverted = _exact_inverse(matrix, where) if exact else _digits_inverse(matrix, where)
    out = [sp.Add(*(c * b for c, b in zip(row, rhs, strict=True) if c != 0 and b != 0)) for row in inverted]
    return [sp.N(e) if floats and e.is_number else e for e in out]


def _digits_inverse(matrix: list[list[Expr]], where: str) -> list[list[Expr]]:
    with mpmath.workdps(DIGITS):
        M = mpmath.matrix([[mpmath.mpmathify(sp.N(e, DIGITS)) for e in row] for row in matrix])
        try:
            found = M**-1
        except ZeroDivisionError:
            raise _singular(where) from None
        return [[sp.sympify(found[i, j]) for j in range(M.cols)] for i in range(M.rows)]


def _exact_inverse(matrix: list[list[Expr]], where: str) -> list[list[Expr]]:
    """Over rational numbers, roots and I."""
    n = len(matrix)
    conv, flat = converter([e for row in matrix for e in row])
    found = inverse([[conv(e) for e in flat[n * i : n * i + n]] for i in range(n)])
    if found is None:
        raise _singular(where)
    return [[conv.expr(x) for x in row] for row in found]

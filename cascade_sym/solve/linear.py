"""Small linear systems with symbolic entries, solved without writing the solution out.

Up to four unknowns: cofactors and determinant, with one division. More: elimination with diagonal pivots in which each
intermediate is a definition; every pivot is proved nonzero by its value at a random point in ball arithmetic,
and, where there is a choice, stays away from zero where parameters vanish or coincide.
Matrices of numbers are inverted: exactly where they are rational up to a few roots, else in 50 digits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

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
Name = Callable[[str, Expr], Expr]


def solve_named(matrix: Rows, rhs: Sequence[Expr], naming: Naming, where: str) -> list[Expr]:
    """x with matrix x = rhs; new definitions go to `naming`. `where` says what is solved, for the error.

    Raises UnstableError when the matrix is singular: no unique steady state.
    """
    return solve_columns(matrix, [rhs], naming, where)[0]


def solve_columns(matrix: Rows, columns: Rows, naming: Naming, where: str, *, real: bool = False) -> list[list[Expr]]:
    """`solve_named` for several right-hand sides, with the matrix eliminated once.

    `real` says that all entries are real, also where the expressions do not show it.
    """
    rows = [[sp.sympify(e) for e in row] for row in matrix]
    if all(e.is_number for row in rows for e in row):
        return _of_numbers(rows, columns, where)
    solve = _by_cofactors if len(rows) <= ADJUGATE_LIMIT else _by_elimination
    return solve(rows, columns, partial(naming.name, real=real), Probe(naming), where)


def _singular(where: str) -> UnstableError:
    return UnstableError(f"no unique steady state for {where}: the system is singular (an undamped mode?).")


def _by_cofactors(matrix: Rows, columns: Rows, name: Name, probe: Probe, where: str) -> list[list[Expr]]:
    a = [[name("u", e) if isinstance(e, sp.Add) else e for e in row] for row in matrix]
    every = tuple(range(len(a)))

    def cofactor(i: int, j: int) -> Expr:
        rows, columns = every[:i] + every[i + 1 :], every[:j] + every[j + 1 :]
        return (-1) ** (i + j) * minor(a, rows, columns)

    det = minor(a, every, every)
    if not probe.nonzero(det) and is_zero(probe.naming.inline(det)):
        raise _singular(where)
    den = name("det", det)
    out: list[list[Expr]] = [[] for _ in columns]
    for j in every:
        c = [cofactor(i, j) for i in every]
        for rhs, x in zip(columns, out, strict=True):
            x.append(sp.Add(*(c[i] * b for i, b in enumerate(rhs) if b != 0 and c[i] != 0)) / den)
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


def _by_elimination(matrix: Rows, columns: Rows, name: Name, probe: Probe, where: str) -> list[list[Expr]]:
    n = len(matrix)
    a = [list(row) for row in matrix]
    b = [list(rhs) for rhs in columns]
    probe.restrict(matrix)
    rows, left = list(range(n)), list(range(n))
    steps: list[tuple[int, int]] = []
    while rows:
        r, c = _pivot(a, rows, left, probe, where)
        steps.append((r, c))
        rows.remove(r)
        left.remove(c)
        for i in rows:
            if a[i][c] == 0:
                continue
            f = -name("f", a[i][c] / a[r][c])
            for j in left:
                if a[r][j] != 0:
                    a[i][j] = name("u", a[i][j] + f * a[r][j])
            for rhs in b:
                if rhs[r] != 0:
                    rhs[i] = name("w", rhs[i] + f * rhs[r])
            a[i][c] = sp.S.Zero
    return [_back(a, rhs, steps, name) for rhs in b]


def _back(a: Rows, rhs: Sequence[Expr], steps: Sequence[tuple[int, int]], name: Name) -> list[Expr]:
    x: list[Expr] = [sp.S.Zero] * len(steps)
    known: list[int] = []
    for r, c in reversed(steps):
        value = (rhs[r] - sp.Add(*(a[r][j] * x[j] for j in known if a[r][j] != 0))) / a[r][c]
        x[c] = name("x", value) if len(known) < len(steps) - 1 else value
        known.append(c)
    return x


def _pivot(
    a: Sequence[Sequence[Expr]], rows: list[int], columns: list[int], probe: Probe, where: str
) -> tuple[int, int]:
    """Row and column of the next pivot, proved nonzero: on the diagonal where that can be, with little fill-in.

    The diagonal of a Lyapunov equation holds sums of damping rates. In a dissipative system it stays away from zero
    in any order of elimination; off it a pivot may vanish where a coupling does, and so may a rate that a loop without
    loss has undone. Pivots that vanish where parameters are zero or equal come last.
    """

    def fill(place: tuple[int, int]) -> tuple[int, int, int]:
        r, c = place
        across = sum(a[r][j] != 0 for j in columns) - 1
        down = sum(a[i][c] != 0 for i in rows) - 1
        return across * down, r, c

    def best(places: Iterable[tuple[int, int]]) -> tuple[int, tuple[int, int]] | None:
        """The place with the fewest zeros; of those the one with the least fill-in."""
        found = None
        for r, c in sorted((p for p in places if a[p[0]][p[1]] != 0), key=fill):
            if found and found[0] == 0:
                break
            zeros = probe.zeros(a[r][c])
            if (found is None or zeros < found[0]) and probe.nonzero(a[r][c]):
                found = zeros, (r, c)
        return found

    on = best((k, k) for k in rows if k in columns)
    if on and on[0] == 0:
        return on[1]
    off = best((r, c) for r in rows for c in columns if r != c)
    if not on and not off:
        raise _singular(where)
    return min((x for x in (on, off) if x), key=lambda x: x[0])[1]


def _of_numbers(matrix: list[list[Expr]], columns: Rows, where: str) -> list[list[Expr]]:
    entries = [e for row in matrix for e in row]
    floats = any(e.has(sp.Float) for e in (*entries, *(e for rhs in columns for e in rhs)))
    irrational = {x for e in entries for x in e.atoms(sp.Pow, sp.Function) if x.is_Rational is not True}
    exact = not floats and len(irrational) <= ROOTS and not any(x.is_Function for x in irrational)
    inverted = _exact_inverse(matrix, where) if exact else _digits_inverse(matrix, where)

    def times(rhs: Sequence[Expr]) -> list[Expr]:
        out = [sp.Add(*(c * b for c, b in zip(row, rhs, strict=True) if c != 0 and b != 0)) for row in inverted]
        return [sp.N(e) if floats and e.is_number else e for e in out]

    return [times(rhs) for rhs in columns]


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

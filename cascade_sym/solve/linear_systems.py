"""Small linear systems with symbolic entries, solved without writing the solution out; those of Lyapunov equations.

Up to four real unknowns, or two complex ones: cofactors and determinant, with one division. More: elimination with
diagonal pivots in which each intermediate is a definition; every pivot is proved nonzero by its value at a random point
in ball arithmetic, and, where there is a choice, stays away from zero where parameters vanish or coincide.
Matrices of numbers are inverted: exactly where they are rational up to a few roots, else in 50 digits.

The unknowns of A M + M B^+ + Q = 0 are the elements of M for a block of rows (A) and of columns (B); of a Hermitian
block (A = B) they are real: the parts of the elements on and above the diagonal.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

import mpmath
import sympy as sp
from sympy import Expr

from cascade_sym.errors import UnstableError
from cascade_sym.exact import is_zero
from cascade_sym.solve.complex_pairs import NOUGHT, Pair, Table, pair, total
from cascade_sym.solve.naming import Naming
from cascade_sym.solve.probe import Probe
from cascade_sym.system.coefficients import inverted

ADJUGATE_LIMIT = 4  # rows up to which determinants written out are shorter than pivots
ROOTS, DIGITS = 2, 50  # that are taken along exactly, and digits of a sign where there are more
Rows = Sequence[Sequence[Pair]]


def solve_named(matrix: Sequence[Sequence[Expr]], rhs: Sequence[Expr], naming: Naming, where: str) -> list[Expr]:
    """x with matrix x = rhs; new definitions go to `naming`. `where` says what is solved, for the error.

    Raises UnstableError when the matrix is singular: no unique steady state.
    """
    rows = [[pair(e) for e in row] for row in matrix]
    return [z.whole for z in solve_columns(rows, [[pair(e) for e in rhs]], naming, where)[0]]


def solve_columns(matrix: Rows, columns: Rows, naming: Naming, where: str) -> Table:
    """`solve_named` in pairs, for several right-hand sides, with the matrix eliminated once."""
    if all(z.re.is_number and z.im.is_number for row in matrix for z in row):
        return _of_numbers(matrix, columns, where)
    small = len(matrix) <= (ADJUGATE_LIMIT if all(z.im == 0 for row in matrix for z in row) else ADJUGATE_LIMIT // 2)
    return (_by_cofactors if small else _by_elimination)(matrix, columns, naming, where)


def _singular(where: str) -> UnstableError:
    return UnstableError(f"no unique steady state for {where}: the system is singular (an undamped mode?).")


def _by_cofactors(matrix: Rows, columns: Rows, naming: Naming, where: str) -> Table:
    a = [[naming.pair("u", z) if isinstance(z.re, sp.Add) or isinstance(z.im, sp.Add) else z for z in row]
         for row in matrix]  # fmt: skip
    every = tuple(range(len(a)))

    def cofactor(i: int, j: int) -> Pair:
        rows, columns = every[:i] + every[i + 1 :], every[:j] + every[j + 1 :]
        return minor(a, rows, columns).times((-1) ** (i + j))

    det = minor(a, every, every)
    if not Probe(naming).nonzero(det.whole) and is_zero(naming.quantity(det.whole)):
        raise _singular(where)
    over = _reciprocal(naming.pair("det", det), naming)
    out: Table = [[] for _ in columns]
    for j in every:
        c = [cofactor(i, j) for i in every]
        for rhs, x in zip(columns, out, strict=True):
            x.append(total(c[i] * b for i, b in enumerate(rhs) if not (b.zero or c[i].zero)) * over)
    return out


def _reciprocal(z: Pair, naming: Naming) -> Pair:
    return z.inverse if z.im == 0 else z.conj.times(naming.name("over", 1 / z.square))


def minor(a: Rows, rows: tuple[int, ...], columns: tuple[int, ...]) -> Pair:
    """A minor of a small matrix, expanded along its first row and not multiplied out."""
    if not rows:
        return Pair(sp.S.One)
    terms = []
    for k, j in enumerate(columns):
        z = a[rows[0]][j]
        if not (z.zero or (m := minor(a, rows[1:], columns[:k] + columns[k + 1 :])).zero):
            terms.append((z * m).times((-1) ** k))
    return total(terms)


def _by_elimination(matrix: Rows, columns: Rows, naming: Naming, where: str) -> Table:
    n = len(matrix)
    a = [list(row) for row in matrix]
    b = [list(rhs) for rhs in columns]
    probe = Probe(naming)
    probe.restrict([[z.whole for z in row] for row in matrix])
    rows, left = list(range(n)), list(range(n))
    steps: list[tuple[int, int, Pair]] = []
    fresh: set[tuple[int, int]] = set()
    while rows:
        r, c = _pivot(a, rows, left, probe, where)
        over = _reciprocal(naming.pivot(a[r][c], (r, c) in fresh), naming)
        steps.append((r, c, over))
        rows.remove(r)
        left.remove(c)
        for i in rows:
            if a[i][c].zero:
                continue
            f = -naming.pair("f", a[i][c] * over)
            for j in left:
                if not a[r][j].zero:
                    known = len(naming)
                    a[i][j] = naming.pair("u", a[i][j] + f * a[r][j])
                    if len(naming) > known:
                        fresh.add((i, j))
            for rhs in b:
                if not rhs[r].zero:
                    rhs[i] = naming.pair("w", rhs[i] + f * rhs[r])
            a[i][c] = NOUGHT
    return [_back(a, rhs, steps, naming) for rhs in b]


def _back(a: Rows, rhs: Sequence[Pair], steps: Sequence[tuple[int, int, Pair]], naming: Naming) -> list[Pair]:
    x = [NOUGHT] * len(steps)
    known: list[int] = []
    for r, c, over in reversed(steps):
        value = (rhs[r] - total(a[r][j] * x[j] for j in known if not a[r][j].zero)) * over
        x[c] = naming.pair("x", value) if len(known) < len(steps) - 1 else value
        known.append(c)
    return x


def _pivot(a: Rows, rows: list[int], columns: list[int], probe: Probe, where: str) -> tuple[int, int]:
    """Row and column of the next pivot, proved nonzero: on the diagonal where that can be, with little fill-in.

    The diagonal of a Lyapunov equation holds sums of damping rates. In a dissipative system it stays away from zero
    in any order of elimination; off it a pivot may vanish where a coupling does, and so may a rate that a loop without
    loss has undone. Pivots that vanish where parameters are zero or equal come last.
    """

    def fill(place: tuple[int, int]) -> tuple[int, int, int]:
        r, c = place
        across = sum(not a[r][j].zero for j in columns) - 1
        down = sum(not a[i][c].zero for i in rows) - 1
        return across * down, r, c

    def best(places: Iterable[tuple[int, int]]) -> tuple[int, tuple[int, int]] | None:
        """The place with the fewest zeros; of those the one with the least fill-in."""
        found = None
        for r, c in sorted((p for p in places if not a[p[0]][p[1]].zero), key=fill):
            if found and found[0] == 0:
                break
            whole = a[r][c].whole
            zeros = probe.zeros(whole)
            if (found is None or zeros < found[0]) and probe.nonzero(whole):
                found = zeros, (r, c)
        return found

    on = best((k, k) for k in rows if k in columns)
    if on and on[0] == 0:
        return on[1]
    off = best((r, c) for r in rows for c in columns if r != c)
    if not on and not off:
        raise _singular(where)
    return min((x for x in (on, off) if x), key=lambda x: x[0])[1]


def _of_numbers(matrix: Rows, columns: Rows, where: str) -> Table:
    rows = [[z.whole for z in row] for row in matrix]
    entries = [e for row in rows for e in row]
    floats = any(e.has(sp.Float) for e in (*entries, *(z.whole for rhs in columns for z in rhs)))
    irrational = {x for e in entries for x in e.atoms(sp.Pow, sp.Function) if x.is_Rational is not True}
    exact = not floats and len(irrational) <= ROOTS and not any(x.is_Function for x in irrational)
    found = inverted(rows) if exact else _digits_inverse(rows)
    if found is None:
        raise _singular(where)
    over = [[pair(e) for e in row] for row in found]

    def times(rhs: Sequence[Pair]) -> list[Pair]:
        out = [total(c * b for c, b in zip(row, rhs, strict=True) if not (c.zero or b.zero)) for row in over]
        return [z.mapped(lambda e: sp.N(e) if floats and e.is_number else e) for z in out]

    return [times(rhs) for rhs in columns]


def _digits_inverse(matrix: list[list[Expr]]) -> list[list[Expr]] | None:
    with mpmath.workdps(DIGITS):
        M = mpmath.matrix([[mpmath.mpmathify(sp.N(e, DIGITS)) for e in row] for row in matrix])
        try:
            found = M**-1
        except ZeroDivisionError:
            return None
        return [[sp.sympify(found[i, j]) for j in range(M.cols)] for i in range(M.rows)]


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

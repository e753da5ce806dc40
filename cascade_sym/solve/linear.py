"""Small linear systems with symbolic entries, solved without writing the solution out.

Up to four real unknowns, or two complex ones: cofactors and determinant, with one division. More: elimination with
diagonal pivots in which each intermediate is a definition; every pivot is proved nonzero by its value at a random point
in ball arithmetic, and, where there is a choice, stays away from zero where parameters vanish or coincide.
Matrices of numbers are inverted: exactly where they are rational up to a few roots, else in 50 digits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import mpmath
import sympy as sp
from sympy import Expr

from cascade_sym.errors import UnstableError
from cascade_sym.exact import converter, is_zero
from cascade_sym.exact.matrix import inverse
from cascade_sym.solve.naming import Naming
from cascade_sym.solve.pairs import NOUGHT, Pair, Table, pair, total
from cascade_sym.solve.probe import Probe

ADJUGATE_LIMIT = 4
ROOTS, DIGITS = 2, 50
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
    if not Probe(naming).nonzero(det.whole) and is_zero(naming.inline(det.whole)):
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
    inverted = [[pair(e) for e in row] for row in (_exact_inverse if exact else _digits_inverse)(rows, where)]

    def times(rhs: Sequence[Pair]) -> list[Pair]:
        out = [total(c * b for c, b in zip(row, rhs, strict=True) if not (c.zero or b.zero)) for row in inverted]
        return [z.mapped(lambda e: sp.N(e) if floats and e.is_number else e) for z in out]

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

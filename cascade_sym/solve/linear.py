"""Small linear systems with symbolic entries, solved without writing the solution out.

Up to four unknowns: the adjugate and determinant, fraction-free, in the ring of the named entries. More: Gaussian
elimination in which each intermediate is a definition; every pivot is proved nonzero by its value at a random
point, computed in exact or high-precision arithmetic (a nonzero value at one point excludes zero identically).
"""

from __future__ import annotations

import random
from collections.abc import Sequence

import mpmath
import sympy as sp
from sympy import Expr
from sympy.polys.matrices import DomainMatrix

from cascade_sym.errors import UnstableError
from cascade_sym.solve.naming import Naming

ADJUGATE_LIMIT = 4


def solve_named(matrix: Sequence[Sequence[Expr]], rhs: Sequence[Expr], naming: Naming, where: str) -> list[Expr]:
    """x with matrix x = rhs; new definitions go to `naming`. `where` says what is solved, for the error.

    Raises UnstableError when the matrix is singular: no unique steady state.
    """
    if len(rhs) <= ADJUGATE_LIMIT:
        return _by_adjugate(matrix, rhs, naming, where)
    return _by_elimination(matrix, rhs, naming, where)


def _by_adjugate(
    matrix: Sequence[Sequence[Expr]], rhs: Sequence[Expr], naming: Naming, where: str
) -> list[Expr]:
    plain, back = _plain_entries(matrix)
    dm = DomainMatrix.from_list_sympy(len(rhs), len(rhs), plain)
    adj, det = dm.adj_det()
    det_expr = dm.domain.to_sympy(det).xreplace(back)
    if _vanishes(naming.inline(det_expr)):
        raise UnstableError(f"no unique steady state for {where}: the system is singular (an undamped mode?).")
    den = naming.name("det", sp.factor_terms(det_expr))
    rows = adj.to_list()
    out = []
    for r in rows:
        terms = [dm.domain.to_sympy(c).xreplace(back) * b for c, b in zip(r, rhs, strict=True) if c]
        out.append(sp.Add(*terms) / den)
    return out


def _plain_entries(matrix: Sequence[Sequence[Expr]]) -> tuple[list[list[Expr]], dict[Expr, Expr]]:
    """Entries with conjugates replaced by symbols of their own (the ring knows only symbols)."""
    found = sorted({c for row in matrix for e in row for c in sp.sympify(e).atoms(sp.conjugate)}, key=str)
    forth = {c: sp.Symbol(f"cc_{k}") for k, c in enumerate(found)}
    return [[sp.sympify(e).xreplace(forth) for e in row] for row in matrix], {v: k for k, v in forth.items()}


def _by_elimination(
    matrix: Sequence[Sequence[Expr]], rhs: Sequence[Expr], naming: Naming, where: str
) -> list[Expr]:
    n = len(rhs)
    a = [[sp.sympify(e) for e in row] for row in matrix]
    b = list(rhs)
    probe = _Probe(naming)
    for k in range(n):
        # the sparsest provably nonzero pivot keeps the fill-in low
        rows = [i for i in range(k, n) if a[i][k] != 0 and probe.nonzero(a[i][k])]
        if not rows:
            raise UnstableError(f"no unique steady state for {where}: the system is singular (an undamped mode?).")
        p = min(rows, key=lambda i: (sum(e != 0 for e in a[i]), i))
        a[k], a[p], b[k], b[p] = a[p], a[k], b[p], b[k]
        for i in range(k + 1, n):
            if a[i][k] == 0:
                continue
            f = naming.name("f", a[i][k] / a[k][k])
            for j in range(k + 1, n):
                if a[k][j] != 0:
                    a[i][j] = naming.name("u", a[i][j] - f * a[k][j])
            b[i] = naming.name("w", b[i] - f * b[k])
            a[i][k] = sp.S.Zero
    x: list[Expr] = [sp.S.Zero] * n
    for k in reversed(range(n)):
        rest = sp.Add(*(a[k][j] * x[j] for j in range(k + 1, n) if a[k][j] != 0))
        x[k] = naming.name("x", (b[k] - rest) / a[k][k]) if k else (b[k] - rest) / a[k][k]
    return x


class _Probe:
    """Values of definitions at one random point, 60 digits."""

    def __init__(self, naming: Naming) -> None:
        self._naming = naming
        self._values: dict[Expr, mpmath.mpc] = {}
        self._random = random.Random(20_240_229)

    def nonzero(self, e: Expr) -> bool:
        with mpmath.workdps(60):
            return bool(abs(self._value(e)) > mpmath.mpf(10) ** -40)

    def _value(self, e: Expr) -> mpmath.mpc:
        for s, d in self._naming.definitions.needed(e).items:
            if s not in self._values:
                self._values[s] = self._direct(d)
        return self._direct(e)

    def _direct(self, e: Expr) -> mpmath.mpc:
        table = {}
        for s in sorted(e.free_symbols, key=str):
            if s not in self._values:
                self._values[s] = mpmath.mpf(self._random.randint(10**6, 10**7)) / 10**7 / 2
            table[s] = self._values[s]
        return mpmath.mpmathify(sp.lambdify(list(table), e, "mpmath")(*table.values()))


def _vanishes(e: Expr) -> bool:
    """Whether an expression is identically zero: refuted at a random point, else decided by normal form."""
    rng = random.Random(7)
    values = {s: sp.Rational(rng.randint(10**6, 10**7), 2 * 10**7) for s in sorted(e.free_symbols, key=str)}
    number = sp.N(e.subs(values), 30)
    if abs(number) > 1e-15:
        return False
    from cascade_sym.exact import is_zero

    return is_zero(e)

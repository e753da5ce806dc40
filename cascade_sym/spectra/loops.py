"""Single modes and feedback loops in frequency space: their stability, and how drives on them reach an output.

A stationary spectrum needs a steady state: damping of single modes, conditions for loops. With M = -i w - A over the
mode operators of a loop, the weights K follow from K M = (weights of the modes). The entries of M stay whole, as
gamma/2 + i(omega - w): resonances of high quality keep their digits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import sympy as sp
from sympy import Expr
from sympy.polys.matrices import DomainMatrix

from cascade_sym.operators import LinearForm, Op
from cascade_sym.solve.linear import ADJUGATE_LIMIT, solve_named
from cascade_sym.solve.pairs import drift_entry, pair, re
from cascade_sym.solve.stability import block_conditions, require_damping
from cascade_sym.symbols import own

if TYPE_CHECKING:
    from cascade_sym.spectra.sweep import Dynamics


def damping(diagonal: Expr, mode: str) -> Expr:
    """gamma = -(A_jj + conj A_jj) of a mode; UnstableError when it is zero or cannot be positive."""
    gamma = sp.expand(-2 * re(diagonal))
    require_damping(gamma, mode)
    return gamma


def loop_conditions(dynamics: Dynamics, modes: Sequence[Op], inside: Mapping[Op, LinearForm]) -> list[Expr]:
    """Expressions that are positive where a feedback loop is stable; UnstableError for unstable numbers."""
    rows = [[pair(e) for e in row] for row in drift_matrix(modes, inside)]
    return block_conditions(rows, modes, dynamics.naming)


def drift_matrix(modes: Sequence[Op], inside: Mapping[Op, LinearForm]) -> list[list[Expr]]:
    """The drift of a loop; real, in quadratures (X_1, P_1, ...), when it holds every mode with its adjoint."""
    if {o.dagger() for o in modes} != set(modes):
        return [[inside[i][j] for j in modes] for i in modes]
    nodes = [(m, q) for m in dict.fromkeys(o.name for o in modes) for q in "XP"]
    return [[drift_entry(inside[Op(m)], q, k, r) for k, r in nodes] for m, q in nodes]


def solve_block(
    dynamics: Dynamics, modes: Sequence[Op], inside: Mapping[Op, LinearForm], weights: Sequence[Expr]
) -> list[Expr]:
    """K for each of `modes`; `inside` is what drives them, `weights` how they reach the output directly.

    Up to four operators by adjugate and determinant (a definition D_<modes>); larger loops step by step.
    """
    n, w = len(modes), dynamics.frequency
    M = [[(-sp.I * w if i == j else sp.S.Zero) - inside[i][j] for j in modes] for i in modes]
    names = list(dict.fromkeys(o.name for o in modes))
    if n > ADJUGATE_LIMIT:
        columns = [list(c) for c in zip(*M, strict=True)]
        return solve_named(columns, list(weights), dynamics.naming, f"the loop of {', '.join(names)}")
    entries = [[own(f"entry{i}_{j}") if M[i][j] != 0 else sp.S.Zero for j in range(n)] for i in range(n)]
    back = {entries[i][j]: M[i][j] for i in range(n) for j in range(n) if M[i][j] != 0}
    dm = DomainMatrix.from_list_sympy(n, n, entries)
    adj, det = dm.adj_det()
    rows = [[dm.domain.to_sympy(e).xreplace(back) for e in row] for row in adj.to_list()]
    D = dynamics.naming.once(f"D_{'_'.join(names)}", dm.domain.to_sympy(det).xreplace(back))
    return [sp.Add(*(c * rows[i][j] for i, c in enumerate(weights))) / D for j in range(n)]


def loop_polynomial(modes: Sequence[Op], inside: Mapping[Op, LinearForm], w: Expr) -> Expr | None:
    """det(-i w - A) of a loop as a polynomial in s = -i w; None for more than four operators with symbols."""
    rows = drift_matrix(modes, inside)
    n = len(rows)
    if n > ADJUGATE_LIMIT and any(e.free_symbols for row in rows for e in row):
        return None
    odd = {e for row in rows for e in row if not (e.is_Rational or e.is_Symbol)}
    names = {e: own(f"entry{k}") for k, e in enumerate(sorted(odd, key=sp.default_sort_key))}
    if n > ADJUGATE_LIMIT:
        matrix = DomainMatrix.from_Matrix(sp.Matrix(rows), extension=True)
    else:
        matrix = DomainMatrix.from_list_sympy(n, n, [[names.get(e, e) for e in row] for row in rows])
    back = {v: k for k, v in names.items()}
    s = -sp.I * w
    powers = [matrix.domain.to_sympy(c).xreplace(back) * s ** (n - k) for k, c in enumerate(matrix.charpoly())]
    return sp.Add(*powers)

"""Sectors that no detector sees: their conditional state is the unconditional one."""

from __future__ import annotations

from sympy import Expr

from cascade_sym.solve.conditional.named import label
from cascade_sym.solve.conditional.sector import Node, Sector
from cascade_sym.solve.lyapunov import Lyapunov
from cascade_sym.solve.naming import Naming
from cascade_sym.solve.pairs import Table, pair


def unmonitored(s: Sector, naming: Naming) -> tuple[Table, list[Expr]]:
    """Moments and stability conditions of a sector without currents (UnstableError where it has no steady state)."""
    place = {n: k for k, n in enumerate(s.nodes)}
    drift = {i: {j: pair(s.A[a, b]) for j, b in place.items() if s.A[a, b] != 0} for i, a in place.items()}

    def name(i: Node, j: Node, real: bool) -> str:
        stem = "" if not s.circular else "X_"
        if i == j:
            return f"var_{stem}{label(i)}"
        return f"cov_{stem}{label(i)}_{stem}{label(j)}" if real else f"K_{label(i)}_{label(j)}"

    ly = Lyapunov(s.nodes, drift, lambda i, j: pair(s.N[place[i], place[j]]), naming, label, name)
    return [[ly[i, j] for j in s.nodes] for i in s.nodes], list(ly.stability)

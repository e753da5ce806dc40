"""Closed forms of the stationary Riccati equation for one and two modes.

With Ã = A - S R^{-1} C, Ñ = N - S R^{-1} S^+ and G = C^+ R^{-1} C the equation is Ã M + M Ã^+ + Ñ - M G M = 0. It does
not change under Ã -> Ã + i delta, which makes tr Ã real. One mode: the quadratic equation. Two: `spectral`.
"""

from __future__ import annotations

import sympy as sp

from cascade_sym.solve.conditional.named import Named, Solution, moment, named
from cascade_sym.solve.conditional.probe import vanishes
from cascade_sym.solve.conditional.spectral import two_modes
from cascade_sym.solve.naming import Naming
from cascade_sym.solve.pairs import Pair, Table, total

LARGEST = 2


def solve_sector(s: Named, naming: Naming) -> Solution | None:
    """The stationary solution of one or two modes with at least one current; None where no formula applies."""
    if len(s.nodes) > LARGEST:
        return None
    At, Nt = decorrelated(s, naming)
    return _one(s, At, Nt, naming) if len(s.nodes) == 1 else two_modes(s, At, Nt, naming)


def decorrelated(s: Named, naming: Naming) -> tuple[Table, Table]:
    """Ã = A - S C and Ñ = N - S S^+ (unit noise), the imaginary part of tr Ã removed."""
    n, m = len(s.nodes), len(s.C)
    At, Nt = [row[:] for row in s.A], [row[:] for row in s.N]
    if s.correlated:
        for i, a in enumerate(s.labels):
            for j, b in enumerate(s.labels):
                less = total([s.S[i][k] * s.C[k][j] for k in range(m)])
                At[i][j] = named(naming, f"A_{a}_{b}", s.A[i][j] - less)
                if i <= j:
                    less = total([s.S[i][k] * s.S[j][k].conj for k in range(m)])
                    rest = s.N[i][j] - less
                    Nt[i][j] = named(naming, f"E_{a}_{b}", Pair(rest.re) if i == j else rest)
                    Nt[j][i] = Nt[i][j].conj
    turn = sp.Add(*(At[i][i].im for i in range(n)))
    if turn != 0 and not vanishes(turn, naming):
        turn = naming.kept("turn", turn / n)
        for i in range(n):
            At[i][i] = At[i][i] - Pair(sp.S.Zero, turn)
    elif turn != 0 and n == 1:
        At[0][0] = Pair(At[0][0].re)
    return At, Nt


def _one(s: Named, At: Table, Nt: Table, naming: Naming) -> Solution:
    alpha = naming.kept(f"a_{s.labels[0]}", At[0][0].re)
    noise = Nt[0][0].re
    g = naming.kept(f"g_{s.labels[0]}", sp.Add(*(row[0].square for row in s.C)))
    root = naming.kept(f"f_{s.labels[0]}", sp.sqrt(alpha**2 + g * noise))
    if vanishes(noise, naming):
        value = (alpha + root) / g
    else:
        value = noise / (root - alpha)
    return Solution(s, [[Pair(naming.name(moment(s, 0, 0), value))]], 2)

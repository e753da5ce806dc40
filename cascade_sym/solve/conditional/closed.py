"""Closed forms of the stationary Riccati equation, by spectral factorisation.

With Ã = A - S R^{-1} C, Ñ = N - S R^{-1} S^+ and G = C^+ R^{-1} C, the matrix H = [[-Ã^+, G], [Ñ, Ã]] has the
characteristic polynomial phi(s) phi~(s) of the filter's closed loop and its mirror image. Two modes:

    s^4 - p s^2 + i k s + q = (s^2 + f1 s + f0 + i g0)(s^2 - f1 s + f0 - i g0),
    f1^2 = y with y (y - p)^2 - 4 q y + k^2 = 0 (the largest root), f0 = (y - p)/2, g0 = -k/(2 f1);

for k = 0 simply f0 = sqrt(q), f1 = sqrt(p + 2 sqrt(q)). The columns (1, M) span the kernel of phi~(H); its lower
rows are linear equations for M:

    (Ñ G + Ã^2 - f1 Ã + f0 - i g0) M = f1 Ñ + Ñ Ã^+ - Ã Ñ.

One mode: the quadratic equation. Everything is invariant under Ã -> Ã + i delta, which makes tr Ã real.
Source for the kernel: Bini, Iannazzo, Meini, Numerical Solution of Algebraic Riccati Equations (2012), section 2.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp
from sympy import Expr

from cascade_sym.errors import OutsideExactDomain
from cascade_sym.exact import normal_form
from cascade_sym.operators import Op
from cascade_sym.solve.conditional.pairs import NOUGHT, Pair, Table, keep, named, pair, total
from cascade_sym.solve.conditional.probe import vanishes
from cascade_sym.solve.conditional.sector import Node, Sector
from cascade_sym.solve.conditional.whiten import whitening
from cascade_sym.solve.naming import Naming
from cascade_sym.symbols import conj

LARGEST = 2


@dataclass(frozen=True)
class Named:
    """A sector with white currents of unit noise, its entries as (named) pairs."""

    nodes: tuple[Node, ...]
    labels: tuple[str, ...]
    A: Table
    N: Table
    C: Table
    S: Table

    @property
    def correlated(self) -> bool:
        """Whether process and measurement noise are correlated."""
        return any(not e.zero for row in self.S for e in row)


@dataclass(frozen=True)
class Solution:
    """Stationary moments M of a sector with the closed-loop polynomial's coefficients (f1, f0, g0).

    `degree` is that of the tower of roots in which M lies over the entries: 2 for each square root, 3 for the cubic.
    """

    sector: Named
    M: Table
    f1: Expr
    f0: Expr
    g0: Expr
    degree: int


def label(node: Node) -> str:
    """Name of a node in definitions: the mode, or the quadrature."""
    return node.name if isinstance(node, Op) else f"{node.q}_{node.mode}"


def named_sector(s: Sector, naming: Naming) -> Named:
    """The sector's entries under names: gamma_S, R_M_S, c_S, s_S, ..."""
    labels = tuple(label(n) for n in s.nodes)
    n, m = len(labels), len(s.currents)
    W = whitening(s.R)
    C, S = (W.applyfunc(conj).T * s.C).applyfunc(sp.expand), (s.S * W).applyfunc(sp.expand)
    tag = [f"{k}_" if m > 1 else "" for k in range(1, m + 1)]
    A = [[NOUGHT] * n for _ in range(n)]
    for i, a in enumerate(labels):
        for j, b in enumerate(labels):
            z = pair(s.A[i, j])
            if i == j:
                gamma = keep(naming, f"gamma_{a}", sp.expand(-2 * z.re))
                A[i][i] = Pair(-gamma / 2, keep(naming, f"Omega_{a}", z.im))
            elif not z.zero:
                A[i][j] = named(naming, f"R_{a}_{b}", z)
    N = [[NOUGHT] * n for _ in range(n)]
    for i, a in enumerate(labels):
        for j, b in enumerate(labels[i:], i):
            z = pair(s.N[i, j])
            N[i][j] = named(naming, f"D_{a}" if i == j else f"D_{a}_{b}", Pair(z.re) if i == j else z)
            N[j][i] = N[i][j].conj
    Ct = [[named(naming, f"c_{tag[k]}{labels[j]}", pair(C[k, j])) for j in range(n)] for k in range(m)]
    St = [[named(naming, f"s_{tag[k]}{labels[i]}", pair(S[i, k])) for k in range(m)] for i in range(n)]
    return Named(s.nodes, labels, A, N, Ct, St)


def solve_sector(s: Named, naming: Naming) -> Solution | None:
    """The stationary solution of one or two modes with at least one current; None where no formula applies."""
    if len(s.nodes) > LARGEST:
        return None
    At, Nt = decorrelated(s, naming)
    return _one(s, At, Nt, naming) if len(s.nodes) == 1 else _two(s, At, Nt, naming)


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
        turn = keep(naming, "turn", turn / n)
        for i in range(n):
            At[i][i] = At[i][i] - Pair(sp.S.Zero, turn)
    elif turn != 0 and n == 1:
        At[0][0] = Pair(At[0][0].re)
    return At, Nt


def _one(s: Named, At: Table, Nt: Table, naming: Naming) -> Solution:
    alpha = keep(naming, f"a_{s.labels[0]}", At[0][0].re)
    noise = Nt[0][0].re
    g = keep(naming, f"g_{s.labels[0]}", sp.Add(*(row[0].square for row in s.C)))
    root = keep(naming, f"f_{s.labels[0]}", sp.sqrt(alpha**2 + g * noise))
    if vanishes(noise, naming):
        value = (alpha + root) / g
    else:
        value = noise / (root - alpha)
    return Solution(s, [[Pair(naming.name(moment(s, 0, 0), value))]], root, sp.S.Zero, sp.S.Zero, 2)


def _two(s: Named, At: Table, Nt: Table, naming: Naming) -> Solution | None:
    m = range(len(s.C))
    t = keep(naming, "t", (At[0][0] + At[1][1]).re)
    d = named(naming, "d", At[0][0] * At[1][1] - At[0][1] * At[1][0])
    u = [[named(naming, _tag("u", k, s, i), total([Nt[i][j] * s.C[k][j].conj for j in (0, 1)])) for i in (0, 1)] for k in m]
    w = [
        (named(naming, _tag("w", k, s, 0), s.C[k][0] * At[1][1] - s.C[k][1] * At[1][0]),
         named(naming, _tag("w", k, s, 1), s.C[k][1] * At[0][0] - s.C[k][0] * At[0][1]))
        for k in m
    ]  # fmt: skip
    cu = sp.Add(*((s.C[k][0] * u[k][0] + s.C[k][1] * u[k][1]).re for k in m))
    p = keep(naming, "p", t**2 - 2 * d.re + cu)
    seen = [_form(w[k], Nt) for k in m]
    q = d.square + sp.Add(*seen)
    if len(s.C) > 1:
        q += _det(Nt).re * (_gram(s, 0, 0) * _gram(s, 1, 1) - _gram(s, 0, 1) * _gram(s, 1, 0)).re
    q = keep(naming, "q", q)
    cAu = total([s.C[k][i] * At[i][j] * u[k][j] for k in m for i in (0, 1) for j in (0, 1)])
    f1, f0, g0, degree = _factor(p, q, 2 * t * d.im - 2 * cAu.im, naming)
    shift = Pair(f0 - d.re, -g0 - d.im)
    x = [[total([u[k][i] * s.C[k][j] for k in m]) + At[i][j].times(t - f1) for j in (0, 1)] for i in (0, 1)]
    x = [[named(naming, f"x_{i + 1}{j + 1}", x[i][j] + (shift if i == j else NOUGHT)) for j in (0, 1)] for i in (0, 1)]
    y = _source(At, Nt, f1, naming)
    det = x[0][0] * x[1][1] - x[0][1] * x[1][0]
    if vanishes(det.square if det.im != 0 else det.re, naming):
        return None
    over = _reciprocal(named(naming, "x_det", det), naming)
    M00 = _real_part(x[1][1] * y[0][0] - x[0][1] * y[1][0], over)
    M01 = (x[1][1] * y[0][1] - x[0][1] * y[1][1]) * over
    M11 = _real_part(x[0][0] * y[1][1] - x[1][0] * y[0][1], over)
    M = [[NOUGHT, NOUGHT], [NOUGHT, NOUGHT]]
    M[0][0] = Pair(naming.name(moment(s, 0, 0), M00))
    M[0][1] = named(naming, moment(s, 0, 1), M01)
    M[1][0] = M[0][1].conj
    M[1][1] = Pair(naming.name(moment(s, 1, 1), M11))
    return Solution(s, M, f1, f0, g0, degree)


def _source(At: Table, Nt: Table, f1: Expr, naming: Naming) -> Table:
    """f1 Ñ + Ñ Ã^+ - Ã Ñ."""
    AN = [[total([At[i][k] * Nt[k][j] for k in (0, 1)]) for j in (0, 1)] for i in (0, 1)]
    y = [[NOUGHT, NOUGHT], [NOUGHT, NOUGHT]]
    for i in (0, 1):
        y[i][i] = named(naming, f"y_{i + 1}{i + 1}", Pair(f1 * Nt[i][i].re, -2 * AN[i][i].im))
    skew = named(naming, "z", AN[1][0].conj - AN[0][1])
    y[0][1] = named(naming, "y_12", Nt[0][1].times(f1) + skew)
    y[1][0] = named(naming, "y_21", Nt[1][0].times(f1) - skew.conj)
    return y


def _factor(p: Expr, q: Expr, odd: Expr, naming: Naming) -> tuple[Expr, Expr, Expr, int]:
    """(f1, f0, g0) and the degree of the roots taken."""
    if odd == 0 or vanishes(odd, naming):
        f0 = naming.name("f_0", _root_of(q, naming))
        f1 = naming.name("f_1", sp.sqrt(p + 2 * f0))
        return f1, f0, sp.S.Zero, 4
    k = keep(naming, "k", odd)
    rho = naming.name("rho", sp.sqrt(p**2 + 12 * q))
    cosine = sp.Min(1, sp.Max(-1, (36 * p * q - p**3 - sp.Rational(27, 2) * k**2) / rho**3))
    y = naming.name("y", 2 * (p + rho * sp.cos(sp.acos(cosine) / 3)) / 3)
    f1 = naming.name("f_1", sp.sqrt(y))
    return f1, naming.name("f_0", (y - p) / 2), naming.name("g_0", -k / (2 * f1)), 6


def _root_of(q: Expr, naming: Naming) -> Expr:
    """sqrt(q), taken exactly where q is a square times manifestly positive factors."""
    whole = naming.inline(q)
    if sp.count_ops(whole) > 60:
        return sp.sqrt(q)
    try:
        root = normal_form(sp.sqrt(whole))
    except OutsideExactDomain:
        return sp.sqrt(q)
    return root if sp.count_ops(root) <= sp.count_ops(whole) else sp.sqrt(q)


def moment(s: Named, i: int, j: int) -> str:
    """The definition's name of a moment: var_X_S, cov_X_S_X_M."""
    a, b = (f"X_{s.labels[k]}" if isinstance(s.nodes[k], Op) else s.labels[k] for k in (i, j))
    return f"var_{a}" if i == j else f"cov_{a}_{b}"


def _tag(stem: str, k: int, s: Named, i: int) -> str:
    return f"{stem}_{k + 1}_{s.labels[i]}" if len(s.C) > 1 else f"{stem}_{s.labels[i]}"


def _form(w: tuple[Pair, Pair], N: Table) -> Expr:
    """w N w^+ for a row w."""
    cross = w[0] * N[0][1] * w[1].conj
    return w[0].square * N[0][0].re + w[1].square * N[1][1].re + 2 * cross.re


def _det(N: Table) -> Pair:
    return N[0][0] * N[1][1] - N[0][1] * N[1][0]


def _gram(s: Named, i: int, j: int) -> Pair:
    return total([row[i].conj * row[j] for row in s.C])


def _reciprocal(z: Pair, naming: Naming) -> Pair:
    if z.im == 0:
        return Pair(naming.name("over", 1 / z.re))
    size = naming.name("size", z.square)
    return Pair(z.re / size, -z.im / size)


def _real_part(z: Pair, factor: Pair) -> Expr:
    return z.re * factor.re - z.im * factor.im

"""Newton steps on the Riccati equation, as definitions; what a solution leaves of it; whether it is the stable one.

A step solves L D + D L^+ = -Res(M) with the closed loop L = A - K C, K = M C^+ + S. For two modes the solution of
this Lyapunov equation is explicit: with B = L - tr L, h1 = -tr L (real after L -> L + i delta) and det L = a + i b,

    D = h1/(2 (h1^2 a - b^2)) [B Q B^+ + a Q - i (b/h1)(Q B^+ - B Q)],   Q = Res.

One step after the closed form repairs what rounding has lost in it. The closed loop is stable exactly when h1 > 0 and
h1^2 a - b^2 > 0. The same operator tells how large an error rounding leaves.
"""

from __future__ import annotations

import sympy as sp
from sympy import Expr

from cascade_sym.solve.complex_pairs import I_TIMES, NOUGHT, Pair, Table, total
from cascade_sym.solve.conditional.named import Named, moment, named
from cascade_sym.solve.naming import Naming

ROUNDING = sp.Rational(1, 2**52)  # of the sum of the moduli of the terms: some two roundings each


def gains(s: Named, M: Table, naming: Naming) -> list[list[Pair]]:
    """K = M C^+ + S as named pairs, K[i][k]."""
    n, m = len(s.nodes), len(s.C)
    tags = [f"{k + 1}_" if m > 1 else "" for k in range(m)]
    return [
        [
            named(naming, f"K_{tags[k]}{s.labels[i]}", total([M[i][j] * s.C[k][j].conj for j in range(n)]) + s.S[i][k])
            for k in range(m)
        ]
        for i in range(n)
    ]  # fmt: skip


def residual(s: Named, M: Table, K: Table) -> Table:
    """A M + M A^+ + N - K K^+, upper triangle."""
    n = len(s.nodes)
    out = [[NOUGHT] * n for _ in range(n)]
    for i in range(n):
        for j in range(i, n):
            drift = total([s.A[i][l] * M[l][j] for l in range(n)])
            back = drift.conj if i == j else total([M[i][l] * s.A[j][l].conj for l in range(n)])
            gain = total([a * b.conj for a, b in zip(K[i], K[j], strict=True)])
            r = drift + back + s.N[i][j] - gain
            out[i][j] = Pair(r.re) if i == j else r
            out[j][i] = out[i][j].conj
    return out


def closed_loop(s: Named, K: Table, naming: Naming) -> tuple[Table, Expr, Pair]:
    """L = A - K C with real trace, h1 = -tr L, and det L (for one mode: 1)."""
    n = len(s.nodes)
    L = [
        [s.A[i][j] - total([K[i][k] * s.C[k][j] for k in range(len(s.C))]) for j in range(n)] for i in range(n)
    ]  # fmt: skip
    turn = sp.Add(*(L[i][i].im for i in range(n)))
    if turn != 0:
        turn = naming.kept("drift_turn", turn / n)
        for i in range(n):
            L[i][i] = L[i][i] - Pair(sp.S.Zero, turn)
    L = [[named(naming, f"L_{s.labels[i]}_{s.labels[j]}", L[i][j]) for j in range(n)] for i in range(n)]
    h1 = naming.kept("h_1", -sp.Add(*(L[i][i].re for i in range(n))))
    det = L[0][0] * L[1][1] - L[0][1] * L[1][0] if n == 2 else Pair(sp.S.One)
    return L, h1, named(naming, "h_0", det)


def step(s: Named, M: Table, naming: Naming) -> Table:
    """One Newton step from M."""
    n = len(s.nodes)
    K = gains(s, M, naming)
    Q = [[named(naming, f"Q_{a}_{b}", q) for b, q in zip(s.labels, row, strict=True)] for a, row in
         zip(s.labels, residual(s, M, K), strict=True)]  # fmt: skip
    for i in range(n):
        for j in range(i):
            Q[i][j] = Q[j][i].conj
    L, h1, h0 = closed_loop(s, K, naming)
    if n == 1:
        return [[Pair(naming.name(moment(s, 0, 0), M[0][0].re + Q[0][0].re / (2 * h1)))]]
    B = [[L[i][j] + Pair(h1 if i == j else sp.S.Zero) for j in (0, 1)] for i in (0, 1)]
    BQ = [[total([B[i][k] * Q[k][j] for k in (0, 1)]) for j in (0, 1)] for i in (0, 1)]
    BQ = [[named(naming, f"b_{i + 1}{j + 1}", BQ[i][j]) for j in (0, 1)] for i in (0, 1)]
    weight = naming.kept("h_w", h1 / (2 * (h1**2 * h0.re - h0.im**2)) if h0.im != 0 else 1 / (2 * h1 * h0.re))
    ratio = naming.kept("h_r", h0.im / h1)
    out = [[NOUGHT, NOUGHT], [NOUGHT, NOUGHT]]
    for i, j in ((0, 0), (0, 1), (1, 1)):
        d = total([BQ[i][k] * B[j][k].conj for k in (0, 1)]) + Q[i][j].times(h0.re)
        if ratio != 0:
            d = d - (BQ[j][i].conj - BQ[i][j]).times(ratio) * I_TIMES
        new = M[i][j] + d.times(weight)
        out[i][j] = named(naming, moment(s, i, j), Pair(new.re) if i == j else new)
    out[1][0] = out[0][1].conj
    return out


def judged(s: Named, M: Table, naming: Naming) -> tuple[list[Expr], Expr, list[Expr]]:
    """What is positive exactly where M is the stabilising solution; its relative residual; bounds of its error.

    The residual is the largest element of what M leaves of the equation, over the largest sum of the moduli of its
    terms. The bounds are those of the variances, relative to them; a covariance is as good as they are. What M leaves
    of the equation and what rounding hides there lie between -T and T, T diagonal. The inverse of D -> L D + D L^+
    keeps signs, as L is stable: so the error lies between -P and P with L P + P L^+ = -T.
    """
    n, m = range(len(s.nodes)), range(len(s.C))
    K = gains(s, M, naming)
    L, h1, h0 = closed_loop(s, K, naming)
    R = residual(s, M, K)
    drift = [[_sizes_behind(s.A[i][j], naming) for j in n] for i in n]
    seen = [[sum((modulus(M[i][j] * s.C[c][j].conj) for j in n), modulus(s.S[i][c])) for c in m] for i in n]
    upper = [(i, j) for i in n for j in n if i <= j]
    left, size = {(i, j): modulus(R[i][j].mapped(_unless_number)) for i, j in upper}, {}
    for i, j in upper:
        moved = [drift[i][l] * modulus(M[l][j]) + modulus(M[i][l]) * drift[j][l] for l in n]
        size[i, j] = sp.Add(
            *moved, modulus(s.N[i][j]), *(modulus(K[i][c]) * seen[j][c] + seen[i][c] * modulus(K[j][c]) for c in m)
        )
    worst = sp.Max(*left.values())
    rest = naming.name("residual", worst / sp.Max(*size.values())) if worst != 0 else worst
    E = {p: left[p] + ROUNDING * size[p] for p in upper}
    v = [M[i][i].re for i in n]
    if len(n) == 1:
        return [h1], rest, [E[0, 0] / (2 * h1 * v[0])]
    a, b = h0.re, h0.im
    slow = a if b == 0 else naming.kept("h_2", h1**2 * a - b**2)
    ratio = sp.sqrt(v[0] / v[1])
    T = [E[0, 0] + E[0, 1] * ratio, E[1, 1] + E[0, 1] / ratio]
    B = [L[i][i] + Pair(h1) for i in (0, 1)]
    P = [h1 * ((B[i].square + a) * T[i] + L[i][1 - i].square * T[1 - i]) - 2 * b * B[i].im * T[i] for i in (0, 1)]
    whole = 2 * (slow if b != 0 else h1**2 * a)
    return [h1, slow], rest, [P[i] / (whole * v[i]) for i in (0, 1)]


def modulus(z: Pair) -> Expr:
    """|re| + |im|."""
    return sp.Add(*(sp.Abs(e) for e in (z.re, z.im) if e != 0))


def _unless_number(e: Expr) -> Expr:
    """What numbers leave of the equation is zero: they are exact."""
    return sp.S.Zero if e.is_number else e


def _sizes_behind(z: Pair, naming: Naming) -> Expr:
    """The sum of the moduli of the terms of an entry: where it cancels, it is no better than they are."""
    whole = [naming.behind(e)[-1][1] if e.is_Symbol and naming.behind(e) else e for e in (z.re, z.im)]
    return sp.Add(*(sp.Abs(t) for e in whole for t in sp.Add.make_args(e) if t != 0))

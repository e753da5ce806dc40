"""Closed forms of the stationary Riccati equation for one and two modes.

With Ã = A - S R^{-1} C, Ñ = N - S R^{-1} S^+ and G = C^+ R^{-1} C the equation is Ã M + M Ã^+ + Ñ - M G M = 0. It does
not change under Ã -> Ã + i delta, which makes tr Ã real. One mode: the quadratic equation.

Two modes: spectral factorisation, and the kernel of the mirrored closed loop. With H = [[-Ã^+, G], [Ñ, Ã]],

    det(s - H) = s^4 - p s^2 + i k s + q = (s^2 + f1 s + f0 + i g0)(s^2 - f1 s + f0 - i g0),
    f1^2 = y with y (y - p)^2 - 4 q y + k^2 = 0 (the largest root), f0 = (y - p)/2, g0 = -k/(2 f1);

for k = 0 simply f0 = sqrt(q), f1 = sqrt(p + 2 sqrt(q)). The first factor is the characteristic polynomial of the
closed loop Ã - M G. The columns (1, M) span the kernel of the second factor at H; its lower rows read

    (Ñ G + Ã^2 - f1 Ã + f0 - i g0) M = f1 Ñ + Ñ Ã^+ - Ã Ñ.

Source for the kernel: Bini, Iannazzo, Meini, Numerical Solution of Algebraic Riccati Equations (2012), section 2.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp
from sympy import Expr

from cascade_sym.errors import OutsideExactDomain
from cascade_sym.exact import normal_form
from cascade_sym.exact.refute import typical, zeros
from cascade_sym.solve.complex_pairs import NOUGHT, Pair, Table, total
from cascade_sym.solve.conditional.named import Named, Solution, moment, named
from cascade_sym.solve.naming import Naming
from cascade_sym.solve.probe import vanishes
from cascade_sym.system.coefficients import vanishes as cancels

Rows = tuple[Table, Callable[[], Table]]  # x and y of x M = y
Numbers = tuple[Expr, Pair, Expr, Expr, Expr]  # t, d, f1, f0, g0


def two_modes(s: Named, At: Table, Nt: Table, naming: Naming) -> Solution | None:
    m = range(len(s.C))
    t = naming.kept("t", (At[0][0] + At[1][1]).re)
    d = named(naming, "d", At[0][0] * At[1][1] - At[0][1] * At[1][0])
    u = [[total([Nt[i][j] * s.C[k][j].conj for j in (0, 1)]) for i in (0, 1)] for k in m]  # Ñ C^+
    u = [[named(naming, _tag("u", k, s, i), u[k][i]) for i in (0, 1)] for k in m]
    w = [
        (named(naming, _tag("w", k, s, 0), s.C[k][0] * At[1][1] - s.C[k][1] * At[1][0]),
         named(naming, _tag("w", k, s, 1), s.C[k][1] * At[0][0] - s.C[k][0] * At[0][1]))
        for k in m
    ]  # fmt: skip
    cu = sp.Add(*((s.C[k][0] * u[k][0] + s.C[k][1] * u[k][1]).re for k in m))
    p = naming.kept("p", t**2 - 2 * d.re + cu)
    seen = [_form(w[k], Nt) for k in m]
    q = d.square + sp.Add(*seen)
    if len(s.C) > 1:
        q += _det(Nt).re * (_gram(s, 0, 0) * _gram(s, 1, 1) - _gram(s, 0, 1) * _gram(s, 1, 0)).re
    q = naming.kept("q", q)
    cAu = total([s.C[k][i] * At[i][j] * u[k][j] for k in m for i in (0, 1) for j in (0, 1)])
    odd = naming.kept("k", 2 * t * d.im - 2 * cAu.im)
    odd = sp.S.Zero if vanishes(odd, naming) else odd
    f1, f0, g0 = _factor(p, q, odd, naming)
    numbers = (t, d, f1, f0, g0)
    rows = _divisible(
        [lambda: _lower(s, At, Nt, u, numbers, naming), lambda: _upper(s, At, u, numbers, naming)], naming
    )
    if rows is None:
        return None
    x, y = rows[0], rows[1]()
    x = [[named(naming, f"x_{i + 1}{j + 1}", x[i][j]) for j in (0, 1)] for i in (0, 1)]
    over = _reciprocal(named(naming, "x_det", _det(x)), naming)
    M00 = _real_part(x[1][1] * y[0][0] - x[0][1] * y[1][0], over)
    M01 = (x[1][1] * y[0][1] - x[0][1] * y[1][1]) * over
    M11 = _real_part(x[0][0] * y[1][1] - x[1][0] * y[0][1], over)
    M = [[NOUGHT, NOUGHT], [NOUGHT, NOUGHT]]
    M[0][0] = Pair(naming.name(moment(s, 0, 0), M00))
    M[0][1] = named(naming, moment(s, 0, 1), M01)
    M[1][0] = M[0][1].conj
    M[1][1] = Pair(naming.name(moment(s, 1, 1), M11))
    if odd == 0:
        return Solution(s, M, 4)
    return Solution(s, M, 6, f1, f1**6 - 2 * p * f1**4 + (p**2 - 4 * q) * f1**2 + odd**2)


def _lower(s: Named, At: Table, Nt: Table, u: Table, numbers: Numbers, naming: Naming) -> Rows:
    """x M = y from the lower rows of the kernel (module docstring)."""
    t, d, f1, f0, g0 = numbers
    m = range(len(s.C))
    shift = Pair(f0 - d.re, -g0 - d.im)
    x = [[total([u[k][i] * s.C[k][j] for k in m]) + At[i][j].times(t - f1) for j in (0, 1)] for i in (0, 1)]
    return _shifted(x, shift), lambda: _source(At, Nt, f1, naming)


def _upper(s: Named, At: Table, u: Table, numbers: Numbers, naming: Naming) -> Rows:
    """x M = y from the upper rows: (f1 G + Ã^+ G - G Ã) M = Ã^+2 + f1 Ã^+ + f0 - i g0 + G Ñ.

    Needed where no noise drives an unstable mode of Ã, as in the pure states of an ideal amplifier.
    """
    t, d, f1, f0, g0 = numbers
    m = range(len(s.C))
    G = [[named(naming, f"G_{i + 1}{j + 1}", _gram(s, i, j)) for j in (0, 1)] for i in (0, 1)]
    back = [[total([At[k][i].conj * G[k][j] for k in (0, 1)]) for j in (0, 1)] for i in (0, 1)]  # Ã^+ G
    x = [[G[i][j].times(f1) + back[i][j] - back[j][i].conj for j in (0, 1)] for i in (0, 1)]
    shift = Pair(f0 - d.re, d.im - g0)

    def right() -> Table:
        y = [[At[j][i].conj.times(t + f1) + total([s.C[k][i].conj * u[k][j].conj for k in m]) for j in (0, 1)]
             for i in (0, 1)]  # fmt: skip
        y = _shifted(y, shift)
        return [[named(naming, f"y_{i + 1}{j + 1}", y[i][j]) for j in (0, 1)] for i in (0, 1)]

    return x, right


def _shifted(x: Table, shift: Pair) -> Table:
    return [[x[i][j] + (shift if i == j else NOUGHT) for j in (0, 1)] for i in (0, 1)]


def _divisible(candidates: list[Callable[[], Rows]], naming: Naming) -> Rows | None:
    """The rows whose determinant is certainly nonzero at most points of the domain; None where none is at any.

    What balls can't tell from zero at a point in no special position is zero around it: no proof is asked for.
    """
    best, fewest = None, 1.0
    for rows in candidates:
        found = rows()
        if (share := _blank(_det(found[0]).square, naming)) < fewest:
            best, fewest = found, share
        if share == 0:
            break
    return best


def _blank(e: Expr, naming: Naming) -> float:
    """The share of the points of the domain at which `e` is not certain to be different from zero."""
    definitions = naming.definitions
    points = typical([e], naming.domains, definitions)
    return zeros(e, points, definitions) / len(points) if points else 0.0


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


def _factor(p: Expr, q: Expr, k: Expr, naming: Naming) -> tuple[Expr, Expr, Expr]:
    """(f1, f0, g0)."""
    if k == 0:
        f0 = naming.name("f_0", _root_of(q, naming))
        f1 = naming.name("f_1", sp.sqrt(p + 2 * f0))
        return f1, f0, sp.S.Zero
    rho = naming.name("rho", sp.sqrt(p**2 + 12 * q))
    cosine = sp.Min(1, sp.Max(-1, (36 * p * q - p**3 - sp.Rational(27, 2) * k**2) / rho**3))
    y = naming.name("y", 2 * (p + rho * sp.cos(sp.acos(cosine) / 3)) / 3)
    f1 = naming.name("f_1", sp.sqrt(y))
    return f1, naming.name("f_0", (y - p) / 2), naming.name("g_0", -k / (2 * f1))


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


LARGEST = 2  # modes with closed forms of the Riccati equation


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
                At[i][j] = named(naming, f"A_{a}_{b}", difference(s.A[i][j], less))
                if i <= j:
                    less = total([s.S[i][k] * s.S[j][k].conj for k in range(m)])
                    rest = difference(s.N[i][j], less)
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


def difference(x: Pair, y: Pair) -> Pair:
    """x - y, where floats that differ by rounding alone leave nothing: pure states have no noise of their own."""

    def part(a: Expr, b: Expr) -> Expr:
        floats = a.is_Float or b.is_Float
        return sp.S.Zero if floats and cancels(a, -b) else a - b

    return Pair(part(x.re, y.re), part(x.im, y.im))


def _one(s: Named, At: Table, Nt: Table, naming: Naming) -> Solution:
    alpha = naming.kept(f"a_{s.labels[0]}", At[0][0].re)
    noise = Nt[0][0].re
    g = naming.kept(f"g_{s.labels[0]}", sp.Add(*(row[0].square for row in s.C)))
    root = naming.kept(f"f_{s.labels[0]}", sp.sqrt(alpha**2 + g * noise))
    if noise == 0 or _blank(noise, naming) == 1:
        value = (alpha + root) / g
    else:
        value = noise / (root - alpha)
    return Solution(s, [[Pair(naming.name(moment(s, 0, 0), value))]], 2)

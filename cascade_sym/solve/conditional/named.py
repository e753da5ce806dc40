"""The entries of a sector under names, with white currents of unit noise; what a solution is.

Of a sector that no detector sees the unconditional state is the solution. Long numbers get names too, so that nested
roots of numbers never grow.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp
from sympy import Expr

from cascade_sym.errors import OutsideExactDomain
from cascade_sym.exact import normal_form
from cascade_sym.operators import Op
from cascade_sym.solve.complex_pairs import NOUGHT, Pair, Table, pair
from cascade_sym.solve.conditional.riccati import Node, Sector, whitening
from cascade_sym.solve.lyapunov import Lyapunov
from cascade_sym.solve.naming import Naming
from cascade_sym.symbols import conj, symbol


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
    """Stationary moments M of a sector.

    `degree` is that of the tower of roots in which M lies over the entries. `relation` is a polynomial equation
    (= 0) of the definition `root`, where that is not a square root but the root of a cubic in its square.
    """

    sector: Named
    M: Table
    degree: int
    root: Expr = sp.S.Zero
    relation: Expr = sp.S.Zero


def named(naming: Naming, name: str, z: Pair) -> Pair:
    """A pair under a name: the name itself for a real one, name_r and name_i with an imaginary part."""
    if z.im == 0:
        return Pair(naming.kept(name, z.re))
    return Pair(naming.kept(f"{name}_r", z.re), naming.kept(f"{name}_i", z.im))


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
                gamma = naming.kept(f"gamma_{a}", sp.expand(-2 * z.re))
                A[i][i] = Pair(-gamma / 2, naming.kept(f"Omega_{a}", z.im))
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


class Written(Naming):
    """A `Naming` that gives no names."""

    def name(self, wanted: str, expr: Expr) -> Expr:
        return expr


def plain(s: Sector) -> Named:
    """A sector without currents, its entries as they are."""
    A, N = ([[pair(e) for e in row] for row in m.tolist()] for m in (s.A, s.N))
    return Named(s.nodes, tuple(map(label, s.nodes)), A, N, [], [[] for _ in s.nodes])


def moment(s: Named, i: int, j: int) -> str:
    """The definition's name of a moment: var_X_S, cov_X_S_X_M."""
    a, b = (f"X_{s.labels[k]}" if isinstance(s.nodes[k], Op) else s.labels[k] for k in (i, j))
    return f"var_{a}" if i == j else f"cov_{a}_{b}"


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


SHORT = 12  # operations of what needs no name
LONG = 60  # operations of a number whose normal form is not shorter than that


class Record(Naming):
    """A `Naming` that writes short numbers out, in normal form, and names long ones."""

    def name(self, wanted: str, expr: Expr) -> Expr:
        if expr.free_symbols or expr.is_Rational:
            return super().name(wanted, expr)
        short = _short(expr)
        if short.count_ops() <= SHORT:
            return short
        s = super().name(wanted, symbol("number"))
        self._items[-1] = (s, short)
        return s


def _short(number: Expr) -> Expr:
    if number.count_ops() > LONG:
        return number
    try:
        e = normal_form(number)
    except OutsideExactDomain:
        return number
    return e if e.count_ops() < number.count_ops() else number

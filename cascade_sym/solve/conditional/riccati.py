"""The filtering problem of a measured system, in independent sectors, and its Riccati equation.

    dx = A x dt + xi,  y dt = C x dt + nu,  <xi xi^T> = N dt,  <nu nu^T> = R dt,  <xi nu^T> = S dt (symmetrised)
    dV/dt = A V + V A^T + N - (V C^T + S) R^{-1} (V C^T + S)^T

Process and measurement noise are correlated, because the light that is measured has driven the modes.
Source: Wiseman and Doherty, PRL 94, 070405 (2005); for classical filters, Kalman and Bucy (1961).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import sympy as sp
from sympy import Expr, ImmutableDenseMatrix, Matrix, Symbol

from cascade_sym.definitions import Definitions
from cascade_sym.derive.master_equation_moments import GaussianState
from cascade_sym.errors import ParameterError
from cascade_sym.exact import is_zero, normal_form
from cascade_sym.operators import Op
from cascade_sym.program.numbers import with_values
from cascade_sym.shown import Shown
from cascade_sym.solve.complex_pairs import pair
from cascade_sym.solve.covariance import Covariance
from cascade_sym.steps import Step
from cascade_sym.symbols import conj, replacements
from cascade_sym.system.values import fraction


def tidy(e: Expr) -> Expr:
    """An entry expanded, zero where it is zero, in normal form where that is shorter."""
    e = sp.expand(e)
    if e.is_Add or e.has(sp.sin, sp.cos) or any(p.base.is_Add for p in e.atoms(sp.Pow)):
        if is_zero(e):
            return sp.S.Zero
        short = normal_form(e)
        return short if sp.count_ops(short) < sp.count_ops(e) else e
    return e


def whitening(R: Matrix) -> Matrix:
    """W with W W^+ = R^{-1}, upper triangular; ParameterError where R is singular (a current without noise)."""
    n = R.rows
    W = sp.zeros(n, n)
    for k in range(n):
        # Gram-Schmidt: current k minus what the earlier ones tell about its noise
        column = sp.Matrix(n, 1, lambda i, _, k=k: sp.S.One if i == k else sp.S.Zero)
        for j in range(k):
            overlap = (W[:, j].T.applyfunc(conj) * R[:, k])[0]
            if overlap != 0:
                column -= overlap * W[:, j]
        norm = tidy((column.T.applyfunc(conj) * R * column)[0])
        if norm == 0 or is_zero(norm):
            raise ParameterError("a measured current has no noise of its own: its light is in no physical state.")
        W[:, k] = column / sp.sqrt(norm)
    return W


class Quad(NamedTuple):
    """A quadrature of a mode: Quad("S", "X")."""

    mode: str
    q: str


Node = Op | Quad


@dataclass(frozen=True)
class Sector:
    """dz = A z dt + xi dt with <xi xi^+> = N; currents y = C z + nu with <nu nu^+> = R and <xi nu^+> = S.

    Either `nodes` are mode operators of which no two are adjoint to each other, z and y are complex and their
    noise has no phase (<xi xi^T> = 0, and so on): then the moments are M = <z z^+>. Or `nodes` are quadratures and
    everything is real. `currents` names the rows of C.
    """

    nodes: tuple[Node, ...]
    currents: tuple[str, ...]
    A: ImmutableDenseMatrix
    N: ImmutableDenseMatrix
    C: ImmutableDenseMatrix
    R: ImmutableDenseMatrix
    S: ImmutableDenseMatrix

    @property
    def circular(self) -> bool:
        """Whether the nodes are complex amplitudes."""
        return isinstance(self.nodes[0], Op)

    def mapped(self, change: Callable[[Expr], Expr]) -> Sector:
        """Every entry changed."""
        matrices = (self.A, self.N, self.C, self.R, self.S)
        return Sector(self.nodes, self.currents, *(m.applyfunc(change) for m in matrices))

    @property
    def quadratures(self) -> tuple[Quad, ...]:
        """The quadratures that this sector describes."""
        if not self.circular:
            return self.nodes  # type: ignore[return-value]
        return tuple(Quad(o.mode if isinstance(o, Quad) else o.name, q) for o in self.nodes for q in "XP")

    def real(self) -> Sector:
        """The same in quadratures; a complex current becomes its cosine and sine component."""
        if not self.circular:
            return self
        # z = (x + i s p)/sqrt2 with s = -1 for an adjoint operator; y = (y_c + i y_s)/sqrt2
        signs = [-1 if q == "P" and isinstance(o, Op) and o.dag else 1 for o in self.nodes for q in "XP"]
        left = sp.diag(*signs)
        A, N = (ImmutableDenseMatrix(left * doubled(m) * left) for m in (self.A, self.N))
        C = ImmutableDenseMatrix(doubled(self.C) * left) if self.currents else sp.zeros(0, len(signs))
        R = doubled(self.R) if self.currents else sp.zeros(0, 0)
        S = ImmutableDenseMatrix(left * doubled(self.S)) if self.currents else sp.zeros(len(signs), 0)
        names = tuple(f"{c}.{q}" for c in self.currents for q in "cs")
        return Sector(self.quadratures, names, A, N, ImmutableDenseMatrix(C), ImmutableDenseMatrix(R),
                      ImmutableDenseMatrix(S))  # fmt: skip


def doubled(m: ImmutableDenseMatrix) -> Matrix:
    """Each entry a + ib as the block [[a, -b], [b, a]]."""
    out = sp.zeros(2 * m.rows, 2 * m.cols)
    for i in range(m.rows):
        for j in range(m.cols):
            z = pair(m[i, j])
            out[2 * i, 2 * j] = out[2 * i + 1, 2 * j + 1] = z.re
            out[2 * i, 2 * j + 1], out[2 * i + 1, 2 * j] = -z.im, z.im
    return out


@dataclass(frozen=True)
class Riccati(Shown):
    """The filtering problem in independent sectors; entries may use `definitions`.

    `A`, `N`, `C`, `R`, `S` are the whole problem in quadratures (X_1, P_1, X_2, ...), with one row of C for each
    real current; `equations` are the right sides of dV_ij/dt. `efficiencies` are those of the detectors, in [0, 1].
    """

    modes: tuple[str, ...]
    sectors: tuple[Sector, ...]
    definitions: Definitions = field(default_factory=Definitions)
    efficiencies: tuple[Expr, ...] = ()
    steps: tuple[Step, ...] = field(default=(), compare=False, repr=False)

    @property
    def quadratures(self) -> tuple[str, ...]:
        return GaussianState(self.modes).quadratures

    @cached_property
    def _whole(self) -> dict[str, Matrix]:
        place = {q: k for k, q in enumerate(self.quadratures)}
        parts = [s.real() for s in self.sectors]
        n, m = len(place), sum(len(p.currents) for p in parts)
        out = {"A": sp.zeros(n, n), "N": sp.zeros(n, n), "C": sp.zeros(m, n), "R": sp.zeros(m, m), "S": sp.zeros(n, m)}
        at = 0
        for p in parts:
            rows = [place[f"{q.q}_{q.mode}"] for q in p.quadratures]
            ys = list(range(at, at + len(p.currents)))
            at += len(ys)
            for name, m_, left, right in (
                ("A", p.A, rows, rows), ("N", p.N, rows, rows), ("C", p.C, ys, rows), ("R", p.R, ys, ys),
                ("S", p.S, rows, ys),
            ):  # fmt: skip
                for i, r in enumerate(left):
                    for j, c in enumerate(right):
                        out[name][r, c] = m_[i, j]
        return out

    @property
    def A(self) -> ImmutableDenseMatrix:
        """Drift."""
        return ImmutableDenseMatrix(self._whole["A"])

    @property
    def N(self) -> ImmutableDenseMatrix:
        """Process noise."""
        return ImmutableDenseMatrix(self._whole["N"])

    @property
    def C(self) -> ImmutableDenseMatrix:
        """What the currents see of the quadratures."""
        return ImmutableDenseMatrix(self._whole["C"])

    @property
    def R(self) -> ImmutableDenseMatrix:
        """Noise of the currents (1/2 for vacuum)."""
        return ImmutableDenseMatrix(self._whole["R"])

    @property
    def S(self) -> ImmutableDenseMatrix:
        """Correlation of process noise with the noise of the currents."""
        return ImmutableDenseMatrix(self._whole["S"])

    @property
    def parameters(self) -> tuple[Symbol, ...]:
        """All parameters, sorted by name."""
        every = (e for m in self._whole.values() for e in m)
        return self.definitions.parameters(*every, *(s for s, _ in self.definitions), *self.efficiencies)

    @cached_property
    def symbols(self) -> ImmutableDenseMatrix:
        """V as a matrix of symbols var_X_S, cov_X_S_P_S, ..."""
        state = GaussianState(self.modes, self.parameters)
        q = state.quadratures
        return ImmutableDenseMatrix(len(q), len(q), [state.cov(i, j) for i in q for j in q])

    @property
    def equations(self) -> dict[tuple[str, str], Expr]:
        """dV_ij/dt for i before j, in the symbols of `symbols`."""
        rate = self.rate(self.symbols)
        q = self.quadratures
        return {(i, j): rate[a, b] for a, i in enumerate(q) for b, j in enumerate(q) if a <= b}

    def rate(self, V: Matrix) -> ImmutableDenseMatrix:
        """A V + V A^T + N - (V C^T + S) R^{-1} (V C^T + S)^T, for any matrix V of expressions."""
        drift = self.A * V + V * self.A.T
        n = drift.rows
        linear = [collected(drift[i, j] + self.N[i, j], self.symbols) for i in range(n) for j in range(n)]
        kicks = (V * self.C.T + self.S) * whitening(self.R)
        kicks = kicks.applyfunc(lambda e: collected(e, self.symbols))
        return ImmutableDenseMatrix(ImmutableDenseMatrix(n, n, linear) - kicks * kicks.T)

    def residual(self, V: Covariance) -> ImmutableDenseMatrix:
        """dV/dt at a covariance; zero for a steady state. Over the definitions of `V`."""
        return self.rate(V.matrix)

    def subs(self, values: Mapping[Any, Any]) -> Riccati:
        """Parameters (symbols or names) replaced exactly, entries simplified (so that a limit such as gamma -> 0 can
        follow).

        Raises UnknownParameter, and ParameterError for an efficiency outside [0, 1].
        """
        new = replacements(values, self.parameters, self.definitions.domains, "the Riccati equation")
        definitions, moved = self.definitions.beside(new.values())
        table: dict[Expr, Expr] = {**moved, **new}
        sectors = tuple(s.mapped(lambda e: tidy(with_values(e, table))) for s in self.sectors)
        seen = tuple(fraction(with_values(e, table), "the efficiency of a detector") for e in self.efficiencies)
        return Riccati(self.modes, sectors, definitions.replaced(new, values), seen)


def collected(e: Expr, symbols: ImmutableDenseMatrix) -> Expr:
    """A linear form in the moments, collected by them."""
    e = sp.expand(e)
    found = sorted(e.free_symbols & set(symbols), key=lambda s: s.name)
    if not found:
        return e
    rest = e.xreplace(dict.fromkeys(found, sp.S.Zero))
    return rest + sp.Add(*(sp.factor_terms(e.diff(s)) * s for s in found))

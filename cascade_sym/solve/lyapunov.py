"""The stationary Lyapunov equation A M + M A^+ + Q = 0, solved block by block along the flow of information.

A is block triangular in the order in which light meets the modes, so every block of M follows from earlier ones
by one division (a 1 x 1 block) or one small linear system (a feedback loop). Each element is one definition;
nothing is written out, so the whole matrix costs O(n^3) operations for a cascade of n modes.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TypeVar

import sympy as sp
from sympy import Expr

from cascade_sym.errors import UnstableError
from cascade_sym.exact import is_zero
from cascade_sym.solve.linear import solve_named
from cascade_sym.solve.naming import Naming
from cascade_sym.solve.sectors import flow_order
from cascade_sym.symbols import conj, is_real

T = TypeVar("T", bound=Hashable)
Drift = Mapping[T, Mapping[T, Expr]]  # drift[i][j] = A_ij


class Lyapunov:
    """Solves for M over `nodes`; `label` names a node, `moment_name` names an element."""

    def __init__(
        self,
        nodes: Sequence[T],
        drift: Drift,
        diffusion: Callable[[T, T], Expr],
        naming: Naming,
        label: Callable[[T], str],
        moment_name: Callable[[T, T, bool], str],
    ) -> None:
        self._naming, self._label, self._moment_name = naming, label, moment_name
        self._diffusion = diffusion
        self.blocks = flow_order(nodes, {i: [j for j in drift[i] if j != i] for i in nodes})
        self.stability: list[Expr] = []
        self.blocks_drift: list[tuple[tuple[T, ...], dict[tuple[T, T], Expr]]] = []
        self._a: dict[T, dict[T, Expr]] = {i: {} for i in nodes}
        self._rate: dict[T, Expr] = {}
        self._m: dict[tuple[T, T], Expr] = {}
        for b in self.blocks:
            self._name_block(b, drift)
        for n, col in enumerate(self.blocks):
            for row in self.blocks[: n + 1]:
                self._solve_block(row, col)

    def __getitem__(self, key: tuple[T, T]) -> Expr:
        """M_ij."""
        i, j = key
        return self._m[(i, j)] if (i, j) in self._m else conj(self._m[(j, i)])

    def _name_block(self, block: tuple[T, ...], drift: Drift) -> None:
        name, label = self._naming.name, self._label
        if len(block) == 1:
            (i,) = block
            diag = drift[i].get(i, sp.S.Zero)
            gamma = sp.expand(-(diag + conj(diag)))
            if not gamma.free_symbols or len(sp.Add.make_args(gamma)) > 1 or gamma == 0:
                if is_zero(gamma):
                    raise UnstableError(f"{label(i)} is undamped: it has no steady state; give it a bath or a port.")
            _refuse_growth(gamma, label(i))
            rate = name(f"gamma_{label(i)}", gamma)
            self.stability.append(rate)
            turn = sp.expand((diag - conj(diag)) / 2)
            self._rate[i] = rate
            if turn != 0:
                turn = sp.I * name(f"Omega_{label(i)}", sp.expand(turn / sp.I))
            self._a[i][i] = turn - rate / 2
        else:
            entries = {}
            for i in block:
                for j in block:
                    e = drift[i].get(j, sp.S.Zero)
                    entries[i, j] = name(f"A_{label(i)}_{label(j)}", e) if e != 0 else e
                    self._a[i][j] = entries[i, j]
            self.blocks_drift.append((block, entries))
        for i in block:
            for j, e in drift[i].items():
                if j not in block and e != 0:
                    self._a[i][j] = name(f"R_{label(i)}_{label(j)}", e)

    def _carried(self, i: T, j: T, row: tuple[T, ...], col: tuple[T, ...]) -> list[Expr]:
        """What earlier blocks contribute to the source of M_ij (half of it for i = j)."""
        terms = [a * self[k, j] for k, a in self._a[i].items() if k not in row]
        if i == j:
            return [t if is_real(t) else (t + conj(t)) / 2 for t in terms]
        return terms + [self[i, k] * conj(a) for k, a in self._a[j].items() if k not in col]

    def _source(self, i: T, j: T, row: tuple[T, ...], col: tuple[T, ...]) -> Expr:
        carried = sp.Add(*self._carried(i, j, row, col))
        return sp.Add(self._diffusion(i, j), twice(carried) if i == j else carried)

    def _store(self, i: T, j: T, value: Expr) -> None:
        self._m[i, j] = self._naming.name(self._moment_name(i, j, is_real(value)), value) if value != 0 else value

    def _solve_block(self, row: tuple[T, ...], col: tuple[T, ...]) -> None:
        if len(row) == len(col) == 1:
            i, j = row[0], col[0]
            den = -(self._a[i][i] + conj(self._a[j][j]))
            if i == j:
                self._store(i, i, self._source(i, i, row, col) / self._rate[i])
            elif is_real(den):
                source = 2 * self._diffusion(i, j) + twice(sp.Add(*self._carried(i, j, row, col)))
                self._store(i, j, source / (self._rate[i] + self._rate[j]))
            else:
                self._store(i, j, self._source(i, j, row, col) / den)
            return
        same = row == col
        real = all(is_real(e) for i in (*row, *col) for e in self._a[i].values())
        pairs = [(i, j) for a, i in enumerate(row) for b, j in enumerate(col) if not (same and real and b < a)]
        place = {p: n for n, p in enumerate(pairs)}
        if same and real:
            place |= {(j, i): n for (i, j), n in list(place.items())}
        matrix = [[sp.S.Zero] * len(pairs) for _ in pairs]
        for n, (i, j) in enumerate(pairs):
            for k in row:
                matrix[n][place[k, j]] += self._a[i].get(k, sp.S.Zero)
            for k in col:
                matrix[n][place[i, k]] += conj(self._a[j].get(k, sp.S.Zero))
        sources = [
            self._naming.name(f"Q_{self._label(i)}_{self._label(j)}", -self._source(i, j, row, col)) for i, j in pairs
        ]
        where = f"{', '.join(map(self._label, row))} with {', '.join(map(self._label, col))}"
        for (i, j), value in zip(pairs, solve_named(matrix, sources, self._naming, where), strict=True):
            if same and (j, i) in self._m:
                continue
            self._store(i, j, value)


def twice(e: Expr) -> Expr:
    """2*e with a sum left in brackets, which saves a multiplication for each term."""
    return sp.Mul(2, e, evaluate=False) if isinstance(e, sp.Add) else 2 * e


def _refuse_growth(gamma: Expr, label: str) -> None:
    """A damping rate that is negative whatever the (nonnegative) parameters are."""
    terms = sp.Add.make_args(gamma)
    if all(t.as_coeff_Mul()[0].is_negative for t in terms) or (gamma.is_number and gamma < 0):
        raise UnstableError(
            f"{label} grows: its damping rate is {gamma} < 0, so there is no steady state; lower its parametric "
            "coupling (Gamma_P) or damp it."
        )

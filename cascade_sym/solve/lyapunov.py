"""The stationary Lyapunov equation A M + M A^+ + Q = 0, solved block by block along the flow of information.

A is block triangular in the order in which light meets the modes, so every block of M follows from earlier
ones by one division (a 1 x 1 block) or one small linear system (a feedback loop). Each element is one
definition; nothing is written out, so the whole matrix costs O(n^3) operations for a cascade of n modes.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial
from typing import Generic, TypeVar

import sympy as sp
from sympy import Expr

from cascade_sym.errors import UnstableError
from cascade_sym.solve.kronecker import equations, unknowns
from cascade_sym.solve.linear import solve_columns
from cascade_sym.solve.naming import Naming
from cascade_sym.solve.stability import definite_conditions, hurwitz_conditions, identity, is_small, self_adjoint
from cascade_sym.symbols import conj, is_real
from cascade_sym.system.numbers import vanishes
from cascade_sym.system.sectors import flow_order
from cascade_sym.system.size import multiplied_out

T = TypeVar("T", bound=Hashable)
Drift = Mapping[T, Mapping[T, Expr]]  # drift[i][j] = A_ij


class Lyapunov(Generic[T]):
    """Solves for M over `nodes`; `label` names a node, `moment_name` names an element.

    `real` says that drift and diffusion are real, also where the expressions do not show it.
    """

    def __init__(
        self,
        nodes: Sequence[T],
        drift: Drift,
        diffusion: Callable[[T, T], Expr],
        naming: Naming,
        label: Callable[[T], str],
        moment_name: Callable[[T, T, bool], str],
        *,
        real: bool = False,
    ) -> None:
        self._naming, self._label, self._moment_name = naming, label, moment_name
        self._diffusion, self._real = diffusion, real
        self.blocks = flow_order(nodes, {i: [j for j in drift[i] if j != i] for i in nodes})
        self.stability: list[Expr] = []
        self._conditions: dict[tuple[T, ...], tuple[Expr, Expr]] = {}
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
        name, label = partial(self._naming.name, real=self._real), self._label
        if len(block) == 1:
            (i,) = block
            diag = drift[i].get(i, sp.S.Zero)
            gamma = multiplied_out(-(diag + conj(diag)))
            # a single term with symbols is not zero; with floats, compare to what drives the mode
            single = gamma.free_symbols and not isinstance(gamma, sp.Add)
            noise = [self._diffusion(i, i), -self._diffusion(i, i)] if gamma.is_Float else []
            if not single and vanishes(gamma, *noise):
                raise UnstableError(f"{label(i)} is undamped: it has no steady state; give it a bath or a port.")
            if not self._naming.behind(gamma):  # definitions may have either sign
                _refuse_growth(gamma, label(i))
            rate = self._naming.name(f"gamma_{label(i)}", gamma, real=True)
            self.stability.append(rate)
            turn = multiplied_out((diag - conj(diag)) / 2)
            self._rate[i] = rate
            if turn != 0:
                turn = sp.I * self._naming.name(f"Omega_{label(i)}", multiplied_out(turn / sp.I), real=True)
            self._a[i][i] = turn - rate / 2
        else:
            entries = {}
            for i in block:
                for j in block:
                    e = drift[i].get(j, sp.S.Zero)
                    entries[i, j] = name(f"A_{label(i)}_{label(j)}", e) if e != 0 else e
                    self._a[i][j] = entries[i, j]
            if self._decides(block):
                conditions = hurwitz_conditions([(block, entries)], self._naming)
                if len(conditions) == 2:
                    self._conditions[block] = (conditions[0], conditions[1])
                self.stability += conditions
        for i in block:
            for j, e in drift[i].items():
                if j not in block and e != 0:
                    self._a[i][j] = name(f"R_{label(i)}_{label(j)}", e)

    def _decides(self, block: tuple[T, ...]) -> bool:
        """Whether the conditions are found before the block is solved: for a larger one, both at once."""
        rows = [[self._a[i].get(j, sp.S.Zero) for j in block] for i in block]
        return is_small(rows) or all(e.is_number for r in rows for e in r)

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
        if value != 0:
            real = self._real or i == j or is_real(value)
            value = self._naming.name(self._moment_name(i, j, real), value, real=real)
        self._m[i, j] = value

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
        where = f"{', '.join(map(self._label, row))} with {', '.join(map(self._label, col))}"
        source = {(i, j): self._source(i, j, row, col) for i in row for j in col}
        real = self._real or all(
            is_real(e) for e in (*source.values(), *(e for i in (*row, *col) for e in self._a[i].values()))
        )
        symmetric = real and row == col
        pairs = unknowns(row, col, symmetric)
        named = {
            (i, j): self._naming.name(f"Q_{self._label(i)}_{self._label(j)}", source[i, j], real=self._real or i == j)
            for i, j in pairs
        }
        if symmetric and len(row) == 2:
            values = self._pair(row, named)
        else:
            matrix = equations(row, col, lambda i, j: self._a[i].get(j, sp.S.Zero), pairs)
            columns = [[named[p] for p in pairs]]
            if joint := row == col and not self._decides(row):
                columns.append(identity(pairs))
            values, *bound = solve_columns(matrix, columns, self._naming, where, real=real)
            if joint:
                X = self_adjoint(row, pairs, bound[0])
                self.stability += definite_conditions(X, row, self._naming)
        for (i, j), value in zip(pairs, values, strict=True):
            if row == col and (j, i) in self._m:
                continue
            self._store(i, j, value)

    def _pair(self, row: tuple[T, ...], Q: Mapping[tuple[T, T], Expr]) -> list[Expr]:
        """A real 2 x 2 block: M = (D Q + adj(A) Q adj(A)^T)/(2 t D) with t = -tr A and D = det A."""
        i, j = row
        a, b, c, d = (self._a[x].get(y, sp.S.Zero) for x in row for y in row)
        t, D = self._conditions.get(row, (-a - d, a * d - b * c))
        x, y, z = Q[i, i], Q[i, j], Q[j, j]
        top = (
            D * x + d**2 * x - twice(b * d * y) + b**2 * z,
            (D + a * d + b * c) * y - c * d * x - a * b * z,
            D * z + c**2 * x - twice(a * c * y) + a**2 * z,
        )
        return [sp.Mul(e, sp.Rational(1, 2), 1 / t, 1 / D) for e in top]


def twice(e: Expr) -> Expr:
    """2*e with a sum left in brackets, which saves a multiplication for each term."""
    return sp.Mul(2, e, evaluate=False) if isinstance(e, sp.Add) else 2 * e


def _refuse_growth(gamma: Expr, label: str) -> None:
    """A damping rate that is negative whatever the (nonnegative) parameters are."""
    terms = sp.Add.make_args(gamma)
    negative = sp.re(sp.N(gamma)) < 0 if gamma.is_number else all(t.as_coeff_Mul()[0].is_negative for t in terms)
    if negative:
        raise UnstableError(
            f"{label} grows: its damping rate is {gamma} < 0, so there is no steady state; lower its parametric "
            "coupling (Gamma_P) or damp it."
        )

"""The stationary Lyapunov equation A M + M A^+ + Q = 0, solved block by block along the flow of information.

A is block triangular in the order in which light meets the modes, so every block of M follows from earlier
ones by one division (a 1 x 1 block) or one small linear system (a feedback loop). Each element is one
definition; nothing is written out. In a long row the light that passes is added up at stations on its way, so that the
whole matrix costs O(n^2) operations for a cascade of n modes, where one sum for each element would cost O(n^3).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import cache
from typing import Generic, TypeVar

import sympy as sp
from sympy import Expr

from cascade_sym.solve.complex_pairs import NOUGHT, Pair, Table, total
from cascade_sym.solve.linear_systems import (
    block_equations,
    hermitian,
    hermitian_equations,
    hermitian_parts,
    parts_of,
    solve_columns,
)
from cascade_sym.solve.naming import Naming
from cascade_sym.solve.stability import (
    block_conditions,
    definite_conditions,
    identity,
    is_numeric,
    is_real_table,
    is_small,
    require_damping,
    two_rows,
)  # fmt: skip
from cascade_sym.system.coefficients import multiplied_out
from cascade_sym.system.sectors import flow_order

T = TypeVar("T", bound=Hashable)
Drift = Mapping[T, Mapping[T, Pair]]  # drift[i][j] = A_ij


class Lyapunov(Generic[T]):
    """Solves for M over `nodes`; `label` names a node, `moment_name` names an element.

    `light` are sums of nodes, and of other such sums, that the drift refers to: what modes far upstream send to many
    others is added up once. None of them drives a node that it holds. `diffusion(k, j)` is the noise in k with that of
    j, `joined(k, j)` the part of it that joined k after the sums in its row; k may be a sum, too.
    """

    def __init__(
        self,
        nodes: Sequence[T],
        drift: Drift,
        diffusion: Callable[[T, T], Pair],
        naming: Naming,
        label: Callable[[T], str],
        moment_name: Callable[[T, T, bool], str],
        light: Drift[T] | None = None,
        joined: Callable[[T, T], Pair] | None = None,
    ) -> None:
        self._naming, self._label, self._moment_name = naming, label, moment_name
        self._diffusion = diffusion
        self._light, self._joined = light or {}, joined or diffusion
        self._with: dict[tuple[T, T, bool], Pair] = {}
        self._within = cache(self._held)
        sources = {i: {k for j in drift[i] for k in self._within(j)} - {i} for i in nodes}
        self.blocks = flow_order(nodes, sources)
        self.stability: list[Expr] = []
        self._conditions: dict[tuple[T, ...], tuple[Expr, Expr]] = {}
        self._a: dict[T, dict[T, Pair]] = {i: {} for i in nodes}
        self._rate: dict[T, Expr] = {}
        self._m: dict[tuple[T, T], Pair] = {}
        for b in self.blocks:
            self._name_block(b, drift)
        for n, col in enumerate(self.blocks):
            for row in self.blocks[: n + 1]:
                self._solve_block(row, col)

    def __getitem__(self, key: tuple[T, T]) -> Pair:
        """M_ij."""
        i, j = key
        return self._m[(i, j)] if (i, j) in self._m else self._m[(j, i)].conj

    def _held(self, j: T) -> frozenset[T]:
        """The nodes that a node or a sum of nodes holds."""
        parts = self._light.get(j)
        return frozenset({j}) if parts is None else frozenset(k for part in parts for k in self._within(part))

    def _passed(self, i: T, row: Iterable[T]) -> bool:
        """Whether what comes in `row` has passed i before it was added up."""
        sums = [k for k in row if k in self._light]
        return bool(sums) and all(i in self._within(k) for k in sums)

    def _of(self, k: T, j: T, noisy: bool = False) -> Pair:
        """M_kj, where k may be a sum of nodes: once computed, it has a name. With its noise, if it is `noisy`."""
        if k not in self._light:
            return self[k, j]
        if (k, j, noisy) not in self._with:
            row = self._light[k]
            passed = noisy and self._passed(j, row)
            terms = [a * self._of(part, j, passed) for part, a in row.items()]
            noise = (self._joined if passed else self._diffusion)(k, j) if noisy else NOUGHT
            self._with[k, j, noisy] = self._naming.pair(f"L_{self._label(k)}_{self._label(j)}", total([noise, *terms]))
        return self._with[k, j, noisy]

    def _drift(self, i: T, j: T) -> Pair:
        return self._a[i].get(j, NOUGHT)

    def _rows(self, block: tuple[T, ...]) -> Table:
        return [[self._drift(i, j) for j in block] for i in block]

    def _name_block(self, block: tuple[T, ...], drift: Drift) -> None:
        naming, label = self._naming, self._label
        if len(block) == 1:
            (i,) = block
            diag = drift[i].get(i, NOUGHT)
            gamma = multiplied_out(-2 * diag.re)
            noise = [self._diffusion(i, i).re, -self._diffusion(i, i).re] if gamma.is_Float else []
            require_damping(gamma, label(i), noise, signed=bool(naming.behind(gamma)))  # by definitions
            rate = self._rate[i] = naming.name(f"gamma_{label(i)}", gamma)
            self.stability.append(rate)
            self._a[i][i] = Pair(-rate / 2, naming.name(f"Omega_{label(i)}", multiplied_out(diag.im)))
        else:
            for i in block:
                for j in block:
                    z = drift[i].get(j, NOUGHT)
                    self._a[i][j] = z if z.zero else naming.pair(f"A_{label(i)}_{label(j)}", z)
            if self._decides(block):
                conditions = block_conditions(self._rows(block), block, naming)
                if len(conditions) == 2:
                    self._conditions[block] = (conditions[0], conditions[1])
                self.stability += conditions
        for i in block:
            for j, z in drift[i].items():
                if j not in block and not z.zero:
                    self._a[i][j] = naming.pair(f"R_{label(i)}_{label(j)}", z)

    def _decides(self, block: tuple[T, ...]) -> bool:
        """Whether the conditions are found before the block is solved: for a larger one, both at once."""
        rows = self._rows(block)
        return is_small(rows) or is_numeric(rows)

    def _carried(self, i: T, j: T, row: tuple[T, ...], col: tuple[T, ...]) -> Pair:
        """What earlier blocks contribute to the source of M_ij (half of it for i = j), with noise that they brought."""
        terms = [a * self._of(k, j) for k, a in self._a[i].items() if k not in row]
        if i == j:
            return Pair(total(terms).re)
        noisy = self._passed(i, self._a[j])
        return total(terms + [self._of(k, i, noisy).conj * a.conj for k, a in self._a[j].items() if k not in col])

    def _fresh(self, i: T, j: T) -> Pair:
        """The noise of i with j that earlier blocks don't bring."""
        return self._joined(j, i).conj if self._passed(i, self._a[j]) else self._diffusion(i, j)

    def _source(self, i: T, j: T, row: tuple[T, ...], col: tuple[T, ...]) -> Pair:
        carried = self._carried(i, j, row, col)
        return Pair(self._diffusion(i, i).re + twice(carried.re)) if i == j else self._fresh(i, j) + carried

    def _store(self, i: T, j: T, value: Pair) -> None:
        self._m[i, j] = value if value.zero else self._naming.pair(self._moment_name(i, j, value.im == 0), value)

    def _solve_block(self, row: tuple[T, ...], col: tuple[T, ...]) -> None:
        if len(row) == len(col) == 1:
            self._solve_pair(row[0], col[0])
            return
        where = f"{', '.join(map(self._label, row))} with {', '.join(map(self._label, col))}"
        if row != col:
            source = [[self._named_source(i, j, row, col) for j in col] for i in row]
            flat = [z for r in source for z in r]
            values = solve_columns(block_equations(row, col, self._drift), [flat], self._naming, where)[0]
            for (i, j), value in zip([(i, j) for i in row for j in col], values, strict=True):
                self._store(i, j, value)
            return
        n = len(row)
        Q = {(a, b): self._named_source(row[a], row[b], row, row) for a in range(n) for b in range(a, n)}
        real = is_real_table([*self._rows(row), list(Q.values())])
        if n == 2:
            M = (self._real_two if real else self._complex_two)(row, Q[0, 0], Q[0, 1], Q[1, 1])
        else:
            parts = hermitian_parts(n, real=real)
            columns = [parts_of(lambda a, b: Q[a, b], parts)]
            if joint := not self._decides(row):
                columns.append(identity(parts))
            found, *bound = solve_columns(hermitian_equations(row, self._drift, parts), columns, self._naming, where)
            if joint:
                self.stability += definite_conditions(hermitian(n, parts, bound[0]), row, self._naming)
            M = hermitian(n, parts, found)
        for a, i in enumerate(row):
            for b, j in enumerate(row[a:], a):
                if (i, j) not in self._m:
                    self._store(i, j, M[a][b])

    def _named_source(self, i: T, j: T, row: tuple[T, ...], col: tuple[T, ...]) -> Pair:
        return self._naming.pair(f"Q_{self._label(i)}_{self._label(j)}", self._source(i, j, row, col))

    def _solve_pair(self, i: T, j: T) -> None:
        """M_ij of two modes without feedback: source over damping, turning at the difference of their frequencies."""
        if i == j:
            self._store(i, i, self._source(i, i, (i,), (i,)).times(1 / self._rate[i]))
            return
        turn = self._a[j][j].im - self._a[i][i].im
        rate = self._rate[i] + self._rate[j]
        carried = self._carried(i, j, (i,), (j,))
        if turn == 0:
            twofold = self._fresh(i, j).times(2) + carried.mapped(twice)
            self._store(i, j, twofold.times(1 / rate))
            return
        source = self._named_source(i, j, (i,), (j,))
        self._store(i, j, (source * Pair(rate / 2, -turn)).times(1 / (rate**2 / 4 + turn**2)))

    def _real_two(self, row: tuple[T, ...], x: Pair, y: Pair, z: Pair) -> Table:
        """A real 2 x 2 block: M = (D Q + adj(A) Q adj(A)^T)/(2 t D) with t = -tr A and D = det A."""
        a, b, c, d = (e.re for r in self._rows(row) for e in r)
        t, D = self._conditions.get(row, (-a - d, a * d - b * c))
        top = (
            D * x.re + d**2 * x.re - twice(b * d * y.re) + b**2 * z.re,
            (D + a * d + b * c) * y.re - c * d * x.re - a * b * z.re,
            D * z.re + c**2 * x.re - twice(a * c * y.re) + a**2 * z.re,
        )
        xx, xy, yy = (Pair(sp.Mul(e, sp.Rational(1, 2), 1 / t, 1 / D)) for e in top)
        return [[xx, xy], [xy, yy]]

    def _complex_two(self, row: tuple[T, ...], x: Pair, y: Pair, z: Pair) -> Table:
        """A complex 2 x 2 block with the conditions h and D of `two_rows`, whose symbols are used.

        2 D M_11 = (-s (h^2 + delta^2) - h u + delta v) Q_11 + h |q|^2 Q_22 - 2 s (h w + delta w') + 2 v w' with
        w + i w' = q conj(Q_12), and M_22 likewise; then (h - i delta) M_12 = Q_12 + q M_22 + conj(r) M_11.
        """
        (p, q), (r, s) = rows = self._rows(row)
        h, D = two_rows(rows) if is_real_table(rows) else self._conditions.get(row) or two_rows(rows)
        delta, loop = p.im - s.im, q * r
        i, j = row
        for k, (a, b), w, turn, u, v in ((i, (x, z), q * y.conj, delta, q, s), (j, (z, x), r * y, -delta, r, p)):
            top = -v.re * (h**2 + delta**2) - h * loop.re + turn * loop.im
            top = top * a.re + h * u.square * b.re - 2 * v.re * (h * w.re + turn * w.im) + 2 * loop.im * w.im
            self._store(k, k, Pair(top / (2 * D)))
        cross = (y + q * self[j, j] + r.conj * self[i, i]) * Pair(h, delta)
        cross = cross.times(1 / (h**2 + delta**2))
        return [[self[i, i], cross], [cross.conj, self[j, j]]]


def twice(e: Expr) -> Expr:
    """2*e with a sum left in brackets, which saves a multiplication for each term."""
    return sp.Mul(2, e, evaluate=False) if isinstance(e, sp.Add) else 2 * e

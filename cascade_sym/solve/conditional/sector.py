"""One independent part of a filtering problem, and its real form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import sympy as sp
from sympy import Expr, ImmutableDenseMatrix, Matrix

from cascade_sym.operators import Op
from cascade_sym.solve.pairs import pair


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

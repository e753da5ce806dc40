"""The Lyapunov residual of a covariance, with the flattened matrices of its system: an independent check."""

from __future__ import annotations

import sympy as sp
from sympy import Expr

from cascade_sym.compose import as_system
from cascade_sym.exact import is_zero
from cascade_sym.solve.covariance import Covariance
from cascade_sym.steps import Check
from cascade_sym.symbols import conj


def lyapunov_residual(V: Covariance, system: object) -> sp.Matrix:
    """A W + W A^+ + B N B^+ for W_ij = <z_i z_j^+> (symmetrised), z = (a_1, a_1^+, a_2, ...), written out."""
    s = as_system(system)
    A, B = s.A, s.B
    noise = sp.diag(*(n for n in s.inputs.values() for _ in range(2)))
    to_z = sp.diag(*[sp.Matrix([[1, sp.I], [1, -sp.I]]) / sp.sqrt(2)] * len(s.modes))
    W = to_z * V.matrix * _adjoint(to_z)
    W = W.applyfunc(V.definitions.inline)
    return A * W + W * _adjoint(A) + B * noise * _adjoint(B)


def lyapunov_check(V: Covariance, system: object) -> Check:
    """Prove, element by element, that V solves the Lyapunov equation of the system."""
    residual = lyapunov_residual(V, system)
    for (i, j), e in _elements(residual):
        if not is_zero(e):
            return Check(False, "Lyapunov equation with flattened matrices", f"element {i}, {j} is {e}")
    return Check(True, "Lyapunov equation with flattened matrices, proved element by element")


def _adjoint(m: sp.Matrix) -> sp.Matrix:
    return m.T.applyfunc(conj)


def _elements(m: sp.Matrix) -> list[tuple[tuple[int, int], Expr]]:
    return [((i, j), m[i, j]) for i in range(m.rows) for j in range(m.cols)]

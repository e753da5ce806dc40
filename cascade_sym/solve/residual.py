"""The Lyapunov residual of a covariance, with the flattened matrices of its system: an independent check."""

from __future__ import annotations

import sympy as sp
from sympy import Expr

from cascade_sym.compose import as_system
from cascade_sym.exact import is_zero
from cascade_sym.solve.conditional.probe import random_point, values_at
from cascade_sym.solve.covariance import Covariance
from cascade_sym.steps import Check
from cascade_sym.symbols import conj

METHOD = "Lyapunov equation with flattened matrices"
LARGEST = 100_000  # nodes of an element that is still written out and proved


def lyapunov_residual(V: Covariance, system: object) -> sp.Matrix:
    """A W + W A^+ + B N B^+ for W_ij = <z_i z_j^+> (symmetrised), z = (a_1, a_1^+, a_2, ...), over V's definitions."""
    s = as_system(system)
    A, B = s.A, s.B
    noise = sp.diag(*(n for n in s.inputs.values() for _ in range(2)))
    to_z = sp.diag(*[sp.Matrix([[1, sp.I], [1, -sp.I]]) / sp.sqrt(2)] * len(s.modes))
    W = to_z * V.matrix * _adjoint(to_z)
    return A * W + W * _adjoint(A) + B * noise * _adjoint(B)


def lyapunov_check(V: Covariance, system: object) -> Check:
    """Prove, element by element, that V solves the Lyapunov equation of the system.

    Elements that are too large to be written out are computed at a random point instead, and the method says so.
    """
    residual = lyapunov_residual(V, system)
    large = [e for e in residual if V.definitions.size_of(e) > LARGEST]
    for (i, j), e in _elements(residual):
        if e not in large and not is_zero(V.definitions.inline(e)):
            return Check(False, METHOD, f"element {i}, {j} is {e}")
    if not large:
        return Check(True, f"{METHOD}, proved element by element")
    rest = max(abs(x) for x in values_at(V.definitions, large, random_point(V.definitions, sp.Tuple(*large))))
    small = bool(rest < sp.Float("1e-40"))
    return Check(small, f"{METHOD}, {len(large)} large elements at a random point", "" if small else f"{sp.N(rest, 6)}")


def _adjoint(m: sp.Matrix) -> sp.Matrix:
    return m.T.applyfunc(conj)


def _elements(m: sp.Matrix) -> list[tuple[tuple[int, int], Expr]]:
    return [((i, j), m[i, j]) for i in range(m.rows) for j in range(m.cols)]

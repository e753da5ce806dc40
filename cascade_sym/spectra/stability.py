"""A stationary spectrum needs a steady state: damping of single modes, conditions for loops."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import sympy as sp
from sympy import Expr

from cascade_sym.errors import UnstableError
from cascade_sym.exact import is_zero
from cascade_sym.operators import LinearForm, Op
from cascade_sym.solve.pairs import re
from cascade_sym.solve.quadratures import drift_entry
from cascade_sym.solve.stability import hurwitz_conditions

if TYPE_CHECKING:
    from cascade_sym.spectra.sweep import Dynamics


def damping(diagonal: Expr, mode: str) -> Expr:
    """gamma = -(A_jj + conj A_jj) of a mode; UnstableError when it is zero or cannot be positive."""
    gamma = sp.expand(-2 * re(diagonal))
    terms = sp.Add.make_args(gamma)
    if gamma == 0 or (len(terms) > 1 and not gamma.is_number and is_zero(gamma)):
        raise UnstableError(f"{mode} is undamped: no stationary spectrum exists; give it a bath or a port.")
    negative = gamma <= 0 if gamma.is_number else all(t.as_coeff_Mul()[0].is_negative for t in terms)
    if negative:
        raise UnstableError(
            f"{mode} grows: its damping rate is {gamma} < 0, so no stationary spectrum exists; lower its parametric "
            "coupling (Gamma_P) or damp it."
        )
    return gamma


def loop_conditions(dynamics: Dynamics, modes: Sequence[Op], inside: Mapping[Op, LinearForm]) -> list[Expr]:
    """Expressions that are positive where a feedback loop is stable; UnstableError for unstable numbers."""
    matrix = drift_matrix(modes, inside)
    nodes = tuple((o.name, k) for k, o in enumerate(modes))
    block = {(i, j): matrix[i[1]][j[1]] for i in nodes for j in nodes}
    return hurwitz_conditions([(nodes, block)], dynamics.naming)


def in_quadratures(modes: Sequence[Op]) -> bool:
    """Whether a loop holds every mode with its adjoint."""
    return {o.dagger() for o in modes} == set(modes)


def mode_matrix(modes: Sequence[Op], inside: Mapping[Op, LinearForm]) -> list[list[Expr]]:
    """The drift of a loop, by mode operators."""
    return [[inside[i][j] for j in modes] for i in modes]


def drift_matrix(modes: Sequence[Op], inside: Mapping[Op, LinearForm]) -> list[list[Expr]]:
    """The drift of a loop; real, in quadratures (X_1, P_1, ...), when it holds every mode with its
    adjoint."""
    if not in_quadratures(modes):
        return mode_matrix(modes, inside)
    nodes = [(m, q) for m in dict.fromkeys(o.name for o in modes) for q in "XP"]
    return [[drift_entry(inside[Op(m)], q, k, r) for k, r in nodes] for m, q in nodes]

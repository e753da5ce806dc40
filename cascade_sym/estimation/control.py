"""How a control acts on a system, and what it costs: matrices over the quadratures (X_1, P_1, X_2, ...)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import sympy as sp
from sympy import Expr, ImmutableDenseMatrix

from cascade_sym.errors import ParameterError, UnknownName, did_you_mean, listing
from cascade_sym.exact import is_zero
from cascade_sym.system.values import real

SLACK = 1e-12  # of the largest eigenvalue of a matrix of numbers: what rounding may make negative


def quadratures_of(modes: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{q}_{m}" for m in modes for q in "XP")


def control_matrix(modes: Sequence[str], control: Any) -> ImmutableDenseMatrix:
    """The columns by which controls u_k drive the quadratures, dq/dt = ... + B u.

    `control` is a quadrature ("P_a": a force on a), a table {quadrature: weight} for one control that drives several, a
    list of these for several controls, or the matrix B itself. Raises UnknownName, ParameterError.
    """
    names = quadratures_of(modes)
    if isinstance(control, sp.MatrixBase | np.ndarray):
        B = _matrix(control, "control")
        if B.rows != len(names):
            raise ParameterError(
                f"control is a matrix with {B.rows} rows; there are {len(names)} quadratures: {names}."
            )
        return B
    items = list(control) if isinstance(control, list | tuple) else [control]
    if not items:
        raise ParameterError("control is empty; name a quadrature that is driven, such as 'P_a' for a force on a.")
    columns = []
    for item in items:
        table = {item: 1} if isinstance(item, str) else item
        if not isinstance(table, Mapping):
            raise ParameterError(f"control holds {item!r}; give quadratures, or tables {{quadrature: weight}}.")
        if bad := set(table) - set(names):
            hint = did_you_mean([str(b) for b in bad], names)
            raise UnknownName(f"control drives {listing(bad)}; the quadratures are {listing(names)}.{hint}")
        columns.append([real(table.get(n, 0), f"the weight of {n} in control") for n in names])
    return ImmutableDenseMatrix(columns).T


def cost_matrices(modes: Sequence[str], controls: int, cost: Any) -> tuple[ImmutableDenseMatrix, ImmutableDenseMatrix]:
    """The weights Q of the quadratures and R of the controls, checked: real, symmetric, Q >= 0 and R > 0 if numbers."""
    if not isinstance(cost, tuple | list) or len(cost) != 2:
        raise ParameterError(f"cost is a pair (state weight, control weight) of real symmetric matrices; got {cost!r}.")
    n = 2 * len(modes)
    Q, R = _matrix(cost[0], "the state weight"), _matrix(cost[1], "the control weight")
    for m, size, what in ((Q, n, "the state weight"), (R, controls, "the control weight")):
        if m.shape != (size, size):
            raise ParameterError(
                f"{what} has the shape {m.shape}; it must be {size} x {size}, "
                + ("in the order (X_1, P_1, ...)." if m is Q else "one row for each control.")
            )
        if any(not is_zero(m[i, j] - m[j, i]) for i in range(size) for j in range(i)):
            raise ParameterError(f"{what} is not symmetric; give its symmetric part.")
        if all(e.is_number for e in m):
            values = np.linalg.eigvalsh(np.array(m.tolist(), dtype=float))
            least = values.min() + (SLACK * np.abs(values).max() if m is Q else 0)
            if least < 0 or (m is R and least <= 0):
                sign = "nonnegative" if m is Q else "positive"
                raise ParameterError(f"{what} must be {sign} definite; its least eigenvalue is {values.min():.6g}.")
    return Q, R


def _matrix(given: Any, what: str) -> ImmutableDenseMatrix:
    if isinstance(given, Expr | int | float):
        given = [[given]]
    try:
        m = ImmutableDenseMatrix(given.tolist() if isinstance(given, np.ndarray) else given)
    except (TypeError, ValueError, sp.SympifyError):
        raise ParameterError(f"{what} is {given!r}; give a real matrix (nested lists, SymPy or NumPy).") from None
    return m.applyfunc(lambda e: real(e, f"an element of {what}"))

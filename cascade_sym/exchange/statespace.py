"""A system as matrices of numbers with named rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import sympy as sp

from cascade_sym.compose import System, white_system
from cascade_sym.errors import MissingParameter, ParameterError, listing
from cascade_sym.extras import require
from cascade_sym.shown import Card, Shown, card
from cascade_sym.system import LinearSystem

Basis = Literal["quadratures", "amplitudes"]
TO_QUADRATURES = np.array([[1, 1], [-1j, 1j]])  # times 1/sqrt2, which is taken in twice as 1/2, without rounding


@dataclass(frozen=True, eq=False)
class StateSpace(Shown):
    """dx/dt = A x + B u, y = C x + D u; `states`, `inputs` and `outputs` name the rows of x, u and y.

    >>> from cascade_sym.parts import Cavity
    >>> s = to_statespace(Cavity("c", kappa=4))
    >>> s.A.tolist(), s.states, s.outputs
    ([[-2.0, 0.0], [0.0, -2.0]], ('X_c', 'P_c'), ('X_c.out', 'P_c.out'))
    """

    A: np.ndarray
    B: np.ndarray
    C: np.ndarray
    D: np.ndarray
    states: tuple[str, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]

    def control(self) -> Any:
        """The same as a `control.StateSpace` of python-control, which has to be installed (MissingLibrary)."""
        require("state spaces of python-control", "control")
        import control

        names = {"states": list(self.states), "inputs": list(self.inputs), "outputs": list(self.outputs)}
        plain = {k: [n.replace(".", "_") for n in v] for k, v in names.items()}  # it keeps dots for itself
        return control.ss(self.A, self.B, self.C, self.D, **plain)


@card.register
def _(value: StateSpace) -> Card:
    rows = {"states": ", ".join(value.states), "inputs": ", ".join(value.inputs), "outputs": ", ".join(value.outputs)}
    return Card("StateSpace", rows, "arrays: A, B, C, D; python-control: control()")


def to_statespace(
    system: System, values: Mapping[Any, Any] | None = None, *, basis: Basis = "quadratures"
) -> StateSpace:
    """The matrices of a part, cascade or LinearSystem at `values` of its parameters, as NumPy arrays.

    In the basis "quadratures" they are real, in X_1, P_1, X_2, ... of modes and fields; in "amplitudes" complex, in
    a_1, a_1^+, ...

    >>> from cascade_sym.parts import Cavity
    >>> to_statespace(Cavity("c", kappa="kappa"), {"kappa": 9}).C.tolist()
    [[3.0, 0.0], [0.0, 3.0]]

    Raises MissingParameter for parameters without a value, UnknownParameter and ParameterError.
    """
    s = numbers_of(system, values)
    if basis not in ("quadratures", "amplitudes"):
        raise ParameterError(f"basis is {basis!r}; give 'quadratures' or 'amplitudes'.")
    found = {k: _numbers(getattr(s, k)) for k in "ABCD"}
    groups = {"states": s.modes, "inputs": tuple(s.inputs), "outputs": tuple(s.outputs)}
    if basis == "amplitudes":
        rows = {k: tuple(x for n in v for x in (n, f"{n}^+")) for k, v in groups.items()}
    else:
        rows = {k: tuple(f"{q}_{n}" for n in v for q in "XP") for k, v in groups.items()}
        n, m, p = (len(groups[k]) for k in ("states", "inputs", "outputs"))
        sizes = {"A": (n, n), "B": (n, m), "C": (p, n), "D": (p, m)}
        found = {k: _turned(x, *sizes[k]) for k, x in found.items()}
    return StateSpace(found["A"], found["B"], found["C"], found["D"], rows["states"], rows["inputs"], rows["outputs"])


def _numbers(m: sp.ImmutableDenseMatrix) -> np.ndarray:
    return np.array([[complex(e) for e in row] for row in m.tolist()], dtype=complex).reshape(m.shape)


def _turned(m: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """From amplitudes to quadratures; what is left of imaginary parts is rounding."""
    left = np.kron(np.eye(rows), TO_QUADRATURES)
    right = np.kron(np.eye(columns), TO_QUADRATURES.conj().T)
    return np.ascontiguousarray((left @ m @ right).real / 2)


def numbers_of(system: System, values: Mapping[Any, Any] | None) -> LinearSystem:
    """The system with all its parameters replaced; MissingParameter for those without a value."""
    s = white_system(system)
    s = s.subs(dict(values)) if values else s
    if s.parameters:
        raise MissingParameter(f"no value for {listing(s.parameters)}; give every one in values={{name: number}}.")
    return s

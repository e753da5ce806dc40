"""The Wigner function of a Gaussian state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy as sp
from sympy import Symbol

from cascade_sym.definitions import Quantity
from cascade_sym.errors import DuplicateName, ParameterError, listing
from cascade_sym.solve.covariance import Covariance
from cascade_sym.states.blocks import Written
from cascade_sym.states.metric import mean_values
from cascade_sym.states.state import Arrays, Modes, chosen, gaussian_state, read_state, rebuilt


def wigner(state: Any, modes: Modes = None, *, mean: Sequence[Any] | None = None) -> Quantity:
    """The Wigner function W(X_1, P_1, ...) of some modes (default: all), normalised to 1, for vacuum variance 1/2.

    exp(-(q - d)^T V^(-1) (q - d)/2)/((2 pi)^n sqrt(det V)), a Quantity whose parameters are those of the state and one
    for each quadrature, called X_<mode> and P_<mode>; evaluate it over a grid with `evaluator`. `mean` has the mean
    values d (default 0). `state` is a `Covariance` or one matrix as of `purity`. Raises DuplicateName where a parameter
    of the state has the name of a quadrature, and errors as of `purity`. Source: Serafini, Quantum Continuous Variables
    (2017), Sec. 4.3.

    >>> W = wigner(sp.eye(2)/2)
    >>> W.parameters, W.subs({"X_1": 0, "P_1": 0}).inline()
    ((P_1, X_1), 1/pi)
    """
    given = read_state(state)
    V = gaussian_state(given.values) if isinstance(given, Arrays) else given
    if not isinstance(V, Covariance):
        raise ParameterError("the Wigner function is a formula; give a Covariance or a matrix.")
    names = chosen(V.modes, modes)
    q = [Symbol(f"{x}_{m}") for m in names for x in "XP"]
    d = mean_values(mean, len(q))
    parameters = {s.name for e in d for s in e.free_symbols} | {s.name for s in V.parameters}
    if clash := parameters & {s.name for s in q}:
        raise DuplicateName(f"{listing(clash)} is a parameter of the state; rename it, or the mode.")
    definitions, moved = V.definitions.beside([*q, *d])
    w = Written(rebuilt(V, moved, definitions=definitions), names)
    form = w.inverse_form(w.matrix, [x - e for x, e in zip(q, d, strict=True)])
    return w.quantity("W", sp.exp(-form / 2) / ((2 * sp.pi) ** len(names) * w.root_determinant()))

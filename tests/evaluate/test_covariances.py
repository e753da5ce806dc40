"""Evaluators of whole covariances, against SciPy's Lyapunov solver at each point."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

import cascade_sym as cs
from cascade_sym.errors import ParameterError, UnknownName
from cascade_sym.evaluate import evaluator
from tests.core import oracle

V = cs.covariance(cs.Oscillator("S", -1) >> cs.Loss() >> cs.Oscillator("M", +1))
POINT = {"Gamma_SB": 1.3, "Gamma_SP": 0.4, "Gamma_MB": 2.0, "Gamma_MP": 0.5, "gamma_S0": 0.3, "gamma_M0": 0.2,
         "n_S": 1.0, "n_M": 2.0, "epsilon": 0.1}  # fmt: skip


@pytest.mark.parametrize("backend", ["numpy", "compiled"])
def test_all_elements_at_many_points(backend):
    loss = np.linspace(0, 0.9, 7).reshape(7, 1)
    found = evaluator(V, backend)({**POINT, "epsilon": loss})
    assert found.matrix.shape == (7, 1, 4, 4)
    for k in range(7):
        values = {sp.Symbol(n): v for n, v in {**POINT, "epsilon": loss[k, 0]}.items()}
        assert found.matrix[k, 0] == pytest.approx(oracle.lyapunov(V.system, values), rel=1e-12, abs=1e-14)
    sum_ = found.variance({"X_S": 1, "X_M": -2})
    direct = found["X_S", "X_S"] + 4 * found["X_M", "X_M"] - 4 * found["X_M", "X_S"]
    assert sum_ == pytest.approx(direct)


def test_no_steady_state_and_wrong_names():
    with pytest.warns(RuntimeWarning, match="gamma_M fails"):
        found = evaluator(V)({**POINT, "Gamma_MP": np.array([0.5, 5.0])})
    assert np.isfinite(found.matrix[0]).all() and np.isnan(found.matrix[1]).all()
    with pytest.raises(UnknownName, match="X_T"):
        found["X_S", "X_T"]
    with pytest.raises(ParameterError, match="one element"):
        evaluator(V, error=True)

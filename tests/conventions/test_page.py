"""What the page of conventions says of QuTiP is what QuTiP does."""

from __future__ import annotations

import numpy as np
import pytest

import cascade_sym as cs

qutip = pytest.importorskip("qutip")
R = 0.5


def moments(state):
    basis = [qutip.position(state.shape[0]), qutip.momentum(state.shape[0])]
    return qutip.continuous_variables.covariance_matrix(basis, qutip.ket2dm(state)).real


def test_vacuum_and_order():
    vacuum = cs.covariance(cs.Cavity("c", kappa=1)).matrix
    assert np.allclose(moments(qutip.basis(20, 0)), np.array(vacuum, float))


def test_squeezing():
    squeezed = cs.covariance(cs.SqueezedLight(R) >> cs.Cavity("c", kappa=1)).matrix
    assert np.allclose(moments(qutip.squeeze(60, R) * qutip.basis(60, 0)), np.array(squeezed, float), atol=1e-6)


def test_logarithmic_negativity():
    light = cs.TwoModeSqueezedLight(R).system().inputs.covariance
    V = np.array(light, float)
    assert np.isclose(qutip.continuous_variables.logarithmic_negativity(V), float(cs.log_negativity(V, 1, 2)))

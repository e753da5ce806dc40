"""One squeezer and one cascade in several conventions: numbers that any convention must agree on."""

from __future__ import annotations

import pytest
import sympy as sp

import cascade_sym as cs
from cascade_sym.compose import in_conventions
from cascade_sym.errors import ParameterError

CONVENTIONS = [
    cs.Conventions(),
    cs.Conventions(vacuum=1),
    cs.Conventions(hbar=2, ordering="quadratures"),
    cs.Conventions(vacuum=sp.Rational(1, 4), fourier=1, output_sign=-1),
]
chi, kappa = sp.Rational(1, 4), 1


@pytest.mark.parametrize("c", CONVENTIONS)
def test_squeezing_in_units_of_the_vacuum_is_the_same(c):
    """Intracavity variance of a degenerate parametric oscillator: 1/(1 + sigma) of vacuum, sigma = 2 chi/kappa."""
    V = cs.covariance(cs.Squeezer("q", chi=chi, kappa=kappa)).in_conventions(c)
    assert cs.equal(V["P_q", "P_q"].inline() / c.vacuum, sp.Rational(2, 3))
    assert cs.equal(V["X_q", "X_q"].inline() / c.vacuum, 2)


@pytest.mark.parametrize("c", CONVENTIONS)
def test_matrix_and_commutator_belong_together(c):
    """det V = |[X, P]|^2/4 for a pure state, and the symplectic form follows the order of the quadratures."""
    pair = cs.Oscillator("S", -1, Gamma_B=1, Gamma_P=0, gamma=0) >> cs.Oscillator("M", Gamma_B=1, Gamma_P=0, gamma=0)
    V = cs.covariance(pair).in_conventions(c)
    assert V.matrix == sp.ImmutableDenseMatrix(sp.eye(4) * c.vacuum)
    assert (c.commutator / (2 * sp.I)) ** 4 == V.matrix.det()
    expected = ("X_S", "X_M", "P_S", "P_M") if c.ordering == "quadratures" else ("X_S", "P_S", "X_M", "P_M")
    assert V.quadratures == expected


@pytest.mark.parametrize("c", CONVENTIONS)
def test_entanglement_does_not_depend_on_conventions(c):
    pair = cs.covariance(cs.Squeezer("q", chi=chi, kappa=kappa, two_mode=True))
    there = pair.in_conventions(c)
    assert sp.exp(cs.log_negativity(there, "q+", "q-").inline()) == sp.Rational(3, 2)
    ratio = cs.epr_variance(there, "q-", "q+", g=-1).inline() / cs.epr_variance(pair, "q-", "q+", g=-1).inline()
    assert cs.equal(ratio, 2 * c.vacuum)


@pytest.mark.parametrize("c", CONVENTIONS)
def test_round_trip_and_matrix_of_the_convention(c):
    V = cs.covariance(cs.Squeezer("q", chi=chi, kappa=kappa, detuning=sp.Rational(1, 3)))
    assert c.matrix(V.matrix) == V.in_conventions(c).matrix
    assert V.in_conventions(c).in_conventions(cs.Conventions()).matrix == V.matrix
    assert c.to_toolkit(c.variance(sp.Symbol("v"))) == sp.Symbol("v")


@pytest.mark.parametrize("c", CONVENTIONS)
def test_fourier_sign(c):
    Omega = sp.Symbol("Omega")
    response = 1 / (1 - sp.I * Omega)
    assert c.frequency(response, Omega) == (1 / (1 + sp.I * Omega) if c.fourier == 1 else response)


@pytest.mark.parametrize("c", CONVENTIONS)
def test_output_sign_changes_no_physics(c):
    cavity = cs.Cavity("c", kappa={"1": 1, "2": 2}, detuning=3)
    there = in_conventions(cavity, c)
    ours = cavity.system()
    assert there.A == ours.A and there.D == ours.D
    assert c.output_sign * ours.C == there.C and c.output_sign * ours.B == there.B
    assert cs.is_physical(there)


@pytest.mark.parametrize(
    "wrong", [{"vacuum": 0}, {"vacuum": -1}, {"fourier": 0}, {"ordering": "xp"}, {"vacuum": 1, "hbar": 1}]
)
def test_impossible_conventions(wrong):
    with pytest.raises(ParameterError):
        cs.Conventions(**wrong)

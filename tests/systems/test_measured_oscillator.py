"""The conditional state of one continuously measured oscillator.

Rotating frame, balanced coupling (Gamma_B = Gamma_P = Gamma/2), efficiency eta, bath rate gamma and occupancy n: with
s = Gamma/2 + gamma (n + 1/2) the variance of either quadrature is the positive root of gamma V + 2 eta Gamma V^2 = s,

    V = s/[gamma/2 + sqrt(gamma^2/4 + 2 eta Gamma s)],

for eta = 1 and no bath the ground state, V = 1/2. Source: Doherty and Jacobs, PRA 60, 2700 (1999).

Undamped oscillator measured in its own frame, L = sqrt(Gamma) X: measurement rate and back-action stand in the ratio
that quantum mechanics fixes, whatever Gamma and Omega are:

    det V = 1/(4 eta).

Source: Doherty and Jacobs (1999), section IV; Wiseman and Doherty, PRL 94, 070405 (2005).
"""

from __future__ import annotations

import sympy as sp

import cascade_sym as cs

Gamma, Omega, eta, gamma, n = sp.symbols("Gamma Omega_m eta gamma n")
phase = sp.pi / 2


def rotating():
    return cs.Oscillator("M", Gamma=Gamma, theta=sp.pi / 4, gamma=gamma, n=n)


def undamped(efficiency=eta):
    X, _ = cs.quadratures("b")
    b = cs.operator("b")
    probe = cs.SLH("m", Omega * b.dagger() * b, {"light": -sp.I * sp.sqrt(Gamma) * X})
    return cs.conditional_covariance(probe, cs.Homodyne(angle=phase, efficiency=efficiency))


def determinant(V):
    return V["X_b", "X_b"].inline() * V["P_b", "P_b"].inline() - V["X_b", "P_b"].inline() ** 2


def test_rotating_frame():
    V = cs.conditional_covariance(rotating(), cs.Homodyne(angle=phase, efficiency=eta))
    s = Gamma / 2 + gamma * (n + sp.Rational(1, 2))
    expected = s / (gamma / 2 + sp.sqrt(gamma**2 / 4 + 2 * eta * Gamma * s))
    for q in ("X_M", "P_M"):
        assert cs.equal(V[q, q].inline(), expected)
    assert cs.is_zero(2 * eta * Gamma * expected**2 + gamma * expected - s)
    assert cs.is_zero(V["X_M", "P_M"].inline())


def test_perfect_measurement_purifies():
    V = cs.conditional_covariance(rotating(), cs.Homodyne(angle=phase))["X_M", "X_M"].inline()
    assert cs.equal(V.subs(gamma, 0), sp.Rational(1, 2))


def test_blind_detector_leaves_the_unconditional_state():
    V = cs.conditional_covariance(rotating(), cs.Homodyne(angle=phase, efficiency=eta))["X_M", "X_M"].inline()
    assert cs.equal(V.subs(eta, 0), cs.covariance(rotating())["X_M", "X_M"].inline())


def test_undamped_determinant():
    assert cs.equal(determinant(undamped()), 1 / (4 * eta))
    assert cs.equal(determinant(undamped(1)), sp.Rational(1, 4))


def test_fast_measurement_squeezes_position():
    """For Gamma >> Omega the position is known better than in vacuum, for Gamma << Omega the state is round."""
    V = undamped(1)

    def var(q, g):
        return V[q, q].inline().subs({Omega: 1, Gamma: g}).evalf()

    assert var("X_b", 10) < 0.5 < var("P_b", 10)
    assert abs(var("X_b", 1e-3) - 0.5) < 1e-3 > abs(var("P_b", 1e-3) - 0.5)

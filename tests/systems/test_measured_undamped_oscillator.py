"""The conditional state of an undamped oscillator measured in its own frame.

L = sqrt(Gamma) X, homodyne efficiency eta: measurement rate and back-action stand in the ratio that quantum mechanics
fixes, so that in the steady state, whatever Gamma and Omega are,

    det V = 1/(4 eta).

Source: Doherty and Jacobs, PRA 60, 2700 (1999); Wiseman and Doherty, PRL 94, 070405 (2005). (Vacuum is 1/2;
where it is 1 the form reads det V = 1/eta.)
"""

from __future__ import annotations

import sympy as sp

import cascade_sym as cs

Gamma, Omega, eta = sp.symbols("Gamma Omega_m eta")
phase = sp.pi / 2


def undamped(efficiency=eta):
    X, _ = cs.quadratures("b")
    b = cs.operator("b")
    probe = cs.SLH("m", Omega * b.dagger() * b, {"light": -sp.I * sp.sqrt(Gamma) * X})
    return cs.conditional_covariance(probe, cs.Homodyne(angle=phase, efficiency=efficiency))


def determinant(V):
    return V["X_b", "X_b"].inline() * V["P_b", "P_b"].inline() - V["X_b", "P_b"].inline() ** 2


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

"""The conditional state of one continuously measured oscillator, in the rotating-wave approximation.

Rotating frame, balanced coupling (Gamma_B = Gamma_P = Gamma/2), efficiency eta, bath rate gamma and occupancy n: with
s = Gamma/2 + gamma (n + 1/2) the variance of either quadrature is the positive root of gamma V + 2 eta Gamma V^2 = s,

    V = s/[gamma/2 + sqrt(gamma^2/4 + 2 eta Gamma s)],

for eta = 1 and no bath the ground state, V = 1/2. Source: Doherty and Jacobs, PRA 60, 2700 (1999). Gamma is the
rate into both sidebands together; both quadratures are measured, each with half of it.
"""

from __future__ import annotations

import sympy as sp

import cascade_sym as cs

Gamma, eta, gamma, n = sp.symbols("Gamma eta gamma n")
DOMAINS = {"Gamma": "positive", "gamma": "nonnegative", "n": "nonnegative", "eta": (0, 1)}
phase = sp.pi / 2


def rotating():
    return cs.Oscillator("M", Gamma=Gamma, theta=sp.pi / 4, gamma=gamma, n=n)


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
    assert cs.equal(V.subs(gamma, 0), sp.Rational(1, 2), domains=DOMAINS)


def test_blind_detector_leaves_the_unconditional_state():
    V = cs.conditional_covariance(rotating(), cs.Homodyne(angle=phase, efficiency=eta))["X_M", "X_M"].inline()
    assert cs.equal(V.subs(eta, 0), cs.covariance(rotating())["X_M", "X_M"].inline(), domains=DOMAINS)

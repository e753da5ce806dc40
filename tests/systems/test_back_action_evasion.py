"""Two-tone drive: one quadrature of an oscillator is measured, all back-action goes into the other.

In the frames where the drives at the two sidebands are stationary, H = 2 G X_m X_c; with a cavity (kappa) and a
mechanical bath (gamma, n) the steady state has

    Var X_m = n + 1/2,   Var P_m = n + 1/2 + n_ba,   n_ba = 8 G^2/[gamma (gamma + kappa)],

and the output carries X_m: P_out = P_in [1 - kappa/(kappa/2 - i w)] - ... X_m. Unequal drives G_- != G_+ bring
back-action to X_m: they are H = G_- (a^+ b + h.c.) + G_+ (a b + h.c.), and in the limit G_+ = 0 they cool.
Source: Clerk, Marquardt, Jacobs, New J. Phys. 10, 095010 (2008).
"""

from __future__ import annotations

import numpy as np
import sympy as sp

import cascade_sym as cs
from tests.light.numeric import close, filtered, numbers, steady

G, kappa, gamma, n, r, Gp, Gm, w, Omega = sp.symbols("G kappa gamma n r G_p G_m w Omega")
a, b = cs.operator("c"), cs.operator("m")
(X_c, _), (X_m, _) = cs.quadratures("c"), cs.quadratures("m")


def measured(H=2 * G * X_m * X_c, light=None):
    system = cs.SLH("bae", H, {"light": sp.sqrt(kappa) * a}, {"bath": (sp.sqrt(gamma) * b, n)})
    return system if light is None else light >> system


def test_two_tones_in_their_frame():
    """Drives below and above the cavity by the mechanical frequency: what does not rotate, with equal amplitudes G."""
    low, high = cs.operator("low"), cs.operator("high")
    light = a.dagger() * (low + high)
    H = (light + light.dagger()) * (b + b.dagger())
    kept = cs.rotating_wave(H, {"c": w, "m": Omega, "low": w - Omega, "high": w + Omega})
    tones = kept.value.substituted({"low": cs.operators.as_operator(G), "high": cs.operators.as_operator(G)})
    assert (tones - 2 * G * X_m * X_c).is_zero and kept.steps[0].check().ok


def test_back_action_goes_into_the_other_quadrature():
    V = cs.covariance(measured())
    assert cs.equal(V["X_m", "X_m"], n + sp.Rational(1, 2))
    assert cs.equal(V["P_m", "P_m"], n + sp.Rational(1, 2) + 8 * G**2 / (gamma * (gamma + kappa)))


def test_squeezed_light_lowers_the_back_action():
    V = cs.covariance(measured(light=cs.SqueezedLight(r)))
    assert cs.equal(V["X_m", "X_m"], n + sp.Rational(1, 2))
    assert cs.equal(V["P_m", "P_m"], n + sp.Rational(1, 2) + 8 * G**2 * sp.exp(-2 * r) / (gamma * (gamma + kappa)))
    assert V.derivation.ok


def test_the_output_holds_no_back_action():
    N = cs.noise_budget(measured(), "P", frequency=w)
    chi = 1 / ((gamma**2 / 4 + w**2) * (kappa**2 / 4 + w**2))
    assert cs.equal(N["bae.bath"], 4 * G**2 * kappa * gamma * (n + sp.Rational(1, 2)) * chi)
    assert cs.equal(N["P_in"], sp.Rational(1, 2)) and cs.equal(N["X_in"], 0)


def test_conditional_variance_against_care():
    rng = np.random.default_rng(4)
    s = measured(light=cs.SqueezedLight(r)).system()
    V, f = cs.covariance(s), cs.conditional_evaluator(cs.riccati(s, cs.Homodyne(angle=sp.pi / 2)))
    for _ in range(2):
        p = dict(G=rng.uniform(0.2, 1), kappa=rng.uniform(2, 4), gamma=rng.uniform(0.05, 0.2), n=rng.uniform(0, 10),
                 r=rng.uniform(-0.5, 0.5))  # fmt: skip
        g, k, y = 2 * p["G"], p["kappa"], p["gamma"]
        A = np.array([[-k / 2, 0, 0, 0], [0, -k / 2, -g, 0], [0, 0, -y / 2, 0], [-g, 0, 0, -y / 2]])
        q = np.array([np.exp(-2 * p["r"]), np.exp(2 * p["r"])]) / 2
        N = np.diag([k * q[0], k * q[1], y * (p["n"] + 0.5), y * (p["n"] + 0.5)])
        C, S = [[0, np.sqrt(k), 0, 0]], np.array([[0, -np.sqrt(k) * q[1], 0, 0]]).T
        assert close(numbers(V, **p), steady(A, N))
        found = f(**p)
        assert close([[found[i, j] for j in V.quadratures] for i in V.quadratures], filtered(A, N, C, [[q[1]]], S))

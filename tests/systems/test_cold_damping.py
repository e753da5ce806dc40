"""Cold damping of a mechanical mode: feedback cooling with its optimum gain and the limit of its efficiency.

In the rotating frame, with the light read out at the rate Gamma (half of it in either sideband) by a detector of
efficiency eta, and a bath of rate gamma and occupancy n: both quadratures, and the cosine and sine of the current, obey
dX = -gamma/2 X dt + xi, y = sqrt(Gamma) X + nu with s = Gamma/2 + gamma (n + 1/2), <nu nu> = 1/2, uncorrelated. The force
-G y damps at the rate gamma + 2 G sqrt(eta Gamma) and heats by G^2/2,

    n_f + 1/2 = (s + G^2/2)/(gamma + 2 G sqrt(eta Gamma)),

least at the gain G = 2 sqrt(eta Gamma) V, where it is V = s/[gamma/2 + sqrt(gamma^2/4 + 2 eta Gamma s)], the variance of
the conditional state. For strong measurement, Gamma >> gamma n, n_f = (1/sqrt(eta) - 1)/2.
Source: Doherty and Jacobs, PRA 60, 2700 (1999); Rossi, Mason, Chen, Tsaturyan, Schliesser, Nature 563, 53 (2018).
"""

from __future__ import annotations

import numpy as np
import sympy as sp

import cascade_sym as cs
from tests.light.numeric import close, filtered, steady

Gamma, gamma, n, eta, G = sp.symbols("Gamma gamma n eta G")
mirror = cs.Oscillator("M", Gamma=Gamma, theta=sp.pi / 4, gamma=gamma, n=n)
detector = cs.Homodyne(angle=sp.pi / 2, efficiency=eta)
RATES = {"Gamma": "positive", "gamma": "nonnegative", "n": "nonnegative", "eta": "positive"}
s = Gamma / 2 + gamma * (n + sp.Rational(1, 2))


def gain_matrix():
    """The gain G with the phases that turn the currents into damping: from what they see of the quadratures."""
    seen = cs.riccati(mirror, detector).C
    return -G * sp.Matrix(seen).inv() * sp.sqrt(eta * Gamma)


def variance(gain):
    return (s + gain**2 / 2) / (gamma + 2 * gain * sp.sqrt(eta * Gamma))


def test_occupancy_with_feedback():
    problem = cs.riccati(mirror, detector)
    assert cs.equal((problem.C * problem.C.T)[0, 0], eta * Gamma)
    fed = cs.measurement_feedback(mirror, detector, ["X_M", "P_M"], gain_matrix())
    V = cs.covariance(fed)
    assert cs.equal(V["X_M", "X_M"], variance(G))
    assert cs.equal(V["P_M", "P_M"], variance(G))
    assert cs.equal(V["X_M", "P_M"], 0)


def test_the_optimum_gain_reaches_the_conditional_state():
    V = cs.conditional_covariance(mirror, detector)["X_M", "X_M"].inline()
    root = sp.sqrt(gamma**2 / 4 + 2 * eta * Gamma * s)
    closed = s / (gamma / 2 + root)
    best = 2 * sp.sqrt(eta * Gamma) * closed
    assert cs.equal(V, closed, domains=RATES)
    assert cs.equal(variance(best), closed, domains=RATES)
    assert cs.is_zero(sp.diff(variance(G), G).subs(G, best))


def test_the_limit_of_strong_measurement():
    V = cs.conditional_covariance(mirror, detector)["X_M", "X_M"].inline()
    assert cs.equal(V.subs(gamma, 0), 1 / (2 * sp.sqrt(eta)), domains=RATES)


def at(V, **values):
    return cs.evaluator(V)(**{s.name: values[s.name] for s in V.parameters}).matrix


def test_with_and_without_feedback_against_scipy():
    rng = np.random.default_rng(3)
    fed = cs.covariance(cs.measurement_feedback(mirror, detector, ["X_M", "P_M"], gain_matrix()))
    known = cs.conditional_covariance(mirror, detector)
    one = np.eye(2)
    for _ in range(4):
        p = dict(Gamma=rng.uniform(0.5, 3), gamma=rng.uniform(0.01, 1), n=rng.uniform(0, 20), eta=rng.uniform(0.1, 1))
        size, seen = p["Gamma"] / 2 + p["gamma"] * (p["n"] + 0.5), np.sqrt(p["eta"] * p["Gamma"])
        g = rng.uniform(0.1, 5)
        assert close(at(fed, G=g, **p), steady(-(p["gamma"] / 2 + g * seen) * one, (size + g**2 / 2) * one))
        expected = filtered(-p["gamma"] / 2 * one, size * one, seen * one, one / 2, 0 * one)
        assert close(at(known, **p), expected)

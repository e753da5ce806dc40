"""Squeezing by homodyne-mediated feedback.

A cavity with parametric gain chi (dX/dt = (chi - kappa/2) X - sqrt(kappa) X_in), whose output X_out = X_in + sqrt(kappa) X
is measured with efficiency eta and fed back into X with the gain g. With lambda = kappa/2 - chi and c = sqrt(eta kappa)

    Var X = (kappa/2 - c g + g^2/2) / (2 (lambda - c g)),

from the drift -lambda + c g and the noise of -sqrt(kappa) X_in + g (sqrt(eta) X_in + sqrt(1 - eta) v). Its least value,
at g = -K = -(2 c V - c), is the conditional variance V of the filter,

    eta kappa V^2 + (lambda - eta kappa) V - (1 - eta) kappa/4 = 0, the positive root:

Markovian feedback does as well as any knowledge of the record allows, and no better; for eta = 1 and chi = 0 nothing can
be gained, V = 1/2. Source: Wiseman and Milburn, PRA 49, 1350 (1994); PRL 70, 548 (1993).
"""

from __future__ import annotations

import numpy as np
import sympy as sp

import cascade_sym as cs
from tests.light.numeric import close, filtered, steady

chi, kappa, eta = sp.symbols("chi kappa eta")
g = sp.Symbol("g")
part, detector = cs.Squeezer("s", chi=chi, kappa=kappa), cs.Homodyne(angle=0, efficiency=eta)
damping, seen = kappa / 2 - chi, sp.sqrt(eta * kappa)


def variance(gain):
    return (kappa / 2 - seen * gain + gain**2 / 2) / (2 * (damping - seen * gain))


def test_variance_with_feedback():
    fed = cs.measurement_feedback(part, detector, "X_s", g)
    V = cs.covariance(fed)
    assert cs.equal(V["X_s", "X_s"], variance(g))
    assert cs.equal(V["P_s", "P_s"], kappa / (4 * (kappa / 2 + chi)))  # the other quadrature does not notice
    assert cs.is_physical(fed)


def test_the_optimum_is_the_conditional_variance():
    V = cs.conditional_covariance(part, detector)["X_s", "X_s"].inline()
    root = sp.sqrt((damping - eta * kappa) ** 2 + eta * (1 - eta) * kappa**2)
    assert cs.equal(V, (eta * kappa - damping + root) / (2 * eta * kappa), domains={"eta": (0, 1), "kappa": "positive"})
    gain = -(2 * seen * V - seen)
    for values in ({chi: sp.Rational(1, 5), kappa: 1, eta: sp.Rational(3, 4)}, {chi: 1, kappa: 3, eta: sp.Rational(1, 2)}):
        best = gain.subs(values)
        assert cs.equal(variance(g).subs(values).subs(g, best), V.subs(values))
        assert cs.is_zero(sp.diff(variance(g).subs(values), g).subs(g, best))


def test_a_perfect_detector_of_an_empty_cavity_gains_nothing():
    V = cs.conditional_covariance(cs.Cavity("c", kappa=kappa), cs.Homodyne(angle=0))["X_c", "X_c"]
    assert cs.equal(V, sp.Rational(1, 2))


def at(V, **values):
    return cs.evaluator(V)(**{s.name: values[s.name] for s in V.parameters}).matrix


def test_with_and_without_feedback_against_scipy():
    rng = np.random.default_rng(4)
    fed = cs.covariance(cs.measurement_feedback(part, detector, "X_s", g))
    known = cs.conditional_covariance(part, detector)
    for _ in range(4):
        k, e = rng.uniform(0.5, 2), rng.uniform(0.2, 1)
        x, gain = rng.uniform(0, 0.45) * k, -rng.uniform(0.1, 1)
        drift = -(k / 2 - x)
        noise = [-np.sqrt(k) + gain * np.sqrt(e), gain * np.sqrt(1 - e)]  # of X_in and of what is lost
        expected = steady([[drift + gain * np.sqrt(e * k)]], [[np.dot(noise, noise) / 2]])
        assert close(at(fed, chi=x, kappa=k, eta=e, g=gain)[:1, :1], expected)
        wanted = filtered([[drift]], [[k / 2]], [[np.sqrt(e * k)]], [[0.5]], [[-np.sqrt(k * e) / 2]])
        assert close(at(known, chi=x, kappa=k, eta=e)[:1, :1], wanted)

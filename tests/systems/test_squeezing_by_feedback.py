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

import sympy as sp

import cascade_sym as cs

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

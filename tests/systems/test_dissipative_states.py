"""Squeezing and entanglement prepared by dissipation.

Kronwald: a cavity (kappa) coupled to an oscillator by H = a^+ (G_- b + G_+ b^+) + h.c. cools the squeezed mode
beta = (G_- b + G_+ b^+)/G, G^2 = G_-^2 - G_+^2. With a bath of rate gamma and occupancy n the oscillator has

    2 Var = [4 kappa (G_- -+ G_+)^2 + gamma (2 n + 1)(4 G^2 + kappa (kappa + gamma))]/[(kappa + gamma)(4 G^2 + kappa gamma)]

in its two quadratures, and for gamma = 0 the variance (G_- - G_+)/(G_- + G_+) in units of vacuum.
Source: Kronwald, Marquardt, Clerk, PRA 88, 063833 (2013).

Muschik, Polzik, Cirac: two ensembles of opposite mass sign see one light beam with couplings
mu : nu = sin(theta) : cos(theta) and no baths; the steady state is the two-mode squeezed vacuum with

    xi = (mu - nu)^2,  mu^2 - nu^2 = 1,  that is  xi = tan(theta - pi/4).

Source: Muschik, Polzik, Cirac, PRA 83, 052312 (2011); Krauter et al., PRL 107, 080503 (2011).
"""

from __future__ import annotations

import pytest
import sympy as sp

import cascade_sym as cs

Gm, Gp, kappa, gamma, n, Gamma, theta, eps = sp.symbols("G_m G_p kappa gamma n Gamma theta epsilon")
a, b = cs.operator("a"), cs.operator("b")


def kronwald():
    H = a.dagger() * (Gm * b + Gp * b.dagger()) + (Gm * b.dagger() + Gp * b) * a
    return cs.covariance(cs.SLH("k", H, {"light": sp.sqrt(kappa) * a}, {"bath": (sp.sqrt(gamma) * b, n)}))


@pytest.mark.parametrize(("quadrature", "sign"), [("X_b", -1), ("P_b", 1)])
def test_squeezed_oscillator(quadrature, sign):
    G2 = Gm**2 - Gp**2
    expected = (4 * kappa * (Gm + sign * Gp) ** 2 + gamma * (2 * n + 1) * (4 * G2 + kappa * (kappa + gamma))) / (
        (kappa + gamma) * (4 * G2 + kappa * gamma)
    )
    assert cs.equal(2 * kronwald()[quadrature, quadrature].inline(), expected)


def test_without_a_bath_the_state_is_pure():
    V = kronwald()
    X, P = (2 * V[q, q].inline().subs(gamma, 0) for q in ("X_b", "P_b"))
    assert cs.equal(X, (Gm - Gp) / (Gm + Gp))
    assert cs.equal(X * P, 1)


def pair(loss=0):
    S = cs.Oscillator("S", mass=-1, Gamma=Gamma, theta=theta, gamma=0)
    M = cs.Oscillator("M", Gamma=Gamma, theta=theta, gamma=0)
    return S >> M if loss == 0 else S >> cs.Loss(loss) >> M


def test_entangled_ensembles():
    V = cs.covariance(pair())
    xi = cs.epr_variance(V, "S", "M", g=1).inline()
    assert cs.equal(xi, sp.tan(theta - sp.pi / 4))
    mu, nu = sp.sin(theta) / sp.sqrt(-sp.cos(2 * theta)), sp.cos(theta) / sp.sqrt(-sp.cos(2 * theta))
    assert cs.equal(mu**2 - nu**2, 1)
    assert cs.equal((mu - nu) ** 2, xi)


def test_the_state_is_pure_and_loss_makes_it_mixed():
    """det(2 V) = 1 for a pure state of two modes."""
    V = cs.covariance(pair())
    inlined = sp.Matrix(4, 4, [2 * V.definitions.inline(e) for e in V.matrix])
    assert cs.equal(inlined.det(method="berkowitz"), 1)
    lossy = cs.covariance(pair(eps))
    mixed = sp.Matrix(4, 4, [2 * lossy.definitions.inline(e) for e in lossy.matrix]).subs(
        {theta: 1.2, eps: 0.3, Gamma: 1}
    )
    assert mixed.det().evalf() > 1.01

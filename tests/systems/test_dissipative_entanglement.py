"""Entanglement of two ensembles prepared by dissipation.

Two ensembles of opposite mass sign see one light beam with couplings mu : nu = sin(theta) : cos(theta) and no baths; the
steady state is the two-mode squeezed vacuum with

    xi = (mu - nu)^2,  mu^2 - nu^2 = 1,  that is  xi = tan(theta - pi/4).

Source: Muschik, Polzik, Cirac, PRA 83, 052312 (2011); Krauter et al., PRL 107, 080503 (2011). Both put the two
ensembles into antiparallel fields, which is the mass sign here, and normalise xi to 1 for vacuum.
"""

from __future__ import annotations

import sympy as sp

import cascade_sym as cs

Gamma, theta, eps = sp.symbols("Gamma theta epsilon")


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

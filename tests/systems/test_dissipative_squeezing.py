"""Dissipative squeezing of a mechanical oscillator.

A cavity (kappa) coupled to an oscillator by H = a^+ (G_- b + G_+ b^+) + h.c. cools the squeezed mode
beta = (G_- b + G_+ b^+)/G, G^2 = G_-^2 - G_+^2. With a bath of rate gamma and occupancy n the oscillator has

    2 Var = [4 kappa (G_- -+ G_+)^2 + gamma (2 n + 1)(4 G^2 + kappa (kappa + gamma))]/[(kappa + gamma)(4 G^2 + kappa gamma)]

in its two quadratures, and for gamma = 0 the variance (G_- - G_+)/(G_- + G_+) in units of vacuum: no 3 dB limit.
Source: Kronwald, Marquardt, Clerk, PRA 88, 063833 (2013). Their C = 4 G_-^2/(kappa Gamma_M); which quadrature is
squeezed, X or P, depends on the phases of the two drives.
"""

from __future__ import annotations

import pytest
import sympy as sp

import cascade_sym as cs

Gm, Gp, kappa, gamma, n = sp.symbols("G_m G_p kappa gamma n")
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

"""Sideband cooling with squeezed light: heating by the Stokes process can be made to vanish.

A cavity (kappa, drive at Delta = omega_drive - omega_cavity) and an oscillator (Omega) are coupled by
g (a + a^+)(b + b^+), and squeezed vacuum (r, phi) enters with the drive. With chi(w) = 1/(kappa/2 - i(w + Delta)) the
force has the spectrum

    S(w) = g^2 kappa |chi(w) cosh r - chi(-w)^* e^(-i phi) sinh r|^2,   n = S(-Omega)/[S(Omega) - S(-Omega)]  (g -> 0).

At Delta = -Omega, S(-Omega) = 0 for tanh r = kappa/sqrt(kappa^2 + 16 Omega^2) and e^(-i phi) = the phase of
1/(1 + 4 i Omega/kappa): no limit of cooling, where coherent light has n = kappa^2/(16 Omega^2).
Source: Clark, Lecocq, Simmonds, Aumentado, Teufel, Nature 541, 191 (2017); Asjad, Zippilli, Vitali, PRA 94, 051801 (2016).
"""

from __future__ import annotations

import numpy as np
import sympy as sp

import cascade_sym as cs
from tests.light.numeric import close, numbers, squeezed, steady

Omega, kappa, g, r, phi, Delta, gamma, n = sp.symbols("Omega kappa g r phi Delta gamma n")
a, b = cs.operator("a"), cs.operator("b")


def cooled(detuning=-Omega, light=None, baths=None):
    H = -detuning * a.dagger() * a + Omega * b.dagger() * b + g * (a + a.dagger()) * (b + b.dagger())
    return (light or cs.SqueezedLight(r, phi)) >> cs.SLH("om", H, {"light": sp.sqrt(kappa) * a}, baths or {})


def amplitude(w, detuning=-Omega):
    """Of the force from b(w), S(w) = |amplitude|^2; squeezing mixes in the conjugate sideband."""
    chi = lambda x: 1 / (kappa / 2 - sp.I * (x + detuning))  # noqa: E731
    turned = 1 / (kappa / 2 + sp.I * (-w + detuning))
    return chi(w) * sp.cosh(r) - turned * sp.exp(-sp.I * phi) * sp.sinh(r)


def rate(w):
    z = amplitude(w)
    conjugate = z.subs(sp.I, -sp.I)
    return (z * conjugate).rewrite(sp.exp)


def weak(V) -> sp.Expr:
    """The occupancy for g -> 0 from the exact covariance."""
    return cs.normal_form((V["X_b", "X_b"].inline() + V["P_b", "P_b"].inline() - 1) / 2).subs(g, 0)


def test_the_exact_state_has_the_weak_coupling_limit_of_the_paper():
    point = {kappa: sp.Rational(2, 3), Omega: sp.Rational(5, 4)}
    found = weak(cs.covariance(cooled().system().subs(point)))
    expected = (rate(-Omega) / (rate(Omega) - rate(-Omega))).subs(point)
    assert cs.equal(found, expected)


def test_stokes_scattering_vanishes():
    ratio = kappa / sp.sqrt(kappa**2 + 16 * Omega**2)
    best = amplitude(-Omega) / sp.cosh(r)
    turned = best.subs(sp.exp(-sp.I * phi), sp.sqrt(kappa**2 + 16 * Omega**2) / (kappa + 4 * sp.I * Omega))
    assert cs.is_zero(turned.subs(sp.sinh(r), ratio * sp.cosh(r)))


def test_coherent_light_has_the_known_limit():
    found = weak(cs.covariance(cooled(light=cs.ThermalLight(0))))
    assert cs.equal(found, kappa**2 / (16 * Omega**2))


def test_against_lyapunov():
    rng = np.random.default_rng(3)
    V = cs.covariance(cooled(Delta, cs.SqueezedLight(r, phi), {"bath": (sp.sqrt(gamma) * b, n)}))
    for _ in range(3):
        p = dict(Omega=1.0, kappa=rng.uniform(0.5, 2), g=rng.uniform(0.02, 0.2), Delta=rng.uniform(-1.5, -0.5),
                 r=rng.uniform(0, 1), phi=rng.uniform(0, 6), gamma=rng.uniform(0.01, 0.1), n=rng.uniform(0, 20))  # fmt: skip
        k, w, d, y, G = p["kappa"] / 2, p["Omega"], p["Delta"], p["gamma"] / 2, 2 * p["g"]
        A = [[-k, -d, 0, 0], [d, -k, -G, 0], [0, 0, -y, w], [-G, 0, -w, -y]]
        D = np.zeros((4, 4))
        D[:2, :2] = squeezed(p["r"], p["phi"]) * p["kappa"]
        D[2:, 2:] = np.eye(2) * p["gamma"] * (p["n"] + 0.5)
        assert close(numbers(V, **p), steady(A, D))

"""Dissipative optomechanics: the oscillator moves the cavity's decay rate, L = sqrt(kappa) (1 + B x/2) a.

The light that is driven out interferes with that which drives the cavity. In the frame of the drive (Delta = omega_drive
- omega_cavity), with the amplitude abar inside, the force on x has the Fano spectrum

    S(w) = (B abar)^2 (kappa/4) (w + 2 Delta)^2/[(w + Delta)^2 + kappa^2/4],

which vanishes at w = -2 Delta: with Delta = Omega/2 there is no heating at all, S(-Omega) = 0, however bad the cavity.
Source: Elste, Girvin, Clerk, PRL 102, 207209 (2009).
"""

from __future__ import annotations

import numpy as np
import sympy as sp

import cascade_sym as cs
from cascade_sym.operators import as_operator
from cascade_sym.symbols import conj
from tests.core import oracle

B, abar, kappa, Delta, w = sp.symbols("B abar kappa Delta w")
d = cs.operator("d")
X, _ = cs.quadratures("m")


def linearised():
    """L and H around the amplitude abar: the light that enters is beta, with (i Delta - kappa/2) abar = sqrt(kappa) beta."""
    beta = (sp.I * Delta - kappa / 2) * abar / sp.sqrt(kappa)
    a = as_operator(abar) + d
    L = (as_operator(1) + X * (B / 2)) * a * sp.sqrt(kappa)
    H = a.dagger() * a * (-Delta) + (L.dagger() * beta - L * conj(beta)) / (2 * sp.I)
    constant = sp.sqrt(kappa) * abar + beta  # L + beta = constant + l: the constant acts as a Hamiltonian too
    rest = L - as_operator(sp.sqrt(kappa) * abar)
    H = H + (rest.dagger() * constant - rest * conj(constant)) / (2 * sp.I)
    return rest.filtered(lambda word: len(word) == 1), H


def system():
    L, H = linearised()
    return cs.SLH("om", H.filtered(lambda word: len(word) == 2), {"light": L}, modes=["d", "m"])


def force():
    """From b(w) to the force dP/dt = F, for an x that stands still."""
    out = cs.operators.LinearForm(cs.quadratures("m")[1].linear().terms)
    P = cs.transfer(system(), "om.in", out, frequency=w, unstable=True)
    return -sp.I * w * P.inline()


def test_the_working_point_is_stationary():
    _, H = linearised()
    linear = H.filtered(lambda word: len(word) == 1)
    assert all(cs.is_zero(c) for word, c in linear.terms.items() if word[0].name == "d")


def test_fano_spectrum():
    z = cs.normal_form(force())
    S = z * z.subs(sp.I, -sp.I)
    assert cs.equal(S, (B * abar) ** 2 * kappa / 4 * (w + 2 * Delta) ** 2 / ((w + Delta) ** 2 + kappa**2 / 4))
    assert cs.is_zero(S.subs(w, -2 * Delta))


def test_commutators():
    assert cs.is_physical(system())


def test_covariance_against_lyapunov():
    """With a mechanical frequency and a bath, at random parameters."""
    L, H = linearised()
    W, gamma, n = sp.symbols("W gamma n")
    m = cs.operator("m")
    quadratic = H.filtered(lambda word: len(word) == 2) + m.dagger() * m * W
    whole = cs.SLH("om", quadratic, {"light": L}, {"bath": (m * sp.sqrt(gamma), n)}, modes=["d", "m"])
    V, rng = cs.covariance(whole), np.random.default_rng(5)
    for _ in range(4):
        drawn = {B: 0.1, abar: rng.uniform(0.5, 2), kappa: rng.uniform(1, 3), Delta: rng.uniform(-1.5, -0.5),
                 W: rng.uniform(0.8, 1.2), gamma: rng.uniform(0.3, 0.6), n: rng.uniform(0, 5)}  # fmt: skip
        oracle.assert_same(V, cs.as_system(whole), drawn, 1e-11)

"""Squeezed light against back-action: the standard quantum limit and the angle that goes below it.

Light with squeezing (r, phi) probes a free mass: P -> P - K X, where for the coupling
H = 2 sqrt(Gamma) X_m X_light and a mass m, K = 4 Gamma/(m omega^2). The phase quadrature has the noise

    N = [cosh(2r)(1 + K^2) + sinh(2r)((1 - K^2) cos phi + 2 K sin phi)]/2,

and at the best angle, cos phi = -(1 - K^2)/(1 + K^2) and sin phi = -2K/(1 + K^2), it is e^(-2r) (1 + K^2)/2: all quantum noise lower by e^(-2r).
Source: Jaekel and Reynaud, Europhys. Lett. 13, 301 (1990); Kimble et al., PRD 65, 022002 (2001), section IV B.
"""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

import cascade_sym as cs
from cascade_sym.errors import UnstableError
from tests.light.numeric import close, squeezed

r, phi, Gamma, m, omega = sp.symbols("r phi Gamma m omega")
K = 4 * Gamma / (m * omega**2)
CH, SH = ((sp.exp(2 * r) + s * sp.exp(-2 * r)) / 2 for s in (1, -1))


def noise(light):
    return cs.noise_spectrum(light >> cs.FreeMass("f", mass=m, Gamma=Gamma), "P", frequency=omega)


def back_action():
    """K."""
    return -cs.transfer(cs.FreeMass("f", mass=m, Gamma=Gamma), "X_in", "P", frequency=omega).inline()


def test_closed_form():
    assert cs.equal(back_action(), K)
    N = noise(cs.SqueezedLight(r, phi))
    assert cs.equal(N, (CH * (1 + K**2) + SH * ((1 - K**2) * sp.cos(phi) + 2 * K * sp.sin(phi))) / 2)
    assert all(step.check().ok for step in N.steps if step.check)


def test_vacuum_has_the_standard_quantum_limit():
    """In units of the force N/K^2: smallest at K = 1."""
    N = noise(cs.ThermalLight(0)).inline() / K**2
    assert cs.equal(N, (1 + 1 / K**2) / 2)
    assert cs.equal(cs.noise_budget(cs.FreeMass("f", mass=m, Gamma=Gamma), "P", frequency=omega)["X_in"], K**2 / 2)


def test_the_best_angle_squeezes_everything():
    """As sinh(2r) (cos, sin) = -sinh(2r) ((1 - K^2), 2K)/(1 + K^2), put into the proved formula; no angle does better."""
    N = sp.expand((CH * (1 + K**2) + SH * ((1 - K**2) * sp.cos(phi) + 2 * K * sp.sin(phi))) / 2)
    best = N.subs({sp.cos(phi): -(1 - K**2) / (1 + K**2), sp.sin(phi): -2 * K / (1 + K**2)})
    assert cs.equal(best, sp.exp(-2 * r) * (1 + K**2) / 2)
    assert cs.equal((1 - K**2) ** 2 + (2 * K) ** 2, (1 + K**2) ** 2)  # cos^2 + sin^2 = 1, and Cauchy-Schwarz is tight


def test_a_free_mass_has_no_steady_state():
    with pytest.raises(UnstableError, match="free mass 'f'"):
        cs.covariance(cs.SqueezedLight(r) >> cs.FreeMass("f", mass=m, Gamma=Gamma))


def test_noise_against_matrices():
    rng, f = np.random.default_rng(6), cs.evaluator(noise(cs.SqueezedLight(r, phi)))
    for _ in range(4):
        p = dict(Gamma=rng.uniform(0.1, 2), m=rng.uniform(0.5, 2), omega=rng.uniform(0.3, 3))
        k = 4 * p["Gamma"] / (p["m"] * p["omega"] ** 2)
        size, turned = rng.uniform(0, 1.5), rng.uniform(-3, 3)
        wanted = np.array([-k, 1]) @ squeezed(size, turned) @ np.array([-k, 1])
        assert close(f(r=size, phi=turned, **p), wanted)

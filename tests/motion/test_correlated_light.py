"""Motion, two-time functions, emission, filtered modes and feedback where the light that enters is squeezed."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

import cascade_sym as cs
from tests.motion.test_two_time import at

tau = sp.Symbol("tau")
values = {"r": 0.4, "kappa_c": 0.8}
system = cs.SqueezedLight(r=sp.Symbol("r"), phi=0) >> cs.Cavity("c", detuning=sp.Rational(1, 5))


def test_emission_is_the_transform_of_the_coherence() -> None:
    """Of the mode: squeezed white light brings photons in; int S dOmega/(2 pi) is their number."""
    number = at(cs.correlation(system, "c^+", "c", 0), **values)
    w = np.concatenate([np.linspace(-40, 40, 400_001)])
    S = at(cs.emission_spectrum(system, "c"), **values, Omega=w).real
    assert np.trapezoid(S, w) / (2 * np.pi) == pytest.approx(float(number.real), rel=1e-2)
    one = 0.3
    x, weights = np.polynomial.legendre.leggauss(80)
    times = (x + 1) * 50
    back = at(cs.correlation(system, "c^+", "c", tau), **values, tau=times)  # <c^+(t + tau) c(t)> = conj G1(tau)
    want = 2 * (weights * 50 * np.conj(back) * np.exp(1j * one * times)).sum().real
    assert at(cs.emission_spectrum(system, "c", frequency=one), **values) == pytest.approx(want, abs=1e-11)


def test_moments_at_equal_times() -> None:
    V = cs.evaluator(cs.covariance(system))(values)
    for i, j in (("X_c", "X_c"), ("X_c", "P_c"), ("P_c", "P_c")):
        same = at(cs.correlation(system, i, j, 0, symmetrised=True), **values)
        assert same == pytest.approx(V[i, j], abs=1e-13)
    first, second = (at(cs.correlation(system, *x, 0), **values) for x in (("X_c", "P_c"), ("P_c", "X_c")))
    assert first - second == pytest.approx(1j, abs=1e-13)


def test_the_light_that_leaves_an_empty_cavity_is_as_squeezed() -> None:
    """On resonance an empty cavity changes no white noise: any filtered mode of its output is the squeezed input."""
    empty = cs.SqueezedLight(r=sp.Symbol("r"), phi=0) >> cs.Cavity("c")
    V = cs.evaluator(cs.temporal_mode(empty, "c.out", cs.top_hat(0, 3)))(values)
    found = sorted([float(V["X_f1", "X_f1"]), float(V["P_f1", "P_f1"])])
    assert found == pytest.approx([np.exp(-0.8) / 2, np.exp(0.8) / 2], abs=1e-12)


def test_feedback_and_combinations() -> None:
    g = sp.Symbol("g")
    fed = cs.measurement_feedback(system, cs.Homodyne(angle=0), "X_c", g)
    direct = cs.noise_spectrum(fed, "X_c", frequency=sp.Rational(1, 3))
    closed = cs.feedback_spectrum(system, "X_c", cs.Homodyne(angle=0), "X_c", g, frequency=sp.Rational(1, 3))
    assert at(closed, **values, g=-0.2) == pytest.approx(at(direct, **values, g=-0.2), abs=1e-12)
    best = cs.optimal_combination(system, "X_c", ["X", "P"], frequency=sp.Rational(1, 3))
    assert at(best.error, **values) == pytest.approx(0, abs=1e-12)  # all light leaves by the one port

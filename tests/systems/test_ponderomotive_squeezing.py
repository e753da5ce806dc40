"""Squeezing of light by the back-action that it exerts on a mechanical oscillator.

Resonantly probed, an oscillator (frequency Omega_m, coupling L = -i sqrt(Gamma) (b + b^+)/sqrt2) turns the amplitude
quadrature of the light into its phase quadrature: X_out = X_in, P_out = P_in - K X_in with, at frequency omega,

    K = 2 Gamma Omega_m/(omega^2 - Omega_m^2)                                        (no damping),

positive for a free mass, which is driven above its resonance, and negative below it. The quadrature
X cos(zeta) + P sin(zeta) has, relative to vacuum,

    S(zeta) = (cos zeta - K sin zeta)^2 + sin^2 zeta,  min over zeta = 1 + K^2/2 - |K| sqrt(1 + K^2/4),

and loss eps afterwards gives (1 - eps) S + eps. Source: Kimble et al., PRD 65, 022002 (2001), section IV; Fabre et al.,
PRA 49, 1337 (1994). zeta is measured from the amplitude quadrature; the sign of K is that of a free mass.
"""

from __future__ import annotations

import sympy as sp

import cascade_sym as cs
from cascade_sym.spectra.readout import Quadrature

Gamma, Omega, omega, zeta, K, eps, gamma, n = sp.symbols("Gamma Omega_m omega zeta K epsilon gamma n")
b = cs.operator("b")


def probed(loss=0):
    """A damped oscillator: the steady state exists; the undamped formula is its limit gamma -> 0."""
    X, _ = cs.quadratures("b")
    oscillator = cs.SLH(
        "m", Omega * b.dagger() * b, {"light": -sp.I * sp.sqrt(Gamma) * X}, {"bath": (sp.sqrt(gamma) * b, n)}
    )
    return oscillator if loss == 0 else oscillator >> cs.Loss(loss)


def spectrum(system, angle=zeta):
    return 2 * cs.noise_spectrum(system, Quadrature(angle), frequency=omega).inline().subs(gamma, 0)


def form(k):
    return (sp.cos(zeta) - k * sp.sin(zeta)) ** 2 + sp.sin(zeta) ** 2


def undamped_K() -> sp.Expr:
    """Minus the coefficient of X_in in P_out."""
    return -cs.transfer(probed(), "X_in", "P", frequency=omega).inline().subs(gamma, 0)


def test_amplitude_becomes_phase():
    k = cs.normal_form(undamped_K())
    assert cs.equal(k, 2 * Gamma * Omega / (omega**2 - Omega**2))
    assert cs.equal(cs.transfer(probed(), "X_in", "X", frequency=omega).inline(), 1)
    assert cs.equal(spectrum(probed()), form(k))


def test_the_best_angle():
    """With t = tan(zeta), (1 + t^2)(S - S_min) is a perfect square, which vanishes at t = K/(1 + K^2 - S_min)."""
    t = sp.Symbol("t")
    least = 1 + K**2 / 2 - K * sp.sqrt(1 + K**2 / 4)
    assert cs.is_zero(form(K) - (sp.cos(zeta) ** 2 * ((1 - K * t) ** 2 + t**2)).subs(t, sp.sin(zeta) / sp.cos(zeta)))
    excess = (1 - K * t) ** 2 + t**2 - least * (1 + t**2)
    assert cs.equal(excess * (1 + K**2 - least), ((1 + K**2 - least) * t - K) ** 2)
    assert cs.equal(2 * (1 + K**2 - least), K**2 + K * sp.sqrt(4 + K**2))  # positive for K > 0: no angle does better


def test_the_extremes_are_those_of_a_pure_state():
    """S_max S_min = 1: the determinant of the noise matrix of (X, P), whose trace is 2 + K^2."""
    noise = sp.Matrix([[1, -K], [-K, 1 + K**2]])
    low, high = (1 + K**2 / 2 + s * K * sp.sqrt(1 + K**2 / 4) for s in (-1, 1))
    assert cs.equal(low * high, noise.det())
    assert cs.equal(low + high, noise.trace())


def test_loss():
    lossless, lossy = spectrum(probed()), spectrum(probed(eps))
    assert cs.equal(lossy, (1 - eps) * lossless + eps)


def test_heat_spoils_squeezing_in_proportion_to_the_occupancy():
    N = 2 * cs.noise_spectrum(probed(), Quadrature(zeta), frequency=omega).inline()
    rise = sp.diff(N, n)
    assert cs.is_zero(sp.diff(rise, n))
    assert cs.is_zero(rise.subs(zeta, 0))
    assert not cs.is_zero(rise)

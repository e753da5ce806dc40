"""Squeezing of light by the back-action that it exerts on a mechanical oscillator.

Resonantly probed, an oscillator (frequency Omega_m, coupling L = -i sqrt(Gamma) (b + b^+)/sqrt2) turns the amplitude
quadrature of the light into its phase quadrature: X_out = X_in, P_out = P_in - K X_in with, at frequency omega,

    K = 2 Gamma Omega_m/(omega^2 - Omega_m^2)                                        (no damping),

positive for a free mass, which is driven above its resonance, and negative below it. Of the quadrature X cos(zeta) + P sin(zeta), relative to vacuum,

    S(zeta) = (cos zeta - K sin zeta)^2 + sin^2 zeta,  min over zeta = 1 + K^2/2 - |K| sqrt(1 + K^2/4),

and loss eps afterwards gives (1 - eps) S + eps. Source: Kimble et al., PRD 65, 022002 (2001), section IV.B, whose
quadrature angle is measured from the phase quadrature; Fabre et al., PRA 49, 1337 (1994).
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
    """S = (1 + K^2/2) + amplitude * cos(2 zeta - ...): its minimum lies where tan(2 zeta) = 2/K."""
    best = 1 + K**2 / 2 - K * sp.sqrt(1 + K**2 / 4)
    zeta_best = sp.atan(2 / K) / 2
    value = form(K).rewrite(sp.cos).subs(zeta, zeta_best)
    for k in (sp.Rational(1, 3), 1, 4):
        assert abs(sp.N(value.subs(K, k) - best.subs(K, k), 30)) < 1e-25
        assert abs(sp.N(sp.diff(form(K), zeta).subs(zeta, zeta_best).subs(K, k), 30)) < 1e-25
    # exactly: S_max S_min = 1 and S_max + S_min = 2 + K^2 are the determinant and trace of the noise matrix
    noise = sp.Matrix([[1, -K], [-K, 1 + K**2]])
    other = 1 + K**2 / 2 + K * sp.sqrt(1 + K**2 / 4)
    assert cs.equal(best * other, noise.det())
    assert cs.equal(best + other, noise.trace())


def test_loss():
    lossless, lossy = spectrum(probed()), spectrum(probed(eps))
    assert cs.equal(lossy, (1 - eps) * lossless + eps)


def test_heat_spoils_squeezing_in_proportion_to_the_occupancy():
    N = 2 * cs.noise_spectrum(probed(), Quadrature(zeta), frequency=omega).inline()
    rise = sp.diff(N, n)
    assert cs.is_zero(sp.diff(rise, n))
    assert cs.is_zero(rise.subs(zeta, 0))
    assert not cs.is_zero(rise)

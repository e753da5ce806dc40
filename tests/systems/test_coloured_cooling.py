"""Sideband cooling with a laser whose phase noise is coloured.

A resonance at Omega_m - Delta is cooled by light with the white noise of vacuum and by a bath of occupancy n_L(w) at the
cavity's port, as phase noise of a laser or heat in a transmission line leaves it. In the frame of the laser, with a weak
coupling g on resonance, the mechanical mode b (rotating wave) sees the cavity as a bath of the occupancy n_L(-Delta):
the cavity's spectrum of photons is

    S_a(w) = kappa n_L(w)/[(Delta - w)^2 + kappa^2/4],

so that, with a bath of heat n of its own, its final occupancy in the limit kappa >> g is

    n_f = (gamma n + Gamma n_L(Delta))/(gamma + Gamma),   Gamma = 4 g^2/kappa.

Source: Rabl, Genes, Hammerer, Aspelmeyer, PRA 80, 063819 (2009); Diosi, PRA 78, 021801 (2008).
"""

from __future__ import annotations

import sympy as sp

import cascade_sym as cs

w, Delta, kappa, A, c = sp.symbols("w Delta kappa A c")
colour = cs.Coloured(A / (w**2 + c**2), w)  # low-pass filtered


def test_the_photons_in_the_cavity():
    system = cs.ThermalLight(colour) >> cs.Cavity("a", kappa=kappa, detuning=Delta)
    S = cs.emission_spectrum(system, "a", frequency=w)
    assert cs.equal(S.inline(), kappa * A / (w**2 + c**2) / ((Delta - w) ** 2 + kappa**2 / 4))


def test_the_noise_of_a_bath_at_either_side_of_the_carrier():
    """A cavity turns X into P with the frequency, so its X has the noise of both sides."""
    tilted = cs.Coloured(A * (w + c) ** 2, w)
    N = cs.noise_spectrum(cs.ThermalLight(tilted) >> cs.Cavity("a", kappa=kappa, detuning=Delta), "X_a", frequency=w)
    sides = [(A * (s * w + c) ** 2 + sp.Rational(1, 2)) / ((Delta - s * w) ** 2 + kappa**2 / 4) for s in (1, -1)]
    assert cs.equal(N.inline(), kappa / 2 * sum(sides))


def test_the_final_occupancy():
    """Integrated over a mechanical line that is narrow against all that is coloured."""
    g, rate, heat, at = sp.Rational(1, 100), sp.Rational(1, 10**6), 100, sp.Rational(1, 2)
    a, b = cs.operator("a"), cs.operator("b")
    H = (a.dagger() * a + b.dagger() * b) * at + (a * b.dagger() + b * a.dagger()) * g
    part = cs.SLH("s", H, {"light": sp.Integer(2) * a}, {"heat": (sp.sqrt(rate) * b, heat)})
    found = cs.integrated(cs.emission_spectrum(cs.ThermalLight(cs.Coloured(3 / (w**2 + 1), w)) >> part, "b"))
    damping = 4 * g**2 / 4  # kappa = 4
    expected = (rate * heat + damping * 3 / (at**2 + 1)) / (rate + damping)
    assert abs(float(found) / float(expected) - 1) < 1e-3

"""Thermal noise of an oscillator with structural damping: a complex spring constant k (1 - i phi).

In the units of the zero-point motion (hbar = 1, X = x/x_0, m Omega_m = 1) and at k_B T = Omega_m (n + 1/2) the spectrum
of the position is, for both signs of the frequency together,

    S_x(w) = 4 k_B T k phi / (w [(k - m w^2)^2 + k^2 phi^2]),

a 1/w law far below resonance and w^-5 far above, where velocity damping gives a constant and w^-4. By the theorem of
fluctuation and dissipation it is (2 k_B T/w) Im chi(w), chi the response to a force, each sign for itself; the exact
quantum form has hbar coth(hbar w/2 k_B T) for 2 k_B T/w. Source: Saulson, PRD 42, 2437 (1990), Eq. (16); Callen and
Welton, Phys. Rev. 83, 34 (1951).
"""

from __future__ import annotations

import sympy as sp

import cascade_sym as cs

w = cs.symbol("omega", "positive")
W, Omega, phi, n, T = sp.symbols("omega Omega_m phi n_m T")


def test_the_spectrum_of_saulson():
    N = cs.noise_spectrum(cs.MechanicalOscillator("m", loss_angle=phi), "X_m", frequency=w)
    k, m, kT = Omega, 1 / Omega, Omega * (n + sp.Rational(1, 2))
    both = 4 * kT * k * phi / (W * ((k - m * W**2) ** 2 + k**2 * phi**2))
    assert cs.equal(2 * N.inline(), both, domains={"omega": "positive"})


def test_fluctuation_and_dissipation_at_any_temperature():
    """Structural and viscous damping together, whatever a force on the mass does: the quantum theorem."""
    part = cs.MechanicalOscillator("m", gamma=sp.Symbol("gamma"), loss_angle=phi, temperature=T)
    response = cs.signal_transfer(cs.force_port(part, "m"), "X_m", frequency=w)  # -F X in H
    N = cs.noise_spectrum(part, "X_m", frequency=w)
    chi = response.inline()
    lost = (chi - chi.xreplace({sp.I: -sp.I})) / (2 * sp.I)
    assert cs.equal(N.inline(), sp.coth(W / (2 * T)) * lost, domains={"omega": "positive"})


def test_the_power_laws():
    N = cs.evaluator(cs.noise_spectrum(cs.MechanicalOscillator("m", frequency=1, loss_angle=0.001, n=10), "X_m"))
    for low, power in ((1e-6, -1), (1e4, -5)):
        ratio = N(Omega=2 * low) / N(Omega=low)
        assert abs(ratio / 2.0**power - 1) < 1e-6
    assert N(Omega=-0.3) == N(Omega=0.3)


def test_light_reads_it_out():
    """Shot noise, back-action and thermal noise of a resonant read-out add up: 1/2 + Gamma |chi|^2 2 Gamma + ..."""
    Gamma = sp.Symbol("Gamma")
    part = cs.MechanicalOscillator("m", loss_angle=phi, Gamma=Gamma)
    N = cs.noise_spectrum(part, "P", frequency=w)
    chi2 = Omega**2 / ((Omega**2 - W**2) ** 2 + phi**2 * Omega**4)
    force = 2 * phi * Omega**2 / W * (n + sp.Rational(1, 2)) + 2 * Gamma
    assert cs.equal(N.inline(), sp.Rational(1, 2) + 4 * Gamma * chi2 * force, domains={"omega": "positive"})

"""The standard quantum limit of force sensing with one oscillator.

An oscillator, L = -i sqrt(Gamma) X, is read out in the light's P: imprecision falls and back-action rises with Gamma.
Referred to a force on the oscillator (dP/dt = ... + F) the light adds, without damping,

    N_add = 1/(4 Gamma |chi|^2) + Gamma >= 1/|chi|,   chi = Omega_m/(Omega_m^2 - omega^2)      (vacuum is 1/2)

with equality, the standard quantum limit, at Gamma = 1/(2 |chi|). In general N_add >= S_F^SQL = 1/|chi|, whatever the
sign of chi. Source: Caves, PRD 23, 1693 (1981); Clerk et al., RMP 82, 1155 (2010), section V.

Conventions: many write N_add with the double-sided imprecision of X in units where vacuum is 1, and dX/dt = P/m: the
product imprecision times back-action is 1/4 here and hbar^2/4 there.
"""

from __future__ import annotations

import sympy as sp

import cascade_sym as cs

Gamma, Omega, omega, gamma, n = sp.symbols("Gamma Omega_m omega gamma n")


def probed():
    b, (X, _) = cs.operator("b"), cs.quadratures("b")
    ports = {"light": -sp.I * sp.sqrt(Gamma) * X}
    return cs.SLH("p", Omega * b.dagger() * b, ports, {"bath": (sp.sqrt(gamma) * b, n)})


def back_action() -> sp.Expr:
    """What X_in does to P_out; the force of the light is -sqrt(2 Gamma) X_in."""
    return cs.normal_form(cs.transfer(probed(), "X_in", "P", frequency=omega).inline().subs(gamma, 0))


def added() -> sp.Expr:
    """The light's noise in P_out over the transfer of a force, sqrt(2 Gamma) chi, which is what back-action sees too."""
    N = cs.noise_spectrum(probed(), "P", frequency=omega).inline().subs(gamma, 0)
    return N / (back_action() / sp.sqrt(2 * Gamma)) ** 2


def test_susceptibility():
    assert cs.equal(back_action() / (2 * Gamma), Omega / (Omega**2 - omega**2))
    # the same from the equations of motion: -i omega X = Omega P, -i omega P = -Omega X + F
    M = sp.Matrix([[-sp.I * omega, -Omega], [Omega, -sp.I * omega]])
    assert cs.equal(M.inv()[0, 1], Omega / (Omega**2 - omega**2))


def test_noise_is_imprecision_plus_back_action():
    chi = back_action() / (2 * Gamma)
    assert cs.equal(added(), 1 / (4 * Gamma * chi**2) + Gamma)


def test_standard_quantum_limit():
    """N_add - 1/|chi| = (1/(2 sqrt(Gamma) |chi|) - sqrt(Gamma))^2, zero at Gamma = 1/(2 |chi|); here below resonance."""
    chi = Omega / (Omega**2 - omega**2)
    assert cs.equal(added() - 1 / chi, (1 / (2 * sp.sqrt(Gamma) * chi) - sp.sqrt(Gamma)) ** 2)
    assert cs.equal(added() + 1 / chi, (1 / (2 * sp.sqrt(Gamma) * chi) + sp.sqrt(Gamma)) ** 2)  # above it, chi < 0
    assert cs.equal(added().subs(Gamma, 1 / (2 * chi)), 1 / chi)


def test_a_bath_adds_to_the_force_what_it_does_at_any_probe_strength():
    """Heat enters as a force of its own: N - vacuum - back-action, over the force's transfer, knows no Gamma."""
    N = cs.noise_spectrum(probed(), "P", frequency=omega).inline()
    transfer = cs.transfer(probed(), "X_in", "P", frequency=omega).inline()
    heat = N - (1 + transfer * transfer.subs(sp.I, -sp.I)) / 2
    assert cs.is_zero(sp.diff(heat / Gamma, Gamma))
    assert cs.is_zero(heat.subs(gamma, 0))
    assert not cs.is_zero(heat)

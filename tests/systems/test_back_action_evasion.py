"""The standard quantum limit of a measured oscillator and its evasion with a negative-mass reference.

One oscillator, L = -i sqrt(Gamma) X, read out in P: imprecision falls and back-action rises with Gamma. Referred to a
force on the oscillator the light adds, off resonance and without damping,

    N_add = 1/(4 Gamma |chi|^2) + Gamma >= 1/|chi|,   chi = Omega_m/(Omega_m^2 - omega^2)    (in units where vacuum is 1/2)

with equality (the standard quantum limit) at Gamma = 1/(2 |chi|). A second oscillator of the same coupling and bath but
negative effective frequency, -Omega_m, in cascade cancels the back-action at every frequency: the transfer function from
X_in to P_out vanishes identically. So does an imbalance of couplings spoil it, in proportion to their difference.
Source: Tsang and Caves, PRL 105, 123601 (2010); Polzik and Hammerer, Ann. Phys. 527, A15 (2015); Clerk et al. (2010).
"""

from __future__ import annotations

import sympy as sp

import cascade_sym as cs
from cascade_sym.operators import Op

Gamma, Omega, omega, gamma, n, Gamma2 = sp.symbols("Gamma Omega_m omega gamma n Gamma_2")


def probed(mode: str, sign: int, coupling=Gamma):
    b, (X, _) = cs.operator(mode), cs.quadratures(mode)
    return cs.SLH(
        f"p{mode}", sign * Omega * b.dagger() * b, {"light": -sp.I * sp.sqrt(coupling) * X},
        {"bath": (sp.sqrt(gamma) * b, n)},
    )  # fmt: skip


def to_phase(system, source="X_in") -> sp.Expr:
    return cs.transfer(system, source, "P", frequency=omega).inline()


def test_standard_quantum_limit():
    """A force enters where the bath does: dP/dt = ... + F, so its transfer to P_out is what back-action sees too."""
    back_action = cs.normal_form(to_phase(probed("b", 1)).subs(gamma, 0))  # 2 Gamma chi
    chi = back_action / (2 * Gamma)
    assert cs.equal(chi, Omega / (Omega**2 - omega**2))
    force = sp.sqrt(2 * Gamma) * chi  # the light's own force, -sqrt(2 Gamma) X_in, has the transfer 2 Gamma chi
    added = (sp.Rational(1, 2) + back_action**2 / 2) / force**2
    assert cs.equal(added, 1 / (4 * Gamma * chi**2) + Gamma)
    best = 1 / (2 * chi)
    assert cs.is_zero(
        sp.diff(1 / (4 * Gamma * sp.Symbol("c") ** 2) + Gamma, Gamma).subs(Gamma, 1 / (2 * sp.Symbol("c")))
    )
    assert cs.equal(added.subs(Gamma, best), 1 / chi)


def test_noise_is_imprecision_plus_back_action():
    N = cs.noise_spectrum(probed("b", 1), "P", frequency=omega).inline().subs(gamma, 0)
    back_action = to_phase(probed("b", 1)).subs(gamma, 0)
    assert cs.equal(N, (1 + back_action**2) / 2)


def test_negative_mass_cancels_back_action_at_every_frequency():
    pair = probed("b", 1) >> probed("c", -1)
    assert not cs.is_zero(to_phase(probed("b", 1)))
    assert cs.is_zero(to_phase(pair))
    assert cs.is_zero(to_phase(probed("c", -1) >> probed("b", 1)))
    assert cs.equal(to_phase(pair, "P_in"), 1)


def test_what_remains_is_vacuum_and_the_two_baths():
    pair = cs.noise_spectrum(probed("b", 1) >> probed("c", -1), "P", frequency=omega).inline()
    single = cs.noise_spectrum(probed("b", 1), "P", frequency=omega).inline()
    back_action = to_phase(probed("b", 1))
    heat = single - (1 + back_action * back_action.subs(sp.I, -sp.I)) / 2
    assert cs.equal(pair, sp.Rational(1, 2) + 2 * heat)


def test_mismatch():
    pair = probed("b", 1) >> probed("c", -1, Gamma2)
    assert cs.equal(to_phase(pair), to_phase(probed("b", 1)) * (1 - Gamma2 / Gamma))


def test_sidebands_say_the_same():
    """In the rotating frame: oscillators of opposite mass sign with balanced couplings."""

    def part(name, mass):
        return cs.Oscillator(name, mass=mass, Gamma=Gamma, theta=sp.pi / 4, gamma=gamma, n=n)

    pair = (part("S", -1) >> part("M", 1)).system()
    assert cs.is_zero(pair.equation("M")[Op("S", True)])
    assert cs.is_zero(cs.transfer(pair, "X_in", "P_L", frequency=omega).inline())
    assert not cs.is_zero(cs.transfer(part("M", 1), "X_in", "P_L", frequency=omega).inline())

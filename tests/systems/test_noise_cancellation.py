"""Coherent quantum noise cancellation: back-action evaded with a negative-mass reference oscillator.

An oscillator probed by light, L = -i sqrt(Gamma) X, writes the amplitude quadrature into the phase quadrature. A second
one of the same coupling and bath but negative effective frequency, -Omega_m, in cascade with it writes the opposite at
every frequency: the transfer function from X_in to P_out vanishes identically, in either order, and what remains is

    N = 1/2 + (the heat of both baths).

so that the light's noise referred to a force is the imprecision alone, 1/(4 Gamma |chi|^2), without a lower limit.
Unequal couplings leave a back-action in proportion to their difference. Source: Tsang and Caves, PRL 105, 123601 (2010);
Polzik and Hammerer, Ann. Phys. 527, A15 (2015). The former add the ancilla inside the interferometer, the latter in
cascade with it, as here: what matters is that the ancilla's susceptibility is the negative of the oscillator's.
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


def test_negative_mass_cancels_back_action_at_every_frequency():
    pair = probed("b", 1) >> probed("c", -1)
    assert not cs.is_zero(to_phase(probed("b", 1)))
    assert cs.is_zero(to_phase(pair))
    assert cs.is_zero(to_phase(probed("c", -1) >> probed("b", 1)))
    assert cs.equal(to_phase(pair, "P_in"), 1)


def test_the_standard_quantum_limit_is_beaten():
    """Force noise of the light: 1/(4 Gamma chi^2), at Gamma = 1/|chi| a quarter of the limit 1/|chi|."""
    chi = Omega / (Omega**2 - omega**2)
    pair = (probed("b", 1) >> probed("c", -1)).system()
    N = cs.noise_spectrum(pair, "P", frequency=omega).inline().subs(gamma, 0)
    added = N / (sp.sqrt(2 * Gamma) * chi) ** 2
    assert cs.equal(added, 1 / (4 * Gamma * chi**2))
    assert cs.equal(added.subs(Gamma, 1 / chi), 1 / (4 * chi))


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

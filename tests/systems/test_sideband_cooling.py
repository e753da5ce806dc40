"""Sideband cooling of a mechanical oscillator in a driven cavity, beyond and within the rotating-wave approximation.

A cavity (decay rate kappa, drive detuned by Delta = omega_drive - omega_cavity) and an oscillator (frequency Omega)
are coupled by g (a + a^+)(b + b^+), g the coupling enhanced by the drive. Light alone then cools the oscillator to

    n_min = -[(Delta + Omega)^2 + kappa^2/4]/(4 Delta Omega)                        (g -> 0; no mechanical bath),

smallest at Delta = -sqrt(Omega^2 + kappa^2/4), where n_min = [sqrt(1 + kappa^2/(4 Omega^2)) - 1]/2.
Source: Marquardt, Chen, Clerk, Girvin, PRL 99, 093902 (2007); Wilson-Rae et al., PRL 99, 093901 (2007).

At Delta = -Omega and within the rotating-wave approximation, with a bath of rate gamma and occupancy n,

    n_f = gamma n (4 G^2 + kappa^2 + kappa gamma)/[(kappa + gamma)(4 G^2 + kappa gamma)],    H = G (a^+ b + a b^+).

Source: Dobrindt, Wilson-Rae, Kippenberg, PRL 101, 263602 (2008), with their g = 2 G.
"""

from __future__ import annotations

import pytest
import sympy as sp

import cascade_sym as cs
from cascade_sym.errors import UnstableError

Delta, Omega, kappa, g, G, gamma, n = sp.symbols("Delta Omega kappa g G gamma n")
a, b = cs.operator("a"), cs.operator("b")


def phonons(system) -> sp.Expr:
    V = cs.covariance(system)
    return (V["X_b", "X_b"].inline() + V["P_b", "P_b"].inline() - 1) / 2


def beyond_rwa():
    H = -Delta * a.dagger() * a + Omega * b.dagger() * b + g * (a + a.dagger()) * (b + b.dagger())
    return cs.SLH("om", H, ports={"light": sp.sqrt(kappa) * a})


def limit() -> sp.Expr:
    """The stationary occupancy for g -> 0, from the exact one at any g."""
    return cs.normal_form(phonons(beyond_rwa())).subs(g, 0)


def test_quantum_limit():
    assert cs.equal(limit(), -((Delta + Omega) ** 2 + kappa**2 / 4) / (4 * Delta * Omega))


def test_optimum():
    best = -sp.sqrt(Omega**2 + kappa**2 / 4)
    assert cs.equal(limit().subs(Delta, best), (sp.sqrt(1 + kappa**2 / (4 * Omega**2)) - 1) / 2, domains={"Omega": "positive"})
    assert cs.is_zero(sp.diff(limit(), Delta).subs(Delta, best))
    assert sp.diff(limit(), Delta, 2).subs({Delta: best, Omega: 1, kappa: 1}).evalf() > 0


def test_strong_coupling_heats():
    """The exact occupancy lies above the weak-coupling limit."""
    point = {Delta: -1, Omega: 1, kappa: sp.Rational(1, 2)}
    exact, weak = cs.normal_form(phonons(beyond_rwa())).subs(point), limit().subs(point)
    assert all(exact.subs(g, sp.Rational(k, 20)) > weak for k in (1, 2, 4))


def test_blue_detuning_has_no_steady_state():
    with pytest.raises(UnstableError):
        cs.covariance(beyond_rwa().system().subs({Delta: 1, Omega: 1, kappa: 1, g: sp.Rational(1, 10)}))


def test_rotating_wave_with_a_bath():
    H = G * (a.dagger() * b + b.dagger() * a)
    system = cs.SLH("om", H, {"light": sp.sqrt(kappa) * a}, {"bath": (sp.sqrt(gamma) * b, n)})
    expected = gamma * n * (4 * G**2 + kappa**2 + kappa * gamma) / ((kappa + gamma) * (4 * G**2 + kappa * gamma))
    assert cs.equal(phonons(system), expected)

"""Travelling light: the state of outputs at a frequency, against what is known of amplifiers and empty cavities."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

import cascade_sym as cs
from cascade_sym.errors import UnknownName

chi, kappa, Omega = sp.symbols("chi kappa Omega")


def test_entanglement_of_the_light_of_an_amplifier() -> None:
    """Below threshold, at Omega = 0: e^(-2 r) = ((kappa - 2 chi)/(kappa + 2 chi))^2, and E_N = 2 r; pure at every frequency."""
    V = cs.light_state(cs.Squeezer("q", chi=chi, kappa=kappa, two_mode=True))
    assert V.modes == ("light+", "light-")
    assert cs.equal(cs.purity(V), 1)
    E = cs.evaluator(cs.log_negativity(V, "light+", "light-"))
    x = np.array([0.05, 0.2, 0.4, 0.499])
    assert E(chi=x, kappa=1, Omega=0) == pytest.approx(2 * np.log((1 + 2 * x) / (1 - 2 * x)), rel=1e-10)
    squeezed = 1 - 8 * x / ((1 + 2 * x) ** 2 + 4 * 0.3**2)  # of joint quadratures at Omega = 0.3 kappa
    assert E(chi=x, kappa=1, Omega=0.3) == pytest.approx(-np.log(squeezed), rel=1e-9)
    with pytest.warns(RuntimeWarning, match="outside the domain"):
        assert np.isnan(E(chi=0.6, kappa=1, Omega=0))  # above threshold


def test_the_light_of_a_warm_detuned_mode() -> None:
    """Two sidebands of different occupancy n kappa gamma/|(kappa + gamma)/2 - i (Omega -+ Delta)|^2: complex cross spectra."""
    a = cs.operator("a")
    Delta, gamma, n = sp.symbols("Delta gamma n")
    warm = cs.SLH("part", H=Delta * a.dagger() * a, ports={"light": a}, baths={"bath": (sp.sqrt(gamma) * a, n)})
    V = cs.light_state(warm)
    assert V.modes == ("light_cos", "light_sin")
    at = {"Delta": 0.7, "gamma": 0.4, "n": 3.0, "Omega": 0.5}
    sides = [3 * 0.4 / (0.7**2 + (sign * 0.5 - 0.7) ** 2) for sign in (1, -1)]
    expected = sorted(0.5 + x for x in sides)
    for f in (cs.state_evaluator(cs.symplectic_spectrum, V), lambda x: [cs.evaluator(q)(x) for q in cs.symplectic_spectrum(V)]):
        assert f(at) == pytest.approx(expected, rel=1e-10)
    assert cs.state_evaluator(cs.log_negativity, V, "light_cos", "light_sin")(at) == 0
    at_zero = V.subs({Delta: 0})
    assert all(cs.is_zero(at_zero.element(f"{x}_light_cos", f"{y}_light_sin")) for x in "XP" for y in "XP")


def test_a_detuned_squeezer_without_loss_gives_pure_light() -> None:
    a = cs.operator("a")
    H = sp.Rational(1, 2) * a.dagger() * a + sp.Rational(1, 10) * (a**2 + a.dagger() ** 2)
    V = cs.light_state(cs.SLH("part", ports={"light": a}, H=H))
    assert V.modes == ("light",)
    assert cs.equal(cs.purity(V), 1)


def test_an_empty_cavity_leaves_vacuum() -> None:
    V = cs.light_state(cs.Cavity("c"))
    assert V.matrix == sp.eye(2) / 2
    with pytest.raises(UnknownName, match="Did you mean 'light'"):
        cs.light_state(cs.Cavity("c"), "ligt")

"""A driven cavity with a movable mirror, damped in p alone: stability, covariance, entanglement, cooling.

With kappa the amplitude decay rate, Delta = omega_cavity - omega_drive > 0 for cooling, and H = -G X q, the steady state
exists where

    s_1 = 2 gamma kappa {[kappa^2 + (w - D)^2][kappa^2 + (w + D)^2] + gamma [(gamma + 2 kappa)(kappa^2 + D^2) + 2 kappa w^2]}
          + D w G^2 (gamma + 2 kappa)^2 > 0,       s_2 = w (kappa^2 + D^2) - G^2 D > 0,

with the drift and diffusion matrices of the papers, over (q, p, X, Y),

    A = [[0, w, 0, 0], [-w, -gamma, G, 0], [0, 0, -kappa, D], [G, 0, -D, -kappa]],  diag(0, gamma (2n + 1), kappa, kappa).

In weak coupling the optical damping is Gamma = A_- - A_+, A_-+ = G^2 kappa/(2 [kappa^2 + (D -+ w)^2]), and the phonon number
(gamma n + A_+)/(gamma + Gamma). Source: Vitali et al., PRL 98, 030405 (2007); Genes, Vitali, Tombesi, Gigan,
Aspelmeyer, PRA 77, 033804 (2008).
"""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

import cascade_sym as cs
from cascade_sym.errors import UnphysicalError, UnstableError
from tests.light.numeric import close, filtered, log_negativity, numbers, steady

w, gamma, n, kappa, D, G = sp.symbols("w gamma n kappa D G")
c, (X, _), (q, _) = cs.operator("c"), cs.quadratures("c"), cs.quadratures("m")


def mirror():
    m = cs.MechanicalOscillator("m", w, gamma, n)
    return cs.SLH("om", D * c.dagger() * c - G * X * q, {"light": sp.sqrt(2) * sp.sqrt(kappa) * c}, mechanics=[m])


def point(rng):
    return dict(w=1.0, gamma=rng.uniform(1e-3, 0.1), n=rng.uniform(0, 30), kappa=rng.uniform(0.2, 2), D=rng.uniform(0.5, 1.5),
                G=rng.uniform(0.05, 0.4))  # fmt: skip


def matrices(p):
    """Over (q, p, X, Y), as printed."""
    A = [[0, p["w"], 0, 0], [-p["w"], -p["gamma"], p["G"], 0], [0, 0, -p["kappa"], p["D"]], [p["G"], 0, -p["D"], -p["kappa"]]]
    return np.array(A), np.diag([0, p["gamma"] * (2 * p["n"] + 1), p["kappa"], p["kappa"]])


ORDER = [2, 3, 0, 1]  # the toolkit's (X_c, P_c, X_m, P_m) from the papers' order and back


def test_stability_conditions():
    V = cs.covariance(mirror())
    found = [V.definitions.inline(h) for h in V.stability]
    s_1 = 2 * gamma * kappa * ((kappa**2 + (w - D) ** 2) * (kappa**2 + (w + D) ** 2) + gamma * ((gamma + 2 * kappa) * (kappa**2 + D**2)
          + 2 * kappa * w**2)) + D * w * G**2 * (gamma + 2 * kappa) ** 2  # fmt: skip
    s_2 = w * (kappa**2 + D**2) - G**2 * D
    assert any(cs.equal(h, s_1) for h in found) and any(cs.equal(h, w * s_2) for h in found)
    rest = [h for h in found if not cs.equal(h, s_1) and not cs.equal(h, w * s_2)]
    assert any(cs.equal(h, gamma + 2 * kappa) for h in rest) and len(rest) <= 2  # positive, or implied by the others
    with pytest.raises(UnstableError):
        cs.covariance(mirror().system().subs({w: 1, D: -1, kappa: 1, gamma: sp.Rational(1, 100), G: 1, n: 0}))


def test_stability_as_printed():
    """s_1 and s_2 themselves, and nothing else, once rates and the frequency are positive."""
    s_1 = 2 * gamma * kappa * ((kappa**2 + (w - D) ** 2) * (kappa**2 + (w + D) ** 2) + gamma * ((gamma + 2 * kappa) * (kappa**2 + D**2)
          + 2 * kappa * w**2)) + D * w * G**2 * (gamma + 2 * kappa) ** 2  # fmt: skip
    s_2 = w * (kappa**2 + D**2) - G**2 * D
    declared = {s: cs.symbol(s.name, "positive") for s in (w, gamma, kappa)}
    found = cs.stability_conditions(mirror().system().subs(declared)).conditions
    assert len(found) == 2 and all(any(cs.equal(c, s) for c in found) for s in (s_1, s_2))


def test_covariance_and_entanglement_against_lyapunov():
    rng = np.random.default_rng(7)
    V = cs.covariance(mirror())
    E = cs.evaluator(cs.log_negativity(V, "m", "c"))
    for _ in range(4):
        p = point(rng)
        expected = steady(*matrices(p))
        assert close(numbers(V, **p), expected[np.ix_(ORDER, ORDER)])
        assert abs(float(E(**p)) - log_negativity(expected)) < 1e-11


def test_conditional_state_against_care():
    rng = np.random.default_rng(8)
    p = point(rng)
    f = cs.conditional_evaluator(cs.riccati(mirror(), cs.Homodyne(angle=sp.pi / 2)))
    found = f(**p)
    A, N = matrices(p)
    root = np.sqrt(2 * p["kappa"])
    C, S = [[0, 0, 0, root]], np.array([[0, 0, 0, -root / 2]]).T
    expected = filtered(A, N, C, [[0.5]], S)[np.ix_(ORDER, ORDER)]
    assert close([[found[i, j] for j in f.quadratures] for i in f.quadratures], expected)


def test_phonon_number_in_weak_coupling():
    """To second order in G, with gamma of that order too: the rate equation, from the exact covariance."""
    t = sp.Symbol("t")
    point = {w: 1, kappa: sp.Rational(1, 3), D: sp.Rational(9, 10), n: 20}
    V = cs.covariance(mirror().system().subs(point))
    exact = (V["X_m", "X_m"].inline() + V["P_m", "P_m"].inline() - 1) / 2
    scaled = cs.normal_form(exact.subs({gamma: t**2 * gamma, G: t * G})).subs(t, 0)
    down, up = (G**2 * kappa / (2 * (kappa**2 + (D + s * w) ** 2)) for s in (-1, 1))
    expected = ((gamma * n + up) / (gamma + down - up)).subs(point)
    assert cs.equal(scaled, expected)


def test_it_is_declared_not_to_be_of_lindblad_form():
    found = cs.is_physical(mirror())
    assert not found and found.as_declared and "not of Lindblad form" in repr(found)
    assert cs.equal(found.excess, -gamma) and found.witness == "d[m, m^+]/dt"
    with pytest.raises(UnphysicalError, match="Lindblad"):
        cs.master_equation(mirror())


def test_spectrum_integrates_to_the_variance():
    p = {w: 1, gamma: sp.Rational(1, 10), n: 3, kappa: sp.Rational(1, 2), D: 1, G: sp.Rational(1, 4)}
    s = mirror().system().subs(p)
    N = cs.noise_spectrum(s, "X_m")
    assert cs.equal(cs.integrated(N), cs.covariance(s)["X_m", "X_m"])

"""A subsystem free of quantum mechanics: the collective quadratures of two oscillators of opposite frequency.

In the frame of two-tone drives, H = Omega (a^+ a - b^+ b) + 2 G X_+ X_c with X_+- = (X_a +- X_b)/sqrt2 and P_+- likewise:
X_+ and P_- commute and drive each other only. With baths (gamma, n) and a cavity (kappa) the pair stays at

    Var X_+ = Var P_- = n + 1/2     for every coupling,

while X_- and P_+ take the back-action. A force on one oscillator is seen in both variables, beyond the standard limit.
Source: Woolley and Clerk, PRA 87, 063846 (2013); Tsang and Caves, PRX 2, 031016 (2012).
"""

from __future__ import annotations

import numpy as np
import sympy as sp

import cascade_sym as cs
from tests.light.numeric import close, numbers, steady

G, Omega, kappa, gamma, n, w = sp.symbols("G Omega kappa gamma n w")
a, b, c = map(cs.operator, "abc")
ROOT = 1 / sp.sqrt(2)


def system():
    X = {k: cs.quadratures(k)[0] for k in "abc"}
    H = Omega * (a.dagger() * a - b.dagger() * b) + 2 * G * ROOT * (X["a"] + X["b"]) * X["c"]
    baths = {k: (sp.sqrt(gamma) * cs.operator(k), n) for k in "ab"}
    return cs.SLH("qmfs", H, {"light": sp.sqrt(kappa) * c}, baths)


def test_the_pair_is_untouched():
    V = cs.covariance(system())
    for q, s in (("X", 1), ("P", -1)):
        e = V.definitions.inline(V.quadratic({f"{q}_a": ROOT, f"{q}_b": s * ROOT}))
        assert cs.equal(e.subs({gamma: 1, kappa: 2, Omega: 3}), n + sp.Rational(1, 2))


def test_the_other_pair_takes_the_back_action():
    V = cs.covariance(system())
    p = dict(G=0.7, Omega=1.3, kappa=2.0, gamma=0.1, n=2.0)
    found = numbers(V, **p)
    plus = found[1, 1] / 2 + found[3, 3] / 2 + found[1, 3]
    assert plus > p["n"] + 0.6


def test_no_back_action_in_the_output():
    """The light reads X_+, which no light has driven: P_out carries P_in and the baths alone."""
    budget = cs.noise_budget(system(), "P", frequency=w)
    assert cs.equal(budget["X_in"], 0) and cs.equal(budget["P_in"], sp.Rational(1, 2))


def test_against_lyapunov():
    rng = np.random.default_rng(9)
    V = cs.covariance(system())
    for _ in range(3):
        p = dict(G=rng.uniform(0.1, 1), Omega=rng.uniform(0.5, 2), kappa=rng.uniform(0.5, 3), gamma=rng.uniform(0.05, 0.5),
                 n=rng.uniform(0, 5))  # fmt: skip
        y, k, g, o = p["gamma"] / 2, p["kappa"] / 2, np.sqrt(2) * p["G"], p["Omega"]
        A = np.array([[-y, o, 0, 0, 0, 0], [-o, -y, 0, 0, -g, 0], [0, 0, -y, -o, 0, 0], [0, 0, o, -y, -g, 0],
                      [0, 0, 0, 0, -k, 0], [-g, 0, -g, 0, 0, -k]])  # fmt: skip
        D = np.diag([p["gamma"] * (p["n"] + 0.5)] * 4 + [p["kappa"] / 2] * 2)
        assert close(numbers(V, **p), steady(A, D))

"""Continuous entanglement swapping and its feedback: two emitters, a Bell measurement of their light.

Two modes emit into light by two-mode squeezing at the rate G and decay at the rate gamma into vacuum; a beam splitter
joins the outputs, and homodyne detectors measure X of one and P of the other superposition. For X_+ = (X_1 + X_2)/sqrt2
the first has y = sqrt(G) X_+ + nu with correlated noise, <xi nu> = sqrt(G)/2, so that its conditional variance obeys

    (G - gamma) V + (G + gamma)/2 - 2 G (V + 1/2)^2 = 0,    V = [sqrt((G + gamma)^2 + 4 G gamma) - (G + gamma)]/(4 G),

below the 1/2 of separable states for all rates, and so has P_-: the modes, which never met, have the EPR variance
Var X_+ + Var P_- = 2 V. Feedback of either current with the gain -K = -2 sqrt(G) (V + 1/2) makes that unconditional: the
entanglement is swapped, and states are teleported, deterministically. For gamma -> 0, V -> 0: perfect teleportation.
Source: Hofer and Hammerer, PRA 91, 033822 (2015); Hofer, Vasilyev, Aspelmeyer, Hammerer, PRL 111, 170404 (2013).
"""

from __future__ import annotations

import sympy as sp

import cascade_sym as cs

G, gamma = sp.symbols("G gamma")
a, b = cs.operator("a"), cs.operator("b")


def emitters():
    """Both modes with their light behind the beam splitter, and baths in vacuum; no Hamiltonian."""
    out = {sign: sp.sqrt(G / 2) * (a.dagger() + s * b.dagger()) for sign, s in (("plus", 1), ("minus", -1))}
    baths = {"bath_a": (sp.sqrt(gamma) * a, 0), "bath_b": (sp.sqrt(gamma) * b, 0)}
    return cs.SLH("e", 0 * a, out, baths, modes=["a", "b"])


def bell(eta=1):
    return [cs.Homodyne(angle=0, port="plus", efficiency=eta), cs.Homodyne(angle=sp.pi / 2, port="minus", efficiency=eta)]


def conditional_variance():
    return (sp.sqrt((G + gamma) ** 2 + 4 * G * gamma) - (G + gamma)) / (4 * G)


def combined(V):
    """Var X_+ and Var P_-."""
    half = sp.Rational(1, 2)
    plus = (V("X_a", "X_a") + V("X_b", "X_b")) * half + V("X_a", "X_b")
    minus = (V("P_a", "P_a") + V("P_b", "P_b")) * half - V("P_a", "P_b")
    return plus, minus


def test_the_conditional_state_is_entangled():
    """The numbers of the two-mode filter are those of the closed form."""
    V = cs.evaluator(cs.riccati(emitters(), bell()))
    closed = cs.evaluator(conditional_variance())
    for rates in ({"G": 0.3, "gamma": 1.0}, {"G": 0.8, "gamma": 1.0}):
        found = V(rates)
        for x in combined(lambda i, j: found[i, j]):
            assert abs(x - closed(rates)) < 1e-11
        assert closed(rates) < 0.5


def test_the_closed_form_solves_its_equation():
    V = conditional_variance()
    assert cs.is_zero((G - gamma) * V + (G + gamma) / 2 - 2 * G * (V + sp.Rational(1, 2)) ** 2)
    assert sp.limit(V.subs(G, 1), gamma, 0) == 0


def test_feedback_makes_it_unconditional():
    """X_+ is driven by the first current, P_- by the second, with any gain g; the optimum is the conditional state."""
    g = sp.Symbol("g")
    root = 1 / sp.sqrt(2)
    control = [{"X_a": root, "X_b": root}, {"P_a": root, "P_b": -root}]
    seen = cs.riccati(emitters(), bell()).C.subs({G: 1})
    signs = [sp.sign(seen[0, 0]), sp.sign(seen[1, 1])]
    fed = cs.measurement_feedback(emitters(), bell(), control, sp.diag(g * signs[0], g * signs[1]))
    V = cs.covariance(fed)
    expected = (G / 2 + gamma / 2 + sp.sqrt(G) * g + g**2 / 2) / (gamma - G - 2 * sp.sqrt(G) * g)
    for x in combined(lambda i, j: V[i, j].inline()):
        assert cs.equal(x, expected)
    best = -2 * sp.sqrt(G) * (conditional_variance() + sp.Rational(1, 2))
    for values in ({G: sp.Rational(1, 3), gamma: 1}, {G: 2, gamma: sp.Rational(1, 2)}):
        at = expected.subs(values)
        assert cs.equal(at.subs(g, best.subs(values)), conditional_variance().subs(values))
        assert cs.is_zero(sp.diff(at, g).subs(g, best.subs(values)))

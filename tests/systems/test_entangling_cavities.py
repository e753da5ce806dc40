"""Two remote cavities driven by the beams of an EPR source: they become entangled as the light is.

With <b_1 b_2> = -M, M = sinh(2r)/2, and decay rates kappa_1, kappa_2, the cavities have <a_k^+ a_k> = sinh^2 r and

    <a_1 a_2> = -[2 sqrt(kappa_1 kappa_2)/(kappa_1 + kappa_2)] M;

equal ones are in a pure two-mode squeezed state with logarithmic negativity 2r.
Source: Kraus and Cirac, PRL 92, 013602 (2004) (for the driving field); Parkins and Kimble, PRA 61, 052104 (2000).
"""

from __future__ import annotations

import numpy as np
import sympy as sp

import cascade_sym as cs
from tests.light.numeric import close, entangled, log_negativity, numbers, steady

r, k1, k2, eps = sp.Symbol("r"), *sp.symbols("kappa_1 kappa_2 epsilon")


def cavities(second=k2, loss=0):
    parts = {"epr": cs.TwoModeSqueezedLight(r), "loss": cs.Loss(loss), "a": cs.Cavity("a", kappa=k1),
             "b": cs.Cavity("b", kappa=second)}  # fmt: skip
    return cs.connect(parts, [("epr.1", "loss"), ("loss", "a"), ("epr.2", "b")])


def test_closed_form():
    V = cs.covariance(cavities())
    M = (sp.exp(2 * r) - sp.exp(-2 * r)) / 4
    assert cs.equal(V["X_a", "X_a"].inline(), (sp.exp(2 * r) + sp.exp(-2 * r)) / 4)
    assert cs.equal(V["X_a", "X_b"].inline(), -2 * sp.sqrt(k1) * sp.sqrt(k2) / (k1 + k2) * M)
    assert cs.equal(V["P_a", "P_b"].inline(), 2 * sp.sqrt(k1) * sp.sqrt(k2) / (k1 + k2) * M)
    assert V.derivation.ok and cs.is_physical(cavities())


def test_equal_cavities_take_over_the_state_of_the_light():
    V = cs.covariance(cavities(k1))
    sums = V.quadratic({"X_a": 1 / sp.sqrt(2), "X_b": 1 / sp.sqrt(2)})
    assert cs.equal(V.definitions.inline(sums), sp.exp(-2 * r) / 2)
    assert abs(float(cs.evaluator(cs.log_negativity(V, "a", "b"))(kappa_1=1.3, r=0.7)) - 1.4) < 1e-12


def test_the_master_equation_has_entangled_jumps():
    """The same moments follow from the master equation, by a road of its own."""
    net = cavities().subs({k1: 1, k2: 4})
    equation = cs.master_equation(net)
    assert all(step.check().ok for step in equation.steps)
    moments = cs.moment_equations(equation)
    V = cs.covariance(net)
    point = {moments.symbols[pair]: V.definitions.inline(V.element(*pair)) for pair in moments.covariances}
    assert all(cs.is_zero(rate.subs(point)) for rate in moments.covariances.values())


def test_against_lyapunov():
    rng = np.random.default_rng(5)
    V = cs.covariance(cavities(loss=eps))
    E = cs.evaluator(cs.log_negativity(V, "a", "b"))
    for _ in range(4):
        p = dict(r=rng.uniform(0.1, 1.5), kappa_1=rng.uniform(0.2, 3), kappa_2=rng.uniform(0.2, 3), epsilon=rng.uniform(0, 1))
        t = np.diag([np.sqrt(1 - p["epsilon"])] * 2 + [1, 1])
        light = t @ entangled(p["r"]) @ t + np.diag([p["epsilon"] / 2] * 2 + [0, 0])
        rates = np.repeat([p["kappa_1"], p["kappa_2"]], 2)
        found = steady(-np.diag(rates) / 2, np.sqrt(np.outer(rates, rates)) * light)
        assert close(numbers(V, **p), found)
        assert close(E(**p), log_negativity(found))

"""LQG control of a parametric oscillator in a thermal bath: squeezing beyond the 3 dB of the open loop.

dX = -lambda X dt + u dt + ..., lambda = kappa/2 - chi, homodyne detection of X with efficiency eta, cost <X^2 + r u^2>.
The control equation -2 lambda P + 1 - P^2/r = 0 has the root P = r (sqrt(lambda^2 + 1/r) - lambda), the feedback is
u = -(P/r) <X>, and with the filter's variance V and K = 2 c V - c, c = sqrt(eta kappa), the least cost is

    J = V + P K^2/2,

which tends to V where control costs nothing, r -> 0: the squeezing of the conditional state becomes unconditional.
Source: Genoni, Mancini, Serafini, PRA 87, 042333 (2013) (arXiv 2012), whose monitoring is of general dyne kind.
"""

from __future__ import annotations

import sympy as sp

import cascade_sym as cs

chi, kappa, eta, r = sp.symbols("chi kappa eta r")
part, detector = cs.Squeezer("s", chi=chi, kappa=kappa), cs.Homodyne(angle=0, efficiency=eta)
damping, seen = kappa / 2 - chi, sp.sqrt(eta * kappa)
WEIGHTS = sp.Matrix([[1, 0], [0, 0]])


def test_both_riccati_equations_and_the_least_cost():
    best = cs.lqg(part, detector, "X_s", (WEIGHTS, r))
    P = r * (sp.sqrt(damping**2 + 1 / r) - damping)
    assert cs.equal(best.control["X_s", "X_s"], P)
    assert cs.equal(best.definitions.inline(best.control_gain[0, 0]), P / r)
    V = best.filter["X_s", "X_s"].inline()
    assert cs.is_zero(eta * kappa * V**2 + (damping - eta * kappa) * V - (1 - eta) * kappa / 4)
    K = 2 * seen * V - seen
    for values in ({chi: sp.Rational(1, 5), kappa: 1, eta: sp.Rational(3, 4), r: sp.Rational(1, 3)},
                   {chi: 1, kappa: 1, eta: sp.Rational(1, 2), r: 2}):  # fmt: skip
        exact = (V + P * K**2 / 2).subs(values)
        assert cs.equal(best.cost.subs(values), exact)


def test_free_control_leaves_the_conditional_state():
    best = cs.lqg(part, detector, "X_s", (WEIGHTS, r)).subs({"chi": sp.Rational(1, 5), "kappa": 1, "eta": sp.Rational(3, 4)})
    V = best.filter["X_s", "X_s"].inline()
    cost = cs.evaluator(best.cost)
    assert abs(cost(r=1e-10) - float(V)) < 1e-4
    assert cost(r=1.0) > cost(r=0.1) > cost(r=0.01) > float(V)


def test_a_thermal_oscillator_is_controlled_to_its_conditional_state():
    """Beyond threshold too: there the open loop has no steady state."""
    best = cs.evaluator(cs.lqg(cs.Squeezer("s", chi=1, kappa=1), detector, "X_s", (WEIGHTS, r)))
    found = best(eta=0.9, r=1e-8)
    assert found.closed_loop > 0
    assert abs(found.covariance[0, 0] - found.filter[0, 0]) < 1e-3

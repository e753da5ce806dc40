"""How far squeezed thermal states are from each other, and how well squeezing, temperature and loss can be estimated.

Squeezed thermal states of occupancy n and squeezing r (along one axis), with s = 2 n + 1:

    F = 2/[sqrt(s_1^2 + s_2^2 + 2 s_1 s_2 cosh 2(r_1 - r_2) + (s_1^2 - 1)(s_2^2 - 1)) - sqrt((s_1^2 - 1)(s_2^2 - 1))],
    F_Q(r) = 4 s^2/(s^2 + 1),       F_Q(n) = 1/(n (n + 1)).

Loss eta of squeezed vacuum (vacuum = 1: variances 1 - eta + eta e^(-+2 r)), D the determinant of its covariance:

    F_Q(eta) = [8 D'^2/(4 D - 1) - 4 det V']/(4 D + 1),   4 D = 1 + 4 eta (1 - eta) sinh^2 r.

Source: Twamley, J. Phys. A 29, 3723 (1996); Scutaru, J. Phys. A 31, 3659 (1998); Pinel et al., PRA 88, 040102 (2013); loss:
Monras and Paris, PRL 98, 160401 (2007).
"""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

import cascade_sym as cs

r, r1, r2, n, n1, n2 = (cs.symbol(x, d) for x, d in zip("r r_1 r_2 n n_1 n_2".split(), ["real"] * 3 + ["nonnegative"] * 3, strict=True))
eta = cs.symbol("eta", (0, 1))


def thermal(r, n) -> cs.Covariance:
    return cs.gaussian_state((n + sp.Rational(1, 2)) * sp.diag(sp.exp(-2 * r), sp.exp(2 * r)))


def test_fidelity():
    rng = np.random.default_rng(0)
    at = {"r_1": rng.uniform(-2, 2, 40), "r_2": rng.uniform(-2, 2, 40), "n_1": rng.uniform(0, 3, 40), "n_2": rng.uniform(0, 3, 40)}
    at["n_1"][:10] = 0
    at["n_2"][5:15] = 0
    s, t = 2 * at["n_1"] + 1, 2 * at["n_2"] + 1
    rest = (s**2 - 1) * (t**2 - 1)
    expected = 2 / (np.sqrt(s**2 + t**2 + 2 * s * t * np.cosh(2 * (at["r_1"] - at["r_2"])) + rest) - np.sqrt(rest))
    found = cs.evaluator(cs.fidelity(thermal(r1, n1), thermal(r2, n2)))(at)
    assert found == pytest.approx(expected, rel=1e-9)
    numbers = [cs.evaluator(thermal(r1, n1))(r_1=at["r_1"], n_1=at["n_1"]).matrix, cs.evaluator(thermal(r2, n2))(r_2=at["r_2"], n_2=at["n_2"]).matrix]
    assert cs.fidelity(*numbers) == pytest.approx(expected, rel=1e-6)  # 1e-8 where both are pure up to rounding


def test_squeezing_and_temperature():
    s = 2 * n + 1
    assert cs.equal(cs.quantum_fisher_information(thermal(r, n), "r"), 4 * s**2 / (s**2 + 1))
    assert cs.equal(cs.quantum_fisher_information(thermal(r, n), n), 1 / (n * (n + 1)))


def test_loss():
    V = cs.GaussianChannel.loss(eta).apply(thermal(r, 0), 1)
    D = (1 + 4 * eta * (1 - eta) * sp.sinh(r) ** 2) / 4
    det = V["X_1", "X_1"].inline() * V["P_1", "P_1"].inline()
    assert cs.equal(det, D)
    slope = (sp.exp(-2 * r) - 1) * (sp.exp(2 * r) - 1) / 4  # det of dV/d eta
    expected = (8 * sp.diff(D, eta) ** 2 / (4 * D - 1) - 4 * slope) / (4 * D + 1)
    assert cs.equal(cs.quantum_fisher_information(V, "eta"), expected)


def test_the_fidelity_falls_off_as_the_fisher_information_says():
    """F = 1 - F_Q d^2/4 for a small change d of a parameter."""
    d, at = 1e-3, {"r": 0.4, "n": 0.3}
    near = cs.fidelity(thermal(r, n), thermal(r + sp.Rational(1, 1000), n))
    information = cs.evaluator(cs.quantum_fisher_information(thermal(r, n), r))(n=at["n"])
    value = cs.evaluator(near)({k: at[k] for k in (s.name for s in near.parameters)})
    assert 4 * (1 - value) / d**2 == pytest.approx(information, rel=1e-4)

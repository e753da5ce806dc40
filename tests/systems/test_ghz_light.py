"""The GHZ state of three light modes of van Loock and Braunstein.

One mode squeezed in P and two squeezed in X (all by r) are put together on beam splitters of transmittance 1:2 and 1:1:

    Var X = (e^(2 r) + 2 e^(-2 r))/6,  Cov X = (e^(2 r) - e^(-2 r))/6,
    Var P = (e^(-2 r) + 2 e^(2 r))/6,  Cov P = (e^(-2 r) - e^(2 r))/6.

It is pure and symmetric. With u = X_1 - X_2 and v = P_1 + P_2 + g P_3 its variances are

    Var u = e^(-2 r),   Var v = [(2 + g)^2 e^(-2 r) + 2 (1 - g)^2 e^(2 r)]/6,

their sum being at least 2 across the cuts that part 1 and 2 without entanglement. At g = 1 the sum is 5 e^(-2 r)/2. One mode
with two: the reduced mode has nu^2 = Var X Var P, and E_N = arcosh(2 nu) because the whole is pure. Two modes alone keep
entanglement at all r (the state is a GHZ state only in the limit). Source: van Loock and Braunstein, PRL 84, 3482
(2000); van Loock and Furusawa, PRA 67, 052315 (2003); Adesso and Illuminati, NJP 8, 15 (2006).
"""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

import cascade_sym as cs

r, g = cs.symbol("r", "nonnegative"), sp.Symbol("g")


def splitter(first: int, second: int, transmitted: sp.Expr) -> sp.Matrix:
    """A beam splitter with amplitude sqrt(1 - transmitted) of the first mode in itself."""
    M = sp.eye(6)
    s, c = sp.sqrt(transmitted), sp.sqrt(1 - transmitted)
    for q in (0, 1):
        i, j = 2 * first + q, 2 * second + q
        M[i, i], M[i, j], M[j, i], M[j, j] = c, s, s, -c
    return M


def ghz() -> cs.Covariance:
    """From the squeezers through the beam splitters, as a chain of channels."""
    up, down = sp.exp(2 * r) / 2, sp.exp(-2 * r) / 2
    light = cs.gaussian_state(sp.diag(up, down, down, up, down, up))
    first = cs.GaussianChannel.symplectic(splitter(0, 1, sp.Rational(2, 3)))
    return (first >> cs.GaussianChannel.symplectic(splitter(1, 2, sp.Rational(1, 2)))).apply(light)


def test_covariance():
    V = ghz()
    up, down = sp.exp(2 * r), sp.exp(-2 * r)
    for k in "123":
        assert cs.equal(V[f"X_{k}", f"X_{k}"], (up + 2 * down) / 6)
        assert cs.equal(V[f"P_{k}", f"P_{k}"], (down + 2 * up) / 6)
    for i, j in ("12", "13", "23"):
        assert cs.equal(V[f"X_{i}", f"X_{j}"], (up - down) / 6)
        assert cs.equal(V[f"P_{i}", f"P_{j}"], (down - up) / 6)


def test_it_is_pure():
    assert cs.equal(cs.purity(ghz()), 1)
    for k, q in enumerate(cs.symplectic_invariants(ghz()), 1):
        assert cs.equal(q, sp.binomial(3, k) / sp.Integer(4) ** k)


def test_van_loock_furusawa():
    found = cs.van_loock_furusawa(ghz(), {"X_1": 1, "X_2": -1}, {"P_1": 1, "P_2": 1, "P_3": g})
    up, down = sp.exp(2 * r), sp.exp(-2 * r)
    assert cs.equal(found.total, down + ((2 + g) ** 2 * down + 2 * (1 - g) ** 2 * up) / 6)
    assert found.bounds[("1",), ("2", "3")] == found.bounds[("2",), ("1", "3")] == 2
    at_one = cs.van_loock_furusawa(ghz(), {"X_1": 1, "X_2": -1}, {"P_1": 1, "P_2": 1, "P_3": 1})
    assert cs.equal(at_one.ratios[("1",), ("2", "3")], sp.Rational(5, 4) * down)
    # genuine: the mode 3 enters u too, X_1 - (X_2 + X_3)/2 beside P_1 + P_2 + P_3
    whole = cs.van_loock_furusawa(
        ghz(), {"X_1": 1, "X_2": sp.Rational(-1, 2), "X_3": sp.Rational(-1, 2)}, {"P_1": 1, "P_2": 1, "P_3": 1}
    )
    assert sorted(whole.bounds.values()) == [1, 1, 2]
    assert cs.equal(whole.genuine, sp.Rational(9, 4) * down)


def test_one_mode_with_two():
    x = np.array([0.0, 0.1, 1.0, 4.0, 12.0])
    nu = np.sqrt((np.exp(2 * x) + 2 * np.exp(-2 * x)) * (np.exp(-2 * x) + 2 * np.exp(2 * x))) / 6
    for cut in (("1", ("2", "3")), (("1", "3"), "2")):
        assert cs.state_evaluator(cs.log_negativity, ghz(), *cut)(r=x) == pytest.approx(np.arccosh(np.maximum(2 * nu, 1)), abs=1e-7)
    polynomial = cs.evaluator(cs.ppt(ghz(), "1", ("2", "3")))
    assert polynomial(r=0.0) == 0
    assert polynomial(r=x[1:]).max() < 0


def test_two_modes_alone():
    """nu of the partial transpose of a reduced pair, from its standard form: X and P sums and differences decouple."""
    x = np.array([0.3, 1.0, 2.0])
    up, down = np.exp(2 * x), np.exp(-2 * x)
    minus, plus = down / 2, (down + 2 * up) / 6 + (down - up) / 6  # Var (X_1 - X_2)/sqrt2, Var (P_1 + P_2)/sqrt2
    E = -np.log(2 * np.sqrt(minus * plus))
    assert cs.evaluator(cs.log_negativity(ghz(), "1", "2"))(r=x) == pytest.approx(E, rel=1e-10)
    assert (E > 0).all()

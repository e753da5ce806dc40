"""Declared quantities against a numeric steady state written down from Eqs. (4), (5) without the toolkit."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import scipy.linalg
import scipy.optimize
import sympy as sp

from cascade_sym.declared.computed import evaluate_declared
from cascade_sym.errors import MissingParameter, ParameterError, UnknownParameter, UnstableError

NAMES = ["C_S", "C_M", "theta_S", "theta_M", "gamma_S0", "gamma_M0", "n_S", "n_M", "epsilon"]


def numeric(p):
    """(7), (8) by a Lyapunov solve in the variables (a_S, a_M^+), vacuum noise per channel."""
    dS, dM = p["gamma_S0"] * (p["n_S"] + 0.5), p["gamma_M0"] * (p["n_M"] + 0.5)
    GS, GM = p["C_S"] * dS, p["C_M"] * dM
    sB, sP = np.sqrt(GS) * np.sin(p["theta_S"]), np.sqrt(GS) * np.cos(p["theta_S"])
    mB, mP = np.sqrt(GM) * np.sin(p["theta_M"]), np.sqrt(GM) * np.cos(p["theta_M"])
    t, e = np.sqrt(1 - p["epsilon"]), np.sqrt(p["epsilon"])
    R = sB * mP - mB * sP
    A = np.array([[-(p["gamma_S0"] + sB**2 - sP**2) / 2, 0], [t * R, -(p["gamma_M0"] + mB**2 - mP**2) / 2]])
    # noise in a_S and in a_M^+ from: b_-, b_+^+, b'_-, b'_+^+ (vacuum), the two baths
    B = np.array([[-1j * sB, -1j * sP, 0, 0, 1, 0], [1j * t * mP, 1j * t * mB, 1j * e * mP, 1j * e * mB, 0, 1]])
    N = np.diag([0.5, 0.5, 0.5, 0.5, dS, dM])
    V = scipy.linalg.solve_continuous_lyapunov(A, -(B @ N @ B.conj().T)).real
    g = (mB + mP) / (t * (sB + sP))
    return {
        "xi_g": 2 * (V[0, 0] + g**2 * V[1, 1] + 2 * g * V[0, 1]) / (1 + g**2), "g": g, "R": R,
        "var_X_S": V[0, 0], "var_X_M": V[1, 1], "sym_X_S_X_M": 2 * V[0, 1],
        "gamma_S": -2 * A[0, 0], "gamma_M": -2 * A[1, 1],
    }  # fmt: skip


def draw(rng):
    p = {
        "C_S": 10 ** rng.uniform(-1, 3), "C_M": 10 ** rng.uniform(-1, 3), "theta_S": rng.uniform(0.79, 1.5),
        "theta_M": rng.uniform(0.79, 1.5), "gamma_S0": rng.uniform(0.1, 10), "gamma_M0": rng.uniform(0.1, 10),
        "n_S": rng.uniform(0, 5), "n_M": rng.uniform(0, 50), "epsilon": rng.uniform(0, 0.9),
    }  # fmt: skip
    return p


@pytest.mark.parametrize("seed", range(12))
def test_declared_quantities_agree_with_a_numeric_lyapunov_solve(huang, seed):
    p = draw(np.random.default_rng(seed))
    given = {k: sp.Rational(v) for k, v in p.items()}
    for name, value in numeric(p).items():
        found = evaluate_declared(huang.model, name, given)
        assert float(found.text) == pytest.approx(value, rel=1e-9), name


def test_every_printed_digit_is_right(huang):
    given = {k: sp.Rational(v) for k, v in draw(np.random.default_rng(3)).items()}
    few, many = (evaluate_declared(huang.model, "xi_g", given, d) for d in (12, 60))
    assert len(few.text.replace(".", "").lstrip("0")) == 12
    assert abs(sp.Float(few.text, 70) - sp.Float(many.text, 70)) <= sp.Float(few.error, 70) + sp.Float("1e-59")


def test_cancellation_does_not_cost_digits(huang):
    """At C = 10^12 near the balanced angles double precision has no digit left; the value still has all."""
    given = dict(C_S=sp.Integer(10) ** 12, C_M=sp.Integer(10) ** 12, theta_S=sp.pi / 4, theta_M=sp.pi / 4 + sp.Rational(1, 10**6),
                 gamma_S0=1, gamma_M0=1, n_S=1, n_M=1, epsilon=0)  # fmt: skip
    given = {k: sp.sympify(v) for k, v in given.items()}
    short, long = (evaluate_declared(huang.model, "xi_g", given, d).text for d in (15, 50))
    assert abs(sp.Float(short, 60) / sp.Float(long, 60) - 1) < sp.Float("1e-14")


def test_infinite_occupancy_is_the_limit(huang):
    base = {k: sp.Rational(v) for k, v in draw(np.random.default_rng(5)).items()}
    limit = evaluate_declared(huang.model, "g", {**base, "C_M": sp.Integer(0)}, 20)
    assert float(limit.text) == 0
    at_infinity = evaluate_declared(huang.model, "xi_g", {**base, "n_M": sp.oo}, 12)
    near = evaluate_declared(huang.model, "xi_g", {**base, "n_M": sp.Integer(10) ** 14}, 12)
    assert float(at_infinity.text) == pytest.approx(float(near.text), rel=1e-5)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"theta_S": sp.S.Zero, "C_S": sp.Integer(100)}, UnstableError),
        ({"epsilon": sp.Integer(2)}, ParameterError),
        ({"n_S": sp.Integer(-1)}, ParameterError),
        ({"r": sp.Integer(1)}, UnknownParameter),
    ],
)
def test_impossible_points(huang, change, error):
    given = {k: sp.Rational(v) for k, v in draw(np.random.default_rng(1)).items()}
    with pytest.raises(error):
        evaluate_declared(huang.model, "xi_g", {**given, **change})


def test_missing_parameters_are_named(huang):
    with pytest.raises(MissingParameter, match="'epsilon'"):
        evaluate_declared(huang.model, "xi_g", dict.fromkeys(NAMES[:-1], sp.S.One))


@pytest.mark.parametrize(("C_S", "epsilon"), [(1, 0.1), (10, 0.0), (10, 0.1), (300, 0.1)])
def test_the_rotation_of_the_light_is_optimal_for_the_epr_variables_that_are_read_out(huang, C_S, epsilon):
    """With C_M and the angles optimised at the rotation phi_0, no other rotation gives a smaller xi_g."""
    hybrid = next(m for n, m in sys.modules.items() if n.startswith("cascade_paper_") and n.endswith(".hybrid"))
    xi = huang.model.in_base(hybrid.epr_at_rotation().inline())
    names = sorted(xi.free_symbols, key=str)
    f = sp.lambdify(names, xi, "numpy")
    decoherence_S, decoherence_M = 1.5, 2.0

    def at(point, delta):
        log_C_M, theta_S, theta_M = point
        values = dict(Gamma_S=C_S * decoherence_S, Gamma_M=np.exp(log_C_M) * decoherence_M, theta_S=theta_S,
                      theta_M=theta_M, gamma_S0=1.0, gamma_M0=decoherence_M / 1e5, n_S=1.0, n_M=1e5 - 0.5,
                      epsilon=epsilon, delta=delta)  # fmt: skip
        gamma_S = values["gamma_S0"] - values["Gamma_S"] * np.cos(2 * theta_S)
        gamma_M = values["gamma_M0"] - values["Gamma_M"] * np.cos(2 * theta_M)
        if gamma_S <= 0 or gamma_M <= 0 or not 0 < theta_M < np.pi / 2:
            return np.inf
        return np.real(f(*(values.get(s.name, 0.3) for s in names)))

    starts = [(np.log(C_S) + a, np.pi / 4 + b, np.pi / 4 + c) for a in (0, 1) for b in (0.0, 0.02) for c in (0.1, 0.5)]
    options = {"maxiter": 4000, "xatol": 1e-10, "fatol": 1e-13}
    found = [scipy.optimize.minimize(at, s, (0.0,), method="Nelder-Mead", options=options) for s in starts]
    best = min(found, key=lambda r: r.fun)
    deltas = np.linspace(-np.pi, np.pi, 161)
    assert at(best.x, deltas).min() >= best.fun * (1 - 1e-12)
    assert abs(deltas[np.argmin(at(best.x, deltas))]) < 1e-12

"""Conditional covariances of the two-oscillator cascade over random parameters."""

from __future__ import annotations

import os
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from scipy.integrate import solve_ivp
from scipy.linalg import solve_continuous_are

from cascade_sym.errors import MissingParameter, ParameterError, UndetectableError, UnknownName, UnknownParameter
from cascade_sym.evaluate import evaluator
from cascade_sym.evaluate.conditional import conditional_evaluator, conditional_value
from cascade_sym.parts import Loss, Oscillator
from cascade_sym.parts.detectors import Heterodyne, Homodyne
from cascade_sym.solve import covariance
from cascade_sym.solve.conditional import conditional_covariance, doubling, riccati
from tests.conditional.points import Points, stable_points

psi, eta = sp.symbols("psi eta")
CASCADE = (
    Oscillator("S", mass=-1, Gamma=sp.Symbol("Gamma_S")) >> Loss() >> Oscillator("M", Gamma=sp.Symbol("Gamma_M"))
)
DETECTOR = Homodyne(angle=sp.pi / 2 - psi, efficiency=eta)
FORM = np.kron(np.eye(2), [[0, 1], [-1, 0]])
MANY = 100_000
THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"


@pytest.fixture(scope="module")
def cascade():
    return conditional_evaluator(conditional_covariance(CASCADE, DETECTOR), backend="compiled")


@pytest.fixture(scope="module")
def points() -> Points:
    return stable_points(MANY)


@pytest.fixture(scope="module")
def solved(cascade, points: Points):
    return cascade(points)


def scipy_solution(f: doubling.Filter, k: int) -> np.ndarray:
    return solve_continuous_are(f.A[k].T, f.C[k].T, f.N[k], f.R[k], s=f.S[k])


def relative(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.abs(a - b).max((-1, -2)) / np.abs(b).max((-1, -2))


def test_residual_vanishes_at_every_point(solved) -> None:
    assert np.isfinite(solved.matrix).all()
    assert solved.residual.max() < 1e-13
    assert np.quantile(solved.residual, 0.99) < 2e-15


def test_residual_is_computed_from_the_matrix(cascade, points: Points, solved) -> None:
    """The reported residual against the one of the whole 4 x 4 equation, evaluated from A, N, C, R, S."""
    few = {k: v[:2000] for k, v in points.items()}
    f = cascade.filters(few)
    V = solved.matrix[:2000]
    assert doubling.residual(f, V).max() < 1e-12
    wrong = V * (1 + 1e-6)
    assert doubling.residual(f, wrong).min() > 1e-10


def test_uncertainty_relation_everywhere(solved) -> None:
    V = solved.matrix
    size = np.abs(V).max((-1, -2))
    assert (np.linalg.eigvalsh(V + 0.5j * FORM)[..., 0] > -1e-12 * size).all()


def test_conditional_is_never_worse_than_unconditional(points: Points, solved) -> None:
    U = covariance(CASCADE)
    q = U.quadratures
    e = evaluator({f"{i} {j}": U[i, j] for i in q for j in q}, backend="compiled")
    out = e({k: points[k] for k in e.parameters})
    both = np.stack([np.stack([np.broadcast_to(out[f"{i} {j}"], MANY) for j in q], -1) for i in q], -2)
    assert (np.linalg.eigvalsh(both - solved.matrix)[..., 0] > -1e-11 * np.abs(both).max((-1, -2))).all()


def test_agrees_with_scipy(cascade, points: Points, solved) -> None:
    """1e-9 wherever SciPy's own residual is small; HYPOTHESIS_PROFILE=thorough solves all points (minutes)."""
    few = np.linspace(0, MANY - 1, MANY if THOROUGH else 1500).astype(int)
    f = cascade.filters({k: v[few] for k, v in points.items()})
    reference = np.array([scipy_solution(f, k) for k in range(len(few))])
    theirs = doubling.residual(f, reference)
    trusted = theirs < 1e-13
    apart = relative(solved.matrix[few], reference)
    print(f"{len(few)} points: {trusted.mean():.2%} trusted, apart by {apart[trusted].max():.1e} there, {apart.max():.1e} "
          f"anywhere; residual at most {solved.residual.max():.1e}, SciPy's {theirs.max():.1e}")  # fmt: skip
    assert trusted.mean() > 0.97
    assert apart[trusted].max() < 1e-9


def test_agrees_with_doubling(cascade, points: Points, solved) -> None:
    apart = 1 if THOROUGH else 40
    few = {k: v[::apart] for k, v in points.items()}
    f = cascade.filters(few)
    V = doubling.steady(f)
    assert (doubling.damping(f, V) > 0).all()
    assert relative(solved.matrix[::apart], V).max() < 1e-11


def test_rates_that_differ_by_five_decades(cascade) -> None:
    """Points at which the closed form and one Newton step are 2e-9 apart from the solution; against verified digits."""
    p = {
        "Gamma_S": [311.79148, 442.89458], "Gamma_M": [0.01341, 0.13324], "theta_S": [0.7908, 0.78428],
        "theta_M": [1.02301, 1.25695], "gamma_S0": [0.16295, 3.50452], "gamma_M0": [1e-6, 1e-6],
        "n_S": [3.73839, 1.50032], "n_M": [0.22978, 1535.325], "epsilon": [0.35707, 0.14717],
        "eta": [0.93965, 0.71756], "psi": [-0.87431, 2.67734],
    }  # fmt: skip
    out = cascade.require(p)
    for k in range(2):
        at = {n: x[k] for n, x in p.items()}
        for i, j in (("X_S", "X_S"), ("X_S", "X_M"), ("X_M", "X_M")):
            exact = float(conditional_value(cascade.problem, (i, j), binary(at), 17)[0])
            assert out[i, j][k] == pytest.approx(exact, rel=1e-11)


def test_the_closed_form_alone_is_accurate(points: Points, solved) -> None:
    """Without the Newton step at detection phase zero; what the step repairs elsewhere."""
    V = conditional_covariance(CASCADE, Homodyne(angle=sp.pi / 2, efficiency=eta))
    e = evaluator({"a": V["X_S", "X_S"], "b": V["X_M", "X_M"]}, backend="compiled")
    at = {k: v[:20_000] for k, v in points.items() if k in e.parameters}
    out = e(at)
    exact = conditional_evaluator(V)(at)
    assert np.abs(out["a"] / exact["X_S", "X_S"] - 1).max() < 1e-9
    assert np.abs(out["b"] / exact["X_M", "X_M"] - 1).max() < 1e-9


def binary(p: dict[str, float]) -> dict[str, Fraction]:
    """The values that an evaluator works with: floats as single exact values would be decimals."""
    return {k: Fraction(float(v)) for k, v in p.items()}


@pytest.mark.parametrize("tiny", [1e-4, 1e-6, 1e-8, 1e-10, 1e-12])
def test_near_marginal_points(cascade, tiny: float) -> None:
    """QND coupling, almost no damping: X_S - X_M is hardly seen and diffuses up to 1/tiny; digits go with tiny."""
    p = {"Gamma_S": 1.0, "Gamma_M": 1.0, "theta_S": np.pi / 4, "theta_M": np.pi / 4, "gamma_S0": tiny,
         "gamma_M0": tiny, "n_S": 0.0, "n_M": 0.0, "epsilon": tiny, "eta": 1 - tiny, "psi": 0.0}  # fmt: skip
    out = cascade.require(p)
    for i, j in (("X_S", "X_S"), ("X_S", "X_M"), ("X_M", "X_M")):
        exact = float(conditional_value(cascade.problem, (i, j), binary(p), 17)[0])
        assert out[i, j] == pytest.approx(exact, rel=1e-15 / tiny)


def test_nothing_happens_where_the_unconditional_state_ceases_to_exist(cascade) -> None:
    """Across gamma_S = 0 the unconditional covariance diverges and the conditional one is smooth."""
    theta = 0.7
    p = {"Gamma_S": 2.0, "Gamma_M": 1.0, "theta_S": theta, "theta_M": 1.0, "gamma_M0": 0.01, "n_S": 1.0, "n_M": 10.0,
         "epsilon": 0.1, "eta": 0.8, "psi": 0.1}  # fmt: skip
    offsets = np.array([-1e-3, -1e-6, -1e-9, -1e-15, 0.0, 1e-15, 1e-9, 1e-6, 1e-3])
    out = cascade.require(p, gamma_S0=2.0 * np.cos(2 * theta) + offsets)
    assert out.residual.max() < 1e-14
    x = out["X_S", "X_S"]
    slope = (x[-2] - x[1]) / 2e-6
    assert np.allclose(x[2:-2], x[4] + slope * offsets[2:-2], rtol=1e-11)


def test_unstable_but_detected_modes_have_a_conditional_state(cascade) -> None:
    p = {"Gamma_S": 2.0, "Gamma_M": 1.0, "theta_S": 0.3, "theta_M": 1.0, "gamma_S0": 0.1, "gamma_M0": 0.01,
         "n_S": 1.0, "n_M": 10.0, "epsilon": 0.1, "eta": 0.8, "psi": 0.1}  # fmt: skip
    assert p["gamma_S0"] - p["Gamma_S"] * np.cos(2 * p["theta_S"]) < 0
    out = cascade.require(p)
    f = cascade.filters(p)
    assert relative(out.matrix, scipy_solution(doubling.Filter(*(x[None] for x in f)), 0)) < 1e-10


def test_without_light_on_the_detector_the_state_is_unconditional(cascade) -> None:
    p = {"Gamma_S": 2.0, "Gamma_M": 1.0, "theta_S": 1.3, "theta_M": 1.0, "gamma_S0": 0.1, "gamma_M0": 0.01,
         "n_S": 1.0, "n_M": 10.0, "epsilon": 0.1, "eta": 0.0, "psi": 0.1}  # fmt: skip
    U = covariance(CASCADE)
    for i, j in (("X_S", "X_S"), ("X_S", "X_M"), ("P_M", "P_M")):
        e = evaluator(U[i, j])
        assert cascade(p)[i, j] == pytest.approx(e({k: p[k] for k in e.parameters}), rel=1e-12)


def test_points_without_steady_state_are_nan_and_named() -> None:
    """A growing mode behind a detector that sees nothing of it."""
    e = conditional_evaluator(riccati(CASCADE, DETECTOR))
    p = {"Gamma_S": 2.0, "Gamma_M": 1.0, "theta_S": 0.3, "theta_M": 1.0, "gamma_S0": 0.1, "gamma_M0": 0.01,
         "n_S": 1.0, "n_M": 10.0, "epsilon": 0.1, "psi": 0.1}  # fmt: skip
    out = e(p, eta=[0.0, 0.5])
    assert np.isnan(out.residual).tolist() == [True, False]
    assert np.isnan(out["X_S", "X_M"]).tolist() == [True, False]
    with pytest.raises(UndetectableError, match="1 of 2 points"):
        e.require(p, eta=[0.0, 0.5])


def test_evaluator_of_a_conditional_covariance(cascade, points: Points, solved) -> None:
    """`cs.evaluator(V)`: all moments and the residual, over arrays."""
    V = conditional_covariance(CASCADE, DETECTOR)
    few = {k: v[:50] for k, v in points.items()}
    for target in (V, V.riccati):
        out = evaluator(target)(few)
        assert np.allclose(out.matrix, solved.matrix[:50], rtol=1e-9) and (out.residual < 1e-13).all()
    with pytest.raises(ParameterError, match="takes `backend` only"):
        evaluator(V, error=True)
    assert evaluator(covariance(CASCADE)).quadratures == solved.quadratures


def test_arguments_are_checked(cascade) -> None:
    p = dict.fromkeys(cascade.parameters, 0.5)
    with pytest.raises(ParameterError, match=r"efficiency.*\[0, 1\]"):
        cascade(p, eta=1.2)
    with pytest.raises(UnknownParameter, match="gama_S0"):
        cascade(p, gama_S0=1)
    del p["psi"]
    with pytest.raises(MissingParameter, match="psi"):
        cascade(p)
    with pytest.raises(UnknownName, match="X_Q"):
        cascade(p, psi=0)["X_Q", "X_S"]
    assert cascade(p, psi=np.zeros((3, 1)), theta_S=np.full(2, 1.0)).matrix.shape == (3, 2, 4, 4)


@pytest.mark.parametrize("detector", [DETECTOR, Heterodyne(efficiency=eta)])
def test_transient_solves_the_equation_of_motion(detector: object) -> None:
    e = conditional_evaluator(riccati(CASCADE, detector))
    p = {"Gamma_S": 2.0, "Gamma_M": 1.0, "theta_S": 0.9, "theta_M": 1.0, "gamma_S0": 0.1, "gamma_M0": 0.01,
         "n_S": 1.0, "n_M": 10.0, "epsilon": 0.1, "eta": 0.8, "psi": 0.2}  # fmt: skip
    p = {k: v for k, v in p.items() if k in e.parameters}
    start = np.diag([1.5, 1.5, 10.5, 10.5])
    f = e.filters(p)
    times = np.array([0.0, 0.01, 0.3, 2.0, 500.0])
    V = e.transient(start, times, p)
    assert np.allclose(V[0], start)
    o = solve_ivp(lambda t, v: doubling.rate(f, v.reshape(4, 4)).ravel(), (0, 2), start.ravel(), t_eval=times[:4],
                  rtol=1e-11, atol=1e-12)  # fmt: skip
    assert np.allclose(V[:4].reshape(4, -1), o.y.T, rtol=1e-8, atol=1e-9)
    assert np.allclose(V[-1], e(p).matrix, rtol=1e-10)
    with pytest.raises(ParameterError, match="increasing"):
        e.transient(start, [1.0, 0.5], p)
    with pytest.raises(ParameterError, match="4 x 4"):
        e.transient(np.eye(3), [1.0], p)


def test_three_oscillators_have_numbers_but_no_formula() -> None:
    """The filter of a longer cascade, against SciPy."""
    chain = CASCADE >> Loss(sp.Rational(1, 10)) >> Oscillator("Q", Gamma=3, theta=1, gamma=1, n=2)
    e = conditional_evaluator(conditional_covariance(chain, Homodyne(angle=sp.pi / 2)))
    p = {k: v for k, v in stable_points(200, seed=3).items() if k in e.parameters}
    out, f = e(p), e.filters(p)
    assert out.matrix.shape == (200, 6, 6) and out.residual.max() < 1e-12
    reference = np.array([scipy_solution(f, k) for k in range(200)])
    trusted = doubling.residual(f, reference) < 1e-12
    assert trusted.mean() > 0.9 and relative(out.matrix, reference)[trusted].max() < 1e-8


def test_a_point_without_steady_state_says_nothing_about_the_others():
    """Two amplifiers whose growth no detector sees, stacked with a stable point: nan beside SciPy's solution."""
    d, theta = sp.symbols("d theta")
    pair = (
        Oscillator("a", -1, Gamma=d, theta=theta, gamma=1, n=0)
        >> Oscillator("b", +1, Gamma=d, theta=theta, gamma=1, n=0)
    )  # fmt: skip
    e = conditional_evaluator(conditional_covariance(pair, Homodyne(angle=0)))
    values = e(d=1e4, theta=[0.6, 1.0])
    f = e.filters(d=1e4, theta=[0.6, 1.0])
    assert np.isnan(values.matrix[0]).all()
    assert relative(values.matrix[1], scipy_solution(f, 1)) < 1e-9

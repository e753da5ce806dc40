"""Conditional values where friendly random draws don't go: right to 1e-9, or nan.

Against a solver of its own in many digits (tests.conditional.oracle), with errors relative to the roots of the
variances, so that no choice of units helps.
"""

from __future__ import annotations

import os
import warnings
from fractions import Fraction
from functools import cache

import mpmath as mp
import numpy as np
import pytest
import sympy as sp
from sympy import ImmutableDenseMatrix

import cascade_sym as cs
from cascade_sym.evaluate.conditional import ConditionalEvaluator, conditional_evaluator
from cascade_sym.evaluate.conditional.stacks import GOOD
from cascade_sym.solve.conditional import Riccati, doubling
from cascade_sym.solve.conditional.riccati import Quad, Sector
from tests.conditional.collection import PROBLEMS
from tests.conditional.oracle import Matrices, form, measured, stabilising

THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
PROMISED = 1e-9


def symbols(name: str, rows: int, columns: int, symmetric: bool = False) -> ImmutableDenseMatrix:
    return ImmutableDenseMatrix(
        rows, columns,
        lambda i, j: sp.Symbol(f"{name}_{min(i, j)}_{max(i, j)}" if symmetric else f"{name}_{i}_{j}"),
    )  # fmt: skip


@cache
def solver(n: int, m: int) -> ConditionalEvaluator:
    """An evaluator of any problem with n quadratures (even) and m currents: every entry is a parameter."""
    modes = tuple(f"m{k}" for k in range(n // 2))
    nodes = tuple(Quad(k, q) for k in modes for q in "XP")
    matrices = (
        symbols("A", n, n),
        symbols("N", n, n, True),
        symbols("C", m, n),
        symbols("R", m, m, True),
        symbols("S", n, m),
    )
    return conditional_evaluator(Riccati(modes, (Sector(nodes, tuple(f"y{k}" for k in range(m)), *matrices),)))


def entries(problem: Matrices) -> dict[str, float]:
    return {
        f"{name}_{i}_{j}": m[i, j]
        for name, m in zip("ANCRS", problem, strict=True) for i, j in np.ndindex(*m.shape)
        if name not in "NR" or i <= j
    }  # fmt: skip


def solved(problem: Matrices) -> tuple[np.ndarray, float]:
    """The values and the bound of their error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        out = solver(len(problem[0]), len(problem[2]))(entries(problem))
    assert np.isnan(out.matrix).all() == np.isnan(out.error) == np.isnan(out.residual)
    return out.matrix, float(out.error)


def distance(X: mp.matrix, V: np.ndarray) -> float:
    """The largest error of an element over the root of the product of its variances."""
    with mp.workdps(80):
        unit = [mp.sqrt(X[i, i]) for i in range(len(V))]
        return float(max(abs(X[i, j] - mp.mpf(float(V[i, j]))) / unit[i] / unit[j] for i, j in np.ndindex(*V.shape)))


def condition(problem: Matrices, X: mp.matrix, rng: np.random.Generator) -> float:
    """How much larger the changes of the solution are than those of the entries, tried at random."""
    changed = [m * np.array([1 + 1e-13 * s for s in rng.choice([-1, 1], m.size)]).reshape(m.shape) for m in problem]
    changed[1], changed[3] = (np.triu(m) + np.triu(m, 1).T for m in (changed[1], changed[3]))
    Y = stabilising(tuple(changed))
    return np.inf if Y is None else distance(X, np.array(Y.tolist(), dtype=float)) / 1e-13


@pytest.mark.parametrize("modes, count", [(1, 40), (2, 20), (3, 5), (4, 2), *([(5, 1), (6, 1)] if THOROUGH else [])])
def test_random_measured_systems(modes: int, count: int) -> None:
    """Correlated noise, several detectors, any angle and efficiency, free masses, thresholds, high quality factors."""
    rng = np.random.default_rng(modes)
    count *= 25 if THOROUGH else 1
    lost = allowed = 0
    for _ in range(count):
        problem = measured(rng, modes)
        X = stabilising(problem)
        V, error = solved(problem)
        if X is None or np.isnan(error):
            assert np.isnan(error), "a value where there is no steady state"
            lost += X is not None and condition(problem, X, rng) < 1e6
            continue
        allowed += 1
        assert distance(X, V) < PROMISED
        assert distance(X, V) < max(error, 2**-51)
    assert lost <= 0.01 * allowed


@pytest.mark.parametrize("name", PROBLEMS)
def test_collections_of_benchmarks(name: str) -> None:
    A, N, C, R, known = PROBLEMS[name]()
    n = len(A)
    padded = n + n % 2  # a quadrature of its own makes the number even
    drift, noise, seen = -np.eye(padded), np.eye(padded), np.zeros((len(C), padded))
    drift[:n, :n], noise[:n, :n], seen[:, :n] = A, (N + N.T) / 2, C
    problem = (drift, noise, seen, R, np.zeros((padded, len(C))))
    V, error = solved(problem)
    X = stabilising(problem)
    assert X is not None and error < PROMISED
    assert distance(X, V) < max(error, 2**-51)
    if known is not None:  # to what its own matrices, which are rounded, allow
        room = 100 * condition(problem, X, np.random.default_rng(1)) * 2**-52
        assert distance(mp.matrix(known.tolist()), V[:n, :n]) < max(1e-12, 2 * error, room)


def test_the_same_state_in_every_frame() -> None:
    """Rescaled units, turned quadratures and squeezed ones: V becomes S V S^T."""
    rng = np.random.default_rng(5)
    for modes in (1, 2, 3):
        A, N, C, R, S = measured(rng, modes)
        V, _ = solved((A, N, C, R, S))
        for spread in (0, 3, 6):
            t, z = rng.uniform(0, 6, modes), 10 ** rng.uniform(-spread, spread, modes)
            M = np.zeros_like(A)
            for k in range(modes):
                turn = (
                    np.array([[np.cos(t[k]), -np.sin(t[k])], [np.sin(t[k]), np.cos(t[k])]])
                    if spread == 0
                    else np.eye(2)
                )
                M[2 * k : 2 * k + 2, 2 * k : 2 * k + 2] = np.diag([z[k], 1 / z[k]]) @ turn
            back = np.linalg.inv(M)
            W, error = solved((M @ A @ back, M @ N @ M.T, C @ back, R, M @ S))
            unit = np.sqrt(np.diag(M @ V @ M.T))
            assert error < PROMISED
            assert np.abs((W - M @ V @ M.T) / np.outer(unit, unit)).max() < 1e-7
            assert np.linalg.eigvalsh((W + 0.5j * form(modes)) / np.outer(unit, unit))[0] > -1e-7


a = cs.operator("a")
kappa, Delta, chi, eta = sp.symbols("kappa Delta chi eta")
UNSEEN = (sp.sqrt(kappa / 10) * a, 1)
CORNERS = {  # a Hamiltonian, and the values of its parameters
    "quality factor": (Delta * a.dagger() * a, {"Delta": 1.0, "kappa": np.array([1.8e-12, 1e-9, 1e-3])}),
    "free mass": (-Delta * (a.dagger() - a) ** 2 / 4, {"Delta": np.array([0.0, 1e-9, 1.0]), "kappa": 1e-3}),
    "threshold": (sp.I * chi * (a.dagger() ** 2 - a**2) / 4, {"chi": np.array([0.1, 0.1 * (1 + 1e-12), 1.0]), "kappa": 0.1}),
    "exceptional point": (
        Delta * a.dagger() * a + chi * (a.dagger() ** 2 + a**2) / 2,
        {"Delta": 1.0, "chi": np.array([1 - 1e-15, 1.0, 1 + 1e-9]), "kappa": 1e-6},
    ),
    "zero coupling": (Delta * a.dagger() * a * 0, {"kappa": np.array([1e-12, 1.0, 1e12])}),
}  # fmt: skip


@pytest.mark.parametrize("name", CORNERS)
@pytest.mark.parametrize("angle", [0, sp.Rational(1, 3)])
def test_corners(name: str, angle: sp.Expr) -> None:
    """Through the doors that everybody uses, against values that are proved."""
    H, at = CORNERS[name]
    system = cs.SLH("m", H=H, ports={"light": sp.sqrt(kappa) * a}, baths={"bath": UNSEEN})
    e = cs.conditional_evaluator(cs.riccati(system, cs.Homodyne(angle, efficiency=eta)))
    for seen in (1e-6, 0.5, 1.0):
        out = e.require(at, eta=seen)
        for k in range(3):
            point = {n: Fraction(float(np.broadcast_to(v, 3)[k])) for n, v in {**at, "eta": seen}.items()}
            for i, j in (("X_a", "X_a"), ("P_a", "P_a"), ("X_a", "P_a")):
                exact = float(cs.conditional_value(e.problem, (i, j), point, 17)[0])
                unit = np.sqrt(out[i, i][k] * out[j, j][k])
                assert abs(out[i, j][k] - exact) < PROMISED * unit


def test_the_bound_is_no_residual() -> None:
    """Slow and fast rates: the residual sees only the fast ones, the bound both."""
    problem = measured(np.random.default_rng(3), 2)
    f = doubling.Filter(*(np.array(m)[None] for m in problem))
    V = doubling.steady(f)
    assert doubling.residual(f, V)[0] < doubling.error(f, V, np.abs(f.A))[0] < GOOD
    wrong = V * (1 + 1e-6)
    assert 1e-7 < doubling.error(f, wrong, np.abs(f.A))[0]


def test_what_is_not_known_is_counted() -> None:
    """A growing mode that no detector sees, a point that is no number, and a good one."""
    A, N, C, R, S = measured(np.random.default_rng(3), 1)
    grows = (np.diag([0.1, -0.1]), np.eye(2), np.array([[0.0, 1.0]]), np.eye(1), np.zeros((2, 1)))
    good = entries((A, N, C[:1], R[:1, :1], S[:, :1]))
    points = {k: np.array([x, good[k], np.nan]) for k, x in entries(grows).items()}
    with pytest.warns(RuntimeWarning, match="1 of 3 points have no conditional steady state"):
        out = solver(2, 1)(points)
    assert np.isnan(out.error).tolist() == [True, False, True]

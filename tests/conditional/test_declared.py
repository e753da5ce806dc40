"""xi_g_conditional and the conditional moments as `cascade-sym eval` gives them, against SciPy's Riccati solver.

Drift and noise are written down from (4), (5) and (7), the measured operators from (S17) and (S18), without the toolkit.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import sympy as sp
from scipy.linalg import solve_continuous_are

from cascade_sym.declared.computed import evaluate_declared
from cascade_sym.errors import MissingParameter, ParameterError, UndetectableError
from cascade_sym.paper import load_folder
from tests.points import cascade_point

HUANG = Path(__file__).resolve().parents[2] / "derivations" / "huang2018"
NAMES = ("xi_g_conditional", "var_X_S_conditional", "var_X_M_conditional", "sym_X_S_X_M_conditional")


@pytest.fixture(scope="module")
def model():
    return load_folder(HUANG).model


def draw(rng: np.random.Generator) -> dict[str, float]:
    while True:
        p = cascade_point(rng) | {"eta": rng.uniform(0, 1), "psi": rng.uniform(-np.pi, np.pi)}
        G = {j: p[f"C_{j}"] * p[f"gamma_{j}0"] * (p[f"n_{j}"] + 0.5) for j in "SM"}
        if all(p[f"gamma_{j}0"] > 1.05 * G[j] * np.cos(2 * p[f"theta_{j}"]) for j in "SM"):
            return p


def by_hand(p: dict[str, float]) -> dict[str, float]:
    """The stationary state of (S17), in the quadratures X_S, P_S, X_M, P_M."""
    t = {j: p[f"gamma_{j}0"] * (p[f"n_{j}"] + 0.5) for j in "SM"}
    G = {j: p[f"C_{j}"] * t[j] for j in "SM"}
    B = {j: np.sqrt(G[j]) * np.sin(p[f"theta_{j}"]) for j in "SM"}
    P = {j: np.sqrt(G[j]) * np.cos(p[f"theta_{j}"]) for j in "SM"}
    gamma = {j: p[f"gamma_{j}0"] + B[j] ** 2 - P[j] ** 2 for j in "SM"}
    tau = np.sqrt(1 - p["epsilon"])
    R = tau * (B["S"] * P["M"] - B["M"] * P["S"])
    A = -np.diag([gamma["S"], gamma["S"], gamma["M"], gamma["M"]]) / 2
    A[2, 0], A[3, 1] = R, -R  # da_M/dt contains R a_S^+
    N = np.diag([G["S"] / 2 + t["S"]] * 2 + [G["M"] / 2 + t["M"]] * 2)
    N[0, 2] = N[2, 0] = -tau * np.sqrt(G["S"] * G["M"]) * np.sin(p["theta_S"] + p["theta_M"]) / 2
    N[1, 3] = N[3, 1] = -N[0, 2]
    lower = {"S": np.array([1, 1j, 0, 0]) / np.sqrt(2), "M": np.array([0, 0, 1, 1j]) / np.sqrt(2)}
    plus = tau * P["S"] * lower["S"].conj() + B["M"] * lower["M"]
    minus = tau * B["S"] * lower["S"] + P["M"] * lower["M"].conj()
    turn = np.exp(1j * p["psi"]) / np.sqrt(2)
    J = np.array([turn * (plus + minus), -1j * turn * (plus - minus)])
    form = np.kron(np.eye(2), [[0, 1], [-1, 0]])
    # dV/dt = A V + V A^T + N - eta sum_i k_i k_i^T, k = V (J + J^*) - form Im J
    C, S = 2 * J.real, -form @ J.imag.T
    V = solve_continuous_are(A.T, C.T, N, np.eye(2) / p["eta"], s=S)
    g = (B["M"] + P["M"]) / (tau * (B["S"] + P["S"]))
    weights = np.array([[1, 0, g, 0], [0, 1, 0, -g]])
    xi = np.trace(weights @ V @ weights.T) / (1 + g**2)
    return dict(zip(NAMES, (xi, V[0, 0], V[2, 2], 2 * V[0, 2]), strict=True))


def exact(p: dict[str, float]) -> dict[str, sp.Expr]:
    return {k: sp.Rational(v) for k, v in p.items()}


@pytest.mark.parametrize("seed", range(10))
def test_against_scipy(model, seed: int) -> None:
    p = draw(np.random.default_rng(seed))
    for name, expected in by_hand(p).items():
        assert float(evaluate_declared(model, name, exact(p), 17).text) == pytest.approx(expected, rel=1e-9), name


def test_unit_efficiency_and_the_phase_quadrature_are_the_default(model) -> None:
    p = draw(np.random.default_rng(50))
    plain = {k: v for k, v in exact(p).items() if k not in ("eta", "psi")}
    full = {**plain, "eta": sp.S.One, "psi": sp.S.Zero}
    for name in NAMES:
        assert evaluate_declared(model, name, plain, 20).text == evaluate_declared(model, name, full, 20).text


def test_without_detection_the_state_is_unconditional(model) -> None:
    p = {**exact(draw(np.random.default_rng(51))), "eta": sp.S.Zero}
    plain = {k: v for k, v in p.items() if k not in ("eta", "psi")}
    for name in NAMES:
        unseen = evaluate_declared(model, name.removesuffix("_conditional"), plain, 20).text
        assert evaluate_declared(model, name, p, 20).text == unseen


@pytest.mark.parametrize("eta", ["6/5", "-1/10"])
def test_mistakes(model, eta: str) -> None:
    p = exact(draw(np.random.default_rng(52)))
    with pytest.raises(ParameterError, match=r"eta = .* outside \[0, 1\]"):
        evaluate_declared(model, "xi_g_conditional", {**p, "eta": sp.Rational(eta)}, 15)
    with pytest.raises(MissingParameter, match="theta_S"):
        evaluate_declared(model, "xi_g_conditional", {k: v for k, v in p.items() if k != "theta_S"}, 15)
    growing = {**p, "C_S": sp.Integer(100), "theta_S": sp.Rational(1, 10), "eta": sp.S.Zero}
    with pytest.raises(UndetectableError, match="detect"):
        evaluate_declared(model, "xi_g_conditional", growing, 15)

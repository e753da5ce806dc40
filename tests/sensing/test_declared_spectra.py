"""N_H, N_M, h_1 ... h_4 and V_H_over_V_M as `cascade-sym eval` gives them, against plain NumPy and SciPy.

The frequency response C (-i Omega - A)^(-1) B + D is written down from (S3), (S11) and (S28), without the toolkit; so
are the printed coefficients (S33).
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import sympy as sp
from scipy.integrate import quad
from scipy.optimize import minimize

from cascade_sym.declared.computed import evaluate_declared
from cascade_sym.errors import ParameterError, UnknownParameter, UnstableError
from cascade_sym.evaluate import evaluator
from cascade_sym.paper import load_folder
from tests.points import cascade_point

HUANG = Path(__file__).resolve().parents[2] / "derivations" / "huang2018"
ALL = ["C_S", "C_M", "theta_S", "theta_M", "gamma_S0", "gamma_M0", "n_S", "n_M", "epsilon"]
M_ONLY = ["C_M", "theta_M", "gamma_M0", "n_M"]


@pytest.fixture(scope="module")
def model():
    return load_folder(HUANG).model


def draw(rng: np.random.Generator) -> dict[str, float]:
    """A random point with both oscillators damped."""
    while True:
        p = cascade_point(rng)
        r = rates(p)
        if min(r["gS"] / p["gamma_S0"], r["gM"] / p["gamma_M0"]) > 0.05:
            return p


def rates(p: dict[str, float]) -> dict[str, float]:
    tS, tM = p["gamma_S0"] * (p["n_S"] + 0.5), p["gamma_M0"] * (p["n_M"] + 0.5)
    S, M = p["C_S"] * tS, p["C_M"] * tM
    r = {"SB": S * np.sin(p["theta_S"]) ** 2, "SP": S * np.cos(p["theta_S"]) ** 2,
         "MB": M * np.sin(p["theta_M"]) ** 2, "MP": M * np.cos(p["theta_M"]) ** 2, "tS": tS, "tM": tM}  # fmt: skip
    return {**r, "gS": p["gamma_S0"] + r["SB"] - r["SP"], "gM": p["gamma_M0"] + r["MB"] - r["MP"]}


def matrices(p: dict[str, float], spin: bool = True) -> tuple[np.ndarray, ...]:
    """A, B, C, D and the noise of the inputs; state (a_S^+, a_M), inputs (b_+, b_-^+, v_+, v_-^+, a_S,in^+, a_M,in)."""
    r = rates(p)
    sb, sp_, mb, mp = (np.sqrt(r[k]) * (spin or k[0] == "M") for k in ("SB", "SP", "MB", "MP"))
    t, e = np.sqrt(1 - p["epsilon"]), np.sqrt(p["epsilon"])
    A = np.array([[-r["gS"] / 2, 0], [t * (sb * mp - mb * sp_), -r["gM"] / 2]], complex)
    # b_+ -> b_+ + i sqrt(SP) a_S^+ and b_-^+ -> b_-^+ - i sqrt(SB) a_S^+ reach M through the loss
    B = np.array([[-1j * sp_, -1j * sb, 0, 0, np.sqrt(p["gamma_S0"]), 0],
                  [1j * t * mb, 1j * t * mp, 1j * e * mb, 1j * e * mp, 0, np.sqrt(p["gamma_M0"])]])  # fmt: skip
    plus_C, plus_D = np.array([1j * t * sp_, 1j * mb]), np.array([t, 0, e, 0, 0, 0])
    minus_C, minus_D = np.array([-1j * t * sb, -1j * mp]), np.array([0, t, 0, e, 0, 0])
    C, D = ((x - y) / (np.sqrt(2) * 1j) for x, y in ((plus_C, minus_C), (plus_D, minus_D)))
    noise = np.array([0.5, 0.5, 0.5, 0.5, p["n_S"] + 0.5, p["n_M"] + 0.5])
    return A, B, C, D, noise


def response(p: dict[str, float], delta: float, spin: bool = True) -> tuple[np.ndarray, float]:
    """The transfer row from all inputs to P_L,out at Omega_M + delta, and the noise spectrum there."""
    A, B, C, D, noise = matrices(p, spin)
    T = C @ np.linalg.solve(-1j * delta * np.eye(2) - A, B) + D
    return T, float(noise @ abs(T) ** 2)


def value(model: object, name: str, p: dict[str, float], **more: float) -> float:
    return float(evaluate_declared(model, name, {k: sp.Rational(v) for k, v in {**p, **more}.items()}, 17).text)


@pytest.mark.parametrize("seed", range(12))
def test_spectra(model, seed: int) -> None:
    rng = np.random.default_rng(seed)
    p = draw(rng)
    for delta in (0.0, rng.normal() * rates(p)["gM"], rng.normal() * rates(p)["gS"]):
        assert value(model, "N_H", p, delta=delta) == pytest.approx(response(p, delta)[1], rel=1e-11)
        alone = response(p, delta, spin=False)[1]
        assert value(model, "N_M", p, delta=delta) == pytest.approx(alone, rel=1e-11)
        assert value(model, "N_M", {k: p[k] for k in M_ONLY}, delta=delta) == pytest.approx(alone, rel=1e-11)


@pytest.mark.parametrize("backend", ["numpy", "compiled"])
def test_evaluators_of_the_spectra(model, backend: str) -> None:
    """The same over arrays of frequencies, at random points."""
    rng = np.random.default_rng(300)
    H, M = (evaluator(model.declared(n).make(), backend) for n in ("N_H", "N_M"))
    for _ in range(30):
        p = draw(rng)
        delta = np.concatenate([[0.0], rng.normal(size=8) * rates(p)["gM"], rng.normal(size=8) * rates(p)["gS"]])
        for f, spin in ((H, True), (M, False)):
            expected = [response(p, d, spin)[1] for d in delta]
            np.testing.assert_allclose(f({k: p[k] for k in f.parameters if k in p}, delta=delta), expected, rtol=1e-11)


@pytest.mark.parametrize("seed", range(6))
def test_printed_coefficients(model, seed: int) -> None:
    p = {**draw(np.random.default_rng(100 + seed)), "epsilon": 0.0}
    r = rates(p)
    SB, SP, MB, MP, tS, tM, gS, gM = r.values()
    sS, sM, dS = np.sqrt(SB) + np.sqrt(SP), np.sqrt(MB) + np.sqrt(MP), np.sqrt(SB) - np.sqrt(SP)
    R, Q = np.sqrt(SB * MP) - np.sqrt(SP * MB), np.sqrt(SB * MP) + np.sqrt(SP * MB)
    spin = (SB + SP) / 2 + tS
    terms = {
        "h_1": [sS**2 / 2 * spin, -gS * (gS - p["gamma_S0"]) / 4],
        "h_2": [sM**2 / 2 * ((MB + MP) / 2 + tM), -gM * (gM - p["gamma_M0"]) / 4],
        "h_3": [gM * sS * sM / 2 * (R * spin - gS * Q / 4), R * sM**2 / 2 * (R * spin - gS * Q / 2),
                -R * gS * gM * dS * sM / 8],
        "h_4": [-sS * sM * Q / 2, R * dS * sM / 2],
    }  # fmt: skip
    for name, printed in terms.items():
        size = sum(map(abs, printed))
        assert value(model, name, p) == pytest.approx(sum(printed), rel=1e-11, abs=1e-13 * size)


@pytest.mark.parametrize("seed", range(3))
def test_sensitivity_against_the_standard_quantum_limit(model, seed: int) -> None:
    """V_H by quadrature of |S|^2/N with loss; V_M by minimisation of the same integral over C_M and theta_M."""
    p = draw(np.random.default_rng(200 + seed))
    width = 30 * rates(p)["gS"] if seed else 0.3 * rates(p)["tM"]

    def variance(q: dict[str, float], spin: bool) -> float:
        scale = max(abs(rates(q)["gM"]), abs(rates(q)["gS"]) if spin else 0.0, width)

        def density(t: float) -> float:
            delta = scale * np.tan(t)
            T, N = response(q, delta, spin)
            return abs(T[5]) ** 2 * width / (width**2 / 4 + delta**2) / N * scale / np.cos(t) ** 2

        cuts = [-np.pi / 2, -0.1, -1e-3, 0, 1e-3, 0.1, np.pi / 2]
        parts = [quad(density, a, b, limit=300, epsrel=1e-11)[0] for a, b in pairwise(cuts)]
        return 1 / (2 * sum(parts))

    def objective(x: np.ndarray) -> float:
        q = {**p, "C_M": np.exp(x[0]), "theta_M": x[1]}
        return np.log(variance(q, False)) if rates(q)["gM"] > 0 and 0 < x[1] < np.pi / 2 else np.inf

    tM = rates(p)["tM"]
    guess = np.log((p["gamma_M0"] + np.sqrt(width * tM)) / tM / 2)
    best = min(
        minimize(objective, [guess + a, np.pi / 4], method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-12}).fun
        for a in (-1.0, 0.5)
    )
    expected = variance(p, True) / np.exp(best)
    assert value(model, "V_H_over_V_M", p, gamma_sig=width) == pytest.approx(expected, rel=1e-7)
    assert value(model, "V_H", p, gamma_sig=width) == pytest.approx(variance(p, True), rel=1e-7)
    own = {k: p[k] for k in ("gamma_M0", "n_M")}
    assert value(model, "V_M", own, gamma_sig=width) == pytest.approx(np.exp(best), rel=1e-7)


def test_mistakes(model) -> None:
    p = {k: sp.Rational(v) for k, v in draw(np.random.default_rng(1)).items()}
    with pytest.raises(UnknownParameter, match="Delta"):
        evaluate_declared(model, "N_H", {**p, "Delta": sp.S.One}, 15)
    with pytest.raises(UnstableError, match="unstable"):
        evaluate_declared(model, "N_H", {**p, "theta_S": sp.S.Zero, "C_S": sp.Integer(100), "delta": sp.S.Zero}, 15)
    with pytest.raises(ParameterError, match="epsilon"):
        evaluate_declared(model, "N_H", {**p, "epsilon": sp.Integer(2), "delta": sp.S.Zero}, 15)

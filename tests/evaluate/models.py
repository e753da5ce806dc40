"""Formulas for the tests, as definitions: the variance that the literature calls xi_g, and its parameters.

Two oscillators in cascade (rates Gamma_1, Gamma_2, angles theta_1, theta_2, intrinsic damping g_1, g_2, bath
occupancies n_1, n_2, loss epsilon between them): V_1, V_2 and C are the steady-state variances and the cross
moment, and the result is the variance of the best readable pair of collective quadratures.
"""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import mpmath
import numpy as np
import sympy as sp

from cascade_sym.definitions import Definitions, Quantity

NAMES = ("Gamma_1", "Gamma_2", "epsilon", "g_1", "g_2", "n_1", "n_2", "theta_1", "theta_2")


def pair_variance() -> tuple[Quantity, tuple[sp.Symbol, ...]]:
    """The quantity, and the two decay rates that must be positive (defined symbols)."""
    G1, G2, eps, g1, g2, n1, n2, t1, t2 = sp.symbols(" ".join(NAMES))
    h1, h2, d1, d2, R, V1, V2, C, g = sp.symbols("h_1 h_2 gamma_1 gamma_2 R V_1 V_2 C g")
    half, tau = sp.Rational(1, 2), sp.sqrt(1 - eps)
    items = (
        (h1, g1 * (n1 + half)),
        (h2, g2 * (n2 + half)),
        (d1, g1 - G1 * sp.cos(2 * t1)),
        (d2, g2 - G2 * sp.cos(2 * t2)),
        (R, -sp.sqrt(G1 * G2) * sp.sin(t2 - t1)),
        (V1, (G1 / 2 + h1) / d1),
        (C, -2 * tau / (d1 + d2) * (sp.sqrt(G1 * G2) * sp.sin(t1 + t2) - 2 * R * V1)),
        (V2, (G2 / 2 + h2 + tau * R * C) / d2),
        (g, sp.sqrt(G2 / ((1 - eps) * G1)) * sp.cos(t2 - sp.pi / 4) / sp.cos(t1 - sp.pi / 4)),
    )
    return Quantity("xi", 2 * (V1 + g**2 * V2 + g * C) / (1 + g**2), Definitions(items)), (d1, d2)


def mild_points(n: int, seed: int = 0) -> dict[str, np.ndarray]:
    """Points with moderate cooperativities, well inside the domain."""
    rng = np.random.default_rng(seed)
    g1, g2, n1, n2 = (rng.uniform(a, b, n) for a, b in ((1e4, 1e5), (0.1, 10), (0, 3), (1e3, 1e5)))
    return {
        "Gamma_1": g1 * rng.uniform(10, 100, n),
        "Gamma_2": g2 * n2 * rng.uniform(10, 100, n),
        "epsilon": rng.uniform(0, 0.5, n),
        "g_1": g1,
        "g_2": g2,
        "n_1": n1,
        "n_2": n2,
        "theta_1": rng.uniform(0.8, 1.2, n),
        "theta_2": rng.uniform(0.8, 1.2, n),
    }


def hard_points(n: int, seed: int = 0) -> dict[str, np.ndarray]:
    """Cooperativities from 1e-3 to 1e12, angles to within 1e-8 of pi/4 on either side, occupancies from
    0 to 1e8.
    """
    rng = np.random.default_rng(seed)

    def powers(low: float, high: float) -> np.ndarray:
        return 10.0 ** rng.uniform(low, high, n)

    n1, n2 = (np.where(rng.random(n) < 0.1, 0.0, powers(-2, 8)) for _ in range(2))
    g1, g2 = powers(-1, 5), powers(-1, 5)
    side1, side2 = (np.where(rng.random(n) < 0.8, 1.0, -1.0) for _ in range(2))
    offset1, offset2 = powers(-8, -0.2), powers(-8, -0.2)
    same = rng.random(n) < 0.3  # equal or nearly equal angles: the coupling R cancels
    offset2 = np.where(same, offset1 * (1 + np.where(rng.random(n) < 0.3, 0, powers(-15, -3))), offset2)
    return {
        "Gamma_1": powers(-3, 12) * g1 * (n1 + 0.5),
        "Gamma_2": powers(-3, 12) * g2 * (n2 + 0.5),
        "epsilon": np.where(rng.random(n) < 0.3, 0.0, powers(-6, -0.05)),
        "g_1": g1,
        "g_2": g2,
        "n_1": n1,
        "n_2": n2,
        "theta_1": np.pi / 4 + side1 * offset1,
        "theta_2": np.pi / 4 + np.where(same, side1, side2) * offset2,
    }


def xi_by_hand(G1: Any, G2: Any, eps: Any, g1: Any, g2: Any, n1: Any, n2: Any, t1: Any, t2: Any) -> Any:
    """The formula of `pair_variance` in plain mpmath, with addition theorems done by hand."""
    tau, half = mpmath.sqrt(1 - eps), mpmath.mpf(1) / 2
    (c1, s1), (c2, s2) = mpmath.cos_sin(t1), mpmath.cos_sin(t2)
    d1, d2 = g1 - G1 * (c1 - s1) * (c1 + s1), g2 - G2 * (c2 - s2) * (c2 + s2)
    root = mpmath.sqrt(G1 * G2)
    R = root * (c2 * s1 - s2 * c1)
    V1 = (G1 / 2 + g1 * (n1 + half)) / d1
    C = -2 * tau / (d1 + d2) * (root * (s1 * c2 + c1 * s2) - 2 * R * V1)
    V2 = (G2 / 2 + g2 * (n2 + half) + tau * R * C) / d2
    g = mpmath.sqrt(G2 / ((1 - eps) * G1)) * (c2 + s2) / (c1 + s1)
    return 2 * (V1 + g**2 * V2 + g * C) / (1 + g**2)


def exact_chunk(rows: np.ndarray) -> list[tuple[float, float]]:
    """The formula at 60 digits as a sum of two doubles."""
    out = []
    with mpmath.workdps(60):
        for row in rows:
            value = xi_by_hand(*(mpmath.mpf(float(v)) for v in row))
            out.append((float(value), float(value - mpmath.mpf(float(value)))))
    return out


def exact(values: dict[str, np.ndarray]) -> np.ndarray:
    """Two columns whose sum is the value; over processes, since mpmath is slow."""
    rows = np.column_stack([values[n] for n in NAMES])
    pieces = np.array_split(rows, 4 * (os.cpu_count() or 1))
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        return np.array([pair for piece in pool.map(exact_chunk, pieces) for pair in piece])

"""Random parameters of the two-oscillator cascade inside the dynamically stable region."""

from __future__ import annotations

import numpy as np

Points = dict[str, np.ndarray]


def stable_points(count: int, seed: int = 1) -> Points:
    """`count` points; rates over five decades, all losses, efficiencies, phases and occupancies up to 1e5."""
    rng = np.random.default_rng(seed)
    chunks: list[Points] = []
    have = 0
    while have < count:
        n = 2 * count

        def decades(low: float, high: float, n: int = n) -> np.ndarray:
            return 10 ** rng.uniform(low, high, n)

        p = {
            "Gamma_S": decades(-2, 3), "Gamma_M": decades(-2, 3), "theta_S": rng.uniform(0, np.pi / 2, n),
            "theta_M": rng.uniform(0, np.pi / 2, n), "gamma_S0": decades(-3, 1), "gamma_M0": decades(-6, 1),
            "n_S": decades(-2, 2), "n_M": decades(-2, 5), "epsilon": rng.uniform(0, 0.95, n),
            "eta": rng.uniform(0, 1, n), "psi": rng.uniform(-np.pi, np.pi, n),
        }  # fmt: skip
        damped = np.ones(n, bool)
        for j in "SM":
            damped &= p[f"gamma_{j}0"] - p[f"Gamma_{j}"] * np.cos(2 * p[f"theta_{j}"]) > 0
        chunks.append({k: v[damped] for k, v in p.items()})
        have += int(damped.sum())
    return {k: np.concatenate([c[k] for c in chunks])[:count] for k in chunks[0]}

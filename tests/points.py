"""Random points of the two-oscillator cascade in the parameters of the command line."""

from __future__ import annotations

import numpy as np


def cascade_point(rng: np.random.Generator) -> dict[str, float]:
    """Cooperativities, angles, bath rates, occupancies and loss; stability is not looked at."""
    return {
        "C_S": 10 ** rng.uniform(-1, 3), "C_M": 10 ** rng.uniform(-1, 3), "theta_S": rng.uniform(0, np.pi / 2),
        "theta_M": rng.uniform(0, np.pi / 2), "gamma_S0": 10 ** rng.uniform(-1, 1),
        "gamma_M0": 10 ** rng.uniform(-3, 0), "n_S": rng.uniform(0, 3), "n_M": 10 ** rng.uniform(-1, 3),
        "epsilon": rng.uniform(0, 0.9),
    }  # fmt: skip

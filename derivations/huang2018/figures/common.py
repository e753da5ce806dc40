"""What the figures share: the fixed parameters of the captions, and the optimised curves."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import sympy as sp

from cascade_sym.paper import sweep_declared

from ..model import model

if TYPE_CHECKING:
    import xarray as xr

# gamma_S0 = 2 pi x 5 kHz, n_S = 1; gamma_M0 n_M = 2 pi x 10 kHz, split as in Figs. S3 and S4
FIXED = {
    "gamma_S0": 2 * sp.pi * 5000, "n_S": sp.Integer(1), "gamma_M0": 2 * sp.pi / 10, "n_M": sp.Integer(10) ** 5,
}  # fmt: skip
LOSS = sp.Rational(1, 10)
COUNT = 121  # points on a curve
FREE = {"C_M": None, "theta_S": None, "theta_M": None}
BALANCED = {"theta_S": sp.pi / 4, "theta_M": sp.pi / 4}


def cooperativities(count: int = COUNT) -> np.ndarray:
    """C_S from 1 to 1000."""
    return np.geomspace(1, 1e3, count)


@cache
def unconditional(loss: sp.Rational, symmetric: bool = False, count: int = COUNT) -> xr.Dataset:
    """xi_g against C_S, optimised over both angles and C_M; with the conditional value at the same parameters."""
    also = ("R", "gamma_M") if symmetric else ("R", "gamma_M", "xi_g_conditional")
    return sweep_declared(
        model, "xi_g", {"C_S": cooperativities(count)}, {**FIXED, "epsilon": loss}, optimise=FREE,
        equal=[("theta_S", "theta_M")] if symmetric else (), also=also,
    )  # fmt: skip


@cache
def conditional_qnd(loss: sp.Rational, count: int = COUNT) -> xr.Dataset:
    """The conditional xi_g against C_S at theta_S = theta_M = pi/4, optimised over C_M."""
    return sweep_declared(
        model, "xi_g_conditional", {"C_S": cooperativities(count)}, {**FIXED, **BALANCED, "epsilon": loss},
        optimise=["C_M"],
    )  # fmt: skip


def gathered(columns: dict[str, tuple[xr.Dataset, str]]) -> xr.Dataset:
    """Variables of several sweeps as one dataset: {new name: (sweep, its variable)}, each with its provenance."""
    import xarray as xr

    out = {}
    for name, (data, old) in columns.items():
        about = {k: v for k, v in data.attrs.items() if k != "source"}
        out[name] = data[old].assign_attrs(about)
    found = xr.Dataset(out)
    return found.assign_attrs(source=next(iter(columns.values()))[0].attrs["source"])

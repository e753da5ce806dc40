"""Fig. 2: the optimised EPR variance over both cooperativities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy as sp

from cascade_sym.paper import Figure, sweep_declared

from ..model import model
from .common import FIXED, unconditional

if TYPE_CHECKING:
    import xarray as xr

CAPTION = (
    "EPR variance xi_g (coloured where it is below 1) against the cooperativities of spin (C_S) and motion (C_M), both "
    "angles optimised at every point; gamma_S0 = 2 pi × 5 kHz, n_S = 1, gamma_M0 n_M = 2 pi × 10 kHz (n_M = 10^5), "
    "epsilon = 0. Dash-dotted: optimal C_M for given C_S. Solid: with theta_S = theta_M, so that R = 0, xi_g < 1 is "
    "possible inside of the contour only."
)

LEAST = 0.03  # the end of the colour scale


def compute(count: int = 200) -> xr.Dataset:
    """xi_g over the plane, with free and with equal angles, and the optimal C_M."""
    axis = np.geomspace(1, 1e3, count)
    given = {**FIXED, "epsilon": sp.S.Zero}
    grid = {"C_S": axis, "C_M": axis}
    free = sweep_declared(model, "xi_g", grid, given, optimise=["theta_S", "theta_M"])
    equal = sweep_declared(model, "xi_g", grid, given, optimise=["theta_S", "theta_M"], equal=[("theta_S", "theta_M")])
    best = unconditional(sp.S.Zero)
    curve = best["C_M"].rename(C_S="C_S_curve").assign_attrs({"long_name": "optimal C_M for given C_S"})
    symmetric = equal["xi_g"].assign_attrs({**equal.attrs, "long_name": "xi_g with theta_S = theta_M"})
    return free.assign(xi_g_symmetric=symmetric, theta_symmetric=equal["theta_S"], C_M_optimal=curve)


def draw(ax: Any, data: xr.Dataset) -> Sequence[Any]:
    """The map of xi_g, the curve of the optimal C_M, the contour of the region that R = 0 allows."""
    import matplotlib

    from cascade_sym.plot import COLOURS

    colours = matplotlib.colors.LinearSegmentedColormap.from_list(
        "entangled", matplotlib.colormaps["YlGnBu_r"](np.linspace(0, 0.88, 256))
    )
    levels = np.geomspace(LEAST, 1, 97)
    image = ax.contourf(
        data["C_S"], data["C_M"], data["xi_g"].transpose("C_M", "C_S"), levels=levels, cmap=colours,
        norm=matplotlib.colors.LogNorm(LEAST, 1),
    )  # fmt: skip
    image.set_rasterized(True)
    line = ax.plot(data["C_S_curve"], data["C_M_optimal"], "-.", color=COLOURS["red"])
    symmetric = data["xi_g_symmetric"].transpose("C_M", "C_S")
    contour = ax.contour(data["C_S"], data["C_M"], symmetric, levels=[1.0], colors=COLOURS["black"], linewidths=1.0)
    ax.set(xscale="log", yscale="log", xlabel=r"$C_\mathrm{S}$", ylabel=r"$C_\mathrm{M}$", xlim=(1, 1e3), ylim=(1, 1e3))
    ax.set_box_aspect(1)
    bar = ax.figure.colorbar(image, ax=ax, label=r"$\xi_g$", pad=0.02)
    bar.set_ticks([0.03, 0.1, 0.3, 1], labels=["0.03", "0.1", "0.3", "1"])
    bar.solids.set_rasterized(True)
    bar.minorticks_off()
    return (image, *line, contour, bar)


model.figure(Figure("fig2", "Entanglement over both cooperativities", CAPTION, compute, draw, size=(3.375, 2.75)))

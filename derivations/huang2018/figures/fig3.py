"""Fig. 3: the optimised EPR variance against C_S; inset: coupling over linewidth, and what conditioning would add."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy as sp

from cascade_sym.paper import Figure

from ..model import model
from .common import COUNT, LOSS, conditional_qnd, gathered, unconditional

if TYPE_CHECKING:
    import xarray as xr

CAPTION = (
    "EPR variance xi_g against C_S, optimised over theta_S, theta_M and C_M: R = 0 (theta_S = theta_M; thin black) and "
    "R ≠ 0 (thick red), without loss (solid) and with epsilon = 0.1 (dashed). Below C_S = 4, R = 0 allows xi_g = 1 at "
    "best, approached as C_M grows. Inset: "
    r"$-2\sqrt{1-\epsilon}\,R/\gamma_{\mathrm M}$ at the optima (right scale, green; solid and dashed as above), and "
    "the relative improvement of the conditional scheme for epsilon = 0.1 (left scale, red) with the same parameters "
    "(dashed) and with theta_S = theta_M = pi/4 and its own optimal C_M (solid). gamma_S0 = 2 pi × 5 kHz, n_S = 1, "
    "gamma_M0 n_M = 2 pi × 10 kHz (n_M = 10^5)."
)
LOSSES = {"lossless": sp.S.Zero, "lossy": LOSS}


def compute(count: int = COUNT) -> xr.Dataset:
    """The four curves and the four of the inset, all against C_S."""
    columns: dict[str, tuple[xr.Dataset, str]] = {}
    for label, loss in LOSSES.items():
        columns[f"xi_g_{label}"] = (unconditional(loss, count=count), "xi_g")
        columns[f"xi_g_symmetric_{label}"] = (unconditional(loss, symmetric=True, count=count), "xi_g")
    same = unconditional(LOSS, count=count)
    columns["xi_g_conditional_same"] = (same, "xi_g_conditional")
    columns["xi_g_conditional_qnd"] = (conditional_qnd(LOSS, count), "xi_g_conditional")
    data = gathered(columns)
    for label, loss in LOSSES.items():
        at = unconditional(loss, count=count)
        ratio = -2 * float(sp.sqrt(1 - loss)) * at["R"] / at["gamma_M"]
        data[f"coupling_{label}"] = ratio.assign_attrs(units="1", long_name="-2 sqrt(1 - epsilon) R/gamma_M")
    for which in ("same", "qnd"):
        gain = 1 - data[f"xi_g_conditional_{which}"] / data["xi_g_lossy"]
        data[f"improvement_{which}"] = gain.assign_attrs(
            units="1", long_name="relative improvement of xi_g by conditioning"
        )
    return data


def draw(ax: Any, data: xr.Dataset) -> Sequence[Any]:
    """The curves, and the inset with its two scales."""
    from cascade_sym.plot import COLOURS

    x = data["C_S"]
    lines = []
    for which, colour, width in (("xi_g_symmetric", "black", 0.8), ("xi_g", "red", 1.6)):
        for label, dash in (("lossless", "-"), ("lossy", "--")):
            lines += ax.plot(x, data[f"{which}_{label}"], dash, color=COLOURS[colour], linewidth=width)
    ax.set(xscale="log", yscale="log", xlim=(1, 1e3), ylim=(0.01, 1.2), xlabel=r"$C_\mathrm{S}$", ylabel=r"$\xi_g$")
    ax.set_yticks([0.01, 0.1, 1], labels=["0.01", "0.1", "1"])
    ax.text(200, 0.40, "$R=0$", color=COLOURS["black"], fontsize=8)
    ax.text(8, 0.2, r"$R\neq 0$", color=COLOURS["red"], fontsize=8)
    left = ax.inset_axes((0.13, 0.12, 0.42, 0.42))
    for which, dash in (("same", "--"), ("qnd", "-")):
        lines += left.plot(x, data[f"improvement_{which}"], dash, color=COLOURS["red"], linewidth=1.0)
    left.set(xscale="log", yscale="log", xlim=(1, 1e3), ylim=(1e-4, 3e-2))
    left.tick_params(axis="x", top=True)
    right = left.twinx()
    for label, dash in (("lossless", "-"), ("lossy", "--")):
        lines += right.plot(x, data[f"coupling_{label}"], dash, color=COLOURS["green"], linewidth=1.0)
    right.set(yscale="log", ylim=(0.03, 2))
    right.set_yticks([0.1, 1], labels=["0.1", "1"])
    for inner, colour in ((left, "red"), (right, "green")):
        inner.tick_params(labelsize=6, pad=1.5, which="both")
        inner.tick_params(axis="y", colors=COLOURS[colour], right=inner is right, which="both")
        inner.patch.set_visible(False)
    left.set_xticks(10.0 ** np.arange(4), labels=["1", "10", "$10^2$", "$10^3$"])
    return lines


model.figure(Figure("fig3", "Entanglement against the spin cooperativity", CAPTION, compute, draw, size=(3.375, 3.0)))

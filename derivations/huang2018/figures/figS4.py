"""Fig. S4: the C_M that is optimal for the conditional scheme at balanced angles, and for the unconditional one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cascade_sym.paper import Figure

from ..model import model
from .common import COUNT, LOSS, conditional_qnd, gathered, unconditional

if TYPE_CHECKING:
    import xarray as xr

CAPTION = (
    "Optimal C_M of the unconditional scheme with free angles (red) and of the conditional one with "
    "theta_S = theta_M = pi/4 (blue, dashed); epsilon = 0.1, gamma_S0 = 2 pi × 5 kHz, gamma_M0 = 2 pi × 0.1 Hz, "
    "n_S = 1, n_M = 10^5."
)


def compute(count: int = COUNT) -> xr.Dataset:
    """The optimal C_M of both schemes, and the xi_g that they reach."""
    free, qnd = unconditional(LOSS, count=count), conditional_qnd(LOSS, count)
    return gathered({
        "C_M": (free, "C_M"), "C_M_conditional": (qnd, "C_M"), "xi_g": (free, "xi_g"),
        "xi_g_conditional": (qnd, "xi_g_conditional"),
    })  # fmt: skip


def draw(ax: Any, data: xr.Dataset) -> Sequence[Any]:
    """Two curves."""
    from cascade_sym.plot import COLOURS

    lines = ax.plot(data["C_S"], data["C_M"], "-", color=COLOURS["red"], label="uncond.")
    lines += ax.plot(data["C_S"], data["C_M_conditional"], "--", color=COLOURS["blue"], label="cond. (QND)")
    ax.set(xscale="log", yscale="log", xlim=(1, 1e3), xlabel=r"$C_\mathrm{S}$", ylabel=r"$C_\mathrm{M}$")
    ax.legend(loc="upper left")
    return lines


model.figure(Figure("figS4", "Optimal cooperativity with and without conditioning", CAPTION, compute, draw))

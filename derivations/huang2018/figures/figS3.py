"""Fig. S3: the angles and the C_M that are optimal with loss."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cascade_sym.paper import Figure

from ..model import model
from .common import COUNT, LOSS, gathered, unconditional

if TYPE_CHECKING:
    import xarray as xr

CAPTION = (
    "Optimal angles (a) and cooperativity C_M (b) for the least xi_g, with equal angles (theta_S = theta_M, blue) and "
    "with free ones (red; solid: theta_S, dashed: theta_M); epsilon = 0.1, gamma_S0 = 2 pi × 5 kHz, "
    "gamma_M0 = 2 pi × 0.1 Hz, n_S = 1, n_M = 10^5. Equal angles are shown where they reach xi_g < 1 at a finite C_M."
)


def compute(count: int = COUNT) -> xr.Dataset:
    """Optimal angles and C_M, free and with equal angles, and the xi_g that they reach."""
    free, equal = unconditional(LOSS, count=count), unconditional(LOSS, symmetric=True, count=count)
    return gathered({
        "theta_S": (free, "theta_S"), "theta_M": (free, "theta_M"), "theta_symmetric": (equal, "theta_S"),
        "C_M": (free, "C_M"), "C_M_symmetric": (equal, "C_M"), "xi_g": (free, "xi_g"),
        "xi_g_symmetric": (equal, "xi_g"),
    })  # fmt: skip


def draw(axes: Any, data: xr.Dataset) -> Sequence[Any]:
    """Angles in (a), C_M in (b)."""
    from cascade_sym.plot import COLOURS

    a, b = axes
    x, entangled = data["C_S"], data["xi_g_symmetric"] < 1 - 1e-4
    red, blue = COLOURS["red"], COLOURS["blue"]
    lines = a.plot(x, data["theta_S"], "-", color=red, label=r"$\theta_\mathrm{S}$")
    lines += a.plot(x, data["theta_M"], "--", color=red, label=r"$\theta_\mathrm{M}$")
    lines += a.plot(
        x, data["theta_symmetric"].where(entangled), "-", color=blue, label=r"$\theta_\mathrm{S}=\theta_\mathrm{M}$"
    )
    a.axhline(np.pi / 4, color=COLOURS["grey"], linewidth=0.5, linestyle=":")
    a.set_yticks([np.pi / 4, 3 * np.pi / 8, np.pi / 2], labels=[r"$\pi/4$", r"$3\pi/8$", r"$\pi/2$"])
    a.set(xscale="log", xlim=(1, 1e3), ylim=(0.74, 1.6), ylabel=r"$\theta_j$")
    a.legend(loc="upper right")
    lines += b.plot(x, data["C_M"], "-", color=red)
    lines += b.plot(x, data["C_M_symmetric"].where(entangled), "-", color=blue)
    b.set(xscale="log", yscale="log", xlim=(1, 1e3), ylim=(1, 1.2e3), ylabel=r"$C_\mathrm{M}$")
    for ax, letter in zip(axes, "ab", strict=True):
        ax.set_xlabel(r"$C_\mathrm{S}$")
        ax.text(0.04, 0.96, f"({letter})", transform=ax.transAxes, va="top")
    return lines


model.figure(
    Figure("figS3", "Optimal angles and cooperativity", CAPTION, compute, draw, panels=(1, 2), size=(6.0, 2.5))
)

"""Fig. S5: entanglement and force sensitivity against C_S."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import sympy as sp

from cascade_sym.evaluate import evaluator
from cascade_sym.paper import Figure

from ..model import model
from .common import COUNT, FIXED, gathered, unconditional

if TYPE_CHECKING:
    import xarray as xr

# the paper says only that gamma_sig is far larger than gammat_M0 = 2 pi × 10 kHz
GAMMA_SIG = 2 * sp.pi * 10**8
CAPTION = (
    "Least unconditional xi_g (dashed) and the sensitivity of the hybrid force sensor over the standard quantum limit "
    "of mechanics alone, V_H/V_M (solid), at the same parameters; gamma_S0 = 2 pi × 5 kHz, n_S = 1, "
    "gamma_M0 n_M = 2 pi × 10 kHz (n_M = 10^5), epsilon = 0. The paper gives no gamma_sig; here "
    "gamma_sig = 2 pi × 100 MHz, a broadband force."
)


def compute(count: int = COUNT, gamma_sig: sp.Expr = GAMMA_SIG) -> xr.Dataset:
    """xi_g at its optimum, and V_H/V_M at the parameters of that optimum."""
    best = unconditional(sp.S.Zero, count=count)
    data = gathered({n: (best, n) for n in ("xi_g", "C_M", "theta_S", "theta_M")})
    ratio = evaluator(model.declared("V_H_over_V_M").make())
    given = {n: float(v) for n, v in FIXED.items()} | {"epsilon": 0.0, "gamma_sig": float(gamma_sig)}
    given |= {n: data[n].values for n in ("C_S", "C_M", "theta_S", "theta_M")}
    values = ratio({n: given[n] for n in ratio.parameters})
    title = model.declared("V_H_over_V_M").title
    data["V_H_over_V_M"] = ("C_S", values, {"units": "1", "long_name": title, "gamma_sig": float(gamma_sig)})
    return data


def draw(ax: Any, data: xr.Dataset) -> Sequence[Any]:
    """Two curves."""
    from cascade_sym.plot import COLOURS

    x = data["C_S"]
    lines = ax.plot(x, data["V_H_over_V_M"], "-", color=COLOURS["blue"], label=r"$V_\mathrm{H}/V_\mathrm{M}$")
    lines += ax.plot(x, data["xi_g"], "--", color=COLOURS["red"], label=r"$\xi_g$")
    ax.axhline(1, color=COLOURS["grey"], linewidth=0.5, linestyle=":")
    ax.set(xscale="log", yscale="log", xlim=(1, 1e3), ylim=(0.03, 1.6), xlabel=r"$C_\mathrm{S}$")
    ax.set_ylabel(r"$\xi_g,\ V_\mathrm{H}/V_\mathrm{M}$")
    ax.set_yticks([0.1, 1], labels=["0.1", "1"])
    ax.legend(loc="lower left")
    return lines


model.figure(Figure("figS5", "Entanglement and force sensitivity", CAPTION, compute, draw))

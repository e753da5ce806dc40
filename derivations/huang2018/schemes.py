"""What the paper says of the conditional scheme beside the unconditional one (T5), and of the detection phase.

The paper: both schemes agree within a few per cent, at the same parameters and separately optimised; psi = 0 is the
optimal detection phase; and theta_S = theta_M = pi/4 with the best C_M stands for the optimal conditional scheme.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy as sp

from cascade_sym.paper import Result
from cascade_sym.steps import Check, Step

from .comparison import FIGURE_3, compare, parameters, unconditional, value
from .model import model

if TYPE_CHECKING:
    import xarray as xr

SAME_TO = 1e-9  # relative: values of the sweep against verified ones


@dataclass(frozen=True)
class Claim:
    """`better`/`reference` should be 1: two figures of `compare`, and what they are."""

    better: str
    reference: str
    about: str


CLAIMS = {
    "same parameters": Claim("same", "unconditional", "conditional over unconditional, at the unconditional optimum"),
    "separately optimised": Claim("qnd", "unconditional", "conditional at pi/4, psi = 0 over unconditional"),
    "any angles": Claim("angles", "qnd", "conditional at any angles over conditional at pi/4, both with psi = 0"),
    "psi at pi/4": Claim("qnd_best", "qnd", "best psi over psi = 0, at pi/4 and the best C_M"),
    "psi at the unconditional optimum": Claim("same_best", "same", "best psi over psi = 0, at the same parameters"),
    "psi at any angles": Claim("phases", "angles", "best psi over psi = 0, each with its best angles and C_M"),
    "separately optimised, any psi": Claim("phases", "unconditional", "conditional over unconditional"),
}


@cache
def compared() -> xr.Dataset:
    return compare()


def ratio(claim: Claim) -> Any:
    """The ratio over the grid."""
    d = compared()
    return d[claim.better] / d[claim.reference]


def farthest(claim: Claim) -> tuple[float, dict[str, float]]:
    """The ratio that is farthest from 1, and where."""
    r = ratio(claim)
    i, j = np.unravel_index(int(np.abs(r.values - 1).argmax()), r.shape)
    place = {str(r.dims[0]): float(r[r.dims[0]][i]), str(r.dims[1]): float(r[r.dims[1]][j])}
    return float(r.values[i, j]), place


def resolved(ratio: float) -> sp.Float:
    """A ratio of two optima as far as it is known: never closer to 1 than `SAME_TO`, since none is a proof."""
    away = max(abs(ratio - 1), SAME_TO)
    return sp.Float(f"{1 + away if ratio > 1 else 1 - away:.10g}")


def evidence(names: tuple[str, ...]) -> dict[str, Any]:
    """For each claim: the largest and smallest relative difference by epsilon; where the figures are farthest apart.

    The parameters there are those of `cascade-sym eval`.
    """
    out: dict[str, Any] = {}
    for name in names:
        r = ratio(CLAIMS[name])
        rows = {}
        for k, loss in enumerate(r["epsilon"].values):
            gain = 1 - r.values[:, k]
            where = float(r["C_S"][int(gain.argmax())])
            rows[f"epsilon = {loss:g}"] = {
                "largest": f"{gain.max():.3e}", "at_C_S": f"{where:.6g}", "smallest": f"{gain.min():.3e}",
                "at_largest_C_S": f"{gain[-1]:.3e}",
            }  # fmt: skip
        _, place = farthest(CLAIMS[name])
        ends = {f: _reached(f, place) for f in (CLAIMS[name].better, CLAIMS[name].reference)}
        out[name] = {"ratio": CLAIMS[name].about, "reduction_of_xi_g": rows, "farthest": ends}
    at = {s.name: str(v) for s, v in FIGURE_3.items()}
    return {"comparison": out, "C_S": [float(f"{c:.6g}") for c in compared()["C_S"].values], "at": at}


def _reached(figure: str, place: Mapping[str, float]) -> dict[str, Any]:
    point = {k: float(v) for k, v in parameters(compared(), figure, place).items()}
    return {"xi_g": float(compared()[figure].sel(place)), "parameters": point}


def optimum_check(figures: tuple[str, ...]) -> Check:
    """Independent restarts of the optimisations found nothing better."""
    missed = {f: compared().attrs[f"{f}_missed"] for f in figures}
    bad = {f: n for f, n in missed.items() if n}
    return Check(not bad, "independent random restarts at every point found no better optimum", str(bad or ""))


def value_check(claims: Mapping[str, Claim]) -> Check:
    """The figures where they are farthest apart, computed once more with verified digits."""
    bad = {}
    for name, c in claims.items():
        _, place = farthest(c)
        for figure in (c.better, c.reference):
            swept, exact = float(compared()[figure].sel(place)), value(compared(), figure, place)
            if abs(swept / exact - 1) > SAME_TO:
                bad[f"{name}, {figure}"] = swept / exact - 1
    return Check(not bad, "both figures where they differ most, verified to all digits", str(bad or ""))


def never_worse() -> Check:
    """At the same parameters the conditional state has the smaller variance, at every point."""
    r = ratio(CLAIMS["same parameters"])
    return Check(bool((r <= 1).all()), "the conditional xi_g is nowhere above the unconditional one", "")


def steps(names: tuple[str, ...]) -> tuple[Step, ...]:
    claims = {n: CLAIMS[n] for n in names}
    figures = tuple(dict.fromkeys(f for c in claims.values() for f in (c.better, c.reference)))
    swept = tuple(f for f in figures if not f.startswith("same"))
    return (
        Step("minimisation", "xi_g over C_M, angles and detection phase in the stable region, at every C_S and epsilon",
             {"xi_g": unconditional()}, {}, lambda: optimum_check(swept)),
        Step("readout", "largest difference over C_S from 1 to 1000, epsilon = 0 and 0.1", {},
             {f"ratio_{k}": resolved(farthest(c)[0]) for k, c in enumerate(claims.values(), 1)},
             lambda: value_check(claims)),
    )  # fmt: skip


def result(names: tuple[str, ...], *more: Step) -> Result:
    values = {n: resolved(farthest(CLAIMS[n])[0]) for n in names}
    return Result(values, (*steps(names), *more), {}, evidence(tuple(CLAIMS)))


@model.equation("T5")
def conditional_against_unconditional() -> Result:
    better = Step("readout", "conditional against unconditional at the same parameters", check=never_worse)
    return result(("same parameters", "separately optimised", "any angles"), better)


@model.equation("S18.psi")
def optimal_detection_phase() -> Result:
    return result(("psi at pi/4", "psi at the unconditional optimum", "psi at any angles"))

"""The conditional against the unconditional scheme, and which angles and which detection phase are best: numbers.

Every figure is the exact xi_g, minimised globally over the dynamically stable region (gamma_S > 0 and gamma_M > 0) with
`cascade_sym.sweeps`, at the fixed parameters of Fig. 3. What the paper says of them is in schemes.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy as sp

import cascade_sym as cs
from cascade_sym.definitions import Quantity
from cascade_sym.paper import evaluate_declared
from cascade_sym.solve import conditional_covariance
from cascade_sym.sweeps import sweep

from .model import C_M, C_S, epsilon, gamma_M0, gamma_S0, model, n_M, n_S, theta_M, theta_S
from .quantities import M, S, conditioned, experiment, gamma_M, gamma_S, xi_g

if TYPE_CHECKING:
    import xarray as xr

eta, psi, damping = cs.symbol("eta"), cs.symbol("psi"), cs.symbol("damping")
FIGURE_3 = {gamma_S0: 2 * sp.pi * 5000, gamma_M0: 2 * sp.pi / 10, n_S: sp.Integer(1), n_M: sp.Integer(10) ** 5}
RATES = ("C_M", "theta_S", "theta_M")
GRID = tuple(10 ** (k / 3) for k in range(10))  # C_S from 1 to 1000, as in Fig. 3
LOSSES = (0.0, 0.1)
PHASES = 721  # over half a turn, where parameters are given
DAMPINGS = (1e-4, 1e4)  # gamma_S/gamma_S0: the best angles may lie at the edge of the stable region


@cache
def unconditional() -> Quantity:
    """xi_g at the parameters of Fig. 3."""
    return xi_g().subs(FIGURE_3)


@cache
def conditional(*given: tuple[sp.Symbol, sp.Expr]) -> Quantity:
    """xi_g conditioned on the output light at the parameters of Fig. 3, inside the dynamically stable region.

    `given` are further (parameter, value) pairs. The conditional state itself exists beyond that region.
    """
    values = {**FIGURE_3, eta: sp.S.One, **dict(given)}

    def at_values(x):
        return x.subs({s: v for s, v in values.items() if s in x.parameters})

    weight = cs.readout_weight(at_values(experiment()), S, M)
    found = cs.epr_variance(conditional_covariance(conditioned().subs(values), newton=2), S, M, g=weight)
    damped = tuple(at_values(q).inline() for q in (gamma_S(), gamma_M()))
    return replace(found, domain=(*found.domain, *(d for d in damped if not d.is_number)))


def phase_quadrature() -> Quantity:
    """psi = 0, at any angles."""
    return conditional((psi, sp.S.Zero))


def over_damping(figure: Quantity) -> Quantity:
    """theta_S replaced by `damping` = gamma_S/gamma_S0 = 1 - C_S (n_S + 1/2) cos 2 theta_S: a straight edge."""
    ratio = (1 - damping) / (C_S * (n_S + sp.S.Half)).subs(FIGURE_3)
    return figure.subs({theta_S: sp.acos(ratio) / 2})


def quantum_non_demolition(phase: sp.Expr = sp.S.Zero) -> Quantity:
    """theta_S = theta_M = pi/4."""
    return conditional((theta_S, sp.pi / 4), (theta_M, sp.pi / 4), (psi, phase))


def compare(C_S_values: Sequence[float] = GRID, losses: Sequence[float] = LOSSES, *, restarts: int = 32) -> xr.Dataset:
    """The optimised figures over C_S and epsilon, each with <figure>_<parameter> where it is reached.

    - `unconditional`: over C_M, theta_S, theta_M;
    - `same`: conditioned at those parameters, psi = 0; `same_best`: with the best psi there;
    - `qnd`: theta_S = theta_M = pi/4 and psi = 0, over C_M; `qnd_best`: over psi too;
    - `angles`: psi = 0, over C_M and both angles; `phases`: over psi too.

    The attribute <figure>_missed counts the points at which independent restarts still found a better optimum.
    """
    grid = {str(C_S): list(C_S_values), str(epsilon): list(losses)}
    turned = {str(psi): (0.0, np.pi)}
    free = {str(C_M): None, str(damping): DAMPINGS, str(theta_M): None}
    out: xr.Dataset | None = None
    for name, figure, over in (
        ("unconditional", over_damping(unconditional()), free),
        ("qnd", quantum_non_demolition(), {str(C_M): None}),
        ("qnd_best", quantum_non_demolition(psi), {str(C_M): None, **turned}),
        ("angles", over_damping(phase_quadrature()), free),
        ("phases", over_damping(conditional()), {**free, **turned}),
    ):
        found = sweep(figure, grid, optimise=over, name=name, restarts=restarts)
        if str(damping) in found:
            ratio = (1 - found[str(damping)]) / (found[str(C_S)] * float((n_S + sp.S.Half).subs(FIGURE_3)))
            found = found.assign({str(theta_S): np.arccos(ratio) / 2}).drop_vars(str(damping))
        names = {str(v): f"{name}_{v}" for v in found.data_vars if str(v) != name}
        missed = {f"{name}_missed": int(found.attrs["optimum_missed"])}
        found = found.rename(names)
        out = (found if out is None else out.merge(found, combine_attrs="override")).assign_attrs(missed)
    assert out is not None
    return out.assign(_at_the_same_parameters(out))


def _at_the_same_parameters(found: xr.Dataset) -> dict[str, Any]:
    angles = np.linspace(0, np.pi, PHASES)
    point = {n: found[f"unconditional_{n}"].values[..., None] for n in RATES}
    point |= {str(C_S): found[str(C_S)].values[:, None, None], str(epsilon): found[str(epsilon)].values[None, :, None]}
    xi = cs.evaluator(conditional())({**point, str(psi): angles})
    first = cs.evaluator(phase_quadrature())(point)[..., 0]
    least = np.minimum(xi.min(-1), first)
    at = np.where(first <= least, 0.0, angles[xi.argmin(-1)])
    dims = found["unconditional"].dims
    return {"same": (dims, first), "same_best": (dims, least), "same_best_psi": (dims, at)}


def parameters(found: xr.Dataset, figure: str, place: Mapping[str, float]) -> dict[str, sp.Expr]:
    """Where `figure` is reached at a point of the grid, as exact numbers for `cascade-sym eval`."""
    at = found.sel(place)
    out = {s.name: v for s, v in FIGURE_3.items()} | {k: sp.Rational(v) for k, v in place.items()}
    source = "unconditional" if figure.startswith("same") else figure
    for name, fixed in (("theta_S", sp.pi / 4), ("theta_M", sp.pi / 4), ("C_M", None)):
        key = f"{source}_{name}"
        out[name] = sp.Rational(float(at[key])) if key in at else fixed
    if figure != "unconditional":
        out["psi"] = sp.Rational(float(at[f"{figure}_psi"])) if f"{figure}_psi" in at else sp.S.Zero
    return out


def value(found: xr.Dataset, figure: str, place: Mapping[str, float]) -> float:
    """`figure` at a point of the grid once more, right to all digits, at the parameters where it is reached."""
    point = parameters(found, figure, place)
    name = "xi_g" if figure == "unconditional" else "xi_g_conditional"
    return float(evaluate_declared(model, name, point, 15).text)

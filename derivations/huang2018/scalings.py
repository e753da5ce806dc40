"""(S24), T1, T3, T4: the conditional state, and free angles."""

from __future__ import annotations

from typing import Any

import sympy as sp

import cascade_sym as cs
from cascade_sym.asymptotics import in_the_limit, number_text
from cascade_sym.definitions import Quantity
from cascade_sym.exact import identity_check
from cascade_sym.paper import Leading, Result, objective
from cascade_sym.steps import Step

from .asymptotics import (
    FIG3,
    QND,
    bound,
    coefficient,
    conditional,
    conditional_bound,
    law,
    optima,
    unconditional,
    unconditional_bound,
    xi,
    xi_qnd,
)
from .model import C_M, C_S, epsilon, gamma_S0, model, n_M, n_S, r


@model.equation("T1")
def unconditional_scaling() -> Result:
    return law(unconditional(), "from the unconditional xi_g itself, at free angles")


@model.equation("T3")
def unconditional_loss_bound() -> Result:
    return bound(unconditional_bound(), xi(), "exact at every loss")


@model.equation("S24.loss")
def conditional_loss_bound() -> Result:
    return bound(conditional_bound(), xi_qnd(), "exact at every loss, not only small ones")


@model.equation("S24")
def conditional_scaling() -> Result:
    return law(conditional(), "conditional state at theta_S = theta_M = pi/4")


@model.equation("S24.C_M")
def conditional_cooperativity() -> Result:
    """C_M at the optimum of the conditional state."""
    found = {"epsilon > 0": conditional_bound().scaling, "epsilon = 0": conditional()}
    ratio = {k: coefficient(s, "C_M") for k, s in found.items()}
    lossy, lossless = ratio["epsilon > 0"], ratio["epsilon = 0"]
    check = identity_check({"epsilon = 0": (lossy.subs(epsilon, 0), lossless)}, "goes over into the lossless one")
    step = Step("minimisation", "optimal C_M/C_S", {}, {"C_M": lossy * C_S}, check)
    value = Leading(lossy * C_S, check, "the next term is of order one")
    steps = (*conditional_bound().scaling.steps, step)
    return Result({"C_M": value}, steps, {"C_S": C_S, "r": r}, optima(found))


@model.equation("T4")
def ideal_cancellation() -> Result:
    """What S contributes to the EPR variance through its own fluctuations, when M follows adiabatically."""
    q = xi()
    own, cross, R, fast, slow, g = (cs.symbol(n) for n in "var_X_S cov_X_S_X_M R_M_S gamma_M gamma_S g".split())
    kept = {own, R, fast, slow, g}
    opened = {s: e for s, e in q.definitions if s not in kept}
    total = q.expr.xreplace({cs.symbol("var_X_M"): opened[cs.symbol("var_X_M")]}).xreplace({cross: opened[cross]})
    weight = sp.diff(total, own) * (1 + g**2) / 2  # of var_X_S in the EPR variance, one without M
    adiabatic = sp.factor(weight.subs(slow, 0))
    x = cs.symbol("x")
    (root,) = sp.roots(adiabatic.subs(R, x * fast / 2), x)
    ideal = root.subs(g, _weight_at_optimum())
    square = (1 + 2 * g * R / fast) ** 2
    check = identity_check({"weight of var_X_S": (weight.subs(slow, 0), square)}, "a double zero at 2 R/gamma_M = -1/g")
    step = Step(
        "limit", "gamma_S/gamma_M to zero: weight of var_X_S", {"weight": weight}, {"weight": adiabatic}, check
    )  # fmt: skip
    value = Leading(ideal, check, "gamma_S/gamma_M, and g to 1 as at the optimum of (T1)")
    names = {"R": R, "gamma_M": fast}
    return Result({"2*R/gamma_M": value}, (*q.steps, step), names, _at_optimum())


def _weight_at_optimum() -> sp.Expr:
    """g at the leading order of the optimum of (T1)."""
    g = objective(model, "g").subs({C_M: coefficient(unconditional(), "C_M") * C_S, epsilon: sp.S.Zero, **QND})
    return sp.simplify(in_the_limit(Quantity("g", g.inline()), {n_M: sp.oo}).expr.subs(gamma_S0, 1).subs(n_S, 0))


def _at_optimum() -> dict[str, Any]:
    """Where the optimum of (T1) is: k_j of theta_j = pi/4 + k_j/sqrt(C_S), and what follows for the rates."""
    k_S, k_M = (unconditional().optimum[a].coefficient for a in ("theta_S", "theta_M"))
    assert k_S is not None and k_M is not None
    ratio = {}
    for n in (0, 1, 10, 1000):
        point = {n_S: sp.Integer(n), r: FIG3[r]}
        ratio[f"n_S = {n}"] = k_S.at(point) / k_M.at(point)
    return {
        "2R_over_gamma_M_at_optimum": {k: number_text(v - 1, 10) for k, v in ratio.items()},
        "gamma_S_over_gamma_M_at_optimum": {k: number_text(v, 10) for k, v in ratio.items()},
        "note": "for large C_S, epsilon = 0 and r = 4/3: 2R/gamma_M = -(1 - k_S/k_M), gamma_S/gamma_M = k_S/k_M",
    }

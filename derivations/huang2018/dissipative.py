"""(S21)-(S23) and T2: equal angles, R = 0."""

from __future__ import annotations

from functools import cache
from typing import Any

import mpmath as mp
import sympy as sp

import cascade_sym as cs
from cascade_sym.asymptotics import Scaling, in_the_limit, limit_of, number_text
from cascade_sym.exact import equal, identity_check
from cascade_sym.paper import Leading, Result
from cascade_sym.steps import Check, Step

from .asymptotics import (
    DIGITS,
    FIG3,
    bound,
    coefficient,
    dissipative,
    dissipative_bound,
    dissipative_form,
    law,
    number,
    optima,
    parts,
    tau,
    theta,
    unconditional,
    unconditional_bound,
    xi,
)
from .model import C_M, C_S, epsilon, model, n_M, n_S, r, theta_M, theta_S

# -- (S21), (S22): equal angles ---------------------------------------------------------------------------------------


@model.equation("S21")
def dissipative_variance() -> Result:
    form = dissipative_form().expr

    def check() -> Check:
        exact = xi().subs({theta_S: theta, theta_M: theta}).inline()
        again = limit_of(limit_of(exact, n_M, sp.oo), n_S, sp.oo)
        return Check(equal(again, form), "limit of the exact xi_g for large occupancies, by another route")

    value = Leading(form, check, "gamma_j0 is neglected in gamma_j")
    step = Step("limit", "equal angles, gamma_j much larger than gamma_j0", {}, {"xi_g": form}, check)
    return Result({"xi_g": value}, (step,), {"C_S": C_S, "C_M": C_M, "r": r, "theta": theta}, outside(form))


@cache
def from_dissipative_form() -> Scaling:
    """The optimum of (S21) itself, with loss."""
    return cs.scaling(dissipative_form(), large=C_S, over=[C_M, theta])


@cache
def from_lossless_form() -> Scaling:
    """The optimum of (S21) itself, without loss."""
    return cs.scaling(dissipative_form(), large=C_S, over=[C_M, theta], at={epsilon: 0})


def outside(form: sp.Expr) -> dict[str, Any]:
    """The error of (S21) where gamma_j0 matters: along the exact optimum at equal angles, parameters of Fig. 3."""
    k = dissipative().optimum["theta_S"].coefficient
    assert k is not None
    exact = in_the_limit(xi().subs({theta_S: theta, theta_M: theta, epsilon: sp.S.Zero}), {n_M: sp.oo}).inline()
    rows = {}
    for c in (10, 100, 1000, 10**6, 10**12):
        angle = sp.pi / 4 + sp.Float(str(k.at(FIG3, 40)), 40) / sp.sqrt(c)
        point = {**FIG3, epsilon: sp.S.Zero, C_S: sp.Integer(c), C_M: c / FIG3[r], theta: angle}
        rows[str(c)] = number_text(number(form, point) / number(exact, point) - 1, 6)
    ratio = from_lossless_form().at(FIG3) / dissipative().at(FIG3)
    return {
        "relative_error_at_exact_optimum": rows,
        "relative_error_of_optimised_prefactor": number_text(ratio - 1, 10),
        "at": {s.name: str(v) for s, v in FIG3.items()},
    }


@model.equation("S22.C_M")
def dissipative_cooperativity() -> Result:
    """C_M at the optimum: from (S21) and from the exact xi_g, with and without loss."""
    found = {
        "from (S21)": from_dissipative_form(),
        "from (S21), epsilon = 0": from_lossless_form(),
        "from the exact xi_g": dissipative_bound().scaling,
        "from the exact xi_g, epsilon = 0": dissipative(),
    }
    ratios = {k: coefficient(s, "C_M") for k, s in found.items()}
    first = ratios["from (S21)"]

    def check() -> Check:
        pairs = {k: (v, first.subs(epsilon, 0) if k.endswith("= 0") else first) for k, v in ratios.items()}
        return identity_check(pairs, "the same coefficient from (S21) and from the exact xi_g")()

    steps = (*from_dissipative_form().steps, Step("minimisation", "optimal C_M/C_S", {}, ratios, check))
    value = Leading(first * C_S, check, "the next term is of order one")
    return Result({"C_M": value}, steps, {"C_S": C_S, "r": r}, optima(found))


@model.equation("S22.theta")
def dissipative_angle() -> Result:
    """sin 2 theta at the optimum of (S21): limit and first departure; and what the exact xi_g has instead."""
    form = dissipative_form().expr
    m = cs.symbol("m")  # C_M = m C_S/r
    a, b = parts(form)
    c2, s2 = sp.cos(2 * theta), sp.sin(2 * theta)
    split = (b * s2 - a) / c2
    slope = 2 * (b - a * s2) / c2**2
    pairs = {"xi_g": (form, split), "its slope": (sp.diff(split, theta), slope)}
    first = Step(
        "minimisation", "(S21) over theta", {"xi_g": split}, {"sin(2*theta)": b / a},
        identity_check(pairs, "the slope vanishes there"),
    )  # fmt: skip
    two = cs.expand((b / a).subs(C_M, m * C_S / r), large=C_S, terms=2)
    limit = two.terms[0][0]
    # stationary there, so that the next order of C_M changes the angle in second order only
    still = identity_check({"slope": (sp.diff(limit, m).subs(m, tau), sp.S.Zero)}, "the limit is stationary in C_M")
    value = sp.factor(limit.subs(m, tau)) * (1 + sp.factor((two.terms[1][0] / limit).subs(m, tau)) / C_S)
    last = Step("expansion", "large C_S, at C_M = tau C_S/r", {}, {"sin(2*theta)": value}, still)
    names = {"C_S": C_S, "r": r, "theta": theta}
    result = {"sin(2*theta)": Leading(value, still, "second order in 1/C_S")}
    return Result(result, (first, last), names, _exact_angle(value))


def _exact_angle(value: sp.Expr) -> dict[str, Any]:
    """The same coefficient of 1/C_S from the exact xi_g, with gamma_j0, at the parameters of Fig. 3."""
    out = {}
    for loss in (sp.S.Zero, sp.Rational(1, 10)):
        here = {**FIG3, epsilon: loss}
        best = dissipative() if loss == 0 else dissipative_bound().scaling
        t = best.optimum["theta_S"]
        assert t.coefficient is not None
        with mp.workdps(DIGITS):
            k = t.coefficient.at(here)
            end = t.limit_at(here)
            # sin(2 theta) from theta = pi/4 + k/sqrt(C_S), else from theta = end + k/C_S
            limit, departure = mp.sin(2 * end), -2 * k**2 if loss == 0 else 2 * k * mp.cos(2 * end)
        inverse = cs.symbol("x")
        slope = sp.diff(value.subs(C_S, 1 / inverse), inverse)
        out[f"epsilon = {loss}"] = {
            "limit": number_text(number(value.subs(C_S, sp.oo), here), 12),
            "limit_from_exact_xi_g": number_text(limit, 12),
            "coefficient": number_text(number(slope, here), 12),
            "coefficient_from_exact_xi_g": number_text(departure, 12),
        }
    return {"sin_2theta": out, "at": {s.name: str(v) for s, v in FIG3.items()}}


@model.equation("S23")
def dissipative_scaling() -> Result:
    return law(dissipative(), "gamma_j0 is kept: it enters at the leading order")


@model.equation("T2")
def dissipative_scaling_in_the_text() -> Result:
    """With what free angles gain over equal ones, the improvement that the paper puts at up to a factor of 2."""
    return law(dissipative(), "gamma_j0 is kept: it enters at the leading order", improvement=improvement())


@cache
def improvement() -> dict[str, Any]:
    """xi_g at equal angles over xi_g at free angles, both optimised, for large C_S: without and with loss."""
    ratio = {}
    for n in (0, 1, 10, 10**3, 10**6):
        point = {n_S: sp.Integer(n), r: FIG3[r]}
        ratio[f"n_S = {n}"] = number_text(dissipative().at(point) / unconditional().at(point), 10)
    without, free = dissipative().prefactor, unconditional().prefactor
    hot = {n_S: sp.Integer(10) ** 18, r: FIG3[r]}
    lossy = dissipative_bound().value.expr() / unconditional_bound().value.expr()
    near = cs.expand(lossy, large=epsilon, limit=0, terms=2)
    return {
        "definition": "optimised xi_g with theta_S = theta_M over optimised xi_g with free angles",
        "without_loss": ratio,
        "without_loss_limit_n_S": number_text(without.at(hot) / free.at(hot), 15),
        "with_loss": str(near.expr()) + " + ... for small epsilon",
        "with_loss_at_epsilon_1/10": number_text(number(lossy, {epsilon: sp.Rational(1, 10)}), 10),
    }


@model.equation("S23.loss")
def dissipative_loss_bound() -> Result:
    """The bound exactly, and its series."""
    found = dissipative_bound()
    two = cs.expand(found.value.expr(), large=epsilon, limit=0, terms=2).expr()

    def check() -> Check:
        # sqrt(1 - q^2) is the minimum over theta of (1 - q sin 2 theta)/(-cos 2 theta), the limit of (S21)
        q = 4 * tau**2 / (1 + tau) ** 2
        return Check(equal(found.value.expr() ** 2, 1 - q**2), "equals sqrt(1 - q^2), q = 4 tau^2/(1 + tau)^2")

    result = bound(found, xi(), "closed form sqrt(1 - q^2) with q = 4 tau^2/(1 + tau)^2")
    step = Step("expansion", "small loss", {}, {"xi_g": two}, check)
    value = Leading(two, check, "terms beyond epsilon^(3/2)")
    return Result({"xi_g": value}, (*result.steps, step), result.names, result.evidence)

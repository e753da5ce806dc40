"""The scalings of xi_g for large C_S that (S21)-(S24) and T1-T4 rest on, each derived once, and their evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, partial
from typing import Any

import mpmath as mp
import sympy as sp

import cascade_sym as cs
from cascade_sym.asymptotics import LowerBound, Scaling, certificate_check, in_the_limit, number_text
from cascade_sym.definitions import Quantity
from cascade_sym.paper import Bound, PowerLaw, Result, objective
from cascade_sym.steps import Check, Step

from .model import C_M, C_S, epsilon, gamma_S0, half, model, n_M, n_S, r, theta_M, theta_S

FREE = (C_M, theta_S, theta_M)
EQUAL = (theta_S, theta_M)
HOT = {n_M: sp.oo}  # the paper's motional bath: many phonons at a fixed decoherence rate
LOSSLESS = {epsilon: sp.S.Zero, **HOT}
QND = {theta_S: sp.pi / 4, theta_M: sp.pi / 4}
FIG3: Mapping[sp.Symbol, sp.Expr] = {n_S: sp.S.One, r: sp.Rational(4, 3)}
theta, tau = cs.symbol("theta"), sp.sqrt(1 - epsilon)
DIGITS = 30


@cache
def xi() -> Quantity:
    """The exact unconditional xi_g in C_S, C_M, angles, occupancies, loss and r."""
    return objective(model, "xi_g")


@cache
def xi_qnd() -> Quantity:
    """The conditional xi_g at theta_S = theta_M = pi/4, perfect detection of P_L."""
    given = {"eta": sp.S.One, "psi": sp.S.Zero}
    return objective(model, "xi_g_conditional", given).subs(QND)


# -- what is derived, each once ---------------------------------------------------------------------------------------


@cache
def unconditional() -> Scaling:
    """Free angles, no loss."""
    return cs.scaling(xi(), large=C_S, over=FREE, at=LOSSLESS)


@cache
def dissipative() -> Scaling:
    """Equal angles (R = 0), no loss."""
    return cs.scaling(xi(), large=C_S, over=FREE, at=LOSSLESS, equal=EQUAL)


@cache
def unconditional_bound() -> LowerBound:
    """Free angles with loss."""
    return cs.lower_bound(xi(), large=C_S, over=FREE, at=HOT, small=epsilon)


@cache
def dissipative_bound() -> LowerBound:
    """Equal angles with loss."""
    return cs.lower_bound(xi(), large=C_S, over=FREE, at=HOT, equal=EQUAL, small=epsilon)


@cache
def conditional() -> Scaling:
    """Conditional state at balanced angles, no loss."""
    return cs.scaling(xi_qnd(), large=C_S, over=[C_M], at=LOSSLESS)


@cache
def conditional_bound() -> LowerBound:
    """Conditional state at balanced angles, with loss."""
    return cs.lower_bound(xi_qnd(), large=C_S, over=[C_M], at=HOT, small=epsilon)


@cache
def dissipative_form() -> Quantity:
    """xi_g at equal angles where gamma_j0 is negligible in gamma_j: occupancies to infinity at fixed decoherence."""
    unit = {theta_S: theta, theta_M: theta, gamma_S0: 1 / (n_S + half)}
    q = xi().subs(unit)
    a, b = parts(_hot(q, q.expr))
    stable = tuple(_hot(q, d) for d in q.domain)
    return Quantity("xi_g", (b * sp.sin(2 * theta) - a) / sp.cos(2 * theta), domain=stable)


def _hot(q: Quantity, e: sp.Expr) -> sp.Expr:
    """The limit of an expression of a quantity for large occupancies."""
    target = Quantity("limit", e, q.definitions)
    for n in (n_S, n_M):
        target = in_the_limit(target, {n: sp.oo})
    return target.inline()


def parts(form: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """a and b of a form (b sin 2 theta - a)/cos 2 theta, read off at two angles."""
    a = sp.factor(form.subs(theta, sp.pi / 2))
    b = sp.factor((2 * a - form.subs(theta, sp.pi / 3)) / sp.sqrt(3))
    return a, b


# -- evidence -----------------------------------------------------------------------------------------------------


def evidence(law: Scaling, **more: Any) -> dict[str, Any]:
    """Exact prefactor, its value at the parameters of Fig. 3, the optimum and the certificate of a scaling."""
    data = law.to_json()
    used = {s: FIG3[s] for s in law.prefactor.parameters if s in FIG3}
    value = None if set(law.prefactor.parameters) - set(used) else number_text(law.at(used))
    out = {
        "large_parameter": str(law.large),
        "exponent": data["exponent"],
        "prefactor_latex": data["prefactor_latex"],
        "prefactor_value": value,
    }
    return {**out, "optimum": data["optimum"], "certificate": data["certificate"], **more}


def number(e: sp.Expr, values: Mapping[sp.Symbol, sp.Expr]) -> Any:
    return mp.mpf(sp.N(e.xreplace(dict(values)), DIGITS + 10))


def law(of: Scaling, note: str, left: str = "xi_g", steps: Sequence[Step] = (), **more: Any) -> Result:
    """A scaling as the derived side of an equation."""
    names = {"C_S": C_S, "C_M": C_M, "r": r}
    return Result({left: PowerLaw(of, note)}, (*of.steps, *steps), names, evidence(of, **more))


def bound(of: LowerBound, objective: Quantity, note: str) -> Result:
    """A loss bound as the derived side of an equation: what the least `objective` tends to for C_S -> oo."""
    names = {"C_S": C_S, "C_M": C_M, "r": r}
    assert of.series is not None
    more = {"bound_latex": of.value.latex(), "series": of.series.latex(), "note": note}
    value = Bound(of.value.expr(), of=objective, attained=True, check=partial(searched, of), note=note)
    return Result({"xi_g": value}, of.scaling.steps, names, evidence(of.scaling, **more))


def searched(of: LowerBound) -> Check:
    """The optimum tends to the bound, and searches of the whole stable region found nothing lower."""
    found = certificate_check(of.scaling.certificate)
    whole = of.scaling.certificate.scope == "global"
    return Check(found.ok and whole, f"{found.method}; {of.scaling.certificate.scope} search", found.residual)


def coefficient(s: Scaling, name: str) -> sp.Expr:
    c = s.optimum[name].coefficient
    assert c is not None
    return c.expr()


def optima(found: Mapping[str, Scaling]) -> dict[str, Any]:
    return {
        "large_parameter": ", ".join(sorted({str(s.large) for s in found.values()})),
        "optimum": {k: s.to_json()["optimum"] for k, s in found.items()},
        "certificate": {k: s.certificate.to_json() for k, s in found.items()},
    }

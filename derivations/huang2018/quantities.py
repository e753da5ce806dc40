"""What `cascade-sym eval` knows of this paper: the steady state in cooperativities and angles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

import sympy as sp

import cascade_sym as cs
from cascade_sym import conditional_value
from cascade_sym.definitions import Quantity
from cascade_sym.parts import Homodyne
from cascade_sym.solve import ConditionalCovariance, Covariance, Riccati, riccati
from cascade_sym.system import LinearSystem

from .model import C_M, C_S, drift_rate, epsilon, gamma_M0, gamma_S0, model, n_M, n_S, theta_M, theta_S

S, M = "S", "M"  # so that definitions are named gamma_S, var_X_S, ...
PARAMETERS = "C_S C_M theta_S theta_M gamma_S0 gamma_M0 n_S n_M epsilon".split()


@cache
def experiment() -> LinearSystem:
    """The cascade, its light coupling given by cooperativities and angles."""
    spin = cs.Oscillator(S, mass=-1, cooperativity=C_S, theta=theta_S, gamma=gamma_S0, n=n_S)
    motion = cs.Oscillator(M, mass=+1, cooperativity=C_M, theta=theta_M, gamma=gamma_M0, n=n_M)
    return (spin >> cs.Loss(epsilon, name="loss") >> motion).system()


@cache
def state() -> Covariance:
    return cs.covariance(experiment())


def steady(name: str, expr: sp.Expr) -> Quantity:
    """An expression that exists where the steady state does."""
    return state().quantity(name, expr)


@model.quantity("xi_g", PARAMETERS, title="EPR variance with the weight that the light reads out")
def xi_g() -> Quantity:
    return cs.epr_variance(state(), S, M)


@model.quantity("g", PARAMETERS, title="weight of X_M in the EPR variable")
def g() -> Quantity:
    return Quantity("g", cs.readout_weight(experiment(), S, M))


@model.quantity("R", PARAMETERS, title="unidirectional coupling rate, without the transmission amplitude")
def R() -> Quantity:
    lossless = experiment().subs({epsilon: sp.S.Zero})
    return Quantity("R", lossless.equation(M).terms[(S, True)])


@model.quantity("gamma_S", PARAMETERS, title="effective linewidth of S")
def gamma_S() -> Quantity:
    return Quantity("gamma_S", drift_rate(experiment(), S))


@model.quantity("gamma_M", PARAMETERS, title="effective linewidth of M")
def gamma_M() -> Quantity:
    return Quantity("gamma_M", drift_rate(experiment(), M))


@model.quantity("var_X_S", PARAMETERS, title="steady-state variance of X_S")
def var_X_S() -> Quantity:
    return state()[f"X_{S}", f"X_{S}"]


@model.quantity("var_X_M", PARAMETERS, title="steady-state variance of X_M")
def var_X_M() -> Quantity:
    return state()[f"X_{M}", f"X_{M}"]


@model.quantity("sym_X_S_X_M", PARAMETERS, title="the printed <X_S, X_M>: twice the covariance")
def sym_X_S_X_M() -> Quantity:
    return steady("sym_X_S_X_M", 2 * state().element(f"X_{S}", f"X_{M}"))


CONDITIONAL = [*PARAMETERS, "eta", "psi"]
PERFECT = {"eta": 1, "psi": 0}


@cache
def conditioned() -> Riccati:
    """The Riccati equation with the output light detected: efficiency eta, phase psi as in (S17)."""
    detector = Homodyne(angle=-cs.symbol("psi") - sp.pi / 2, efficiency=cs.symbol("eta"))
    return riccati(experiment(), detector)


def conditional(expr: sp.Expr, values: Mapping[sp.Symbol, sp.Expr], digits: int) -> tuple[str, float]:
    """An expression in the moments of the conditional state, right to all digits."""
    used = expr.free_symbols | set(conditioned().parameters)
    return conditional_value(conditioned(), expr, {s: v for s, v in values.items() if s in used}, digits)


def xi_g_conditional_formula(given: Mapping[sp.Symbol, sp.Expr]) -> Quantity:
    """Conditional xi_g in closed form, at a phase and an efficiency where they are set."""
    phase, efficiency = (given.get(s, s) for s in (cs.symbol("psi"), cs.symbol("eta")))
    detector = Homodyne(angle=-phase - sp.pi / 2, efficiency=efficiency)
    return cs.epr_variance(cs.conditional_covariance(experiment(), detector), S, M)


@cache
def conditional_state() -> ConditionalCovariance:
    """The conditional state in closed form with one Newton step, which repairs what cancels in floats."""
    return cs.conditional_covariance(conditioned(), newton=1)


def conditional_moment(i: str, j: str, factor: int = 1) -> Callable[[], Quantity]:
    """A conditional moment for sweeps."""
    return lambda: conditional_state().quantity("moment", factor * conditional_state().element(i, j))


@model.number(
    "xi_g_conditional", CONDITIONAL, defaults=PERFECT, title="xi_g conditioned on the output light",
    formula=xi_g_conditional_formula,
    arrays=lambda: cs.epr_variance(conditional_state(), S, M, g=cs.readout_weight(experiment(), S, M)),
)  # fmt: skip
def xi_g_conditional(values: Mapping[sp.Symbol, sp.Expr], digits: int) -> tuple[str, float]:
    w = cs.readout_weight(experiment(), S, M)
    v = {f"{q}_{j}": cs.symbol(f"var_{q}_{j}") for q in "XP" for j in (S, M)}
    cross = cs.symbol("cov_X_S_X_M") - cs.symbol("cov_P_S_P_M")
    total = v["X_S"] + v["P_S"] + w**2 * (v["X_M"] + v["P_M"]) + 2 * w * cross
    return conditional(total / (1 + w**2), values, digits)


@model.number(
    "var_X_S_conditional", CONDITIONAL, defaults=PERFECT, title="conditional variance of X_S",
    arrays=conditional_moment("X_S", "X_S"),
)  # fmt: skip
def var_X_S_conditional(values: Mapping[sp.Symbol, sp.Expr], digits: int) -> tuple[str, float]:
    return conditional(cs.symbol("var_X_S"), values, digits)


@model.number(
    "var_X_M_conditional", CONDITIONAL, defaults=PERFECT, title="conditional variance of X_M",
    arrays=conditional_moment("X_M", "X_M"),
)  # fmt: skip
def var_X_M_conditional(values: Mapping[sp.Symbol, sp.Expr], digits: int) -> tuple[str, float]:
    return conditional(cs.symbol("var_X_M"), values, digits)


@model.number(
    "sym_X_S_X_M_conditional", CONDITIONAL, defaults=PERFECT, title="twice the conditional covariance",
    arrays=conditional_moment("X_S", "X_M", 2),
)  # fmt: skip
def sym_X_S_X_M_conditional(values: Mapping[sp.Symbol, sp.Expr], digits: int) -> tuple[str, float]:
    return conditional(2 * cs.symbol("cov_X_S_X_M"), values, digits)

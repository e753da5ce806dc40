"""Muschik, Polzik, Cirac (2011): two ensembles driven into an entangled steady state by the light they share."""

from __future__ import annotations

from functools import cache

import sympy as sp

import cascade_sym as cs
from cascade_sym.definitions import Quantity
from cascade_sym.derive.master_equation import MasterEquation
from cascade_sym.operators import OperatorPolynomial, Superoperator, commutator_with_rho, dissipator
from cascade_sym.paper import Result
from cascade_sym.steps import Step, identity_check

from .model import II, Gamma, I, ensemble, excitations, gamma, model, mu, nu, pair, steady_state


@cache
def equation() -> MasterEquation:
    """The unconditional master equation of the pair, from the composed Langevin equations."""
    return cs.master_equation(pair())


@cache
def jumps() -> dict[str, OperatorPolynomial]:
    """The light that leaves in each sideband, without its rate: A annihilates I, B annihilates II."""
    found = {}
    for j in equation().jumps:
        total = (j.operator * sp.sqrt(j.rate) / sp.sqrt(Gamma)).map_coefficients(cs.normal_form)
        annihilated = {o.name for m in total.terms for o in m if not o.dag}
        found["A" if annihilated == {I} else "B"] = total
    return found


@model.function("jump")
def jump(J: OperatorPolynomial) -> Superoperator:
    """J rho J^+ - J^+ J rho + H.c., twice the dissipator."""
    return dissipator(J) * 2


@model.equation("normalisation")
def normalisation() -> Result:
    A = jumps()["A"]
    return Result({"mu^2 - nu^2": cs.commutator(A, A.dagger()).scalar()}, (Step("input", "normalised couplings"),))


@model.equation("jumps")
def jump_operators() -> Result:
    return Result(jumps(), equation().steps)


@model.equation("master")
def master() -> Result:
    total = commutator_with_rho(equation().H * (-sp.I))
    for j in equation().jumps:
        total = total + dissipator(j.operator) * j.rate
    return Result({"ddt(rho)": total.map_coefficients(cs.normal_form)}, equation().steps, jumps())


@model.equation("dark")
def dark_state() -> Result:
    values = {f"mean(dag({name})*{name})": excitations(J) for name, J in jumps().items()}
    return Result(values, steady_state().steps, jumps())


@cache
def xi() -> Quantity:
    return cs.epr_variance(steady_state(), I, II, g=1)


@model.equation("criterion")
def criterion() -> Result:
    return Result({"xi": xi()}, xi().steps)


@model.equation("steady")
def steady() -> Result:
    pure = Step(
        "simplification", "no weight g does better: the state is symmetric", {"xi": xi()}, {},
        identity_check({"best g": (cs.epr_variance(steady_state(), I, II, g="optimal").inline(), xi().inline())}, "g"),
    )  # fmt: skip
    return Result({"xi": xi()}, (*xi().steps, pure))


@model.quantity("xi", ("nu",), title="EPR variance of the steady state; mu = sqrt(1 + nu^2)")
def of_coupling() -> Quantity:
    return xi().subs({Gamma: sp.S.One})  # the rate sets the time that it takes, not the state


@model.quantity("xi_bath", ("nu", "Gamma", "gamma", "n"), title="the same with a bath (rate gamma, occupancy n) each")
def with_bath() -> Quantity:
    lossy = (ensemble(I, -1, gamma) >> ensemble(II, +1, gamma)).system().subs({mu: sp.sqrt(1 + nu**2)})
    return cs.epr_variance(cs.covariance(lossy), I, II, g=1)

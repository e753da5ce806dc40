"""Equations (S1)-(S3): the spin ensemble."""

from __future__ import annotations

from functools import cache

import sympy as sp

import cascade_sym as cs
from cascade_sym.derive import Bath, coupling_operator, from_coupling
from cascade_sym.exact import all_zero
from cascade_sym.operators import OperatorPolynomial, as_operator, formal_integral, operator
from cascade_sym.paper import Result
from cascade_sym.steps import Check, Step
from cascade_sym.system import LinearSystem

from .model import S, at, drift_rate, g_SB, g_SP, gamma_S0, model, n_S, spin, z

L = cs.symbol("L")


def _exchange(a: OperatorPolynomial, b_p: OperatorPolynomial, b_m: OperatorPolynomial) -> OperatorPolynomial:
    """Anti-Stokes exchange with b_- and Stokes pair creation with b_+, with H.c."""
    half = b_m * a.dagger() * g_SB + b_p * a * g_SP
    return half + half.dagger()


@cache
def distributed() -> OperatorPolynomial:
    """The interaction of the ensemble of length L, slice by slice."""
    return formal_integral(_exchange(*(at(x)(z) for x in ("a_S", "b_p", "b_m"))), z, sp.S.Zero, L) * (-1 / sp.sqrt(L))


@cache
def collective() -> OperatorPolynomial:
    """For light that crosses the ensemble at once: a_S = L^(-1/2) int a_S(z) dz couples to b_+-(t)."""
    return -_exchange(operator(S), operator("b_p"), operator("b_m"))


@cache
def spin_system() -> LinearSystem:
    """The spin as an open system."""
    system = from_coupling(collective(), [S], {"+": "b_p", "-": "b_m"}, name="S", baths={S: Bath(gamma_S0, n_S)})
    return system.renamed({"S.in+": "b_p", "S.in-": "b_m", f"{S}.bath": "a_S_in"})


def steps() -> tuple[Step, ...]:
    system = spin_system()

    def physical() -> Check:
        found = cs.is_physical(system)
        return Check(bool(found), "commutators of modes and outputs preserved", "" if found else repr(found))

    def same_part() -> Check:
        """Up to the sign of the mode (the paper's two sign conventions), the spin is the oscillator part."""
        flipped = cs.rephased(system, {S: sp.pi})
        part = spin().system().renamed({f"{S}.in+": "b_p", f"{S}.in-": "b_m", f"{S}.bath": "a_S_in"})
        amplitudes = [cs.symbol(g.name, "nonnegative") for g in (g_SB, g_SP)]
        part = part.subs({rate: g**2 for rate, g in zip(_rates(), amplitudes, strict=True)})
        light = flipped.equation(S) - part.equation(S)
        wrong = as_operator(light).filtered(lambda m: m[0].name != "a_S_in")
        return Check(all_zero(wrong.coefficients, part.domains), "the oscillator part after a_S -> -a_S")

    return (
        Step("input", "interaction along the ensemble", after={"H_S,int": distributed()}),
        Step("substitution", "spatially averaged mode, for light that crosses fast against the spin's response",
             {"H_S,int": distributed()}, {"H_S,int": collective()}),
        Step("commutator", "coupling operators, L = -i O", {"H_S,int": collective()},
             {b: coupling_operator(collective(), b) for b in ("b_p", "b_m")}),
        Step("commutator", "Langevin equation and outputs", {}, {S: system.equation(S)}, physical),
        Step("simplification", "compared with the negative-mass oscillator part", {}, {}, same_part),
    )  # fmt: skip


def _rates() -> tuple[sp.Expr, sp.Expr]:
    part = spin()
    return part.Gamma_B, part.Gamma_P


@model.equation("S1")
def interaction() -> Result:
    return Result({"H_Sint": distributed()}, steps()[:1])


@model.equation("S2")
def langevin() -> Result:
    system = spin_system()
    return Result({"ddt(a_S)": system.equation(S), "gamma_S": drift_rate(system, S)}, steps())


@model.equation("S3")
def outputs() -> Result:
    system = spin_system()
    gB, gP = (sp.sqrt(x) for x in _rates())
    values = {
        "b_pS_out": system.output("S.out+"), "b_mS_out": system.output("S.out-"), "g_SB": gB, "g_SP": gP,
    }  # fmt: skip
    return Result(values, steps())

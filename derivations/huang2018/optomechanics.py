"""Equations (S4)-(S9): the optomechanical system, from radiation pressure to effective sidebands."""

from __future__ import annotations

from functools import cache

import sympy as sp
from sympy import Expr

import cascade_sym as cs
from cascade_sym.derive import (
    Bath,
    Eliminated,
    as_function,
    effective_frequencies,
    eliminate,
    free_hamiltonian,
    from_coupling,
    linearise,
    sideband_field,
)
from cascade_sym.exact import equal, is_zero, normal_form
from cascade_sym.operators import OperatorPolynomial, operator
from cascade_sym.paper import Leading, Result
from cascade_sym.steps import Check, Step
from cascade_sym.symbols import conj
from cascade_sym.system import LinearSystem

from .model import Delta, M, Omega, Omega_M, Omegat_M, beta_in, g_0, g_om, gamma_M0, kappa, model, n_M, t  # fmt: skip

C, MO = "b_c", "a_Mo"  # cavity and mechanics in the lab frame
BETA = cs.symbol("beta")


@cache
def hamiltonian() -> OperatorPolynomial:
    """Radiation pressure, in the frame of the laser, without the baths."""
    b, a = operator(C), operator(MO)
    n = b.dagger() * b
    return n * Delta + a.dagger() * a * Omega_M - n * (a.dagger() + a) * g_0


@cache
def detuning() -> Expr:
    """The frequency of the cavity mode in the frame that rotates with the laser."""
    omega_c, omega_L = cs.symbol("omega_c"), cs.symbol("omega_L")
    in_frame = free_hamiltonian({C: omega_c}) - free_hamiltonian({C: omega_L})
    return effective_frequencies(in_frame, [C])[C]


@cache
def linear() -> tuple[OperatorPolynomial, tuple[Step, ...]]:
    """The quadratic Hamiltonian around the amplitude beta, real by choice of the drive's phase, g_om = g_0 beta."""
    found = linearise(hamiltonian(), {C: BETA})
    H = found.value.mapped({g_0: g_om / BETA})
    step = Step("substitution", "drive-enhanced coupling g_om = g_0 beta", {"H": found.value}, {"H": H})
    return H, (*found.steps, step)


@cache
def amplitude() -> Expr:
    """The classical amplitude: the steady state of the driven cavity equation, up to its phase |beta|."""
    light = cs.operator("light")
    b = operator(C)
    drive = (b.dagger() * light - light.dagger() * b) * (sp.I * sp.sqrt(kappa))
    empty = from_coupling(b.dagger() * b * Delta + drive, [C], {"": "light"}, name="drive")
    form = empty.equation(C)
    beta = -form.terms[("drive.in", False)] * beta_in / form.terms[(C, False)]
    return sp.sqrt(normal_form(beta * conj(beta)))


@cache
def open_system() -> LinearSystem:
    """Cavity and mechanics with light (b_out = b_in - sqrt(kappa) b_c) and the mechanical bath."""
    H, _ = linear()
    b, light = operator(C), operator("light")
    drive = (b.dagger() * light - light.dagger() * b) * (sp.I * sp.sqrt(kappa))
    system = from_coupling(H + drive, [C, MO], {"": "light"}, name="M", baths={MO: Bath(gamma_M0, n_M)})
    return system.renamed({"M.in": "b_M_in", f"{MO}.bath": "a_M_in"})


@cache
def eliminated() -> Eliminated:
    """The cavity eliminated; the mechanics in the frame of its shifted frequency, light in the sidebands."""
    found = eliminate(open_system(), C, MO, at=Omegat_M, rename=M)
    return found


@cache
def sideband_system() -> LinearSystem:
    return eliminated().system.renamed({f"{M}.in+": "b_pM_in", f"{M}.in-": "b_mM_in"})


@cache
def response() -> Expr:
    """L(Omega): the cavity's response to its input, normalised to one on resonance."""
    return eliminated().solution.terms[("b_M_in(Omega)", False)] * kappa / (2 * sp.sqrt(kappa))


L = as_function(response(), Omega)
model.function("L")(L)


def phase(value: Expr) -> Expr:
    """The phase of a complex number with positive real part."""
    re, im = normal_form((value + conj(value)) / 2), normal_form((value - conj(value)) / (2 * sp.I))
    return sp.atan(normal_form(im / re))


def couplings() -> dict[str, Expr]:
    """g_MB and g_MP: the coefficients with which the sidebands drive the oscillator, over i."""
    form = sideband_system().equation(M)
    return {
        "g_MB": form.terms[("b_pM_in", False)] / sp.I,
        "g_MP": conj(form.terms[("b_mM_in", True)] / sp.I),
    }  # fmt: skip


def steps() -> tuple[Step, ...]:
    return (
        Step("input", "radiation pressure in the frame of the laser", after={"H_OM": hamiltonian()}),
        *linear()[1],
        *eliminated().steps,
    )


@model.equation("S4")
def radiation_pressure() -> Result:
    return Result({"H_OM": hamiltonian() + operator("H_diss"), "Delta": detuning()}, steps()[:1])


@model.equation("S5")
def cavity_field() -> Result:
    values = {"b_c(Omega)": eliminated().solution, "L(Omega)": response(), "g_om": g_0 * amplitude()}
    return Result(values, steps())


@model.equation("S6")
def resonance() -> Result:
    def leading(point: Expr) -> Leading:
        """The response at a sideband's centre, as the leading term in the distance from it."""
        value = L(point)

        def check() -> Check:
            rest = normal_form(response() / value - 1)
            vanishes = is_zero(rest.subs(Omega, point))
            slope = normal_form(sp.diff(rest, Omega).subs(Omega, point))
            expected = normal_form(sp.I / (kappa / 2 + sp.I * (Delta - point)))
            ok = vanishes and equal(slope, expected)
            return Check(ok, f"relative error (Omega - {point}) * {sp.factor(slope)} + ...", "" if ok else str(rest))

        return Leading(value, check, "leading order in the mechanical linewidth over kappa")

    values = {
        "L above the carrier": leading(Omegat_M),
        "L below the carrier": leading(-Omegat_M),
        "Omegat_M": eliminated().resonance,
    }
    return Result(values, steps())


@model.equation("S7")
def sideband_fields() -> Result:
    values = {f"b_{k}(t)": sideband_field("b", s, Omegat_M, t, Omega) for k, s in (("p", 1), ("m", -1))}
    return Result(values, (Step("definition", "fields in the frame of each sideband", after=values),))


@model.equation("S8")
def mechanics() -> Result:
    found = eliminated()
    values = {
        "ddt(a_M)": sideband_system().equation(M),
        "gamma_M": found.linewidth,
        **couplings(),
        "theta_p": phase(L(Omegat_M)),
        "theta_m": phase(L(-Omegat_M)),
    }
    return Result(values, steps(), {"gamma_M": found.linewidth})


@model.equation("S9")
def mechanical_outputs() -> Result:
    system = sideband_system()
    values = {"b_pM_out": system.output(f"{M}.out+"), "b_mM_out": system.output(f"{M}.out-")}
    names = {**couplings(), "theta_p": phase(L(Omegat_M)), "theta_m": phase(L(-Omegat_M))}
    return Result(values, steps(), names)

"""Mason et al. (2019): an oscillator that light reads, its imprecision and back-action, alone and correlated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

import sympy as sp

import cascade_sym as cs
from cascade_sym.definitions import Quantity
from cascade_sym.operators import Op, as_operator, commutator, operator
from cascade_sym.paper import Model, Result
from cascade_sym.steps import Check, Step, identity_check
from cascade_sym.symbols import conj

m, Omega_m, Gamma_m, Gamma_meas, hbar, x_zpf, Omega, theta, n, g, kappa = (
    cs.symbol(name)
    for name in ("m", "Omega_m", "Gamma_m", "Gamma_meas", "hbar", "x_zpf", "Omega", "theta", "n", "g", "kappa")
)
model = Model(
    parameters=("m", "Omega_m", "Gamma_m", "Gamma_meas", "hbar", "x_zpf", "Omega", "g", "kappa"),
    base={x_zpf: sp.sqrt(hbar / (2 * m * Omega_m))},
    ranges={"Omega": (-sp.oo, sp.oo), "theta": (-sp.oo, sp.oo)},
)
PHASE = sp.pi / 2  # the light's phase quadrature
P_ZPF = hbar / (2 * x_zpf)  # from [x, p] = i hbar with x = sqrt(2) x_zpf X, p = sqrt(2) P_ZPF P


# -- the part: an oscillator that light reads ------------------------------------------------------------------------


@cache
def probed(mode: str = "b", sign: int = 1, light: bool = True) -> cs.SLH:
    """An oscillator whose X goes into the light's P (rate Gamma_meas) and whose momentum alone is damped (Gamma_m).

    The bath of rate Gamma_m damps X and P alike; the squeezing term beside it undoes that for X and doubles it for P.
    """
    X, P = cs.quadratures(mode)
    H = (X**2 + P**2) * (sign * Omega_m / 2) + (X * P + P * X) * (Gamma_m / 4)
    ports = {"light": X * (-sp.I * sp.sqrt(2 * Gamma_meas))} if light else {}
    return cs.SLH(f"probe_{mode}", H, ports, {"bath": (operator(mode) * sp.sqrt(Gamma_m), n)})


@cache
def light_in(angle: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """In the detected quadrature: the amplitude c of its own light, c b_in + H.c., and the weight of X."""
    form = probed().system().output("probe_b.out")
    turn = sp.cos(angle) - sp.I * sp.sin(angle)
    weight = turn * form[Op("b")] + conj(turn) * conj(form[Op("b", True)])  # of (b + b^+)/sqrt2 = X
    return turn * form[Op("probe_b.in")] / sp.sqrt(2), cs.normal_form(weight)


@cache
def force_amplitude() -> sp.Expr:
    """c of the light's force on the oscillator, dp/dt = ... + c b_in + H.c."""
    rate = probed().system().equation("b")
    own, other = rate[Op("probe_b.in")], rate[Op("probe_b.in", True)]
    return cs.normal_form((own - conj(other)) / (sp.sqrt(2) * sp.I)) * sp.sqrt(2) * P_ZPF


def per_position(angle: sp.Expr) -> sp.Expr:
    """The detected quadrature for a displacement of one unit length."""
    return light_in(angle)[1] / (sp.sqrt(2) * x_zpf)


# -- noise: vacuum, so that c b + H.c. has the spectrum |c|^2 ---------------------------------------------------------


def imprecision(angle: sp.Expr) -> sp.Expr:
    c = light_in(angle)[0] / per_position(angle)
    return cs.normal_form(c * conj(c))


def back_action() -> sp.Expr:
    return cs.normal_form(force_amplitude() * conj(force_amplitude()))


def correlation(angle: sp.Expr) -> sp.Expr:
    product = light_in(angle)[0] / per_position(angle) * conj(force_amplitude())
    return cs.normal_form((product + conj(product)) / 2)


@cache
def response() -> sp.Expr:
    """chi_m: how a force moves the position, from the way of the light's amplitude through the oscillator."""
    through = cs.transfer(probed(), "X_in", "P", frequency=Omega).inline()
    return cs.normal_form(through / (per_position(PHASE) * force_amplitude() * sp.sqrt(2)))


@cache
def added(angle: sp.Expr) -> sp.Expr:
    """All that the light adds to the position that is read off, from the transfer functions of both its quadratures."""
    seen = cs.Quadrature(angle)
    ways = [cs.transfer(probed(), q, seen, frequency=Omega).inline() / per_position(angle) for q in ("X_in", "P_in")]
    return cs.normal_form(sum((T * conj(T) for T in ways), sp.S.Zero) / 2)


@cache
def motion() -> sp.Expr:
    """The oscillator's own thermal and zero-point motion, without light."""
    return cs.normal_form(cs.noise_spectrum(probed(light=False), "X_b", frequency=Omega).inline() * 2 * x_zpf**2)


@cache
def measured(angle: sp.Expr) -> sp.Expr:
    noise = cs.noise_spectrum(probed(), cs.Quadrature(angle), frequency=Omega).inline()
    return cs.normal_form(noise / per_position(angle) ** 2)


def noise_steps(angle: sp.Expr) -> tuple[Step, ...]:
    whole = (measured(angle), motion() + added(angle))
    check = identity_check({"S_meas": whole}, "the solved network against the sum of its sources")
    return (Step("solve", "noise of the detected quadrature as a displacement", {}, {"S_add": added(angle)}, check),)


def least_product() -> Callable[[], Check]:
    """No light can do with less: S_imp S_FF - S_xF^2 = (hbar/2)^2, whatever quadrature is detected."""
    product = imprecision(theta) * back_action() - correlation(theta) ** 2
    return identity_check({"S_imp S_FF - S_xF^2": (product, hbar**2 / 4)}, "least product of the two noises")


@model.glossary
def names() -> Mapping[str, object]:
    return {
        "chi_m": response(), "S_imp": imprecision(PHASE), "S_FF": back_action(), "S_add": added(PHASE),
        "S_int": motion(), "S_meas": measured(PHASE),
    }  # fmt: skip


# -- the equations ---------------------------------------------------------------------------------------------------


@model.equation("zpf")
def zero_point() -> Result:
    """H = p^2/(2 m) + m Omega_m^2 x^2/2 has equal halves in the ground state: m Omega_m^2 x_zpf^2 = hbar Omega_m/2."""
    return Result({"x_zpf": sp.sqrt(hbar / (2 * m * Omega_m))}, (Step("input", "zero-point motion"),))


@model.equation("chi")
def susceptibility() -> Result:
    return Result({"chi_m": response()}, (Step("solve", "response to a force"),))


@model.equation("1")
def shot_noise() -> Result:
    before = {"b_out": as_operator(probed().system().output("probe_b.out"))}
    found = {"S_imp": imprecision(PHASE)}
    return Result(found, (Step("composition", "own noise over the weight of x", before, found, least_product()),))


@model.equation("2")
def radiation_pressure() -> Result:
    before = {"ddt(b)": as_operator(probed().system().equation("b"))}
    found = {"S_FF": back_action()}
    return Result(found, (Step("composition", "what the light does to p", before, found, least_product()),))


@model.equation("3")
def uncorrelated() -> Result:
    return Result({"S_add": added(PHASE)}, noise_steps(PHASE))


@model.equation("4")
def standard_limit() -> Result:
    """S_add = A/Gamma_meas + B Gamma_meas is least, 2 sqrt(A B), at Gamma_meas = sqrt(A/B)."""
    S = added(PHASE)
    A = cs.normal_form(S * Gamma_meas).subs(Gamma_meas, 0)
    B = cs.normal_form((S - A / Gamma_meas) / Gamma_meas)
    best = sp.sqrt(cs.normal_form(A / B))
    flat = {"dS_add/dGamma_meas": (sp.diff(S, Gamma_meas).subs(Gamma_meas, best), sp.S.Zero)}
    values = {"Gamma_opt": best, "S_SQL": 2 * sp.sqrt(cs.normal_form(A * B))}
    check = identity_check(flat, "differentiation")
    return Result(values, (Step("solve", "least noise over the strength", {"S_add": S}, values, check),))


@model.equation("5")
def everything() -> Result:
    return Result({"S_meas": measured(PHASE)}, noise_steps(PHASE))


@model.equation("6")
def correlated() -> Result:
    known = {"S_imp": imprecision(theta), "S_xF": correlation(theta)}
    return Result({"S_add": added(theta)}, noise_steps(theta), known)


@model.equation("rate")
def of_a_cavity() -> Result:
    """The force H = hbar g (a + a^+) x/x_zpf of a resonant cavity whose linewidth is far above Omega."""
    X, P = cs.quadratures("b")
    a = operator("a")
    pull = (a + a.dagger()) * X * (g * sp.sqrt(2))
    on_P = as_operator(commutator(P, pull)) * (-sp.I)  # dP/dt from the coupling: a multiple of a + a^+
    weight = on_P.linear()[("a", False)] * sp.sqrt(2) * sp.sqrt(2) * P_ZPF  # of X_a in dp/dt
    cavity = cs.transfer(cs.Cavity("a", kappa=kappa), "X_in", "X_a", frequency=0).inline()
    S_FF = cs.normal_form((weight * cavity) * conj(weight * cavity) / 2)
    step = Step("solve", "cavity filled by vacuum noise, at low frequency", {}, {"S_FF": S_FF})
    return Result({"Gamma_qba": cs.normal_form(S_FF * x_zpf**2 / hbar**2)}, (step,))


# -- what it is good for: a force, in units hbar = m = 1 with the light's own scale ------------------------------------

PARAMETERS = ("Gamma_meas", "Omega_m", "Gamma_m", "n", "Omega")
UNITS = {hbar: sp.S.One, m: sp.S.One}


def in_units(expr: sp.Expr) -> sp.Expr:
    return expr.subs(x_zpf, model.base[x_zpf]).subs(UNITS)


def force_noise(system: object, seen: cs.Quadrature) -> Quantity:
    """All noise of the light's quadrature as that of a force on the first oscillator."""
    noise = cs.noise_spectrum(system, seen, frequency=Omega)
    gain = in_units(response() * per_position(seen.angle))
    return Quantity("S_F", noise.inline() / (gain * conj(gain)), noise.definitions, noise.steps, noise.domain)


@model.quantity("S_F_alone", PARAMETERS, defaults={"n": 0}, title="force noise with the phase quadrature, hbar = m = 1")
def alone() -> Quantity:
    return force_noise(probed(), cs.Quadrature(PHASE))


@model.quantity("S_F_angle", (*PARAMETERS, "theta"), defaults={"n": 0}, title="the same with the quadrature theta")
def at_an_angle() -> Quantity:
    return force_noise(probed(), cs.Quadrature(theta))


@model.quantity("S_F_pair", PARAMETERS, defaults={"n": 0}, title="the same, a reference of negative mass in cascade")
def with_reference() -> Quantity:
    return force_noise(probed() >> probed("c", -1), cs.Quadrature(PHASE))

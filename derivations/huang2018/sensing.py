"""Equations (S25)-(S33): force sensing with the optimal filter, and the noise spectra of the hybrid sensor."""

from __future__ import annotations

from functools import cache

import sympy as sp
from sympy import Expr

import cascade_sym as cs
from cascade_sym.definitions import Definitions, Quantity
from cascade_sym.exact import equal, identity_check, normal_form
from cascade_sym.operators import OperatorPolynomial, as_operator
from cascade_sym.paper import Leading, Result
from cascade_sym.sensing import (
    ForcePort,
    filter_variance,
    force_port,
    integral_of,
    lorentzian,
    matched_filter_steps,
    optimal_filter,
)
from cascade_sym.spectra import Expansion, Spectrum, noise_spectrum, over_susceptibilities
from cascade_sym.steps import Check, Step
from cascade_sym.symbols import complex_symbol, conj
from cascade_sym.system import LinearSystem

from .model import M, Omega, Omegat_M, S, at, cascade, coupling, drift_rate, epsilon, model, motion  # fmt: skip

A_0, f, gamma_sig, delta, u = (cs.symbol(n) for n in ("A_0", "f", "gamma_sig", "delta", "u"))


@cache
def sensor(loss: bool = True) -> LinearSystem:
    """The cascade in the paper's phases of (S11): couplings +i, so that P_L,out carries +a_M."""
    turned = cs.rephased(cascade(), {S: sp.pi, M: sp.pi, "a_S_in": sp.pi, "a_M_in": sp.pi})
    return turned if loss else turned.subs({epsilon: sp.S.Zero})


@cache
def alone() -> LinearSystem:
    """M without the spin oscillator."""
    turned = motion().system().renamed({f"{M}.bath": "a_M_in", f"{M}.in+": "b_p", f"{M}.in-": "b_m"})
    return cs.rephased(turned, {M: sp.pi, "a_M_in": sp.pi})


def force(system: LinearSystem) -> ForcePort:
    """The force on M, in units of its bath's input amplitude."""
    return force_port(system, M, through="a_M_in")


# -- the optimal filter: (S25)-(S27) ----------------------------------------------------------------------------------


@model.function("whole_t")
def over_time(body: Expr) -> Expr:
    """The integral over all times."""
    return integral_of(body, [A_0])


@model.function("whole_Omega")
def over_frequency(body: Expr) -> Expr:
    """The integral over all frequencies."""
    return integral_of(body)


@model.equation("S25")
def estimator() -> Result:
    G, S_t, f_t = (cs.symbol(n) for n in ("G_t", "S_t", "f_addt"))
    output = f_t + A_0 * S_t  # the decomposition of P_L,out(t) above (S25)
    estimate = over_time(G * output) / over_time(G * S_t)
    step = Step(
        "input", "the output is signal and noise", {"P_L,out(t)": output}, {"A_est": estimate},
        identity_check({"A_est - A_0": (estimate - A_0, over_time(G * f_t) / over_time(G * S_t))}, "unbiased"),
    )  # fmt: skip
    return Result({"A_est": estimate}, (step,), {"P_Lout_t": output})


@model.equation("S26")
def variance_of_estimate() -> Result:
    G, signal, N = complex_symbol("G"), complex_symbol("Sig"), cs.symbol("N")
    steps = matched_filter_steps()
    return Result({"V": filter_variance(G, signal, N)}, steps[:2], {"G": G, "Sig": signal, "N": N})


@model.equation("S27")
def matched_filter() -> Result:
    signal, N = complex_symbol("Sig"), cs.symbol("N")
    best = optimal_filter(signal, N)
    values = {"G": best, "V": filter_variance(best, signal, N)}
    return Result(values, matched_filter_steps(), {"Sig": signal, "N": N})


# -- the equations in frequency space: (S28)-(S30) --------------------------------------------------------------------


def in_lab_frame(form: object, light: str, sign: int) -> OperatorPolynomial:
    """A form in slow operators, at lab frequency Omega near sign*Omegat_M, as operators of the lab frame.

    b_sign(Omega - sign Omegat_M) = b(Omega); the adjoint of the other sideband is that of b(-Omega).
    """
    own, other = ("b_p", "b_m") if sign > 0 else ("b_m", "b_p")
    table = {
        own: (at(light)(Omega), None), other: (None, at(light)(-Omega).dagger()),
        S: (at("a_S")(Omega), at("a_S")(-Omega).dagger()), M: (at("a_M")(Omega), None),
        "a_S_in": (at("a_S_in")(Omega), None), "a_M_in": (at("a_M_in")(Omega), None),
    }  # fmt: skip
    total = as_operator(0)
    for o, c in form:  # type: ignore[attr-defined]
        image = table[o.name][o.dag]
        assert image is not None, o
        total = total + image * c
    return total


@model.equation("S28")
def lab_equations() -> Result:
    single = {"a_M": alone(), "a_S": cs.rephased(cascade(), {S: sp.pi, "a_S_in": sp.pi})}
    values, before, responses = {}, {}, {}
    for mode, sign, center, light in ((M, 1, Omegat_M, "b_M_in"), (S, -1, -Omegat_M, "b_in")):
        form = single[mode].equation(mode)
        before[f"ddt({mode})"] = form
        driven = in_lab_frame(form, light, sign)
        if mode == M:
            drive = force(alone()).drive[(M, False)]
            driven = driven + as_operator(drive * A_0 * f)
        lab = driven - at(mode)(Omega) * (sp.I * center)
        values[f"-I*Omega*{mode}(Omega)"] = lab
        responses |= _responses(single[mode], mode, lab, center)
    step = Step(
        "fourier", "Fourier transform of (S11) without loss, back in the lab frame", before, values,
        identity_check(responses, "solved for the mode: its response in the slow frame, at the same distance"),
    )  # fmt: skip
    return Result(values, (step,), {"Omega_S": -Omegat_M, "f": f})


def chi(mode: str):
    """A function of printed formulas: the susceptibility of a mode at a lab frequency."""
    sign = {S: -1, M: 1}[mode]

    def susceptibility(w: Expr) -> Expr:
        form = sensor().equation(mode)
        return 1 / (-form[(mode, False)] - sp.I * (w - sign * Omegat_M))

    return susceptibility


model.function("chi_S")(chi(S))
model.function("chi_M")(chi(M))


@cache
def output_form() -> OperatorPolynomial:
    """P_L,out at Omega > 0 without loss: from b_+ and b_-^+ of the output port."""
    system = sensor(loss=False)
    port = system.out_ports[0]
    plus, minus = system.output(port.fields["+"]), system.output(port.fields["-"]).dagger()
    return in_lab_frame((plus - minus).scaled(1 / (sp.sqrt(2) * sp.I)), "b", 1)


def _responses(system: LinearSystem, mode: str, lab: OperatorPolynomial, center: Expr) -> dict[str, tuple[Expr, Expr]]:
    """Response of a mode to each input: from its equation in the lab frame, and in the slow frame at Omega - center."""
    by_name = {word[0].name: c for word, c in lab.terms.items() if word}  # the force has no operator
    own = -sp.I * Omega - by_name.pop(f"{mode}(Omega)")
    slow = [c.xreplace({Omega: Omega - center}) for _, c in cs.frequency_solution(system, mode, Omega=Omega)]
    return {name: (c / own, s) for (name, c), s in zip(by_name.items(), slow, strict=True)}


@model.equation("S29")
def output_quadrature() -> Result:
    transfer = _response_of_M()
    found = output_form() + as_operator(transfer * A_0 * f)
    names = {"P_L_in": (at("b")(Omega) - at("b")(-Omega).dagger()) / (sp.sqrt(2) * sp.I), "f": f}
    swept = identity_check(lambda: {"response": (transfer, _signal().inline())}, "found by a sweep from the output")
    step = Step("readout", "phase quadrature of the output with the force", {}, {"P_L_out": found}, swept)
    values = {"P_L_out": found, "chi_M(Omega)": chi(M)(Omega)}
    return Result(values, (*_signal().steps, step), names)


def _response_of_M() -> Expr:
    """Weight of a_M in P_L,out times the response of a_M to the force."""
    system = sensor(loss=False)
    port = system.out_ports[0]
    form = (system.output(port.fields["+"]) - system.output(port.fields["-"]).dagger()).scaled(1 / (sp.sqrt(2) * sp.I))
    return form[(M, False)] * force(system).drive[(M, False)] * chi(M)(Omega)


@cache
def _signal() -> Spectrum:
    return cs.sensing.signal_transfer(force(sensor(loss=False)), "P_L", frame="lab", carrier=Omegat_M)


@model.equation("S30")
def signal_and_noise() -> Result:
    signal = _signal().inline() * f
    P = cs.symbol("P_Lout")
    # P_L,out = f_add + A_0 S, with S the signal of a force of unit amplitude
    values = {"Sig": signal, "f_add": P - A_0 * cs.symbol("Sig")}
    return Result(values, _signal().steps, {"P_Lout": P, "f": f})


@model.equation("S30.norm")
def lorentzian_norm() -> Result:
    """The force with f(-Omega) = conj f(Omega), as a real f(t) has: the printed form holds for Omega > 0."""
    shape = lorentzian(gamma_sig, center=Omegat_M)
    square = normal_form(shape * conj(shape))
    antiderivative = 2 * sp.atan(2 * (Omega - Omegat_M) / gamma_sig)
    upper, lower = sp.pi, antiderivative.xreplace({Omega: sp.S.Zero})
    exact = 2 * (upper - lower)
    y = sp.Symbol("y", real=True)
    whole = sp.integrate(4 / (1 + 4 * y**2), (y, -sp.oo, sp.oo))  # of the printed f itself, in widths from its centre

    def leading() -> Check:
        ok = equal(sp.diff(antiderivative, Omega), square)
        x = sp.Symbol("x", positive=True)  # gamma_sig/Omegat_M
        ratio = exact.xreplace({Omegat_M: 1, gamma_sig: x})
        ok = ok and sp.limit(ratio, x, 0) == 4 * sp.pi and 2 * upper == whole
        return Check(ok, "exact: 2 pi + 4 arctan(2 Omegat_M/gamma_sig) = 4 pi - 2 gamma_sig/Omegat_M + ...")

    step = Step("definition", "Lorentzian force", {}, {"f": shape})
    values = {"f": shape, "norm": Leading(4 * sp.pi, leading, "gamma_sig/Omegat_M")}
    norms = {"printed form on the whole line": str(whole), "real force": str(exact)}
    return Result(values, (step,), {}, {"norm": norms})


# -- noise spectra: (S31)-(S33) ---------------------------------------------------------------------------------------


@cache
def expansion(hybrid: bool, loss: bool = False) -> Expansion:
    """The spectrum of P_L around +Omegat_M, over the susceptibilities; Omega is counted from Omegat_M."""
    return over_susceptibilities(noise_spectrum(sensor(loss=loss) if hybrid else alone(), "P_L"))


def even_spectrum(found: Expansion) -> Expr:
    """N(Omega) on the whole line: the excess noise around +Omegat_M, and its mirror image around -Omegat_M."""
    N = found.spectrum.inline()
    level = found[(), 0]
    excess = N - level
    upper = excess.xreplace({Omega: Omega - Omegat_M})
    return level + upper + upper.xreplace({Omega: -Omega})


def coefficient(found: Expansion, *modes: str, power: int = 0) -> Expr:
    return found[tuple(modes), power]


@model.equation("S31")
def mechanical_spectrum() -> Result:
    found = expansion(hybrid=False)
    return Result({"N_M": even_spectrum(found)}, found.spectrum.steps)


def coefficients() -> dict[str, Expr]:
    found = expansion(hybrid=True)
    return {
        "h_1": coefficient(found, S), "h_2": coefficient(found, M), "h_3": coefficient(found, S, M),
        "h_4": coefficient(found, S, M, power=2),
    }  # fmt: skip


@model.equation("S32")
def hybrid_spectrum() -> Result:
    found = expansion(hybrid=True)
    return Result({"N_H": even_spectrum(found)}, found.spectrum.steps, coefficients())


@cache
def short_coefficients() -> dict[str, Quantity]:
    """h_1 ... h_4 grouped by hand over R, linewidths and decoherence rates; proved in each entry's last step."""
    rate = {f"{j}{k}": cs.symbol(f"Gamma_{j}{k}") for j in "SM" for k in "BP"}
    root = {k: sp.sqrt(x) for k, x in rate.items()}
    s = {j: root[f"{j}B"] + root[f"{j}P"] for j in "SM"}
    gamma, noise = {}, {}
    letters = []
    for j, mode in (("S", S), ("M", M)):
        gamma[j] = cs.symbol(f"gamma_{j}")
        noise[j] = cs.symbol(f"gammat_{j}0")
        letters += [(gamma[j], drift_rate(sensor(), mode)), (noise[j], dict(model.abbreviations)[noise[j]])]
    R = cs.symbol("R")
    letters.append((R, coupling()))
    names = Definitions(tuple(letters))
    found = {}
    for k, j in ((1, "S"), (2, "M")):
        both, width = sp.sqrt(rate[f"{j}B"] * rate[f"{j}P"]), rate[f"{j}B"] - rate[f"{j}P"]
        found[f"h_{k}"] = s[j] ** 2 * (noise[j] + both) / 2 - cs.symbol(f"gamma_{j}0") * width / 4
    spin = noise["S"] + (rate["SB"] + rate["SP"]) / 2
    crossed = rate["SB"] * root["MP"] + rate["SP"] * root["MB"]
    mixed = sp.sqrt(rate["SB"] * rate["MP"]) + sp.sqrt(rate["SP"] * rate["MB"])
    found["h_3"] = s["M"] * (
        R * (gamma["M"] * s["S"] + R * s["M"]) * spin / 2 - gamma["S"] * (gamma["M"] * crossed + R * s["M"] * mixed) / 4
    )
    found["h_4"] = -sp.sqrt(rate["SB"] * rate["SP"]) * s["M"] ** 2
    return {k: Quantity(k, e, names) for k, e in found.items()}


def _coefficient_entry(name: str, k: int) -> None:
    @model.equation(name)
    def entry() -> Result:
        key = f"h_{k}"
        h, short = coefficients()[key], short_coefficients()[key]
        pair = {key: (h, short.inline())}
        step = Step(
            "simplification", "the same coefficient in fewer operations", {key: h}, {key: short},
            identity_check(pair, "difference is zero in exact algebra"),
        )  # fmt: skip
        values: dict[str, object] = {key: short}
        if k == 3:
            values["R"] = coupling()
        return Result(values, (*expansion(hybrid=True).spectrum.steps, step))


for _k in range(1, 5):
    _coefficient_entry(f"S33.h{_k}", _k)

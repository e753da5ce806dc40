"""Equations (S10)-(S14): the cascade of spin and optomechanics, and what its light reads out."""

from __future__ import annotations

from functools import cache

import sympy as sp
from sympy import Expr

import cascade_sym as cs
from cascade_sym.derive import fourier_integral
from cascade_sym.exact import equal, is_zero
from cascade_sym.operators import LinearForm, OperatorPolynomial, as_operator, op, operator
from cascade_sym.paper import Result
from cascade_sym.steps import Check, Step
from cascade_sym.symbols import conj
from cascade_sym.system import VACUUM, Channel, LinearSystem, Port, slh_system

from .model import (
    Gamma_MB,
    Gamma_MP,
    M,
    Omega,
    Omegat_M,
    S,
    at,
    epsilon,
    g_SB,
    g_SP,
    gamma_M0,
    model,
    n_M,
    phi,
    spin,
    t,
    theta_m,
    theta_p,
)  # fmt: skip
from .optomechanics import L, couplings, phase, sideband_system
from .spin import spin_system


@cache
def mechanics() -> LinearSystem:
    """The eliminated optomechanical system in its sideband rates and phases.

    Its coupling operators are L_+ = -i sqrt(Gamma_MB) e^(i theta_+) a, L_- = -i sqrt(Gamma_MP) e^(i theta_-) a^+, and
    the light is reflected with the phase -e^(2 i theta_+-): `same_as_eliminated` proves that this is the system found
    by elimination.
    """
    a = operator(M)
    up, down = (sp.exp(sp.I * angle) for angle in (theta_p, theta_m))
    channels = [
        Channel("M.in+", "M.out+", a * (-sp.I * sp.sqrt(Gamma_MB) * up), -(up**2)),
        Channel("M.in-", "M.out-", a.dagger() * (-sp.I * sp.sqrt(Gamma_MP) * down), -(down**2)),
        Channel("a_M_in", "a_M_out", a * (-sp.sqrt(gamma_M0)), sp.S.One, n_M + VACUUM),
    ]
    ports = [Port("light", {c: f"M.{end}{c}" for c in "+-"}) for end in ("in", "out")]
    return slh_system([M], as_operator(0), channels, in_ports=ports[:1], out_ports=ports[1:])


def same_as_eliminated() -> Check:
    """With sqrt(Gamma) e^(i theta) = 2 g_om L/sqrt(kappa) both systems have the same equations."""
    ours = mechanics().renamed({"M.in+": "b_pM_in", "M.in-": "b_mM_in"})
    found = sideband_system()
    g = couplings()
    meaning = {
        sp.sqrt(Gamma_MB): g["g_MB"] * sp.exp(-sp.I * theta_p), sp.sqrt(Gamma_MP): g["g_MP"] * sp.exp(-sp.I * theta_m),
        Gamma_MB: g["g_MB"] * conj(g["g_MB"]), Gamma_MP: g["g_MP"] * conj(g["g_MP"]),
    }  # fmt: skip
    angles = {theta_p: phase(L(Omegat_M)), theta_m: phase(L(-Omegat_M))}

    def explicit(form: LinearForm) -> LinearForm:
        return form.mapped(meaning).mapped(angles)

    pairs = [(explicit(ours.equation(M)), found.equation(M))]
    pairs += [(explicit(ours.output(f"M.out{c}")), found.output(f"{M}.out{c}")) for c in "+-"]
    for left, right in pairs:
        if not as_operator(left - right).is_zero:
            return Check(False, "coefficients of the eliminated system", str(left))
    return Check(True, "coefficients of the eliminated system, proved equal")


@cache
def hybrid() -> LinearSystem:
    """Spin, rotation phi, loss epsilon, mechanics."""
    rates = dict(zip((g_SB, g_SP), (sp.sqrt(spin().Gamma_B), sp.sqrt(spin().Gamma_P)), strict=True))
    path = cs.PhaseShift(phi, name="rotation") >> cs.Loss(epsilon, name="loss")
    chain = spin_system().subs(rates) >> path >> mechanics()
    return chain.system().renamed({"loss.vacuum+": "bv_p", "loss.vacuum-": "bv_m"})


def drive(system: LinearSystem) -> Expr:
    """R_0: the rate at which S drives M, without the transmission amplitude."""
    return system.subs({epsilon: sp.S.Zero}).equation(M).terms[(S, True)]


def steps() -> tuple[Step, ...]:
    system = hybrid()

    def physical() -> Check:
        found = cs.is_physical(system)
        return Check(bool(found), "commutators of modes and outputs preserved", "" if found else repr(found))

    return (
        Step("substitution", "sideband rates and phases of the optomechanical system",
             {M: sideband_system().equation(M)}, {M: mechanics().equation(M)}, same_as_eliminated),
        Step("composition", "spin, rotation phi, loss epsilon, mechanics in series", {},
             {m: system.equation(m) for m in (S, M)}, physical),
    )  # fmt: skip


@model.equation("S10")
def cascade_equations() -> Result:
    system = hybrid()
    values = {"ddt(a_S)": system.equation(S), "ddt(a_M)": system.equation(M), "R_0": drive(system)}
    return Result(values, steps(), {"R_0": drive(system)})


@cache
def alignment() -> tuple[Expr, Expr]:
    """(phi, chi): the rotation of the light and of the mode a_M -> e^(-i chi) a_M that make both terms of R_0 real.

    Each term of R_0 is an amplitude times a phase factor; both phases vanish for one (phi, chi).
    """
    chi = cs.symbol("chi")
    phases = []
    for term in sp.Add.make_args(sp.expand(drive(hybrid()))):
        argument = sp.Add(*(f.args[0] for f in sp.Mul.make_args(term) if isinstance(f, sp.exp))) / sp.I
        phases.append(sp.expand(argument) - chi)
    solution = sp.solve(phases, [phi, chi], dict=True)
    return solution[0][phi], solution[0][chi]


@cache
def aligned() -> LinearSystem:
    """The cascade at that rotation, in the phase of a_M and of the vacuum that it suggests."""
    angle, chi = alignment()
    system = hybrid().subs({phi: angle})
    return cs.rephased(system, {M: -chi, "bv_p": -angle, "bv_m": -angle, "a_M_in": -chi})


@cache
def epr_at_rotation() -> cs.Quantity:
    """xi_g with the light rotated by phi = phi_0 + delta, in the phase of a_M that the read-out fixes at delta = 0."""
    delta = cs.symbol("delta")
    angle, chi = alignment()
    system = cs.rephased(hybrid().subs({phi: angle + delta}), {M: -chi})
    V = cs.covariance(system)
    from .model import readout_weight

    return cs.epr_variance(V, S, M, g=readout_weight())


def stationary() -> Check:
    """d xi_g / d phi = 0 there, by differentiating the exact EPR variance."""
    delta = cs.symbol("delta")
    xi = model.in_base(epr_at_rotation().inline())
    slope = sp.diff(xi, delta).subs(delta, 0)
    return Check(is_zero(slope), "the exact xi_g is stationary at this rotation", "" if is_zero(slope) else "slope")


@model.equation("S11")
def aligned_equations() -> Result:
    system = aligned().renamed({M: "ap_M", "a_M_in": "ap_M_in", "bv_p": "bvv_p", "bv_m": "bvv_m"})
    angle, chi = alignment()
    real = drive(hybrid()).subs(phi, angle)
    extra = (
        Step("solve", "rotation of light and mode that make both terms of R_0 real", {"R_0": drive(hybrid())},
             {"phi": angle, "chi": chi}, stationary,
             "xi_g is even in the deviation from this rotation, so it is stationary there for all parameters; with the "
             "cooperativity and the angles at their optimum it is also the minimum over the rotation"),
        Step("frame", r"$\hat a_{\mathrm M}'=e^{-i\chi}\hat a_{\mathrm M}$ and the vacuum in the same phase",
             {}, {"ap_M": system.equation("ap_M")}),
    )  # fmt: skip
    values = {
        "phi": angle, "R_0": real, "ddt(a_S)": system.equation(S), "ddt(ap_M)": system.equation("ap_M"),
    }  # fmt: skip
    return Result(values, (*steps(), *extra))


@model.equation("S12")
def light_quadratures() -> Result:
    b, b_dag = at("b")(Omega), at("b")(-Omega).dagger()
    X, P = (b + b_dag) / sp.sqrt(2), (b - b_dag) / (sp.sqrt(2) * sp.I)
    parts = {}
    for name, q in (("X", X), ("P", P)):
        parts[f"{name}_cos"] = (q + q.dagger()) / sp.sqrt(2)
        parts[f"{name}_sin"] = (q - q.dagger()) / (sp.sqrt(2) * sp.I)

    def hermitian() -> Check:
        ok = all((p - p.dagger()).is_zero for p in parts.values())
        return Check(ok, "cosine and sine components are Hermitian")

    step = Step("definition", "Hermitian parts of the two-mode quadratures", {"X_L": X, "P_L": P}, parts, hermitian)
    return Result({"X_L(Omega)": X, "P_L(Omega)": P}, (step,), parts)


@model.equation("S13")
def fourier() -> Result:
    a_t = fourier_integral("a", t, Omega)
    step = Step("definition", "Fourier transform", after={"a(t)": a_t})
    return Result({"a(t)": a_t, "dag(a(t))": a_t.dagger()}, (step,))


@model.equation("S14")
def light_outputs() -> Result:
    mean = (theta_p + theta_m) / 2
    phases = {f"M.out{c}": -(2 * th - mean + sp.pi) for c, th in (("+", theta_p), ("-", theta_m))}
    system = cs.rephased(aligned(), phases)
    found = cs.two_mode_quadratures(system)
    values: dict[str, object] = {f"{k}_out": _operator(form) for k, form in found.items()}
    values["g"] = cs.readout_weight(system, S, M)
    names = {f"{k}_in": _input_quadrature(k, "b_p", "b_m") for k in found}
    names |= {f"{k}v_in": _input_quadrature(k, "bv_p", "bv_m") for k in found}

    def two_phases() -> Check:
        """The output phases only undo those that the cavity gave: the input passes with a real amplitude."""
        form = system.output("M.out+")
        ok = equal(form.terms[("b_p", False)], sp.sqrt(1 - epsilon))
        return Check(ok, "the input passes with the amplitude sqrt(1 - epsilon)")

    step = Step("readout", "cosine and sine components of the output light", {},
                {k: v for k, v in values.items() if k != "g"}, two_phases)  # fmt: skip
    return Result(values, (*aligned_equations().steps, step), names)


def _operator(form: cs.entanglement.QuadratureForm) -> OperatorPolynomial:
    total = as_operator(form.fields)
    for name, weight in form.modes.items():
        X, P = cs.quadratures(name[2:])
        total = total + (X if name[0] == "X" else P) * weight
    return total


def _input_quadrature(name: str, plus: str, minus: str) -> OperatorPolynomial:
    """X or P, cosine or sine component, of a pair of input sidebands."""
    kind, part = name.split("_")
    up, down = as_operator(op(plus)), as_operator(op(minus)).dagger()
    q = (up + down) / sp.sqrt(2) if kind == "X" else (up - down) / (sp.sqrt(2) * sp.I)
    return (q + q.dagger()) / sp.sqrt(2) if part == "cos" else (q - q.dagger()) / (sp.sqrt(2) * sp.I)

"""Equations (1)-(8): from the Hamiltonians to the EPR variance."""

from __future__ import annotations

from functools import cache

import sympy as sp

import cascade_sym as cs
from cascade_sym.derive import (
    Bath,
    coupling_operator,
    effective_frequencies,
    free_hamiltonian,
    from_coupling,
    in_sidebands,
    rotating_wave,
)
from cascade_sym.exact import identity_check
from cascade_sym.operators import Op, OperatorPolynomial, as_operator, formal_integral, operator
from cascade_sym.paper import Leading, Result
from cascade_sym.solve import lyapunov_check
from cascade_sym.steps import Check, Step
from cascade_sym.system import LinearSystem

from .model import (
    FIELDS,
    Gamma_M,
    Gamma_MB,
    Gamma_MP,
    Gamma_S,
    Gamma_SB,
    Gamma_SP,
    M,
    S,
    amplitude_quadrature,
    at,
    cascade,
    coupling,
    drift_rate,
    epsilon,
    gamma_M0,
    gamma_S0,
    light_force,
    model,
    motion,
    n_M,
    n_S,
    noise_force,
    omega,
    omega_M,
    omega_S,
    phase_quadrature,
    readout_weight,
    rotated_quadrature,
    spin,
    steady_state,
    symmetric_cross_moment,
    t,
    theta_M,
    theta_S,
    tp,
)  # fmt: skip

TIMES = {S: "t_S", M: "t_M"}


@cache
def free() -> OperatorPolynomial:
    """H_0, with the negative mass as a negative frequency."""
    return free_hamiltonian({S: spin().mass * omega_S, M: motion().mass * omega_M})


@cache
def interaction() -> OperatorPolynomial:
    """H_int: beam-splitter and parametric coupling of each oscillator to the light at its position."""
    total = as_operator(0)
    for mode, b_rate, p_rate in ((S, Gamma_SB, Gamma_SP), (M, Gamma_MB, Gamma_MP)):
        a, b = operator(mode), operator(f"b({TIMES[mode]})")
        half = a.dagger() * b * sp.sqrt(b_rate) + a.dagger() * b.dagger() * sp.sqrt(p_rate)
        total = total + half + half.dagger()
    return total


@cache
def rotating() -> cs.Derivation:
    """H_int split in sidebands and averaged over the rotation; the last step's result is the kept Hamiltonian."""
    split = in_sidebands(interaction(), {f"b({x})": (f"b_p({x})", f"b_m({x})") for x in TIMES.values()})
    own = effective_frequencies(free(), [S, M])
    frequency = {m: w.subs({omega_S: omega, omega_M: omega}) for m, w in own.items()}
    for x in TIMES.values():
        frequency |= {f"b_p({x})": omega, f"b_m({x})": -omega}
    kept = rotating_wave(split.value, frequency)
    return cs.Derivation("rotating-wave interaction", (*split.steps, *kept.steps))


@cache
def kept_interaction() -> OperatorPolynomial:
    return rotating().steps[-1].after["H"]


@cache
def hamiltonian_system() -> LinearSystem:
    """The cascade from the Hamiltonian: each oscillator's light eliminated, then series with loss."""
    systems = {}
    for mode, rate, n in ((S, gamma_S0, n_S), (M, gamma_M0, n_M)):
        x = TIMES[mode]
        mine = kept_interaction().filtered(lambda m, mode=mode: any(o.name == mode for o in m))
        systems[mode] = from_coupling(
            mine, [mode], {"+": f"b_p({x})", "-": f"b_m({x})"}, name=mode, baths={mode: Bath(rate, n)}
        )
    return (systems[S] >> cs.Loss(epsilon, name="loss") >> systems[M]).system().renamed(FIELDS)


@model.equation("1")
def free_evolution() -> Result:
    step = Step("input", "oscillators of negative and positive mass", after={"H_0": free()})
    return Result({"H_0": free()}, (step,))


@model.equation("2")
def light_matter() -> Result:
    polar = {
        j: cs.Oscillator(j, mass, Gamma=G, theta=th).amplitudes
        for j, mass, G, th in (("S", -1, Gamma_S, theta_S), ("M", 1, Gamma_M, theta_M))
    }
    rates = {f"Gamma_{j}{k}": a**2 for j, pair in polar.items() for k, a in zip("BP", pair, strict=True)}
    totals = {f"Gamma_{j}": sum(a**2 for a in cs.Oscillator(j, mass).amplitudes) for j, mass in (("S", -1), ("M", 1))}
    step = Step("input", "quadratic coupling to the light at t_S < t_M", after={"H_int": interaction()})
    return Result({"H_int": interaction(), **rates, **totals}, (step,))


@model.equation("3")
def rotating_wave_interaction() -> Result:
    steps = rotating().steps
    leading = Leading(kept_interaction(), steps[-1].check, "terms rotating at 2 omega are dropped")
    angle, time = cs.symbol("thetap"), t
    values = {
        "H_int": leading,
        "Q(thetap, t)": rotated_quadrature(angle, time),
        "X_L(t)": amplitude_quadrature(time),
        "P_L(t)": phase_quadrature(time),
        "thetap_S": theta_S - sp.pi / 4,
        "thetap_M": theta_M - sp.pi / 4,
    }
    return Result(values, steps)


def _langevin_steps() -> tuple[Step, ...]:
    H, system = kept_interaction(), hamiltonian_system()
    couplings = {f"O_{x[-1]}_{b}": coupling_operator(H, f"b_{b}({x})") for x in TIMES.values() for b in "pm"}

    def same_as_parts() -> Check:
        ours, parts = system, cascade()
        for mode in (S, M):
            if not as_operator(ours.equation(mode) - parts.equation(mode)).is_zero:
                return Check(False, "the same cascade built from parts", mode)
        return Check(True, "the same cascade built from parts")

    def physical() -> Check:
        found = cs.is_physical(system)
        return Check(bool(found), "commutators of modes and outputs preserved", "" if found else repr(found))

    return (
        Step("commutator", "coupling operators of the two sidebands, L = -i O", {"H_int": H}, couplings),
        Step("composition", "series product with loss between the oscillators", couplings,
             {m: system.equation(m) for m in (S, M)}, same_as_parts),
        Step("commutator", "commutators are preserved", {}, {}, physical),
    )  # fmt: skip


@model.equation("4")
def langevin_equations() -> Result:
    system = hamiltonian_system()
    values = {
        "ddt(a_S)": system.equation(S), "ddt(a_M)": system.equation(M),
        "f_S": noise_force(system, S), "f_M": noise_force(system, M),
        "gamma_S": drift_rate(system, S), "gamma_M": drift_rate(system, M), "R": coupling(),
    }  # fmt: skip
    return Result(values, (*rotating().steps, *_langevin_steps()))


@model.equation("5")
def back_action() -> Result:
    system = hamiltonian_system()
    values = {"f_Sba": light_force(system, S), "f_Mba": light_force(system, M)}
    return Result(values, _langevin_steps())


@model.equation("6")
def solution() -> Result:
    system = hamiltonian_system()
    solved = cs.time_solution(system)
    values = {}
    for mode, lhs in ((S, "a_S(t)"), (M, "a_M(t)")):
        total = as_operator(0)
        for source, kernel in solved.kernel[Op(mode)].items():
            force = at("f_" + source.name[-1])(tp)
            total = total + (force.dagger() if source.dag else force) * kernel.subs(solved.delay, t - tp)
        values[lhs] = formal_integral(total, tp, -sp.oo, t)
    return Result(values, (*_langevin_steps(), *solved.steps))


@model.equation("7")
def covariances() -> Result:
    V, system = steady_state(), cascade()

    step = Step("solve", "steady state along the cascade", {m: system.equation(m) for m in (S, M)},
                {str(s): e for s, e in V.definitions}, lambda: lyapunov_check(V, system))  # fmt: skip
    values = {
        "var_X_S": V["X_a_S", "X_a_S"], "var_X_M": V["X_a_M", "X_a_M"], "sym_X_S_X_M": symmetric_cross_moment(),
        "gammat_S0": spin().decoherence_rate, "gammat_M0": motion().decoherence_rate,
    }  # fmt: skip
    return Result(values, (*_langevin_steps(), step))


@model.equation("8")
def epr() -> Result:
    V = steady_state()
    xi = cs.epr_variance(V, S, M)
    form = cs.two_mode_quadratures(cascade())["P_cos"]

    def both_quadratures() -> Check:
        """The sine component reads out the partner variable with the same weight."""
        sine = cs.two_mode_quadratures(cascade())["P_sin"].modes
        ratio = sine["P_a_M"] / sine["P_a_S"]
        return identity_check({"g": (ratio, -readout_weight())}, "weight in the sine component")()

    steps = (
        *covariances().steps,
        Step("readout", "weights of the oscillators in the output phase quadrature", {},
             {f"weight of {k}": w for k, w in form.modes.items()}, both_quadratures),
        Step("substitution", "EPR variance with the weight that is read out", {}, {"xi_g": xi.expr}),
    )  # fmt: skip
    return Result({"xi_g": xi, "g": readout_weight()}, steps)

"""Equations (S15)-(S20): the state conditioned on homodyne detection of the output light."""

from __future__ import annotations

from functools import cache

import numpy as np
import sympy as sp

import cascade_sym as cs
from cascade_sym.derive import MasterEquation, master_equation, moment_equations
from cascade_sym.operators import (
    OperatorPolynomial,
    Superoperator,
    as_operator,
    commutator_with_rho,
    dissipator,
    innovation,
    operator,
)
from cascade_sym.paper import Result
from cascade_sym.parts import Homodyne
from cascade_sym.solve import Riccati, riccati
from cascade_sym.steps import Check, Step

from .model import Gamma_M, Gamma_S, M, S, cascade, epsilon, gamma_M0, gamma_S0, model, n_M, n_S  # fmt: skip

psi, dt = cs.symbol("psi"), cs.symbol("dt")
INCREMENT = {"c": cs.symbol("dW_c"), "s": cs.symbol("dW_s")}


@cache
def conditioned() -> MasterEquation:
    """The cascade with its phase quadrature detected, rotated by psi."""
    return master_equation(cascade(), Homodyne(angle=-psi - sp.pi / 2))


def generator(equation: MasterEquation) -> Superoperator:
    """d rho as a superoperator: commutator, jumps and measurement with its increments."""
    total = commutator_with_rho(equation.H * (-sp.I)) * dt
    for j in equation.jumps:
        total = total + dissipator(j.operator) * (j.rate * dt)
    for m in equation.measured:
        total = total + innovation(m.operator) * INCREMENT[m.name]
    return total


def light_jumps() -> dict[str, OperatorPolynomial]:
    """The jump operators of the light that leaves: those that hold both oscillators."""
    both = [j for j in conditioned().jumps if {o.name for m in j.operator.terms for o in m} == {S, M}]
    named = {}
    for j in both:
        # the upper sideband carries what M loses
        name = "s_p" if any(o.name == M and not o.dag for m in j.operator.terms for o in m) else "s_m"
        named[name] = j.operator * sp.sqrt(j.rate)
    return named


def steps() -> tuple[Step, ...]:
    return conditioned().steps


@model.equation("S15")
def general_form() -> Result:
    J1, J2, H = operator("J_1"), operator("J_2"), operator("H")
    dW = cs.symbol("dW_1")
    value = commutator_with_rho(H * (-sp.I)) * dt + (dissipator(J1) + dissipator(J2)) * dt + innovation(J1) * dW
    names = {"J_1": J1, "J_2": J2, "H": H, "dt": dt, "dW_1": dW}
    return Result({"drho": value}, (Step("definition", "one monitored and one lost channel"),), names)


@model.equation("S16")
def current() -> Result:
    J1, dW = operator("J_1"), cs.symbol("dW_1")
    value = (J1 + J1.dagger()) * dt + as_operator(dW)
    return Result({"I_1*dt": value}, (Step("definition", "current of a monitored channel"),),
                  {"J_1": J1, "dt": dt, "dW_1": dW})  # fmt: skip


@model.equation("S17")
def hybrid_master_equation() -> Result:
    names = {**light_jumps(), "psi": psi, "dt": dt, **{f"dW_{k}": w for k, w in INCREMENT.items()}}
    return Result({"drho": generator(conditioned())}, steps(), names)


@model.equation("S18")
def jump_operators() -> Result:
    return Result(light_jumps(), steps())


@cache
def balanced() -> Riccati:
    """The Riccati equation at theta_S = theta_M = pi/4 with the phase quadrature detected."""
    spin = cs.Oscillator("S", mass=-1, Gamma=Gamma_S, theta=sp.pi / 4, gamma=gamma_S0, n=n_S)
    motion = cs.Oscillator("M", mass=+1, Gamma=Gamma_M, theta=sp.pi / 4, gamma=gamma_M0, n=n_M)
    chain = (spin >> cs.Loss(epsilon, name="loss") >> motion).system()
    return riccati(chain, Homodyne(angle=sp.pi / 2))


@cache
def symmetric_rates() -> tuple[dict[str, sp.Expr], tuple[Step, ...]]:
    """d/dt of the two variances and of C = 2 Cov, for states with <X X> = -<P P> and no X-P correlations."""
    problem = balanced()
    v_S, v_M, C = (cs.symbol(n) for n in ("v_S", "v_M", "C"))
    values = {"var_X_S": v_S, "var_P_S": v_S, "var_X_M": v_M, "var_P_M": v_M}
    values |= {"cov_X_S_X_M": C / 2, "cov_P_S_P_M": -C / 2}
    table = {s: values.get(s.name, sp.S.Zero) for e in problem.symbols for s in e.free_symbols}
    flow = {k: e.xreplace(table) for k, e in problem.equations.items()}
    rates = {
        "ddt(v_S)": flow["X_S", "X_S"], "ddt(v_M)": flow["X_M", "X_M"], "ddt(C)": 2 * flow["X_S", "X_M"],
    }  # fmt: skip

    def consistent() -> Check:
        """The P quadratures obey the same equations, and the correlations that were left out stay zero."""
        pairs = [(flow["P_S", "P_S"], rates["ddt(v_S)"]), (flow["P_M", "P_M"], rates["ddt(v_M)"]),
                 (-2 * flow["P_S", "P_M"], rates["ddt(C)"])]  # fmt: skip
        mixed = [e for (i, j), e in flow.items() if i[0] != j[0]]
        ok = all(cs.equal(a, b) for a, b in pairs) and all(cs.is_zero(e) for e in mixed)
        return Check(ok, "P quadratures obey the same equations; X-P correlations stay zero")

    def from_master_equation() -> Check:
        """The same Riccati equation by Gaussian closure of the stochastic master equation."""
        spin = cs.Oscillator("S", mass=-1, Gamma=Gamma_S, theta=sp.pi / 4, gamma=gamma_S0, n=n_S)
        motion = cs.Oscillator("M", mass=+1, Gamma=Gamma_M, theta=sp.pi / 4, gamma=gamma_M0, n=n_M)
        chain = (spin >> cs.Loss(epsilon, name="loss") >> motion).system()
        other = moment_equations(chain, Homodyne(angle=sp.pi / 2)).covariances
        ok = all(cs.equal(other[k], e, domains=chain.domains) for k, e in problem.equations.items())
        return Check(ok, "Gaussian closure of the stochastic master equation gives the same equations")

    found = (
        Step("solve", "Riccati equation from drift, noise and what the current sees", {},
             {f"d({i}, {j})/dt": e for (i, j), e in problem.equations.items() if i[0] == j[0] == "X"},
             from_master_equation),
        Step("substitution", "states that are symmetric under X -> P", {}, rates, consistent),
    )  # fmt: skip
    return rates, found


def _rate(key: str) -> Result:
    rates, found = symmetric_rates()
    return Result({key: rates[key]}, found, {n: cs.symbol(n) for n in ("v_S", "v_M", "C")})


@model.equation("S19.1")
def variance_of_spin() -> Result:
    return _rate("ddt(v_S)")


@model.equation("S19.2")
def variance_of_motion() -> Result:
    return _rate("ddt(v_M)")


@model.equation("S19.3")
def cross_moment() -> Result:
    return _rate("ddt(C)")


C_S, C_M, r = cs.symbol("C_S"), cs.symbol("C_M"), cs.symbol("r")
V_S, V_M, CROSS = cs.symbol("v_S"), cs.symbol("v_M"), cs.symbol("C")
SIGNS: dict[str, str | tuple[int, int]] = {"epsilon": (0, 1)}
SIGNS |= dict.fromkeys(("C_S", "C_M", "r", "gamma_S0", "n_S"), "nonnegative")


@cache
def hot_rates() -> dict[str, sp.Expr]:
    """The Riccati equation for n_M -> oo at fixed decoherence rate r gamma_S0 (n_S + 1/2), in cooperativities."""
    half = sp.Rational(1, 2)
    unit = gamma_S0 * (n_S + half)
    occupancy = {n_M: r * unit / gamma_M0 - half}
    rates = {}
    for key, e in symmetric_rates()[0].items():
        e = sp.expand(sp.expand(e.subs(occupancy)).subs(gamma_M0, 0))
        e = e.subs({Gamma_S: C_S * unit, Gamma_M: C_M * r * unit}, simultaneous=True)
        rates[key] = cs.normal_form(e / unit, domains=SIGNS)
    return rates


@cache
def hot_state() -> dict[sp.Symbol, sp.Expr]:
    """The stabilising, positive root of the hot-bath Riccati equation.

    The variance of M enters its own equation only through the gain of the filter, which is a root; then v_S and C are
    linear in v_M, and the equation of v_S is quadratic in v_M.
    """
    flow = hot_rates()
    gain = cs.symbol("gain")
    seen = sp.sqrt(C_S * (1 - epsilon)) * CROSS + 2 * sp.sqrt(C_M * r) * V_M  # what the current sees of M
    source = cs.normal_form(flow["ddt(v_M)"] + seen**2 / 2, domains=SIGNS)
    size = sp.sqrt(2 * source)
    cross = sp.solve(seen - gain, CROSS)[0]
    spin = sp.solve(_reduced(flow["ddt(C)"], cross, gain), V_S)[0]
    remaining = cs.normal_form(_reduced(flow["ddt(v_S)"], cross, gain).subs(V_S, spin), domains=SIGNS)
    quadratic = sp.Poly(remaining.as_numer_denom()[0], V_M)
    if quadratic.degree() != 2:
        raise cs.errors.DerivationError(f"expected a quadratic equation for v_M, got degree {quadratic.degree()}.")
    candidates = []
    for sign in (1, -1):
        for root in sp.roots(quadratic, V_M, multiple=True):
            value = {V_M: root, CROSS: cross.subs(V_M, root), V_S: spin.subs(V_M, root)}
            candidates.append({k: e.subs(gain, sign * size) for k, e in value.items()})
    point = {C_S: 30, C_M: 20, r: sp.Rational(4, 3), n_S: 1, epsilon: sp.Rational(1, 10), gamma_S0: 1}
    (physical,) = [c for c in candidates if _is_physical(c, point)]
    return physical


def _reduced(e: sp.Expr, cross: sp.Expr, gain: sp.Symbol) -> sp.Expr:
    return sp.expand(e.subs(CROSS, cross))


def _is_physical(state: dict[sp.Symbol, sp.Expr], point: dict[sp.Symbol, sp.Expr]) -> bool:
    """Positive variances, the uncertainty relation, and a filter that is stable around the solution."""
    v = {k: complex(e.subs(point).evalf(30)) for k, e in state.items()}
    if any(abs(x.imag) > 1e-12 for x in v.values()):
        return False
    values = {k: x.real for k, x in v.items()}
    if values[V_S] <= 0 or values[V_M] <= 0 or values[V_S] * values[V_M] <= (values[CROSS] / 2) ** 2:
        return False
    rates = [hot_rates()[k] for k in ("ddt(v_S)", "ddt(v_M)", "ddt(C)")]
    J = sp.Matrix(rates).jacobian([V_S, V_M, CROSS]).subs(point).subs(values)
    return bool((np.linalg.eigvals(np.array(J.evalf().tolist(), dtype=float)).real < 0).all())


def _hot_result() -> Result:
    state = hot_state()

    def residual() -> Check:
        """All three Riccati equations vanish at the solution, proved in the exact algebra."""
        left = [e.subs(state, simultaneous=True) for e in hot_rates().values()]
        ok = all(cs.is_zero(e, domains=SIGNS) for e in left)
        return Check(ok, "zero residual of the Riccati equation, proved")

    step = Step("solve", "stabilising root of the Riccati equation for a hot motional bath", hot_rates(),
                {str(k): e for k, e in state.items()}, residual)  # fmt: skip
    values = {"v_S": state[V_S], "v_M": state[V_M], "C": state[CROSS]}
    names = {**values, **{str(s): s for s in (C_S, C_M, r)}}
    return Result(values, (*symmetric_rates()[1], step), names)


@model.equation("S20.a")
def hot_steady_state_first_reading() -> Result:
    return _hot_result()


@model.equation("S20.b")
def hot_steady_state_second_reading() -> Result:
    return _hot_result()

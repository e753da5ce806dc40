"""Raymer et al. (2003): what two systems that are not entangled can reach, and two ensembles that go below it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import sympy as sp

import cascade_sym as cs
from cascade_sym.exact import identity_check
from cascade_sym.operators import OperatorPolynomial, as_operator, operator, quadratures
from cascade_sym.paper import Model, Result
from cascade_sym.solve import Covariance
from cascade_sym.steps import Step
from cascade_sym.symbols import complex_symbol, conj

alpha, beta, C_1, C_2, J_x1 = (cs.symbol(s) for s in ("alpha", "beta", "C_1", "C_2", "J_x1"))
Gamma, gamma, nu, n, n_1, n_2, mu_1, mu_2, eta, t = (
    cs.symbol(s) for s in ("Gamma", "gamma", "nu", "n", "n_1", "n_2", "mu_1", "mu_2", "eta", "t")
)
nu_1, nu_2 = complex_symbol("nu_1"), complex_symbol("nu_2")
model = Model(
    parameters=("alpha", "beta", "J_x1"), ranges=dict.fromkeys(("C_1", "C_2", "J_x1"), (sp.S.Zero, sp.oo)),
)  # fmt: skip
Forms = Mapping[str, OperatorPolynomial]


# -- two systems that are not entangled: each has a bath of its own ---------------------------------------------------


@cache
def apart() -> Covariance:
    """Any product of two Gaussian states of mean zero: each has a bath of occupancy n_k, squeezed by nu_k/mu_k."""
    a, b = operator("a_1"), operator("a_2")
    baths = {"1": (a * mu_1 + a.dagger() * nu_1, n_1), "2": (b * mu_2 + b.dagger() * nu_2, n_2)}
    return cs.covariance(cs.SLH("apart", baths=baths, modes=("a_1", "a_2")))


def excess(k: int) -> sp.Expr:
    """By what the state of system k exceeds 1 in Var(X) + Var(P): never negative for mu_k > |nu_k|."""
    mu_k, nu_k, n_k = ((mu_1, nu_1, n_1), (mu_2, nu_2, n_2))[k - 1]
    square = nu_k * conj(nu_k)
    return 2 * (n_k * (mu_k**2 + square) + square) / (mu_k**2 - square)


@model.function("Var")
def variance(form: OperatorPolynomial) -> sp.Expr:
    """The variance of a form in both systems, in the product state."""
    linear = as_operator(form).linear()
    weights: dict[str, sp.Expr] = {}
    for mode in ("a_1", "a_2"):
        c, d = linear[(mode, False)], linear[(mode, True)]  # c a + d a^+ = [(c + d) X + i (c - d) P]/sqrt2
        weights |= {f"X_{mode}": sp.expand((c + d) / sp.sqrt(2)), f"P_{mode}": sp.expand((c - d) * sp.I / sp.sqrt(2))}
    V = apart()
    return cs.normal_form(V.quantity("variance", V.quadratic(weights)).inline())


@model.function("mean")
def mean(O: OperatorPolynomial) -> sp.Expr:
    """The mean of what is a number in every state."""
    return as_operator(O).scalar()


def least(u: OperatorPolynomial, v: OperatorPolynomial, weights: tuple[sp.Expr, sp.Expr]) -> tuple[sp.Expr, Step]:
    """The least Var(u) + Var(v), taken where no system is excited, and the proof that all other states have more."""
    total = cs.normal_form(variance(u) + variance(v))
    bound = cs.normal_form(total.subs({n_1: 0, n_2: 0, nu_1: 0, conj(nu_1): 0, nu_2: 0, conj(nu_2): 0}))
    more = weights[0] * excess(1) + weights[1] * excess(2)
    check = identity_check({"Var(u) + Var(v)": (total, bound + more)}, "a sum of terms that are never negative")
    before = {"Var(u) + Var(v)": total}
    return bound, Step("solve", "least value over the product states", before, {"least": bound}, check)


# -- what printed names stand for -------------------------------------------------------------------------------------


def pair(first: sp.Expr, second: sp.Expr) -> Forms:
    """A_k and B_k of commutator i C_k, as X and P of mode k."""
    (X_1, P_1), (X_2, P_2) = quadratures("a_1"), quadratures("a_2")
    r_1, r_2 = sp.sqrt(first), sp.sqrt(second)
    return {"A_1": X_1 * r_1, "B_1": P_1 * r_1, "A_2": X_2 * r_2, "B_2": P_2 * r_2}


def combined(forms: Forms) -> Forms:
    return {"u": forms["A_1"] * alpha + forms["A_2"] * beta, "v": forms["B_1"] * alpha - forms["B_2"] * beta}


def spins() -> Forms:
    """Large spins along x and -x: J_y, J_z of commutator i <J_x>, so that J_z of the second counts backwards."""
    forms = pair(J_x1, J_x1)
    return {"J_y1": forms["A_1"], "J_z1": forms["B_1"], "J_y2": forms["A_2"], "J_z2": forms["B_2"] * (-1)}


@model.glossary
def names() -> Mapping[str, object]:
    (q_1, p_1), (q_2, p_2) = quadratures("a_1"), quadratures("a_2")
    forms, numbers = pair(C_1, C_2), {"C_1": C_1, "C_2": C_2}
    return {"q_1": q_1, "p_1": p_1, "q_2": q_2, "p_2": p_2, **forms, **combined(forms), **spins(), **numbers}


# -- the equations ----------------------------------------------------------------------------------------------------


@model.equation("2")
def oscillators() -> Result:
    forms = pair(sp.S.One, sp.S.One)
    bound, step = least(forms["A_1"] + forms["A_2"], forms["B_1"] - forms["B_2"], (sp.S.One, sp.S.One))
    return Result({"least(Var(q_1 + q_2) + Var(p_1 - p_2))": bound}, (step,))


@model.equation("3")
def combinations() -> Result:
    return Result(combined(pair(C_1, C_2)), (Step("input", "weighted sum and difference"),))


@model.equation("C")
def commutators() -> Result:
    forms = pair(C_1, C_2)
    both = {f"C_{k}": cs.normal_form(cs.commutator(forms[f"A_{k}"], forms[f"B_{k}"]).scalar() / sp.I) for k in (1, 2)}
    return Result(both, (Step("input", "systems of commutator i C_k"),))


@model.equation("6")
def products() -> Result:
    forms = combined(pair(C_1, C_2))
    total = cs.normal_form(variance(forms["u"]) + variance(forms["v"]))
    return Result({"Var(u) + Var(v)": total}, apart().steps)


@model.equation("7")
def bound() -> Result:
    forms = combined(pair(C_1, C_2))
    value, step = least(forms["u"], forms["v"], (alpha**2 * C_1, beta**2 * C_2))
    return Result({"least(Var(u) + Var(v))": value}, (step,))


@model.equation("8")
def equal_weights() -> Result:
    forms = pair(C_1, C_2)
    value, step = least(forms["A_1"] + forms["A_2"], forms["B_1"] - forms["B_2"], (C_1, C_2))
    return Result({"least(Var(A_1 + A_2) + Var(B_1 - B_2))": value}, (step,))


@model.equation("choice")
def of_ensembles() -> Result:
    forms = pair(J_x1, J_x1)
    return Result(dict(forms), (Step("input", "spins along x and -x"),))


@model.equation("9")
def ensembles() -> Result:
    J = spins()
    value, step = least(J["J_y1"] + J["J_y2"], J["J_z1"] + J["J_z2"], (J_x1, J_x1))
    return Result({"least(Var(J_y1 + J_y2) + Var(J_z1 + J_z2))": value}, (step,))


# -- two ensembles that light entangles -------------------------------------------------------------------------------


def ensemble(name: str, mass: int, decay: sp.Expr = sp.S.Zero) -> cs.Oscillator:
    """Beam-splitter coupling sqrt(1 + nu^2) and parametric coupling nu to the common light; a bath of rate `decay`."""
    B, P = Gamma * (1 + nu**2), Gamma * nu**2
    return cs.Oscillator(name, mass=mass, Gamma_B=B, Gamma_P=P, gamma=decay, n=n)


@model.quantity("xi", ("nu",), title="(2) over its bound for two ensembles in one beam")
def driven() -> cs.Quantity:
    shared = cs.covariance(ensemble("a_1", -1) >> ensemble("a_2", +1))
    return cs.epr_variance(shared, "a_1", "a_2", g=1).subs({Gamma: sp.S.One})  # the rate sets the time, not the state


@model.quantity("xi_bath", ("nu", "Gamma", "gamma", "n"), title="the same with a bath (rate gamma, occupancy n) each")
def with_bath() -> cs.Quantity:
    shared = cs.covariance(ensemble("a_1", -1, gamma) >> ensemble("a_2", +1, gamma))
    return cs.epr_variance(shared, "a_1", "a_2", g=1)


# -- two ensembles that a measurement entangles -----------------------------------------------------------------------


def measured_pair() -> Mapping[tuple[str, str], sp.Expr]:
    """One beam through both, balanced (no net damping), its phase quadrature measured with efficiency eta."""
    S, M = (cs.Oscillator(k, mass=s, Gamma=Gamma, theta=sp.pi / 4, gamma=0) for k, s in (("S", -1), ("M", 1)))
    return cs.moment_equations(S >> M, cs.Homodyne(angle=sp.pi / 2, efficiency=eta)).covariances


def change(equations: Mapping[tuple[str, str], sp.Expr], q: str, sign: int, combined: sp.Expr) -> sp.Expr:
    """d/dt of Var(q_S + sign q_M) as a function of that variance; X and P, uncorrelated in vacuum, stay so."""
    one, other = f"{q}_S", f"{q}_M"
    rate = equations[one, one] + equations[other, other] + 2 * sign * equations[one, other]
    known = {cs.symbol(f"var_{one}"): combined - cs.symbol(f"var_{other}") - 2 * sign * cs.symbol(f"cov_{one}_{other}")}
    crossed = {cs.symbol(f"cov_{a}_{b}"): 0 for a, b in equations if a[0] != b[0]}
    return cs.normal_form(sp.expand(rate.subs(crossed)).subs(known))


@model.quantity("xi_measured", ("Gamma", "eta", "t"), title="(2) over its bound after a measurement of length t")
def measured() -> cs.Quantity:
    """u = Var(X_S + X_M) and Var(P_S - P_M) both start at 1 and obey du/dt = -2 eta Gamma u^2."""
    u, found = cs.symbol("u_0"), 1 / (1 + 2 * eta * Gamma * t)
    equations = measured_pair()
    rates = {f"Var({q})": change(equations, q, sign, u).subs(u, found) for q, sign in (("X", 1), ("P", -1))}
    check = identity_check({name: (rate, sp.diff(found, t)) for name, rate in rates.items()}, "differentiation")
    step = Step("solve", "variances under measurement, from vacuum", {"du/dt": rates["Var(X)"]}, {"u": found}, check)
    return cs.Quantity("xi", found, steps=(step,))

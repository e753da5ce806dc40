"""(S21)-(S24) and the scalings of the main text (T1-T4): large C_S, from the exact variances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import mpmath as mp
import sympy as sp

import cascade_sym as cs
from cascade_sym.asymptotics import LowerBound, Scaling
from cascade_sym.asymptotics.infinite import at_infinity
from cascade_sym.definitions import Quantity
from cascade_sym.exact import equal, limit_at_infinity
from cascade_sym.paper import Leading, PowerLaw, Result
from cascade_sym.paper.objective import objective
from cascade_sym.steps import Check, Step, identity_check

from .model import C_M, C_S, epsilon, gamma_S0, half, model, n_M, n_S, r, theta_M, theta_S

FREE = (C_M, theta_S, theta_M)
EQUAL = (theta_S, theta_M)
HOT = {n_M: sp.oo}  # the paper's motional bath: many phonons at a fixed decoherence rate
LOSSLESS = {epsilon: sp.S.Zero, **HOT}
QND = {theta_S: sp.pi / 4, theta_M: sp.pi / 4}
FIG3: Mapping[sp.Symbol, sp.Expr] = {n_S: sp.S.One, r: sp.Rational(4, 3)}
theta, tau = cs.symbol("theta"), sp.sqrt(1 - epsilon)
DIGITS = 30


@cache
def xi() -> Quantity:
    """The exact unconditional xi_g in C_S, C_M, angles, occupancies, loss and r."""
    return objective(model, "xi_g")


@cache
def xi_qnd() -> Quantity:
    """The conditional xi_g at theta_S = theta_M = pi/4, perfect detection of P_L."""
    given = {"eta": sp.S.One, "psi": sp.S.Zero}
    return objective(model, "xi_g_conditional", given).subs(QND)


# -- what is derived, each once ---------------------------------------------------------------------------------------


@cache
def unconditional() -> Scaling:
    """Free angles, no loss."""
    return cs.scaling(xi(), large=C_S, over=FREE, at=LOSSLESS)


@cache
def dissipative() -> Scaling:
    """Equal angles (R = 0), no loss."""
    return cs.scaling(xi(), large=C_S, over=FREE, at=LOSSLESS, equal=EQUAL)


@cache
def unconditional_bound() -> LowerBound:
    """Free angles with loss."""
    return cs.lower_bound(xi(), large=C_S, over=FREE, at=HOT, small=epsilon)


@cache
def dissipative_bound() -> LowerBound:
    """Equal angles with loss."""
    return cs.lower_bound(xi(), large=C_S, over=FREE, at=HOT, equal=EQUAL, small=epsilon)


@cache
def conditional() -> Scaling:
    """Conditional state at balanced angles, no loss."""
    return cs.scaling(xi_qnd(), large=C_S, over=[C_M], at=LOSSLESS)


@cache
def conditional_bound() -> LowerBound:
    """Conditional state at balanced angles, with loss."""
    return cs.lower_bound(xi_qnd(), large=C_S, over=[C_M], at=HOT, small=epsilon)


@cache
def dissipative_form() -> Quantity:
    """xi_g at equal angles where gamma_j0 is negligible in gamma_j: occupancies to infinity at fixed decoherence."""
    unit = {theta_S: theta, theta_M: theta, gamma_S0: 1 / (n_S + half)}
    q = xi().subs(unit)
    a, b = _parts(_hot(q, q.expr))
    stable = tuple(_hot(q, d) for d in q.domain)
    return Quantity("xi_g", (b * sp.sin(2 * theta) - a) / sp.cos(2 * theta), domain=stable)


def _hot(q: Quantity, e: sp.Expr) -> sp.Expr:
    """The limit of an expression of a quantity for large occupancies."""
    target = Quantity("limit", e, q.definitions)
    for n in (n_S, n_M):
        target = at_infinity(target, n, sp.oo)
    return target.inline()


def _parts(form: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """a and b of a form (b sin 2 theta - a)/cos 2 theta, read off at two angles."""
    a = sp.factor(form.subs(theta, sp.pi / 2))
    b = sp.factor((2 * a - form.subs(theta, sp.pi / 3)) / sp.sqrt(3))
    return a, b


# -- evidence -----------------------------------------------------------------------------------------------------


def text(v: Any, digits: int = DIGITS) -> str:
    with mp.workdps(digits + 15):
        return str(mp.nstr(mp.mpf(v), digits, strip_zeros=False))


def evidence(law: Scaling, **more: Any) -> dict[str, Any]:
    """Exact prefactor, its value at the parameters of Fig. 3, the optimum and the certificate of a scaling."""
    data = law.to_json()
    used = {s: FIG3[s] for s in law.prefactor.parameters if s in FIG3}
    value = None if set(law.prefactor.parameters) - set(used) else text(law.at(used))
    out = {"exponent": data["exponent"], "prefactor_latex": data["prefactor_latex"], "prefactor_value": value}
    return {**out, "optimum": data["optimum"], "certificate": data["certificate"], **more}


def number(e: sp.Expr, values: Mapping[sp.Symbol, sp.Expr]) -> Any:
    return mp.mpf(sp.N(e.xreplace(dict(values)), DIGITS + 10))


def law(of: Scaling, note: str, left: str = "xi_g", steps: Sequence[Step] = (), **more: Any) -> Result:
    """A scaling as the derived side of an equation."""
    names = {"C_S": C_S, "C_M": C_M, "r": r}
    return Result({left: PowerLaw(of, note)}, (*of.steps, *steps), names, evidence(of, **more))


# -- (S21), (S22): equal angles ---------------------------------------------------------------------------------------


@model.equation("S21")
def dissipative_variance() -> Result:
    form = dissipative_form().expr

    def check() -> Check:
        exact = xi().subs({theta_S: theta, theta_M: theta}).inline()
        again = limit_at_infinity(limit_at_infinity(exact, n_M), n_S)
        return Check(equal(again, form), "limit of the exact xi_g for large occupancies, by another route")

    value = Leading(form, check, "gamma_j0 is neglected in gamma_j")
    step = Step("limit", "equal angles, gamma_j much larger than gamma_j0", {}, {"xi_g": form}, check)
    return Result({"xi_g": value}, (step,), {"C_S": C_S, "C_M": C_M, "r": r, "theta": theta}, outside(form))


@cache
def from_dissipative_form() -> Scaling:
    """The optimum of (S21) itself, with loss."""
    return cs.scaling(dissipative_form(), large=C_S, over=[C_M, theta])


@cache
def from_lossless_form() -> Scaling:
    """The optimum of (S21) itself, without loss."""
    return cs.scaling(dissipative_form(), large=C_S, over=[C_M, theta], at={epsilon: 0})


def outside(form: sp.Expr) -> dict[str, Any]:
    """The error of (S21) where gamma_j0 matters: along the exact optimum at equal angles, parameters of Fig. 3."""
    k = dissipative().optimum["theta_S"].coefficient
    assert k is not None
    exact = at_infinity(xi().subs({theta_S: theta, theta_M: theta, epsilon: sp.S.Zero}), n_M, sp.oo).inline()
    rows = {}
    for c in (10, 100, 1000, 10**6, 10**12):
        angle = sp.pi / 4 + sp.Float(str(k.at(FIG3, 40)), 40) / sp.sqrt(c)
        point = {**FIG3, epsilon: sp.S.Zero, C_S: sp.Integer(c), C_M: c / FIG3[r], theta: angle}
        rows[str(c)] = text(number(form, point) / number(exact, point) - 1, 6)
    return {
        "relative_error_at_exact_optimum": rows,
        "relative_error_of_optimised_prefactor": text(from_lossless_form().at(FIG3) / dissipative().at(FIG3) - 1, 10),
        "at": {s.name: str(v) for s, v in FIG3.items()},
    }


@model.equation("S22.C_M")
def dissipative_cooperativity() -> Result:
    """C_M at the optimum: from (S21) and from the exact xi_g, with and without loss."""
    found = {
        "from (S21)": from_dissipative_form(),
        "from (S21), epsilon = 0": from_lossless_form(),
        "from the exact xi_g": dissipative_bound().scaling,
        "from the exact xi_g, epsilon = 0": dissipative(),
    }
    ratios = {k: _coefficient(s, "C_M") for k, s in found.items()}
    first = ratios["from (S21)"]

    def check() -> Check:
        pairs = {
            k: (v, first.subs(epsilon, 0) if k.endswith("= 0") else first) for k, v in ratios.items()
        }
        return identity_check(pairs, "the same coefficient from (S21) and from the exact xi_g")()

    steps = (*from_dissipative_form().steps, Step("minimisation", "optimal C_M/C_S", {}, ratios, check))
    value = Leading(first * C_S, check, "the next term is of order one")
    return Result({"C_M": value}, steps, {"C_S": C_S, "r": r}, _optima(found))


def _coefficient(s: Scaling, name: str) -> sp.Expr:
    c = s.optimum[name].coefficient
    assert c is not None
    return c.expr()


def _optima(found: Mapping[str, Scaling]) -> dict[str, Any]:
    return {
        "optimum": {k: s.to_json()["optimum"] for k, s in found.items()},
        "certificate": {k: s.certificate.to_json() for k, s in found.items()},
    }


@model.equation("S22.theta")
def dissipative_angle() -> Result:
    """sin 2 theta at the optimum of (S21): limit and first departure; and what the exact xi_g has instead."""
    form = dissipative_form().expr
    m = cs.symbol("m")  # C_M = m C_S/r
    a, b = _parts(form)
    c2, s2 = sp.cos(2 * theta), sp.sin(2 * theta)
    split = (b * s2 - a) / c2
    slope = 2 * (b - a * s2) / c2**2
    pairs = {"xi_g": (form, split), "its slope": (sp.diff(split, theta), slope)}
    first = Step(
        "minimisation", "(S21) over theta", {"xi_g": split}, {"sin(2*theta)": b / a},
        identity_check(pairs, "the slope vanishes there"),
    )  # fmt: skip
    two = cs.expand((b / a).subs(C_M, m * C_S / r), large=C_S, terms=2)
    limit = two.terms[0][0]
    # stationary there, so that the next order of C_M changes the angle in second order only
    still = identity_check({"slope": (sp.diff(limit, m).subs(m, tau), sp.S.Zero)}, "the limit is stationary in C_M")
    value = sp.factor(limit.subs(m, tau)) * (1 + sp.factor((two.terms[1][0] / limit).subs(m, tau)) / C_S)
    last = Step("expansion", "large C_S, at C_M = tau C_S/r", {}, {"sin(2*theta)": value}, still)
    names = {"C_S": C_S, "r": r, "theta": theta}
    result = {"sin(2*theta)": Leading(value, still, "second order in 1/C_S")}
    return Result(result, (first, last), names, _exact_angle(value))


def _exact_angle(value: sp.Expr) -> dict[str, Any]:
    """The same coefficient of 1/C_S from the exact xi_g, with gamma_j0, at the parameters of Fig. 3."""
    out = {}
    for loss in (sp.S.Zero, sp.Rational(1, 10)):
        here = {**FIG3, epsilon: loss}
        best = dissipative() if loss == 0 else dissipative_bound().scaling
        t = best.optimum["theta_S"]
        assert t.coefficient is not None
        with mp.workdps(DIGITS):
            k = t.coefficient.at(here)
            end = t.limit_at(here)
            # sin(2 theta) from theta = pi/4 + k/sqrt(C_S), else from theta = end + k/C_S
            limit, departure = mp.sin(2 * end), -2 * k**2 if loss == 0 else 2 * k * mp.cos(2 * end)
        inverse = cs.symbol("x")
        slope = sp.diff(value.subs(C_S, 1 / inverse), inverse)
        out[f"epsilon = {loss}"] = {
            "limit": text(number(value.subs(C_S, sp.oo), here), 12),
            "limit_from_exact_xi_g": text(limit, 12),
            "coefficient": text(number(slope, here), 12),
            "coefficient_from_exact_xi_g": text(departure, 12),
        }
    return {"sin_2theta": out, "at": {s.name: str(v) for s, v in FIG3.items()}}


# -- (S23), (S24), T1-T4 ----------------------------------------------------------------------------------------------


@model.equation("S23")
def dissipative_scaling() -> Result:
    return law(dissipative(), "gamma_j0 is kept: it enters at the leading order")


@model.equation("T2")
def dissipative_scaling_in_the_text() -> Result:
    """With what free angles gain over equal ones, the improvement that the paper puts at up to a factor of 2."""
    return law(dissipative(), "gamma_j0 is kept: it enters at the leading order", improvement=improvement())


@cache
def improvement() -> dict[str, Any]:
    """xi_g at equal angles over xi_g at free angles, both optimised, for large C_S: without and with loss."""
    ratio = {}
    for n in (0, 1, 10, 10**3, 10**6):
        point = {n_S: sp.Integer(n), r: FIG3[r]}
        ratio[f"n_S = {n}"] = text(dissipative().at(point) / unconditional().at(point), 10)
    without, free = dissipative().prefactor, unconditional().prefactor
    hot = {n_S: sp.Integer(10) ** 18, r: FIG3[r]}
    lossy = dissipative_bound().value.expr() / unconditional_bound().value.expr()
    near = cs.expand(lossy, large=epsilon, limit=0, terms=2)
    return {
        "definition": "optimised xi_g with theta_S = theta_M over optimised xi_g with free angles",
        "without_loss": ratio,
        "without_loss_limit_n_S": text(without.at(hot) / free.at(hot), 15),
        "with_loss": str(near.expr()) + " + ... for small epsilon",
        "with_loss_at_epsilon_1/10": text(number(lossy, {epsilon: sp.Rational(1, 10)}), 10),
    }


@model.equation("T1")
def unconditional_scaling() -> Result:
    return law(unconditional(), "from the unconditional xi_g itself, at free angles")


def bound(of: LowerBound, value: sp.Expr, note: str) -> Result:
    """A loss bound as the derived side of an equation."""
    names = {"C_S": C_S, "C_M": C_M, "r": r}
    assert of.series is not None
    more = {"bound_latex": of.value.latex(), "series": of.series.latex(), "note": note}
    return Result({"xi_g": value}, of.scaling.steps, names, evidence(of.scaling, **more))


@model.equation("T3")
def unconditional_loss_bound() -> Result:
    return bound(unconditional_bound(), unconditional_bound().value.expr(), "exact at every loss")


@model.equation("S24.loss")
def conditional_loss_bound() -> Result:
    return bound(conditional_bound(), conditional_bound().value.expr(), "exact at every loss, not only small ones")


@model.equation("S23.loss")
def dissipative_loss_bound() -> Result:
    """The bound exactly, and its series."""
    found = dissipative_bound()
    two = cs.expand(found.value.expr(), large=epsilon, limit=0, terms=2).expr()

    def check() -> Check:
        # sqrt(1 - q^2) is the minimum over theta of (1 - q sin 2 theta)/(-cos 2 theta), the limit of (S21)
        q = 4 * tau**2 / (1 + tau) ** 2
        return Check(equal(found.value.expr() ** 2, 1 - q**2), "equals sqrt(1 - q^2), q = 4 tau^2/(1 + tau)^2")

    result = bound(found, found.value.expr(), "closed form sqrt(1 - q^2) with q = 4 tau^2/(1 + tau)^2")
    step = Step("expansion", "small loss", {}, {"xi_g": two}, check)
    value = Leading(two, check, "terms beyond epsilon^(3/2)")
    return Result({"xi_g": value}, (*result.steps, step), result.names, result.evidence)


@model.equation("S24")
def conditional_scaling() -> Result:
    return law(conditional(), "conditional state at theta_S = theta_M = pi/4")


@model.equation("S24.C_M")
def conditional_cooperativity() -> Result:
    """C_M at the optimum of the conditional state."""
    found = {"epsilon > 0": conditional_bound().scaling, "epsilon = 0": conditional()}
    ratio = {k: _coefficient(s, "C_M") for k, s in found.items()}
    lossy, lossless = ratio["epsilon > 0"], ratio["epsilon = 0"]
    check = identity_check({"epsilon = 0": (lossy.subs(epsilon, 0), lossless)}, "goes over into the lossless one")
    step = Step("minimisation", "optimal C_M/C_S", {}, {"C_M": lossy * C_S}, check)
    value = Leading(lossy * C_S, check, "the next term is of order one")
    steps = (*conditional_bound().scaling.steps, step)
    return Result({"C_M": value}, steps, {"C_S": C_S, "r": r}, _optima(found))


@model.equation("T4")
def ideal_cancellation() -> Result:
    """What S contributes to the EPR variance through its own fluctuations, when M follows adiabatically."""
    q = xi()
    own, cross, R, fast, slow, g = (cs.symbol(n) for n in "var_X_S cov_X_S_X_M R_M_S gamma_M gamma_S g".split())
    kept = {own, R, fast, slow, g}
    opened = {s: e for s, e in q.definitions if s not in kept}
    total = q.expr.xreplace({cs.symbol("var_X_M"): opened[cs.symbol("var_X_M")]}).xreplace({cross: opened[cross]})
    weight = sp.diff(total, own) * (1 + g**2) / 2  # of var_X_S in the EPR variance, one without M
    adiabatic = sp.factor(weight.subs(slow, 0))
    x = cs.symbol("x")
    (root,) = sp.roots(adiabatic.subs(R, x * fast / 2), x)
    ideal = root.subs(g, _weight_at_optimum())
    square = (1 + 2 * g * R / fast) ** 2
    check = identity_check({"weight of var_X_S": (weight.subs(slow, 0), square)}, "a double zero at 2 R/gamma_M = -1/g")
    step = Step(
        "limit", "gamma_S/gamma_M to zero: weight of var_X_S", {"weight": weight}, {"weight": adiabatic}, check
    )  # fmt: skip
    value = Leading(ideal, check, "gamma_S/gamma_M, and g to 1 as at the optimum of (T1)")
    names = {"R": R, "gamma_M": fast}
    return Result({"2*R/gamma_M": value}, (*q.steps, step), names, _at_optimum())


def _weight_at_optimum() -> sp.Expr:
    """g at the leading order of the optimum of (T1)."""
    g = objective(model, "g").subs({C_M: _coefficient(unconditional(), "C_M") * C_S, epsilon: sp.S.Zero, **QND})
    return sp.simplify(at_infinity(Quantity("g", g.inline()), n_M, sp.oo).expr.subs(gamma_S0, 1).subs(n_S, 0))


def _at_optimum() -> dict[str, Any]:
    """Where the optimum of (T1) is: k_j of theta_j = pi/4 + k_j/sqrt(C_S), and what follows for the rates."""
    k_S, k_M = (unconditional().optimum[a].coefficient for a in ("theta_S", "theta_M"))
    assert k_S is not None and k_M is not None
    ratio = {}
    for n in (0, 1, 10, 1000):
        point = {n_S: sp.Integer(n), r: FIG3[r]}
        ratio[f"n_S = {n}"] = k_S.at(point) / k_M.at(point)
    return {
        "2R_over_gamma_M_at_optimum": {k: text(v - 1, 10) for k, v in ratio.items()},
        "gamma_S_over_gamma_M_at_optimum": {k: text(v, 10) for k, v in ratio.items()},
        "note": "for large C_S, epsilon = 0 and r = 4/3: 2R/gamma_M = -(1 - k_S/k_M), gamma_S/gamma_M = k_S/k_M",
    }

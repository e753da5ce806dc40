"""The parts of the experiment and the names of the paper's symbols."""

from __future__ import annotations

from functools import cache

import sympy as sp

import cascade_sym as cs
from cascade_sym.operators import OperatorPolynomial, as_operator, operator, quadratures
from cascade_sym.paper import Model
from cascade_sym.solve import Covariance
from cascade_sym.system import LinearSystem

half = sp.Rational(1, 2)
S, M = "a_S", "a_M"  # the oscillators: negative mass (spin), positive mass (motion)
(
    Gamma_S, Gamma_M, theta_S, theta_M, gamma_S0, gamma_M0, n_S, n_M, epsilon, omega, omega_S, omega_M,
    theta_p, theta_m, phi, kappa, Delta, Omega, Omega_M, Omegat_M, g_0, g_om, beta_in, g_SB, g_SP, t, tp, z,
) = (
    cs.symbol(n) for n in (
        "Gamma_S Gamma_M theta_S theta_M gamma_S0 gamma_M0 n_S n_M epsilon omega omega_S omega_M theta_p "
        "theta_m phi kappa Delta Omega Omega_M Omegat_M g_0 g_om beta_in g_SB g_SP t tp z"
    ).split()
)  # fmt: skip
Gamma_SB, Gamma_SP, Gamma_MB, Gamma_MP = (cs.symbol(f"Gamma_{j}{k}") for j in "SM" for k in "BP")
C_S, C_M, r = cs.symbol("C_S"), cs.symbol("C_M"), cs.symbol("r")

model = Model(
    parameters=(
        "Gamma_S Gamma_M theta_S theta_M gamma_S0 gamma_M0 n_S n_M epsilon omega_S omega_M m_S m_M t_S t_M t "
        "tp z L theta_p theta_m phi thetap kappa Delta Omega Omega_M Omegat_M g_0 g_om beta_in omega_c "
        "omega_L g_SB g_SP Gamma_SB Gamma_SP Gamma_MB Gamma_MP A_0 f G_t S_t f_addt gamma_sig Sig N G"
    ).split(),
    base={
        Gamma_SB: Gamma_S * sp.sin(theta_S) ** 2, Gamma_SP: Gamma_S * sp.cos(theta_S) ** 2,
        Gamma_MB: Gamma_M * sp.sin(theta_M) ** 2, Gamma_MP: Gamma_M * sp.cos(theta_M) ** 2,
        g_SB: sp.sqrt(Gamma_S) * sp.sin(theta_S), g_SP: sp.sqrt(Gamma_S) * sp.cos(theta_S),
    },
    abbreviations=(
        (Gamma_S, Gamma_SB + Gamma_SP), (Gamma_M, Gamma_MB + Gamma_MP),
        (cs.symbol("gammat_S0"), gamma_S0 * (n_S + half)), (cs.symbol("gammat_M0"), gamma_M0 * (n_M + half)),
    ),
    ranges={
        **dict.fromkeys(
            "Gamma_S Gamma_M gamma_S0 gamma_M0 n_S n_M C_S C_M r beta_in kappa omega_S omega_M Omega_M Omegat_M g_0 "
            "g_om omega_c omega_L t tp L gamma_sig".split(),
            (sp.S.Zero, sp.oo),
        ),
        "epsilon": (sp.S.Zero, sp.S.One), "eta": (sp.S.Zero, sp.S.One), "psi": (-sp.oo, sp.oo),
        "delta": (-sp.oo, sp.oo), "theta_S": (sp.S.Zero, sp.pi / 2), "theta_M": (sp.S.Zero, sp.pi / 2),
    },
    units={
        **dict.fromkeys("gamma_S0 gamma_M0 gamma_S gamma_M R delta gamma_sig".split(), "rad s-1"),
        **dict.fromkeys("h_1 h_2 h_4".split(), "rad2 s-2"), "h_3": "rad4 s-4",
        **dict.fromkeys("theta_S theta_M psi".split(), "rad"),
    },
    # gammat_M0 = r gammat_S0 is what stays fixed when a bath gets hot
    asymptotic={gamma_M0: r * gamma_S0 * (n_S + half) / (n_M + half)},
)  # fmt: skip


@cache
def spin() -> cs.Oscillator:
    """The negative-mass oscillator S."""
    return cs.Oscillator(S, mass=-1, Gamma_B=Gamma_SB, Gamma_P=Gamma_SP, gamma=gamma_S0, n=n_S)


@cache
def motion() -> cs.Oscillator:
    """The positive-mass oscillator M."""
    return cs.Oscillator(M, mass=+1, Gamma_B=Gamma_MB, Gamma_P=Gamma_MP, gamma=gamma_M0, n=n_M)


FIELDS = {
    f"{S}.in+": "b_p", f"{S}.in-": "b_m", "loss.vacuum+": "bv_p", "loss.vacuum-": "bv_m",
    f"{S}.bath": "a_S_in", f"{M}.bath": "a_M_in",
}  # fmt: skip


@model.network("cascade")
@cache
def cascade() -> LinearSystem:
    """S, then loss epsilon, then M; fields under the paper's names."""
    return (spin() >> cs.Loss(epsilon, name="loss") >> motion()).system().renamed(FIELDS)


@cache
def steady_state() -> Covariance:
    """The covariance matrix of the cascade, in rates."""
    return cs.covariance(cascade())


def drift_rate(system: LinearSystem, mode: str) -> sp.Expr:
    """gamma of a mode: da/dt = -gamma/2 a + ..."""
    return -2 * system.equation(mode).terms[(mode, False)]


def noise_force(system: LinearSystem, mode: str) -> OperatorPolynomial:
    """The part of da/dt that is made of input fields."""
    form = system.equation(mode)
    return as_operator(type(form)({o: c for o, c in form if o.name in system.inputs}))


def light_force(system: LinearSystem, mode: str) -> OperatorPolynomial:
    """The part of the force that is made of light."""
    return noise_force(system, mode).filtered(lambda m: not m[0].name.endswith("_in"))


@cache
def coupling() -> sp.Expr:
    """R: the rate at which S drives M, without loss."""
    lossless = cascade().subs({epsilon: sp.S.Zero})
    return lossless.equation(M).terms[(S, True)]


@cache
def readout_weight() -> sp.Expr:
    """g: the weight of X_M in the EPR variable that the output light carries."""
    return cs.readout_weight(cascade(), S, M)


def variance(form: object) -> sp.Expr:
    """Steady-state variance of a Hermitian form in the two oscillators."""
    linear = as_operator(form).linear()
    weights: dict[str, sp.Expr] = {}
    for m in (S, M):
        c, c_dag = linear[(m, False)], linear[(m, True)]
        weights[f"X_{m}"], weights[f"P_{m}"] = (c + c_dag) / sp.sqrt(2), (c - c_dag) * sp.I / sp.sqrt(2)
    V = steady_state()
    return V.quantity("variance", V.quadratic({k: sp.expand(w) for k, w in weights.items()})).inline()


def operators(*names: str) -> dict[str, OperatorPolynomial]:
    """Operators under their own names."""
    return {n: operator(n) for n in names}


@model.glossary
def names() -> dict[str, object]:
    """What the paper's names stand for, unless an equation says otherwise."""
    V, system = steady_state(), cascade()
    table: dict[str, object] = operators(
        "a_S", "a_M", "a_S_in", "a_M_in", "b_p", "b_m", "bv_p", "bv_m", "bvv_p", "bvv_m", "ap_M", "ap_M_in",
        "b_pM_in", "b_mM_in", "b_c", "a_Mo", "H_diss",
    )  # fmt: skip
    for j, mode in (("S", S), ("M", M)):
        table[f"X_{j}"], table[f"P_{j}"] = quadratures(mode)
        table[f"gamma_{j}"] = drift_rate(system, mode)
        table[f"f_{j}"] = noise_force(system, mode)
        table[f"f_{j}ba"] = light_force(system, mode)
    table |= {
        "gammat_S0": spin().decoherence_rate, "gammat_M0": motion().decoherence_rate,
        "thetap_S": theta_S - sp.pi / 4, "thetap_M": theta_M - sp.pi / 4,
        "R": coupling(), "g": readout_weight(),
        "var_X_S": V["X_a_S", "X_a_S"], "var_X_M": V["X_a_M", "X_a_M"], "sym_X_S_X_M": symmetric_cross_moment(),
    }  # fmt: skip
    return table


def symmetric_cross_moment() -> cs.Quantity:
    """<X_S, X_M> as the paper defines it: twice the covariance."""
    V = steady_state()
    return V.quantity("sym_X_S_X_M", 2 * V.element("X_a_S", "X_a_M"))


def at(name: str):
    """A function of printed formulas that gives the operator `name` at its argument."""

    def field(argument: sp.Expr) -> OperatorPolynomial:
        return operator(f"{name}({sp.sstr(argument)})")

    return field


for _name in "b b_p b_m a_S a_M a_Mo a b_in b_M_in a_S_in a_M_in f_S f_M".split():
    model.function(_name)(at(_name))
model.function("Var")(variance)


@model.function("sgn")
def sign_of_mass(mass: sp.Expr) -> int:
    """The sign of an oscillator's mass."""
    return {cs.symbol("m_S"): spin().mass, cs.symbol("m_M"): motion().mass}[mass]


@model.function("X_L")
def amplitude_quadrature(time: sp.Expr) -> OperatorPolynomial:
    """X_L = (b_+ + b_-^+)/sqrt2."""
    return (at("b_p")(time) + at("b_m")(time).dagger()) / sp.sqrt(2)


@model.function("P_L")
def phase_quadrature(time: sp.Expr) -> OperatorPolynomial:
    """P_L = (b_+ - b_-^+)/(sqrt2 i)."""
    return (at("b_p")(time) - at("b_m")(time).dagger()) / (sp.sqrt(2) * sp.I)


@model.function("Q")
def rotated_quadrature(angle: sp.Expr, time: sp.Expr) -> OperatorPolynomial:
    """Q_angle = cos(angle) X_L + i sin(angle) P_L."""
    return sp.cos(angle) * amplitude_quadrature(time) + sp.I * sp.sin(angle) * phase_quadrature(time)

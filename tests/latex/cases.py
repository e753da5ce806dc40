"""Values of every kind that the room typesets, shared by its tests."""

from __future__ import annotations

import sympy as sp

from cascade_sym.definitions import Definitions
from cascade_sym.derive.master_equation import master_equation
from cascade_sym.derive.master_equation_moments import moment_equations
from cascade_sym.exact import identity_check
from cascade_sym.latex.notation import Notation
from cascade_sym.operators import LinearForm, OperatorPolynomial, commutator, dissipator, op, operator, quadratures
from cascade_sym.parts import Cavity, Loss, Oscillator, PhaseShift, Squeezer
from cascade_sym.parts.detectors import Homodyne
from cascade_sym.solve import covariance
from cascade_sym.solve.conditional import riccati
from cascade_sym.steps import Derivation, Step

S = sp.Symbol
half = sp.Rational(1, 2)
x, y, z, t = sp.symbols("x y z t")
Gamma_SB, Gamma_SP, Gamma_MB, Gamma_MP = sp.symbols("Gamma_SB Gamma_SP Gamma_MB Gamma_MP")
gamma_S0, gamma_M0, n_S, n_M, epsilon = sp.symbols("gamma_S0 gamma_M0 n_S n_M epsilon")
theta_S, theta_M, phi = sp.symbols("theta_S theta_M phi")

ABBREVIATIONS = (
    (S("gt_S"), gamma_S0 * (n_S + half)),
    (S("gt_M"), gamma_M0 * (n_M + half)),
    (S("Gamma_S"), Gamma_SB + Gamma_SP),
    (S("Gamma_M"), Gamma_MB + Gamma_MP),
    (S("gamma_S"), gamma_S0 + Gamma_SB - Gamma_SP),
    (S("gamma_M"), gamma_M0 + Gamma_MB - Gamma_MP),
    (S("R"), sp.sqrt(Gamma_SB) * sp.sqrt(Gamma_MP) - sp.sqrt(Gamma_MB) * sp.sqrt(Gamma_SP)),
)
PAPER = Notation(
    {"gt_S": r"\tilde\gamma_{S,0}", "gt_M": r"\tilde\gamma_{M,0}", "n_S": r"\bar n_S", "n_M": r"\bar n_M"},
    {"S": r"\hat a_{\mathrm S}", "M": r"\hat a_{\mathrm M}", "S.in+": r"\hat b_{+,\mathrm{in}}"},
    ABBREVIATIONS,
)


def pair() -> object:
    """Two oscillators of opposite mass with loss between them."""
    return Oscillator("S", mass=-1) >> Loss(epsilon) >> Oscillator("M")


def polar_pair() -> object:
    """The same in cooperativities and angles."""
    return Oscillator("S", mass=-1, cooperativity=S("C_S")) >> Loss(epsilon) >> Oscillator("M", cooperativity=S("C_M"))


def turned_pair() -> object:
    """With a phase between them: complex couplings."""
    return Oscillator("S", mass=-1) >> PhaseShift() >> Oscillator("M")


def derivation() -> Derivation:
    """Three steps of different kinds."""
    a = operator("a")
    H = a.dagger() * a * S("omega")
    return Derivation(
        "rotation of a mode, 100% exact & γ_S ≥ 0",
        (
            Step("input", "take H_0 of the mode", after={"H_0": H}),
            Step("commutator", "Heisenberg's equation", {"H_0": H}, {"da/dt": commutator(a, H).linear()}),
            Step(
                "solve",
                "integrate",
                after={"phase": -S("omega") * t},
                note="for t > 0",
                check=identity_check({"phase": (-S("omega") * t, -t * S("omega"))}, "product rule"),
            ),
        ),
    )


EXPRESSIONS = (
    x / y,
    sp.sin(4) * sp.sin(2 * x),
    -(x + y) / (2 * z),
    gamma_S0 * (n_S + half),
    sp.sqrt(2) / 2,
    sp.sqrt(2) * sp.sqrt(x) / 4,
    x**2 + x + 1,
    1 + x**2,
    1 - epsilon,
    sp.sqrt(1 - epsilon) * x,
    x ** sp.Rational(3, 2),
    x ** sp.Rational(1, 3),
    x**y,
    3 * 2**x * y,
    sp.exp(-sp.I * phi) * sp.sqrt(x),
    sp.exp(-x * (y - z) / 2),
    sp.sin(2 * theta_S) ** 2 * x,
    x * sp.cos(theta_S - theta_M),
    sp.sin(x) * (y + z),
    sp.tan(2 * x) * 4 / (y + 1),
    sp.cos(x) / sp.cos(y),
    sp.sqrt(x / (y * (1 - epsilon))),
    1 / (1 + 1 / x),
    (x + sp.I * y) / (x - sp.I * y),
    -x - y,
    x - y,
    sp.pi * x / 4,
    sp.Rational(-3, 4) * x,
    sp.Float("2.5") * x,
    sp.log(x) * y,
    sp.Abs(x - y) * z,
    sp.atan(-2 * x / y),
    S("var_X_S") ** 2 * x,
    S("var_X_S") * S("cov_X_S_X_M") / x,
    (x + y) ** 2 / (x - y),
    1 / sp.sqrt(x + y),
    sp.sqrt(x * y) * sp.sqrt(z),
    x * (y - z) * (z + t),
    sp.S.Zero,
    sp.S.One,
    -sp.I * x,
    sp.I / 2,
    (sp.sqrt(Gamma_SB) - sp.sqrt(Gamma_SP)) / sp.sqrt(2),
    x / (2 * (y + half)),
    -sp.sqrt(x * y) * sp.sin(theta_M - theta_S),
    (x**2 + y) ** sp.Rational(5, 2),
    sp.sqrt(x) ** 3 / sp.sqrt(y) ** 5,
    sp.Symbol("x_1") + sp.Symbol("x_2") * sp.Symbol("x_10"),
    sp.exp(x) * sp.exp(-y / 3),
    x * sp.exp(sp.I * (theta_S + phi)),
)


def values() -> dict[str, object]:
    """One value of every kind."""
    V, W = covariance(pair()), covariance(turned_pair())
    X, P = quadratures("S")
    return {
        "expression": x / y,
        "number": 3,
        "float": 0.25,
        "truth": True,
        "text": "100% of {x} & γ_S_0 #1 ~ ^ \\ $",
        "none": None,
        "pair": (x, y + 1),
        "matrix": sp.Matrix([[x, y / 2], [0, 1]]),
        "relation": sp.Lt(x, y + 1),
        "equation": sp.Eq(x, y / 2),
        "operator": op("S").terms and operator("S"),
        "form": op("S", x) + op("M", y, dag=True),
        "polynomial": X * X + P * P,
        "zero": LinearForm(),
        "nothing": OperatorPolynomial(),
        "quantity": V["X_M", "X_M"],
        "definitions": V.definitions,
        "empty definitions": Definitions(),
        "system": pair().system(),
        "part": Cavity("c"),
        "covariance": V,
        "complex covariance": W,
        "squeezers": Cavity("c", detuning=S("Delta")) >> Squeezer("q"),
        "two modes": Squeezer("q", two_mode=True),
        "feedback names": covariance(Cavity("c") >> Squeezer("q")),
        "derivation": derivation(),
        "step": derivation().steps[1],
        "table": {"x": y, "z": V["X_S", "X_S"]},
        "cases": sp.Piecewise((x, x > 0), (y, True)),
        "integral": sp.Integral(x, (x, 0, y)),
        "infinity": -sp.oo,
        "function": sp.Function("f")(x, y),
        "conjugate": sp.conjugate(sp.Symbol("K", complex=True)) ** 2,
        "max": sp.Max(x, y),
        "superoperator": dissipator(operator("S")) * x,
        "master equation": master_equation(pair()),
        "moments": moment_equations(Cavity("a", kappa=x), Homodyne(angle=0)),
        "riccati": riccati(Cavity("a", kappa=x), Homodyne(angle=0)),
        "hostile name": sp.Symbol("a#b_{c}%") + sp.Symbol("\\input{x}"),
        "unicode name": sp.Symbol("γ") * x,
    }

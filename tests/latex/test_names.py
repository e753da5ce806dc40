"""Names, notation, and what LaTeX from outside may hold."""

from __future__ import annotations

import pytest
import sympy as sp

from cascade_sym.errors import DuplicateName, FormulaError, UnknownName
from cascade_sym.formula.lettering import with_accent
from cascade_sym.latex.newcommands import macros
from cascade_sym.latex.notation import Notation, dagger, operator_latex_name, symbol_latex
from cascade_sym.latex.text import text_latex
from cascade_sym.operators import Op

x, y = sp.symbols("x y")


@pytest.mark.parametrize(
    ("name", "latex"),
    [
        ("Gamma_SB", r"\Gamma_{SB}"),
        ("gamma_S0", r"\gamma_{S0}"),
        ("R_M_S", "R_{M,S}"),
        ("gamma_a_S", r"\gamma_{S}"),
        ("R_a_M_a_S", "R_{M,S}"),
        ("R_a_q", "R_{a,q}"),
        ("var_X_S", r"\Delta^{2}\hat{X}_{S}"),
        ("mean_P_M", r"\langle \hat{P}_{M}\rangle"),
        ("cov_X_a_S_P_a_M", r"\operatorname{cov}(\hat{X}_{S},\hat{P}_{M})"),
        ("cov_X_a_X_q", r"\operatorname{cov}(\hat{X}_{a},\hat{X}_{q})"),
        ("var_X_q+", r"\Delta^{2}\hat{X}_{q,+}"),
        ("A_X_c_P_c", "A_{X_{c},P_{c}}"),
        ("d_X_a_X_a_2", "d_{X_{a},X_{a}}^{(2)}"),
        ("R_X_a_1_P_a_2", "R_{X_{1},P_{2}}"),
        ("gamma_X_q", r"\gamma_{X_{q}}"),
        ("x", "x"),
    ],
)
def test_parameters_and_moments_without_an_entry(name: str, latex: str) -> None:
    assert symbol_latex(name) == latex


@pytest.mark.parametrize(
    ("name", "latex"),
    [
        ("S", r"\hat{a}_{S}"),
        ("c", r"\hat{c}"),
        ("b_c", r"\hat{b}_{c}"),
        ("cavity", r"\hat{a}_{\mathrm{cavity}}"),
        ("X_S", r"\hat{X}_{S}"),
        ("S.in+", r"\hat{b}_{+,\mathrm{in}}^{(S)}"),
        ("S.bath", r"\hat{a}_{S,\mathrm{in}}"),
        ("S.bath_out", r"\hat{a}_{S,\mathrm{out}}"),
        ("loss1.vacuum-", r"\hat{v}_{-}^{(\mathrm{loss1})}"),
        ("c.in_left", r"\hat{b}_{\mathrm{left},\mathrm{in}}^{(c)}"),
        ("a(-Omega)", r"\hat{a}(-\Omega)"),
        ("q+", r"\hat{q}_{+}"),
        ("b'", r"\hat{b}'"),
    ],
)
def test_operators_without_an_entry(name: str, latex: str) -> None:
    assert operator_latex_name(name) == latex


def test_declared_names_come_first_and_hats_can_be_left_out() -> None:
    n = Notation({"var_X_S": "V_S"}, {"S": r"\hat a_{\mathrm S}"}, hats=False)
    assert n.name("var_X_S") == n.name("var_X_a_S") == "V_S"
    assert n.name("var_X_M") == r"\Delta^{2}X_{M}"
    assert n.operator(Op("S", True)) == r"\hat a_{\mathrm S}^{\dagger}"
    assert n.operator(Op("M")) == "a_{M}"


def test_adjoints_and_derivatives() -> None:
    assert dagger(r"\hat b'_{+}") == r"\hat b_{+}'^{\dagger}"
    assert dagger(r"X^{\cos}") == r"X^{\cos\,\dagger}"
    assert with_accent(r"\hat a_{S}", r"\dot") == r"\dot{\hat a}_{S}"


@pytest.mark.parametrize(
    "bad",
    ["", "a_{b", "}{", r"\input{/etc/passwd}", r"\csname x\endcsname", r"\write18{ls}", "^^5cinput", r"\def\x{}", 3],
)
def test_latex_that_is_not_mathematics_is_refused(bad: object) -> None:
    with pytest.raises(FormulaError):
        Notation({"x": bad})  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("pairs", "error"),
    [
        (((x, y), (x, y)), DuplicateName),
        (((x, y), (y, sp.S.One)), UnknownName),
        (((x + 1, y),), FormulaError),
        (("xyz",), FormulaError),
    ],
)
def test_malformed_abbreviations_are_refused(pairs: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        Notation(abbreviations=pairs)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("γ_S ≥ 0 & n̄ = 5%", r"$\gamma_{S}$ $\ge$ 0 $\&$ $\bar{n}$ = 5$\%$"),
        ("2*omega", r"2$\cdot\omega$"),
        ("b_- and b_+", "$b_{-}$ and $b_{+}$"),
        ("my_file_name", r"my$\_$file$\_$name"),
        ("keep $x_1$ as is", "keep $x_1$ as is"),
        ("costs $5", r"costs $\$$5"),
        ("日本", "??"),
    ],
)
def test_text_is_made_safe(text: str, latex: str) -> None:
    assert text_latex(text) == latex


def test_commands_in_text_are_refused() -> None:
    with pytest.raises(FormulaError):
        text_latex(r"see $\input{x}$")


def test_macros_have_names_of_their_own() -> None:
    n = Notation({"x_1": "x_1", "gamma": r"\gamma"}, {"b+": r"\hat b_+"})
    assert macros(n).splitlines() == [
        r"\newcommand{\symxOne}{x_1}",
        r"\newcommand{\symgamma}{\gamma}",
        r"\newcommand{\symbPlus}{\hat b_+}",
    ]
    assert macros(Notation({"x_1": "a", "x1": "b"})).count("newcommand") == 2
    with pytest.raises(DuplicateName):
        macros(Notation({"x_1": "a", "x1": "b", "xSub1": "c"}))

"""Typesetting as written. The expected strings were read by eye against the printed page."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cascade_sym.errors import FormulaError
from cascade_sym.formula import Add, Marked, Name, Number, name_latex, parse, parse_relation, to_latex
from tests.counts import examples

CASES = [
    ("b + a", "b + a"),
    ("-a - b", "-a - b"),
    ("a - (b - c)", "a - (b - c)"),
    ("a - b*c", "a - bc"),
    ("(a + b)*c", "(a + b)c"),
    ("R*(a + b)", r"R\,(a + b)"),
    ("2*(a + b)", "2(a + b)"),
    ("I*(a + b)", "i(a + b)"),
    ("2*3", r"2\cdot 3"),
    ("a*2", r"a\cdot 2"),
    ("2*(1/2)", r"2\cdot\frac{1}{2}"),
    ("1/2*x", r"\frac{1}{2}x"),
    ("x/2", r"\frac{x}{2}"),
    ("x//2", "x/2"),
    ("(a + b)//(2*c)", "(a + b)/(2c)"),
    ("(a//b)*c", "(a/b)c"),
    ("-a//b + c", "-a/b + c"),
    ("x^2", "x^{2}"),
    ("x^2^y", "x^{2^{y}}"),
    ("(x^2)^y", "(x^{2})^{y}"),
    ("(-x)^2", "(-x)^{2}"),
    ("-x^2", "-x^{2}"),
    ("(1/2)^n", r"\left(\frac{1}{2}\right)^{n}"),
    ("x^(1/2)", "x^{1/2}"),
    ("(2*pi)^(-1/2)", r"(2\pi)^{-1/2}"),
    ("theta_M'^2", r"\theta_{M}'^{2}"),
    ("Gamma_SB*theta", r"\Gamma_{SB}\theta"),
    ("alpha*b", r"\alpha b"),
    ("sqrt(a/b)", r"\sqrt{\frac{a}{b}}"),
    ("sqrt(a)^2", r"\sqrt{a}^{2}"),
    ("root(a, 3)", r"\sqrt[3]{a}"),
    ("sin(x)^2", r"\sin^{2}x"),
    ("sin(x)*y", r"\sin(x)y"),
    ("y*sin(x)", r"y\sin x"),
    ("sin(x)*cos(y)", r"\sin x\cos y"),
    ("cos(2*theta)", r"\cos2\theta"),
    ("sin(theta_M + theta_S)", r"\sin(\theta_{M} + \theta_{S})"),
    ("sin(x)^-1", r"(\sin x)^{-1}"),
    ("cos(x)//cos(y)", r"\cos x/\cos y"),
    ("sin(x)//2", r"\sin(x)/2"),
    ("exp(-I*phi)", r"e^{-i\phi}"),
    ("exp(-(t - t')*gamma_S/2)", r"e^{-(t - t')\gamma_{S}/2}"),
    ("exp(x)^2", "(e^{x})^{2}"),
    ("arctan(x/y)", r"\arctan\left(\frac{x}{y}\right)"),
    ("abs(x)^2", r"\lvert x\rvert^{2}"),
    ("Re(L(x))", r"\operatorname{Re}[L(x)]"),
    ("conj(L(-x))", "L^{*}(-x)"),
    ("conj(a*b)", "(ab)^{*}"),
    ("dag(a_S)", r"a_{S}^{\dagger}"),
    ("dag(a_S')", r"a_{S}'^{\dagger}"),
    ("dag(b(-Omega))", r"b^{\dagger}(-\Omega)"),
    ("dag(a + b)", r"(a + b)^{\dagger}"),
    ("dag(dag(a))", r"(a^{\dagger})^{\dagger}"),
    ("hc(a)", r"a + \mathrm{H.c.}"),
    ("c - hc(a + b)", r"c - (a + b + \mathrm{H.c.})"),
    ("comm(a, dag(a))", r"[a, a^{\dagger}]"),
    ("mean(a*b)", r"\langle ab\rangle"),
    ("sym(X_S, X_M)", r"\langle X_{S}, X_{M}\rangle"),
    ("Var(X_S)", r"\Delta^{2}X_{S}"),
    ("Var(X_S + g*X_M)", r"\Delta^{2}(X_{S} + gX_{M})"),
    ("Delta^2*x", r"\Delta^{2}\cdot x"),
    ("ddt(Var(X_S))", r"\frac{d}{dt}\Delta^{2}X_{S}"),
    ("ddt(x)*y", r"\left(\frac{d}{dt}x\right)y"),
    ("dot(a_S)", r"\dot{a}_{S}"),
    ("dot(dag(a_S))", r"\dot{a}_{S}^{\dagger}"),
    ("sgn(m)*x", r"\operatorname{sgn}(m)x"),
    ("sum(j, (S, M), a_j + b_j)", r"\sum_{j}(a_{j} + b_{j})"),
    ("sum(j, (S, M), a_j)*x", r"\left(\sum_{j}a_{j}\right)x"),
    ("integral(f(t'), t', -oo, t)", r"\int_{-\infty}^{t}f(t')\,\mathrm{d}t'"),
    ("((a + b)*c + d)*e_1", r"[(a + b)c + d]e_{1}"),
    ("(((a + b)*c + d)*f + 1)*g", r"\{[(a + b)c + d]f + 1\}g"),
    ("1.50e-3*x", r"1.50\times 10^{-3}x"),
]


@pytest.mark.parametrize("text, latex", CASES)
def test_as_written(text, latex):
    assert to_latex(parse(text)) == latex


@pytest.mark.parametrize(
    "name, latex",
    [
        ("Gamma_SB", r"\Gamma_{SB}"), ("a_S", "a_{S}"), ("a_S_in", r"a_{S,\mathrm{in}}"),
        ("C_M_opt", r"C_{M,\mathrm{opt}}"), ("xi_g", r"\xi_{g}"), ("h1", "h_{1}"), ("bp", r"\mathrm{bp}"),
        ("x_theta", r"x_{\theta}"),
        ("oo", r"\infty"),
        ("theta_M''", r"\theta''_{M}"), ("gamma_S0", r"\gamma_{S0}"),
    ],
)  # fmt: skip
def test_rule_for_names(name, latex):
    assert name_latex(name) == latex


def test_notation():
    notation = {"gt": r"\tilde\gamma_{S,0}", "b": r"\hat b_+", "X_c": r"X^{\cos}_{in}"}
    assert to_latex(parse("gt^2*b'"), notation) == r"\tilde\gamma_{S,0}^{2}\hat b'_+"
    assert to_latex(parse("dag(b')"), notation) == r"\hat b_+'^{\dagger}"
    assert to_latex(parse("dot(b)"), notation) == r"\dot{\hat b}_+"
    assert to_latex(parse("X_c^2"), notation) == r"{X^{\cos}_{in}}^{2}"
    assert to_latex(parse("dag(b(t))"), notation) == r"\hat b_+^{\dagger}(t)"


def test_templates():
    templates = {"D": r"\mathcal{D}[#1]#2", "sin": r"\mathrm{s}(#1)"}
    tree = parse("D(a, rho)*2 + sin(x)")
    assert to_latex(tree, None, templates) == r"\mathcal{D}[a]\rho\cdot 2 + \mathrm{s}(x)"
    with pytest.raises(FormulaError, match="#2"):
        to_latex(parse("D(a)"), None, templates)
    with pytest.raises(FormulaError, match="takes 2"):
        to_latex(parse("comm(a)"))


def test_marks():
    x, y = Name("x"), Name("y")
    red = r"{\color{red}"
    assert to_latex(Add((x, Marked(y, sign=True)), (1, -1))) == f"x {red}{{}}- y}}"
    assert to_latex(Add((Marked(x, sign=True), y), (-1, 1))) == f"{red}-x}} + y"
    assert to_latex(Add((x, Marked(Number("2"))), (1, 1))) == f"x + {red}2}}"
    assert to_latex(Marked(parse("x + y"))) == f"{red}x + y}}"


def test_printed_formulas(printed, notation, golden):
    got = {key: to_latex(parse_relation(text), notation) for key, text in printed.items()}
    golden("printed_latex.txt", got)


def test_printed_formulas_are_read_back(printed):
    for text in printed.values():
        assert parse_relation(str(parse_relation(text))) == parse_relation(text)


_MACROS = r"""
    \frac \sqrt \left \right \color \cdot \operatorname \mathrm \langle \rangle \lvert \rvert \infty \sum \int
    \dagger \sin \cos \dot \times \pi \theta \Gamma \gamma \epsilon \kappa \Delta \prime
"""
MACROS = frozenset(_MACROS.split())


@given(st.data())
@settings(max_examples=examples(300), deadline=None)
def test_random_trees_give_balanced_latex(all_trees, data):
    latex = to_latex(data.draw(all_trees))
    assert set(re.findall(r"\\[A-Za-z]+", latex)) <= MACROS
    depth = 0
    for m in re.finditer(r"\\[{}]|[{}]", latex):
        depth += {"{": 1, "}": -1}.get(m.group(), 0)
        assert depth >= 0
    assert depth == 0
    assert latex.count(r"\left") == latex.count(r"\right")
    plain = latex.replace(r"\left", "").replace(r"\right", "")
    assert plain.count("(") == plain.count(")") and plain.count("[") == plain.count("]")
    scripts = re.sub(r"\{[^{}]*\}", "", latex)
    while scripts != (less := re.sub(r"\{[^{}]*\}", "", scripts)):
        scripts = less
    assert not re.search(r"\^'|\^\^|__|\^_\^", scripts)

"""What only colours or frames a formula makes no difference; operators with names of their own are read."""

from __future__ import annotations

import pytest

from cascade_sym.formula import read_formula
from cascade_sym.manuscript.expander import expanded

RIGHT = r"r = 1 - \frac{2\kappa_1}{\kappa_1 + \kappa_{\mathrm{R}}}"


@pytest.mark.parametrize(
    "formula",
    [
        RIGHT.replace(r"2\kappa_1", r"{\color{red}2}\kappa_1"),
        RIGHT.replace(r"2\kappa_1", r"\textcolor{blue}{2\kappa_1}"),
        RIGHT.replace(r"2\kappa_1", r"\textcolor[rgb]{1,0,0}{2\kappa_1}"),
        rf"\boxed{{{RIGHT}}}",
        rf"\color[rgb]{{0,0,1}} {RIGHT}",
    ],
)
def test_colours_and_boxes_are_looked_through(check, formula):
    (c,) = check(rf"\begin{{equation}}{formula}\label{{r}}\end{{equation}}").checked
    assert c.verdict == "exact", c.reason
    (c,) = check(rf"\begin{{equation}}{formula.replace('2', '3')}\label{{r}}\end{{equation}}").checked
    assert c.verdict == "misprint"


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (r"a {\color{red}{}+ b} c", "a + b c"),
        (r"{\color{red}- b} + {\color{blue}c}^2", "- b + {c}^2"),
        (r"\frac{\color{red}-a}{\color{red}+b}", r"\frac{-a}{+b}"),
        (r"x^{\color{red}-2} + y_{\color{red}+}", "x^{-2} + y_{+}"),
        (r"a {\color{red}+ {b + c} {\color{blue}- d}} e", "a + {b + c} - d e"),
        (r"{\color{red}+ a", "{+ a"),
    ],
)
def test_a_coloured_term_with_its_sign_is_a_term(given, read):
    assert expanded(given).split() == read.split()


def test_a_manuscript_may_define_them_anew(check):
    body = r"\renewcommand{\color}[1]{3} \begin{equation}r = 1 - {\color{red}}\label{r}\end{equation}"
    (c,) = check(body).checked
    assert c.verdict in ("misprint", "differs")


def test_operators_with_names_are_functions_where_they_are_declared():
    names = {r"\operatorname{var}": "Var", r"\hat u": "u"}
    for text in (r"\operatorname{var}(\hat u)", r"\mathrm{var}(\hat u)", r"\operatorname{var}\left(\hat u\right)"):
        assert read_formula(text, names, functions=["Var"]).texts == ["Var(u)"]
    found = read_formula(r"v(\hat u)", {"v": "Var", r"\hat u": "u"})  # a letter is no word that says so itself
    assert found.status == "ambiguous" and "a function or a factor" in found.reason

r"""Nothing else than what is written is judged: labels are no powers, calls no products, asides are not dropped.

R stands for the right formula of r; each line changes what is printed, so that none of them states R.
"""

from __future__ import annotations

import pytest

from tests.manuscript.test_check import R, eq

RIGHT = R.split("=", 1)[1]
WRONG = [
    # superscripts in brackets or of several letters are labels
    r"r = (RIGHT)^{(1)}", r"r = RIGHT + \kappa_1^{(0)} - 1", r"r = \kappa_1^{[1]}(RIGHT)/\kappa_1",
    r"r = \kappa_1^{(1)}(RIGHT)/\kappa_1", r"r = RIGHT + \kappa_1^{\left(0\right)} - 1",
    r"r = \kappa_1^{\mathrm{eff}}(RIGHT)",
    # a name before a bracket around a number or symbol is a call
    r"r = RIGHT + \kappa_1(0)", r"r = RIGHT + 0\kappa_1[\kappa_R]", r"r = RIGHT \kappa_1(1)/\kappa_1",
    r"r(0) = RIGHT", r"r[\kappa_1] = RIGHT", r"r = RIGHT + 0\hat a^\dagger(\kappa_1)",
    # what stands behind wide spaces, words, commas, or in a further row belongs to it
    r"r = RIGHT \quad (1+\kappa_1)", r"r = RIGHT,\quad (1+\kappa_1)", r"r = RIGHT \qquad \kappa_1",
    r"r = RIGHT;\; \kappa_1", r"r = RIGHT \quad\text{and}\quad \kappa_1 = \kappa_R + 1 \quad (\kappa_1)",
    r"r = RIGHT \quad\text{times } \kappa_1", r"r = RIGHT \;\text{ and }\; t = \kappa_1",
    r"r = RIGHT \quad\text{or}\quad \kappa_1", r"r = RIGHT \quad\mbox{minus}\quad 1",
    # other relations and evaluations
    r"r \sim RIGHT", r"r \propto RIGHT", r"r \to RIGHT", r"r \neq RIGHT", r"r \ge RIGHT = \kappa_1", r"r \not= RIGHT",
    r"r = \left. RIGHT + \kappa_1 \right|_{\kappa_1=0}", r"r = RIGHT \big|_{\kappa_1=1}", r"r < RIGHT",
    r"r = RIGHT \pm \kappa_1", r"r = RIGHT + O(\kappa_1)", r"r = RIGHT + \mathcal{O}(\kappa_1^2)", r"r = RIGHT + \dots",
    # other names
    r"\bar r = RIGHT", r"r' = RIGHT", r"r_0 = RIGHT", r"|r| = RIGHT", r"r^2 = RIGHT", r"r^{(1)} = RIGHT", r"\delta r = RIGHT",
    r"\Delta r = RIGHT", r"\langle r\rangle = RIGHT", r"r^* = RIGHT", r"\dot r = RIGHT", r"-r = RIGHT",
    r"r = 1 - \frac{2\kappa_1}{\kappa_1+\hat\kappa_{\mathrm R}}", r"r = 1 - \frac{2\hat\kappa_1}{\kappa_1+\kappa_{\mathrm R}}",
    r"r = (RIGHT)(t)", r"r = (RIGHT)^T", r"r = RIGHT\star 1", r"r = \delta\int_0^1 (RIGHT) dx", r"r = (RIGHT)(0)",
    # what is not mathematics of the dialect
    r"r = RIGHT!", r"r = RIGHT\%", r"r = RIGHT \mathbb{1}", r"r = \mathrm{Tr}[RIGHT]", r"r = \max(RIGHT, 1)",
    r"r = \underbrace{RIGHT}_{\kappa_1} \kappa_1",
]  # fmt: skip


@pytest.mark.parametrize("formula", WRONG)
def test_none_of_these_is_exact(check, formula: str) -> None:
    report = check(eq(formula.replace("RIGHT", RIGHT)))
    assert report.checked and all(c.verdict not in ("exact", "asymptotic", "definition") for c in report.checked[:1])


@pytest.mark.parametrize("environment", ["align", "multline", "gather"])
@pytest.mark.parametrize("more", [r"\qquad (1+\kappa_1)", r"\quad \kappa_1", r"\times \kappa_1", r"+ \kappa_1"])
def test_a_further_row_belongs_to_the_formula(check, environment: str, more: str) -> None:
    report = check(eq(f"{R} \\nonumber\\\\ {more}", env=environment))
    assert report.checked and not any(c.verdict == "exact" for c in report.checked)


@pytest.mark.parametrize("said", [r"\quad\text{for } \kappa_1 > 0", r"\qquad(\kappa_1\gg 1)", r"\quad\forall \kappa_1"])
def test_under_a_condition_what_holds_everywhere_holds_and_what_differs_is_unchecked(check, said: str) -> None:
    (right,), (wrong,) = (check(eq(f + said)).checked for f in (R, R.replace("1 -", "1 +")))
    assert right.verdict == "exact"
    assert wrong.verdict == "unchecked" and "condition" in wrong.reason


@pytest.mark.parametrize("end", [r"\,,", r"\,.", r"\;,", r"~,", r",\,", r"\,;", r"\, ,\quad", ","])
def test_punctuation_behind_any_space_ends_a_formula(check, end: str) -> None:
    assert [c.verdict for c in check(eq(R + end)).checked] == ["exact"]


@pytest.mark.parametrize(
    "tail",
    [r"\quad\text{if } \kappa_1 = 0, \text{ else } 0", r"\quad\text{for } \kappa_1 > 0, \quad\text{and}\quad t = \kappa_1"],
)
def test_what_stands_behind_a_condition_is_not_dropped(check, tail: str) -> None:
    report = check(eq(R + tail))
    assert not any(c.verdict == "exact" for c in report.checked) and report.code(strict=True) == 1

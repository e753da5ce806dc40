"""No input crashes the check or makes it hang: it ends with verdicts or with an error made on purpose."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cascade_sym.errors import CascadeError
from cascade_sym.manuscript import check_manuscript
from cascade_sym.manuscript.check import BoundReached, bounded
from cascade_sym.manuscript.equations import Source, blanked, equations_in, statements
from cascade_sym.manuscript.macros import expanded, macros_in

PIECES = (
    "\\begin{align}", "\\end{align}", "\\begin{equation}", "\\end{equation}", "\\label{a}", "\\tag{1}", "\\\\", "&", "=",
    "r", "t", "\\kappa_1", "\\kappa_R", "{", "}", "(", ")", "\\left(", "\\right.", "\\frac", "\\sqrt", "^", "_", "2",
    "\\newcommand{\\x}[1]{", "#1", "\\x", "\\def\\x{", "\\input{m}", "\\begin{verbatim}", "%", "\n", "+", "-", ",",
    "\\quad", "\\text{", "$", "~", "\\hat", "'", "\\nonumber", "[", "]", "\\begin{split}", "\\langle", "|", "é", "\\",
    "{\\color{red}", "\\color", "\\textcolor[rgb]{1}", "\\boxed{", "{}", "0", "P", "0 = P^2",
)  # fmt: skip
SETTINGS = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
texts = st.one_of(st.lists(st.sampled_from(PIECES), max_size=40).map("".join), st.text(max_size=60))


@given(texts)
@SETTINGS
@example("\\begin{align}" * 3 + "r=1\\label{")
@example("\\newcommand{\\x}[9]{#9}\\begin{equation}r=\\x\\label{a}\\end{equation}")
def test_reading_ends_and_keeps_lines(text):
    plain = blanked(text)
    assert plain.count("\n") == text.count("\n") and len(plain) == len(text)
    macros = macros_in([plain])
    for e in equations_in(Source("m.tex", plain)):
        assert 1 <= e.line <= text.count("\n") + 1
        try:
            statements(expanded(e.latex, macros))
        except CascadeError:
            continue


@given(texts)
@settings(SETTINGS, max_examples=60)
def test_checking_ends_with_verdicts_or_an_error(cavity, tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "m.tex"
    path.write_text("\\begin{equation}r = " + text, encoding="utf-8")
    try:
        report = check_manuscript(path, cavity)
    except CascadeError:
        return
    assert all(c.verdict for c in report.checked)


def test_a_mutated_manuscript_is_never_passed_unread(check):
    """Oracle: a character changed inside a formula gives another formula, which must not be called exact in silence."""
    rng = random.Random(3)
    formula = r"r = 1 - \frac{2\kappa_1}{\kappa_1 + \kappa_{\mathrm{R}}}"
    for _ in range(40):
        i = rng.randrange(4, len(formula))
        changed = formula[:i] + rng.choice("0123456789+-=^_{}\\aR") + formula[i + 1 :]
        if changed == formula:
            continue
        report = check(f"\\begin{{equation}}{changed}\\label{{x}}\\end{{equation}}")
        for c in report.checked:
            assert c.verdict != "exact" or changed.replace("\\mathrm", "").replace(" ", "") == "", changed


@pytest.mark.parametrize(
    "formula",
    [
        "(" * 5000 + "1" + ")" * 5000,
        "{" * 3000 + "1" + "}" * 3000,
        r"\sqrt{" * 2000 + "1" + "}" * 2000,
        r"\frac{1}{" * 80 + "1" + "}" * 80,
        "1" + "+1" * 9000,
        "9" * 15000,
        "2^{" * 40 + "2" + "}" * 40,
        "x_1" * 6000,
        r"\hat" * 6000 + "x",
        r"\left(" * 400,
        "-" * 15000 + "1",
    ],
)
def test_deep_and_long_formulas_end_with_a_reason(check, formula):
    (c,) = check(f"\\begin{{equation}}\nr = {formula}\\label{{x}}\n\\end{{equation}}").checked
    assert c.verdict in ("unchecked", "differs", "misprint")


def test_a_file_full_of_beginnings_ends(check):
    for body in (
        "\\begin{align}r=1\\label{a}\\\\" * 20_000,
        "\\begin{verbatim}" * 50_000,
        "\\newcommand{\\x}{" * 20_000,
        "\\input{m}" * 50_000,
        "%" * 1_000_000,
        "\\" * 1_000_001,
    ):
        with pytest.raises(CascadeError):
            report = check(body)
            assert all(c.verdict == "unchecked" for c in report.checked)
            raise CascadeError


def test_work_is_ended_at_its_bounds():
    def endless() -> None:
        while True:
            pass

    with pytest.raises(BoundReached, match="seconds"):
        bounded(endless, 0.3, 500)
    with pytest.raises(BoundReached, match="memory"):
        bounded(lambda: len(bytearray(3_000_000_000)), 20, 200)
    assert bounded(lambda: {"a": [1]}, 20, 500) == {"a": [1]}
    with pytest.raises(CascadeError, match="why"):
        bounded(lambda: (_ for _ in ()).throw(CascadeError("why")), 20, 500)

r"""Manuscripts: correct formulas pass, planted misprints are found with their repair, nothing unread is passed."""

from __future__ import annotations

import pytest

from cascade_sym.errors import FormulaError

R = r"r = 1 - \frac{2\kappa_1}{\kappa_1 + \kappa_{\mathrm{R}}}"
T = r"t = -\frac{2\sqrt{\kappa_1\kappa_{\mathrm{R}}}}{\kappa_1 + \kappa_{\mathrm{R}}}"
MOTION = r"\frac{d}{dt}\hat a &= -\frac{\kappa_1 + \kappa_{\mathrm R}}{2}\hat a - \sqrt{\kappa_1}\hat b_{1,\mathrm{in}} \nonumber \\ &\quad - \sqrt{\kappa_{\mathrm R}}\,\hat b_{2,\mathrm{in}}"


def eq(formula: str, label: str = "eq:x", env: str = "equation") -> str:
    return f"\\begin{{{env}}}\n{formula}\\label{{{label}}}\n\\end{{{env}}}\n"


def verdicts(report) -> list[str]:
    return [c.verdict for c in report.checked]


def test_correct_formulas_are_exact_wherever_they_stand(check):
    body = (
        "\\documentclass{article}\n\\begin{document}\n"
        + eq(R + ",", "eq:1")
        + f"\\begin{{align}}\n{T.replace('=', '&=', 1)} \\tag{{7}} \\\\\n{MOTION}\\label{{m}}\n\\end{{align}}\n"
        + f"\\begin{{gather*}}{R}\\tag{{A}}\\\\ {T}\\end{{gather*}}"  # the second is not labelled
        + "\\begin{multline}r = 1 \\\\ - \\frac{2\\kappa_1}{\\kappa_1+\\kappa_{\\rm R}}\\end{multline}"
        + "\\begin{eqnarray}r &=& 1 - 2\\kappa_1/(\\kappa_1+\\kappa_R)\\end{eqnarray}"
        + "\\begin{equation}\\label{s}\\begin{split} r &= 1 \\\\ &\\quad - \\left( \\frac{2\\kappa_1}{\\kappa_1+\\kappa_R}\\right.\\\\ &\\left. + 0\\right)\\end{split}\\end{equation}"
    )
    report = check(body)
    assert verdicts(report) == ["exact"] * 7 and report.passed
    assert [(c.line, c.label) for c in report.checked] == [
        (4, "eq:1"), (7, "7"), (8, "m"), (10, "A"), (10, ""), (10, ""), (10, "s")
    ]  # fmt: skip
    assert {c.equation for c in report.checked} == {"1", "2"}


PLANTED = [
    (R.replace("1 -", "1 +"), "sign"),
    (R.replace("2\\kappa_1", "\\kappa_1"), "factor 2"),
    (T.replace("\\sqrt{\\kappa_1\\kappa_{\\mathrm{R}}}", "\\kappa_1\\kappa_{\\mathrm{R}}"), "root"),
    (R.replace("{2\\kappa_1}", "{2\\kappa_{\\mathrm R}}"), ""),
    (R.replace("1 - ", "-"), "the term '1' put in"),
    (MOTION.replace("}{2}", "}{1}"), "1/2"),
    (MOTION.replace("\\sqrt{\\kappa_1}\\hat b", "\\sqrt{\\kappa_1}\\hat b^\\dagger"), "dagger"),
]


@pytest.mark.parametrize(("formula", "words"), PLANTED)
def test_planted_misprints_are_found_with_file_line_and_repair(check, formula, words):
    report = check("\n\n" + eq(R) + "text\n" + eq(formula, "bad", "align"))
    good, bad = report.checked
    assert good.verdict == "exact" and bad.verdict == "misprint" and not report.passed
    assert (bad.file[-5:], bad.line, bad.label) == ("m.tex", 8, "bad")
    assert bad.repair and words in bad.repair + "".join(bad.equally_small_repairs)
    assert r"\color{red}" in bad.correction_latex and bad.derived_latex


def test_what_no_small_edit_repairs_differs(check):
    (c,) = check(eq(r"r = \kappa_1^3 + \sin(\kappa_1) - 17")).checked
    assert c.verdict == "differs" and c.derived_latex.startswith("r = ")


@pytest.mark.parametrize(
    ("formula", "reason"),
    [
        (r"r = 1 - \foo{2}", r"\\foo"),
        (r"r = 1 - \xi_9", "no value"),
        (r"r < 1", "not an equality"),
        (r"r", "name = formula"),
        (r"r = \begin{pmatrix}1\\2\end{pmatrix}", "matrix"),
        (r"r = a/b c", "below the slash is not clear"),
        (r"r = 1 - \frac{2\kappa_1}{\kappa_1 + \kappa_R", "brace"),
        (r"\baz = 2", "left side can't be read"),
        (r"r = (\kappa_1 + \kappa_R + 1)^{9999}", "multiplied out"),
        (r"r = 1, s = 2", "second formula"),
    ],
)
def test_what_can_not_be_read_is_unchecked_with_the_reason(check, formula, reason):
    import re

    report = check(eq(R) + eq(formula))
    assert verdicts(report) == ["exact", "unchecked"] and not report.passed
    assert re.search(reason, report.checked[1].reason), report.checked[1].reason
    assert "\n" not in report.checked[1].reason


def test_an_unknown_left_side_is_said_to_be_unknown(check):
    report = check(eq(R) + eq(r"\eta = \kappa_1/2"))
    assert verdicts(report) == ["exact", "unknown"] and report.passed
    assert not check(eq(r"\eta = \kappa_1/2")).passed  # nothing was checked


def test_user_macros_are_expanded(check):
    head = (
        r"\newcommand{\kap}[1]{\kappa_{#1}} \def\half{\frac12} \newcommand\ov[2][2]{\frac{#1#2}{\tot}}"
        "\n" + r"\newcommand{\tot}{\kap1+\kap{\mathrm R}} \DeclareMathOperator{\nothing}{nothing} \let\same\kap" + "\n"
    )
    report = check(head + eq(r"r = 1 - \ov{\same{1}}") + eq(r"r = 1 - 4\half\ov[]{\kap1}"))
    assert verdicts(report) == ["exact", "exact"]


@pytest.mark.parametrize(
    "head",
    [
        r"\newcommand{\x}{\x}",
        r"\newcommand{\x}{\y\y}\newcommand{\y}{\x\x}",
        r"\def\x{x\x}",
        r"\newcommand{\x}[1]{\x{#1#1}}",
        r"\newcommand{\a}{\b\b\b\b\b\b\b\b\b\b}\newcommand{\b}{\c\c\c\c\c\c\c\c\c\c}\newcommand{\c}{\d\d\d\d\d\d\d\d\d\d}\newcommand{\d}{xxxxxxxxxxxxxxxxxx\y}\newcommand{\y}{zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz}\newcommand{\x}{\a\a\a\a\a}",
    ],
)
def test_macros_that_do_not_end_are_unchecked(check, head):
    report = check(head + eq(r"r = \x{1}"))
    assert verdicts(report) == ["unchecked"] and "do not end" in report.checked[0].reason


def test_nothing_outside_the_folder_is_read(check, tmp_path):
    outside = tmp_path.parent / "secret.tex"
    outside.write_text(eq(R))
    (tmp_path / "link.tex").symlink_to(outside)
    body = r"\input{part} \input{../secret} \input{/etc/passwd} \include{missing} \input{link} \input part2 " + eq(T)
    report = check(body, **{"part.tex": eq(R) + r"\input{m}", "part2.tex": eq(R, "p2")})
    assert [(c.file.split("/")[-1], c.label) for c in report.checked] == [
        ("part.tex", "eq:x"), ("part2.tex", "p2"), ("m.tex", "eq:x")
    ]  # fmt: skip
    said = "\n".join(report.notes)
    for name in ("../secret", "/etc/passwd", "link"):
        assert f"{name!r} is outside the manuscript's folder" in said
    assert "'missing' was not found" in said and "'m' is included again" in said


def test_comments_and_verbatim_are_not_read(check):
    body = "% " + eq(R).replace("\n", "\n% ") + "\n\\begin{verbatim}\n" + eq(R) + "\\end{verbatim}\n50\\% " + eq(T)
    report = check(body)
    assert [(c.line, c.left) for c in report.checked] == [(11, "t")]


def test_conditions_beside_a_formula_and_abbreviations_of_a_display(check):
    body = eq(R + r",\quad\text{for } \kappa_1 > 0") + eq(R + r"\qquad(\kappa_1\gg 1)")
    body += "\\begin{align}\nr &= 1 - Q_1\\label{q} \\\\ &\\text{where} \\\\ Q_1 &= 2\\kappa_1/\\mathcal{N} \\\\ \\mathcal N &= \\kappa_1+\\kappa_R\\end{align}"
    body += eq(r"r = 1 - Q_1")
    report = check(body)
    assert verdicts(report) == ["exact", "exact", "exact", "unknown", "unknown", "unchecked"]


def test_every_part_of_a_chain_counts(check):
    good = R + r" = \frac{\kappa_{\mathrm R} - \kappa_1}{\kappa_1 + \kappa_{\mathrm R}}"
    assert verdicts(check(eq(good))) == ["exact"]
    assert verdicts(check(eq(good.replace("- \\kappa_1}", "+ 3\\kappa_1}")))) != ["exact"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x00\x01\x02" * 100, "binary"),
        (b"\xff\xfe\xfa r = 1", "UTF-8"),
        (b"no equation", "no labelled equation"),
        (b"x" * 4_000_001, "more than"),
        (b"\\begin{equation}r=1\\label{a}\\end{equation}\n" * 6000, "at most"),
    ],
)
def test_files_that_are_no_manuscripts_are_refused(check, content, words):
    with pytest.raises(FormulaError, match=words):
        check(content)


def test_folders_pipes_and_missing_files_are_refused(cavity, tmp_path):
    import os

    from cascade_sym.manuscript import check_manuscript

    os.mkfifo(tmp_path / "pipe.tex")
    for name in (".", "none.tex", "pipe.tex"):
        with pytest.raises(FormulaError, match=r"give a \.tex file"):
            check_manuscript(tmp_path / name, cavity)

"""No input crashes the reader or makes it hang: it ends with formulas, verdicts or with an error made on purpose."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cascade_sym.errors import CascadeError
from cascade_sym.manuscript import check_manuscript, read_manuscript
from cascade_sym.manuscript.bounded import BoundReached, bounded
from tests.counts import examples

PIECES = (
    "\\begin{align}", "\\end{align}", "\\begin{equation}", "\\end{equation}", "\\label{a}", "\\tag{1}", "\\\\", "&", "=",
    "r", "t", "\\kappa_1", "\\kappa_R", "{", "}", "(", ")", "\\left(", "\\right.", "\\frac", "\\sqrt", "^", "_", "2",
    "\\newcommand{\\x}[1]{", "#1", "\\x", "\\def\\x{", "\\input{m}", "\\begin{verbatim}", "%", "\n", "+", "-", ",",
    "\\quad", "\\text{", "$", "~", "\\hat", "'", "\\nonumber", "[", "]", "\\begin{split}", "\\langle", "|", "é", "\\",
    "{\\color{red}", "\\color", "\\textcolor[rgb]{1}", "\\boxed{", "{}", "0", "P", "0 = P^2", "\\[", "\\]", "$$",
    "\\iffalse", "\\fi", "\\else", "\\newif\\ifx", "\\ifx", "\\xtrue", "\\let\\x=", "\\def\\x#1.#2{", "\\end{split}",
    "\\newenvironment{y}[1][z]{\\begin{align}#1}{\\end{align}}", "\\begin{y}", "\\end{y}", "\\begin{cases}", "\\end{cases}",
    "\\DeclarePairedDelimiter{\\x}{|}{|}", "\\NewDocumentCommand{\\x}{s o m}{", "\\IfNoValueTF{#2}", "\\x*[a]{b}",
    "\\begin{IEEEeqnarray}{rCl}", "\\end{IEEEeqnarray}", "\\begin{alignat}{2}", "\\end{alignat}", "\\begin{aligned}[t]",
    "\\end{aligned}", "\\verb|", "\\verb", "\\intertext{", "\\import{a}{b}", "\\usepackage{b}", "\\ExecuteMetaData[m]{a}",
    "\\makeatletter", "\\x@y", "\\begingroup", "\\endgroup", "\\end{document}", "\n\n", "\\section", "\\hspace{1cm}",
    "\\mathop{\\rm d}", "\\ensuremath", "\\[2pt]", "##", "\\begin{empheq}[box=a]{align}", "\\ifthenelse{a}{b}{c}",
)  # fmt: skip
SETTINGS = settings(max_examples=examples(120), deadline=None, suppress_health_check=list(HealthCheck))
texts = st.one_of(st.lists(st.sampled_from(PIECES), max_size=40).map("".join), st.text(max_size=60))


@given(texts)
@SETTINGS
@example("\\begin{align}" * 3 + "r=1\\label{")
@example("\\newcommand{\\x}[9]{#9}\\begin{equation}r=\\x\\label{a}\\end{equation}")
@example("\\let\\x=\\x\\[\\x\\]")
@example("\\newenvironment{y}{\\begin{y}}{\\end{y}}\\begin{y}")
def test_reading_ends_with_entries_of_the_contract(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "read.tex"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        found = read_manuscript(path)
    except CascadeError:
        return
    for entry in (u.to_json() for u in found.formulas):
        assert 1 <= entry["line"] <= text.count("\n") + text.count("\r") + 1
        assert entry["status"] in ("read", "ambiguous", "not read")
        assert (entry["status"] == "read") == bool(entry["reading"]) == (entry["typeset"] is not None)
        assert (entry["status"] == "not read") <= bool(entry["reason"]) and "\n" not in (entry["reason"] or "")
        assert ("readings" in entry) == (entry["status"] == "ambiguous")


@given(texts)
@settings(SETTINGS, max_examples=examples(60))
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


HOSTILE = {
    "displays": "\\begin{align}r=1\\label{a}\\\\" * 20_000,
    "verbatim": "\\begin{verbatim}" * 50_000,
    "definitions": "\\newcommand{\\x}{" * 200,
    "inputs of itself": "\\input{m}" * 5_000,
    "comments": "%" * 1_000_000,
    "backslashes": "\\" * 100_001,
    "conditionals": "\\iffalse " * 20_000,
    "open groups": "{" * 30_000 + "\\[" + "{" * 30_000,
    "closed groups": "\\[" + "{" * 20_000 + "}" * 40_000,
    "arguments without end": "\\newcommand\\x[1]{#1}" + "\\x{" * 300,
    "a name without end": "\\" + "a" * 1_000_000,
    "documents": "\\documentclass\n" * 5_000 + "\\input{part}",
}  # fmt: skip
COSTLY = {
    "definitions": "\\newcommand{\\x}{" * 20_000,
    "inputs of itself": "\\input{m}" * 50_000,
    "backslashes": "\\" * 3_999_999,
    "open groups": "\\[" + "{" * 3_000_000,
    "arguments without end": "\\newcommand\\x[1]{#1}" + "\\x{" * 30_000,
    "sums": "\\[" + "x + " * 900_000,
    "laughs": "\\def\\a{xxxxxxxxxx}" + "".join("\\def\\" + b + "{" + f"\\{a}" * 10 + "}" for a, b in zip("abcdefg", "bcdefgh", strict=True)) + "\\[\\h\\]" * 400,
}  # fmt: skip


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_ends_and_nothing_of_it_passes(check, body):
    nothing_passes(check, body)


@pytest.mark.parametrize("body", COSTLY.values(), ids=COSTLY.keys())
def test_a_costly_file_ends_and_nothing_of_it_passes(check, body):
    nothing_passes(check, body)


def nothing_passes(check, body):
    try:
        report = check(body, **{"part.tex": "\\documentclass\n" * 5_000})
    except CascadeError:
        return
    assert all(c.verdict == "unchecked" for c in report.checked)


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

"""What is said of a paper in words: each verdict that is not exact has its reason in a sentence."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from cascade_sym.ledger.records import Evidence, Record, StatementRecord, StepRecord
from cascade_sym.report.explained import explanation
from cascade_sym.report.findings import attention, finding, needing_attention, reason
from cascade_sym.report.page import report_page
from cascade_sym.report.particulars import evidence_html, key_words
from cascade_sym.report.pdf_source import report_source
from cascade_sym.verdicts import Verdict

WITNESS = {"point": {"kappa": "0.25"}, "left": "2.0", "right": "3.5"}
FAR = {
    "maximum": "-0.125", "maximum_is": "largest seen", "maximum_at": {"x": "2"}, "domain": {"x": ["1", "oo"]},
    "tolerated": "1/100",
}  # fmt: skip


def one(verdict: Verdict, method: str = "m", **about) -> Record:
    found = StatementRecord("a = b", verdict, method, **about)
    return Record("7.a", "Gain", verdict, method, Evidence((found,)), correction=about.get("repair"))


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (one(Verdict.DIFFERS, witness=WITNESS), "At kappa = 0.25 the printed side is 2, the derived one 3.5; no small edit"),
        (one(Verdict.DIFFERS, notes={"relative_difference": FAR}), "is 12.500% smaller than the printed one at x = 2, .* for x from 1 upwards, more than the 0.01"),
        (one(Verdict.APPROXIMATE, notes={"relative_difference": {**FAR, "maximum": "1e-9"}}), "is 1e-07% larger"),
        (one(Verdict.APPROXIMATE, notes={"relative_difference": {**FAR, "maximum_is": "proved bound"}}), r"within 12.500% of the printed one \(proved\)"),
        (one(Verdict.DIFFERS, "reversed: a lower bound", notes={"bound": "x"}, witness=WITNESS), "sides are 2 and 3.5: reversed: a lower bound"),
        (one(Verdict.UNCHECKED, "undecided: why"), "Not checked; undecided: why."),
        (one(Verdict.ASYMPTOTIC, notes={"order": "next is one"}), "the leading ones of the derived expansion; next is one."),
        (one(Verdict.MISPRINT, repair="x", witness=WITNESS), "the printed side is 2, .* with the repair it is exact."),
        (one(Verdict.DIFFERS), "m."),
        (replace(one(Verdict.UNCHECKED), evidence=Evidence(failed="a step failed")), "Not checked; a step failed."),
    ],
)  # fmt: skip
def test_every_verdict_but_exact_has_its_reason_in_a_sentence(record, said):
    assert re.search(said, reason(record)) and reason(record).endswith(".")
    for shown in (report_page([record], {}, "f"), report_source([record], {}), explanation(record)):
        assert "Why" in shown or "Found" in shown


def test_what_is_exact_needs_no_reason():
    for verdict in (Verdict.EXACT, Verdict.DEFINITION):
        assert reason(one(verdict)) == finding(one(verdict)) == ""


def test_the_first_section_lists_what_fails_with_links():
    wrong, right = one(Verdict.DIFFERS, witness=WITNESS), replace(one(Verdict.EXACT), id="8")
    odd = replace(right, id="9", as_expected=False, expected="differs")
    assert needing_attention([wrong, right, odd]) == (wrong, odd)
    assert attention([right]) == "None of 1 equations needs attention"
    page = report_page([right, wrong, odd], {}, "f")
    first = page[page.index('<section id="summary"') : page.index('<section id="contents"')]
    assert "2 of 3 equations need attention" in first and 'href="#eq-7-a"' in first and 'href="#eq-8"' not in first
    assert "the printed side is 2, the derived one 3.5" in first


def test_readings_of_one_print_name_each_other():
    a = replace(one(Verdict.DIFFERS, witness=WITNESS), derived_latex="x")
    a = replace(a, evidence=replace(a.evidence, reading="one"))
    b = replace(a, id="7.b", verdict=Verdict.EXACT, evidence=Evidence(reading="two"))
    assert finding(a, [a, b]).endswith("Another reading of the same print, (7.b), is exact.")
    assert "Another" not in finding(a, [a, replace(b, derived_latex="y")]) + finding(a, [a, replace(b, id="8.b")])


def test_evidence_has_words_for_its_keys():
    assert key_words("gamma_S_over_gamma_M_at_optimum") == "gamma_S / gamma_M at optimum"
    shown = evidence_html({"2R_over_gamma_M_at_optimum": "1", "sin_2theta": "0.5"}, "1", str)
    assert "over" not in re.sub(r"<[^>]*>", "", shown) and "Sin" not in shown


def test_an_entry_is_explained_in_words():
    made = replace(one(Verdict.EXACT, proof="algebraic", assumptions=("kappa > 0",)), proof="algebraic")
    made = replace(made, assumptions=("kappa > 0",), steps=(StepRecord("solve it", None, "put back"),))
    heads = re.findall(r"^\w+$", explanation(made), re.M)
    assert heads == ["Printed", "Derived", "Compared", "Assumed", "Found"]
    assert "1. solve it [checked: put back]" in explanation(made) and "It holds as printed." in explanation(made)


def test_the_paper_is_upright_and_says_what_it_is():
    source = report_source([one(Verdict.EXACT)], {"title": "Loss & gain $x$", "reference": r"A. Author \input{x}"})
    assert "landscape" not in source and "a4paper" in source
    assert r"pdftitle={Loss \& gain x: ledger}" in source and "pdfauthor={A. Author inputx}" in source
    assert "pdfsubject={" in source


def test_readings_of_one_print_are_one_entry_of_the_report(records):
    """One card, one row, one count; the derived form, which they share, stands once, and links to both land."""
    wrong, right = records
    a = replace(right, id="7.a", title="Gain, one way", verdict=Verdict.DIFFERS, evidence=replace(wrong.evidence, reading="one"))
    b = replace(right, id="7.b", title="Gain, another way", evidence=Evidence(reading="two"))
    page = report_page([wrong, a, b], {"title": "x"}, "f")
    assert re.findall(r'<article id="([^"]*)"', page) == ["eq-1", "eq-7-a"]
    card = page[page.index('<article id="eq-7-a"') :]
    card = card[: card.index("</article>")]
    assert 'id="eq-7-b"' in card and card.count("<h4>Derived</h4>") == 1 and card.count("<h4>Printed</h4>") == 2
    assert " Gain</h3>" in card and 'data-verdict="differs"' in card
    rows = re.findall(r"<tr data-verdict=.*?</tr>", page, re.S)
    assert len(rows) == 2 and "differs" in rows[1] and "exact" in rows[1] and "#eq-7-b" in rows[1]
    assert "2 of 2 equations need attention" in page and "2 equations derived" in page
    source = report_source([wrong, a, b], {"title": "x"})
    assert source.count("Read as (7.") == 2 and source.count("\\entry{") == 2 and "hypertarget{eq-7-b}" in source
    assert re.search(r"\(7\.a\)\S* \S*\(7\.b\)\S* & Gain & \\verdict\{differs\} \\verdict\{exact\} ", source)


def test_letters_with_values_are_mathematics():
    record = one(Verdict.DIFFERS, notes={"relative_difference": FAR}, where=r"\text{best }y\text{ of all}")
    page, source = report_page([record], {}, "f"), report_source([record], {})
    assert "at <math><mi>x</mi></math> = 2" in page and "for <math><mi>x</mi></math> from 1" in page
    assert "at $x$ = 2" in source and "for $x$ from 1" in source and "Best $y$ of all: the derived" in source

"""Long formulas are broken anew for narrow screens: shown one at a time, nothing twice for those who listen."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from cascade_sym.report.mathml import FULL, HALF, NARROW, block
from cascade_sym.report.page import report_page
from cascade_sym.report.particulars import evidence_html
from tests.report.test_chromium import browser, measured  # noqa: F401

LONG = "x = " + " + ".join(f"a_{{{i}}}b_{{{i}}}" for i in range(80))
SHOWN = """
<script>
document.fonts.ready.then(() => setTimeout(() => {
  const blocks = [...document.querySelectorAll('.formula')];
  const seen = b => [...b.querySelectorAll('math')].filter(m => m.checkVisibility()).length;
  parent.postMessage(JSON.stringify({
    blocks: blocks.length, one: blocks.filter(b => seen(b) === 1).length,
    scrolls: blocks.filter(b => b.scrollWidth > b.clientWidth + 1).length,
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    lines: blocks.map(b => [...b.querySelectorAll('mtr')].filter(r => r.checkVisibility()).length),
  }), '*');
}, 100));
</script>
"""


def rows(shown: str) -> list[int]:
    return [m.count("<mtr>") for m in re.findall(r"<math.*?</math>", shown)]


def test_a_long_formula_has_a_form_for_each_screen_and_a_short_one_has_one():
    assert FULL > HALF > NARROW
    full, medium, narrow = rows(block(LONG, FULL, "x"))
    assert full < medium < narrow
    assert len(rows(block(LONG, HALF, "x"))) == 2 and len(rows(block("x = a", FULL, "x"))) == 1
    assert len(rows(block(LONG, FULL, "x", folded=True))) == 2
    classes = re.findall(r'<div class="([^"]*)"><math', block(LONG, FULL, "x"))
    assert sorted(" ".join(classes).split()) == ["full", "medium", "narrow"]


def test_forms_hold_the_same_formula():
    texts = [re.sub(r"<[^>]*>", "", m) for m in re.findall(r"<math.*?</math>", block(LONG, FULL, "x"))]
    assert len(texts) == 3 and len(set(texts)) == 1


def test_long_formulas_of_the_evidence_are_broken_too():
    assert "class=\"formula\"" in evidence_html({"prefactor_latex": LONG}, "1", str)
    assert "class=\"formula\"" not in evidence_html({"prefactor_latex": r"\sqrt{2}"}, "1", str)


@pytest.mark.parametrize(("width", "form"), [(1280, 0), (800, 1), (390, 2)])
def test_a_browser_shows_one_form_that_fits(browser, records, tmp_path, monkeypatch, width, form):  # noqa: F811
    from tests.report import test_chromium

    page = report_page([replace(records[1], printed_latex=LONG, derived_latex=LONG)], {"title": "x"}, "f")
    monkeypatch.setattr(test_chromium, "MEASURE", SHOWN)
    found = measured(browser, page, tmp_path, width)
    assert found["one"] == found["blocks"] >= 2 and found["overflow"] <= 0 and found["scrolls"] == 0
    assert found["lines"][0] == rows(block(LONG, FULL, "x"))[form], json.dumps(found)

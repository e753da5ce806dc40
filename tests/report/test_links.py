"""Every link of the page lands on what it names, at every width: a laptop's, a tablet's, a phone's."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from cascade_sym.ledger.records import StepRecord
from cascade_sym.report.page import report_page
from tests.report import test_chromium
from tests.report.test_chromium import browser, measured  # noqa: F401
from tests.report.test_screens import LONG

# each link is followed, and it is measured where its target stands once the page has settled
FOLLOW = """
<style>html { scroll-behavior: auto !important; }</style>
<script>
const settled = () => new Promise(done => setTimeout(done, 20));
document.fonts.ready.then(async () => {
  const ids = new Set([...document.querySelectorAll('a[href^="#"]')].map(a => a.getAttribute('href').slice(1)));
  const away = [], root = document.documentElement;
  for (const id of ids) {
    scrollTo(0, 0);
    location.hash = '#' + id;
    await settled();
    const top = document.getElementById(id).getBoundingClientRect().top;
    const atEnd = root.scrollTop + innerHeight >= root.scrollHeight - 2;
    if (top < -2 || (top > 40 && !atEnd) || top > innerHeight) away.push([id, Math.round(top)]);
  }
  const found = {
    links: ids.size, away, overflow: root.scrollWidth - root.clientWidth, height: root.scrollHeight,
    unsized: [...document.images].filter(i => !i.getAttribute('width') || !i.getAttribute('height')).length,
    copies: [...document.querySelectorAll('button.copy')].filter(b => !b.hidden).length,
  };
  scrollTo(0, 0);
  const first = document.querySelector('.findings li a');
  found.first = first ? Math.round(first.getBoundingClientRect().bottom) : null;
  parent.postMessage(JSON.stringify(found), '*');
});
</script>
"""


@pytest.fixture(scope="module")
def long_page(records) -> str:
    """Thirty entries, long ones among them, so that most of the page is below the window."""
    steps = tuple(StepRecord(f"step {n}", "x = y") for n in range(3))
    entries = [
        replace(records[n % 2], id=f"{n}.a'", derived_latex=LONG if n % 3 == 0 else records[n % 2].derived_latex, steps=steps)
        for n in range(30)
    ]
    return report_page(entries, {"title": "x"}, "f")


@pytest.mark.parametrize("width", [1440, 1024, 820, 390])
def test_every_link_lands_and_the_first_screen_says_what_is_wrong(browser, long_page, tmp_path, monkeypatch, width):  # noqa: F811
    monkeypatch.setattr(test_chromium, "MEASURE", FOLLOW)
    found = measured(browser, long_page, tmp_path, width)
    assert found["away"] == [] and found["links"] > 30 and found["height"] > 5000
    assert found["overflow"] <= 0 and found["unsized"] == 0 and found["copies"] >= 60
    assert 0 < found["first"] < 900


def test_a_button_copies_what_stands_in_the_source_of_its_form(long_page):
    sources = re.findall(r'<button[^>]*data-source="([^"]*)"', long_page)
    assert len(sources) == len(set(sources)) >= 60
    assert all(f'<code id="{s}">' in long_page for s in sources)
    assert 'id="eq-4-a-prime-"' in long_page

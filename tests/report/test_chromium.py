"""The page in a real browser: it opens fast, fits a laptop and a phone, and every formula has a size."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import pytest

from tests.tools import HEADLESS, need_chromium
from tests.tools import run as run_program

MEASURE = """
<script>
document.fonts.ready.then(() => setTimeout(() => {
  document.querySelectorAll('article').forEach(a => a.style.contentVisibility = 'visible');
  const maths = [...document.querySelectorAll('.formula math')].filter(m => m.checkVisibility());
  const box = x => x.getBoundingClientRect();
  const visible = [...document.querySelectorAll('body *')].filter(x => x.checkVisibility() && !x.closest('.formula, .scroll, pre, .skip, caption, dd, li, figcaption, .note'));
  const result = {
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    wide: visible.filter(x => box(x).right > innerWidth + 1).map(x => x.tagName + '.' + x.className).slice(0, 5),
    maths: maths.length, flat: maths.filter(m => box(m).width < 5 || box(m).height < 8).length,
    font: document.fonts.check('16px "Cascade Math"'),
    loaded: performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd,
    background: getComputedStyle(document.body).backgroundColor,
    beside: [...document.querySelectorAll('.pair.beside')].filter(p => {
      const [a, b] = p.children; return Math.abs(box(a).top - box(b).top) < 2; }).length,
    focusable: document.querySelectorAll('a, summary, input, [tabindex="0"]').length,
  };
  const out = document.createElement('pre'); out.id = 'measured'; out.textContent = JSON.stringify(result);
  document.body.append(out);
  parent.postMessage(JSON.stringify(result), '*');
}, 100));
</script>
"""


@pytest.fixture(scope="session")
def browser() -> str:
    return need_chromium()


def run(browser: str, home: Path, *arguments: str) -> str:
    options = (*HEADLESS, f"--user-data-dir={home / 'profile'}", "--virtual-time-budget=8000")
    done = run_program(browser, *options, *arguments, seconds=120)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def measured(browser: str, page: str, home: Path, width: int, *arguments: str) -> dict:
    """What the page measures of itself in a window of that width (a frame, since windows have a least width)."""
    plain = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    (home / "page.html").write_text(plain.replace("</body>", MEASURE + "</body>"), encoding="utf-8")
    (home / "frame.html").write_text(
        '<body style="margin:0"><pre id="measured"></pre>'
        '<script>addEventListener("message", e => { document.getElementById("measured").textContent = e.data; })</script>'
        f'<iframe src="page.html" width="{width}" height="900"></iframe>'
    )
    dom = run(browser, home, f"--window-size={max(width, 800)},900", *arguments, "--dump-dom", f"file://{home}/frame.html")
    return json.loads(html.unescape(re.search(r'<pre id="measured">(\{.*?\})</pre>', dom, re.S)[1]))


@pytest.mark.parametrize("width", [1280, 390])
def test_it_fits_the_screen_and_every_formula_is_drawn(browser, page, tmp_path, width):
    found = measured(browser, page, tmp_path, width)
    assert found["overflow"] <= 0 and found["wide"] == []
    assert found["maths"] >= 4 and found["flat"] == 0 and found["font"]
    assert found["loaded"] < 1000
    assert (found["beside"] > 0) == (width > 1000)


def test_it_is_dark_where_that_is_asked_for(browser, page, tmp_path):
    light = measured(browser, page, tmp_path, 1280, "--blink-settings=preferredColorScheme=1")
    dark = measured(browser, page, tmp_path, 1280, "--blink-settings=preferredColorScheme=0")
    bright = [sum(map(int, re.findall(r"\d+", x["background"])[:3])) for x in (light, dark)]
    assert bright[0] > 600 and bright[1] < 150


def test_it_prints(browser, built, tmp_path):
    out = tmp_path / "print.pdf"
    run(browser, tmp_path, f"--print-to-pdf={out}", "--no-pdf-header-footer", f"file://{built}/report.html")
    assert out.read_bytes().startswith(b"%PDF-") and out.stat().st_size > 10_000


def test_nothing_asks_the_network(browser, built, tmp_path):
    log = tmp_path / "net.json"
    run(browser, tmp_path, f"--log-net-log={log}", "--dump-dom", f"file://{built}/report.html")
    asked = re.findall(r'"url":"(https?://[^"]+)"', log.read_text(errors="replace"))
    assert not [u for u in asked if "report" in u or "font" in u]

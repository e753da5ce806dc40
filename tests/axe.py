"""axe-core on pages in Chromium: what it finds at several widths, in light and in dark."""

from __future__ import annotations

import html
import json
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from tests.tools import AXE, HEADLESS, run

WIDTHS = (1440, 1024, 820, 390)
SECONDS = 900  # that a browser may take for all pages of a site
COLOURS = {"light": 1, "dark": 0}  # of Chromium's setting

# pages lie in a frame of the width in question, one after the other: windows have a least width
_FRAME = """<body style="margin:0"><pre id="measured"></pre><script>
const cases = CASES, found = [];
function next() {
  document.querySelectorAll('iframe').forEach(f => f.remove());
  if (!cases.length) { document.getElementById('measured').textContent = JSON.stringify(found); return; }
  const [page, width] = cases.shift(), frame = document.createElement('iframe');
  Object.assign(frame, {src: page, width, height: 900});
  onmessage = e => { found.push([page, width, ...JSON.parse(e.data)]); next(); };
  document.body.append(frame);
}
next();
</script>"""
# everything that is folded is opened, so that nothing is left unseen
_ASK = """<script src="UPaxe.min.js"></script><script>
addEventListener('load', async () => {
  await document.fonts.ready;
  document.querySelectorAll('details').forEach(d => d.open = true);
  await new Promise(done => setTimeout(done, 200));
  const asked = {resultTypes: ['violations']};
  const {violations} = await axe.run(document, asked);
  const root = document.documentElement;
  const said = violations.map(v => [v.id, v.nodes.length, v.nodes[0].html.slice(0, 200), v.nodes[0].failureSummary]);
  parent.postMessage(JSON.stringify([said, root.scrollWidth - root.clientWidth]), '*');
});
</script>"""


def findings(
    browser: str, site: Path, pages: Sequence[str], place: Path, colours: str, widths: Sequence[int] = WIDTHS
) -> dict[tuple[str, int], list]:
    """What is wrong with the pages of `site` (a folder, copied to `place`): {(page, width): rules with an example},
    with the rule "overflow" for a page that is wider than its window. Pages with nothing wrong have empty lists."""
    copy = place / f"axe-{colours}"
    shutil.copytree(site, copy)
    shutil.copyfile(AXE, copy / "axe.min.js")
    for name in pages:
        page = copy / name
        plain = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page.read_text(encoding="utf-8"))
        ask = _ASK.replace("UP", "../" * name.count("/"))
        page.write_text(plain.replace("</body>", ask + "</body>"), encoding="utf-8")
    cases = [[name, width] for name in pages for width in widths]
    (copy / "frame-for-axe.html").write_text(_FRAME.replace("CASES", json.dumps(cases)), encoding="utf-8")
    options = (f"--user-data-dir={place / 'profile'}", f"--blink-settings=preferredColorScheme={COLOURS[colours]}",
               "--window-size=1460,920", f"--virtual-time-budget={20000 * len(cases)}")  # fmt: skip
    done = run(browser, *HEADLESS, *options, "--dump-dom", f"file://{copy}/frame-for-axe.html", seconds=SECONDS)
    assert done.returncode == 0, done.stderr[-2000:]
    said = re.search(r'<pre id="measured">(\[.*?\])</pre>', done.stdout, re.S)
    assert said, "the browser did not come to the end of the pages"
    return {(p, w): bad + ([["overflow", over]] if over > 0 else []) for p, w, bad, over in json.loads(html.unescape(said[1]))}

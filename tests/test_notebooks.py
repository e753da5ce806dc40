"""Notebooks: script and stored notebook agree; stale outputs are found; the site stands by itself, every link leads
somewhere."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest

import cascade_sym as cs
from tests.tools import HEADLESS, need_chromium, run

jupytext = pytest.importorskip("jupytext")
nbformat = pytest.importorskip("nbformat")
pytest.importorskip("nbconvert")
pytest.importorskip("markdown2")
pytest.importorskip("pdoc")

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.py"))
WRITTEN = [f"{name}.html" for name in ("gallery", "conventions", "formulas", "commands", "benchmarks", "search")]
WRITTEN += ["howto/index.html", "howto/spectrum.html"]
LOADED = re.compile(r"""src=["']?(?:https?:)?//|<link[^>]*https?:|@import|url\(\s*["']?(?:https?:)?//""")


def only_own_script(html: str) -> bool:
    """The file beside the pages that all of them share is the only script."""
    return html.count("<script") == html.count('page.js" defer></script>') == 1


class Links(HTMLParser):
    """The places of a page and what it points to."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.places, self.targets = set(), []
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.places |= {given[k] for k in ("id", "name") if given.get(k)}
        self.targets += [given[k] for k in ("href", "src") if given.get(k)]


@pytest.fixture
def docs(monkeypatch: pytest.MonkeyPatch) -> None:
    """`docs` can be imported, as it is by `python -m docs.build`."""
    monkeypatch.syspath_prepend(ROOT)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site with the notebooks as stored; whether they are fresh is what `make notebooks` asks."""
    out = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "docs.build", "--notebooks", str(ROOT / "notebooks"), "--output", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return out


def test_there_are_lectures() -> None:
    assert {p.stem for p in NOTEBOOKS} >= {"tour", "story", "scalings", "own_system", "conditional", "sensing"}


@pytest.mark.parametrize("source", NOTEBOOKS, ids=lambda p: p.stem)
def test_script_and_stored_notebook_agree(source: Path) -> None:
    script, stored = jupytext.read(source), jupytext.read(source.with_suffix(".ipynb"))
    cells = [[(c.cell_type, c.source) for c in nb.cells] for nb in (script, stored)]
    assert cells[0] == cells[1], "run: make notebooks; python -m docs.stored store"
    outputs = [o for c in stored.cells for o in c.get("outputs", ())]
    assert outputs and not any(o.output_type == "error" or o.get("name") == "stderr" for o in outputs)


def edit_text(nb) -> None:
    output = next(o for c in nb.cells for o in c.get("outputs", ()) if o.output_type == "stream")
    output.text = output.text.replace("holds", "fails", 1)


def edit_formula(nb) -> None:
    output = next(o for c in nb.cells for o in c.get("outputs", ()) if "text/latex" in o.get("data", {}))
    output.data["text/latex"] = output.data["text/latex"].replace("+", "-", 1)


def drop_picture(nb) -> None:
    output = next(o for c in nb.cells for o in c.get("outputs", ()) if "image/png" in o.get("data", {}))
    del output.data["image/png"]


def edit_code(nb) -> None:
    next(c for c in nb.cells if c.cell_type == "code").source += "\n# edited"


EDITS = (edit_text, edit_formula, drop_picture, edit_code)


@pytest.mark.parametrize("edit", EDITS, ids=lambda f: f.__name__)
def test_a_stale_output_is_found(docs: None, tmp_path: Path, edit) -> None:
    from docs import stored

    before, after = tmp_path / "stored", tmp_path / "executed"
    for folder in (before, after):
        folder.mkdir()
        for suffix in (".py", ".ipynb"):
            shutil.copy(ROOT / "notebooks" / f"tour{suffix}", folder)
    assert stored.stale(before, after) == []
    nb = nbformat.read(after / "tour.ipynb", as_version=4)
    edit(nb)
    nbformat.write(nb, after / "tour.ipynb")
    difference = "\n".join(stored.stale(before, after))
    assert "tour.ipynb as stored" in difference and re.search(r"^[+-][^+-]", difference, re.M)
    stored.store(before, after)
    assert stored.stale(before, after) == []
    (after / "tour.ipynb").unlink()
    assert stored.stale(before, after) == [f"tour.py: {after / 'tour.ipynb'} is missing"]


def test_what_changes_from_run_to_run_is_not_stored() -> None:
    for source in NOTEBOOKS:
        text = source.with_suffix(".ipynb").read_text()
        assert "iopub" not in text and " at 0x" not in text and str(ROOT) not in text


def test_pictures_are_not_compared(docs: None, tmp_path: Path) -> None:
    from docs import stored

    nb = nbformat.read(ROOT / "notebooks" / "tour.ipynb", as_version=4)
    before = list(stored.transcript(nb))
    data = next(o.data for c in nb.cells for o in c.get("outputs", ()) if "image/png" in o.get("data", {}))
    data["image/png"] = "AAAA"
    assert list(stored.transcript(nb)) == before


@pytest.mark.parametrize("source", NOTEBOOKS, ids=lambda p: p.stem)
def test_pages_of_notebooks(source: Path, site: Path) -> None:
    html = (site / f"{source.stem}.html").read_text()
    assert html.count("<h1") == 1 and not LOADED.search(html) and only_own_script(html)
    text = re.sub(r"<pre.*?</pre>|<code.*?</code>|<[^>]*>", "", html, flags=re.S)
    assert "$" not in text and "\\frac" not in text, "a formula was left as LaTeX"
    assert all("alt=" in image for image in re.findall(r"<img[^>]*?>", html))


def test_reference_has_every_public_name(site: Path) -> None:
    page = (site / "reference.html").read_text()
    assert all(f'id="{name}"' in page for name in cs.__all__)
    assert page.count("&gt;&gt;&gt;") >= len(cs.__all__) and only_own_script(page)


def test_tables_are_made_of_what_the_program_has(site: Path) -> None:
    """Commands, functions, papers, systems and notebooks are all there, and no place of a table is left empty."""
    from cascade_sym.cli.main import COMMANDS
    from cascade_sym.program import TABLE

    pages = {name: (site / name).read_text(encoding="utf-8") for name in WRITTEN}
    assert all(f'<h2 id="{name}">' in pages["commands.html"] for name in COMMANDS)
    assert all(f"<td><code>{f.name}</code></td>" in pages["formulas.html"] for f in TABLE)
    shown = [f"derivations/{p.parent.name}" for p in ROOT.glob("derivations/*/printed.toml")]
    shown += [p.name for p in ROOT.glob("tests/systems/test_*.py")] + [f"{p.stem}.html" for p in NOTEBOOKS]
    assert [x for x in shown if x not in pages["gallery.html"]] == []
    assert not any("<!-- generated" in text for text in pages.values())


def test_search_finds_what_is_on_the_pages(site: Path) -> None:
    rows = json.loads((site / "index.js").read_text(encoding="utf-8").partition("=")[2].rstrip().rstrip(";"))
    places = {page: Links(site / page).places for page in {url.partition("#")[0] for url, _, _ in rows}}
    assert [u for u, _, _ in rows if u.partition("#")[2] and u.partition("#")[2] not in places[u.partition("#")[0]]] == []
    titles = {title for _, title, _ in rows}
    assert {"How do I send squeezed light in?", "As others write it", "def covariance", "sweep"} <= titles


@pytest.mark.parametrize(("words", "first"), [("squeezed light", "howto/squeezed.html"), ("xyzzy", None)])
def test_the_search_page_lists_them(site: Path, tmp_path: Path, words: str, first: str | None) -> None:
    browser = need_chromium()
    options = ("--allow-file-access-from-files", f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=3000")
    address = f"{(site / 'search.html').as_uri()}?q={words.replace(' ', '+')}"
    done = run(browser, *HEADLESS, *options, "--dump-dom", address, seconds=60)
    found = re.findall(r'<li><a href="([^"#]+)', done.stdout)
    assert found[:1] == ([first] if first else [])


def test_every_link_leads_somewhere_and_nothing_is_loaded_from_a_network(site: Path) -> None:
    pages = {path: Links(path) for path in site.rglob("*.html")}
    assert len(pages) > 40
    broken = []
    for path, page in pages.items():
        assert not LOADED.search(path.read_text(encoding="utf-8")), path
        for target in page.targets:
            if re.match(r"https?:|data:", target):
                continue
            where, _, place = target.partition("#")
            there = (path.parent / where).resolve() if where else path
            if not there.is_file() or (place and there in pages and place not in pages[there].places):
                broken.append(f"{path.relative_to(site)}: {target}")
    assert broken == []


def test_every_page_leads_back(site: Path) -> None:
    for path in site.rglob("*.html"):
        targets = [(path.parent / t).resolve() for t in Links(path).targets if not re.match(r"https?:|data:|#", t)]
        assert site.resolve() / "index.html" in targets or path.name == "index.html", path


MEASURE = """
<pre id="measured"></pre>
<script>
const found = {};
function measure(name, frame) {
  const page = frame.contentDocument, left = x => x.firstElementChild.getBoundingClientRect().left;
  const tables = [...page.querySelectorAll('.formula mtable')].filter(t => !t.querySelector('mtable'));
  found[name] = {
    overflow: page.documentElement.scrollWidth - page.documentElement.clientWidth,
    ragged: tables.filter(t => {
      const at = [...t.querySelectorAll(':scope > mtr > mtd.left')].filter(c => /^[=]/.test(c.textContent)).map(left);
      return at.length && Math.max(...at) - Math.min(...at) > 1; }).length,
    aligned: tables.length,
  };
  document.getElementById('measured').textContent = JSON.stringify(found);
}
</script>
"""


@pytest.mark.parametrize("width", [1280, 390])
def test_pages_fit_the_screen_and_equations_stand_below_one_another(site: Path, tmp_path: Path, width: int) -> None:
    browser = need_chromium()
    here = tmp_path / "site"
    shutil.copytree(site, here)
    pages = [*(f"{p.stem}.html" for p in NOTEBOOKS), "index.html", "reference.html", "api/cascade_sym.html", *WRITTEN]
    frames = (f"<iframe src={p} width={width} height=900 onload=\"measure('{p}', this)\"></iframe>" for p in pages)
    (here / "frames.html").write_text(MEASURE + "".join(frames))
    options = ("--allow-file-access-from-files", f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=8000")
    done = run(browser, *HEADLESS, *options, "--dump-dom", (here / "frames.html").as_uri(), seconds=120)
    found = json.loads(unescape(re.search(r'<pre id="measured">(\{.*?\})</pre>', done.stdout)[1]))
    assert set(found) == set(pages)
    assert {n: m for n, m in found.items() if m["overflow"] > 0 or m["ragged"]} == {}
    assert found["tour.html"]["aligned"] > 2


PAGES = ["index.html", "gallery.html", "commands.html", "in_time.html", "search.html", "howto/time.html",
         "howto/index.html", "api/cascade_sym.html", "api/cascade_sym/sweeps.html", "formulas.html", "conventions.html"]  # fmt: skip


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_axe_finds_nothing_on_the_site(site: Path, tmp_path: Path, colours: str) -> None:
    from tests.axe import WIDTHS, findings
    from tests.tools import need_axe

    found = findings(need_axe(), site, PAGES, tmp_path, colours)
    assert found == {(page, width): [] for page in PAGES for width in WIDTHS}


def test_every_system_and_paper_has_a_thumbnail_and_every_notebook_can_be_downloaded(site: Path) -> None:
    gallery = (site / "gallery.html").read_text(encoding="utf-8")
    items = re.findall(r"<li>(.*?)</li>", gallery, re.S)
    systems = list((ROOT / "tests" / "systems").glob("test_*.py"))
    papers = list((ROOT / "derivations").glob("*/printed.toml"))
    assert len(items) == len(NOTEBOOKS) + len(systems) + len(papers)
    assert all("<img " in item or "<math" in item for item in items)
    for source in NOTEBOOKS:
        assert f'href="{source.stem}.ipynb" download' in (site / f"{source.stem}.html").read_text(encoding="utf-8")
        assert nbformat.read(site / f"{source.stem}.ipynb", as_version=4).cells


def test_public_names_in_prose_are_links(site: Path) -> None:
    for page, up in (("reference.html", ""), ("api/cascade_sym/sweeps.html", "../../")):
        text = (site / page).read_text(encoding="utf-8")
        assert re.search(rf'<a href="{re.escape(up)}reference.html#Quantity"><code>Quantity</code></a>', text)

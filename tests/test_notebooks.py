"""Notebooks: script and stored notebook agree, and every page of the site stands by itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import cascade_sym as cs

jupytext = pytest.importorskip("jupytext")
pytest.importorskip("nbconvert")
pytest.importorskip("markdown2")

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.py"))
LOADED = re.compile(r"""(?:src|href)=["']?(?:https?:)?//|@import|url\(\s*["']?(?:https?:)?//|<script""")


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> None:
    """`docs` can be imported, as it is by `python -m docs.build`."""
    monkeypatch.syspath_prepend(ROOT)


def test_there_are_lectures() -> None:
    assert {p.stem for p in NOTEBOOKS} >= {"tour", "story", "scalings", "own_system", "conditional", "sensing"}


@pytest.mark.parametrize("source", NOTEBOOKS, ids=lambda p: p.stem)
def test_script_and_stored_notebook_agree(source: Path) -> None:
    script, stored = jupytext.read(source), jupytext.read(source.with_suffix(".ipynb"))
    cells = [[(c.cell_type, c.source) for c in nb.cells] for nb in (script, stored)]
    assert cells[0] == cells[1], f"run: jupytext --update --to ipynb notebooks/{source.name}"
    outputs = [o for c in stored.cells for o in c.get("outputs", ())]
    assert outputs and not any(o.output_type == "error" or o.get("name") == "stderr" for o in outputs)


@pytest.mark.parametrize("source", NOTEBOOKS, ids=lambda p: p.stem)
def test_page_without_a_network(source: Path, site: None) -> None:
    from docs.notebooks import lecture

    made = lecture(source, execute=False)
    assert made.title and made.opening and made.html.count("<h1") == 1
    assert not LOADED.search(made.html)
    text = re.sub(r"<pre.*?</pre>|<code.*?</code>|<[^>]*>", "", made.html, flags=re.S)
    assert "$" not in text and "\\frac" not in text, "a formula was left as LaTeX"
    assert all("alt=" in image for image in re.findall(r"<img[^>]*?>", made.html))


def test_reference_has_every_public_name(site: None) -> None:
    from docs.reference import reference

    page = reference()
    assert all(f'id="{name}"' in page for name in cs.__all__)
    assert page.count("&gt;&gt;&gt;") >= len(cs.__all__) and not LOADED.search(page)

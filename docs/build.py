"""Build the documentation site: written pages, executed notebooks, the public names, the pages of all rooms, search.

    python -m docs.build [--notebooks build/notebooks] [--output build/docs]

Nothing on the pages is loaded from a network: formulas are MathML with a font beside them, plots are inside the pages.
"""

from __future__ import annotations

import argparse
import os
import pkgutil
import re
import shutil
import warnings
from collections.abc import Callable
from functools import partial
from importlib.resources import files
from pathlib import Path

import pdoc
import pdoc.render
from pygments.formatters import HtmlFormatter

import cascade_sym as cs
from docs import search
from docs.notebooks import Lecture, lecture
from docs.page import MENU, STYLE, html_of, page
from docs.reference import docstring, linked, reference
from docs.stored import EXECUTED
from docs.tables import TABLES, first_pictures, systems

ROOT = Path(__file__).resolve().parents[1]
LIGHT, DARK = "xcode", "monokai"  # colours of code: of those that Pygments has, the ones that stand out enough
# the written pages, by where they stand on the site
TEXTS = {
    "index.html": "README.md", "folder.html": "derivations/README.md",
    "contributing.html": "CONTRIBUTING.md", "changelog.html": "CHANGELOG.md",
}  # fmt: skip
_LINK = re.compile(r"(?<=\]\()(?!\w+:|#)([^)\s#]+)")
_COMMENT = re.compile(r"<!--(?! generated:).*?-->\n?", re.S)
_GENERATED = re.compile(r"<!-- generated: (\w+) -->")
ORDER = ("tour", "story", "scalings", "own_system", "conditional", "sensing", "in_time")  # as a course; then by name


def build(output: Path, notebooks: Path) -> Path:
    """Write the whole site to `output`, with the executed `notebooks`, and return its first page."""
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    shutil.copytree(ROOT / "docs" / "pictures", output / "pictures")
    pages = []
    for source in sources(notebooks):
        made = lecture(source)
        (output / f"{made.name}.html").write_text(made.html, encoding="utf-8")
        shutil.copyfile(source, output / source.name)
        pages.append(made)
    pictures = first_pictures(notebooks, output / "pictures")
    tables = TABLES | {
        "lectures": partial(lectures, pages, pictures), "systems": partial(systems, output / "pictures"),
    }  # fmt: skip
    texts = written()
    for name in texts:
        place = output / name
        place.parent.mkdir(exist_ok=True)
        place.write_text(text_page(name, texts, tables), encoding="utf-8")
    (output / "howto" / "index.html").write_text(questions(texts), encoding="utf-8")
    (output / "reference.html").write_text(reference(), encoding="utf-8")
    (output / "style.css").write_text(style(), encoding="utf-8")
    (output / "page.js").write_bytes((files("cascade_sym.report") / "page.js").read_bytes())
    (output / "math.woff2").write_bytes((files("cascade_sym.report") / "math.woff2").read_bytes())
    rooms(output / "api")
    search.write(output)
    return output / "index.html"


def rooms(output: Path) -> None:
    """The pages of all rooms, by pdoc."""
    # names that are loaded when they are used can't be seen from outside: the package's own page lists the rooms
    cs.__all__[:] = sorted(m.name for m in pkgutil.iter_modules(cs.__path__))
    templates = Path(__file__).parent / "templates"
    pdoc.render.configure(
        docformat="markdown", footer_text=f"cascade_sym {cs.__version__}", template_directory=templates
    )
    light, dark = (HtmlFormatter(style=s, cssclass="pdoc-code").get_style_defs(".pdoc-code") for s in (LIGHT, DARK))
    pdoc.render.env.globals |= {"site_menu": MENU, "light_code": light, "dark_code": dark}
    # docstrings are plain text with `code` in it, not Markdown
    pdoc.render.env.filters |= {"to_markdown": str, "to_html": partial(docstring, code="pdoc-code")}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="pdoc")  # annotations that are imported for type checkers only
        pdoc.pdoc("cascade_sym", output_directory=output)
    for source in sorted(output.rglob("*.html")):
        html, up = source.read_text(encoding="utf-8"), "../" * len(source.relative_to(output.parent).parents[1:])
        html = html.replace('<a class="headerlink" ', '<a class="headerlink" aria-label="Link to this" ')
        html = html.replace("</head>", f'<script src="{up}page.js" defer></script></head>', 1)
        source.write_text(linked(html, up), encoding="utf-8")


def sources(folder: Path) -> list[Path]:
    """The notebooks, in the order of reading."""
    found = {p.stem: p for p in sorted(folder.glob("*.ipynb"))}
    return [found.pop(n) for n in ORDER if n in found] + list(found.values())


def written() -> dict[str, Path]:
    """The written pages: {place on the site: source}."""
    docs = ROOT / "docs"
    found = {name: ROOT / source for name, source in TEXTS.items()}
    return found | {p.relative_to(docs).with_suffix(".html").as_posix(): p for p in sorted(docs.rglob("*.md"))}


def text_page(name: str, texts: dict[str, Path], tables: dict[str, Callable[[], str]]) -> str:
    """A written page, with its tables made now. ValueError for a link that leads to no page or picture of the site."""
    source = texts[name]
    places = {path: place for place, path in texts.items()}

    def on_site(m: re.Match[str]) -> str:
        target = (source.parent / m[1]).resolve()
        if target.parent == ROOT / "docs" / "pictures":
            found = f"pictures/{target.name}"
        elif target in places:
            found = places[target]
        else:
            raise ValueError(f"{source.relative_to(ROOT)} leads to {m[1]}, which is no page of the site")
        return os.path.relpath(found, Path(name).parent)

    said = _LINK.sub(on_site, _COMMENT.sub("", source.read_text(encoding="utf-8")))
    html = _GENERATED.sub(lambda m: tables[m[1]](), html_of(said, places=True))
    title = said.partition("\n")[0].lstrip("# ")
    return page(title, html, up="../" * name.count("/"), here=name)


def questions(texts: dict[str, Path]) -> str:
    """The list of how-to pages, in the README's order."""
    items = []
    for name in re.findall(r"docs/howto/(\w+)\.md", texts["index.html"].read_text(encoding="utf-8")):
        said = texts[f"howto/{name}.html"].read_text(encoding="utf-8").split("\n\n")
        items.append(f'<li><h2><a href="{name}.html">{said[0][2:]}</a></h2>{html_of(said[1])}</li>')
    head = "<h1>How to</h1><p>Each in ten lines at most, which the tests run.</p>"
    return page("How to", f'{head}<ol class="lectures">{"".join(items)}</ol>', up="../", here="howto/index.html")


def lectures(pages: list[Lecture], pictures: dict[str, str]) -> str:
    """The notebooks with their openings and first pictures."""
    items = []
    for p in pages:
        shown = f'<img src="pictures/{pictures[p.name]}" alt="">' if p.name in pictures else ""
        title = f'<h3><a href="{p.name}.html">{html_of(p.title)[3:-5]}</a></h3>'
        items.append(f"<li>{shown}{title}{html_of(p.opening)}</li>")
    return f'<ul class="gallery">{"".join(items)}</ul>'


def style() -> str:
    """The style sheet, with the colours of code in light and dark."""
    light = HtmlFormatter(style=LIGHT, cssclass="highlight").get_style_defs(".highlight")
    dark = HtmlFormatter(style=DARK, cssclass="highlight").get_style_defs(".highlight")
    return f"{STYLE.read_text(encoding='utf-8')}\n{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m docs.build", description="Build the documentation site.")
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "docs")
    parser.add_argument("--notebooks", type=Path, default=EXECUTED, help="where the executed notebooks are")
    given = parser.parse_args()
    print(build(given.output, given.notebooks))


if __name__ == "__main__":
    main()

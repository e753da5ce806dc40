"""Build the documentation site: executed notebooks, the public names, and the pages of all rooms.

    python -m docs.build [--notebooks build/notebooks] [--output build/docs]

Nothing on the pages is loaded from a network: formulas are MathML with a font beside them, plots are inside the pages.
"""

from __future__ import annotations

import argparse
import pkgutil
import shutil
import warnings
from functools import partial
from importlib.resources import files
from pathlib import Path

import pdoc
import pdoc.render
from pygments.formatters import HtmlFormatter

import cascade_sym as cs
from docs.notebooks import Lecture, lecture
from docs.page import MENU, STYLE, html_of, page
from docs.reference import docstring, reference
from docs.stored import EXECUTED

ROOT = Path(__file__).resolve().parents[1]
DARK = "github-dark"
TEXTS = {"architecture": "docs/architecture.md", "contributing": "CONTRIBUTING.md", "changelog": "CHANGELOG.md"}
ORDER = ("tour", "story", "scalings", "own_system", "conditional", "sensing")  # as a course; others follow by name


def build(output: Path, notebooks: Path) -> Path:
    """Write the whole site to `output`, with the executed `notebooks`, and return its first page."""
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    pages = []
    for source in sources(notebooks):
        made = lecture(source)
        (output / f"{made.name}.html").write_text(made.html, encoding="utf-8")
        pages.append(made)
    (output / "index.html").write_text(front(pages), encoding="utf-8")
    (output / "reference.html").write_text(reference(), encoding="utf-8")
    for name, source in TEXTS.items():
        said = (ROOT / source).read_text(encoding="utf-8").replace("docs/architecture.md", "architecture.html")
        made = page(name.capitalize(), html_of(said), here=f"{name}.html")
        (output / f"{name}.html").write_text(made, encoding="utf-8")
    (output / "style.css").write_text(style(), encoding="utf-8")
    (output / "math.woff2").write_bytes((files("cascade_sym.report") / "math.woff2").read_bytes())
    rooms(output / "api")
    return output / "index.html"


def rooms(output: Path) -> None:
    """The pages of all rooms, by pdoc."""
    # names that are loaded when they are used can't be seen from outside: the package's own page lists the rooms
    cs.__all__[:] = sorted(m.name for m in pkgutil.iter_modules(cs.__path__))
    templates = Path(__file__).parent / "templates"
    pdoc.render.configure(
        docformat="markdown", footer_text=f"cascade_sym {cs.__version__}", template_directory=templates
    )
    dark = HtmlFormatter(style=DARK, cssclass="pdoc-code").get_style_defs(".pdoc-code")
    pdoc.render.env.globals |= {"site_menu": MENU, "dark_code": dark}
    # docstrings are plain text with `code` in it, not Markdown
    pdoc.render.env.filters |= {"to_markdown": str, "to_html": partial(docstring, code="pdoc-code")}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="pdoc")  # annotations that are imported for type checkers only
        pdoc.pdoc("cascade_sym", output_directory=output)


def sources(folder: Path) -> list[Path]:
    """The notebooks, in the order of reading."""
    found = {p.stem: p for p in sorted(folder.glob("*.ipynb"))}
    return [found.pop(n) for n in ORDER if n in found] + list(found.values())


def front(pages: list[Lecture]) -> str:
    """The first page: the notebooks with their openings."""
    items = "".join(
        f'<li><h2><a href="{p.name}.html">{html_of(p.title)[3:-5]}</a></h2>{html_of(p.opening)}</li>' for p in pages
    )
    head = (
        "<h1>cascade_sym</h1><p>Write down the parts of an experiment with light in cascade; get its formulas, exact "
        'and typeset, and their values. <a href="reference.html">The public names</a> are the reference; these '
        "notebooks, executed when this site was made, are the introduction.</p>"
    )
    return page("cascade_sym", f'{head}<ol class="lectures">{items}</ol>', here="index.html")


def style() -> str:
    """The style sheet, with the colours of code in light and dark."""
    light = HtmlFormatter(style="friendly", cssclass="highlight").get_style_defs(".highlight")
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

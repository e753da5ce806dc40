"""What all pages share: the frame around them, formulas as MathML, text as HTML."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

import markdown2  # type: ignore[import-untyped]

from cascade_sym.report.mathml import is_readable, mathml

MENU = (
    ("index.html", "Start"), ("howto/index.html", "How to"), ("gallery.html", "Gallery"),
    ("conventions.html", "Conventions"), ("formulas.html", "Formulas"), ("commands.html", "Commands"),
    ("reference.html", "Public names"), ("api/cascade_sym.html", "All rooms"), ("benchmarks.html", "Speed"),
    ("architecture.html", "Architecture"), ("contributing.html", "Contributing"), ("changelog.html", "Changelog"),
    ("search.html", "Search"),
)  # fmt: skip
STYLE = Path(__file__).parent / "style.css"
# code is left as it is; then $$...$$, then $...$
_PARTS = re.compile(r"(```.*?```|`[^`\n]*`)|\$\$(.+?)\$\$|(?<!\\)\$((?:\\.|[^$\\])+?)\$", re.S)
# signs that Markdown would read within MathML
_SIGNS = str.maketrans({"|": "&#124;", "*": "&#42;", "_": "&#95;", "\n": " "})


def page(title: str, content: str, *, up: str = "", here: str = "") -> str:
    """A whole page; `up` is the way to the site's root, `here` the entry of the menu that is this page."""
    menu = "".join(
        f'<a href="{up}{target}"{" aria-current=page" if target == here else ""}>{name}</a>'
        for target, name in MENU
    )  # fmt: skip
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<title>{escape(title)}</title>\n<link rel="stylesheet" href="{up}style.css">\n'
        f'<script src="{up}page.js" defer></script>\n</head>\n<body>\n'
        f'<header><nav aria-label="Site"><span class="site">cascade_sym</span>{menu}</nav></header>\n'
        f"<main>\n{content}\n</main>\n</body>\n</html>\n"
    )


def formula(latex: str, display: bool) -> str:
    """A formula as MathML. ValueError where it can't be converted, so that no page shows raw LaTeX unnoticed."""
    if not is_readable(latex):
        raise ValueError(f"no MathML for the formula {latex!r}")
    return mathml(latex, display=display)


def with_mathml(markdown: str) -> str:
    """Markdown with its formulas replaced by MathML.

    >>> with_mathml("`$a$` and $x$")
    '`$a$` and <math><mi>x</mi></math>'
    """

    def one(m: re.Match[str]) -> str:
        if m[1] is not None:
            return m[1]
        return formula(m[2] or m[3], display=m[2] is not None).translate(_SIGNS)

    return _PARTS.sub(one, markdown)


def html_of(markdown: str, places: bool = False) -> str:
    """Markdown, formulas included, as HTML; with `places` headings can be linked to."""
    extras = {"fenced-code-blocks": {"cssclass": "highlight"}, "tables": None, "cuddled-lists": None}
    return str(markdown2.markdown(with_mathml(markdown), extras=extras | ({"header-ids": None} if places else {})))

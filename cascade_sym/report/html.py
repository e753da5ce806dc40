"""HTML elements as text."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

VOID = ("img", "input", "meta")  # elements that have no content


def element(name: str, /, *content: str, **attributes: str | int | bool | None) -> str:
    """An element with its content, which is HTML already; attributes are escaped, `class_` stands for class.

    An attribute that is None or False is left out, one that is True has no value; `_` in a name becomes `-`.

    >>> element("p", "a &lt; b", class_="note", hidden=True, id=None), element("img", alt='a "b"')
    ('<p class="note" hidden>a &lt; b</p>', '<img alt="a &quot;b&quot;">')
    """
    head = f"<{name}"
    for key, value in attributes.items():
        if value is not None and value is not False:
            head += " " + key.rstrip("_").replace("_", "-") + ("" if value is True else f'="{escape(str(value))}"')
    return f"{head}>" if name in VOID else f"{head}>{''.join(content)}</{name}>"


def section(id: str, title: str, *content: str) -> str:
    """A section of the page under its heading, by which screen readers call it."""
    heading = element("h2", title, id=f"{id}-title")
    return element("section", heading, *content, id=id, aria_labelledby=f"{id}-title")


def details(summary: str, *content: str, class_: str | None = None) -> str:
    """Content that is folded away under a summary."""
    return element("details", element("summary", summary), *content, class_=class_)


def table(columns: Iterable[str], *rows: str, caption: str | None = None) -> str:
    """A table under the heads of its columns, which scrolls where it is too wide; rows are HTML, all are."""
    head = element("thead", element("tr", *(element("th", c, scope="col") for c in columns)))
    above = element("caption", caption) if caption else ""
    return element("div", element("table", above, head, element("tbody", *rows)), class_="scroll")


def listing(lines: Iterable[str], id: str | None = None) -> str:
    """Lines of plain text as a block of code, which can be scrolled by keys too."""
    return element("pre", element("code", text("\n".join(lines)), id=id), tabindex=0)


def text(plain: object) -> str:
    """Plain text as HTML."""
    return escape(str(plain), quote=False)


SIGNS = {".": "-", " ": "--", "_": "_", "-": "-dash-", "'": "-prime-", "*": "-star-", "+": "-plus-", "/": "-over-"}


def anchor(id: str) -> str:
    """An equation's id as part of an HTML id that people can read and type: letters and digits stay, other signs are
    dashes, words or code points; different for different ids.

    >>> anchor("S20.a"), anchor("7'"), anchor("S22.C_M"), anchor("a;b")
    ('S20-a', '7-prime-', 'S22-C_M', 'a-x3b-b')
    """
    return "".join(c if c.isascii() and c.isalnum() else SIGNS.get(c, f"-x{ord(c):x}-") for c in id)

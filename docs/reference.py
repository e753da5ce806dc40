"""The public names, grouped by room as in the table of contents of `cascade_sym`, from their docstrings."""

from __future__ import annotations

import inspect
import re
from html import escape
from importlib import import_module

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonConsoleLexer

import cascade_sym as cs
from docs.page import html_of, page

_ADDRESS = re.compile(r" at 0x[0-9a-f]+")
_CODE = re.compile(r"^(>>> .*(?:\n(?!\s*$).*)*)", re.M)


def rooms() -> dict[str, tuple[str, ...]]:
    """The table of contents: {room: its public names}."""
    return dict(cs._CONTENTS)


def reference() -> str:
    """The page of all public names."""
    parts, index = [], []
    for room, names in rooms().items():
        module = import_module(f"cascade_sym.{room}")
        about = (inspect.getdoc(module) or "").split("\n\n")[0]
        links = ", ".join(f'<a href="#{n}"><code>{n}</code></a>' for n in names)
        index.append(f'<li><a href="#room-{room}">{room}</a>: {links}</li>')
        parts.append(
            f'<section id="room-{room}"><h2>{room}</h2><p>{escape(about)} '
            f'<a href="api/cascade_sym/{room.replace(".", "/")}.html">The whole room.</a></p>'
            + "".join(entry(n) for n in names)
            + "</section>"
        )
    head = (
        "<h1>Public names</h1><p>What <code>import cascade_sym as cs</code> offers, room by room, from the bottom of a "
        "calculation to its end. Every example below is run by the tests.</p>"
    )
    return page("cascade_sym: public names", f"{head}<ul class=index>{''.join(index)}</ul>{''.join(parts)}",
                here="reference.html")  # fmt: skip


def entry(name: str) -> str:
    """One public name: its signature and its docstring."""
    value = getattr(cs, name)
    kind = "class" if inspect.isclass(value) else "def"
    return (
        f'<section class="name" id="{name}"><h3><a href="#{name}"><span class="kind">{kind}</span> {name}</a></h3>'
        f'<pre class="signature">{escape(signature(name))}</pre>{docstring(inspect.getdoc(value) or "")}</section>'
    )


def signature(name: str) -> str:
    """How it is called: one line, or one argument a line where that is too long."""
    value = getattr(cs, name)
    try:
        found = inspect.signature(value)
    except (TypeError, ValueError):
        return f"{name}(...)"
    plain = [_ADDRESS.sub("", str(p)).replace("'", "") for p in found.parameters.values()]
    kinds = [p.kind for p in found.parameters.values()]
    if inspect.Parameter.KEYWORD_ONLY in kinds and inspect.Parameter.VAR_POSITIONAL not in kinds:
        plain.insert(kinds.index(inspect.Parameter.KEYWORD_ONLY), "*")
    back = "" if inspect.isclass(value) or found.return_annotation is found.empty else f" -> {found.return_annotation}"
    back = back.replace("'", "")
    line = f"cs.{name}({', '.join(plain)}){back}"
    return line if len(line) <= 96 else f"cs.{name}(\n    " + ",\n    ".join(plain) + f",\n){back}"


def docstring(text: str) -> str:
    """Prose as Markdown, examples in colour."""
    pieces = _CODE.split(text)
    out = []
    for n, piece in enumerate(pieces):
        if n % 2:
            out.append(highlight(piece, PythonConsoleLexer(), HtmlFormatter(cssclass="highlight")))
        elif piece.strip():
            out.append(html_of(piece.replace("$", "&#36;").replace("*", "\\*").replace("_", "\\_")
                               if "`" not in piece and "    " not in piece else piece))  # fmt: skip
    return "".join(out)

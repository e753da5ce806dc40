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
from cascade_sym.report.mathml import is_readable
from docs.page import formula, page
from docs.plain_maths import typeset

_ADDRESS = re.compile(r" at 0x[0-9a-f]+")


def rooms() -> dict[str, list[str]]:
    """The table of contents: {room: its public names}, those of rooms within a room with them."""
    found: dict[str, list[str]] = {}
    for room, names in cs._CONTENTS.items():
        found.setdefault(room.partition(".")[0], []).extend(names)
    return found


def reference() -> str:
    """The page of all public names."""
    parts, index = [], []
    for room, names in rooms().items():
        about = (inspect.getdoc(import_module(f"cascade_sym.{room}")) or "").split("\n\n")[0]
        links = " ".join(f'<a href="#{n}"><code>{n}</code></a>' for n in names)
        index.append(f'<dt><a href="#room-{room}">{room}</a></dt><dd>{links}</dd>')
        whole = f'<a href="api/cascade_sym/{room}.html">All of this room.</a>'
        entries = "".join(map(entry, names))
        parts.append(f'<section id="room-{room}"><h2>{room}</h2><p>{inline(about)} {whole}</p>{entries}</section>')
    head = (
        "<h1>Public names</h1><p>What <code>import cascade_sym as cs</code> offers, room by room. Every example below "
        "is run by the tests.</p>"
    )
    content = f'{head}<dl class="index">{"".join(index)}</dl>{"".join(parts)}'
    return page("cascade_sym: public names", linked(content), here="reference.html")


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


def docstring(text: str, code: str = "highlight") -> str:
    """Paragraphs, lists, indented formulas and examples of a docstring; its letters stand for themselves.

    `code` is the class that examples are coloured by.
    """
    return "".join(_block(b, code) for b in re.split(r"\n\s*\n", text.expandtabs()) if b.strip())


def _block(block: str, code: str) -> str:
    if ">>> " in block:
        before, start, example = block.partition(">>> ")
        coloured = highlight(start + example, PythonConsoleLexer(), HtmlFormatter(cssclass=code))
        return (_block(before, code) if before.strip() else "") + coloured
    if all(line.startswith("    ") for line in block.splitlines()):
        plain = inspect.cleandoc(block)
        lines = typeset(plain)
        if lines is None or not all(map(is_readable, lines)):
            return f"<pre>{escape(plain)}</pre>"
        return "".join(f'<div class="formula">{formula(x, display=True)}</div>' for x in lines)
    if (items := re.split(r"^- ", block, flags=re.M))[1:]:
        head = f"<p>{inline(items[0])}</p>" if items[0].strip() else ""
        return f"{head}<ul>{''.join(f'<li>{inline(i)}</li>' for i in items[1:])}</ul>"
    return f"<p>{inline(block)}</p>"


_NAMED = re.compile(r'(?<!">)<code>((?:cascade_sym\.|cs\.)?(\w+)(?:\([^<]*\))?)</code>')


def linked(html: str, up: str = "") -> str:
    """Public names that are spoken of lead to where they stand; `up` is the way to the site's root.

    >>> linked("<code>cs.covariance(system)</code> of <code>x</code>")
    '<a href="reference.html#covariance"><code>cs.covariance(system)</code></a> of <code>x</code>'
    """
    public = set(cs._HOME)

    def one(m: re.Match[str]) -> str:
        return f'<a href="{up}reference.html#{m[2]}">{m[0]}</a>' if m[2] in public else m[0]

    return _NAMED.sub(one, html)


def inline(text: str) -> str:
    """Text with `code` in it."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))

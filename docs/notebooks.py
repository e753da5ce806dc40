"""Executed notebooks as pages: formulas in MathML, plots with a description, nothing loaded from elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import nbformat
from nbconvert import HTMLExporter

from docs.page import formula, html_of, page, with_mathml

_HEADING = re.compile(r"^#+ (.+)$", re.M)
_DOLLARS = re.compile(r"^\s*\$+(?:\\displaystyle)?(.*?)\$+\s*$", re.S)
_INSIDE = re.compile(r"\$(?:\\displaystyle)?(.*?)\$", re.S)
# in the order in which a reader gains most
_SHOWN = ("text/html", "text/markdown", "text/latex", "image/svg+xml", "image/png", "text/plain")


@dataclass(frozen=True)
class Lecture:
    """A notebook as a page."""

    name: str
    title: str
    opening: str
    html: str


def lecture(source: Path) -> Lecture:
    """The page of a notebook that has been executed."""
    notebook = nbformat.read(source, as_version=4)
    for k, cell in enumerate(notebook.cells):
        cell["id"] = f"cell{k}"  # in place of random ones: the same page every time
    title, _, rest = notebook.cells[0].source.partition("\n")
    heading = title.lstrip("# ").strip()
    if not (title.startswith("# ") and rest.strip()):
        raise ValueError(f"{source.name} must begin with a title and a paragraph")
    opening = rest.strip().split("\n\n")[0]
    _prepare(notebook)
    exporter = HTMLExporter(template_name="basic")
    body, _ = exporter.from_notebook_node(notebook)
    script = (
        f'<p class="source">This page is <code>notebooks/{source.stem}.py</code>, executed. '
        f'<a href="{source.name}" download>Download the notebook</a> with its results.</p>'
    )
    return Lecture(source.stem, heading, opening, page(heading, f'<article class="notebook">{body}{script}</article>'))


def _prepare(notebook: Any) -> None:
    """Formulas become MathML; every output keeps the one form that is shown."""
    heading = ""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            found = _HEADING.findall(cell.source)
            heading = found[-1] if found else heading
            cell.source = with_mathml(cell.source)
        elif cell.cell_type == "code":
            cell.outputs = [_readable(o, heading) for o in cell.outputs]


def _readable(output: Any, heading: str) -> Any:
    data = output.get("data")
    if data is None:
        return output
    kind = next((k for k in _SHOWN if k in data), None)
    if kind is None:
        return output
    text = data[kind]
    if kind == "text/html" and 'class="cascade-sym"' in text:  # what is folded stays folded
        made = _INSIDE.sub(lambda m: _block(unescape(m[1])), text)
    elif kind == "text/latex":
        m = _DOLLARS.match(text)
        made = _block(m[1] if m else text)
    elif kind == "text/markdown":
        made = html_of(text)
    elif kind == "image/png":
        made = f'<img alt="Plot: {with_plain(heading)}" src="data:image/png;base64,{text.strip()}">'
    else:
        output["data"] = {kind: text}
        return output
    output["data"] = {"text/html": made}
    return output


def _block(latex: str) -> str:
    return f'<div class="formula" tabindex="0">{formula(latex, display=True)}</div>'


def with_plain(markdown: str) -> str:
    """A heading as plain text, for places where HTML is not possible."""
    return re.sub(r'[$\\{}"<>]', "", markdown)

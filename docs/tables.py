"""What pages have from the program itself: the commands, the functions, the LaTeX that is read, papers and systems.

A page says `<!-- generated: NAME -->` where the table NAME of TABLES is to stand.
"""

from __future__ import annotations

import ast
import base64
import re
import tomllib
from collections.abc import Callable, Iterable
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

import nbformat
import typer

from cascade_sym.cli.main import app
from cascade_sym.errors import CascadeError
from cascade_sym.formula import names_in, parse_statement, read_formula, to_latex
from cascade_sym.formula.latex_in.coverage import FUNCTIONS
from cascade_sym.formula.latex_in.nucleus import ACCENTS, FONTS
from cascade_sym.formula.lettering import GREEK
from cascade_sym.latex.notation import symbol_latex
from cascade_sym.latex.scan import width
from cascade_sym.program import TABLE
from cascade_sym.report.mathml import is_readable
from docs.budgets import budgets
from docs.drawn import thumbnail
from docs.page import formula, html_of

THUMBNAIL = 30.0  # digits: the width of a formula that stands for a paper
ROOT = Path(__file__).resolve().parents[1]
NAMES = {r"\bar n": "nbar", r"\hat a_S": "a_S"}  # what has no name by rule is declared, as a folder's notation does
EXPRESSIONS = (
    r"\tfrac12\left[n_S + \tfrac{1}{2}\right]", r"\sqrt[3]{1 - \epsilon}\,e^{-i\Omega t}",
    r"\sin^2 2\theta_S \cos\theta_M",
    r"\frac{d}{dt}\hat a^\dagger + \mathrm{H.c.}", r"\langle \hat X_S, \hat P_M \rangle", r"[\hat a, \hat a^\dagger]",
    r"\sum_{j=S,M} \gamma_j n_j", r"\int_0^{\infty} e^{-\gamma t}\,dt",
)  # fmt: skip
RELATIONS = (
    r"n_f = \frac{\gamma_0 \bar n + \Gamma_P}{\gamma}", r"\dot{\hat a}_S = -\frac{\gamma_S}{2}\hat a_S",
    r"\Delta^2 X_S \approx \frac{1}{2}", r"\xi \leq 1",
)  # fmt: skip


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """An HTML table; cells are HTML."""
    lines = "".join(f"<tr>{''.join(f'<td>{c}</td>' for c in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{''.join(f'<th>{h}</th>' for h in heads)}</tr></thead><tbody>{lines}</tbody></table>"


def code(text: str) -> str:
    return f"<code>{escape(text)}</code>"


def commands() -> str:
    """Every command: how it is called, what it does, its arguments and options, as `--help` says them."""
    return "".join(_command(n, c) for n, c in sorted(typer.main.get_command(app).commands.items()))  # type: ignore[attr-defined]


def _command(name: str, command: typer.core.TyperCommand) -> str:
    params = [p for p in command.params if p.param_type_name in ("argument", "option") and not p.hidden]
    given = [p.name.upper() for p in params if p.param_type_name == "argument"]
    usage = " ".join(["cascade-sym", name, *given, *(["[OPTIONS]"] if len(given) < len(params) else [])])
    rows = []
    for p in params:
        what = p.name.upper() if p.param_type_name == "argument" else ", ".join([*p.opts, *p.secondary_opts])
        shown = p.default not in (None, "", False, ()) and not callable(p.default)
        notes = ["required"] if p.required else [f"default: {p.default}"] if shown else []
        rows.append((code(what), html_of(p.help or "")[3:-5], escape("; ".join(notes))))
    said = "".join(f"<p>{html_of(x)[3:-5]}</p>" for x in (command.help or "").split("\n\n"))
    heading = f'<h2 id="{name}">{name}</h2><pre><code>{escape(usage)}</code></pre>{said}'
    return heading + (table(("option", "what it is", "default"), rows) if rows else "")


def functions() -> str:
    """The table of functions: the name in formulas, how it is typeset, what is known of it."""
    rows = []
    for f in TABLE:
        words = [w for w, name in FUNCTIONS.items() if name == f.name and w != f.name]
        known = {1: "even", -1: "odd"}.get(f.parity, "")
        arguments = {(1, 1): "one argument", (1, 2): "one or two", (2, 2): "two"}.get((f.least, f.most), "one or more")
        notes = ", ".join(x for x in (arguments, known, "real" if f.real else "") if x)
        rows.append((code(f.name), code(f.latex) if f.latex else "", code(", ".join(words)) if words else "", notes))
    return table(("name", "LaTeX", "also read", "arguments"), rows)


def latex() -> str:
    """Formulas in the dialect, typeset, and what they are read as in the plain language."""
    read = [(x, read_formula(x, NAMES).texts) for x in (*EXPRESSIONS, *RELATIONS)]
    rows = [(formula(x, display=False), code(x), code(said)) for x, (said,) in read]
    return table(("formula", "LaTeX", "read as"), rows)


def words() -> str:
    """Letters, accents and fonts that are read."""
    named = {"Greek letters": GREEK, "accents": ACCENTS, "fonts": FONTS}
    rows = [(kind, " ".join(code("\\" + w) for w in sorted(found))) for kind, found in named.items()]
    return table(("kind", "words"), rows)


def papers() -> str:
    """The folders of papers, with how many equations each has."""
    items = []
    for source in sorted((ROOT / "derivations").glob("*/printed.toml")):
        printed = tomllib.loads(source.read_text(encoding="utf-8"))
        paper, name = printed["paper"], source.parent.name
        picture = f'<div class="shown">{_typical(printed)}</div>'
        if name == "huang2018":
            picture = '<img src="pictures/fig3.png" alt="Fig. 3, derived and drawn">'
        count = len(printed["equation"])
        items.append(
            f"<li>{picture}<h3>{escape(paper['title'])}</h3><p>{escape(paper.get('reference', ''))}. {count} "
            f"equation{'s' if count > 1 else ''}; {code(f'cascade-sym report derivations/{name}')}.</p></li>"
        )
    return f'<ul class="gallery">{"".join(items)}</ul>'


def _typical(printed: dict[str, Any]) -> str:
    """The first printed formula that fits a thumbnail, typeset."""
    for equation in printed["equation"]:
        for statement in equation.get("statements", ()):
            try:
                node = parse_statement(statement)
            except CascadeError:
                continue
            declared = printed.get("notation", {})
            latex = to_latex(node, {n: declared.get(n) or symbol_latex(n) for n in names_in(node)})
            if width(latex) <= THUMBNAIL and is_readable(latex):
                return formula(latex, display=True)
    return ""


def systems(pictures: Path) -> str:
    """Systems with a published closed form that the tests hold the toolkit against; thumbnails go to `pictures`."""
    items = []
    for source in sorted((ROOT / "tests" / "systems").glob("test_*.py")):
        said = ast.get_docstring(ast.parse(source.read_text(encoding="utf-8"))) or ""
        origin = re.search(r"Sources?: (.+?)(?:\n\n|\Z)", said, re.S)
        origins = " ".join(origin[1].split()) if origin else ""
        head, _, rest = " ".join(said.split("\n\n")[0].split()).partition(": ")
        shown = f'<img src="pictures/{thumbnail(source, pictures)}" alt="" loading="lazy">'
        about = "".join(f"<p>{escape(x)}</p>" for x in (f"{rest[:1].upper()}{rest[1:]}", origins) if x)
        items.append(f"<li>{shown}<h3>{escape(head.rstrip('.'))}</h3>{about}<p>{code(f'tests/systems/{source.name}')}</p></li>")
    return f'<ul class="gallery">{"".join(items)}</ul>'


def budget_table() -> str:
    """What bounds the work of every room and how closely it looks: each number with its reason."""
    rows = []
    for room, found in groupby(budgets(), lambda b: b.room):
        rows.append((f'<strong id="{room}">{room}</strong>', "", "", ""))
        rows += [(code(", ".join(b.names)), code(b.value), html_of(b.reason), code(b.path.name)) for b in found]
    return table(("name", "value", "why, and of what", "file"), rows)


def first_pictures(notebooks: Path, pictures: Path) -> dict[str, str]:
    """The first picture of each notebook, written to `pictures`: {notebook: the picture's file name}."""
    found = {}
    for source in sorted(notebooks.glob("*.ipynb")):
        cells = nbformat.read(source, as_version=4).cells
        data = [o["data"]["image/png"] for c in cells for o in c.get("outputs", ()) if "image/png" in o.get("data", {})]
        if data:
            (pictures / f"{source.stem}.png").write_bytes(base64.b64decode(data[0]))
            found[source.stem] = f"{source.stem}.png"
    return found


TABLES: dict[str, Callable[[], str]] = {
    "commands": commands, "functions": functions, "latex": latex, "words": words, "papers": papers,
    "budgets": budget_table,
}  # fmt: skip

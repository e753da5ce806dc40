"""`cascade-sym check`: the formulas of a manuscript held against what a folder derives."""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from cascade_sym.cli.commands import AsJson, Folder

if TYPE_CHECKING:
    from cascade_sym.manuscript import Checked, Report


def check(
    manuscript: Annotated[str, typer.Argument(help="A LaTeX file; it is read, never executed.")],
    folder: Folder,
    as_json: AsJson = False,
) -> int:
    """Hold every labelled equation `name = formula` of MANUSCRIPT against what FOLDER derives."""
    from cascade_sym.cli.progress import progress
    from cascade_sym.manuscript import check_manuscript
    from cascade_sym.paper import load_folder

    with progress(f"check {manuscript}", None) as tick:
        report = check_manuscript(manuscript, load_folder(folder), tick)
    if as_json:
        data = {"equations": [c.to_json() for c in report.checked], "notes": list(report.notes)}
        print(json.dumps(data, indent=2, ensure_ascii=False))
    else:
        print(_table(report))
    for note in report.notes:
        print(f"cascade-sym: {note}", file=sys.stderr)
    return 0 if report.passed else 1


def _table(report: Report) -> str:
    lines = [_line(c) for c in report.checked]
    count = Counter(c.verdict for c in report.checked)
    lines.append(", ".join(f"{n} {v}" for v, n in count.items()))
    if not any(c.verdict != "unknown" for c in report.checked):
        lines.append("nothing was checked: the folder knows none of the left sides.")
    return "\n".join(lines)


def _line(c: Checked) -> str:
    label = f" [{c.label}]" if c.label else ""
    against = f", as ({c.equation})" if c.equation and c.verdict != "unchecked" else ""
    out = f"{c.file}:{c.line}:{label} {c.left}  {c.verdict}{against}"
    if c.repair:
        out += f"\n    repair: {c.repair}"
        out += "".join(f"\n    or, as small: {r}" for r in c.equally_small_repairs)
    elif c.verdict in ("unchecked", "differs"):
        out += f"\n    {c.reason}"
    if c.derived_latex:
        shown = c.derived_latex.replace("\n", " ")
        out += f"\n    derived: {shown}"
    return out

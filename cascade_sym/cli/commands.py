"""The commands: thin, each a call into a room below and a way to show its result."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import wraps
from math import inf, nextafter
from pathlib import Path
from typing import Annotated, Any

import typer

from cascade_sym.errors import CascadeError

Folder = Annotated[str, typer.Argument(help="A paper's folder, such as derivations/huang2018.")]
Only = Annotated[list[str] | None, typer.Option("--only", help="Only this equation (repeatable).")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON on stdout.")]
Output = Annotated[Path | None, typer.Option("-o", "--output", help="Write to this file or folder.")]


def register(app: typer.Typer) -> None:
    """Put all commands on the app."""
    from cascade_sym.cli.check import check
    from cascade_sym.cli.code import code
    from cascade_sym.cli.figures import figures
    from cascade_sym.cli.new import new
    from cascade_sym.cli.report import report
    from cascade_sym.cli.scaling import scaling
    from cascade_sym.cli.sweep import sweep

    for name, f in (
        ("verify", verify), ("eval", evaluate), ("list", list_), ("derive", derive), ("latex", latex),
        ("audit", audit), ("paper", paper), ("scaling", scaling), ("new", new), ("sweep", sweep), ("figures", figures),
        ("report", report), ("check", check), ("code", code),
    ):  # fmt: skip
        app.command(name)(_exiting(f))


def _exiting(command: Callable[..., int]) -> Callable[..., None]:
    """The command with its return value as exit code."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        if code := command(*args, **kwargs):
            raise typer.Exit(code)

    return run


def verify(folder: Folder, only: Only = None, as_json: AsJson = False) -> int:
    """Derive every printed equation of FOLDER and say which are exact, approximate or misprinted."""
    from cascade_sym.cli.progress import progress
    from cascade_sym.paper import load_folder, run_ledger
    from cascade_sym.paper.record import record

    loaded = load_folder(folder)
    total = len(only) if only else len(loaded.printed.equations)
    with progress(f"verify {loaded.printed.name}", total) as tick:
        entries = run_ledger(loaded, only or (), tick)
    if as_json:
        print(json.dumps([record(loaded, e) for e in entries], indent=2, ensure_ascii=False))
    else:
        from cascade_sym.cli.tables import ledger_table

        ledger_table(entries)
    return 0 if all(e.as_expected for e in entries) else 1


def list_(folder: Folder, as_json: AsJson = False) -> int:
    """List the equations and quantities of FOLDER."""
    from cascade_sym.paper import load_folder

    loaded = load_folder(folder)
    data = {
        "paper": loaded.printed.title,
        "equations": [{"id": e.id, "title": e.title, "kind": e.kind} for e in loaded.printed.equations],
        "figures": [{"name": f.name, "title": f.title} for f in loaded.model.figures.values()],
        "quantities": [
            {"name": q.name, "title": q.title, "parameters": list(q.parameters),
             "defaults": {k: str(v) for k, v in q.defaults.items()}}
            for q in loaded.model.quantities.values()
        ],
    }  # fmt: skip
    if as_json:
        print(json.dumps(data, indent=2, ensure_ascii=False))
    else:
        from cascade_sym.cli.tables import contents_table

        contents_table(data)
    return 0


def evaluate(
    folder: Folder,
    name: Annotated[str, typer.Argument(help="A quantity of the folder; `cascade-sym list` names them.")],
    set_: Annotated[list[str] | None, typer.Option("--set", help="KEY=VALUE, exact: 4/3, pi/4, 1e3, oo.")] = None,
    digits: Annotated[int | None, typer.Option("--digits", min=1, help="Significant digits (default 15).")] = None,
    as_json: AsJson = False,
) -> int:
    """A declared quantity at numbers, right to every digit that is printed."""
    from cascade_sym.cli.values import settings
    from cascade_sym.paper import load_folder
    from cascade_sym.paper.evaluate import evaluate_declared

    found = evaluate_declared(load_folder(folder).model, name, settings(set_ or []), digits or 15)
    if as_json:
        value: Any = found.text if digits else float(found.text)
        # a JSON number is the nearest double: half a unit in its last place comes on top
        error = found.error if digits else nextafter(found.error + abs(float(found.text)) * 2.0**-53, inf)
        given = {k: str(v) for k, v in found.parameters.items()}
        print(json.dumps({"name": name, "value": value, "error": error, "digits": found.digits, "parameters": given}))
    else:
        print(found.text)
    return 0


def derive(
    folder: Folder,
    id: Annotated[str, typer.Argument(help="An equation, such as 7 or S10.")],
    as_latex: Annotated[bool, typer.Option("--latex", help="LaTeX instead of text.")] = False,
) -> int:
    """Print the derivation of an equation step by step, each with its check run again."""
    from cascade_sym.paper import load_folder
    from cascade_sym.paper.show import derivation_latex_of, derivation_text

    loaded = load_folder(folder)
    if as_latex:
        print(derivation_latex_of(loaded, id))
        return 0
    text, ok = derivation_text(loaded, id)
    print(text)
    return 0 if ok else 1


def latex(
    folder: Folder,
    ids: Annotated[list[str] | None, typer.Argument(help="Equations; all without.")] = None,
    output: Output = None,
    style: Annotated[str, typer.Option("--style", help="article or revtex (revtex4-2).")] = "article",
    as_macros: Annotated[bool, typer.Option("--macros", help="Only \\newcommand macros of the symbols.")] = False,
) -> int:
    """Write printed and derived formulas as a LaTeX file that compiles as it is, or macros of the symbols."""
    from cascade_sym.cli.progress import progress
    from cascade_sym.latex.document import with_style
    from cascade_sym.latex.macros import macros
    from cascade_sym.paper import load_folder, run_ledger
    from cascade_sym.paper.show import document_of, notation_of

    loaded = load_folder(folder)
    if as_macros:
        put(output, macros(notation_of(loaded)) + "\n")
        return 0
    with progress(f"derive {loaded.printed.name}", len(ids or loaded.printed.equations)) as tick:
        entries = run_ledger(loaded, ids or (), tick)
    put(output, with_style(document_of(loaded, entries), style))
    return 0


def audit(folder: Folder, only: Only = None, as_json: AsJson = False) -> int:
    """Make small edits to every printed formula and report those that the checker would not notice."""
    from cascade_sym.cli.progress import progress
    from cascade_sym.paper import load_folder
    from cascade_sym.paper.audit import run_audit

    loaded = load_folder(folder)
    with progress(f"audit {loaded.printed.name}", len(only or loaded.printed.equations)) as tick:
        found = run_audit(loaded, only or (), tick)
    if as_json:
        from dataclasses import asdict

        print(json.dumps([asdict(a) for a in found], indent=2, ensure_ascii=False))
    else:
        from cascade_sym.cli.tables import audit_table

        audit_table(found)
    return 0 if not any(a.survivors for a in found) else 1


def paper(folder: Folder, output: Output = None) -> int:
    """Everything for FOLDER: the ledger (cached by content), its table, ledger.json, equations.tex and the report."""
    from cascade_sym.cli.progress import progress
    from cascade_sym.cli.tables import records_table
    from cascade_sym.report import build_report

    with progress(f"paper {Path(folder).name}", None) as tick:
        records, files = build_report(folder, output, tick)
    records_table(records)
    print(f"written: {', '.join(map(str, files))}", file=sys.stderr)
    return 0 if all(r["as_expected"] for r in records) else 1


def put(path: Path | None, text: str) -> None:
    """To a file, or to stdout without one."""
    if path is None:
        sys.stdout.write(text)
    else:
        write(path, text)


def write(path: Path, text: str) -> None:
    """To a file, in a folder that is made where it is missing."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as err:
        raise CascadeError(f"can't write {path}: {err.strerror}; choose another place with -o.") from err

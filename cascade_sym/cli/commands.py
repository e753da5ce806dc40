"""The commands on a paper's folder: thin, each a call into a room below and a way to show its result.

Rooms are imported where they are used, so that a command starts without those that it does not need.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cascade_sym.cli.stages import progress as progress
from cascade_sym.files import write
from cascade_sym.processes import number_of

if TYPE_CHECKING:
    from cascade_sym.folder.load import Folder as Loaded

Texts = list[str] | None
Folder = Annotated[str, typer.Argument(help="A paper's folder, such as derivations/huang2018.")]
Only = Annotated[Texts, typer.Option("--only", help="Only this equation (repeatable).")]
Jobs = Annotated[int, typer.Option("--jobs", help="Processes; -1 for all cores. The results are the same.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON on stdout.")]
Output = Annotated[Path | None, typer.Option("-o", "--output", help="Write to this file or folder.")]


def new(
    folder: Annotated[str, typer.Argument(help="The folder to make, such as derivations/mine2026.")],
    manuscript: Annotated[
        str | None, typer.Option("--from", help="A .tex, folder or .tar.gz to draft it from.")
    ] = None,
    root: Annotated[str | None, typer.Option("--root", help="A folder above a .tex that it takes files from.")] = None,
) -> int:
    """Make FOLDER: a template for your own paper that verifies as it is, or a draft from a manuscript."""
    from cascade_sym.folder.load import new_folder

    if manuscript is None:
        made = new_folder(folder)
    else:
        from cascade_sym.manuscript.draft import draft_folder

        made, draft = draft_folder(folder, manuscript, root)
        print(f"drafted: {len(draft.ids)} formulas; {draft.uncertain} are marked UNCERTAIN", file=sys.stderr)
    for file in sorted(made.iterdir()):
        print(file)
    print(f"next: cascade-sym verify {made}", file=sys.stderr)
    return 0


def verify(folder: Folder, only: Only = None, as_json: AsJson = False, jobs: Jobs = 1) -> int:
    """Derive every printed equation of FOLDER and say which are exact, approximate or misprinted."""
    from cascade_sym.cli.remembered import remembered
    from cascade_sym.cli.tables import verdicts_table
    from cascade_sym.ledger.records import records_from

    def verified() -> list[dict[str, Any]]:
        from cascade_sym.ledger.entries import Entry, shown_ledger
        from cascade_sym.ledger.typeset import record

        paper = loaded(folder)

        def show(entry: Entry) -> dict[str, Any]:
            return record(paper, entry).to_json() if as_json else entry.to_json()

        with progress(f"verify {paper.printed.name}", len(only or paper.printed.equations)) as tick:
            return shown_ledger(paper, show, only or (), tick, jobs)

    number_of(jobs)
    records = records_from(remembered("verify", folder, [only, as_json], verified))
    if as_json:
        print_json([r.to_json() for r in records])
    else:
        verdicts_table(records)
    return 0 if all(r.as_expected for r in records) else 1


def recheck(ledger: Annotated[str, typer.Argument(help="What `verify --json` or `paper` wrote.")]) -> int:
    """Check the certificates of a ledger again, by a program of its own that shares nothing with the toolkit."""
    from cascade_sym.recheck import recheck

    return recheck(ledger)


def list_(folder: Folder, as_json: AsJson = False) -> int:
    """List the equations and quantities of FOLDER."""
    from cascade_sym.cli.remembered import remembered

    data = remembered("list", folder, None, lambda: _contents(loaded(folder)))
    if as_json:
        print_json(data)
    else:
        from cascade_sym.cli.tables import contents_table

        contents_table(data)
    return 0


def _contents(paper: Loaded) -> dict[str, Any]:
    return {
        "paper": paper.printed.title,
        "equations": [{"id": e.id, "title": e.title, "kind": e.kind} for e in paper.printed.equations],
        "figures": [{"name": f.name, "title": f.title} for f in paper.model.figures.values()],
        "quantities": [
            {"name": q.name, "title": q.title, "parameters": list(q.parameters),
             "defaults": {k: str(v) for k, v in q.defaults.items()}}
            for q in paper.model.quantities.values()
        ],
    }  # fmt: skip


def derive(
    folder: Folder,
    id: Annotated[str, typer.Argument(help="An equation, such as 7 or S10.")],
    as_latex: Annotated[bool, typer.Option("--latex", help="LaTeX instead of text.")] = False,
) -> int:
    """Print the derivation of an equation step by step, each with its check run again."""
    from cascade_sym.ledger.typeset import derivation_latex_of, derivation_text

    text, ok = (derivation_latex_of(loaded(folder), id), True) if as_latex else derivation_text(loaded(folder), id)
    print(text)
    return 0 if ok else 1


def explain(folder: Folder, id: Annotated[str, typer.Argument(help="An equation, such as 7 or S10.")]) -> int:
    """Say in words what was printed, derived, compared, assumed and found for an equation."""
    from cascade_sym.ledger.entries import run_ledger
    from cascade_sym.ledger.typeset import document_entry, record
    from cascade_sym.report.explained import explanation

    paper = loaded(folder)
    with progress(f"explain {paper.printed.name}", 1) as tick:
        (entry,) = run_ledger(paper, [id], tick)
    print(explanation(record(paper, entry, document_entry(paper, entry))))
    return 0 if entry.as_expected else 1


def latex(
    folder: Folder,
    ids: Annotated[Texts, typer.Argument(help="Equations; all without.")] = None,
    output: Output = None,
    style: Annotated[str, typer.Option("--style", help="article or revtex (revtex4-2).")] = "article",
    as_macros: Annotated[bool, typer.Option("--macros", help="Only \\newcommand macros of the symbols.")] = False,
) -> int:
    """Write printed and derived formulas as a LaTeX file that compiles as it is, or macros of the symbols."""
    from cascade_sym.latex.newcommands import macros
    from cascade_sym.ledger.entries import run_ledger
    from cascade_sym.ledger.typeset import document_of, notation_of

    paper = loaded(folder)
    if as_macros:
        put(output, macros(notation_of(paper)) + "\n")
        return 0
    with progress(f"derive {paper.printed.name}", len(ids or paper.printed.equations)) as tick:
        entries = run_ledger(paper, ids or (), tick)
    put(output, document_of(paper, entries, style))
    return 0


def audit(folder: Folder, only: Only = None, as_json: AsJson = False, jobs: Jobs = 1) -> int:
    """Make small edits to every printed formula and report those that the checker would not notice."""
    from cascade_sym.cli.tables import audit_table
    from cascade_sym.ledger.entries import run_audit

    paper = loaded(folder)
    with progress(f"audit {paper.printed.name}", len(only or paper.printed.equations)) as tick:
        found = run_audit(paper, only or (), tick, jobs)
    if as_json:
        print_json([asdict(a) for a in found])
    else:
        audit_table(found)
    return 0 if not any(a.survivors for a in found) else 1


def paper(folder: Folder, output: Output = None, jobs: Jobs = 1) -> int:
    """Everything for FOLDER: the ledger (cached by content), its table, ledger.json, equations.tex and the report."""
    return _report("paper", folder, output, jobs)


def report(folder: Folder, output: Output = None, jobs: Jobs = 1) -> int:
    """Write report.html, one self-contained page, and report.pdf where pdflatex is installed."""
    return _report("report", folder, output, jobs)


def _report(command: str, folder: str, output: Path | None, jobs: int) -> int:
    from cascade_sym.cli.tables import verdicts_table
    from cascade_sym.declared.figures import figure_files
    from cascade_sym.report import build_report

    with progress(f"{command} {Path(folder).name}", None, said=True) as tick:
        records, files = build_report(folder, output, tick, number_of(jobs))
    if command == "paper":
        verdicts_table(records)
    say_written([*files, *figure_files(files[0].parent)])
    return 0 if all(r.as_expected for r in records) else 1


def figures(
    folder: Folder,
    output: Output = None,
    only: Annotated[Texts, typer.Option("--only", help="Only this figure, as fig3 (repeatable).")] = None,
) -> int:
    """Compute and draw the figures that FOLDER declares: PDF, PNG, and the data as netCDF."""
    from cascade_sym.declared.figures import build_figures

    paper = loaded(folder)
    with progress(f"figures {Path(folder).name}", len(only or paper.model.figures)) as tick:
        say_written(build_figures(paper, output, only or (), tick))
    return 0


def draw(
    folder: Folder,
    output: Output = None,
    only: Annotated[Texts, typer.Option("--only", help="Only this network (repeatable).")] = None,
) -> int:
    """Draw the networks that FOLDER declares, as SVG."""
    from cascade_sym.errors import UnknownName, listing
    from cascade_sym.ledger.typeset import notation_of
    from cascade_sym.pictures import draw as drawn

    paper = loaded(folder)
    networks = paper.model.networks
    if bad := set(only or ()) - set(networks):
        raise UnknownName(f"{folder} declares no network {listing(bad)}; it declares {listing(networks)}.")
    if not networks:
        raise UnknownName(
            f'{folder} declares no networks; put @model.network("name") before a function that returns one.'
        )
    place = Path(output) if output is not None else Path("build") / Path(folder).name / "networks"
    files = []
    for name, make in networks.items():
        if not only or name in only:
            files.append(place / f"{name}.svg")
            drawn(make(), notation=notation_of(paper)).save(files[-1])
    say_written(files)
    return 0


def check(
    manuscript: Annotated[str, typer.Argument(help="A .tex, a folder, or a .tar.gz; read, never executed.")],
    folder: Folder,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1, too, when something is unchecked.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Displays without a number, too.")] = False,
    root: Annotated[str | None, typer.Option("--root", help="A folder above a .tex that it takes files from.")] = None,
    as_json: AsJson = False,
    jobs: Jobs = 1,
) -> int:
    """Hold every numbered equation `name = formula` of MANUSCRIPT against what FOLDER derives."""
    from cascade_sym.cli.tables import check_text
    from cascade_sym.manuscript import check_manuscript

    with progress(f"check {manuscript}", None) as tick:
        found = check_manuscript(manuscript, loaded(folder), tick, root, everything, jobs)
    if as_json:
        checked = [asdict(c) for c in found.checked]
        print_json({"equations": checked, "notes": list(found.notes), "coverage": found.coverage()})
    else:
        print(check_text(found))
    for note in found.notes:
        print(f"cascade-sym: {note}", file=sys.stderr)
    return found.code(strict)


def read(
    path: Annotated[str, typer.Argument(help="A .tex, a folder, or a .tar.gz; read, never executed.")],
    main: Annotated[str | None, typer.Option("--main", help="The root file of a folder or an archive.")] = None,
    root: Annotated[str | None, typer.Option("--root", help="A folder above a .tex that it takes files from.")] = None,
    as_json: AsJson = False,
) -> int:
    """Read every displayed formula of a manuscript: how it is understood, or why not."""
    from cascade_sym.cli.tables import reading_text
    from cascade_sym.manuscript import read_manuscript

    with progress(f"read {path}", None) as tick:
        found = read_manuscript(path, main, root, tick)
    count = f"{found.understood} of {len(found.formulas)} formulas understood"
    if as_json:
        print_json([u.to_json() for u in found.formulas])
    else:
        print(reading_text(found))
    for note in found.notes:
        print(f"cascade-sym: {note}", file=sys.stderr)
    print(count, file=sys.stderr if as_json else sys.stdout)
    return 1 if found.notes else 0


def loaded(folder: str) -> Loaded:
    """A paper's folder."""
    from cascade_sym.folder.load import load_folder

    return load_folder(folder)


def print_json(data: Any) -> None:
    """JSON on stdout, for people and programs."""
    print(json.dumps(data, indent=2, ensure_ascii=False))


def say_written(files: Iterable[Path]) -> None:
    """Which files were written, on stderr."""
    print(f"written: {', '.join(map(str, files))}", file=sys.stderr)


def put(path: Path | None, text: str) -> None:
    """To a file, in a folder that is made where it is missing, or to stdout without one."""
    if path is None:
        sys.stdout.write(text)
    else:
        write(path, text)

"""What is written of a folder: the ledger, cached by content, with the figures that the folder declares.

What is stored is JSON and LaTeX text, never code or pickled objects.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cascade_sym.declared.figures import build_figures, figure_files
from cascade_sym.errors import LedgerError
from cascade_sym.files import write
from cascade_sym.folder.load import load_folder
from cascade_sym.latex.document import Entry as DocumentEntry
from cascade_sym.ledger.entries import Entry, shown_ledger
from cascade_sym.ledger.records import Record, records_from
from cascade_sym.ledger.typeset import document_entry, document_text, heading, record
from cascade_sym.stamps import content_key, imported, is_current, stamp_of


def build_paper(
    folder: str | Path, output: Path | None = None, progress: Callable[[str], None] | None = None, jobs: int = 1
) -> tuple[tuple[Record, ...], Path]:
    """Write ledger.json, paper.json, equations.tex and the figures of a folder; the ledger's records, and the place.

    A second run with nothing changed reads what the first one wrote; `jobs` processes make the ledger.
    """
    root = Path(folder)
    place = output or Path("build") / root.resolve().name
    key = content_key(root, place)
    ledger, head, tex, stamp = (place / n for n in ("ledger.json", "paper.json", "equations.tex", "content.key"))
    written = (ledger, head, tex)
    if is_current(stamp, key, [*written, *figure_files(place)]):
        return read_ledger(ledger), place
    loaded = load_folder(root)

    def both(entry: Entry) -> tuple[DocumentEntry, dict[str, Any]]:
        shown = document_entry(loaded, entry)
        return shown, record(loaded, entry, shown).to_json()

    made = shown_ledger(loaded, both, progress=progress, jobs=jobs)
    for file, data in ((ledger, [r for _, r in made]), (head, heading(loaded))):
        write(file, json.dumps(data, indent=2, ensure_ascii=False) + "\n")
    write(tex, document_text(loaded, [shown for shown, _ in made]))
    if loaded.model.figures:
        build_figures(loaded, place / "figures", progress=progress)
    write(stamp, stamp_of(key, [*written, *figure_files(place), *imported(root)]))
    return read_ledger(ledger), place


def read_ledger(file: Path) -> tuple[Record, ...]:
    """The records of a ledger.json. LedgerError where it is none, or of another schema version."""
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as err:
        raise LedgerError(f"{file} is no JSON ({err}); make the ledger anew with `cascade-sym paper`.") from err
    return records_from(data)


def read_heading(place: Path) -> dict[str, Any]:
    """What `build_paper` wrote of the paper itself: title, reference, notation, abbreviations."""
    return json.loads((place / "paper.json").read_text(encoding="utf-8"))

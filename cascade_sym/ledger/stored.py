"""What is written of a folder: the ledger, cached by content, with the figures that the folder declares.

What is stored is JSON and LaTeX text, never code or pickled objects.
"""

from __future__ import annotations

import hashlib
import json
import sys
import sysconfig
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from cascade_sym.declared.figures import build_figures, figure_files
from cascade_sym.errors import LedgerError
from cascade_sym.files import write
from cascade_sym.folder.load import digest, files_in, load_folder
from cascade_sym.ledger.entries import run_ledger
from cascade_sym.ledger.records import Record, records_from
from cascade_sym.ledger.typeset import document_entry, document_text, heading, record

PACKAGE = Path(__file__).resolve().parent.parent


def build_paper(
    folder: str | Path, output: Path | None = None, progress: Callable[[str], None] | None = None
) -> tuple[tuple[Record, ...], Path]:
    """Write ledger.json, paper.json, equations.tex and the figures of a folder; the ledger's records, and the place.

    A second run with nothing changed reads what the first one wrote.
    """
    root = Path(folder)
    place = output or Path("build") / root.resolve().name
    key = content_key(root, place)
    ledger, head, tex, stamp = (place / n for n in ("ledger.json", "paper.json", "equations.tex", "content.key"))
    written = (ledger, head, tex)
    if is_current(stamp, key, [*written, *figure_files(place)]):
        return read_ledger(ledger), place
    loaded = load_folder(root)
    entries = run_ledger(loaded, progress=progress)
    shown = [document_entry(loaded, e) for e in entries]
    records = [record(loaded, e, s) for e, s in zip(entries, shown, strict=True)]
    for file, data in ((ledger, [r.to_json() for r in records]), (head, heading(loaded))):
        write(file, json.dumps(data, indent=2, ensure_ascii=False) + "\n")
    write(tex, document_text(loaded, shown))
    if loaded.model.figures:
        build_figures(loaded, place / "figures", progress=progress)
    write(stamp, stamp_of(key, [*written, *figure_files(place), *_imported(root)]))
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


def content_key(folder: Path, place: Path) -> str:
    """A hash of all that the ledger depends on: the toolkit's code, the folder's files, what is installed.

    What is written to `place` is no part of the folder, should it lie inside.
    """
    found = [p for p in files_in(folder) if not p.resolve().is_relative_to(place.resolve())]
    installed = sorted(i.name for place in sys.path for i in Path(place).glob("*.dist-info"))
    return digest(folder, found, digest(PACKAGE, files_in(PACKAGE)), sys.version, *installed)


def _imported(folder: Path) -> list[Path]:
    """Modules that the folder's Python may have taken from elsewhere: neither installed nor of the folder itself."""
    installed = (sysconfig.get_path(p) for p in ("stdlib", "purelib", "platlib"))
    own = [PACKAGE, folder.resolve(), *(Path(p).resolve() for p in installed)]
    names = (getattr(m, "__file__", None) for m in tuple(sys.modules.values()))
    files = {Path(n).resolve() for n in names if n}
    return sorted(f for f in files if f.is_file() and not any(f.is_relative_to(o) for o in own))


def is_current(stamp: Path, key: str, files: Iterable[Path]) -> bool:
    """Whether the stamp was written for this key and these files, and all that it names is as it was then."""
    try:
        said = stamp.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    named = [Path(line.partition(" ")[2]) for line in said.splitlines()[1:]]
    return set(files) <= set(named) and said == stamp_of(key, named)


def stamp_of(key: str, files: Iterable[Path]) -> str:
    """The key, and the hashes of what was written for it: an edited, truncated or lost file is made anew."""
    found = (f"{hashlib.sha256(f.read_bytes()).hexdigest() if f.is_file() else 'none'} {f}" for f in files)
    return "\n".join([key, *found]) + "\n"

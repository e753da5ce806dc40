"""Everything that `make paper` writes for a folder, with the ledger cached by content.

The key of the cache is a hash of the toolkit's code, of the folder's files and of the versions of what computes;
what is stored is JSON and LaTeX text, never code or pickled objects.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cascade_sym.errors import CascadeError
from cascade_sym.paper.figures import build_figures
from cascade_sym.paper.folder import digest, load_folder
from cascade_sym.paper.ledger import run_ledger
from cascade_sym.paper.show import document_entry, document_text, heading, record

COMPUTING = ("sympy", "python-flint", "mpmath", "numpy")


def build_paper(
    folder: str | Path, output: Path | None = None, progress: Callable[[str], None] | None = None
) -> tuple[list[dict[str, Any]], Path]:
    """Write ledger.json, paper.json, equations.tex and the figures of a folder; the ledger's records, and the place.

    A second run with nothing changed reads what the first one wrote.
    """
    root = Path(folder)
    place = output or Path("build") / root.resolve().name
    key = content_key(root)
    ledger, head, tex, stamp = (place / n for n in ("ledger.json", "paper.json", "equations.tex", "content.key"))
    written = (ledger, head, tex)
    if stamp.is_file() and stamp.read_text() == stamp_of(key, *written, *figure_files(place)):
        return json.loads(ledger.read_text(encoding="utf-8")), place
    loaded = load_folder(root)
    entries = run_ledger(loaded, progress=progress)
    shown = [document_entry(loaded, e) for e in entries]
    records = [record(loaded, e, s) for e, s in zip(entries, shown, strict=True)]
    try:
        place.mkdir(parents=True, exist_ok=True)
        ledger.write_text(_json(records), encoding="utf-8")
        head.write_text(_json(heading(loaded)), encoding="utf-8")
        tex.write_text(document_text(loaded, shown), encoding="utf-8")
        if loaded.model.figures:
            build_figures(loaded, place / "figures", progress=progress)
        stamp.write_text(stamp_of(key, *written, *figure_files(place)))
    except OSError as err:
        raise CascadeError(f"can't write to {place}: {err.strerror}; choose another place with -o.") from err
    return records, place


def figure_files(place: Path) -> list[Path]:
    figures = place / "figures"
    return sorted(p for p in figures.iterdir() if p.is_file()) if figures.is_dir() else []


def read_heading(place: Path) -> dict[str, Any]:
    """What `build_paper` wrote of the paper itself: title, reference, notation, abbreviations."""
    return json.loads((place / "paper.json").read_text(encoding="utf-8"))


def _json(data: Any) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def content_key(folder: Path) -> str:
    """A hash of all that the ledger depends on."""
    package, folder = Path(__file__).resolve().parent.parent, folder.resolve()
    found = [[p for p in base.rglob("*") if p.suffix in (".py", ".toml") and p.is_file()] for base in (package, folder)]
    return digest(folder, found[1], digest(package, found[0]), *(f"{name}=={version(name)}" for name in COMPUTING))


def stamp_of(key: str, *files: Path) -> str:
    """The key, and the hashes of what was written for it: an edited, truncated or lost file is made anew."""
    found = (hashlib.sha256(f.read_bytes()).hexdigest() if f.is_file() else "none" for f in files)
    return "\n".join([key, *found]) + "\n"

"""What stored results depend on: the toolkit's code, a folder's files, what is installed, and what they were then."""

from __future__ import annotations

import hashlib
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def files_in(base: Path) -> list[Path]:
    """The ordinary files below a folder, hidden ones and compiled Python left out."""
    found = (p for p in base.rglob("*") if p.is_file())
    return [p for p in found if not any(x.startswith(".") or x == "__pycache__" for x in p.relative_to(base).parts)]


def digest(base: Path, files: Iterable[Path], *more: str) -> str:
    """A hash of files, with their places below `base`, and of some words."""
    h = hashlib.sha256("\0".join(more).encode())
    for file in sorted(files):
        h.update(str(file.relative_to(base)).encode() + b"\0" + file.read_bytes() + b"\0")
    return h.hexdigest()


def content_key(folder: Path, place: Path) -> str:
    """A hash of all that the ledger depends on: the toolkit's code, the folder's files, what is installed.

    What is written to `place` is no part of the folder, should it lie inside.
    """
    found = [p for p in files_in(folder) if not p.resolve().is_relative_to(place.resolve())]
    installed = sorted(i.name for place in sys.path for i in Path(place).glob("*.dist-info"))
    return digest(folder, found, digest(PACKAGE, files_in(PACKAGE)), sys.version, *installed)


def imported(folder: Path) -> list[Path]:
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

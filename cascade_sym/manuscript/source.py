r"""The text of a manuscript: read with bounds, without comments, with the files that it includes from its own folder.

Nothing is executed and nothing is read outside the manuscript's folder.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from os.path import isdir, isfile
from pathlib import Path

from cascade_sym.errors import FormulaError

MAX_BYTES = 4_000_000  # of all files together
MAX_FILES = 64
_INPUT = re.compile(r"\\(?:input|include|subfile)\s*(?:\{([^{}]*)\}|([^\s\\{}]+))")
MAX_NOTES = 50
_UNREAD = re.compile(r"\\begin\{(verbatim\*?|lstlisting|comment|filecontents\*?)\}.*?(?:\\end\{\1\}|\Z)", re.S)


@dataclass(frozen=True)
class Source:
    """One file: its path as the user wrote it, and its text with comments and verbatim blanked, line for line."""

    path: str
    text: str


def read_sources(path: str | Path) -> tuple[tuple[Source, ...], tuple[str, ...]]:
    r"""The manuscript and what it \inputs from its own folder, in the order of reading, and notes on what was not read.

    Raises FormulaError for a file that is missing, too large, or no text.
    """
    first = Path(path)
    try:
        root = first.resolve().parent
    except (OSError, RuntimeError, ValueError) as err:  # a circle of links, a name that no file can have
        raise FormulaError(f"{path!s} can't be found: {err}; give a .tex file.") from err
    sources: list[Source] = []
    notes: list[str] = []
    seen: set[Path] = set()
    left = MAX_BYTES

    def read(file: Path, shown: str) -> None:
        nonlocal left
        seen.add(file.resolve())
        raw = _bytes(file, shown, left)
        left -= len(raw)
        text = blanked(_decoded(raw, shown))
        sources.append(Source(shown, text))
        lines = Lines(text)
        for m in _INPUT.finditer(text):
            if len(notes) >= MAX_NOTES:
                notes[MAX_NOTES - 1 :] = ["further files were not read."]
                return
            name = (m[1] or m[2] or "").strip()
            found = _inside(root, name)
            if found is None:
                why = "is outside the manuscript's folder and was not read."
            elif not found.is_file():
                why = "was not found and not read."
            elif found.resolve() in seen:
                why = "is included again; it was read once."
            elif len(sources) >= MAX_FILES:
                why = f"was not read; at most {MAX_FILES} files are."
            else:
                read(found, str(found.relative_to(root)))
                continue
            notes.append(f"{shown}, line {lines.at(m.start())}: {name!r} {why}")

    read(first, str(path))
    return tuple(sources), tuple(notes)


def _bytes(file: Path, shown: str, limit: int) -> bytes:
    if isdir(file):  # names that no file can have are no folder, not an error
        raise FormulaError(f"{shown} is a folder; give a .tex file.")
    if not isfile(file):
        raise FormulaError(f"{shown} is not there, or no ordinary file; give a .tex file.")
    try:
        with file.open("rb") as f:
            raw = f.read(limit + 1)
    except OSError as err:
        raise FormulaError(f"can't read {shown}: {err.strerror}.") from err
    if len(raw) > limit:
        raise FormulaError(f"{shown}: a manuscript of more than {MAX_BYTES} bytes is not read; split it.")
    return raw


def _decoded(raw: bytes, shown: str) -> str:
    if b"\0" in raw:
        raise FormulaError(f"{shown} is a binary file; give a .tex file.")
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as err:
        raise FormulaError(f"{shown} is not UTF-8 text (byte {err.start}); convert it first.") from err


def _inside(root: Path, name: str) -> Path | None:
    """The file that a name means, or None where it lies outside `root` (links are followed before that is asked)."""
    try:
        for candidate in (root / name, root / f"{name}.tex"):
            full = candidate.resolve()
            if not full.is_relative_to(root):
                return None
            if full.is_file():
                return full
    except (OSError, ValueError, RuntimeError):
        return None
    return root / name


def blanked(text: str) -> str:
    r"""`text` with comments and verbatim blanked out, every line and column where it was.

    >>> blanked("a % b\n50\\% c")
    'a    \n50\\% c'
    """
    out = re.sub(r"(?<!\\)((?:\\\\)*)%[^\n]*", lambda m: m[1] + " " * (len(m[0]) - len(m[1])), text)
    return _UNREAD.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), out)


class Lines:
    """The line numbers of places in a text."""

    def __init__(self, text: str) -> None:
        self._ends = [m.start() for m in re.finditer("\n", text)]

    def at(self, place: int) -> int:
        return bisect_left(self._ends, place) + 1

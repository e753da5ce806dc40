"""Figures that lie beside a ledger: taken into the page as data, and into the PDF as files."""

from __future__ import annotations

import re
import struct
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cascade_sym.report.html import anchor, element, text, void

KINDS = {".svg": "image/svg+xml", ".png": "image/png"}
PAPER_KINDS = (".pdf", ".png")  # what pdflatex includes, the best first
PNG = "data:image/png;base64,"
WIDE = 1.6  # width over height from which a figure has a row of its own
MAX_BYTES = 3_000_000  # of all figures together, so that the page stays small


@dataclass(frozen=True)
class Figure:
    """A figure's name, its caption, its image as a data URI (None where the page would become too large, or where
    there is none that a browser shows), and its file for the paper (None where there is none)."""

    name: str
    caption: str
    data: str | None
    paper: Path | None = None

    @property
    def title(self) -> str:
        """The name in words.

        >>> Figure("fig2", "", None).title
        'Fig. 2'
        """
        title = re.sub(r"(?<=[a-z])(?=[A-Z0-9])", " ", self.name).replace("_", " ").replace("-", " ")
        return re.sub(r"^Fig ", "Fig. ", title[:1].upper() + title[1:])

    @property
    def wide(self) -> bool:
        """Whether a PNG has several panels side by side, so that it needs a row of its own."""
        if self.data is None or not self.data.startswith(PNG):
            return False
        start = b64decode(self.data[len(PNG) :][:64])
        width, height = struct.unpack(">II", start[16:24]) if len(start) >= 24 else (0, 1)
        return bool(width > WIDE * height)


def figures_in(place: Path) -> tuple[Figure, ...]:
    """The figures in a folder, by name: for the page SVG or PNG, whichever is smaller, for the paper PDF or PNG; a
    caption from NAME.txt beside it."""
    if not place.is_dir():
        return ()
    files: dict[str, list[Path]] = {}
    for p in sorted(place.iterdir()):
        if p.suffix.lower() in (*KINDS, *PAPER_KINDS) and p.is_file() and not p.is_symlink():
            files.setdefault(p.stem, []).append(p)
    out, left = [], MAX_BYTES
    for name, found in files.items():
        shown = [p for p in found if p.suffix.lower() in KINDS]
        best = min(shown, key=lambda p: (p.stat().st_size, p.suffix), default=None)
        data = None
        if best is not None and best.stat().st_size <= left:
            content = best.read_bytes()
            left -= len(content)
            data = f"data:{KINDS[best.suffix.lower()]};base64,{b64encode(content).decode()}"
        paper = next((p for kind in PAPER_KINDS for p in found if p.suffix.lower() == kind), None)
        out.append(Figure(name, _caption(place / f"{name}.txt"), data, paper))
    return tuple(out)


def _caption(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")[:2000].strip() if path.is_file() else ""
    except (OSError, UnicodeDecodeError):
        return ""


def figure_html(figure: Figure, words: Callable[[str], str] = text) -> str:
    """A figure with its caption, of which `words` makes HTML."""
    if figure.data is None:
        shown = element("p", text(f"{figure.name} is not shown on this page; it lies in figures/ beside it."))
    else:
        said = f"{figure.title}. {figure.caption.partition('. ')[0]}".strip()
        shown = void("img", src=figure.data, alt=said, loading="lazy")
    under = element("strong", text(f"{figure.title}. ")) + words(figure.caption)
    place = {"id": f"figure-{anchor(figure.name)}", "class_": "wide" if figure.wide else None}
    return element("figure", shown, element("figcaption", under), **place)

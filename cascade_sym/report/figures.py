"""Figures that lie beside a ledger, taken into the page as data."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cascade_sym.report.html import anchor, element, text, void

KINDS = {".svg": "image/svg+xml", ".png": "image/png"}
MAX_BYTES = 3_000_000  # of all figures together, so that the page stays small


@dataclass(frozen=True)
class Figure:
    """A figure's name, its caption, and its image as a data URI (None where the page would become too large)."""

    name: str
    caption: str
    data: str | None


def figures_in(place: Path) -> tuple[Figure, ...]:
    """The figures in a folder, by name: SVG or PNG, whichever is smaller; a caption from NAME.txt beside it."""
    if not place.is_dir():
        return ()
    files: dict[str, list[Path]] = {}
    for p in sorted(place.iterdir()):
        if p.suffix.lower() in KINDS and p.is_file() and not p.is_symlink():
            files.setdefault(p.stem, []).append(p)
    out, left = [], MAX_BYTES
    for name, found in files.items():
        best = min(found, key=lambda p: (p.stat().st_size, p.suffix))
        data = None
        if best.stat().st_size <= left:
            content = best.read_bytes()
            left -= len(content)
            data = f"data:{KINDS[best.suffix.lower()]};base64,{b64encode(content).decode()}"
        out.append(Figure(name, _caption(place / f"{name}.txt"), data))
    return tuple(out)


def _caption(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")[:2000].strip() if path.is_file() else ""
    except (OSError, UnicodeDecodeError):
        return ""


def figure_html(figure: Figure, words: Callable[[str], str] = text) -> str:
    """A figure with its caption, of which `words` makes HTML."""
    title = re.sub(r"(?<=[a-z])(?=[A-Z0-9])", " ", figure.name).replace("_", " ").replace("-", " ")
    alternative = figure.caption or title
    if figure.data is None:
        shown = element("p", text(f"{figure.name} is too large for this page; it lies in figures/ beside it."))
    else:
        shown = void("img", src=figure.data, alt=alternative, loading="lazy")
    said = element("strong", text(f"{title[:1].upper()}{title[1:]}. ")) + words(figure.caption)
    return element("figure", shown, element("figcaption", said), id=f"figure-{anchor(figure.name)}")

"""The committed corpus: displayed formulas with what they state, section by section."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

PLACE = Path(__file__).with_name("corpus.txt")


def sections() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    name, rows = "", []
    for line in PLACE.read_text(encoding="utf-8").splitlines()[2:]:
        if line.startswith("# "):
            if rows:
                yield name, rows
            name, rows = line[2:], []
        elif line:
            latex, _, expected = line.partition("  ==>  ")
            rows.append((latex, expected))
    yield name, rows


SECTIONS = dict(sections())
CORPUS = [row for rows in SECTIONS.values() for row in rows]

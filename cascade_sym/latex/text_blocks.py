"""Blocks of text: lines of one width with a base line, beside and above each other."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

_TALL = {
    "(": "⎛⎜⎝", ")": "⎞⎟⎠", "[": "⎡⎢⎣", "]": "⎤⎥⎦", "{": "⎧⎨⎩", "}": "⎫⎬⎭", "|": "│││", "⟨": "╱⎜╲", "⟩": "╲⎟╱",
}  # fmt: skip


def span(line: str) -> int:
    """The columns that a line takes: accents take none."""
    return sum(not unicodedata.combining(c) for c in line)


@dataclass(frozen=True)
class Block:
    """Lines of equal width, of which the one at `base` is that of the formula."""

    lines: tuple[str, ...]
    base: int = 0

    @property
    def width(self) -> int:
        return max(map(span, self.lines))

    @property
    def flat(self) -> bool:
        return len(self.lines) == 1

    @property
    def text(self) -> str:
        return self.lines[0] if self.flat else " ".join(line.strip() for line in self.lines)


def beside(blocks: Sequence[Block]) -> Block:
    """Blocks in a row, on one base line."""
    above = max((b.base for b in blocks), default=0)
    below = max((len(b.lines) - b.base for b in blocks), default=1)
    lines = [""] * (above + below)
    for b in blocks:
        start, wide = above - b.base, b.width
        for k in range(len(lines)):
            line = b.lines[k - start] if 0 <= k - start < len(b.lines) else ""
            lines[k] += line + " " * (wide - span(line))
    return Block(tuple(lines), above)


def stacked(over: Block, under: Block) -> Block:
    """A fraction."""
    wide = max(over.width, under.width)

    def centred(b: Block) -> list[str]:
        left = (wide - b.width) // 2
        return [" " * left + line + " " * (wide - left - span(line)) for line in b.lines]

    return Block((*centred(over), "─" * wide, *centred(under)), len(over.lines))


def bracketed(left: str, inside: Block, right: str) -> Block:
    """Between brackets as tall as what they hold."""

    def side(c: str) -> Block:
        n = len(inside.lines)
        if n == 1 or c not in _TALL:
            return Block((c,)) if c else Block(("",))
        top, middle, bottom = list(_TALL[c])
        if n == 2:
            return Block((top, bottom), inside.base)
        fill = {"{": "⎪", "}": "⎪"}.get(c, middle)
        rows = [top, *(middle if c in "{}" and k == n // 2 - 1 else fill for k in range(n - 2)), bottom]
        return Block(tuple(rows), inside.base)

    return beside([side(left), inside, side(right)])


def padded(b: Block, wide: int) -> Block:
    return beside([b, Block((" " * (wide - b.width),))])


def marked(b: Block, mark: str, *, low: bool) -> Block:
    """A script behind the last line (of an index) or the first one (of a power)."""
    at = b.base if b.flat else len(b.lines) - 1 if low else 0
    lines = [line + (mark if k == at else " " * span(mark)) for k, line in enumerate(b.lines)]
    return Block(tuple(lines), b.base)

r"""Roots and fractions that are too wide for a line, named and written out in a row of their own.

A line can't be broken inside \sqrt or \frac. Where one does not fit, its content becomes \mathcal{Q}_{1}, ... and is
listed below; the same content has the same name everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from cascade_sym.latex.scan import tokens
from cascade_sym.latex.width import width

if TYPE_CHECKING:
    from cascade_sym.latex.lines import Row

WIDE = 24.0
MAX_NAMES = 40
_NAME = re.compile(r"\\mathcal\{Q\}_\{(\d+)\}")


def shortened(rows: Sequence[Row], fits: Callable[[Row], bool]) -> tuple[list[Row], list[tuple[str, str]]]:
    """The rows with what makes them too wide named, and the (name, content) pairs, in the order of use."""
    out = list(rows)
    used = [int(k) for r in rows for k in _NAME.findall(r.lhs + r.rhs)]
    first = max(used, default=0) + 1
    named: list[tuple[str, str]] = []
    for k in range(first, first + MAX_NAMES):
        content = _widest(r.rhs for r in out if not r.text and not fits(r))
        if content is None:
            break
        name = f"\\mathcal{{Q}}_{{{k}}}"
        out = [replace(r, rhs=_put(r.rhs, content, name)) for r in out]
        named = [(n, _put(c, content, name)) for n, c in named]
        named.append((name, content))
    return out, named


def _put(latex: str, content: str, name: str) -> str:
    return latex.replace(f"{{{content}}}", f"{{{name}}}")


def _widest(texts: Iterator[str]) -> str | None:
    """The widest root or fraction content without a wide one inside."""
    best: tuple[float, str] | None = None
    for text in texts:
        for content in groups(text):
            size = width(content)
            if size < WIDE or (best is not None and size <= best[0]):
                continue
            if not any(width(inner) >= WIDE for inner in groups(content)):
                best = (size, content)
    return best[1] if best else None


def groups(latex: str) -> Iterator[str]:
    r"""The contents of all roots and fractions, nested ones too.

    >>> list(groups(r"\frac{a}{\sqrt{b}} + c^{d}"))
    ['a', 'b', '\\sqrt{b}']
    """
    expected, open_at = 0, []
    for t in tokens(latex):
        if t.text in ("\\frac", "\\sqrt"):
            expected = 2 if t.text == "\\frac" else 1
        elif t.text == "{":
            open_at.append((t.at + 1, expected))
            expected = 0
        elif t.text == "}" and open_at:
            start, left = open_at.pop()
            if left:
                yield latex[start : t.at]
            expected = left - 1 if left > 1 else 0

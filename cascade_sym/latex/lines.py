"""Rows of equations, broken where they are too long, as one `aligned` block or as bare lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from cascade_sym.latex.width import width

LINE = 78.0
_RELATION = re.compile(r"=|<|>|\\(?:approx|leq?|geq?|equiv|to|propto|simeq|sim|neq)(?![A-Za-z])")
_PIECE = re.compile(r"\\(?:left|right)(?![A-Za-z])\s*(?:\\[{}|]|\\[A-Za-z]+|.)|\\[A-Za-z]+|\\.|.", re.S)
_BLOCK = re.compile(r"\\(?:begin|end)\{(?:aligned|align\*?|gathered|split)\}")
_SIGNS = {"+", "-", "\\pm", "\\mp"}
_NOT_BINARY = {*_SIGNS, ",", "^", "_", "\\cdot", "\\times", "/"}  # a sign behind these belongs to one operand
_OPEN, _CLOSE = set("([") | {"\\{", "\\langle", "\\lvert"}, set(")]") | {"\\}", "\\rangle", "\\rvert"}


@dataclass(frozen=True)
class Row:
    """One equation: left side, relation, right side; a row of text has only `rhs` and `text=True`."""

    lhs: str
    relation: str
    rhs: str
    text: bool = False


def row(latex: str) -> Row:
    r"""An equation split at its first relation outside all brackets.

    >>> row(r"\gamma_S = a + b")
    Row(lhs='\\gamma_S', relation='=', rhs='a + b', text=False)
    """
    for i, piece, depth in _scan(latex):
        if depth == 0 and (_RELATION.fullmatch(piece) or latex[i : i + 2] == ":="):
            if piece == ":":
                return Row(latex[:i].strip(), ":=", latex[i + 2 :].strip())
            return Row(latex[:i].strip(), piece, latex[i + len(piece) :].strip())
    return Row("", "", latex.strip())


def rows_of(latex: str) -> list[Row]:
    r"""The equations of a piece of LaTeX: lines of an `aligned` block, or parts between `\\` or `,\quad`.

    A line without relation continues the one before it.

    >>> [r.rhs for r in rows_of(r"a = b,\quad c = d"+ "\n" + r"\\ e = f")]
    ['b', 'd', 'f']
    """
    text = _BLOCK.sub("", latex)
    out: list[Row] = []
    for line in _split(text):
        line = "".join(p for _, p, depth in _scan(line) if p != "&" or depth).strip()
        if not line:
            continue
        r = row(line)
        if r.relation or not out or r.rhs.startswith("\\text"):
            out.append(replace(r, text=r.rhs.startswith("\\text") and not r.relation))
        else:
            rest = r.rhs.removeprefix("\\quad").strip()
            out[-1] = replace(out[-1], rhs=f"{out[-1].rhs} {rest}")
    return out


def _split(latex: str) -> list[str]:
    """Lines, split at \\\\ and at a comma with a following \\quad, outside brackets."""
    cuts, after = [0], 0
    pieces = _scan(latex)
    for n, (i, piece, depth) in enumerate(pieces):
        if depth == 0 and piece == "\\\\":
            cuts += [i, i + 2]
        elif depth == 0 and piece == "," and [p for _, p, _ in pieces[n + 1 : n + 3] if p.strip()][:1] == ["\\quad"]:
            after = latex.index("\\quad", i) + len("\\quad")
            cuts += [i, after]
    cuts.append(len(latex))
    return [latex[a:b] for a, b in zip(cuts[::2], cuts[1::2], strict=True)]


def terms(latex: str) -> list[str]:
    r"""The terms of a sum, each with its sign, split at + and - outside all brackets.

    >>> terms(r"a + (b - c)d - \frac{e + f}{g}")
    ['a', '+ (b - c)d', '- \\frac{e + f}{g}']
    """
    cuts, before = [], ""
    for i, piece, depth in _scan(latex):
        if piece.isspace():
            continue
        binary = before and before not in _OPEN | _NOT_BINARY and not _RELATION.fullmatch(before)
        if depth == 0 and piece in _SIGNS and binary:
            cuts.append(i)
        before = piece
    edges = [0, *cuts, len(latex)]
    return [latex[a:b].strip() for a, b in pairwise(edges) if latex[a:b].strip()]


def aligned(rows: Sequence[Row], line: float = LINE) -> str:
    r"""The rows as one `aligned` environment, aligned at their relations, long sums broken before + and -."""
    body = " \\\\\n".join(all_broken(rows, line))
    return f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}"


def all_broken(rows: Sequence[Row], line: float = LINE) -> list[str]:
    """The lines of a block whose relations stand below each other: the widest left side counts for all."""
    left = max((width(r.lhs) for r in rows if not r.text), default=0.0)
    return [text for r in rows for text in broken(r, line, left)]


def broken(r: Row, line: float = LINE, left: float = 0.0) -> list[str]:
    """A row as one or more lines with `&` before the relation, `left` being the width kept for left sides."""
    if r.text:
        return [f"&{r.rhs}"]
    head = f"{r.lhs} &{r.relation} " if r.relation else "&"
    room = line - max(left, width(r.lhs)) - 3
    if width(r.rhs) <= room:
        return [head + r.rhs]
    lines = fill(opened(r.rhs, room), room)
    return [head + lines[0], *(f"&\\quad {x}" for x in lines[1:])]


def fill(pieces: Sequence[str], room: float) -> list[str]:
    """Pieces put on as few lines as they need."""
    lines: list[str] = []
    for p in pieces:
        if lines and width(f"{lines[-1]} {p}") <= room:
            lines[-1] += " " + p
        else:
            lines.append(p)
    return lines


def opened(latex: str, room: float) -> list[str]:
    r"""The pieces of a sum between which a line may break; a bracket that is itself too long is opened too.

    Stretched brackets that are opened get a fixed size, since \left and \right must stand on one line.
    """
    out = []
    for t in terms(latex):
        if width(t) <= room:
            out.append(t)
            continue
        found = _long_bracket(t)
        if found is None:
            out.append(t)
            continue
        i, j, left, right = found
        inner = opened(t[i + len(left) : j], room)
        if len(inner) == 1:
            out.append(t)
            continue
        tall = left.startswith("\\left")
        a = "\\biggl" + left[5:].strip() if tall else left
        b = "\\biggr" + right[6:].strip() if tall else right
        after = t[j + len(right) :]
        out += [t[:i] + a + inner[0], *inner[1:-1], inner[-1] + b + after]
    return out


def _long_bracket(t: str) -> tuple[int, int, str, str] | None:
    """The widest outermost bracket of a term: start, end, opening and closing delimiter."""
    best: tuple[float, tuple[int, int, str, str]] | None = None
    start = None
    for i, piece, depth in _scan(t):
        if depth == 1 and start is None and (piece in _OPEN or piece.startswith("\\left")):
            start = (i, piece)
        elif depth == 0 and start is not None and (piece in _CLOSE or piece.startswith("\\right")):
            inner = t[start[0] + len(start[1]) : i]
            size = width(inner)
            if best is None or size > best[0]:
                best = (size, (start[0], i, start[1], piece))
            start = None
        elif depth == 0:
            start = None
    return best[1] if best else None


def _scan(latex: str) -> list[tuple[int, str, int]]:
    """(position, token, depth): the depth behind an opening bracket or brace, outside a closing one."""
    out, depth = [], 0
    for m in _PIECE.finditer(latex):
        piece = m.group()
        if piece in ("{", "\\begin") or piece in _OPEN or (piece.startswith("\\left") and not piece[5:6].isalpha()):
            depth += 1
        elif piece in ("}", "\\end") or piece in _CLOSE or (piece.startswith("\\right") and not piece[6:7].isalpha()):
            depth -= 1
        out.append((m.start(), piece, depth))
    return out

r"""Rows of equations: read from LaTeX, broken where they are too long, put below each other.

A line may be broken before + and -, inside a long bracket, and before a bracket of a product, but not inside \sqrt or
\frac. Where one does not fit, its content becomes \mathcal{Q}_{1}, ... and is listed below; the same content has the
same name everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from cascade_sym.formula.lettering import group_ends
from cascade_sym.latex.scan import OPEN, SIGNS, between, closes, is_relation, opens, tokens, width

LINE = 78.0  # width in digits of a line of a page
WORTH_A_NAME = 24.0  # the width of what is named where it makes a row too wide
MAX_NAMES = 40  # of a row, before the search for the narrowest break is given up
SMALL = 8.0  # brackets below this width may be the argument of a function
WIDE = 0.35  # of a line: a left side above this stands alone where the row is broken
TIMES = "\\times "
_HEAD = re.compile(r"\\(frac|sqrt)(?:\[[^\[\]{}]*\])?(?=\{)")
_NAME = re.compile(r"\\mathcal\{Q\}_\{(\d+)\}")
_JOINING = {*SIGNS, "\\times", "\\cdot"}
_COMMA = re.compile(r",\s?\\quad(?![A-Za-z])")
_BLOCK = re.compile(r"\\(?:begin|end)\{(?:aligned|align\*?|gathered|split)\}")
_NOT_BINARY = {*SIGNS, *OPEN, ",", "^", "_", "\\cdot", "\\times", "/"}  # a sign behind these is one operand's


@dataclass(frozen=True)
class Row:
    """One equation: left side, relation, right side; a row of text has only `rhs` and `text=True`."""

    lhs: str
    relation: str
    rhs: str
    text: bool = False


WHERE = Row("", "", "\\text{where}", text=True)


def row(latex: str) -> Row:
    r"""An equation split at its first relation outside all brackets.

    >>> row(r"\gamma_S = a + b")
    Row(lhs='\\gamma_S', relation='=', rhs='a + b', text=False)
    """
    for t in tokens(latex):
        if t.outside and latex[t.at : t.at + 2] == ":=":
            return Row(latex[: t.at].strip(), ":=", latex[t.at + 2 :].strip())
        if t.outside and is_relation(t.text):
            return Row(latex[: t.at].strip(), t.text, latex[t.at + len(t.text) :].strip())
    return Row("", "", latex.strip())


def rows_of(latex: str) -> list[Row]:
    r"""The equations of a piece of LaTeX: lines of an `aligned` block, or parts between `\\` or `,\quad`.

    A line without relation continues the one before it, unless it starts at the alignment with no sign.

    >>> [r.rhs for r in rows_of(r"a = b,\quad c = d \\ &\quad + x \\ e = f")]
    ['b', 'd + x', 'f']
    """
    out: list[Row] = []
    for line in _split(_BLOCK.sub("", latex)):
        aligned_at = "&" in (t.text for t in tokens(line) if t.braces == 0)
        text = "".join(t.text for t in tokens(line) if t.text != "&" or t.braces).strip()
        if not text:
            continue
        continues = aligned_at and text.startswith("\\quad")
        r = Row("", "", text) if continues else row(text)
        starts = line.lstrip().startswith("&") and not continues and next(tokens(text)).text not in _JOINING
        if r.relation or not out or starts or text.startswith("\\text"):
            out.append(replace(r, text=text.startswith("\\text") and not r.relation))
        else:
            rest = text.removeprefix("\\quad").strip().removeprefix("\\times").strip()
            whole = f"{out[-1].rhs} {rest}".strip()
            out[-1] = replace(out[-1], rhs=whole) if out[-1].relation or out[-1].text else row(whole)
    return out


def _split(latex: str) -> list[str]:
    r"""Lines, split at \\ outside braces and at a comma with a following \quad."""
    gaps = []
    for t in tokens(latex):
        if t.braces == 0 and t.text == "\\\\":
            gaps.append((t.at, t.at + 2))
        elif t.outside and (m := _COMMA.match(latex, t.at)):
            gaps.append(m.span())
    return [piece for _, piece in between(latex, gaps)]


def aligned(rows: Sequence[Row], line: float = LINE) -> str:
    r"""The rows as one `aligned` environment, aligned at their relations, long formulas broken."""
    body = " \\\\\n".join(all_broken(rows, line))
    return f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}"


def all_broken(rows: Sequence[Row], line: float = LINE) -> list[str]:
    """The lines of a block whose relations stand below each other."""
    return [text for _, row_lines in rows_broken(rows, line) for text in row_lines]


def rows_broken(rows: Sequence[Row], line: float = LINE) -> list[tuple[Row, list[str]]]:
    """The rows of a block with the lines of each: the widest left side counts for all, but for those that are so wide
    that their right sides start on a line of their own."""
    left = max((width(r.lhs) for r in rows if not r.text and not _hangs(r, line)), default=0.0)
    rows, named = shortened(rows, lambda r: all(width(x) <= line for x in broken(r, line, left)))
    below = [Row(name, "=", content) for name, content in named]
    return [(r, broken(r, line, left)) for r in (*rows, *([WHERE] if below and WHERE not in rows else []), *below)]


def broken(r: Row, line: float = LINE, left: float = 0.0) -> list[str]:
    """A row as one or more lines with `&` before the relation, `left` being the width kept for left sides.

    A wide left side goes before all of the right one, with the relation at its end.
    """
    if r.text:
        return [f"&{r.rhs}"]
    if _hangs(r, line):
        over, under = lines(r.lhs, line - left - 3), lines(r.rhs, line - left - 3)
        over[-1] += f" {r.relation}"
        return [f"&{over[0]}", *(f"&\\quad {x}" for x in (*over[1:], *under))]
    head = f"{r.lhs} &{r.relation} " if r.relation else "&"
    first, *more = lines(r.rhs, line - max(left, width(r.lhs)) - 3)
    return [head + first, *(f"&\\quad {x}" for x in more)]


def _hangs(r: Row, line: float) -> bool:
    """Whether a row's left side is too wide to leave room for its right side."""
    return bool(r.relation) and width(r.lhs) > WIDE * line and width(f"{r.lhs}={r.rhs}") > line


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
    wide = [c for text in texts for c in groups(text) if width(c) >= WORTH_A_NAME]
    innermost = (c for c in wide if not any(width(inner) >= WORTH_A_NAME for inner in groups(c)))
    return max(innermost, key=width, default=None)


def groups(latex: str) -> Iterator[str]:
    r"""The contents of all roots and fractions, nested ones too.

    >>> list(groups(r"\frac{a}{\sqrt{b}} + c^{d}"))
    ['a', '\\sqrt{b}', 'b']
    """
    ends = group_ends(latex)
    for m in _HEAD.finditer(latex):
        at = m.end()
        for _ in range(2 if m[1] == "frac" else 1):
            if end := ends.get(at):
                yield latex[at + 1 : end - 1]
                at = end


def terms(latex: str) -> list[str]:
    r"""The terms of a sum, each with its sign, split at + and - outside all brackets.

    >>> terms(r"a + (b - c)d - \frac{e + f}{g}")
    ['a', '+ (b - c)d', '- \\frac{e + f}{g}']
    """
    cuts, before = [], ""
    for t in tokens(latex):
        if t.text.isspace():
            continue
        if t.outside and t.text in SIGNS and before and before not in _NOT_BINARY and not is_relation(before):
            cuts.append(t.at)
        before = t.text
    return _cut(latex, cuts)


def lines(latex: str, room: float) -> list[str]:
    """A formula on as few lines as it needs."""
    if width(latex) <= room:
        return [latex]
    return fill(pieces(latex, room), room)


def fill(parts: Sequence[str], room: float) -> list[str]:
    """Pieces put on as few lines as they need."""
    out: list[str] = []
    for p in parts:
        if out and width(f"{out[-1]} {p}") <= room:
            out[-1] += f" {p}"
        else:
            out.append(p)
    return out


def pieces(latex: str, room: float) -> list[str]:
    r"""The pieces of a sum between which a line may break; terms that are too long are broken too.

    A long bracket is opened; stretched brackets then get a fixed size, since \left and \right must stand on one
    line. A product whose bracket starts too far to the right continues with \times on the next line.
    """
    return [piece for t in terms(latex) for piece in ([t] if width(t) <= room else _term(t, room))]


def _term(t: str, room: float) -> list[str]:
    factors = _factors(t)
    if len(factors) > 1 and width(factors[0]) > room / 2:
        rest = TIMES + "".join(factors[1:])
        return [*_opened(factors[0], room), *([rest] if width(rest) <= room else _term(rest, room))]
    return _opened(t, room)


def _opened(t: str, room: float) -> list[str]:
    """A term with its widest bracket opened."""
    if width(t) <= room:
        return [t]
    brackets = _brackets(t)
    if not brackets:
        return [t]
    i, j, left, right = max(brackets, key=lambda b: width(t[b[0] : b[1]]))
    if width(t[i:j]) < width(t) / 3:  # opening it would not help
        return [t]
    inner = pieces(t[i + len(left) : j], room)
    if len(inner) == 1:
        return [t]
    tall = left.startswith("\\left")
    a = "\\biggl" + left[5:].strip() if tall else left
    b = "\\biggr" + right[6:].strip() if tall else right
    last, tail = inner[-1] + b, t[j + len(right) :].strip()
    factor = tail.startswith(TIMES) or (bool(tail) and opens(next(tokens(tail)).text))
    if not factor or width(last + tail) <= room:
        return [t[:i] + a + inner[0], *inner[1:-1], f"{last} {tail}" if tail.startswith(TIMES) else last + tail]
    rest = tail if tail.startswith(TIMES) else TIMES + tail
    return [t[:i] + a + inner[0], *inner[1:-1], last, *([rest] if width(rest) <= room else _opened(rest, room))]


def _factors(t: str) -> list[str]:
    """A product cut before each bracket that holds a sum, behind a fraction or another bracket."""
    cuts, before = [], ""
    starts = {i: width(t[i:j]) for i, j, left, _ in _brackets(t) if len(terms(t[i + len(left) : j])) > 1}
    for x in tokens(t):
        if starts.get(x.at, 0.0) > SMALL and (before == "}" or closes(before)):
            cuts.append(x.at)
        if not x.text.isspace():
            before = x.text
    return _cut(t, cuts)


def _brackets(t: str) -> list[tuple[int, int, str, str]]:
    """The outermost brackets of a term: start, end, opening and closing delimiter."""
    out = []
    start: tuple[int, str] | None = None
    for x in tokens(t):
        if x.braces == 0 and x.brackets == 1 and start is None and opens(x.text):
            start = (x.at, x.text)
        elif x.outside and start is not None and closes(x.text):
            out.append((start[0], x.at, start[1], x.text))
            start = None
    return out


def _cut(latex: str, cuts: Sequence[int]) -> list[str]:
    return [piece.strip() for _, piece in between(latex, [(c, c) for c in cuts]) if piece.strip()]

r"""Where a long formula may be broken: before + and -, inside a long bracket, and before a bracket of a product."""

from __future__ import annotations

from collections.abc import Sequence

from cascade_sym.latex.scan import OPEN, SIGNS, between, closes, is_relation, opens, tokens
from cascade_sym.latex.width import width

_NOT_BINARY = {*SIGNS, *OPEN, ",", "^", "_", "\\cdot", "\\times", "/"}  # a sign behind these is one operand's
TIMES = "\\times "
SMALL = 8.0  # brackets below this width may be the argument of a function


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
    out = []
    for t in terms(latex):
        out += [t] if width(t) <= room else _term(t, room)
    return out


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

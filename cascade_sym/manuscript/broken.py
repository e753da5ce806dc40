r"""The rows of a display put together to formulas: what is broken over rows is one, a bracket is made whole again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cascade_sym.manuscript.displays import Display, Row
from cascade_sym.manuscript.tokens import Token

_OPEN = frozenset(("(", "[", "\\{", "\\lbrace", "\\lbrack", "{", "\\left"))
_CLOSE = frozenset((")", "]", "\\}", "\\rbrace", "\\rbrack", "}", "\\right"))
RELATIONS = frozenset(
    "= < > \\approx \\simeq \\sim \\equiv \\le \\leq \\leqslant \\ge \\geq \\geqslant \\lt \\gt \\propto \\to "
    "\\rightarrow \\longrightarrow \\Rightarrow \\neq \\ne \\coloneqq \\eqqcolon \\ll \\gg \\cong \\doteq \\lesssim "
    "\\gtrsim \\Leftrightarrow \\mapsto \\triangleq \\implies \\iff \\leftrightarrow "
    "\\Longrightarrow \\leftarrow \\coloneq \\vcentcolon \\lessapprox \\gtrapprox \\xrightarrow \\in".split()
)
SIGNS = frozenset("+ - \\pm \\mp".split())
OPERATORS = SIGNS | frozenset("\\times \\cdot / * \\otimes \\oplus \\ast".split())
_SKIPPED = frozenset((" ", "\\quad", "\\qquad", "\\,", "\\;", "\\:", "\\!", "\\ ", "~", "\\displaystyle", "\\hfill"))


def outer(tokens: Sequence[Token]) -> Iterator[tuple[int, Token]]:
    r"""The tokens outside all braces, brackets and inner environments, with their places."""
    depth = 0
    after_left = False
    for n, t in enumerate(tokens):
        if after_left:  # the bracket of a \left or \right
            after_left = False
            continue
        after_left = t.text in ("\\left", "\\right")
        if t.text in _OPEN or t.text.startswith("\\begin{"):
            depth += 1
        elif t.text in _CLOSE or t.text.startswith("\\end{"):
            depth = max(depth - 1, 0)
        elif depth == 0:
            yield n, t


def relation_in(tokens: Sequence[Token]) -> int | None:
    """The place of the first relation outside all brackets; None where there is none."""
    return next((n for n, t in outer(tokens) if t.text in RELATIONS or _is_over(tokens, n)), None)


def _is_over(tokens: Sequence[Token], at: int) -> bool:
    r"""Whether a relation with something over it stands here: \overset{!}{=}."""
    if tokens[at].text not in ("\\overset", "\\stackrel", "\\underset"):
        return False
    depth, n, last = 0, at + 1, at + 1
    for _ in range(2):  # to the start of the second argument
        last = n
        while n < len(tokens) and tokens[n].text == " ":
            n += 1
        while n < len(tokens):
            depth += (tokens[n].text == "{") - (tokens[n].text == "}")
            n += 1
            if depth <= 0:
                break
    return any(t.text in RELATIONS for t in tokens[last:n])


def unclosed(tokens: Sequence[Token]) -> int:
    """How many brackets are open at the end."""
    depth = 0
    after_left = False
    for t in tokens:
        if after_left:
            after_left = False
            continue
        after_left = t.text in ("\\left", "\\right")
        depth += (t.text in _OPEN) - (t.text in _CLOSE)
    return depth


def formulas(display: Display) -> list[Row]:
    """The rows of a display put together to formulas."""
    out: list[Row] = []
    for row in display.rows:
        last = out[-1] if out else None
        if row.blank:
            if last:
                last.labels += row.labels
                last.tag = last.tag or row.tag
            elif row.labels or row.tag:
                out.append(row)
        elif last is None:
            out.append(row)
        elif last.blank:
            row.labels, row.tag = last.labels + row.labels, last.tag or row.tag
            out[-1] = row
        elif _continues(last, row, display.name):
            _join(last, row)
        else:
            if leads(row) and (place := relation_in(last.tokens)) is not None:
                row.tokens = last.tokens[:place] + row.tokens
            out.append(row)
    return out


def leads(row: Row) -> bool:
    """Whether a row begins with a relation."""
    return relation_in(row.tokens) == next((n for n, t in enumerate(row.tokens) if t.text not in _SKIPPED), None)


def first_of(row: Row) -> str:
    return next((t.text for t in row.tokens if t.text not in _SKIPPED), "")


def _continues(last: Row, row: Row, name: str) -> bool:
    """Whether a row goes on with the formula of the one before it."""
    first = first_of(row)
    ending = next((t.text for t in reversed(last.tokens) if t.text not in _SKIPPED), "")
    if name == "multline" or unclosed(last.tokens) > 0 or ending in OPERATORS or ending in RELATIONS:
        return True
    if leads(row):
        return last.quiet or not last.labels or relation_in(last.tokens) is None
    if relation_in(row.tokens) is None:
        lone = relation_in(last.tokens) is None or (bool(row.labels) and bool(last.labels))
        return first in OPERATORS or not lone
    return first in OPERATORS and (last.quiet or row.aligned_first)


def _join(last: Row, row: Row) -> None:
    """Puts a row behind another, a bracket that was broken with \\right. and \\left. whole again."""
    before, after = last.tokens, row.tokens
    while True:
        close = next((n for n in range(len(before) - 1, -1, -1) if before[n].text in ("\\left", "\\right")), None)
        begin = next((n for n, t in enumerate(after) if t.text in ("\\left", "\\right")), None)
        if close is None or begin is None or _pair(before, close) != "\\right." or _pair(after, begin) != "\\left.":
            break
        before, after = _without(before, close), _without(after, begin)
    gap = [after[0]._replace(text=" ")] if after else []
    last.tokens = [*before, *gap, *after]
    last.labels += row.labels
    last.tag = last.tag or row.tag
    last.quiet = row.quiet
    last.trouble = last.trouble or row.trouble


def _pair(tokens: Sequence[Token], at: int) -> str:
    return "".join(t.text for t in tokens[at : at + 3] if t.text != " ")[: len(tokens[at].text) + 1]


def _without(tokens: list[Token], at: int) -> list[Token]:
    end = next((n for n in range(at + 1, len(tokens)) if tokens[n].text == "."), at)
    return tokens[:at] + tokens[end + 1 :]

r"""The displayed formulas of a manuscript: every display environment, \[ \] and $$, row by row.

A row of align is a formula; a formula that is broken over rows is put together again (`rows`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from cascade_sym.manuscript.expand import Expander
from cascade_sym.manuscript.tokens import PARAGRAPH, Token, spelled

ALIGNED = frozenset(
    ("align", "alignat", "flalign", "xalignat", "xxalignat", "aligned", "alignedat", "split", "dgroup", "darray")
)
_COLUMNS = frozenset(("alignat", "xalignat", "xxalignat", "alignedat", "IEEEeqnarray", "array"))
DISPLAYS = ALIGNED - {"aligned", "alignedat", "split", "dgroup"} | {
    "equation", "gather", "multline", "eqnarray", "displaymath", "IEEEeqnarray", "dmath", "dseries", "numcases",
    "subnumcases", "empheq", "mathletters",
}  # fmt: skip
_ROWS = frozenset("aligned alignedat split gathered multlined IEEEeqnarraybox lgathered rgathered".split())
_SYSTEMS = frozenset(("cases", "dcases", "rcases", "array"))  # rows of formulas where they are all of a display
_SECTIONS = frozenset(
    ("\\section", "\\subsection", "\\subsubsection", "\\chapter", "\\part", "\\paragraph", "\\maketitle", "\\item",
     "\\bibliography", "\\appendix", "\\section*", "\\caption")
)  # fmt: skip
_LENGTH = re.compile(r"\[\s*-?\s*[\d.]*\s*(?:\\\w+|[a-z]{2})\s*\]")
_QUIET = ("\\nonumber", "\\notag", "\\IEEEnonumber")
_TEXT = ("\\intertext", "\\shortintertext")
NOT_CLOSED = "the environment is empty or not closed."


@dataclass
class Row:
    """One row of a display as it is written."""

    tokens: list[Token] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    tag: str = ""
    quiet: bool = False
    aligned_first: bool = False  # begins with its alignment mark
    trouble: str = ""

    @property
    def blank(self) -> bool:
        return all(t.text in (" ", "", PARAGRAPH, "&") for t in self.tokens)


@dataclass
class Display:
    """One display: its environment, where it begins, its rows, and whether it was closed."""

    name: str
    start: Token
    rows: list[Row] = field(default_factory=list)
    closed: bool = True
    unsure: bool = False


def displays(stream: Expander) -> Iterator[Display]:
    """The displays of a manuscript, in the order of reading."""
    inline = False
    while (t := stream.next(prose=True)) is not None:
        text = t.text
        if text == PARAGRAPH:
            inline = False
        elif text == "$":
            inline = not inline
        elif text in ("\\[", "$$") and not (inline and text == "$$"):
            yield _Collector(stream, t, "\\]" if text == "\\[" else "$$", "").collect()
            inline = False
        elif text.startswith("\\begin{") and (name := environment(text)) in DISPLAYS:
            inline = False
            if name == "empheq":
                stream.bracketed()
                name = stream.label("\\begin").rstrip("*")
            yield _Collector(stream, t, "\\end" + text[6:], name).collect()


def environment(mark: str) -> str:
    r"""The name in \begin{name*} or \end{name*} without its star."""
    return mark[mark.index("{") + 1 : -1].rstrip("*")


class _Collector:
    """What stands in one display, taken from the stream token by token."""

    def __init__(self, stream: Expander, start: Token, end: str, name: str) -> None:
        self.stream, self.end, self.name = stream, end, name
        self.display = Display(name, start, [Row()], unsure=stream.unsure)
        self.braces = self.left = self.columns = 0
        self.open: list[tuple[str, bool]] = []  # inner environments, and whether their rows are the display's
        self.dropped = 0  # \right. to drop, whose \left\{ embraced the rows of a system
        stream.trouble = ""

    @property
    def row(self) -> Row:
        return self.display.rows[-1]

    def collect(self) -> Display:
        if self.name in _COLUMNS:
            self.stream.label("\\begin")
        elif self.name == "dmath":
            self.stream.bracketed()
        while (t := self.stream.next()) is not None:
            if t.text == self.end and (self.end != "$$" or self.braces <= 0):
                self._finish_row()
                return self.display
            if self._ends_here(t):
                self.stream.push([t])
                break
            self._take(t)
        self.display.closed = False
        self._finish_row()
        return self.display

    def _ends_here(self, t: Token) -> bool:
        """Whether what comes can't stand in a display, which was not closed then."""
        text = t.text
        if text.startswith("\\begin{"):
            return environment(text) in DISPLAYS
        if text.startswith("\\end{"):
            return environment(text) not in [name for name, _ in self.open]
        return text in _SECTIONS or text == "\\[" or (text == PARAGRAPH and self.end == "$$")

    def _take(self, t: Token) -> None:
        text, row = t.text, self.row
        self.display.unsure = self.display.unsure or self.stream.unsure
        flat = self.braces <= 0 and all(f for _, f in self.open)
        if text in ("\\label", "\\IEEElabel"):
            row.labels.append(self.stream.label(text))
        elif text in ("\\tag", "\\eqno", "\\leqno") and flat:
            self.stream.accepts("*")
            row.tag = row.tag or self.stream.label(text)
        elif text in _QUIET:
            row.quiet = True
        elif text in ("\\IEEEyesnumber", "\\IEEEyessubnumber", "\\hline", ""):
            pass
        elif text in _TEXT and flat:
            self._finish_row()
            self.display.rows.append(Row())
            self.stream.label(text)
        elif text == "\\IEEEeqnarraymulticol":
            self.stream.label(text), self.stream.label(text)
        elif text in ("\\\\", "\\cr", "\\tabularnewline") and flat:
            self._break()
        elif text == "&" and flat:
            self._column(t)
        elif text.startswith(("\\begin{", "\\end{")):
            self._inner(t, flat)
        else:
            self._plain(t)

    def _plain(self, t: Token) -> None:
        text, row = t.text, self.row
        if text == "\\right" and self.dropped and self.left == 0:
            self.dropped -= 1
            self.stream.raw()
            return
        self.braces += (text == "{") - (text == "}")
        self.left += (text == "\\left") - (text == "\\right")
        row.tokens.append(t._replace(text=" ") if text == PARAGRAPH else t)

    def _column(self, t: Token) -> None:
        if self.row.blank and not self.columns:
            self.row.aligned_first = True
        self.columns += 1
        inner = self.open[-1][0] if self.open else self.name
        if inner in ALIGNED and self.columns % 2 == 0:
            self.row.tokens.append(t._replace(text="\\quad"))
        else:
            self.row.tokens.append(t._replace(text=" "))

    def _inner(self, t: Token, flat: bool) -> None:
        name = environment(t.text)
        if t.text.startswith("\\end{"):
            while self.open and self.open[-1][0] != name:
                self.open.pop()
            _, rows = self.open.pop() if self.open else (name, False)
            if not rows:
                self.row.tokens.append(t)
            return
        if name == "subequations":
            rows = True
        else:
            brace = self._only_brace()
            free = name in _ROWS and (not self.left or bool(brace))
            rows = flat and (free or (name in _SYSTEMS and brace is not None))
        self.open.append((name, rows))
        if not rows:
            self.row.tokens.append(t)
            return
        if brace := self._only_brace():
            del self.row.tokens[:]
            self.left -= brace > 1
            self.dropped += brace > 1
        while self.stream.bracketed() is not None:
            pass
        if name in _COLUMNS:
            self.stream.label("\\begin")
        self.columns = 0

    def _only_brace(self) -> int | None:
        r"""0 where nothing stands in the row yet, the number of tokens of a lone \{ or \left\{, else None."""
        texts = [x.text for x in self.row.tokens if x.text != " "]
        return {(): 0, ("\\{",): 1, ("\\lbrace",): 1, ("\\left", "\\{"): 2, ("\\left", "\\lbrace"): 2}.get(tuple(texts))

    def _break(self) -> None:
        """The end of a row, with the star and the length that may stand there."""
        self.stream.accepts("*")
        if (t := self.stream.raw()) is not None:
            taken = [t]
            if t.text == "[":
                while taken[-1].text != "]" and len(taken) < 20 and (t := self.stream.raw()) is not None:
                    taken.append(t)
            if not _LENGTH.fullmatch(spelled(taken)):
                self.stream.push(taken)
        self._finish_row()
        self.display.rows.append(Row())
        self.columns = 0

    def _finish_row(self) -> None:
        self.row.trouble, self.stream.trouble = self.stream.trouble, ""


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

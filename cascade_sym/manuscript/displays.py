r"""The displayed formulas of a manuscript: every display environment, \[ \] and $$, row by row.

A row of align is a formula; a formula that is broken over rows is put together again (`rows`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from cascade_sym.manuscript.expander import Expander
from cascade_sym.manuscript.tokens import PARAGRAPH, Token, spelled

ALIGNED = frozenset(
    ("align", "alignat", "flalign", "xalignat", "xxalignat", "aligned", "alignedat", "split", "dgroup", "darray")
)
_COLUMNS = frozenset(("alignat", "xalignat", "xxalignat", "alignedat", "IEEEeqnarray", "array"))
DISPLAYS = ALIGNED - {"aligned", "alignedat", "split", "dgroup"} | {
    "equation", "gather", "multline", "eqnarray", "displaymath", "IEEEeqnarray", "dmath", "dseries", "numcases",
    "subnumcases", "empheq", "mathletters",
}  # fmt: skip
_UNALIGNED = frozenset(("equation", "displaymath", "dmath", "\\[", "$$", "multline", "gather", "gathered"))
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
# of the package physics: what stands behind them in brackets has rows and columns of its own
_MATRICES = frozenset(f"\\{m}" for m in ("mqty", "matrixquantity", "smqty", "smallmatrixquantity"))
_FENCES = {"(": ")", "[": "]", "{": "}", "|": "|"}


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
    numbered: bool = False  # by its environment
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
            display = _Collector(stream, t, "\\end" + text[6:], name).collect()
            display.numbered = not text.endswith("*}") and name != "displaymath"
            yield display


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
        options = self.stream.bracketed() if self.name == "dmath" else ""
        if m := re.search(r"label\s*=\s*\{?([^{},]*)", options or ""):
            self.row.labels.append(m[1].strip())
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
            if text in _MATRICES:
                self._matrix()

    def _matrix(self) -> None:
        r"""What a matrix of the package physics holds: \mqty(a & b \\ c & d) has rows and columns of its own."""
        opener, depth = "", 0
        while (t := self.stream.next()) is not None:
            if t.text in (self.end, PARAGRAPH) or (not opener and t.text not in (" ", "*", *_FENCES)):
                return self.stream.push([t])  # it is not closed, or not there
            opener = opener or (t.text if t.text in _FENCES else "")
            self.row.tokens.append(t)
            if opener and t.text == opener and (not depth or opener != _FENCES[opener]):
                depth += 1
            elif opener and t.text == _FENCES[opener]:
                depth -= 1
                if not depth:
                    return None
        return None

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
        if (
            inner in _UNALIGNED or inner == "array"
        ):  # beside a sign it aligns, elsewhere it has no meaning there: the reader says so
            self.row.tokens.append(t)
        elif inner in ALIGNED and self.columns % 2 == 0:
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

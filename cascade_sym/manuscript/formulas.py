r"""The formulas of a manuscript: where each stands, its label, what is written, and the statements that it makes.

Words between formulas are told apart: "and" and "where" join statements, "for" and "if" begin a condition, all others
belong to what is stated, which then is not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cascade_sym.errors import FormulaError
from cascade_sym.manuscript.broken import OPERATORS, first_of, formulas, leads, outer, relation_in
from cascade_sym.manuscript.displays import NOT_CLOSED, Display, Row, displays
from cascade_sym.manuscript.expander import Expander
from cascade_sym.manuscript.sources import opened
from cascade_sym.manuscript.tokens import Token, spelled, written

MAX_FORMULAS = 5_000  # of a manuscript
MAX_LENGTH = 20_000  # tokens of one formula
_WIDE = ("\\quad", "\\qquad", "\\hfill", "\\hfil")
_NARROW = (" ", "\\,", "\\;", "\\:", "~", "\\ ")
_WORDS = ("\\text", "\\textrm", "\\mbox", "\\hbox", "\\textnormal", "\\mathrm", "\\textit", "\\rm", "\\mathit")
_JOINING = frozenset(
    ("and", "where", "with", "", "so", "so that", "thus", "hence", "therefore", "then", "i.e.", "that is", "namely",
     "as well as", "whereas", "while", "and thus", "and hence", "where we have", "in which", "here")
)  # fmt: skip
_CONDITION = re.compile(
    r"\W*(?:for|if|when|whenever|provided|assuming|in the|at|as|unless|otherwise|under|since)\b", re.I
)
_HC = re.compile(r"\W*[Hh]\.? ?c\.?\W*|\W*c\.? ?c\.?\W*")
_RANGE = re.compile(r"\(.*(?:[<>=]|\\(?:gg|ll|geq?|leq?|approx|simeq|neq?|to|in)(?![A-Za-z])).*\)[.,;]?", re.S)
_END = re.compile(r"(?:\s|(?<!\\)[,;])+$")  # the comma of a thin space is none


@dataclass(frozen=True)
class Formula:
    """One displayed formula.

    `labels` and `tag` are those of its rows; `latex` is what is written, in one line; `statements` are its statements
    with macros expanded, under `condition` ('' where it is stated without one); `reason` says why it can't be split
    into statements, '' where it can. `display` numbers the displays of a manuscript, `text` is all that the formula
    says, macros expanded, '' where it is not whole; `numbered` is whether it has a number, a label or a tag.
    """

    file: str
    line: int
    labels: tuple[str, ...]
    tag: str
    latex: str
    statements: tuple[str, ...]
    condition: str = ""
    reason: str = ""
    display: int = 0
    text: str = ""
    numbered: bool = True

    @property
    def name(self) -> str:
        """How the formula is called: its label, else its tag, else nothing."""
        return self.labels[0] if self.labels else self.tag


@dataclass(frozen=True)
class Manuscript:
    """The formulas of a manuscript in the order of reading, and notes on what could not be followed."""

    formulas: tuple[Formula, ...]
    notes: tuple[str, ...]


def read_formulas(path: str | Path, main: str | None = None, root: str | Path | None = None) -> Manuscript:
    """Every displayed formula of a .tex, a folder or an archive.

    Raises FormulaError for what is missing, too large, or no manuscript.
    """
    files, key, notes = opened(path, main, root)
    stream = Expander(files, key)
    found: list[Formula] = []
    for number, display in enumerate(displays(stream)):
        found += _formulas(display, number)
        if len(found) > MAX_FORMULAS:
            raise FormulaError(f"{path} has more than {MAX_FORMULAS} equations; at most {MAX_FORMULAS} are read.")
    return Manuscript(tuple(found), tuple(notes + stream.notes))


def _formulas(display: Display, number: int) -> Iterator[Formula]:
    rows = formulas(display)
    if not rows:
        yield _formula(display, Row(), number, NOT_CLOSED)
    for n, row in enumerate(rows):
        last = n == len(rows) - 1
        why = row.trouble
        if display.unsure:
            why = why or "it stands in a conditional that is not decided here."
        if last and not display.closed:
            why = why or NOT_CLOSED
        yield _formula(display, row, number, why)


def _formula(display: Display, row: Row, number: int, why: str) -> Formula:
    kept = [t for t in row.tokens if t.text != " "]
    first = kept[0] if kept else display.start
    at = first.source.path, first.source.line(first.at), tuple(row.labels), row.tag
    latex = written(kept)
    numbered = display.numbered or bool(row.labels or row.tag)
    if not why and len(row.tokens) > MAX_LENGTH:
        why = f"the formula has more than {MAX_LENGTH} characters and commands; write it shorter."
    if why or not kept:
        return Formula(*at, latex, (), reason=why or NOT_CLOSED, display=number, numbered=numbered)
    pieces, condition, why = statements(row.tokens)
    text = " ".join(spelled(row.tokens).split())
    return Formula(*at, latex, tuple(pieces), condition, why, number, text, numbered)


def statements(tokens: Sequence[Token]) -> tuple[list[str], str, str]:
    r"""The statements of a formula, the condition under which it makes them, and why they can't be told apart.

    >>> from cascade_sym.manuscript.tokens import tokens_of
    >>> statements(tokens_of(r"a = b,\quad c = d \quad\text{for } x > 1"))
    (['a = b', 'c = d'], '\\text{for } x > 1', '')
    """
    pieces: list[list[Token]] = []
    joined = True  # whether the next piece stands for itself
    listed = False  # behind a comma
    for start, end, words in _segments(tokens):
        piece = tokens[start:end]
        if words is not None:
            if pieces and _CONDITION.match(words):
                return _said(pieces), spelled(tokens[start:]), ""
            if words.strip(" ,.:;").lower() not in _JOINING or not _apart(tokens, start, end):
                return _said(pieces), "", f"it holds words: {words.strip()!r}."
            joined = True
            continue
        text = spelled(piece).strip()
        if not text:
            continue
        if pieces and relation_in(piece) is None:
            if text.startswith("\\forall") or _RANGE.fullmatch(text):
                return _said(pieces), spelled(tokens[start:]), ""
            comma = [piece[0]._replace(text="," if listed else "\\quad")]
            pieces[-1] = [*pieces[-1], *comma, *piece]
        elif pieces and not (joined or listed) and _goes_on(Row(list(piece))):
            pieces[-1] = [*pieces[-1], *piece]
        else:
            pieces.append(list(piece))
        joined = False
        listed = text.endswith((",", ";"))
    return _said(pieces), "", ""


def _goes_on(piece: Row) -> bool:
    """Whether a piece begins with a relation or an operator."""
    return leads(piece) or first_of(piece) in OPERATORS


def _apart(tokens: Sequence[Token], start: int, end: int) -> bool:
    """Whether words stand apart from the formulas beside them: behind or before a wide space, a comma, nothing."""
    before = next((t.text for t in reversed(tokens[:start]) if t.text not in _NARROW), ",")
    after = next((t.text for t in tokens[end:] if t.text not in _NARROW), ",")
    return before in (*_WIDE, ",", ";", ".") or after in (*_WIDE, ",", ";")


def _said(pieces: Sequence[Sequence[Token]]) -> list[str]:
    return [_END.sub("", " ".join(spelled(p).split())) for p in pieces]


def _segments(tokens: Sequence[Token]) -> Iterator[tuple[int, int, str | None]]:
    """The pieces between wide spaces and words outside all brackets, and the words themselves."""
    start = 0
    places = dict(outer(tokens))
    n = 0
    while n < len(tokens):
        t = places.get(n)
        if t is None:
            n += 1
        elif t.text in _WIDE:
            yield start, n, None
            start = n = n + 1
        elif t.text in _WORDS and (found := _words(tokens, n)) is not None:
            end, words = found
            yield start, n, None
            yield n, end, words
            start = n = end
        else:
            n += 1
    yield start, len(tokens), None


def _words(tokens: Sequence[Token], at: int) -> tuple[int, str] | None:
    r"""The end of a \text{...} here and its words; None where it is a symbol or belongs to one."""
    before = next((t.text for t in reversed(tokens[:at]) if t.text != " "), "")
    if before in ("^", "_") or at + 1 >= len(tokens) or tokens[at + 1].text != "{":
        return None
    depth = 0
    for n in range(at + 1, len(tokens)):
        depth += (tokens[n].text == "{") - (tokens[n].text == "}")
        if depth == 0:
            words = spelled(tokens[at + 2 : n])
            raw = "".join(t.text for t in tokens[at + 2 : n])
            bare = words.strip(" ,.:;").lower()
            known = bare in _JOINING or bool(_CONDITION.match(words)) or bare == "or"
            spaced = tokens[at].text not in ("\\mathrm", "\\rm", "\\mathit") and any(c.isspace() for c in raw)
            after = tokens[n + 1].text if n + 1 < len(tokens) else ""
            if _HC.fullmatch(words) or after in ("_", "^") or not (known or spaced):
                return None
            return n + 1, words
    return None

r"""The text of a manuscript as tokens with positions, read by pylatexenc.

A token is a command (`\alpha`), an environment's mark (`\begin{align}`), a character, a space, a blank line, a dollar.
Comments and the spaces that TeX skips are no tokens. Plain characters are taken without a call into the library, and
prose, where only commands, braces and dollars count, in one piece.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from cascade_sym.errors import FormulaError
from cascade_sym.extras import require

PARAGRAPH = "\n\n"
_PROSE = re.compile(r"[^\\{}$%]+")
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")
_SPACES = re.compile(r"\s+")
_MARK = re.compile(r"\s*\{([^{}\\]*)\}")
_WORD = re.compile(r"\\(?:[A-Za-z]+|.)", re.S)
_INTERNAL = re.compile(r"\\[A-Za-z@]+")
_VERB = re.compile(r"\*?([^\sA-Za-z*])")
_ADDRESS = re.compile(r"\s*\{[^{}\n]*\}")
_WHOLE = re.compile(r"\\[A-Za-z@]+\Z")


@dataclass(frozen=True, eq=False)
class Source:
    """One file: its path as shown to the user, its text, and where it lies below the manuscript's root."""

    path: str
    text: str
    key: str = ""

    @cached_property
    def _ends(self) -> list[int]:
        return [m.start() for m in re.finditer("\n", self.text)]

    def line(self, at: int) -> int:
        """The line number, from 1, of a place in the text."""
        return bisect_left(self._ends, at) + 1


class Token(NamedTuple):
    """A token ('' for prose) with the span of the source that it comes from: of the call, where a macro made it."""

    text: str
    source: Source
    at: int
    end: int

    @property
    def is_command(self) -> bool:
        return self.text[:1] == "\\" and len(self.text) > 1


@lru_cache(maxsize=1)
def _context() -> Any:
    from pylatexenc.latexwalker import get_default_latex_context_db

    return get_default_latex_context_db()


class Scanner:
    """The tokens of a source, one after the other; `internal` says that @ is a letter (packages)."""

    def __init__(self, source: Source, start: int = 0, end: int | None = None, internal: bool = False) -> None:
        require("manuscripts", "pylatexenc", extra="manuscripts")
        from pylatexenc.latexwalker import LatexWalker

        self.source, self.at, self.internal = source, start, internal
        self.end = len(source.text) if end is None else end
        self._walker = LatexWalker(source.text, latex_context=_context(), tolerant_parsing=True)
        self._state = self._walker.make_parsing_state()

    def next(self, prose: bool = False) -> Token | None:
        """The next token; None at the end."""
        text = self.source.text
        while (at := self.at) < self.end:
            c = text[at]
            if prose and (m := _PROSE.match(text, at, self.end)):
                return self._token(PARAGRAPH if _BLANK_LINE.search(m[0]) else "", at, m.end())
            if c.isspace():
                m = _SPACES.match(text, at, self.end)
                assert m is not None
                return self._token(PARAGRAPH if m[0].count("\n") > 1 else " ", at, m.end())
            if c not in "\\%$":
                return self._token(c, at, at + 1)
            if c == "\\" and (follower := text[at + 1 : at + 2]) and not follower.isalpha() and follower not in "@ \n":
                return self._token(c + follower, at, at + 2)
            if (found := self._special(at)) is not None:
                return found
        return None

    def _special(self, at: int) -> Token | None:
        """A command or dollar; None for a comment, which is skipped."""
        from pylatexenc.latexwalker import LatexWalkerEndOfStream

        try:
            t = self._walker.get_token(at, environments=False, parsing_state=self._state)
        except LatexWalkerEndOfStream:  # a lone backslash at the end
            return self._token("\\", at, at + 1)
        after = t.pos + t.len
        if t.tok == "comment":
            self.at = min(after, self.end)
            return None
        if t.tok != "macro":
            return self._token(t.arg, at, after)
        word = (_INTERNAL if self.internal else _WORD).match(self.source.text, at) or _WORD.match(self.source.text, at)
        name = word[0] if word else "\\"
        own = after - len(t.post_space) if name == f"\\{t.arg}" else at + len(name)
        return self._command(name, at, own, after if name == f"\\{t.arg}" else own)

    def _command(self, name: str, at: int, own: int, after: int) -> Token:
        text = self.source.text
        if name in ("\\begin", "\\end") and (m := _MARK.match(text, own)):
            return self._token(f"{name}{{{m[1].strip()}}}", at, m.end())
        if name in ("\\verb", "\\lstinline") and (m := _VERB.match(text, own)):
            closing = text.find(m[1], m.end())
            return self._token("", at, closing + 1 if closing >= 0 else m.end())
        if name in ("\\url", "\\href", "\\path", "\\nolinkurl") and (m := _ADDRESS.match(text, own)):
            return self._token("", at, m.end())  # a % in it starts no comment
        found = self._token(name, at, own)
        self.at = max(after, own)
        return found

    def _token(self, text: str, at: int, end: int) -> Token:
        self.at = min(end, self.end)
        return Token(text, self.source, at, self.at)

    def skip_to(self, end: str) -> bool:
        """Goes behind the next occurrence of a text, or to the end of the source (then False)."""
        found = self.source.text.find(end, self.at, self.end)
        self.at = self.end if found < 0 else found + len(end)
        return found >= 0


def tokens_of(latex: str) -> list[Token]:
    """All tokens of a piece of LaTeX."""
    scanner = Scanner(Source("", latex))
    return list(iter(scanner.next, None))


def spelled(tokens: Iterable[Token]) -> str:
    r"""Tokens as LaTeX, such that a letter behind a command does not become part of it.

    >>> spelled(tokens_of(r"\alpha % a comment" "\n" r" \beta_1"))
    '\\alpha\\beta_1'
    """
    out: list[str] = []
    for t in tokens:
        text = " " if t.text == PARAGRAPH else t.text
        if text[:1].isalpha() and out and _WHOLE.search(out[-1]):
            out.append(" ")
        out.append(text)
    return "".join(out).strip()


def written(tokens: Iterable[Token]) -> str:
    """What stands in the source for tokens: the calls of macros, not what they stand for, in one line."""
    spans: list[Token] = []
    for t in tokens:
        if spans and spans[-1].source is t.source:
            if spans[-1].at <= t.at and t.end <= spans[-1].end:
                continue
            while spans and spans[-1].source is t.source and t.at <= spans[-1].at and spans[-1].end <= t.end:
                spans.pop()  # arguments of the call that made this token
        spans.append(t)
    out = ""
    last: Token | None = None
    for t in spans:
        gap = last is not None and (last.source is not t.source or t.at > last.end)
        out += (" " if gap else "") + t.source.text[t.at : t.end]
        last = t
    return " ".join(out.split())


def name_of(tokens: Iterable[Token]) -> str:
    """The text of an argument that is a name: a label, a file."""
    return " ".join(spelled(tokens).split()).strip('" ')


class Unreadable(FormulaError):
    """A macro can't be expanded; the formula that uses it is not read."""

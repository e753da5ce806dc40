"""A text as tokens with their places, read one after the other; errors that show the place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar, TypeVar

from cascade_sym.errors import FormulaError

Result = TypeVar("Result")


MAX_DEPTH = 150  # of brackets: each level takes frames of the reader, of which Python has a thousand


MAX_LENGTH = 20_000  # characters of a formula
_WINDOW = 60  # characters that an error shows to each side


def error_at(text: str, position: int, message: str) -> FormulaError:
    """A FormulaError naming line and column, with the line and a caret under the place.

    >>> print(error_at("a + * b", 4, "expected a term"))
    expected a term, at line 1, column 5:
      a + * b
          ^
    """
    position = min(position, len(text))
    start = text.rfind("\n", 0, position) + 1
    end = text.find("\n", position)
    line = text[start : end if end >= 0 else len(text)]
    number, column = text.count("\n", 0, position) + 1, position - start
    left = max(0, column - _WINDOW)
    shown = line[left : column + _WINDOW]
    shown = "".join(c if c.isprintable() else "?" for c in shown)
    return FormulaError(f"{message}, at line {number}, column {column + 1}:\n  {shown}\n  {' ' * (column - left)}^")


def scanned(text: str, pattern: re.Pattern[str], unreadable: Callable[[str], str]) -> Iterator[re.Match[str]]:
    """The tokens that make up `text`; FormulaError where there is none, for a text that is too long, or for no text."""
    if not isinstance(text, str):
        raise error_at("", 0, f"a formula is a text; got {type(text).__name__}")
    if len(text) > MAX_LENGTH:
        raise error_at("", 0, f"the formula has {len(text)} characters; at most {MAX_LENGTH} are read")
    at = 0
    while at < len(text):
        if (m := pattern.match(text, at)) is None:
            raise error_at(text, at, unreadable(text[at]))
        yield m
        at = m.end()


@dataclass(frozen=True, slots=True)
class Token:
    r"""`kind` is 'op', 'end', in the plain language 'number' or 'name', in LaTeX 'letter', 'digit', 'word'
    (\alpha: text 'alpha') or 'escaped' (\{: text '{'); `start` is the position in the text.

    `gap` says that an explicit space (`\,`) stands before it, `wide` that it is a \quad or wider.
    """

    kind: str
    text: str
    start: int
    gap: bool = False
    wide: bool = False

    def is_op(self, *texts: str) -> bool:
        return self.kind == "op" and self.text in texts

    def is_word(self, *texts: str) -> bool:
        return self.kind == "word" and self.text in texts

    @property
    def written(self) -> str:
        """As the user wrote it."""
        return "\\" + self.text if self.kind in ("word", "escaped") else self.text

    def __str__(self) -> str:
        return "the end" if self.kind == "end" else f"'{self.written}'"


class Stream:
    """Tokens, closed by an 'end' token, with the place and the depth of a reader that descends into them."""

    MAX_NESTING: ClassVar[int]
    NESTED: ClassVar[str]

    def __init__(self, text: str, tokens: tuple[Token, ...], depth: int = 0) -> None:
        self.text, self.tokens, self.depth = text, tokens, depth
        self.at = 0

    def peek(self, ahead: int = 0) -> Token:
        return self.tokens[min(self.at + ahead, len(self.tokens) - 1)]

    def take(self) -> Token:
        token = self.peek()
        self.at = min(self.at + 1, len(self.tokens) - 1)
        return token

    def accept(self, *ops: str) -> str:
        """The operator here, taken, where it is one of `ops`; else ''."""
        return self.take().text if self.peek().is_op(*ops) else ""

    def inside(self, opening: Token) -> tuple[Token, ...]:
        """The tokens up to the brace that closes `opening`, which was taken; it is taken too."""
        start, depth = self.at, 1
        while depth:
            t = self.take()
            if t.kind == "end":
                raise self.error("a brace is not closed", opening)
            depth += t.is_op("{") - t.is_op("}")
        return self.tokens[start : self.at - 1]

    def error(self, message: str, token: Token | None = None) -> FormulaError:
        return error_at(self.text, (token or self.peek()).start, message)

    def unexpected(self, expected: str, token: Token | None = None) -> FormulaError:
        return self.error(f"expected {expected}, found {token or self.peek()}", token)

    def finish(self, expected: str = "an operator or the end") -> None:
        if self.peek().kind != "end":
            raise self.unexpected(expected)

    def deeper(self, read: Callable[[], Result]) -> Result:
        """What `read` finds one level further down; FormulaError where that is too deep."""
        if self.depth >= self.MAX_NESTING:
            raise self.error(f"more than {self.MAX_NESTING} nested {self.NESTED}")
        self.depth += 1
        found = read()
        self.depth -= 1
        return found

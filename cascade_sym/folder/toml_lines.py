"""Where things stand in a TOML file: the line of every table, key and element of an array.

The standard library's reader gives values without places, so the text, which it has accepted before, is gone through
once more, by its strings, comments and brackets alone.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections import Counter
from collections.abc import Mapping

Place = tuple[str | int, ...]  # such as ("equation", 3, "statements", 1): the fourth equation's second statement

_TOKEN = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"{3,5}' r"|'''(?:[^']|'(?!''))*'{3,5}" r'|"(?:[^"\\\n]|\\.)*"' r"|'[^'\n]*'"
    r"|(?:\s*#[^\n]*)?\n|[\[\]{},=]|[^\s\[\]{},=#\"']+",
    re.S,
)  # fmt: skip


class _Scanner:
    """Goes through a text, token by token, and notes places."""

    def __init__(self, text: str) -> None:
        ends = [m.start() for m in re.finditer("\n", text)]
        self.tokens = [(m[0], bisect(ends, m.start()) + 1) for m in _TOKEN.finditer(text)]
        self.now = 0
        self.found: dict[Place, int] = {(): 1}

    @property
    def more(self) -> bool:
        return self.now < len(self.tokens)

    @property
    def token(self) -> str:
        return self.tokens[self.now][0] if self.more else "\n"

    def note(self, place: Place) -> None:
        self.found.setdefault(place, self.tokens[self.now][1])

    def names(self, ends: str) -> Place:
        """A dotted key, up to one of `ends`."""
        said: list[str] = []
        while self.more and self.token not in ends:
            t = self.token
            said += [t[1:-1]] if t[0] in "\"'" else [w for w in t.split(".") if w]
            self.now += 1
        return tuple(said)

    def statements(self) -> None:
        """Heads and keys up to the end of the text."""
        table: Place = ()
        counts: Counter[Place] = Counter()
        while self.more:
            if self.token.endswith("\n"):
                self.now += 1
            elif self.token == "[":
                start = self.now
                many = self.tokens[start + 1][0] == "["
                self.now += 2 if many else 1
                table = ()
                for name in self.names("]"):  # in an array of tables, the one that came last
                    table = (*table, counts[table] - 1, name) if table in counts else (*table, name)
                if many:
                    counts[table] += 1
                if table in counts:
                    table = (*table, counts[table] - 1)
                self.found.setdefault(table, self.tokens[start][1])
                self.now += 2 if many else 1
            else:
                self.pair(table)

    def pair(self, table: Place) -> None:
        """A key with its value."""
        start = self.now
        place = (*table, *self.names("="))
        self.found.setdefault(place, self.tokens[start][1])
        self.now += 1
        self.value(place)

    def value(self, place: Place) -> None:
        """A value, which may be an array or a table of others."""
        if self.token in ("[", "{"):
            array, n = self.token == "[", 0
            self.now += 1
            while self.token not in ("]", "}"):
                if self.token == "," or self.token.endswith("\n"):
                    self.now += 1
                elif array:
                    self.note((*place, n))
                    self.value((*place, n))
                    n += 1
                else:
                    self.pair(place)
            self.now += 1
        else:  # a date may be two words
            while self.token not in (",", "]", "}") and not self.token.endswith("\n"):
                self.now += 1


def lines_of(text: str) -> Mapping[Place, int]:
    """The line, counted from one, of every table, key and array element of a valid TOML text.

    >>> lines_of('[a]\\nx = 1\\n[[b]]\\ny = [\\n1,\\n2]')["b", 0, "y", 1]
    6
    """
    scanner = _Scanner(text.replace("\r\n", "\n"))
    scanner.statements()
    return scanner.found


def line_at(lines: Mapping[Place, int], place: Place) -> int:
    """The line of a place, or of the nearest thing around it that has one."""
    while place not in lines:
        place = place[:-1]
    return lines[place]

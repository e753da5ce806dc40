"""What a table of printed.toml may hold: every key with its reader; all that is wrong is told, with its line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cascade_sym.errors import CascadeError, FolderError, did_you_mean, listing
from cascade_sym.folder.toml_lines import Place, line_at

MANDATORY = object()


@dataclass(frozen=True)
class Key:
    """A key of a table: `read` makes the value or raises an error that says what was expected; `default` stands for a
    key that is not there.
    """

    read: Callable[[Any], Any]
    default: Any = MANDATORY


class Reader:
    """Reads tables by their keys, and keeps what is wrong instead of ending at the first fault."""

    def __init__(self, name: str, lines: Mapping[Place, int]) -> None:
        self.name = name
        self.lines = lines
        self.titles: dict[Place, str] = {}  # of tables, as messages call them
        self.wrong: dict[tuple[int, str], None] = {}  # line, and what is wrong there

    def fault(self, place: Place, said: object) -> None:
        head = next((f"{t}, " for p, t in self.titles.items() if place[: len(p)] == p), "")
        self.wrong[line_at(self.lines, place), f"{head}{said}"] = None

    def value(self, place: Place, read: Callable[[Any], Any], raw: Any) -> Any:
        """What `read` makes of a value; None, and a fault, where it raises."""
        try:
            return read(raw)
        except CascadeError as err:
            return self.fault(place, f"{place[-1]}: {err}")

    def table(self, place: Place, raw: Any, keys: Mapping[str, Key]) -> dict[str, Any]:
        """The values of a table, None for those that are wrong."""
        if not isinstance(raw, dict):
            self.fault(place, f"expected a table with {listing(keys)}, got {raw!r}.")
            return dict.fromkeys(keys)
        for name in raw.keys() - keys.keys():
            hint = did_you_mean([name], keys) or f" Known are {listing(keys)}."
            self.fault((*place, name), f"unknown key {name!r}.{hint}")
        out = {}
        for name, key in keys.items():
            if name in raw:
                out[name] = self.value((*place, name), key.read, raw[name])
            else:
                out[name] = None if key.default is MANDATORY else key.default
                if key.default is MANDATORY:
                    self.fault(place, f"{name!r} is missing.")
        return out

    def end(self) -> None:
        """Raises FolderError where anything was wrong."""
        found = [f"line {line}: {said}" for line, said in sorted(self.wrong)]
        if len(found) == 1:
            raise FolderError(f"{self.name}, {found[0]}")
        if found:
            raise FolderError(f"{self.name} has {len(found)} faults:\n  " + "\n  ".join(found))


def text(raw: Any) -> str:
    """A text that says something."""
    if not isinstance(raw, str) or not raw.strip():
        raise FolderError(f"expected a text, got {raw!r}.")
    return raw


def any_text(raw: Any) -> str:
    """A text, which may be empty."""
    if not isinstance(raw, str):
        raise FolderError(f"expected a text, got {raw!r}.")
    return raw


def texts(raw: Any) -> dict[str, str]:
    """A table of names with texts."""
    if not isinstance(raw, dict) or (bad := {k: v for k, v in raw.items() if not isinstance(v, str)}):
        given = raw if not isinstance(raw, dict) else bad
        raise FolderError(f"expected names with texts, such as gamma_S = '\\gamma_S'; got {given!r}.")
    return dict(raw)


def one_of(choices: tuple[str, ...]) -> Callable[[Any], str]:
    """One of some words."""

    def read(raw: Any) -> str:
        if raw not in choices:
            hint = did_you_mean([raw], choices) if isinstance(raw, str) else ""
            raise FolderError(f"got {raw!r}; give one of {listing(choices)}.{hint}")
        return str(raw)

    return read

r"""What a manuscript defines: macros with their arguments, switches, and the commands that define them.

Only substitution is done, with bounds; nothing is executed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from cascade_sym.manuscript.tokens import PARAGRAPH, Token, Unreadable, spelled, tokens_of

Tokens = tuple[Token, ...]
NO_VALUE, TRUE, FALSE = "-NoValue-", "\\BooleanTrue", "\\BooleanFalse"
MAX_ARGUMENT = 50_000  # tokens of one argument


@dataclass(frozen=True)
class Slot:
    """An argument: mandatory, optional in brackets with a default, a star, or up to delimiting tokens."""

    kind: str = "m"  # m, o, s, or d for delimited
    default: Tokens = ()
    until: tuple[str, ...] = ()
    brackets: tuple[str, str] = ("[", "]")


@dataclass(frozen=True)
class Macro:
    """A macro: the tokens that must follow its name, its arguments, its body with #1 as one token.

    `unsure` says why its meaning is not known here, '' where it is.
    """

    body: Tokens
    slots: tuple[Slot, ...] = ()
    follows: tuple[str, ...] = ()
    unsure: str = ""


@dataclass(frozen=True)
class Switch:
    r"""A conditional that was made by \newif: its value, None where that is not known."""

    value: bool | None


@dataclass(frozen=True)
class Setter:
    r"""\footrue and \foofalse."""

    switch: str
    value: bool


@dataclass(frozen=True)
class Original:
    r"""What \let took over from a command that has its meaning from LaTeX."""

    name: str


@dataclass(frozen=True)
class Environment:
    r"""What \newenvironment defined: the opening macro and the tokens that close it."""

    opening: Macro
    closing: Tokens


Meaning = Macro | Switch | Setter | Original | Environment


class Input(Protocol):
    """Where arguments are taken from: unexpanded tokens, which can be put back."""

    last: Token | None

    def raw(self) -> Token | None: ...
    def push(self, tokens: Sequence[Token]) -> None: ...


def skip_spaces(given: Input) -> Token | None:
    """The next token that is no space, taken."""
    while (t := given.raw()) is not None and t.text == " ":
        pass
    return t


def accept(given: Input, text: str) -> bool:
    """Whether the next token that is no space is this one; it is taken then."""
    spaces: list[Token] = []
    while (t := given.raw()) is not None and t.text == " ":
        spaces.append(t)
    if t is not None and t.text == text:
        return True
    given.push([*spaces, t] if t is not None else spaces)
    return False


def argument(given: Input, name: str, number: int = 1, long: bool = True) -> Tokens:
    """The next argument: a group's inside, or one token. Raises Unreadable where there is none."""
    t = skip_spaces(given)
    if t is None or t.text in ("}", PARAGRAPH, "\\]", "\\\\", "$$", "&") or t.text.startswith("\\end{"):
        if t is not None:
            given.push([t])
        raise Unreadable(f"the macro {name} lacks its argument {number}.")
    return _until(given, "}", name, long) if t.text == "{" else (t,)


def raw_group(given: Input) -> list[Token]:
    """The group that comes next with its braces, or nothing where none does."""
    if not accept(given, "{"):
        return []
    taken = [given.last] if given.last is not None else []
    depth = 1
    while depth and len(taken) < MAX_ARGUMENT and (t := given.raw()) is not None:
        depth += (t.text == "{") - (t.text == "}")
        taken.append(t)
    return taken


def optional(given: Input, name: str, brackets: tuple[str, str] = ("[", "]")) -> Tokens | None:
    """The inside of the brackets here; None where there are none."""
    return _until(given, brackets[1], name, True) if accept(given, brackets[0]) else None


def _until(given: Input, closer: str, name: str, long: bool) -> Tokens:
    taken: list[Token] = []
    depth = 0
    while (t := given.raw()) is not None:
        if t.text == closer and depth == 0:
            return tuple(taken)
        depth += (t.text == "{") - (t.text == "}")
        taken.append(t)
        if (not long and t.text == PARAGRAPH) or depth < 0 or len(taken) > MAX_ARGUMENT:
            break
    given.push(taken)
    raise Unreadable(f"an argument of the macro {name} is not closed.")


def arguments(given: Input, macro: Macro, name: str, long: bool) -> list[Tokens]:
    """The arguments of a macro, taken from what follows its name."""
    for text in macro.follows:
        if not accept(given, text):
            raise Unreadable(f"the macro {name} is not followed by {text!r}, as its definition wants.")
    found: list[Tokens] = []
    for k, slot in enumerate(macro.slots, 1):
        if slot.kind == "s":
            found.append(tuple(tokens_of(TRUE if accept(given, "*") else FALSE)))
        elif slot.kind == "o":
            inside = optional(given, name, slot.brackets)
            found.append(slot.default if inside is None else inside)
        elif slot.kind == "d":
            found.append(_delimited(given, slot.until, name, long))
        else:
            found.append(argument(given, name, k, long))
    return found


def _delimited(given: Input, until: tuple[str, ...], name: str, long: bool) -> Tokens:
    taken: list[Token] = []
    depth = 0
    n = len(until)
    while (t := given.raw()) is not None and len(taken) < MAX_ARGUMENT:
        depth += (t.text == "{") - (t.text == "}")
        taken.append(t)
        if depth == 0 and tuple(x.text for x in taken[-n:]) == until:
            inside = taken[:-n]
            whole = len(inside) > 1 and inside[0].text == "{" and inside[-1].text == "}"
            return tuple(inside[1:-1] if whole else inside)
        if depth < 0 or (not long and t.text == PARAGRAPH):
            break
    given.push(taken)
    raise Unreadable(f"the argument of the macro {name} does not end with {''.join(until)!r}.")


def substituted(macro: Macro, given: Sequence[Tokens], call: Token, end: int) -> Iterator[Token]:
    """The body of a macro with its arguments; what the body itself holds is placed at the call."""
    for t in macro.body:
        if t.text[0:1] == "#" and len(t.text) == 2:
            if t.text == "##":
                yield Token("#", call.source, call.at, end)
            else:
                n = int(t.text[1]) - 1
                yield from given[n] if n < len(given) else ()
        elif "#" in t.text and len(t.text) > 2:  # \begin{#1}
            text = t.text
            for n, value in enumerate(given, 1):
                text = text.replace(f"#{n}", spelled(value))
            yield Token(text, call.source, call.at, end)
        else:
            yield Token(t.text, call.source, call.at, end)


def body_of(tokens: Sequence[Token]) -> Tokens:
    """The tokens of a definition's body with #1 and ## as one token each."""
    out: list[Token] = []
    waiting: Token | None = None
    for t in tokens:
        if waiting is not None:
            if t.text == "#" or t.text.isdigit():
                out.append(t._replace(text=f"#{t.text}"))
                waiting = None
                continue
            out.append(waiting)
            waiting = None
        if t.text == "#":
            waiting = t
        elif t.text not in ("", "\\par"):
            out.append(t)
    return tuple(out)


@dataclass
class Scopes:
    """The meanings that hold here: what a group defines is forgotten at its end."""

    known: dict[str, Meaning] = field(default_factory=dict)
    _open: list[tuple[str, dict[str, Meaning | None]]] = field(default_factory=list)
    _opened: Counter[str] = field(default_factory=Counter)  # how many of each kind are open

    def enter(self, kind: str) -> None:
        self._open.append((kind, {}))
        self._opened[kind] += 1

    def leave(self, kind: str) -> None:
        """Ends the innermost group of a kind and those in it; a brace ends no environment."""
        if not self._open or (self._open[-1][0] != kind and (kind == "{" or not self._opened[kind])):
            return
        while True:
            k, before = self._open.pop()
            self._opened[k] -= 1
            for name, meaning in before.items():
                if meaning is None:
                    self.known.pop(name, None)
                else:
                    self.known[name] = meaning
            if k == kind:
                return

    def define(self, name: str, meaning: Meaning, everywhere: bool = False) -> None:
        if everywhere:
            for _, before in self._open:
                before.pop(name, None)
        elif self._open:
            self._open[-1][1].setdefault(name, self.known.get(name))
        self.known[name] = meaning

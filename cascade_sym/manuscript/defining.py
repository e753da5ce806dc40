r"""The commands that define macros, environments and switches: what each gives a meaning, and which."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cascade_sym.manuscript.macros import (
    NO_VALUE,
    Environment,
    Input,
    Macro,
    Meaning,
    Original,
    Setter,
    Slot,
    Switch,
    Tokens,
    accept,
    argument,
    body_of,
    optional,
    skip_spaces,
)
from cascade_sym.manuscript.tokens import PARAGRAPH, Token, Unreadable, spelled, tokens_of

Definer = Callable[[Input, str], Iterator[tuple[str, Meaning]]]


def _new_command(given: Input, word: str) -> Iterator[tuple[str, Meaning]]:
    accept(given, "*")
    name = _name(given, word)
    slots = _slots(given, word)
    yield name, Macro(body_of(argument(given, word, 2)), slots)


def _name(given: Input, word: str) -> str:
    return spelled(argument(given, word)).strip()


def _slots(given: Input, word: str) -> tuple[Slot, ...]:
    count = spelled(optional(given, word) or ())
    default = optional(given, word)
    n = min(int(count), 9) if count.isascii() and count.isdigit() else 0
    if default is None or not n:
        return (Slot(),) * n
    return (Slot("o", default), *(Slot(),) * (n - 1))


def _def(given: Input, word: str) -> Iterator[tuple[str, Meaning]]:
    t = skip_spaces(given)
    if t is None or not t.is_command:
        raise Unreadable(f"{word} is not followed by a command.")
    pattern: list[Token] = []
    while (p := given.raw()) is not None and p.text != "{":
        if p.text == PARAGRAPH or len(pattern) > 100:
            given.push([*pattern, p])
            raise Unreadable(f"the definition of {t.text} has no body.")
        pattern.append(p)
    if p is not None:
        given.push([p])
    groups: list[list[str]] = [[]]
    for x in body_of(pattern):
        if x.text[0] == "#" and len(x.text) == 2:
            groups.append([])
        else:
            groups[-1].append(x.text)
    follows, *untils = map(tuple, groups)
    slots = tuple(Slot("d", until=u) if u else Slot() for u in untils)
    yield t.text, Macro(body_of(argument(given, word, 2)), slots, follows)


def _let(given: Input, word: str) -> Iterator[tuple[str, Meaning]]:
    t = skip_spaces(given)
    if t is None or not t.is_command:
        raise Unreadable(f"{word} is not followed by a command.")
    accept(given, "=")
    to = skip_spaces(given)
    if to is not None:
        yield t.text, Original(to.text)


def _operator(given: Input, word: str) -> Iterator[tuple[str, Meaning]]:
    accept(given, "*")
    name = _name(given, word)
    yield name, Macro((*tokens_of("\\operatorname{"), *argument(given, word, 2), *tokens_of("}")))


def _delimiter(given: Input, word: str) -> Iterator[tuple[str, Meaning]]:
    name = _name(given, word)
    count = spelled(optional(given, word) or ()) if word.endswith("X") else "1"
    left, right = argument(given, word, 2), argument(given, word, 3)
    n = int(count) if count in tuple("123456789") else 1
    inner = body_of(argument(given, word, 4)) if word.endswith("X") else tuple(body_of(tokens_of("#1")))
    inner = tuple(t for t in inner if t.text != "\\delimsize")
    moved = tuple(t._replace(text=f"#{int(t.text[1]) + 2}") if _is_slot(t) else t for t in inner)
    body = (*tokens_of("\\left"), *left, *moved, *tokens_of("\\right"), *right)
    yield name, Macro(body, (Slot("s"), Slot("o"), *(Slot(),) * n))


def _is_slot(t: Token) -> bool:
    return t.text[:1] == "#" and t.text[1:].isdigit()


def _document_command(given: Input, word: str) -> Iterator[tuple[str, Meaning]]:
    name = _name(given, word)
    slots, why = _xparse(argument(given, word, 2), name)
    yield name, Macro(body_of(argument(given, word, 3)), slots, unsure=why)


def _xparse(spec: Tokens, name: str) -> tuple[tuple[Slot, ...], str]:
    slots: list[Slot] = []
    left = [t for t in spec if t.text not in (" ", "+", "!")]
    none = tuple(tokens_of(NO_VALUE))
    while left:
        kind = left.pop(0).text
        if kind in ("m", "o", "s"):
            slots.append(Slot(kind, none))
        elif kind in ("O", "d", "D") and len(left) > 1:
            pair = ("[", "]") if kind == "O" else (left.pop(0).text, left.pop(0).text)
            slots.append(Slot("o", none if kind == "d" else _group(left), brackets=pair))
        else:
            return tuple(slots), f"the arguments of the macro {name} are of a kind ({kind}) that is not read."
    return tuple(slots), ""


def _group(left: list[Token]) -> Tokens:
    """The group at the start of a list, taken from it."""
    depth, taken = 0, []
    while left:
        t = left.pop(0)
        depth += (t.text == "{") - (t.text == "}")
        taken.append(t)
        if depth <= 0:
            break
    return tuple(taken[1:-1] if len(taken) > 1 else taken)


def _new_environment(given: Input, word: str) -> Iterator[tuple[str, Meaning]]:
    accept(given, "*")
    name = _name(given, word)
    why = ""
    if "Document" in word:
        slots, why = _xparse(argument(given, word, 2), name)
    else:
        slots = _slots(given, word)
    opening = Macro(body_of(argument(given, word, 2)), slots, unsure=why)
    yield f"\\begin{{{name}}}", Environment(opening, body_of(argument(given, word, 3)))


def _new_if(given: Input, word: str) -> Iterator[tuple[str, Meaning]]:
    name = _name(given, word)
    yield name, Switch(False)
    for value in (True, False):
        yield f"\\{name[3:]}{str(value).lower()}", Setter(name, value)


DEFINERS: dict[str, Definer] = {
    **dict.fromkeys(("\\newcommand", "\\renewcommand", "\\providecommand", "\\DeclareRobustCommand"), _new_command),
    **dict.fromkeys(("\\def", "\\edef", "\\gdef", "\\xdef"), _def),
    **dict.fromkeys(("\\let",), _let),
    **dict.fromkeys(("\\DeclareMathOperator",), _operator),
    **dict.fromkeys(("\\DeclarePairedDelimiter", "\\DeclarePairedDelimiterX"), _delimiter),
    **{f"\\{v}DocumentCommand": _document_command for v in ("New", "Renew", "Provide", "Declare")},
    **{f"\\{v}DocumentEnvironment": _new_environment for v in ("New", "Renew", "Provide", "Declare")},
    **dict.fromkeys(("\\newenvironment", "\\renewenvironment"), _new_environment), "\\newif": _new_if,
}  # fmt: skip

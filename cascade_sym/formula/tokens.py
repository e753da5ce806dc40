"""Tokens of the plain formula language."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cascade_sym.formula.trouble import error_at

MAX_LENGTH = 20_000
MAX_DIGITS = 400
MAX_EXPONENT = 999

_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
      | (?P<name>[A-Za-z][A-Za-z0-9_]*'*)
      | (?P<op>\*\*|//|~=|:=|<=|>=|[-+*/^(),=<>])""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is 'number', 'name', 'op' or 'end'; `start` is the position in the text."""

    kind: str
    text: str
    start: int


def tokens(text: str) -> tuple[Token, ...]:
    """The tokens of `text`, closed by an 'end' token.

    Raises FormulaError on a character outside the language, on a text longer than MAX_LENGTH and on numbers
    of absurd size.
    """
    if not isinstance(text, str):
        raise error_at("", 0, f"a formula is a text; got {type(text).__name__}")
    if len(text) > MAX_LENGTH:
        raise error_at("", 0, f"the formula has {len(text)} characters; at most {MAX_LENGTH} are read")
    found: list[Token] = []
    at = 0
    while at < len(text):
        m = _TOKEN.match(text, at)
        if m is None:
            raise error_at(text, at, _unreadable(text[at]))
        kind, word = str(m.lastgroup), m.group()
        if kind == "number":
            _check_number(text, word, at, m.end())
        if kind != "space":
            found.append(Token(kind, word, at))
        at = m.end()
    return (*found, Token("end", "", len(text)))


def _check_number(text: str, word: str, start: int, end: int) -> None:
    if end < len(text) and (text[end].isalpha() or text[end] in "_."):
        raise error_at(text, end, f"a number is followed by {text[end]!r}; write the product with *")
    mantissa, _, exponent = word.lower().partition("e")
    if len(mantissa) > MAX_DIGITS or len(exponent) > 8 or abs(int(exponent or 0)) > MAX_EXPONENT:
        raise error_at(text, start, f"a number has more than {MAX_DIGITS} digits or an exponent beyond {MAX_EXPONENT}")


def _unreadable(c: str) -> str:
    if c in "[]{}":
        return f"{c!r} is not read here; group with ( and )"
    if c in "'_":
        return f"{c!r} cannot stand here; names look like theta_M or, with a prime, theta_M'"
    if c == "\\":
        return "this is the plain language, not LaTeX; read LaTeX with parse_latex"
    if c.isalpha():
        return f"{c!r} is not read; write letters by name, like Gamma or theta"
    return f"{c!r} is not part of a formula"

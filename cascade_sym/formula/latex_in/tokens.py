"""Tokens of the LaTeX dialect of formulas. Nothing is expanded or executed."""

from __future__ import annotations

import re

from cascade_sym.formula.stream import Token, error_at, require_text

_TOKEN = re.compile(
    r"""(?P<skipped>[\s&]|%[^\n]*)
      | (?P<space>~|\\(?:[,;:! >/\s]|(?:q?quad|thinspace|medspace|thickspace|enspace|hfill)(?![A-Za-z])))
      | \\(?P<word>[A-Za-z]+)
      | \\(?P<escaped>.)
      | (?P<letter>[A-Za-z])
      | (?P<digit>[0-9])
      | (?P<op>[-{}^_'+*/=<>()\[\]|,;:.!])""",
    re.VERBOSE | re.DOTALL,
)
_IGNORED = {
    "displaystyle", "textstyle", "scriptstyle", "limits", "nolimits", "nonumber", "notag", "mathstrut", "allowbreak",
    *(size + side for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "r", "m")),
}  # fmt: skip
_DROPPED_WITH_ARGUMENT = {"label", "tag", "hspace", "vspace", "hphantom", "phantom"}
_OPENING = re.compile(r"\s*\{")


def tokens(text: str) -> tuple[Token, ...]:
    """The tokens of `text` without spaces, comments, sizes and labels, closed by an 'end' token."""
    require_text(text)
    out: list[Token] = []
    at, gap, wide = 0, False, False
    while at < len(text):
        if (m := _TOKEN.match(text, at)) is None:
            raise error_at(text, at, _unreadable(text[at]))
        kind = str(m.lastgroup)
        token, at = Token(kind, m[kind], at, gap, wide), m.end()
        if kind == "space":
            gap, wide = True, wide or token.text in ("\\quad", "\\qquad")
        elif token.is_word(*_DROPPED_WITH_ARGUMENT):
            at = _after_group(text, at, token)
        elif kind != "skipped" and not token.is_word(*_IGNORED):
            out.append(token)
            gap = wide = False
    return (*out, Token("end", "", len(text), gap, wide))


def _after_group(text: str, at: int, token: Token) -> int:
    opening = _OPENING.match(text, at)
    if opening is None:
        raise error_at(text, token.start, f"\\{token.text} without its braces")
    end = text.find("}", at)
    if end < 0:
        raise error_at(text, opening.end() - 1, "a brace is not closed")
    return end + 1


def _unreadable(c: str) -> str:
    if c == "\\":
        return "a lone backslash ends the formula"
    return f"{repr(c) if c.isprintable() else 'an unprintable character'} is not read in a formula"

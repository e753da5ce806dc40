"""Tokens of the LaTeX dialect of formulas. Nothing is expanded or executed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cascade_sym.formula.trouble import error_at

MAX_LENGTH = 20_000

_SPACES = frozenset((",", ";", ":", "!", " ", ">", "/"))
_SPACE_WORDS = frozenset(("quad", "qquad", "thinspace", "medspace", "thickspace", "enspace", "hfill"))
_IGNORED = frozenset(
    ("displaystyle", "textstyle", "scriptstyle", "limits", "nolimits", "nonumber", "notag", "mathstrut",
     "allowbreak")
)  # fmt: skip
_SIZES = frozenset(f"{size}{side}" for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "r", "m"))
_DROPPED_WITH_ARGUMENT = frozenset(("label", "tag", "hspace", "vspace", "hphantom", "phantom"))


@dataclass(frozen=True, slots=True)
class Token:
    r"""`kind`: 'word' (\alpha: text 'alpha'), 'escaped' (\{: text '{'), 'letter', 'digit', 'op' or 'end'.

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


def tokens(text: str) -> tuple[Token, ...]:
    """The tokens of `text` without spaces, comments, sizes and labels, closed by an 'end' token."""
    if not isinstance(text, str):
        raise error_at("", 0, f"a formula is a text; got {type(text).__name__}")
    if len(text) > MAX_LENGTH:
        raise error_at("", 0, f"the formula has {len(text)} characters; at most {MAX_LENGTH} are read")
    out: list[Token] = []
    at, gap, wide = 0, False, False
    while at < len(text):
        token, at = _next(text, at)
        if token is None:
            continue
        if token.kind == "space":
            gap, wide = True, wide or token.text in ("quad", "qquad")
        elif token.is_word(*_DROPPED_WITH_ARGUMENT):
            at = _after_group(text, at, token)
        elif not token.is_word(*_IGNORED, *_SIZES):
            out.append(replace(token, gap=gap, wide=wide) if gap else token)
            gap = wide = False
    return (*out, Token("end", "", len(text), gap, wide))


def _next(text: str, at: int) -> tuple[Token | None, int]:
    c = text[at]
    if c.isspace() or c == "&":
        return None, at + 1
    if c == "~":
        return Token("space", "~", at), at + 1
    if c == "%":
        end = text.find("\n", at)
        return None, len(text) if end < 0 else end
    if c == "\\":
        return _control(text, at)
    if c.isascii() and c.isalpha():
        return Token("letter", c, at), at + 1
    if c.isascii() and c.isdigit():
        return Token("digit", c, at), at + 1
    if c in "{}^_'+-*/=<>()[]|,;:.!":
        return Token("op", c, at), at + 1
    shown = repr(c) if c.isprintable() else "an unprintable character"
    raise error_at(text, at, f"{shown} is not read in a formula")


def _control(text: str, at: int) -> tuple[Token | None, int]:
    end = at + 1
    while end < len(text) and text[end].isascii() and text[end].isalpha():
        end += 1
    if end == at + 1:
        if end == len(text):
            raise error_at(text, at, "a lone backslash ends the formula")
        c = text[end]
        if c in _SPACES or c.isspace():
            return Token("space", c, at), end + 1
        return Token("escaped", c, at), end + 1
    word = text[at + 1 : end]
    if word in _SPACE_WORDS:
        return Token("space", word, at), end
    return Token("word", word, at), end


def _after_group(text: str, at: int, token: Token) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    if at >= len(text) or text[at] != "{":
        raise error_at(text, token.start, f"\\{token.text} without its braces")
    end = text.find("}", at)
    if end < 0:
        raise error_at(text, at, "a brace is not closed")
    return end + 1

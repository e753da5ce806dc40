r"""Which name a printed symbol stands for. Nothing is expanded or executed.

A symbol is a nucleus (a letter, a Greek letter, \mathrm{...}, with accents), primes, a subscript and perhaps
a superscript that belongs to the name. Spelling that makes no difference on paper makes none here: braces,
\mathrm in scripts, spaces, the order of scripts. Names are looked up exactly first, then without commas in
the subscript and without hats, where that is unique. A name that is declared is never found by rule under
another symbol.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from cascade_sym.errors import FormulaError
from cascade_sym.formula.lettering import GREEK
from cascade_sym.formula.token_stream import Stream, Token, error_at, scanned
from cascade_sym.formula.walk import indexed

Body = tuple[Token, ...]
Part = TypeVar("Part")
Indices = Mapping[str, tuple[str, ...]]  # the values of summation indices

ACCENTS = frozenset(("hat", "tilde", "bar", "vec", "check", "breve", "widehat", "widetilde", "mathring"))
FONTS = frozenset(
    ("mathrm", "mathit", "mathbf", "mathcal", "mathsf", "boldsymbol", "text", "textrm", "rm", "it")
)  # fmt: skip
_UPRIGHT = frozenset(("mathrm", "text", "textrm", "rm", "mathit", "it", "textit"))
_TOKEN = re.compile(
    r"""(?P<skipped>[\s&]|%[^\n]*)
      | (?P<dropped>\\(?:label|tag|[hv]space|h?phantom)(?![A-Za-z])(?:\s*(?P<group>\{)[^}]*(?P<closed>\})?)?)
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
_SAME_LETTER = {"varepsilon": "epsilon", "varphi": "phi", "vartheta": "theta", "varrho": "rho"}


@dataclass(frozen=True, slots=True)
class Key:
    """A printed symbol in canonical spelling; scripts are '' where there are none."""

    nucleus: str
    primes: int = 0
    sub: str = ""
    sup: str = ""

    def loose(self) -> Key:
        nucleus = self.nucleus.replace("hat ", "")
        return Key(nucleus, self.primes, self.sub.replace(",", ""), self.sup.replace(",", ""))


class Names:
    """The symbols that a reader knows: from LaTeX to names; `spread`: \\Delta^2 before others is a variance."""

    def __init__(self, names: Mapping[str, str], *, spread: bool = False) -> None:
        self.spread = spread
        self.exact: dict[Key, str] = {}
        self.compound: list[tuple[tuple[tuple[str, str], ...], str]] = []
        for latex, name in names.items():
            if (key := symbol_key(latex)) is not None:
                self.exact.setdefault(key, name)
            elif spelling := tuple((t.kind, t.text) for t in tokens(latex)[:-1]):
                self.compound.append((spelling, name))
            else:
                raise FormulaError(f"the name {name!r} is declared with an empty symbol.")
        self.compound.sort(key=lambda item: -len(item[0]))
        loose: dict[Key, set[str]] = {}
        for key, name in self.exact.items():
            loose.setdefault(key.loose(), set()).add(name)
        self.nuclei = frozenset(key.nucleus for key in self.exact)
        self.declared = frozenset(names.values())
        self.loose = {key: next(iter(found)) for key, found in loose.items() if len(found) == 1}

    def find(self, key: Key, indices: Indices) -> str | None:
        r"""The declared name of a symbol, or None; under sums `\gamma_{j,0}` is found by `\gamma_{S,0}`."""
        if name := self.exact.get(key) or self.loose.get(key.loose()):
            return name
        for index, values in indices.items():
            if key.sub.startswith(index):
                tail = key.sub[len(index) :]
                found = [self.find(replace(key, sub=v + tail), {}) for v in values]
                if name := _with_index(found, index, values):
                    return name
        return None


def _with_index(found: list[str | None], index: str, values: tuple[str, ...]) -> str | None:
    """The name that becomes found[i] for values[i], or None."""
    first = found[0]
    if first is None:
        return None
    for i in range(len(first)):
        if first.startswith(values[0], i) and i and first[i - 1] == "_":
            candidate = first[:i] + index + first[i + len(values[0]) :]
            if all(indexed(candidate, index, v) == f for v, f in zip(values, found, strict=True)):
                return candidate
    return None


def by_rule(key: Key) -> str | None:
    """The name that prints as this symbol when nothing is declared, or None where no rule gives one."""
    nucleus = key.nucleus.removeprefix("hat ")
    if not nucleus.isascii() or not nucleus.isalpha() or key.sup:
        return None
    sub = key.sub.replace("+", "p").replace("-", "m").replace(",", "_")
    if sub and not sub.replace("_", "").isalnum():
        return None
    return nucleus + (f"_{sub}" if sub else "") + "'" * key.primes


def symbol_key(latex: str) -> Key | None:
    """The key of a LaTeX text that is one symbol, or None when it is not."""
    try:
        stream = SymbolStream(latex, tokens(latex))
        grouped = stream.peek().is_op("{")
        key, sup = stream.key()
    except FormulaError:
        return None
    return None if grouped or stream.peek().kind != "end" else with_superscript(key, sup)


class SymbolStream(Stream):
    """A stream of LaTeX tokens from which symbols and arguments are taken."""

    def attempt(self, part: Callable[[], Part], ahead: int = 0) -> Part | None:
        """What `part` reads here or some tokens ahead, without taking it; None where it can't."""
        saved = self.at
        self.at += ahead
        try:
            return part()
        except FormulaError:
            return None
        finally:
            self.at = saved

    def key(self) -> tuple[Key, Body]:
        """The symbol here without its superscript, and the tokens of that."""
        start = self.peek()
        nucleus = self.nucleus_or_group()
        if nucleus is None:
            raise self.error("expected a symbol: a letter, a Greek letter or \\mathrm{...}, perhaps accented", start)
        primes, sub, sup = self.scripts()
        return Key(nucleus, primes, sub), sup

    def nucleus_or_group(self) -> str | None:
        return self.group() if self.peek().is_op("{") else self.nucleus()

    def group(self) -> str | None:
        r"""The nucleus that a group consists of, {\hat a}, or None."""
        self.take()
        inner = self.nucleus()
        return inner if self.take().is_op("}") else None

    def nucleus(self) -> str | None:
        r"""The nucleus here (as 'hat a', 'Gamma', 'mathcal D') or None."""
        t = self.take()
        if t.kind == "letter":
            return t.text
        if t.kind != "word":
            return None
        if t.text in GREEK:
            return _SAME_LETTER.get(t.text, t.text)
        if t.text in ACCENTS:
            # One accent on another is not read: that bounds the recursion.
            accented = self.peek(1 if self.peek().is_op("{") else 0).is_word(*ACCENTS)
            inner = None if accented else self.nucleus_or_group()
            return f"{t.text.removeprefix('wide')} {inner}" if inner else None
        if t.text in FONTS or t.text == "operatorname":
            body = self.script()
            word = spelled(body)
            if not word.isalpha() and not (word and all(b.kind in ("letter", "digit") for b in body)):
                return None
            return word if t.text in _UPRIGHT or t.text == "operatorname" else f"{t.text} {word}"
        return None

    def script(self) -> Body:
        """The tokens of a script or argument: a group's inside, or one token, with its fonts and accents."""
        start = self.at
        while self.peek().is_word(*FONTS, *ACCENTS):
            self.take()
        before = self.tokens[start : self.at]
        if len(before) > 2:
            raise self.error("more than two fonts or accents on one letter", before[0])
        opening = self.take()
        if opening.kind == "end" or opening.is_op("^", "_", "}"):
            raise self.error(f"expected an argument, found {opening}", opening)
        if not opening.is_op("{"):
            return (*before, opening)
        return (*before, *self.inside(opening))

    def scripts(self) -> tuple[int, str, Body]:
        """The primes, the subscript and the tokens of the superscript behind a nucleus."""
        primes = 0
        found: dict[str, Body] = {}
        while (t := self.peek()).is_op("'", "_", "^"):
            if t.text in found:
                raise self.error(f"two {'subscripts' if t.text == '_' else 'superscripts'} on one symbol", t)
            self.take()
            if t.text == "'":
                primes += 1
            else:
                found[t.text] = self.script()
        more, sup = split_primes(found.get("^", ()))
        return primes + more, spelled(found.get("_", ())), sup


def split_primes(body: Body) -> tuple[int, Body]:
    r"""The number of \prime that start or end a superscript, and the rest."""
    first, last = 0, len(body)
    while first < last and body[first].is_word("prime"):
        first += 1
    while last > first and body[last - 1].is_word("prime") and not (last > 1 and body[last - 2].is_op("^")):
        last -= 1
    return first + len(body) - last, body[first:last]


def with_superscript(key: Key, sup: Body) -> Key:
    r"""The key of a symbol whose superscript belongs to its name; X^{\cos'} is X'^{\cos}."""
    last = len(sup)
    while last and sup[last - 1].is_op("'"):
        last -= 1
    return replace(key, primes=key.primes + len(sup) - last, sup=spelled(sup[:last]))


def spelled(body: Body) -> str:
    """A script in canonical spelling: fonts and braces dropped, words by name."""
    kept = (t for t in body if not (t.is_op("{", "}") or t.is_word(*_UPRIGHT)))
    return "".join(_SAME_LETTER.get(t.text, t.text) if t.kind == "word" else t.text for t in kept)


def tokens(text: str) -> Body:
    """The tokens of `text` without spaces, comments, sizes and labels, closed by an 'end' token."""
    out: list[Token] = []
    gap = wide = False
    for m in scanned(text, _TOKEN, _unreadable):
        if m["group"] and not m["closed"]:
            raise error_at(text, m.start("group"), "a brace is not closed")
        if m["dropped"] and not m["group"]:
            raise error_at(text, m.start(), f"{m['dropped']} without its braces")
        if m["space"]:
            gap, wide = True, wide or m["space"] in ("\\quad", "\\qquad")
        elif not (m["skipped"] or m["dropped"] or m["word"] in _IGNORED):
            kind = str(m.lastgroup)
            out.append(Token(kind, m[kind], m.start(), gap, wide))
            gap = wide = False
    return (*out, Token("end", "", len(text), gap, wide))


def _unreadable(c: str) -> str:
    if c == "\\":
        return "a lone backslash ends the formula"
    return f"{repr(c) if c.isprintable() else 'an unprintable character'} is not read in a formula"

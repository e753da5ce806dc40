r"""Which name a printed symbol stands for.

A symbol is a nucleus (a letter, a Greek letter, \mathrm{...}, with accents), primes, a subscript and perhaps
a superscript that belongs to the name. Spelling that makes no difference on paper makes none here: braces,
\mathrm in scripts, spaces, the order of scripts. Names are looked up exactly first, then without commas in
the subscript and without hats, where that is unique. A name that is declared is never found by rule under
another symbol.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from cascade_sym.errors import FormulaError
from cascade_sym.formula.latex_in.tokens import tokens
from cascade_sym.formula.notation import CONSTANTS, GREEK, name_latex
from cascade_sym.formula.stream import Token
from cascade_sym.formula.sums import indexed

Body = tuple[Token, ...]
Indices = Mapping[str, tuple[str, ...]]  # the values of summation indices

ACCENTS = frozenset(("hat", "tilde", "bar", "vec", "check", "breve", "widehat", "widetilde", "mathring"))
FONTS = frozenset(
    ("mathrm", "mathit", "mathbf", "mathcal", "mathsf", "boldsymbol", "text", "textrm", "rm", "it")
)  # fmt: skip
_UPRIGHT = frozenset(("mathrm", "text", "textrm", "rm", "mathit", "it", "textit"))
_SAME_LETTER = {"varepsilon": "epsilon", "varphi": "phi", "vartheta": "theta", "varrho": "rho"}


class Misread(FormulaError):
    """What can't be read, with the token where that is."""

    def __init__(self, token: Token, message: str) -> None:
        super().__init__(f"{message}.")
        self.token, self.message = token, message


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
    """The symbols that a reader knows: from LaTeX to names."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.exact: dict[Key, str] = {}
        self.compound: list[tuple[tuple[tuple[str, str], ...], str]] = []
        for latex, name in names.items():
            key = symbol_key(latex)
            if key is not None:
                self.exact.setdefault(key, name)
            else:
                spelled = tuple((t.kind, t.text) for t in tokens(latex)[:-1])
                if not spelled:
                    raise FormulaError(f"the name {name!r} is declared with an empty symbol.")
                self.compound.append((spelled, name))
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


def reading_names(names: Iterable[str], notation: Mapping[str, str] | None = None) -> dict[str, str]:
    r"""The map from LaTeX to names that reads what `to_latex` prints for these names in this notation.

    Two names that print alike are left out: what is printed cannot be told apart.

    >>> reading_names(["Gamma_SB", "h1"], {"h1": r"\eta"})
    {'\\Gamma_{SB}': 'Gamma_SB', '\\eta': 'h1'}
    """
    found: dict[str, str] = {}
    ambiguous = set()
    for name in names:
        latex = name_latex(name, notation)
        if name not in CONSTANTS and found.setdefault(latex, name) != name:
            ambiguous.add(latex)
    return {latex: name for latex, name in found.items() if latex not in ambiguous}


def symbol_key(latex: str) -> Key | None:
    """The key of a LaTeX text that is one symbol, or None when it is not."""
    try:
        found = tokens(latex)
        nucleus, at = nucleus_at(found, 0)
        (primes, sub, sup), at = scripts_at(found, at)
    except FormulaError:
        return None
    if nucleus is None or found[at].kind != "end":
        return None
    return with_superscript(Key(nucleus, primes, sub), sup)


def nucleus_at(found: Body, at: int) -> tuple[str | None, int]:
    r"""The nucleus at a position (as 'hat a', 'Gamma', 'mathcal D') or None, and the position after."""
    t = found[at]
    if t.kind == "letter":
        return t.text, at + 1
    if t.kind != "word":
        return None, at
    if t.text in GREEK:
        return _SAME_LETTER.get(t.text, t.text), at + 1
    if t.text in ACCENTS:
        inner, after = _grouped_nucleus(found, at + 1)
        accent = {"widehat": "hat", "widetilde": "tilde"}.get(t.text, t.text)
        return (f"{accent} {inner}" if inner else None), after
    if t.text in FONTS or t.text == "operatorname":
        body, after = script_at(found, at + 1)
        word = spelled(body)
        if not word.isalpha() and not (word and all(b.kind in ("letter", "digit") for b in body)):
            return None, at
        return (word if t.text in _UPRIGHT or t.text == "operatorname" else f"{t.text} {word}"), after
    return None, at


def _grouped_nucleus(found: Body, at: int) -> tuple[str | None, int]:
    # One accent on another is not read: that bounds the recursion.
    if found[at].is_word(*ACCENTS) or (found[at].is_op("{") and found[at + 1].is_word(*ACCENTS)):
        return None, at
    return group_at(found, at) if found[at].is_op("{") else nucleus_at(found, at)


def group_at(found: Body, at: int) -> tuple[str | None, int]:
    r"""The nucleus that a group consists of, {\hat a}, or None, and the position after."""
    inner, after = nucleus_at(found, at + 1)
    return (inner, after + 1) if found[after].is_op("}") else (None, at)


def script_at(found: Body, at: int) -> tuple[Body, int]:
    """The tokens of a script or argument (a group's inside, or one token) and the position after it."""
    if found[at].is_op("{"):
        depth = 0
        for end in range(at, len(found)):
            depth += found[end].is_op("{") - found[end].is_op("}")
            if depth == 0:
                return found[at + 1 : end], end + 1
        raise Misread(found[at], "a brace is not closed")
    start = at
    while found[at].is_word(*FONTS, *ACCENTS):
        at += 1
    if at > start + 2:
        raise Misread(found[start], "more than two fonts or accents on one letter")
    if at > start:
        body, after = script_at(found, at)
        return (*found[start:at], *body), after
    if found[at].kind == "end" or found[at].is_op("^", "_", "}"):
        raise Misread(found[at], f"expected an argument, found {found[at]}")
    return (found[at],), at + 1


def scripts_at(found: Body, at: int) -> tuple[tuple[int, str, Body], int]:
    """The primes, the subscript and the tokens of the superscript behind a nucleus, and the position after."""
    primes = 0
    scripts: dict[str, Body] = {}
    while (t := found[at]).is_op("'", "_", "^"):
        if t.text == "'":
            primes, at = primes + 1, at + 1
        elif t.text in scripts:
            raise Misread(t, f"two {'subscripts' if t.text == '_' else 'superscripts'} on one symbol")
        else:
            scripts[t.text], at = script_at(found, at + 1)
    more, sup = split_primes(scripts.get("^", ()))
    return (primes + more, spelled(scripts.get("_", ())), sup), at


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
    out = ""
    for t in body:
        if t.is_op("{", "}") or t.is_word(*_UPRIGHT):
            continue
        out += _SAME_LETTER.get(t.text, t.text) if t.kind == "word" else t.text
    return out

r"""Which name a printed symbol stands for. Nothing is expanded or executed.

A symbol is a nucleus (a letter, a Greek letter, \mathrm{...}, with accents), primes, a subscript and perhaps
a superscript that belongs to the name. Spelling that makes no difference on paper makes none here: braces,
\mathrm in scripts, spaces, the order of scripts. Names are looked up exactly first, then without commas in
the subscript and without hats, where that is unique. A name that is declared is never found by rule under
another symbol.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from cascade_sym.errors import FormulaError
from cascade_sym.formula.latex_in.lexer import lexed
from cascade_sym.formula.latex_in.printed_alike import Tokens
from cascade_sym.formula.walk import indexed

Spelling = tuple[tuple[str, str], ...]  # kinds and texts of tokens
Indices = Mapping[str, tuple[str, ...]]  # the values of summation indices


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
    """The symbols that a reader knows: from LaTeX to names; `spread`: \\Delta^2 before others is a variance.

    `numbers` are names that are no operators: printed with a hat (an estimate) it is another symbol.
    """

    def __init__(self, names: Mapping[str, str], *, spread: bool = False, numbers: Collection[str] = ()) -> None:
        self.spread, self.numbers = spread, frozenset(numbers)
        self.exact: dict[Key, str] = {}
        compound: list[tuple[Spelling, str]] = []
        for latex, name in names.items():
            if (key := symbol_key(latex)) is not None:
                self.exact.setdefault(key, name)
            elif spelling := tuple((t.kind, t.text) for t in lexed(latex)[:-1]):
                compound.append((spelling, name))
            else:
                raise FormulaError(f"the name {name!r} is declared with an empty symbol.")
        self.compound: dict[tuple[str, str], list[tuple[Spelling, str]]] = {}  # by the first token, the longest first
        for spelling, name in sorted(compound, key=lambda item: -len(item[0])):
            self.compound.setdefault(spelling[0], []).append((spelling, name))
        loose: dict[Key, set[str]] = {}
        for key, name in self.exact.items():
            loose.setdefault(key.loose(), set()).add(name)
        self.nuclei = frozenset(key.nucleus for key in self.exact)
        self.declared = frozenset(names.values())
        self.loose = {key: next(iter(found)) for key, found in loose.items() if len(found) == 1}

    def find(self, key: Key, indices: Indices) -> str | None:
        r"""The declared name of a symbol, or None; under sums `\gamma_{j,0}` is found by `\gamma_{S,0}`."""
        if name := self.exact.get(key):
            return name
        name = self.loose.get(key.loose())
        if name and not ("hat " in key.nucleus and name in self.numbers):
            return name
        for index, values in indices.items():
            if key.sub.startswith(index):
                tail = key.sub[len(index) :]
                found = [self.find(replace(key, sub=v + tail), {}) for v in values]
                if name := _with_index(found, index, values):
                    return name
        return None


Symbols = Mapping[str, str] | Names


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


@lru_cache(maxsize=4096)  # the notation of a paper is read for each of its equations
def symbol_key(latex: str) -> Key | None:
    """The key of a LaTeX text that is one symbol, or None when it is not."""
    from cascade_sym.formula.latex_in.symbol import lone_key

    try:
        return lone_key(latex)
    except FormulaError:
        return None


def with_superscript(key: Key, sup: Tokens) -> Key:
    r"""The key of a symbol whose superscript belongs to its name; X^{\cos'} is X'^{\cos}."""
    last = len(sup)
    while last and sup[last - 1].is_op("'"):
        last -= 1
    return replace(key, primes=key.primes + len(sup) - last, sup=spelt(sup[:last]))


def spelt(body: Tokens) -> str:
    """A script in canonical spelling: braces and upright fonts dropped, words by name."""
    kept = [t for t in body if not (t.is_op("{", "}") or t.is_word("mathrm", "mathit", "mathsf", "left", "right"))]
    return "".join(t.text.replace(" ", "") if t.kind == "text" else t.text for t in kept)

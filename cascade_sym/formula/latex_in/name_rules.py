r"""The names of printed symbols for which nothing is declared: one name a symbol, one symbol a name.

`\hat a` is hat_a, `\mathbf r` is bf_r, `\mathcal D` is cal_D, `\Delta\omega` is Deltaomega, subscripts follow an
underscore,
superscripts that are labels two: `\sigma_x^{(1)}` is sigma_x__1. Two symbols of a formula that would have one name are
numbered in the order in which they appear.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from cascade_sym.formula.interpret import BUILTINS, CONSTANTS, FORMS
from cascade_sym.formula.latex_in.symbols import Key
from cascade_sym.formula.unvalued import FORM_NAMES

PREFIXES = ("Delta", "delta", "d")  # of one symbol with what follows
SHORT = {"mathbf": "bf", "mathcal": "cal", "mathbb": "bb", "mathsf": "sf", "mathfrak": "frak", "mathtt": "tt"}
_SIGNS = {
    "+": "p", "-": "m", ",": "_", ";": "_", "=": "eq", "'": "prime", "*": "star", "<": "lt", ">": "gt", "/": "over",
    "|": "bar", "(": "", ")": "", "[": "", "]": "", ".": "", ":": "", " ": "_", "!": "", "_": "_", "^": "_", "\\": "",
}  # fmt: skip
_RESERVED = frozenset((*CONSTANTS, *BUILTINS, *FORMS, *FORM_NAMES, "sum", "integral", "if", "prop", "in"))


def encoded(script: str) -> str:
    """A script as a part of a name.

    >>> encoded("+,in"), encoded("(1)")
    ('p_in', '1')
    """
    text = "".join(c if c.isascii() and c.isalnum() else _SIGNS.get(c, f"u{ord(c):x}") for c in script)
    return re.sub(r"__+", "_", text).strip("_")


def by_rule(key: Key) -> str:
    """The name of a symbol that nothing declares.

    >>> by_rule(Key("Delta hat x", 1, "S", "(1)"))
    "Deltahat_x_S__1'"
    """
    *around, last = key.nucleus.split()
    before = [SHORT.get(w, w) for w in around if w != "mathrm"]
    name = "".join(w if w in PREFIXES else w + "_" for w in before) + encoded(last)
    if not name[:1].isalpha():
        name = "sym_" + name
    if key.sub:
        name += "_" + encoded(key.sub)
    if key.sup:
        name += "__" + (encoded(key.sup) or "label")
    if name in _RESERVED:
        name += "_"
    return name + "'" * key.primes


@dataclass
class Registry:
    """The symbols of one formula: their names, and how they are printed; `taken` are names of declared symbols."""

    taken: frozenset[str] = frozenset()
    keys: dict[str, Key] = field(default_factory=dict)
    latex: dict[str, str] = field(default_factory=dict)

    def name(self, key: Key, latex: str) -> str:
        base = by_rule(key)
        name, n = base, 2
        while name in self.taken or self.keys.setdefault(name, key) != key:
            bare = base.rstrip("'")
            name, n = f"{bare}_{n}" + base[len(bare) :], n + 1
        self.latex.setdefault(name, latex)
        return name

"""The symbols of a notation as LaTeX macros."""

from __future__ import annotations

import re
from collections import Counter

from cascade_sym.errors import DuplicateName
from cascade_sym.latex.notation import Notation

_SIGNS = {"+": "Plus", "-": "Minus", "'": "Prime"}
_DIGITS = ("Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")


def macros(notation: Notation, prefix: str = "sym") -> str:
    r"""One \newcommand for each declared symbol and operator: Gamma_SB becomes \symGammaSB.

    The prefix keeps clear of TeX's own macros; where two names would give the same macro their underscores are spelled
    Sub. Raises DuplicateName where two names that print differently still do.

    >>> print(macros(Notation({"Gamma_S1": r"\Gamma_{S1}"}, {"a_S": r"\hat a_S"})))
    \newcommand{\symGammaSOne}{\Gamma_{S1}}
    \newcommand{\symaS}{\hat a_S}
    """
    declared = {**notation.symbols, **notation.operators}
    plain = Counter(macro_name(name, prefix) for name in declared)
    table: dict[str, str] = {}
    for name in declared:
        macro = macro_name(name, prefix)
        if plain[macro] > 1:  # theta_p beside thetap
            macro = macro_name(name.replace("_", "_Sub"), prefix)
        if macro in table and declared[table[macro]] == declared[name]:
            continue  # two names that print alike
        if macro in table:
            raise DuplicateName(f"{name!r} and {table[macro]!r} both give the macro {macro}; rename one of them.")
        table[macro] = name
    return "\n".join(f"\\newcommand{{{m}}}{{{declared[name]}}}" for m, name in table.items())


def macro_name(name: str, prefix: str = "sym") -> str:
    r"""The macro of a name: letters only, digits and signs spelled out.

    >>> macro_name("gamma_S0"), macro_name("a_M'")
    ('\\symgammaSZero', '\\symaMPrime')
    """
    spelled = "".join(_DIGITS[int(c)] if c.isdecimal() and c.isascii() else _SIGNS.get(c, c) for c in name)
    return "\\" + prefix + re.sub(r"[^A-Za-z]", "", spelled)

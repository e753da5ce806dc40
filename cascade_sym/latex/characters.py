"""Characters of plain text in LaTeX: as mathematics, as text, and the accents that follow a letter."""

from __future__ import annotations

import tomllib
import unicodedata
from importlib.resources import files

from cascade_sym.formula.lettering import GREEK, greek_name

CHARACTERS = tomllib.loads((files("cascade_sym.latex") / "characters.toml").read_text(encoding="utf-8"))
MATH, TEXT, ACCENTS = (CHARACTERS[k] for k in ("mathematics", "text", "accents"))


def unicode_latex(c: str) -> str:
    r"""A character beyond ASCII inside of a formula: its command, its letter with an accent, or itself as text.

    >>> unicode_latex("→"), unicode_latex("κ"), unicode_latex("é"), unicode_latex("日")
    ('\\to ', '\\kappa ', '\\text{é}', '\\text{日}')
    """
    if unicodedata.combining(c):
        return ""
    if greek := greek_name(c):
        return f"{GREEK[greek]} "
    return f"{MATH[c]} " if c in MATH else f"\\text{{{c}}}"


def unicode_word(word: str) -> str:
    r"""A word of letters, upright where it has several.

    >>> unicode_word("é"), unicode_word("ab")
    ('\\text{é}', '\\mathrm{ab}')
    """
    letters = "".join(c if c.isascii() else unicode_latex(c) for c in word)
    return letters if len(word) == 1 or not word.isascii() else f"\\mathrm{{{letters}}}"

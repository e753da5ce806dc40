"""Plain text (titles, readings, methods) as LaTeX text: specials and Unicode made safe, names set as
mathematics.

The result is accepted in a document and inside \\text{...} by KaTeX and MathJax.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from cascade_sym.formula.lettering import GREEK, greek_name
from cascade_sym.latex.characters import ACCENTS, MATH, TEXT
from cascade_sym.latex.notation import symbol_latex
from cascade_sym.latex.scan import checked

_LETTERS = "|".join(sorted(GREEK, key=len, reverse=True))
_TOKEN = re.compile(
    rf"(?P<name>(?<![A-Za-z0-9\\])(?:(?:[A-Za-z]|{_LETTERS})(?:(?:_[A-Za-z0-9]+)+'*|_[+-](?![A-Za-z0-9]))|(?:{_LETTERS})\b)"
    r"|(?<![A-Za-z0-9\\])(?:[A-Za-z]\w*'*(?= = [-\d])|[A-Za-z](?= from [-\d])))"
    r"|(?P<letter>[\u0391-\u03c9\u03d5\u03f5]|[A-Za-z](?=[\u0302-\u0307]))(?P<accent>[\u0302-\u0307])?"
    r"(?:_(?P<sub>[A-Za-z0-9]+|[+-]))?"
    r"|(?P<arrow>->)|\^(?P<sup>[A-Za-z0-9]+|[-+*]|\([A-Za-z0-9+*/. -]+\))|(?P<dot>(?<=\w)\*(?=\w))|(?P<other>.)",
    re.S,
)
_SPAN = re.compile(r"(\$[^$]*\$)")


def text_latex(text: str, name: Callable[[str], str] = symbol_latex) -> str:
    r"""`text` for a place where LaTeX expects text. Mathematics between $ and $ is kept as it is.

    Names such as gamma_S, b_- or γ_S, and letters that have values (r = 0.5, r from 0 to 1), are set as mathematics by
    `name`. FormulaError for commands between dollar signs that are not mathematics.

    >>> text_latex("loss of 10% at γ_S, n̄_M ≫ 1"), text_latex("eliminate b_c for $x^2$ at r = 0.5")
    ('loss of 10$\\%$ at $\\gamma_{S}$, $\\bar{n}_{M}$ $\\gg$ 1', 'eliminate $b_{c}$ for $x^2$ at $r$ = 0.5')
    """
    if text.count("$") % 2:
        return _plain(text, name)
    pieces = enumerate(_SPAN.split(text))
    return "".join(checked(piece, "a text") if n % 2 else _plain(piece, name) for n, piece in pieces)


def _plain(text: str, name: Callable[[str], str]) -> str:
    out = ""
    for m in _TOKEN.finditer(unicodedata.normalize("NFC", text)):
        if m["name"]:
            piece = f"${name(m['name'])}$"
        elif m["letter"]:
            piece = f"${_letter(m['letter'], m['accent'], m['sub'], name)}$"
        elif m["sup"]:
            piece = f"$^{{{m['sup'].strip('()')}}}$"
        else:
            piece = "$\\to$" if m["arrow"] else "$\\cdot$" if m["dot"] else _character(m["other"])
        if piece.startswith("$") and out.endswith("$") and out != "$":
            gap = " " if re.search(r"\\[A-Za-z]+\$$", out) and piece[1].isalpha() else ""
            out = out[:-1] + gap + piece[1:]
        else:
            out += piece
    return out


def _letter(c: str, accent: str | None, sub: str | None, name: Callable[[str], str]) -> str:
    base = GREEK.get(greek_name(c), c)
    if sub and not accent:
        return name(f"{base.removeprefix(chr(92))}_{sub}")
    base = f"{ACCENTS.get(accent, '')}{{{base}}}" if accent else base
    return f"{base}_{{{sub}}}" if sub else base


def _character(c: str) -> str:
    if c in MATH:
        return f"${MATH[c]}$"
    if c in TEXT:
        return TEXT[c]
    if c.isascii():
        return c if c.isprintable() else " "
    return c if "À" <= c <= "ÿ" else "?"

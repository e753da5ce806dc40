"""LaTeX as text: formulas in two dimensions, with Unicode letters, for prompts and terminals.

What the toolkit typesets is read once more and laid out in lines: fractions are stacked, brackets grow, scripts are
raised or written behind. A command without a character of its own is written by its name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from cascade_sym.formula.lettering import GREEK, PIECE
from cascade_sym.latex.characters import MATH
from cascade_sym.latex.text_blocks import Block, beside, bracketed, marked, padded, stacked

_SPECIAL = {"ell": "ℓ", "hbar": "ℏ", "varepsilon": "ε", "vartheta": "ϑ", "varphi": "φ", "varrho": "ϱ", "varsigma": "ς"}


def _greek(name: str) -> str:
    case = "CAPITAL" if name[0].isupper() else "SMALL"
    return unicodedata.lookup(f"GREEK {case} LETTER {name.lower().replace('lambda', 'lamda').upper()}")


_LETTERS = {n: _SPECIAL.get(n) or _greek(n) for n in GREEK}
_SIGNS = {latex[1:]: c for c, latex in reversed(MATH.items()) if latex[1:].isalpha()}  # a command of several: the first
_SIGNS |= {
    "dots": "…", "ldots": "…", "cdots": "⋯", "vdots": "⋮", "leq": "≤", "geq": "≥", "neq": "≠", "rightarrow": "→",
    "int": "∫", "sum": "∑", "prod": "∏", "lvert": "|", "rvert": "|", "vert": "|", "mid": "|", "lbrace": "{",
    "rbrace": "}", "star": "⋆", "circ": "°", "wedge": "^", "backslash": "\\", "prime": "′", "cdot": "·",
}  # fmt: skip
_ACCENTS = {"hat": "\u0302", "dot": "\u0307", "ddot": "\u0308", "bar": "\u0304", "tilde": "\u0303", "vec": "\u20d7",
            "widehat": "\u0302", "overline": "\u0304", "widetilde": "\u0303"}  # fmt: skip
_UPRIGHT = {"mathrm", "operatorname", "mathbf", "boldsymbol", "mathsf", "mathit", "mathbb", "mathop", "operatorname*"}
_SPACES = {"\\,": " ", "\\;": " ", "\\:": " ", "\\ ": " ", "\\!": "", "quad": "  ", "qquad": "    "}
_BINARY = set("+-=<>≤≥≠≈≪≫→←↔⇒∝≡∼±∓∈/·×:")
_OPEN, _CLOSE = set("([{⟨"), set(")]}⟩")
_IGNORED = {"displaystyle", "textstyle", "limits", "nolimits", "big", "Big", "bigl", "bigr", "Bigl", "Bigr"}
_SUPER = dict(zip("0123456789+-=()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾", strict=True))
_SUB = dict(zip("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎", strict=True))


@dataclass(frozen=True)
class _Item:
    block: Block
    kind: str  # atom, word (a function's name), binary, open, close, space, comma


class _Reader:
    """Reads tokens of LaTeX into items."""

    def __init__(self, latex: str) -> None:
        self.tokens = PIECE.findall(latex)
        self.at = 0
        self.last = ""  # the token at which the items ended

    def peek(self, ahead: int = 0) -> str:
        return self.tokens[self.at + ahead] if self.at + ahead < len(self.tokens) else ""

    def take(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1] if self.at <= len(self.tokens) else ""

    def items(self, *ends: str) -> list[_Item]:
        """Items up to one of the tokens `ends` (taken) or the end."""
        out: list[_Item] = []
        while self.at < len(self.tokens):
            token = self.take()
            if token in ends or (token.startswith("\\right") and not token[6:7].isalpha() and "\\right" in ends):
                self.last = token
                return out
            if token.isspace() or token in ("&", "~"):
                continue
            while token[0].isdigit() and (self.peek() + self.peek(1) * (self.peek() == ".")).lstrip(".").isdigit():
                token += self.take()
            if token in ("_", "^", "'"):
                self._script(out, token)
            else:
                out += self._item(token, out)
        self.last = ""
        return out

    def group(self, tight: bool = False) -> Block:
        """An argument: a group, a command with its own, or one character; `tight`: products without spaces."""
        while self.peek().isspace():
            self.take()
        if self.peek() == "{":
            self.take()
            return joined(self.items("}"), tight)
        found = self._item(self.take(), [])
        return found[0].block if found else Block(("",))

    def raw(self) -> str:
        """The text of a group as it stands."""
        while self.peek().isspace():
            self.take()
        if self.peek() != "{":
            return self.take()
        self.take()
        depth, out = 1, ""
        while self.at < len(self.tokens):
            token = self.take()
            depth += (token == "{") - (token == "}")
            if not depth:
                break
            out += token
        return out

    def _item(self, token: str, before: list[_Item]) -> list[_Item]:
        name = token[1:] if token.startswith("\\") else ""
        if token == "{":
            inside = self.items("}")
            return inside if len(inside) == 1 else [_Item(joined(inside), "atom")]
        if token in _SPACES or name in _SPACES:
            return [_Item(Block((_SPACES.get(token, _SPACES.get(name, " ")),)), "space")]
        if name.startswith("left") and not name[4:5].isalpha():
            left, held = _character(token[5:].strip()), joined(self.items("\\right"))
            right = _character(self.last[6:].strip()) if self.last else ""
            return [_Item(bracketed(left.strip("."), held, right.strip(".")), "bracket")]
        if name in ("frac", "dfrac", "tfrac"):
            over, under = self.group(), self.group()
            if name == "tfrac" and over.flat and under.flat:
                return [_Item(Block((f"{over.text}/{under.text}",)), "atom")]
            return [_Item(stacked(over, under), "atom")]
        if name == "sqrt":
            index = ""
            if self.peek() == "[":
                self.take()
                index = "".join(_SUPER.get(c, c) for c in joined(self.items("]")).text)
            held = self.group()
            if not held.flat or re.search(r"[ (+-]", held.text):
                held = bracketed("(", held, ")")
            return [_Item(beside([Block((f"{index}√",)), held]), "atom")]
        if name in _ACCENTS:
            text = self.group().text
            return [_Item(Block((unicodedata.normalize("NFC", text[:1] + _ACCENTS[name] + text[1:]),)), "atom")]
        if name in _UPRIGHT:
            text = self.group(tight=True).text
            kind = "word" if name.startswith("operatorname") else "differential" if text == "d" else "atom"
            return [_Item(Block((text,)), kind)]
        if name == "mathcal":
            return [_Item(Block(("".join(map(_script_letter, self.group().text)),)), "atom")]
        if name in ("text", "textbf", "textit", "mbox", "textrm"):
            return [_Item(Block((_text(self.raw()),)), "space")]
        if name == "begin":
            return [_Item(self._grid(self.raw()), "atom")]
        if name in _IGNORED or token in ("\\right.", "\\!"):
            return []
        c = _character(token)
        if c in _BINARY:
            unary = not before or before[-1].kind in ("binary", "open", "comma", "space")
            return [_Item(Block((c,)), "unary" if unary and c in "+-±∓" else "binary")]
        kind = "open" if c in _OPEN else "close" if c in _CLOSE else "comma" if c in ",;" else "atom"
        if kind == "atom" and name and name not in _LETTERS and c == name:
            kind = "word"
        return [_Item(Block((c,)), kind)]

    def _script(self, out: list[_Item], token: str) -> None:
        base = out.pop() if out else _Item(Block(("",)), "atom")
        kind = base.kind if base.kind in ("close", "word", "bracket") else "atom"
        if token == "'":
            out.append(_Item(beside([base.block, Block(("′",))]), kind))
            return
        script = self.group(tight=True)
        text = re.sub(r"(?<=,) | (?=,)", "", script.text).strip()
        if token == "_":
            low = "".join(_SUB.get(c, "") for c in text)
            mark = low if len(low) == len(text) else f"_{text}" if " " not in text else f"_({text})"
            out.append(_Item(marked(base.block, mark, low=True), kind))
            return
        high = "".join(_SUPER.get(c, c) for c in text)
        plain = script.flat and all(c in _SUPER or c in "†′*" for c in text)
        label = script.flat and re.fullmatch(r"\([^()\s]*\)†?", text)
        if plain or label:
            mark = high if plain else text.replace("(", "⁽").replace(")", "⁾")
            out.append(_Item(marked(base.block, mark, low=False), kind))
        else:
            above = len(script.lines)
            column = Block((*("" for _ in script.lines), *base.block.lines), base.block.base + above)
            raised = Block((*script.lines, *("" for _ in base.block.lines)), column.base)
            out.append(_Item(beside([column, raised]), kind))

    def _grid(self, name: str) -> Block:
        """The rows of a matrix or of cases."""
        rows: list[list[Block]] = []
        cells: list[Block] = []
        while True:
            cells.append(joined(self.items("&", "\\\\", "\\end")))
            if self.last != "&":
                rows.append(cells)
                cells = []
            if self.last in ("\\end", ""):
                self.raw()
                break
        columns = max(map(len, rows))
        wide = [max(r[k].width if k < len(r) else 0 for r in rows) for k in range(columns)]
        lines: list[str] = []
        for r in rows:
            line = beside([b for k, cell in enumerate(r) for b in (padded(cell, wide[k]), Block(("  ",)))][:-1])
            lines += line.lines
        whole = Block(tuple(lines), len(lines) // 2)
        sides = {"pmatrix": ("(", ")"), "bmatrix": ("[", "]"), "vmatrix": ("|", "|"), "cases": ("{", "")}
        left, right = sides.get(name, ("", ""))
        return bracketed(left, whole, right)


def _character(token: str) -> str:
    name = token[1:] if token.startswith("\\") else ""
    if not name:
        return "-" if token == "−" else token
    return _LETTERS.get(name) or _SIGNS.get(name) or name


def _script_letter(c: str) -> str:
    for kind in ("MATHEMATICAL SCRIPT CAPITAL", "SCRIPT CAPITAL"):
        try:
            return unicodedata.lookup(f"{kind} {c}") if c.isascii() and c.isupper() else c
        except KeyError:
            continue
    return c


def _text(latex: str) -> str:
    """The content of a text, with formulas between dollar signs."""
    pieces = latex.split("$")
    words = [layout(p).text if n % 2 else re.sub(r"\\([#%&$_{}])|~", r"\1", p) for n, p in enumerate(pieces)]
    return re.sub(r"\\([A-Za-z]+)\s?", r"\1", "".join(words)).replace("{}", "")


def joined(items: Sequence[_Item], tight: bool = False) -> Block:
    """Items in a row, with spaces around signs and (unless `tight`) between the factors of a product."""
    blocks: list[Block] = []
    for k, item in enumerate(items):
        last = items[k - 1].kind if k else ""
        factor = item.kind in ("atom", "word", "differential") and last in ("atom", "close", "bracket")
        number = k and item.block.text.isdigit() and items[k - 1].block.text.isdigit()
        sign = item.kind == "binary" or last == "binary"
        comma = last == "comma" and item.kind != "space"
        named = last == "word" and item.kind == "atom"
        if k and not tight and not number and (factor or sign or comma or named):
            blocks.append(Block((" ",)))
        blocks.append(item.block)
    return beside(blocks) if blocks else Block(("",))


def layout(latex: str) -> Block:
    r"""A formula in lines.

    >>> found = layout(r"\gamma = \frac{\Gamma_{SB}}{2}\hat{a}_{S} + \sqrt{1 - \epsilon}\,b_{+}^{2}")
    >>> print("\n".join(line.rstrip() for line in found.lines))
        Γ_SB
    γ = ──── â_S + √(1 - ε) b₊²
         2
    """
    return joined(_Reader(latex).items())


def lines_of(latex: str, indent: int, columns: int) -> list[str]:
    """A formula in lines of at most `columns`, broken before signs; None of it is lost, but a term may be wider."""
    items = _Reader(latex).items()
    rows: list[list[_Item]] = [[]]
    for item in items:
        room = columns - (indent if len(rows) > 1 else 0)
        breaks = item.kind == "binary" and item.block.text in "+-" and len(rows[-1]) > 1
        ahead = _term_width(items, items.index(item)) if breaks else 0
        if breaks and joined(rows[-1]).width + ahead > room:
            rows.append([])
        rows[-1].append(item)
    out: list[str] = []
    for k, row in enumerate(rows):
        out += [" " * (indent if k else 0) + line for line in joined(row).lines]
    return [line.rstrip() for line in out]


def _term_width(items: Sequence[_Item], start: int) -> int:
    """The width up to the next sign."""
    total = 0
    for item in items[start + 1 :]:
        if item.kind == "binary" and item.block.text in "+-":
            break
        total += item.block.width + 1
    return total + 3

"""Reading LaTeX token by token: the depth of its brackets, its width on paper, and what of it is let in from outside.

Widths are in units of a digit, from the metrics of Computer Modern, to within some 5 %: enough to decide where a
formula is broken.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from cascade_sym.errors import FormulaError
from cascade_sym.formula.lettering import PIECE, group_ends
from cascade_sym.program import COMMANDS

_RELATION = re.compile(r"=|<|>|\\(?:approx|leq?|geq?|equiv|to|propto|simeq|sim|neq)(?![A-Za-z])")
OPEN = {"(", "[", "\\{", "\\langle", "\\lvert"}
CLOSE = {")", "]", "\\}", "\\rangle", "\\rvert"}
SIGNS = {"+", "-", "\\pm", "\\mp"}
_FORBIDDEN = re.compile(
    r"\\(?:input|include\w*|import|openin|openout|read\w*|write\w*|immediate|special|csname|catcode|def|edef|gdef|xdef"
    r"|let|futurelet|newcommand|renewcommand|providecommand|DeclareMathOperator|newenvironment|usepackage|loop|repeat"
    r"|expandafter|afterassignment|everymath|everypar|directlua|verbatiminput|lstinputlisting|includegraphics|href|url"
    r"|includegraphics|documentclass|shipout|jobname|meaning|string|scantokens|uppercase|lowercase|aftergroup|toks"
    r"|begingroup|endgroup|begin\s*\{document|end\s*\{document)(?![A-Za-z])|\^\^"
)
_METRICS = tomllib.loads((files("cascade_sym.latex") / "metrics.toml").read_text(encoding="utf-8"))
_CHARACTERS = {**_METRICS["letters"], **_METRICS["marks"]}
_NOTHING = {
    "displaystyle", "hat", "tilde", "bar", "dot", "ddot", "mathrm", "mathcal", "mathbf", "mathbb", "operatorname", "operatorname*",
    "text", "textrm", "textbf",
}  # fmt: skip
_WORDS = {command.lstrip("\\") for command in COMMANDS.values()} | {"max", "min", "exp", "log"}
_RELATIONS = {"=", "<", ">", "\\approx", "\\le", "\\ge", "\\equiv", "\\to", "\\propto", "\\Rightarrow"}
DIGIT = 500  # width of a digit in thousandths of the font's size
SCRIPT = 0.73  # size of a script relative to its line, with what is around it
SCRIPT_SPACE = 50  # TeX's \scriptspace, in thousandths of the font's size
TALL = 260  # what a stretched bracket is wider


class Token(NamedTuple):
    """A token: where it stands, and how many braces (groups, environments) and brackets are open around it."""

    at: int
    text: str
    braces: int
    brackets: int

    @property
    def outside(self) -> bool:
        """Outside everything (an opening token counts as inside, a closing one as outside)."""
        return self.braces == 0 and self.brackets == 0


def tokens(latex: str) -> Iterator[Token]:
    r"""The tokens of a piece of LaTeX.

    >>> [t.text for t in tokens(r"\frac{a}{b}(c)") if t.outside]
    ['\\frac', '}', '}', ')']
    """
    braces = brackets = 0
    for m in PIECE.finditer(latex):
        text = m.group()
        if text in ("{", "\\begin"):
            braces += 1
        elif text in ("}", "\\end"):
            braces -= 1
        elif opens(text):
            brackets += 1
        elif closes(text):
            brackets -= 1
        yield Token(m.start(), text, braces, brackets)


def opens(text: str) -> bool:
    """Whether a token opens a bracket."""
    return text in OPEN or (text.startswith("\\left") and not text[5:6].isalpha())


def closes(text: str) -> bool:
    """Whether a token closes a bracket."""
    return text in CLOSE or (text.startswith("\\right") and not text[6:7].isalpha())


def is_relation(text: str) -> bool:
    """Whether a token is a relation."""
    return bool(_RELATION.fullmatch(text))


def between(latex: str, gaps: Iterable[tuple[int, int]]) -> list[tuple[int, str]]:
    """What stands before, between and behind gaps (start, end) of a text, each piece with its place.

    >>> between("a, b", [(1, 3)])
    [(0, 'a'), (3, 'b')]
    """
    ends = [0, *(place for gap in gaps for place in gap), len(latex)]
    return [(a, latex[a:b]) for a, b in zip(ends[::2], ends[1::2], strict=True)]


def checked(latex: str, what: str) -> str:
    r"""`latex`, or FormulaError where its braces don't balance or a command in it is not mathematics.

    >>> checked(r"\tilde\gamma_{S}", "the notation of g")
    '\\tilde\\gamma_{S}'
    >>> checked(r"\input{x}", "the notation of g")
    Traceback (most recent call last):
    ...
    cascade_sym.errors.FormulaError: the notation of g holds '\\input', which is not mathematics; remove it.
    """
    if not isinstance(latex, str) or not latex.strip():
        raise FormulaError(f"{what} is {latex!r}; give LaTeX, e.g. '\\gamma_{{S}}'.")
    if m := _FORBIDDEN.search(latex):
        raise FormulaError(f"{what} holds {m.group()!r}, which is not mathematics; remove it.")
    bare = re.sub(r"\\.", "", latex, flags=re.S)
    if "\\" in bare or not len(group_ends(bare)) == bare.count("{") == bare.count("}"):
        raise FormulaError(f"{what} is {latex!r}, whose braces do not balance; close each {{ with a }}.")
    return latex


def is_mathematics(latex: str) -> bool:
    """Whether `checked` lets it pass."""
    try:
        return bool(checked(latex, "a name"))
    except FormulaError:
        return False


@lru_cache(maxsize=8192)
def width(latex: str) -> float:
    r"""Width in digits.

    >>> round(width("1 + 22")), round(width(r"\frac{1234}{5}")), round(width(r"\sqrt{123}"))
    (5, 4, 5)
    """
    return _run(PIECE.findall(latex), 0, False)[0] / DIGIT


def _run(tokens: list[str], i: int, single: bool) -> tuple[float, int]:
    """Width of tokens from i up to the closing brace, or of one item where `single`."""
    total, scripts, operand = 0.0, 0.0, False
    while i < len(tokens) and tokens[i] != "}":
        t = tokens[i]
        i += 1
        if t in "_^":
            w, i = _item(tokens, i)
            w = w * SCRIPT + SCRIPT_SPACE
            total += max(0.0, w - scripts)  # sub- and superscript stand above each other
            scripts = max(scripts, w)
            continue
        if t in "+-" or t in ("\\pm", "\\mp", "\\cdot", "\\times"):
            w = (278 if t == "\\cdot" else 778) + (444 if operand else 0)
            operand = False
        elif t in _RELATIONS:
            w, operand = 1334, False
        else:
            w, i = _nucleus(t, tokens, i)
            operand = operand or w > 0
            if t in "([{" or t == ",":
                operand = t == "{"
        scripts = 0.0
        total += w
        if single:
            break
    return total, i


def _nucleus(t: str, tokens: list[str], i: int) -> tuple[float, int]:
    if t == "{":
        w, i = _run(tokens, i, False)
        return w, i + 1
    name = t[1:] if t.startswith("\\") and len(t) > 1 else ""
    if name in ("frac", "tfrac", "dfrac"):
        a, i = _item(tokens, i)
        b, i = _item(tokens, i)
        return max(a, b) * (SCRIPT if name == "tfrac" else 1.0) + 240, i
    if name == "sqrt":
        if i < len(tokens) and tokens[i] == "[" and "]" in tokens[i:]:
            i = tokens.index("]", i) + 1
        w, i = _item(tokens, i)
        return w + 833, i
    if name in ("begin", "end", "color"):
        _, i = _item(tokens, i)
        return 0.0, i
    if stretched := re.match(r"\\(?:left|right)(?![A-Za-z])\s*", t):
        edge = t[stretched.end() :]
        return TALL + _glyph(edge, edge[1:] if edge.startswith("\\") else ""), i
    if name in ("bigl", "bigr", "Bigl", "Bigr", "biggl", "biggr", "Biggl", "Biggr"):
        return TALL, i
    return _glyph(t, name), i


def _item(tokens: list[str], i: int) -> tuple[float, int]:
    while i < len(tokens) and tokens[i].isspace():
        i += 1
    return _run(tokens, i, True)


def _glyph(t: str, name: str) -> float:
    if not name:
        return 0.0 if t.isspace() or t == "&" else _CHARACTERS.get(t, DIGIT)
    if name in _METRICS["spaces"]:
        return _METRICS["spaces"][name]
    if name in _NOTHING:
        return 0.0
    if name in _WORDS:
        return 480.0 * len(name) + 167
    return _METRICS["commands"].get(name, 600.0)

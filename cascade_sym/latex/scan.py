"""Reading LaTeX token by token, with the depth of its brackets; what of it is let in from outside."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cascade_sym.errors import FormulaError
from cascade_sym.formula.notation import group_ends

_PIECE = re.compile(r"\\(?:left|right)(?![A-Za-z])\s*(?:\\[{}|]|\\[A-Za-z]+|.)|\\[A-Za-z]+|\\.|.", re.S)
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
    for m in _PIECE.finditer(latex):
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

"""How tightly pieces of LaTeX bind; brackets around them, and putting them side by side."""

from __future__ import annotations

import re

SUM, SLASH, PRODUCT, ATOM = 1, 2, 3, 4  # a - b, a/b on one line, a b, and what is closed in itself
_TALL = re.compile(r"\\(frac|left|sum|int)")


def bracket(text: str) -> str:
    r"""`text` in the next kind of brackets: ( ), then [ ], then \{ \}, then ( ) again.

    >>> bracket("a + b"), bracket("b(t) + 1"), bracket(r"\frac{a}{b}")
    ('(a + b)', '[b(t) + 1]', '\\left(\\frac{a}{b}\\right)')
    """
    if "\\{" in text:
        return fenced("(", text, ")")
    if "[" in text:
        return fenced("\\{", text, "\\}")
    return fenced("[", text, "]") if "(" in text else fenced("(", text, ")")


def fenced(left: str, text: str, right: str) -> str:
    r"""`text` between two delimiters, stretched when it is tall.

    >>> fenced(r"\langle", "x", r"\rangle")
    '\\langle x\\rangle'
    """
    if _TALL.search(text):
        return joined(f"\\left{left}", text) + f"\\right{right}"
    return joined(left, text) + right


def joined(left: str, right: str) -> str:
    """Side by side, with a space where a control word would swallow a letter."""
    gap = right[:1].isalpha() and re.search(r"\\[A-Za-z]+$", left)
    return f"{left} {right}" if gap else left + right

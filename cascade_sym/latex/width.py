"""A rough width of typeset LaTeX, in units of a digit: enough to decide where a formula is broken."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[{}_^&]|[^\\{}_^&]")
_NOTHING = {
    "\\left",
    "\\right",
    "\\displaystyle",
    "\\bigl",
    "\\bigr",
    "\\Bigl",
    "\\Bigr",
    "\\biggl",
    "\\biggr",
    "\\Biggl",
    "\\Biggr",
    "\\hat",
    "\\tilde",
    "\\bar",
    "\\dot",
    "\\mathrm",
    "\\mathcal",
    "\\operatorname",
    "\\text",
    "\\!",
    "\\textrm",
    "\\mathbf",
    "\\ddot",
    "\\mathbb",
}
_SPACES = {"\\,": 0.3, "\\;": 0.5, "\\:": 0.4, "\\ ": 0.5, "\\quad": 2.0, "\\qquad": 4.0}
_WORDS = {
    "\\sin",
    "\\cos",
    "\\tan",
    "\\arcsin",
    "\\arccos",
    "\\arctan",
    "\\sinh",
    "\\cosh",
    "\\tanh",
    "\\ln",
    "\\max",
    "\\min",
    "\\exp",
    "\\log",
}
_RELATIONS = {"=", "<", ">", "\\approx", "\\le", "\\ge", "\\leq", "\\geq", "\\equiv", "\\to", "\\propto"}
SCRIPT = 0.72


def width(latex: str) -> float:
    r"""Approximate width, a digit being 1.

    >>> width("a + b") < width("a + b + c"), width(r"\frac{a + b}{c}") < width("(a + b)/c")
    (True, True)
    """
    tokens = _TOKEN.findall(latex)
    total, _ = _run(tokens, 0, False)
    return total


def _run(tokens: list[str], i: int, single: bool) -> tuple[float, int]:
    """Width of tokens from i up to the closing brace, or of one item where `single`."""
    total = 0.0
    sub = 0.0  # width of the scripts of the last symbol: sub and superscript stand above each other
    while i < len(tokens):
        t = tokens[i]
        if t == "}":
            break
        i += 1
        if t in "_^":
            w, i = _item(tokens, i)
            total += max(0.0, w * SCRIPT - sub)
            sub = max(sub, w * SCRIPT)
            continue
        sub = 0.0
        if t == "{":
            w, i = _run(tokens, i, False)
            i += 1
        elif t in ("\\frac", "\\tfrac", "\\dfrac"):
            a, i = _item(tokens, i)
            b, i = _item(tokens, i)
            w = max(a, b) * (SCRIPT if t == "\\tfrac" else 1.0) + 0.5
        elif t == "\\sqrt":
            if i < len(tokens) and tokens[i] == "[":
                i = tokens.index("]", i) + 1 if "]" in tokens[i:] else i
            w, i = _item(tokens, i)
            w += 1.6
        elif t in ("\\begin", "\\end", "\\color"):
            _, i = _item(tokens, i)
            w = 0.0
        else:
            w = _glyph(t)
        total += w
        if single:
            break
    return total, i


def _item(tokens: list[str], i: int) -> tuple[float, int]:
    while i < len(tokens) and tokens[i] == " ":
        i += 1
    return _run(tokens, i, True)


def _glyph(t: str) -> float:
    if t in _NOTHING or t.isspace() or t == "&":
        return 0.0
    if t in _SPACES:
        return _SPACES[t]
    if t in _RELATIONS:
        return 2.7
    if t in "+-":
        return 2.2
    if t in _WORDS:
        return 0.9 * len(t)
    if t in "()[],.|'!;:":
        return 0.75
    return 1.2

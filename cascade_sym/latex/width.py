"""The width of typeset LaTeX in units of a digit, from the metrics of Computer Modern, to within some 5 %.

That is enough to decide where a formula is broken.
"""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib.resources import files

from cascade_sym.program import COMMANDS

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[{}_^&]|[^\\{}_^&]")
_METRICS = tomllib.loads((files("cascade_sym.latex") / "metrics.toml").read_text(encoding="utf-8"))
_CHARACTERS = {**_METRICS["letters"], **_METRICS["marks"]}
_NOTHING = {
    "displaystyle", "hat", "tilde", "bar", "dot", "ddot", "mathrm", "mathcal", "mathbf", "mathbb", "operatorname",
    "text", "textrm", "textbf",
}  # fmt: skip
_WORDS = {command.lstrip("\\") for command in COMMANDS.values()} | {"max", "min", "exp", "log"}
_RELATIONS = {"=", "<", ">", "\\approx", "\\le", "\\ge", "\\equiv", "\\to", "\\propto", "\\Rightarrow"}
DIGIT = 500
SCRIPT = 0.73
SCRIPT_SPACE = 50
TALL = 260  # what a stretched bracket is wider


@lru_cache(maxsize=8192)
def width(latex: str) -> float:
    r"""Width in digits.

    >>> round(width("1 + 22")), round(width(r"\frac{1234}{5}")), round(width(r"\sqrt{123}"))
    (5, 4, 5)
    """
    return _run(_TOKEN.findall(latex), 0, False)[0] / DIGIT


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
    if name in ("left", "right", "bigl", "bigr", "Bigl", "Bigr", "biggl", "biggr", "Biggl", "Biggr"):
        return TALL, i
    return _glyph(t, name), i


def _item(tokens: list[str], i: int) -> tuple[float, int]:
    while i < len(tokens) and tokens[i] == " ":
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

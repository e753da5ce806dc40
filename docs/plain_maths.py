"""Formulas as docstrings write them, in letters that every editor has, typeset: a_k^+ a_k -> <b b^T>/2.

Only how they look is settled here (letters, indices, brackets); nothing is computed with them.
"""

from __future__ import annotations

import re

from cascade_sym.formula.lettering import GREEK

_TOKEN = re.compile(r"[^\W\d_]+'*|\d+(?:\.\d+)?|->|\+-|-\+|>=|<=|\|->|[_^]|\s+|.", re.S)
_APART = re.compile(r"#|:=|\S {4,}\S")  # columns, grammars, listings: no formulas
_GAP = re.compile(r"(?<=[,;.]) {2,}")
_SIGNS = {"->": r"\to ", "+-": r"\pm ", "-+": r"\mp ", ">=": r"\geq ", "<=": r"\leq ", "{": r"\{", "}": r"\}",
          "*": "^{*}"}  # fmt: skip
FUNCTIONS = {"cos", "sin", "sinh", "cosh", "tanh", "exp", "log", "ln", "det", "arg", "min", "max"}
UPRIGHT = {"Var", "Cov", "Res", "Re", "Im", "in", "out", "opt", "eff", "loss"}
_DIFFERENTIAL = re.compile(r"d([a-zA-Z]|rho|Omega|xi|eta)")


def typeset(block: str) -> list[str] | None:
    r"""The LaTeX of each line of an indented block, or None where it is no formula.

    >>> typeset("da/dt = sqrt(gamma_0) a_in,   <b^+ b> = n")
    ['\\mathrm{d}a/\\mathrm{d}t = \\sqrt{\\gamma _{0}} a_{\\mathrm{in}},\\quad \\langle b^{\\dagger} b\\rangle  = n']
    >>> typeset("c   cavity    kappa=1") is None
    True
    """
    if _APART.search(block) or not re.search(r"[=/^_]", block):
        return None
    try:
        return [r"\quad ".join(_line(part) for part in _GAP.split(line.strip())) for line in block.splitlines()]
    except IndexError:  # a bracket or an index without its end
        return None


def _line(text: str) -> str:
    tokens = _TOKEN.findall(text)
    out, at = "", 0
    while at < len(tokens):
        made, at = _one(tokens, at)
        out += made
    return out


def _one(tokens: list[str], at: int) -> tuple[str, int]:
    """One sign or word, with what belongs to it, and where the next one is."""
    t = tokens[at]
    if t in "_^" and t.strip():
        inner, after = _script(tokens, at + 1, t == "^")
        return f"{t}{{{inner}}}", after
    if t == "sqrt" and tokens[at + 1] == "(":
        inner, after = _group(tokens, at + 1)
        return rf"\sqrt{{{_line(''.join(inner))}}}", after
    if t == "<" and at + 1 < len(tokens) and tokens[at + 1].strip() and ">" in tokens[at:]:
        return r"\langle ", at + 1
    if t == ">" and at and tokens[at - 1].strip():
        return r"\rangle ", at + 1
    return _SIGNS.get(t) or (_word(t) if t[0].isalpha() else t), at + 1


def _word(word: str) -> str:
    if word in ("int", "sum", "oo"):
        return {"int": r"\int ", "sum": r"\sum ", "oo": r"\infty "}[word]
    if word in GREEK:
        return f"\\{word} "
    if word in FUNCTIONS:
        return f"\\{word} "
    if m := _DIFFERENTIAL.fullmatch(word):
        return rf"\mathrm{{d}}{_word(m[1])}"
    if word in UPRIGHT:
        return rf"\mathrm{{{word}}}"
    return word if len(word.rstrip("'")) == 1 else rf"\ \text{{{word}}}\ "


def _script(tokens: list[str], at: int, above: bool) -> tuple[str, int]:
    t = tokens[at]
    if t == "(":
        inner, after = _group(tokens, at)
        return _line("".join(inner)), after
    if t in "+-" and at + 1 < len(tokens) and tokens[at + 1][0].isalnum():
        return f"{t}{tokens[at + 1]}", at + 2
    if t == "+" and above:
        return r"\dagger", at + 1
    if t == "T" and above:
        return r"\mathrm{T}", at + 1
    return (_word(t) if t in GREEK or t in UPRIGHT or len(t) == 1 else t if len(t) <= 2 else rf"\text{{{t}}}"), at + 1


def _group(tokens: list[str], at: int) -> tuple[list[str], int]:
    """What is between a bracket and its end; IndexError where it has none."""
    depth, end = 1, at + 1
    while depth:
        depth += {"(": 1, ")": -1}.get(tokens[end], 0)
        end += 1
    return tokens[at + 1 : end - 1], end

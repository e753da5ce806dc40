"""Superscripts that are no powers: labels, stars and daggers."""

from __future__ import annotations

from itertools import takewhile

from cascade_sym.formula.latex_in.symbols import FONTS, Body, spelled
from cascade_sym.formula.lettering import GREEK

STARS = {"dagger": "dag", "dag": "dag", "*": "conj", "ast": "conj", "star": "conj"}


def is_label(sup: Body) -> bool:
    """Whether a superscript stands in one pair of brackets, or is nothing but several letters."""
    if len(sup) > 1 and all(t.kind == "letter" or t.is_op("{", "}") or t.is_word(*GREEK, *FONTS) for t in sup):
        return len(spelled(sup)) > 1
    depth = 0
    for n, t in enumerate(t for t in sup if not t.is_word("left", "right")):
        depth += t.is_op("(", "[") - t.is_op(")", "]")
        if depth == 0:
            return n > 0 and t is sup[-1]
    return False


def leading_stars(sup: Body) -> Body:
    """The daggers and stars at the start of a superscript."""
    return tuple(takewhile(lambda t: t.text in STARS and t.kind in ("word", "op"), sup))

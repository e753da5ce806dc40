"""What stands for a value inside of a card: itself where it is short, else words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import sympy as sp
from sympy import Expr

from cascade_sym.operators import LinearForm, Op, OperatorPolynomial
from cascade_sym.shown import Shown, card, renderer

_DIRECT = (str, bool, int, float, complex, LinearForm, OperatorPolynomial, Op, sp.Basic)
MOST = 8  # entries of a list in words
LARGE = 60  # operations of an expression that is written inside of a card
_NO_CARD, _NO_FORMULAS = card.dispatch(object), renderer.dispatch(object)


def has_card(value: Any) -> bool:
    """Whether a card of its own was made for values of this type."""
    return card.dispatch(type(value)) is not _NO_CARD


def has_formulas(value: Any) -> bool:
    """Whether it is shown by formulas: an expression, an operator, or what a renderer is registered for."""
    return not isinstance(value, Shown) or renderer.dispatch(type(value)) is not renderer.dispatch(Shown)


def brief(value: Any) -> Any:
    """What stands for a value inside of a card.

    >>> brief({"a": 1}), brief(("x", "y")), brief(sp.Symbol("x"))
    ('{a: 1}', 'x, y', x)
    """
    if isinstance(value, Expr) and size(value, LARGE) >= LARGE:
        return f"an expression in {', '.join(sorted(s.name for s in value.free_symbols)[:MOST])}"
    if value is None or isinstance(value, _DIRECT):
        return value
    if isinstance(value, sp.MatrixBase):
        return value if max(value.shape) <= MOST // 2 else f"matrix of shape {value.shape}"
    if isinstance(value, Mapping):
        return _in_words(value)
    if isinstance(value, tuple | list | frozenset | set):
        items = sorted(value, key=str) if isinstance(value, frozenset | set) else list(value)
        words = [_word(x) for x in items]
        if len(items) <= MOST and None not in words:
            return ", ".join(str(w) for w in words) or "none"
        return f"{len(items)} entries"
    if isinstance(value, np.ndarray) and value.size > 1:
        return f"array of shape {value.shape}"
    if isinstance(value, np.generic | np.ndarray):
        return value.item()
    if isinstance(value, Shown):
        return repr(value).split("\n", 1)[0]
    return getattr(value, "__qualname__", None) or str(value).split("\n", 1)[0]


def size(e: Expr, most: int) -> int:
    """The number of symbols and operations, counted up to `most`."""
    waiting, count = [e], 0
    while waiting and count < most:
        count += 1
        waiting += waiting.pop().args
    return count


def _word(value: Any) -> str | None:
    """A value in one word; None where it needs more."""
    short = isinstance(value, str | int | float) or (isinstance(value, Expr) and size(value, 8) < 8)
    return str(value) if short and len(str(value)) <= 24 else None


def _in_words(table: Mapping[Any, Any]) -> str:
    """A table by its entries, or by their names."""
    names = [", ".join(map(str, k)) if isinstance(k, tuple) and not isinstance(k, Op) else _name(k) for k in table]
    words = [_word(v) for v in table.values()]
    if len(names) <= MOST and None not in words:
        return "{" + ", ".join(f"{n}: {w}" for n, w in zip(names, words, strict=True)) + "}"
    return f"{len(names)} entries: {'; '.join(names[:MOST])}{' ...' if len(names) > MOST else ''}"


def _name(key: Any) -> str:
    return key.label if isinstance(key, Op) else str(key)

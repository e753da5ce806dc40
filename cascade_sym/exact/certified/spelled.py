"""Names that formulas can have."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sympy import Symbol

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*'*")
WORDS = ("pi", "I", "oo")


def plain_names(symbols: Iterable[Symbol]) -> dict[Symbol, Symbol]:
    """New symbols for those whose names no formula can have."""
    taken = {s.name for s in symbols}
    new: dict[Symbol, Symbol] = {}
    for s in sorted(symbols, key=lambda s: str(s.name)):
        if not NAME.fullmatch(s.name) or s.name in WORDS:
            k = 1
            while (name := f"u_{k}") in taken:
                k += 1
            taken.add(name)
            new[s] = Symbol(name, **({"complex": True} if s.is_complex and s.is_real is None else {}))
    return new

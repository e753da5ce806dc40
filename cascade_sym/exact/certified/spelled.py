"""Expressions as text in the language of formulas."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from sympy import Expr, Symbol
from sympy.printing.str import StrPrinter

from cascade_sym.program import BY_CLASS

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*'*")
WORDS = ("pi", "I", "oo")


class _Text(StrPrinter):  # type: ignore[misc]
    def _print(self, expr: Any, **kwargs: Any) -> str:
        known = BY_CLASS.get(type(expr))
        if known is None:
            return str(super()._print(expr, **kwargs))
        return f"{known.name}({', '.join(self._print(a) for a in expr.args)})"

    def _print_Exp1(self, expr: Any) -> str:
        return "exp(1)"


def formula_text(e: Expr) -> str:
    """An expression in the language of formulas.

    >>> import sympy as sp
    >>> x = sp.Symbol("x")
    >>> formula_text(sp.Abs(x)**sp.Rational(3, 2)/sp.sqrt(x) - sp.atan(x))
    '-arctan(x) + abs(x)^(3/2)/sqrt(x)'
    """
    return str(_Text({"order": None}).doprint(e)).replace("**", "^")


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

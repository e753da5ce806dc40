"""Expressions as text in the language of formulas."""

from __future__ import annotations

from typing import Any

from sympy import Expr
from sympy.printing.str import StrPrinter

WORDS: dict[type, str] = {}  # what functions are called there: the function table (`program.functions`) fills it


class _Text(StrPrinter):  # type: ignore[misc]
    def _print(self, expr: Any, **kwargs: Any) -> str:
        word = WORDS.get(type(expr))
        if word is None:
            return str(super()._print(expr, **kwargs))
        return f"{word}({', '.join(self._print(a) for a in expr.args)})"

    def _print_Exp1(self, expr: Any) -> str:
        return "exp(1)"


def formula_text(e: Expr) -> str:
    """An expression in the language of formulas.

    >>> import cascade_sym.program
    >>> import sympy as sp
    >>> x = sp.Symbol("x")
    >>> formula_text(sp.Abs(x)**sp.Rational(3, 2)/sp.sqrt(x) - sp.atan(x))
    '-arctan(x) + abs(x)^(3/2)/sqrt(x)'
    """
    return str(_Text({"order": None}).doprint(e)).replace("**", "^")

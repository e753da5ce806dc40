"""Definitions in which long numbers get names too, so that nested roots of numbers never grow."""

from __future__ import annotations

from sympy import Expr

from cascade_sym.errors import OutsideExactDomain
from cascade_sym.exact import normal_form
from cascade_sym.solve.naming import Naming
from cascade_sym.symbols import symbol

SHORT = 12


class Record(Naming):
    """A `Naming` that writes short numbers out, in normal form, and names long ones."""

    def name(self, wanted: str, expr: Expr) -> Expr:
        if expr.free_symbols or expr.is_Rational:
            return super().name(wanted, expr)
        short = _short(expr)
        if short.count_ops() <= SHORT:
            return short
        s = super().name(wanted, symbol("number"))
        self._items[-1] = (s, short)
        return s


def _short(number: Expr) -> Expr:
    try:
        e = normal_form(number)
    except OutsideExactDomain:
        return number
    return e if e.count_ops() < number.count_ops() else number

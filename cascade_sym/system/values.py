"""Reading the parameters of parts: symbols, exact numbers or floats, checked as far as they are numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import sympy as sp
from sympy import Expr

from cascade_sym.errors import DomainConflict, ParameterError
from cascade_sym.operators import LinearForm, OperatorPolynomial
from cascade_sym.symbols import NOTHING, Domains, all_domains, domains_in, expression, is_hermitian, symbol
from cascade_sym.system.coloured import Coloured

Value: TypeAlias = Expr | int | float | str
_NO_NAME = re.compile(r"[-+*/^()=<>,;\s]|^[\d.]|^$")


def value(given: Value | None, what: str, default: str | None = None) -> Expr:
    """A parameter as a SymPy expression; None gives the symbol `default`, a text the symbol of that name."""
    if given is None:
        if default is None:
            raise ParameterError(f"{what} is missing; give a symbol, an exact number or a float.")
        return symbol(default)
    if isinstance(given, Coloured):
        raise ParameterError(f"{what} can't depend on the frequency; give an expression, a name or a number.")
    if isinstance(given, str) and not _NO_NAME.search(given):
        return symbol(given)
    try:
        e = expression(given)
    except DomainConflict:
        raise
    except ParameterError:
        got = type(given).__name__
        raise ParameterError(f"{what} is {given!r} ({got}); give an expression, a name or a number.") from None
    if e.has(sp.nan, sp.zoo, sp.oo, -sp.oo):
        raise ParameterError(f"{what} is {e}; give a finite number.")
    return e


def nonnegative(given: Value | None, what: str, default: str | None = None) -> Expr:
    """A rate, occupancy or cooperativity: not negative where it is a number."""
    e = real(given, what, default)
    if e.is_number and e < 0:
        raise ParameterError(f"{what} is {e}; it must not be negative.")
    return e


def occupancy(given: Value | Coloured | None, what: str, default: str | None = None) -> Expr:
    """The mean number of quanta of a bath, which may be coloured: then in the system's symbol for the frequency."""
    return given.on_both_sides if isinstance(given, Coloured) else nonnegative(given, what, default)


def of_positive(given: Value | Coloured | None, what: str, default: str | None = None) -> Expr:
    """A friction, or the occupancy of the bath behind it, which are even in the frequency."""
    return given.of_positive(what) if isinstance(given, Coloured) else nonnegative(given, what, default)


def fraction(given: Value | None, what: str, default: str | None = None) -> Expr:
    """A loss, transmission or efficiency: in [0, 1] where it is a number."""
    e = real(given, what, default)
    if e.is_number and (e < 0 or e > 1):
        raise ParameterError(f"{what} is {e}; it must lie in [0, 1].")
    return e


def real(given: Value | None, what: str, default: str | None = None) -> Expr:
    """A phase, angle, detuning or anything else that is real."""
    e = value(given, what, default)
    if not is_hermitian(e):
        raise ParameterError(f"{what} is {e}; it must be real.")
    return e


def matrix(given: Any, what: str) -> sp.Matrix:
    """A matrix of numbers and expressions, from rows of them; text is never read as an expression."""
    try:
        rows = given.tolist() if hasattr(given, "tolist") else [list(row) for row in given]
        width = {len(row) for row in rows}
    except TypeError:
        rows, width = [], {0, 1}
    if len(width) > 1 or isinstance(given, str):
        raise ParameterError(f"{what} is {given!r}; give a matrix, as rows of numbers or expressions.")
    read = [value(sp.sympify(e) if isinstance(e, complex) else e, f"an element of {what}") for row in rows for e in row]
    shape = given.shape if isinstance(given, sp.MatrixBase) else (len(rows), max(width, default=0))
    return sp.Matrix(*shape, read)


def declared(given: Any) -> Domains:
    """What the symbols in a parameter, an operator, or a collection of them declare."""
    if isinstance(given, Coloured):
        return given.domains.made_from(given.formula.free_symbols - {given.frequency})
    if isinstance(given, Expr):
        return domains_in(given).made_from(given.free_symbols)
    if isinstance(given, OperatorPolynomial | LinearForm | Mapping):
        return declared((given if isinstance(given, Mapping) else given.terms).values())
    if isinstance(given, Iterable) and not isinstance(given, str) and getattr(given, "shape", None) != ():
        return all_domains(map(declared, given))
    return NOTHING

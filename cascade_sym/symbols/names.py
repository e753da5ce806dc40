"""Declared symbols: one way to make them, one reading of their assumptions, conjugation.

Every plain symbol of the toolkit is a real number (a rate, an angle, an occupancy, a loss); rates,
occupancies and amplitudes are nonnegative. Complex quantities are written with I and exp(I*phase), so
complex conjugation is the substitution I -> -I. A symbol that names a complex intermediate result is made by
`complex_symbol` and is conjugated by wrapping it.
"""

from __future__ import annotations

from functools import lru_cache

import sympy as sp
from sympy import Expr, Symbol


def symbol(name: str) -> Symbol:
    """The real parameter called `name`.

    No SymPy assumption is set: `positive=True` makes SymPy split and merge roots on its own, which undoes the
    canonical form of the exact algebra.

    >>> symbol("Gamma_SB")
    Gamma_SB
    """
    return Symbol(name)


def complex_symbol(name: str) -> Symbol:
    """A symbol that stands for a complex intermediate result.

    >>> conj(complex_symbol("K"))
    conjugate(K)
    """
    return Symbol(name, complex=True)


def is_complex_symbol(s: Symbol) -> bool:
    """Whether `s` was made by `complex_symbol`.

    >>> is_complex_symbol(symbol("x")), is_complex_symbol(complex_symbol("K"))
    (False, True)
    """
    return s.is_complex is True and s.is_real is None


@lru_cache(maxsize=50_000)
def conj(expr: Expr) -> Expr:
    """Complex conjugate, with every plain symbol real (module docstring).

    >>> conj(sp.sqrt(symbol("Gamma"))*sp.exp(sp.I*symbol("theta")))
    sqrt(Gamma)*exp(-I*theta)
    """
    e = sp.sympify(expr)
    if not e.has(sp.I) and not any(is_complex_symbol(s) for s in e.free_symbols):
        return e
    wraps = {s: sp.conjugate(s) for s in e.free_symbols if is_complex_symbol(s)}
    undo = {sp.conjugate(s): s for s in wraps}
    return e.xreplace({sp.I: -sp.I, **wraps, **undo})


@lru_cache(maxsize=50_000)
def is_real(expr: Expr) -> bool:
    """Whether `expr` is free of I and of complex symbols, hence real by construction."""
    e = sp.sympify(expr)
    return not e.has(sp.I) and not any(is_complex_symbol(s) for s in e.free_symbols)

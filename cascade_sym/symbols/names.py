"""Declared symbols: one way to make them, one reading of their assumptions, conjugation; the toolkit's own symbols.

Every plain symbol of the toolkit is a real number (a rate, an angle, an occupancy, a loss); rates,
occupancies and amplitudes are nonnegative. Complex quantities are written with I and exp(I*phase), so
complex conjugation is the substitution I -> -I. Complex parameters are made by `complex_symbol` and are conjugated
by wrapping them.

Inside a computation the toolkit's unknowns are `own` symbols: of a class of their own, so that no symbol of a user is
equal to one. Where they are shown, `spelled` gives them names that are free there; a name that is shown from the
start is made by `free_name`.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from functools import lru_cache
from typing import Any

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.errors import ParameterError
from cascade_sym.symbols.domains import KINDS, Ranged, domain_of

REAL_VALUED = (sp.re, sp.im, sp.Abs, sp.arg)


def symbol(name: str, domain: str | tuple[Any, Any] = "real") -> Symbol:
    """The parameter called `name`, with its domain.

    `domain` is "real" (any sign), "nonnegative", "positive", "complex", "integer", or a range (low, high) with its
    edges included; the assumptions of a SymPy symbol mean the same. What it is put into remembers the domain, and
    refuses numbers outside of it. Raises ParameterError for another domain.

    >>> symbol("Gamma_SB"), symbol("eta", (0, 1)).is_nonnegative
    (Gamma_SB, True)
    """
    if not isinstance(name, str) or not name:
        raise ParameterError(f"a symbol needs a name (a nonempty string), got {name!r}.")
    found = domain_of(domain, name)
    if domain == "real":
        return Symbol(name)
    return Symbol(name, **{domain: True}) if domain in KINDS else Ranged(name, found)


def complex_symbol(name: str) -> Symbol:
    """A complex parameter, or a symbol that stands for a complex intermediate result.

    >>> conj(complex_symbol("K"))
    conjugate(K)
    """
    return Symbol(name, complex=True)


def is_complex_symbol(s: Symbol) -> bool:
    """Whether `s` was made by `complex_symbol` (or by SymPy with `complex=True`).

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
    wraps = {s: sp.conjugate(s) for s in e.free_symbols if is_complex_symbol(s)}
    if not wraps and not e.has(sp.I):
        return e
    undo = {sp.conjugate(s): s for s in wraps}
    real = {x: x for x in e.atoms(*REAL_VALUED)}
    return e.xreplace({sp.I: -sp.I, **wraps, **undo, **real})


@lru_cache(maxsize=50_000)
def is_real(expr: Expr) -> bool:
    """Whether `expr` is real by construction: free of I and of complex symbols, save inside re, im, Abs and arg.

    >>> G = complex_symbol("G")
    >>> is_real(G), is_real(sp.re(G) + sp.Abs(G)), is_real(sp.I*sp.im(G))
    (False, True, False)
    """
    e = sp.sympify(expr)
    if not e.args:
        return e is not sp.I and not is_complex_symbol(e)
    if _plainly_real(e) or not (e.has(sp.I) or any(is_complex_symbol(s) for s in e.free_symbols)):
        return True
    return isinstance(e, REAL_VALUED) or (e.has(*REAL_VALUED) and all(map(is_real, e.args)))


def _plainly_real(e: Expr) -> bool:
    """Whether neither I nor a complex symbol stands anywhere in it, free or bound: found in one walk."""
    todo: list[Any] = [e]
    while todo:
        x = todo.pop()
        if x is sp.I or (isinstance(x, Symbol) and is_complex_symbol(x)):
            return False
        todo += x.args
    return True


def is_hermitian(e: Expr) -> bool:
    """Whether `e` is real by construction, or equal to its conjugate when both are multiplied out.

    >>> G, x = complex_symbol("G"), symbol("x")
    >>> is_hermitian(G*conj(G) + sp.cos(x)), is_hermitian(sp.exp(sp.I*x) + sp.exp(-sp.I*x)), is_hermitian(G*x)
    (True, True, False)
    """
    if e.is_number and e.is_real is not None:
        return bool(e.is_real)
    return is_real(e) or sp.expand(e - conj(e)) == 0


MARK = "\u00b7"  # ends the name of an own symbol, so that it sorts next to its wanted name and never ties with it


class Own(Symbol):  # type: ignore[misc]
    """A symbol that only the toolkit makes."""

    __slots__ = ()


def own(name: str, level: int = 0) -> Own:
    """The toolkit's own symbol called `name` (primed `level` times); the same one at every call.

    >>> own("x") == own("x"), own("x") == Symbol("x"), own("x") == Symbol("x\u00b7")
    (True, False, False)
    """
    return Own(name + MARK + "'" * level)  # type: ignore[no-any-return]


def free_name(wanted: str, taken: Container[str]) -> str:
    """`wanted`, with the first number behind it that makes it free where it is taken.

    >>> free_name("Omega", {"Omega", "Omega_2"})
    'Omega_3'
    """
    name, count = wanted, 1
    while name in taken:
        count += 1
        name = f"{wanted}_{count}"
    return name


def free_symbol(wanted: str, *beside: Expr | Iterable[Symbol]) -> Symbol:
    """A plain symbol called `wanted` or nearly so, of which `beside` (expressions or symbols) is free.

    >>> free_symbol("P", Symbol("P") + 1)
    P_2
    """
    taken = {s.name for b in beside for s in (b.free_symbols if isinstance(b, Expr) else b)}
    return Symbol(free_name(wanted, taken))


def spelled(expr: Expr, taken: Iterable[Symbol] = ()) -> Expr:
    """`expr` with its own symbols under names that are free in it and beside `taken`.

    >>> spelled(own("x") + own("y")*Symbol("y"))
    x + y*y_2
    """
    mine = sorted((s for s in expr.free_symbols if isinstance(s, Own)), key=lambda s: s.name)
    names = {s.name for s in (*expr.free_symbols, *taken)}
    new = {}
    for s in mine:
        name = free_name(s.name.replace(MARK, ""), names)
        names.add(name)
        new[s] = Symbol(name)
    return expr.xreplace(new)

"""The door: one reading of symbols and values, by name; everything behind it is written in plain symbols.

A real parameter is `Symbol(name)`, a complex one `Symbol(name, complex=True)`, whatever SymPy assumptions the symbol
came with; the assumptions become its domain (`domains_in`). Two symbols of one name are one parameter. What is
manifestly real is its own conjugate and real part, and has no imaginary part.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.errors import DomainConflict, ParameterError, UnknownParameter, did_you_mean, listing
from cascade_sym.symbols.domains import REAL, Domains, all_domains, assumed
from cascade_sym.symbols.names import Own, conj, is_complex_symbol, is_hermitian, is_real

CUT = (sp.log, sp.asin, sp.acos, sp.asec, sp.acsc, sp.acosh, sp.atanh, sp.acoth, sp.asech)  # real on part of the line


@lru_cache(maxsize=20_000)
def plain(s: Symbol) -> Symbol:
    """The symbol by which the toolkit knows a parameter; its own symbols stay what they are.

    >>> plain(Symbol("x", positive=True)) == Symbol("x")
    True
    """
    if isinstance(s, Own):
        return s
    return Symbol(s.name, complex=True) if is_complex_symbol(s) else Symbol(s.name)


def as_given(given: Any) -> Expr:
    """A number or expression with its symbols as they were given; ParameterError for what is none.

    Floats of NumPy that are shorter than a double become the double nearest to their decimal.
    """
    if isinstance(given, Expr):
        return given
    dtype = getattr(given, "dtype", None)
    if dtype is not None and getattr(given, "shape", None) == ():
        given = sp.Float(str(given)) if dtype.kind == "f" and dtype.itemsize < 8 else given[()]
    try:
        e = sp.sympify(given, strict=True)
    except (sp.SympifyError, TypeError, ValueError):
        e = None
    if not isinstance(e, Expr):
        raise ParameterError(f"expected a number or an expression, got {given!r} ({type(given).__name__}).")
    return e


def expression(given: Any) -> Expr:
    """A number or expression in plain symbols, with the conjugates, real and imaginary parts of what is real read away.

    DomainConflict where one name is a real and a complex parameter; ParameterError for what is no expression (text is
    never evaluated).

    >>> x = Symbol("x")
    >>> expression(Symbol("x", positive=True) - x), expression(sp.conjugate(x) + sp.im(x))
    (0, x)
    """
    e = as_given(given)
    if not (e.args or isinstance(e, Symbol)):
        return e
    return e if (new := _otherwise(e)) is None else new


@lru_cache(maxsize=20_000)
def symbols_in(e: Expr) -> frozenset[Symbol]:
    """The symbols that an expression depends on."""
    found: set[Symbol] = set()
    todo: list[Any] = [e]
    while todo:
        x = todo.pop()
        if isinstance(x, Symbol):
            found.add(x)
        elif isinstance(x, sp.Add | sp.Mul | sp.Pow):
            todo += x.args
        elif x.args:
            found |= x.free_symbols
    return frozenset(found)


@lru_cache(maxsize=20_000)
def _otherwise(e: Expr) -> Expr | None:
    """The expression as the toolkit writes it, where that is something else."""
    free = symbols_in(e)
    one_kind(plain(s) for s in free)
    new = {s: plain(s) for s in free if plain(s) != s}
    domains_in(*new)
    read = e.replace(_of_real, _without) if _holds(e, (sp.conjugate, sp.re, sp.im, sp.Abs)) else e
    read = read.xreplace(new) if new else read
    return None if read == e else read


def _holds(e: Expr, kinds: tuple[type, ...]) -> bool:
    """Whether a function of some kind stands in an expression."""
    todo: list[Any] = [e]
    while todo:
        x = todo.pop()
        if isinstance(x, kinds):
            return True
        todo += x.args
    return False


def _of_real(e: Expr) -> bool:
    """Whether it is conj, re or im of what is manifestly real, conj of what I makes complex, or |x|^2 of a real x.

    A root of what may be negative is none of these: whether it is its own conjugate follows from declared domains.
    """
    if isinstance(e, sp.conjugate):
        return not any(map(is_complex_symbol, symbols_in(e))) and not _branches(e)
    if isinstance(e, sp.Pow):
        real = isinstance(e.base, sp.Abs) and bool(e.exp.is_even) and is_real(e.base.args[0])
        return real and not _branches(e.base)
    return isinstance(e, sp.re | sp.im) and is_real(e.args[0]) and not _branches(e)


def _branches(e: Expr) -> bool:
    """Whether it has a root, power or logarithm that may be complex though everything in it is real."""
    if any(not p.exp.is_integer and not p.base.is_nonnegative for p in e.atoms(sp.Pow)):
        return True
    return any(not f.args[0].is_positive if isinstance(f, sp.log) else True for f in e.atoms(*CUT))


def _without(e: Expr) -> Expr:
    if isinstance(e, sp.Pow):
        return e.base.args[0] ** e.exp
    return sp.S.Zero if isinstance(e, sp.im) else conj(e.args[0])


def one_kind(symbols: Iterable[Symbol]) -> None:
    """DomainConflict where two different plain symbols have one name."""
    seen: dict[str, Symbol] = {}
    for s in symbols:
        if seen.setdefault(s.name, s) != s:
            raise DomainConflict(f"{s.name} is a real and a complex parameter in one formula; declare it once.")


def domains_in(*exprs: Any) -> Domains:
    """What the symbols of expressions (as they were given) declare."""
    free = set().union(*(e.free_symbols for e in exprs if isinstance(e, Expr)))
    found = sorted(((s.name, assumed(s)) for s in free if plain(s) != s), key=lambda p: (p[0], str(p[1])))
    return all_domains(Domains(((n, d),)) for n, d in found if d != REAL)


def radicands(*exprs: Any) -> Domains:
    """That what stands under real roots of `exprs` is not negative, as `conj` takes it to be."""
    powers = set().union(*(e.atoms(sp.Pow) for e in exprs if isinstance(e, Expr)))
    roots = {p.base for p in powers if p.exp.is_Rational and not p.exp.is_Integer and p.base.free_symbols}
    kinds = {b: any(map(is_complex_symbol, b.free_symbols)) for b in roots if not b.is_nonnegative}
    found = [b for b, is_complex in kinds.items() if not is_complex and not b.has(sp.I)]
    return Domains(known=tuple(sorted(map(expression, found), key=str)))


def amplitudes(*exprs: Any) -> Domains:
    """What `radicands` has of formulas that were derived; nothing of roots that are written as imaginary ones, as those
    of -x, or of both a - b and b - a.
    """
    found = radicands(*exprs)
    several = {r for r in found.known if r.as_coeff_Mul()[0].is_negative or sp.expand(-r) in found.known}
    return replace(found, known=tuple(r for r in found.known if r not in several)) if several else found


def amplitude(given: Any) -> Expr:
    """As `expression`, of a coefficient of operators: its roots are real, as `radicands` declares of it.

    >>> amplitude(sp.conjugate(sp.sqrt(Symbol("G"))))
    sqrt(G)
    """
    e = expression(given)
    if not e.has(sp.conjugate):
        return e
    return e.replace(lambda x: isinstance(x, sp.conjugate) and not any(map(is_complex_symbol, symbols_in(x))),
                     lambda x: conj(x.args[0]))  # fmt: skip


def read_name(given: Any, argument: str) -> str:
    """The name of a parameter that is given as a symbol or by its name."""
    if isinstance(given, Symbol):
        return str(given.name)
    if isinstance(given, str) and given:
        return given
    raise ParameterError(f"{argument}: expected a symbol or its name, got {given!r}.")


def replacements(
    values: Mapping[Any, Any], parameters: Iterable[Symbol], domains: Domains, what: str
) -> dict[Symbol, Expr]:
    """What replaces which parameter, from a mapping of names or symbols.

    Names that are `gone` may be given without effect. UnknownParameter for others, ParameterError where one parameter
    is given twice, or a real one becomes a number that is not real.
    """
    if not isinstance(values, Mapping):
        raise ParameterError(f"values for parameters are a mapping such as {{'kappa': 1}}; got {values!r}.")
    known: dict[str, Symbol] = {s.name: s for s in parameters}
    silent = domains.gone - set(known)
    new: dict[Symbol, Expr] = {}
    for key, given in values.items():
        name = read_name(key, "subs")
        if name in silent:
            expression(given)
            continue
        if name not in known:
            raise UnknownParameter(
                f"{what} has no parameter {name!r}; it has {listing(known)}.{did_you_mean([name], [*known, *silent])}"
            )
        s = known[name]
        if s in new:
            raise ParameterError(f"the parameter {name!r} is given twice.")
        new[s] = value = expression(given)
        if not is_complex_symbol(s) and value.is_finite is not False and not is_hermitian(value):
            raise ParameterError(f"{name} is a real parameter; got the complex value {value}.")
    return new


def domains_after(domains: Domains, values: Mapping[Any, Any], new: Mapping[Symbol, Expr]) -> Domains:
    """The domains once parameters are replaced, with those that the new expressions bring along."""
    return domains.substituted(new).merged(domains_in(*values.values()))

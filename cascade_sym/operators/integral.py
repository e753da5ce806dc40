"""Integrals as values: what they integrate over is theirs, so that nothing outside meets it.

The integral of a number is SymPy's `Integral`, over a symbol of its own. Of operators at a time, a frequency or a place
it is a polynomial in operators at that bound point, each coefficient times an `Integration`; what does not depend on
the point stands outside. Operators at different points are independent, so such integrals over one range are equal
exactly when the coefficients are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.errors import DerivationError
from cascade_sym.operators.linear import Op
from cascade_sym.operators.polynomial import Integration, Monomial, OperatorPolynomial, field_at
from cascade_sym.symbols import as_given, own
from cascade_sym.symbols.names import MARK, Own, free_name


def formal_integral(body: Any, variable: Symbol, lo: Any, hi: Any) -> Any:
    """int_lo^hi body d(variable) of an expression or an operator polynomial (module docstring).

    DerivationError for anything else.

    >>> from cascade_sym.operators import operator
    >>> t, x = sp.symbols("t x")
    >>> t in formal_integral(x*t, t, 0, 1).free_symbols
    False
    >>> t in formal_integral(operator("b(t)")*t, t, 0, x).coefficients[0].free_symbols
    False
    """
    lo, hi = as_given(lo), as_given(hi)
    if not isinstance(body, OperatorPolynomial):
        if getattr(body, "acts_on_rho", False):
            raise DerivationError("an integral of a generator is not known here; integrate its coefficients.")
        body = as_given(body)
        bound = _bound(variable, body.atoms(Own))
        return sp.Integral(body.xreplace({variable: bound}), (bound, lo, hi))
    bound = _bound(variable, {s for c in body.coefficients for s in c.atoms(Own)})
    measure = Integration(bound, lo, hi)
    total = OperatorPolynomial()
    for word, c in body.terms.items():
        new = renamed(word, {variable.name: bound.name})
        inner = {
            m: Integration(m.variable, *(e.xreplace({variable: bound}) for e in (m.lo, m.hi))) for m in measures(c)
        }
        c = c.xreplace({variable: bound, **inner})
        limits = {s for m in inner.values() for e in (m.lo, m.hi) for s in e.free_symbols}
        if bound in limits or any(bound.name in names_at(o) for o in new):
            total = total + OperatorPolynomial({new: c * measure})
        else:
            total = total + OperatorPolynomial({new: sp.Integral(c, (bound, lo, hi))})
    return total


def _bound(variable: Symbol, taken: set[Any]) -> Symbol:
    """A symbol of the toolkit's own for a variable of integration, one that is not taken."""
    if isinstance(variable, Own):
        return variable
    level = 0
    while own(variable.name, level) in taken:
        level += 1
    return own(variable.name, level)


NAMES = re.compile(rf"[A-Za-z_][\w']*(?:{MARK}'*)?")


def names_at(o: Op) -> list[str]:
    """The names in the point of a field.

    >>> names_at(Op("b(t - tp)")), names_at(Op("a"))
    (['t', 'tp'], [])
    """
    at = field_at(o.name)
    return NAMES.findall(at[1]) if at else []


def renamed(word: Monomial, names: Mapping[str, str]) -> Monomial:
    """A product with names in the points of its fields replaced."""

    def new(o: Op) -> Op:
        at = field_at(o.name)
        if at is None or not set(names) & set(names_at(o)):
            return o
        return Op(f"{at[0]}({NAMES.sub(lambda m: names.get(m[0], m[0]), at[1])})", o.dag)

    return tuple(map(new, word))


def measures(coefficient: Expr) -> tuple[Integration, ...]:
    """The integrations of a coefficient, outermost first."""
    return tuple(sorted(coefficient.atoms(Integration), key=lambda m: m.name))


def shown(value: Any) -> Any:
    """An expression or operator polynomial with bound variables under names to be shown: their own, where free."""
    if isinstance(value, OperatorPolynomial):
        return OperatorPolynomial({w: c for m, c in value.terms.items() for w, c in [_shown_term(m, c)]})
    if not isinstance(value, Expr) or not value.has(sp.Integral):
        return value
    return value.replace(lambda e: isinstance(e, sp.Integral), _shown_integral)


def _shown_integral(e: Expr) -> Expr:
    for v in [v for v in e.variables if isinstance(v, Own)]:
        name = free_name(v.name.partition(MARK)[0], {s.name for s in e.atoms(Symbol) - {v}})
        e = e.xreplace({v: Symbol(name)})
    return e


def _shown_term(word: Monomial, c: Expr) -> tuple[Monomial, Expr]:
    for m in measures(c):
        taken = {s.name for s in c.atoms(Symbol) - {m.variable}} | {n for o in word for n in names_at(o)}
        name = Symbol(free_name(m.variable.name.partition(MARK)[0], taken))
        word = renamed(word, {m.variable.name: name.name})
        c = c.xreplace({m: integration_symbol(name, m.lo, m.hi), m.variable: name})
    return word, shown(c)


def integration_symbol(variable: Symbol, lo: Expr, hi: Expr) -> Symbol:
    """The symbol that stands for int_lo^hi d(variable) where an integral over operators is shown.

    >>> t = sp.Symbol("t")
    >>> integration_symbol(t, -sp.oo, 0)
    int[t=-oo..0]
    """
    return Symbol(f"int[{variable}={sp.sstr(lo)}..{sp.sstr(hi)}]")

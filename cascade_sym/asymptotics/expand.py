"""`expand`: plain multi-term expansions with exact Puiseux exponents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import flint
import sympy as sp
from sympy import Expr, Rational, Symbol

from cascade_sym.asymptotics.follow import BITS
from cascade_sym.asymptotics.ground import Diverges
from cascade_sym.asymptotics.leading import expansion
from cascade_sym.asymptotics.problem import Problem
from cascade_sym.asymptotics.setup import (
    limit_of_large,
    quantity_of,
    require_known,
    sample_of,
    symbol_of,
    values_of,
    with_values,
)
from cascade_sym.definitions import Quantity
from cascade_sym.errors import NoPowerLaw, ParameterError
from cascade_sym.shown import Shown, renderer


@dataclass(frozen=True)
class Expansion(Shown):
    """sum of coefficient * variable^exponent, leading term first; `exact` if nothing is left out."""

    variable: Symbol
    limit: Expr
    terms: tuple[tuple[Expr, Rational], ...]
    exact: bool

    def expr(self) -> Expr:
        """The sum, without the order of what is left out."""
        return sp.Add(*(c * self.variable**e for c, e in self.terms))

    def latex(self) -> str:
        r"""The sum, leading term first, with dots where terms are left out.

        >>> x = sp.Symbol("x")
        >>> expand(1/(1 + 2*x), large=x, limit=0, terms=2).latex()
        '1 - 2 x + \\dots'
        """
        parts = []
        for n, (c, e) in enumerate(self.terms):
            sign, size = ("-", -c) if c.could_extract_minus_sign() else ("+", c)
            term = sp.latex(size * self.variable**e, order="none")
            parts.append(term if n == 0 and sign == "+" else f"{sign} {term}")
        return " ".join(parts) if self.exact else " ".join(parts) + r" + \dots"


@renderer.register(Expansion)
def _(value: Expansion, notation: object) -> dict[str, Any]:
    small = "" if value.exact else " + ..."
    return {f"{value.variable} -> {value.limit}{small}": value.expr()}


def expand(
    expression: Expr | Quantity,
    *,
    large: Symbol | str,
    limit: Any = sp.oo,
    terms: int = 3,
    at: Mapping[Any, Any] | None = None,
    sample: Mapping[Any, Any] | None = None,
) -> Expansion:
    """The first `terms` non-vanishing terms of `expression` as `large` tends to `limit` (oo or 0).

    Exponents are exact rationals, coefficients exact functions of the other symbols. Roots of coefficients take
    the sign that they have at `sample` (default: generic values in (0, 1)). Raises NoPowerLaw for logarithms,
    exponentials and oscillations of diverging arguments, and for expressions that vanish identically.

    >>> C, e = sp.symbols("C epsilon")
    >>> expand(sp.sqrt(e/(4 - 3*e)), large=e, limit=0, terms=3).expr()
    27*epsilon**(5/2)/256 + 3*epsilon**(3/2)/16 + sqrt(epsilon)/2
    >>> expand(1/(sp.sqrt(C + 1) - sp.sqrt(C)), large=C, terms=2).terms
    ((2, 1/2), (1/2, -1/2))
    """
    if terms < 1:
        raise ParameterError(f"terms: expected at least 1, got {terms}.")
    big, lim = symbol_of(large, "large"), limit_of_large(limit)
    target = quantity_of(expression)
    require_known(sample or (), target.parameters, "sample")
    target = with_values(target, values_of(at, target.parameters))
    problem = Problem((target,), big, lim)
    numbers = sample_of(problem.parameters, given=sample)
    with flint.ctx.workprec(BITS):
        wanted = terms
        while True:
            try:
                x = expansion(problem, numbers, wanted)
            except Diverges as e:
                raise NoPowerLaw(f"the expression has no expansion in powers of {big}: {e}.") from e
            series, sign = x.series, 1 if problem.inverted else -1
            known = [(k, x.rewriting.shown(c.expr())) for k, c in enumerate(series.coeffs, series.val) if not c.is_zero]
            found = [(sp.factor_terms(sp.simplify(c)), Rational(sign * k, x.frame.p)) for k, c in known]
            if len(found) >= terms or series.cut is None:
                exact = series.cut is None and len(found) <= terms
                return Expansion(big, lim, tuple(found[:terms]), exact)
            wanted += terms

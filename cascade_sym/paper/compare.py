"""Comparing a printed value with a derived one: numbers, operators, linear forms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy import Expr

from cascade_sym.errors import CascadeError, DerivationError
from cascade_sym.exact import is_zero, normal_form
from cascade_sym.operators import OperatorPolynomial, Superoperator, as_operator
from cascade_sym.paper.environment import written_out
from cascade_sym.paper.model import Model, PowerLaw, leading_form


@dataclass(frozen=True)
class Comparison:
    """Whether two values are identical (a proof), how that was found, and their difference where not."""

    equal: bool
    method: str
    difference: Any = None


def plain(value: Any, model: Model) -> Any:
    """A value of either side as an expression, operator polynomial or generator, in base parameters."""
    value = written_out(leading_form(value))
    if isinstance(value, OperatorPolynomial | Superoperator):
        return value.map_coefficients(lambda c: model.in_base(sp.sympify(c)))
    return model.in_base(sp.sympify(value))


def compare(printed: Any, derived: Any, model: Model) -> Comparison:
    """Prove that two values are equal in the exact algebra, or give their difference.

    Raises OutsideExactDomain when one of them can't be held by the exact algebra, DerivationError when one is a
    number or operator and the other a generator acting on rho.
    """
    p, d = plain(printed, model), plain(derived, model)
    if isinstance(derived, PowerLaw) and derived.law.prefactor.closed is None and isinstance(p, Expr):
        same = _is_root(p / derived.law.large**derived.law.exponent, derived)
        said = "root of the polynomial of the exact prefactor"
        return Comparison(same, said if same else f"not the {said}", None if same else d - p)
    difference: Any
    if isinstance(p, Expr) and isinstance(d, Expr):
        difference, method = d - p, "normal form in the exact algebra"
    elif isinstance(p, Superoperator) and isinstance(d, Superoperator):
        difference, method = d - p, f"identity of superoperators: {len(d.terms)} coefficients by normal form"
    elif isinstance(p, Superoperator) or isinstance(d, Superoperator):
        raise DerivationError("one side acts on rho, the other is a number or an operator.")
    else:
        p, d = as_operator(p), as_operator(d)
        difference, method = d - p, f"operator identity: {max(len(d.terms), 1)} coefficients by normal form"
    same = is_zero(difference) if isinstance(difference, Expr) else difference.is_zero
    return Comparison(same, method, None if same else difference)


def _is_root(prefactor: Expr, derived: PowerLaw) -> bool:
    """Whether a printed prefactor is the root that the derivation selects: by the polynomial, and by its value."""
    exact = derived.law.prefactor
    if exact.polynomial is None or not exact.proved or derived.law.large in prefactor.free_symbols:
        return False
    if not is_zero(exact.polynomial.xreplace({exact.variable: prefactor})):
        return False
    at = {s: exact.origin[s] for s in exact.parameters}
    return bool(abs(sp.N(prefactor.xreplace(at), 30) / sp.Float(str(exact.at(at)), 30) - 1) < sp.Float("1e-20"))


def shown_difference(difference: Any) -> Any:
    """A difference in a form fit to be printed: normal form, factored, where that is short enough."""
    if isinstance(difference, OperatorPolynomial | Superoperator):
        return difference.map_coefficients(_short)
    return _short(difference)


def _short(e: Expr) -> Expr:
    if isinstance(e, sp.Float):  # numbers that were found as such stay decimals
        return sp.Float(f"{float(e):.6g}")
    try:
        return normal_form(e, factor=True)
    except CascadeError:
        return e

"""Long values: differences that are shown as they stand, and covariances that are compared over their definitions."""

from __future__ import annotations

import sympy as sp

import cascade_sym as cs
from cascade_sym.ledger import comparison
from tests.exact.optomechanics import pair

a, b, c, d, e, f = sp.symbols("a b c d e f")


def test_a_difference_of_nested_roots_is_shown_as_it_stands() -> None:
    x = sp.sqrt(a + sp.sqrt(b + c * sp.sqrt(d + e)))
    y = sp.sqrt(f + x * sp.sqrt(a**2 + b**2 + sp.sqrt(c * d + e * f)))
    long = (x + y) ** 3 / (1 + x * y + sp.sqrt(1 + x**2 + y**2))
    long -= (y - x * sp.sqrt(a + b + c)) ** 3 / (2 + x + sp.sqrt(y + x + a))
    assert comparison.shown_difference(long) == long
    assert comparison.shown_difference((a**2 - b**2) / (a + b)) == a - b


def test_a_long_covariance_is_compared_with_what_is_printed_of_it() -> None:
    V, W = pair(["a", "b"], {})
    kappa, printed = sp.Symbol("kappa"), cs.normal_form(V["X_b", "X_b"])
    model = cs.Model(base={kappa: 2 * sp.Symbol("k")})
    assert comparison.compare(printed, W["X_b", "X_b"], cs.Model()).equal
    assert comparison.compare(printed, W["X_b", "X_b"], model).equal
    other = comparison.compare(printed.subs(kappa, 3 * kappa), W["X_b", "X_b"], model)
    assert other.found.status == "different" and other.difference is not None


def test_a_real_difference_is_shown_without_i() -> None:
    real = sp.sqrt(b - (a + 7) ** sp.Rational(3, 2)) - sp.sqrt(d)
    assert comparison.shown_difference(real) == real

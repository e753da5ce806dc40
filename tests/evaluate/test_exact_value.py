"""Exact values against SymPy's evalf of the written-out expression, and printed digits against the bound."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from cascade_sym.definitions import Definitions, Quantity
from cascade_sym.errors import MissingParameter, ParameterError, UnknownParameter
from cascade_sym.evaluate import exact_value
from cascade_sym.symbols import complex_symbol

x, y = sp.symbols("x y")
K = complex_symbol("K")

CASES = [
    (sp.sqrt(x) + sp.cos(y), {"x": 2, "y": sp.pi / 3}),
    (sp.exp(x) * sp.atan(y) - sp.log(y) * sp.tan(x), {"x": sp.Rational(1, 7), "y": sp.sqrt(3)}),
    (x ** sp.Rational(1, 3) - y**-2 + x**y, {"x": 5, "y": sp.Rational(7, 3)}),
    (sp.sin(x) - x + x**3 / 6, {"x": sp.Rational(1, 10**9)}),
    (sp.sqrt(x + 1) - sp.sqrt(x), {"x": 10**40}),
    (sp.sinh(x) / sp.cosh(y) + sp.tanh(x) - sp.asin(y / 4) + sp.acos(y / 4), {"x": 1, "y": sp.E}),
    (sp.Abs(x - y) + sp.Max(x, y) - sp.Min(x, y), {"x": sp.pi, "y": sp.Rational(22, 7)}),
]


@pytest.mark.parametrize("digits", [3, 15, 50])
@pytest.mark.parametrize(("expr", "point"), CASES)
def test_every_printed_digit_is_right(expr: sp.Expr, point: dict[str, sp.Expr], digits: int) -> None:
    text, bound = exact_value(expr, point, digits)
    want = expr.subs({sp.Symbol(n): v for n, v in point.items()}).evalf(digits + 60, maxn=400)
    assert sp.Abs(sp.Rational(text) - sp.Rational(want)) <= sp.Rational(bound)
    mantissa = text.replace("-", "").split("e")[0].replace(".", "").lstrip("0")
    assert len(mantissa) == digits
    assert bound <= 0.51 * 10.0 ** (1 - digits) * abs(float(want))


@settings(max_examples=60, deadline=None)
@given(st.fractions(min_value=Fraction(1, 10**6), max_value=10**6), st.integers(1, 30))
def test_rationals_are_rounded_correctly(value: Fraction, digits: int) -> None:
    text, bound = exact_value(x, {"x": value}, digits)
    assert abs(Fraction(text) - value) <= Fraction(bound)
    unit = Fraction(10) ** (int(sp.floor(sp.log(sp.Rational(value), 10))) - digits + 1)
    assert abs(Fraction(text) - value) <= unit / 2


def test_complex_values_and_several_results() -> None:
    text, bound = exact_value(sp.sqrt(K), {"K": sp.I}, 20)
    assert text == "0.70710678118654752440 + 0.70710678118654752440*I" and bound < 1e-20
    d = Definitions(((y, x**2),))
    got = exact_value({"a": Quantity("q", y + 1, d), "b": sp.I * x}, {x: 3}, 4)
    assert got == {"a": ("10.00", 0.0), "b": ("3.000*I", 0.0)}
    assert exact_value(sp.conjugate(K) * sp.re(K) - sp.im(K), {"K": 2 + sp.I}, 2) == ("3.0 - 2.0*I", 0.0)


def test_angles_that_are_parts_of_pi_are_exact() -> None:
    d = Definitions(((y, x - sp.pi / 4),))
    assert exact_value(Quantity("c", sp.sin(y) + 2, d), {"x": sp.pi / 4}, 3) == ("2.00", 0.0)


def test_a_value_that_is_zero() -> None:
    assert exact_value(sp.Rational(1, 3) - x, {"x": sp.Rational(1, 3)}) == ("0", 0.0)
    text, bound = exact_value(sp.sqrt(x) * sp.sqrt(y) - sp.sqrt(x * y), {"x": 2, "y": 3})
    assert text == "0" and 0 < bound < 1e-300


@pytest.mark.parametrize(
    ("expr", "point"),
    [
        (1 / (x - y), {"x": 1, "y": 1}),
        (1 / (sp.sqrt(x) * sp.sqrt(y) - sp.sqrt(x * y)), {"x": 2, "y": 3}),
        (y / sp.cos(x), {"x": sp.pi / 2, "y": 1}),
        (sp.log(x), {"x": 0}),
    ],
)
def test_singular_points(expr: sp.Expr, point: dict[str, object]) -> None:
    with pytest.raises(ParameterError, match=r"singular|not finite"):
        exact_value(expr, point)


def test_mistakes_have_names() -> None:
    with pytest.raises(MissingParameter, match="'y'"):
        exact_value(x + y, {"x": 1})
    with pytest.raises(UnknownParameter, match="'q'"):
        exact_value(x, {"x": 1, "q": 2})
    for bad in ("2", sp.oo, y, float("nan"), sp.I):
        with pytest.raises(ParameterError, match="x "):
            exact_value(x, {"x": bad})
    with pytest.raises(ParameterError, match="digits"):
        exact_value(x, {"x": 1}, 0)


@pytest.mark.parametrize("power", [2, 3, 5])
def test_powers_of_what_is_zero_by_cancellation(power):
    """A difference that vanishes at the point, in a ball around zero: its powers do too."""
    x, y = sp.symbols("x y")
    nothing = sp.sqrt(x) * sp.sqrt(y) - sp.sqrt(2) * sp.sqrt(3)
    assert float(exact_value(4 + nothing**power, {"x": 2, "y": 3})[0]) == 4
    assert float(exact_value(sp.sqrt(4 + nothing**power), {"x": 2, "y": 3})[0]) == 2


def test_the_best_weight_at_equal_variances():
    """Var X_S = Var X_M at the point: what stands under the root of the optimum is a square and a zero."""
    import cascade_sym as cs

    V = cs.covariance(cs.Oscillator("S", -1) >> cs.Oscillator("M"))
    xi = cs.epr_variance(V, "S", "M", g="optimal")
    half = dict.fromkeys(xi.parameters, sp.Rational(1, 2))
    assert exact_value(xi, half)[0].startswith("2.0000000")
    assert cs.evaluator(xi)(**{s.name: 0.5 for s in xi.parameters}) == pytest.approx(2, rel=1e-14)

"""The rule for floats: every float is the shortest decimal that gives it, everything else is what it is."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from cascade_sym.definitions import Definitions
from cascade_sym.errors import ParameterError
from cascade_sym.program.calculation import read_program
from cascade_sym.program.constants import fold, parts
from cascade_sym.program.numbers import exact_formula, exact_number, shortest

FLOATS = st.floats(allow_nan=False, allow_infinity=False)


@given(FLOATS)
def test_a_float_is_its_repr(x: float):
    decimal = Fraction(repr(x))
    for given_ in (x, np.float64(x), np.array(x)):
        assert Fraction(str(exact_number(given_))) == decimal
    assert float(exact_number(x)) == x


@given(st.floats(min_value=2.0**-1022, allow_infinity=False))
def test_sympy_and_mpmath_floats_follow_the_same_rule(x: float):
    assert exact_number(sp.Float(x)) == exact_number(x) == exact_number(mpmath.mpf(x))
    mantissa, exponent = math.frexp(x)
    assert shortest(int(mantissa * 2**53), exponent - 53, 53) == Fraction(repr(x))


@given(st.floats(width=32, allow_nan=False, allow_infinity=False), st.floats(width=16, allow_nan=False, allow_infinity=False))
def test_small_floats_are_short_decimals(single: float, half: float):
    for x in (np.float32(single), np.float16(half)):
        e = exact_number(x)
        assert type(x)(float(e)) == x and Fraction(str(e)) == Fraction(np.format_float_scientific(x))


@given(st.decimals(allow_nan=False, allow_infinity=False, places=40, min_value=-100, max_value=100))
def test_decimals_of_any_precision_come_back(d: Decimal):
    text = str(d)
    assert exact_number(sp.Float(text, 60)) == sp.Rational(text) == exact_number(d)
    with mpmath.workdps(60):
        assert exact_number(mpmath.mpf(text)) == sp.Rational(text)


def test_all_that_means_a_tenth_is_a_tenth():
    tenth = sp.Rational(1, 10)
    same = [0.1, np.float16(0.1), np.float32(0.1), np.float64(0.1), np.longdouble("0.1"), np.array(np.float32(0.1)),
            Fraction(1, 10), Decimal("0.1"), sp.Float(0.1), sp.Float("0.1", 7), sp.Float("0.1", 80), mpmath.mpf("0.1"), tenth]  # fmt: skip
    assert [exact_number(v) for v in same] == [tenth] * len(same)
    assert exact_number(0.1 + 0.2j) == exact_number(np.complex64(0.1 + 0.2j)) == tenth + sp.I / 5
    assert exact_number(mpmath.mpc("0.1", "0.2")) == exact_number(np.complex128(0.1 + 0.2j)) == tenth + sp.I / 5
    assert {exact_number(v) for v in (7, np.int64(7), np.uint8(7), sp.Integer(7), np.array(7), 7.0)} == {sp.Integer(7)}


def test_floats_inside_formulas():
    x = sp.Symbol("x")
    assert exact_number(sp.sqrt(2) * 0.5 + sp.pi) == sp.sqrt(2) / 2 + sp.pi
    assert exact_formula(x**0.5 + 0.1 * sp.sin(0.25 * x)) == sp.sqrt(x) + sp.sin(x / 4) / 10


@pytest.mark.parametrize("bad", ["0.1", True, np.bool_(True), None, [0.1], np.array([0.1]), b"1", object()])
def test_what_is_no_number_is_refused(bad):
    with pytest.raises(ParameterError, match="is not a number"):
        exact_number(bad)


@pytest.mark.parametrize("bad", [math.inf, math.nan, np.float32("inf"), np.float64("nan"), Decimal("NaN"), complex(1, math.inf),
                                 sp.oo, sp.zoo, sp.nan, mpmath.inf, mpmath.nan, sp.Float("inf"), sp.Symbol("x") * sp.oo])  # fmt: skip
def test_what_is_not_finite_is_refused(bad):
    with pytest.raises(ParameterError, match="not a finite number"):
        exact_number(bad)


@pytest.mark.parametrize("digits", [3, 36, 45, 100, 250])
def test_constants_whose_terms_cancel_keep_their_digits(digits: int) -> None:
    """sqrt(2 + d) - sqrt(2) is d/(2 sqrt(2)) to first order in d: rounded once, correctly, however much cancels."""
    d = sp.Rational(1, 10**digits)
    found = read_program(Definitions(), {"c": sp.sqrt(2 + d) - sp.sqrt(2)})
    (value,) = (parts(n[1])[0] for n in found.nodes if n[0] == "const" and isinstance(n[1], tuple))
    with mpmath.workdps(3 * digits + 30):
        assert value == float(mpmath.sqrt(2 + mpmath.mpf(10) ** -digits) - mpmath.sqrt(2))


def test_constants_that_share_their_parts_cost_what_they_show() -> None:
    """c -> c^2 + c repeated forty times is 2^40 operations written out."""
    c = fold("sqrt", Fraction(2, 10**9))
    for _ in range(40):
        c = fold("add", fold("mul", c, c), c)
    x = float(mpmath.sqrt(mpmath.mpf(2) / 10**9))
    for _ in range(40):
        x = x * x + x
    assert hash(c) == hash(fold("add", *c[1:])) and c == fold("add", *c[1:])
    assert abs(parts(c)[0] - x) < 1e-13 * x

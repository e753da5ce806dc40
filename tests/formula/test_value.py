"""Exact numbers from the command line."""

from __future__ import annotations

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from cascade_sym.errors import FormulaError
from cascade_sym.formula import parse_value
from tests.counts import examples


@pytest.mark.parametrize(
    "text, value",
    [
        ("4/3", sp.Rational(4, 3)),
        ("pi/4", sp.pi / 4),
        ("2*pi*5000", 10000 * sp.pi),
        ("1e3", sp.Integer(1000)),
        ("1e-3", sp.Rational(1, 1000)),
        ("0.1", sp.Rational(1, 10)),
        (".5", sp.Rational(1, 2)),
        ("oo", sp.oo),
        ("-oo", -sp.oo),
        ("1/oo", sp.Integer(0)),
        ("sqrt(2)", sp.sqrt(2)),
        ("-1/2", -sp.Rational(1, 2)),
        ("2^-3", sp.Rational(1, 8)),
        ("sqrt(1 - 3/4)", sp.Rational(1, 2)),
        ("arctan(1)", sp.pi / 4),
        ("exp(I*pi/3)", sp.exp(sp.I * sp.pi / 3)),
        ("sin(2*pi*5000)", sp.Integer(0)),
        ("log(1e9)", sp.log(10**9)),
        (" 7 ", sp.Integer(7)),
    ],
)
def test_values(text, value):
    assert parse_value(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "", "x", "pi'", "2 pi", "5 kHz", "1/0", "0/0", "oo - oo", "oo*0", "oo*I", "sin(oo)", "1e9999",
        "10^1000000", "sqrt(10^600 + 1)", "exp(exp(exp(9)))", "2^2^2^2^2^2",
        "9^9^9^9", "1/(sqrt(2) + sqrt(3) - sqrt(5 + 2*sqrt(6)))",
        "f(2)", "sum(j, (1, 2), j)", "integral(1, x, 0, 1)", "__import__('os')", "lambda: 0", "1;2", "1,2",
        "tan(pi/2)", "log(0)", "(" * 400, "1" * 600, "nan", "zoo", "1_000", "0x10",
    ],
)  # fmt: skip
def test_refused(text):
    with pytest.raises(FormulaError):
        parse_value(text)


def test_refusal_says_what_and_why():
    with pytest.raises(FormulaError, match=r"'2\*x'.*'x' is not a number"):
        parse_value("2*x")


@given(st.text(alphabet="0123456789.e+-*/^() pisqrtoI", max_size=25))
@settings(max_examples=examples(400), deadline=None)
def test_any_text_is_a_number_or_refused(text):
    try:
        value = parse_value(text)
    except FormulaError:
        return
    assert value.is_number


@given(st.integers(-(10**30), 10**30), st.integers(1, 10**30))
def test_fractions_are_exact(p, q):
    assert parse_value(f"{p}/{q}" if p >= 0 else f"-{-p}/{q}") == sp.Rational(p, q)

"""Typeset expressions keep their value: read back by an independent reader, and as written formulas."""

from __future__ import annotations

import math

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from cascade_sym.formula import Environment, interpret
from cascade_sym.latex import expr_latex
from cascade_sym.latex.monomials import gathered
from cascade_sym.latex.notation import Notation
from cascade_sym.latex.written import Writer
from tests.counts import examples
from tests.latex.cases import EXPRESSIONS, PAPER
from tests.latex.reader import value_of

PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29)


def numbers(e: sp.Expr) -> dict[sp.Symbol, float]:
    """Different positive numbers below one for the symbols of an expression."""
    return {s: math.sqrt(PRIMES[i % 10]) / (6 + i // 10) for i, s in enumerate(sorted(e.free_symbols, key=str))}


def close(a: complex, b: complex) -> bool:
    return abs(a - b) <= 1e-9 * max(1.0, abs(b))


def check(e: sp.Expr, notation: Notation) -> None:
    point = numbers(e)
    expected = complex(e.subs(point).evalf())
    table = {notation.name(s.name): v for s, v in point.items()}
    assert close(value_of(expr_latex(e, notation), table), expected), expr_latex(e, notation)
    # the same through the tree of a written formula
    writer = Writer(notation)
    node = writer.node(e)
    if any(name.startswith("verbatim:") for name in writer.names):
        return
    again = interpret(node, Environment({s.name: s for s in e.free_symbols}))
    assert close(complex(again.subs(point).evalf()), expected)


@pytest.mark.parametrize("e", EXPRESSIONS, ids=str)
@pytest.mark.parametrize(
    "notation", [Notation(), PAPER, Notation(order=("y", "x", "1", "z"))], ids=["plain", "paper", "order"]
)
def test_typeset_expressions_read_back_to_the_same_number(e: sp.Expr, notation: Notation) -> None:
    check(e, notation)


@pytest.mark.parametrize("e", EXPRESSIONS, ids=str)
def test_gathered_expressions_keep_their_value(e: sp.Expr) -> None:
    check(gathered(e), Notation())
    point = numbers(e)
    assert close(complex(gathered(e).subs(point).evalf()), complex(e.subs(point).evalf()))


leaves = st.sampled_from(
    [*sp.symbols("x y z Gamma_SB theta_M var_X_S"), sp.Integer(2), sp.Rational(1, 3), sp.Integer(-1), sp.I]
)


def branches(inner: st.SearchStrategy[sp.Expr]) -> st.SearchStrategy[sp.Expr]:
    two = st.tuples(inner, inner)
    return st.one_of(
        two.map(lambda p: p[0] + p[1]),
        two.map(lambda p: p[0] - p[1]),
        two.map(lambda p: p[0] * p[1]),
        two.map(lambda p: p[0] / (p[1] + 5)),
        inner.map(lambda e: e**2),
        inner.map(lambda e: sp.exp(e / 2)),
        inner.map(lambda e: sp.sin(2 * e)),
        inner.map(lambda e: sp.cos(e) ** 2),
        inner.map(lambda e: (e + 7) ** -3),
        st.sampled_from(sp.symbols("x y z")).map(sp.sqrt),
    )


@settings(max_examples=examples(150), deadline=None, derandomize=True)
@given(st.recursive(leaves, branches, max_leaves=8))
def test_random_expressions_read_back_to_the_same_number(e: sp.Expr) -> None:
    point = numbers(e)
    expected = complex(e.subs(point).evalf())
    if not math.isfinite(abs(expected)) or abs(expected) > 1e6 or e.has(sp.zoo, sp.nan):
        return
    try:
        check(e, Notation())
        check(gathered(e), Notation())
    except OverflowError:  # the oracle's floats: a part of it is beyond 1e308
        return


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("x**2 + x + 1", "x^{2} + x + 1"),
        ("1 - y", "1 - y"),
        ("n + 1/2", "n + \\frac{1}{2}"),
        ("sqrt(2)/2", "\\frac{1}{\\sqrt{2}}"),
        ("-(a + b)/c", "-\\frac{a + b}{c}"),
        ("sqrt(a)*sqrt(b)*(1 - c)", "\\sqrt{ab}(1 - c)"),
        ("y - x", "y - x"),
        ("-x - y", "-x - y"),
        ("g*sin(t)*(a + b)", "g\\,(a + b)\\sin t"),
        ("exp(-k*t/2)", "e^{-kt/2}"),
        ("(a/2 + b)/c", "\\frac{1}{c}\\left(\\frac{a}{2} + b\\right)"),
    ],
)
def test_shape_of_common_formulas(text: str, latex: str) -> None:
    assert expr_latex(sp.sympify(text)) == latex


def test_order_of_terms_follows_the_hints() -> None:
    a, b, c = sp.symbols("a b c")
    assert expr_latex(a + b + c) == "a + b + c"
    assert expr_latex(a + b + c, Notation(order=("c", "a"))) == "c + a + b"
    assert expr_latex(a * b * c, Notation({"c": "c", "b": "b"})) == "cba"
    assert expr_latex(1 + b, Notation(order=("1",))) == "1 + b"

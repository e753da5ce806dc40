"""Expansions against SymPy's `series` where that works, and against numbers."""

from __future__ import annotations

import mpmath as mp
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from cascade_sym.asymptotics import expand, lower_bound
from cascade_sym.definitions import Definitions, Quantity

C, a, b, e, x = sp.symbols("C a b epsilon x")


@pytest.mark.parametrize(
    "f",
    [
        (1 + a * x) / (1 - x) ** 2,
        sp.sqrt(1 + a * x + x**2) / (1 + x),
        sp.cos(x) * sp.sqrt(1 + sp.sin(2 * x)),
        sp.exp(a * x) / sp.cos(x),
        sp.log(1 + x) / sp.sin(x),
        (1 + x) ** sp.Rational(1, 3) - (1 - x) ** sp.Rational(1, 3),
        1 / (sp.sqrt(1 + 4 * x) - sp.sqrt(1 + x)),
        sp.tan(x) - x,
    ],
)
def test_taylor_and_laurent(f):
    found = expand(f, large=x, limit=0, terms=4)
    order = found.terms[-1][1]
    known = sp.series(f, x, 0, int(order) + 1).removeO()
    assert sp.simplify(sp.expand(found.expr() - known)) == 0


def test_puiseux_exponents():
    f = expand(sp.sqrt(e / (4 - 3 * e)), large=e, limit=0, terms=3)
    assert f.terms == (
        (sp.Rational(1, 2), sp.Rational(1, 2)),
        (sp.Rational(3, 16), sp.Rational(3, 2)),
        (sp.Rational(27, 256), sp.Rational(5, 2)),
    )


def test_nested_root_that_is_none():
    """sqrt(C^2 + 2 C sqrt(C + 1) + C + 1) is C + sqrt(C + 1)."""
    f = expand(sp.sqrt(C**2 + 2 * C * sp.sqrt(C + 1) + C + 1), large=C, terms=3)
    assert f.terms == ((1, 1), (1, sp.Rational(1, 2)), (sp.Rational(1, 2), -sp.Rational(1, 2)))


def test_exact_sums_end():
    f = expand((C + a) ** 2, large=C, terms=5)
    assert f.exact
    assert sp.expand(f.expr() - (C + a) ** 2) == 0


def test_roots_of_parameters():
    f = expand(sp.sqrt(a * C + b) - sp.sqrt(a * C), large=C, terms=2)
    assert sp.simplify(f.terms[0][0] - b / (2 * sp.sqrt(a))) == 0
    assert f.terms[0][1] == -sp.Rational(1, 2)


def test_definitions_and_values():
    y = sp.Symbol("y")
    f = Quantity("f", 1 / y + a, Definitions(((y, C + b),)))
    assert expand(f, large=C, at={b: 0, a: 2}).terms == ((2, 0), (1, -1))


poly = st.lists(st.integers(-4, 4), min_size=3, max_size=3)


@settings(max_examples=40, deadline=None)
@given(poly, poly, poly)
def test_against_numbers(p, q, r):
    """sqrt(P) - Q/R with random polynomials: the expansion's error shrinks as its next exponent says."""
    P = 1 + sum(c * x ** (k + 1) for k, c in enumerate(p))
    Q = sum(c * x**k for k, c in enumerate(q))
    R = 2 + sum(c * x ** (k + 1) for k, c in enumerate(r))
    f = sp.sqrt(P) - Q / R
    if sp.simplify(f) == 0 or not f.has(x):
        return
    found = expand(f, large=x, limit=0, terms=3)
    with mp.workdps(60):
        t = mp.mpf(10) ** -8
        exact = mp.mpf(sp.N(f.subs(x, sp.Rational(1, 10**8)), 60))
        approximate = mp.mpf(sp.N(found.expr().subs(x, sp.Rational(1, 10**8)), 60))
        last = found.terms[-1][1]
        assert abs(exact - approximate) <= mp.mpf(10) ** 8 * t ** (int(last) + 1)


def test_lower_bound_and_its_series():
    bound = lower_bound(x / 2 + e / (2 * x) + 1 / (C * x), large=C, over=[x], small=e, terms=2)
    assert bound.value.expr() == sp.sqrt(e)
    assert bound.series.exact

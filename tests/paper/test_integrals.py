"""Closed forms of integrals, against quadrature, and in verdicts."""

from __future__ import annotations

import mpmath
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from cascade_sym.ledger.identity import equal_numbers
from cascade_sym.ledger.integrals import evaluated
from cascade_sym.symbols import Domains
from cascade_sym.symbols.domains import domain_of
from tests.paper.typed import verdict

k, g, D, t, w, s = sp.symbols("k g Delta t w s")
x = sp.Symbol("x")
RATES = Domains(tuple((n, domain_of("positive", n)) for n in ("g", "k")))
POLYNOMIALS = [k**2 / 4 + w**2, k**2 + (w - D) ** 2, (g / 2 - sp.I * w) * (g / 2 + sp.I * w), g + w**2, w**2 + 2 * w + 1 + k]
ABOVE = [sp.S.One, w, w**2, k + sp.I * w, (w - D) ** 2, g * w + D]
DECAYS = [sp.exp(-k * s), sp.exp(-(k / 2 - sp.I * D) * s), sp.exp(-k * s) * sp.cos(D * s), sp.exp(-(k + g) * s) * s**2]
FINITE = [*DECAYS, s**3, sp.sin(D * s) ** 2, s * sp.cosh(k * s), (s + D) ** 2 * sp.exp(s), sp.exp(sp.I * D * (s - t))]


def closed(integral: sp.Expr) -> sp.Expr:
    return evaluated(integral, RATES, set(), set())


def same_value(integral: sp.Expr, form: sp.Expr) -> None:
    at = {k: sp.Rational(7, 5), g: sp.Rational(3, 5), D: sp.Rational(9, 10), t: sp.Rational(4, 3)}
    (v, lo, hi), body = integral.limits[0], integral.function.xreplace(at)
    f = sp.lambdify(v, body, "mpmath")
    ends = [complex(sp.N(e.xreplace(at))).real if e.is_finite is not False else mpmath.mpf(float(e)) for e in (lo, hi)]
    points = [ends[0], *((-3, -1, 0, 1, 3) if lo is -sp.oo else ()), ends[1]]
    assert abs(mpmath.quad(f, points) - complex(form.xreplace(at))) < 1e-8


@settings(deadline=None)
@given(st.sampled_from(ABOVE), st.lists(st.sampled_from(POLYNOMIALS), min_size=1, max_size=2))
def test_rational_functions_on_the_line(above, below):
    integral = sp.Integral(above / sp.Mul(*below), (w, -sp.oo, sp.oo))
    form = closed(integral)
    growing = sp.degree(sp.expand(above), w) > sp.degree(sp.expand(sp.Mul(*below)), w) - 2
    assert form.has(sp.Integral) == growing
    if not growing:
        same_value(integral, form)


@pytest.mark.parametrize("body", DECAYS)
def test_what_decays_on_a_half_line(body):
    same_value(sp.Integral(body, (s, 0, sp.oo)), closed(sp.Integral(body, (s, 0, sp.oo))))
    assert closed(sp.Integral(body, (s, -sp.oo, 0))).has(sp.Integral)


@pytest.mark.parametrize("body", FINITE)
def test_polynomials_and_exponentials_over_finite_limits(body):
    same_value(sp.Integral(body, (s, 0, t)), closed(sp.Integral(body, (s, 0, t))))


@pytest.mark.parametrize(
    ("body", "limits"),
    [(1 / w**2, (w, -sp.oo, sp.oo)), (1 / (w**2 - k**2), (w, -sp.oo, sp.oo)), (w / (w**2 + k**2), (w, -sp.oo, sp.oo)),
     (1 / (w**2 + 2 * x * w + 1), (w, -sp.oo, sp.oo)), (1 / (w**2 + x), (w, -sp.oo, sp.oo)),
     ((1 + w) / (w**2 + k**2) ** 2, (w, 0, sp.oo)), (sp.exp(-x * s), (s, 0, sp.oo)), (sp.exp(k * s), (s, 0, sp.oo)),
     (s, (s, 0, sp.oo)), (sp.log(s), (s, 0, 1)), (sp.exp(sp.I * D * s), (s, 0, sp.oo)), (1 / s, (s, 1, 2))],
)  # fmt: skip
def test_what_has_no_value_or_no_known_one_stays(body, limits):
    assert closed(sp.Integral(body, limits)).has(sp.Integral)


def test_what_an_integral_rests_on_is_said():
    weak = Domains((("k", domain_of("nonnegative", "k")),))
    found = equal_numbers(sp.Integral(sp.exp(-k * s), (s, 0, sp.oo)), 1 / k, weak).found
    assert found.assumptions == ("k != 0", "k >= 0")
    for sign in (1, sp.sign(k)):  # at k = 0 the integral is 0, and no closed form holds
        lorentzian = sp.Integral(k / (k**2 + w**2), (w, -sp.oo, sp.oo))
        assert equal_numbers(lorentzian, sp.pi * sign, weak).found.status != "different"


@pytest.mark.parametrize(
    ("value", "printed", "found"),
    [
        ("sp.pi/(2*k)", "integral(1/(k^2 + s^2), s, 0, oo)", "exact"),
        ("2*sp.pi/k", "integral(1/((k/2 - I*(omega - s))*(k/2 + I*(omega - s))), s, -oo, oo)", "exact"),
        ("1/k", "integral(exp(-k*s), s, 0, oo)", "exact"), ("2/k", "integral(exp(-k*s), s, 0, oo)", "wrong"),
        ("(1 - sp.exp(-k*t))/k", "integral(exp(-k*(t - s)), s, 0, t)", "exact"),
        ("t**3/2", "integral(s^2, s, 0, t)", "wrong"), ("1/x", "integral(exp(-x*s), s, 0, oo)", "unchecked"),
        ("formal_integral(sp.exp(-k*s), s, 0, sp.oo)*b(t)", "b(t)/k", "exact"),
    ],
)  # fmt: skip
def test_an_integral_against_its_value(tmp_path, value, printed, found):
    assert verdict(tmp_path, value, f"u = {printed}") in (("misprint", "differs") if found == "wrong" else (found,))

"""The exact algebra proves identities, refutes what is false, and refuses what it can't hold."""

from __future__ import annotations

import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from cascade_sym.asymptotics import limit_of, limit_of_whole
from cascade_sym.definitions import Definitions
from cascade_sym.errors import OutsideExactDomain
from cascade_sym.exact import converter, equal, is_zero, normal_form
from cascade_sym.symbols import Domains
from cascade_sym.symbols.domains import domain_of

a, b, c, n, t, u, x = sp.symbols("a b c n t u x")
eps, I, sqrt = sp.Symbol("epsilon"), sp.I, sp.sqrt

QUARTER = domain_of((0, sp.pi / 2), "t")
RATE = domain_of("positive", "a")
DECLARED = Domains((("a", RATE), ("b", RATE), ("t", QUARTER), ("u", QUARTER)))  # of what leaves a root
IDENTITIES = [
    (sqrt(a * b) * sp.sin(t + u), sqrt(a) * sqrt(b) * (sp.sin(t) * sp.cos(u) + sp.cos(t) * sp.sin(u))),
    (sqrt(a * sp.sin(t) ** 2) * sqrt(b * sp.cos(u) ** 2), sqrt(a * b) * sp.sin(t) * sp.cos(u)),
    (sqrt(a / ((1 - eps) * b)), sqrt(a) / (sqrt(1 - eps) * sqrt(b))),
    (sqrt(a - a * eps), sqrt(a) * sqrt(1 - eps)),
    (sqrt(eps) * sqrt(1 - eps) ** 3, sqrt(eps) * (1 - eps) * sqrt(1 - eps)),
    (sqrt(c * a * (n + sp.Rational(1, 2))) ** 2, c * a * n + c * a / 2),
    (sp.exp(I * (t - u) / 2) * sp.exp(I * u), sp.exp(I * t / 2) * sp.exp(I * u / 2)),
    (sp.exp(I * t), sp.cos(t) + I * sp.sin(t)),
    (sp.exp(-2 * I * sp.atan(2 * a / b)), (b - 2 * I * a) ** 2 / (b**2 + 4 * a**2)),
    (sp.atan(a / b), -sp.atan(-a / b)),
    (sp.tan(2 * t), 2 * sp.tan(t) / (1 - sp.tan(t) ** 2)),
    (sp.cos(t - sp.pi / 4), (sp.cos(t) + sp.sin(t)) / sqrt(2)),
    (sp.cos(3 * t), 4 * sp.cos(t) ** 3 - 3 * sp.cos(t)),
    (sp.exp(-(a + b) * t), sp.exp(-a * t) * sp.exp(-b * t)),
    (sp.sinh(a), (sp.exp(a) - sp.exp(-a)) / 2),
    (sqrt(6) * sqrt(10), 2 * sqrt(15)),
    (sqrt(1 + sqrt(a)) ** 2, 1 + sqrt(a)),
    (sqrt(sqrt(a)), a ** sp.Rational(1, 4)),
    (a ** sp.Rational(2, 3) * a ** sp.Rational(1, 3), a),
    (1 / (1 + I * a), (1 - I * a) / (1 + a**2)),
    (sp.Float(0.25) * a, a / 4),
]


@pytest.mark.parametrize(("left", "right"), IDENTITIES, ids=lambda e: str(e)[:40])
def test_identities_are_proved(left, right):
    assert equal(left, right, DECLARED)
    assert normal_form(left - right, DECLARED) == 0


@pytest.mark.parametrize(("left", "right"), IDENTITIES, ids=lambda e: str(e)[:40])
def test_a_small_change_is_refuted(left, right):
    assert not equal(left, right + sp.Rational(1, 10**12) * a, DECLARED)
    assert not equal(left, -right, DECLARED)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (sqrt(a + b), sqrt(a) + sqrt(b)),
        (sqrt(a**2 + b**2), a + b),
        (sp.sin(2 * t), 2 * sp.sin(t)),
        (sqrt(1 - eps), 1 - eps / 2),
        (sp.exp(I * t), sp.exp(-I * t)),
        (sqrt((a - b) ** 2), a - b),
    ],
)
def test_false_identities(left, right):
    assert not equal(left, right)


def test_a_false_identity_that_double_precision_would_pass():
    """sin x = x up to rounding at every point the numeric filter looks at, when scaled down far enough."""
    tiny = sp.Rational(1, 10**40)
    assert not is_zero(tiny + a - a)
    assert not is_zero((a + b) ** 2 - a**2 - 2 * a * b - b**2 + tiny)


@pytest.mark.parametrize(
    "outside", [sp.log(a), sp.gamma(a), sp.zeta(a), a**b, sp.Function("f")(a), sp.cos(sp.pi / 7) * a]
)
def test_what_can_not_be_held_is_an_error(outside):
    with pytest.raises(OutsideExactDomain):
        normal_form(outside)


def test_domain_says_its_relations():
    conv, _ = converter([sqrt(1 - eps) * sqrt(eps), I * a])
    text = str(conv.field)
    assert "(I)^2 = -1" in text and "(sqrt(1 - epsilon))^2 = 1 - epsilon" in text


@pytest.mark.parametrize(
    ("e", "limit"),
    [
        ((a * x + 1) / (2 * x + 3), a / 2),
        (1 / (1 + x), 0),
        (sqrt(x * a) * sqrt(x) / (x + b), sqrt(a)),
        ((x + 1) / (sqrt(x) + 1) / sqrt(x), 1),
    ],
)
def test_limits(e, limit):
    assert equal(limit_of(e, x, sp.oo), limit)
    assert limit_of(a, x, sp.oo) == a
    assert limit_of_whole(x**2, Definitions(), {x: sp.oo}) == sp.oo


polynomials = st.recursive(
    st.sampled_from(
        [a, b, sqrt(a), sqrt(b), sp.sin(t), sp.cos(t), I, sqrt(1 - eps), sp.Integer(2), sp.Rational(-1, 3)]
    ),
    lambda inner: st.tuples(inner, inner, st.sampled_from("+-*")).map(
        lambda p: {"+": p[0] + p[1], "-": p[0] - p[1], "*": p[0] * p[1]}[p[2]]
    ),
    max_leaves=8,
)


@given(polynomials, polynomials)
def test_ring_laws(p, q):
    assert equal((p + q) ** 2, p**2 + 2 * p * q + q**2)
    assert equal(p * (q + 1), p * q + p)
    assert equal(normal_form(p), p)


@given(polynomials, polynomials)
def test_equal_agrees_with_numbers(p, q):
    """Two random expressions are equal exactly when they agree at a random point, to 60 digits."""
    point = {a: sp.Rational(3, 7), b: sp.Rational(5, 11), t: sp.Rational(2, 3), eps: sp.Rational(1, 5)}
    difference = abs(sp.N((p - q).subs(point), 60, maxn=500))
    assert equal(p, q) == (difference < sp.Float("1e-40"))

"""Limits of one and several parameters, held against mpmath along many paths to infinity."""

from __future__ import annotations

import random
from fractions import Fraction

import mpmath as mp
import numpy as np
import pytest
import sympy as sp

from cascade_sym.asymptotics import expand, scaling
from cascade_sym.asymptotics.infinite import in_the_limit, limit_of
from cascade_sym.definitions import Definitions, Quantity
from cascade_sym.errors import NoLimit, OutsideExactDomain, ParameterError, ScalingError

a, b, c, x, y, n = sp.symbols("a b c x y n")
oo, sqrt, pi = sp.oo, sp.sqrt, sp.pi
R = sp.Rational
RNG = random.Random(14)


def paths(count: int = 12):
    """Values of a, b and c far out, on all scales relative to each other, and close together."""
    big = mp.mpf(10) ** 60
    special = [(big, big, big), (big, big + 1, 2 * big), (big, big**2, big**3), (big**3, big, big), (big, mp.log(big), big)]
    special += [(mp.log(big), big, big**2), (big, big + sqrt(2), big), (big, big + 1 / big, big), (big**2, big, 3 * big)]
    special += [(big, big ** mp.mpf("0.17"), big), (big ** mp.mpf("0.17"), big, big)]
    for _ in range(count):
        scale = [mp.mpf(RNG.choice((1, 1, RNG.uniform(0.4, 3)))) for _ in range(3)]
        special.append(tuple(RNG.uniform(0.2, 5) * big**s for s in scale))
    return [tuple(mp.mpf(v) if not isinstance(v, sp.Expr) else mp.mpf(sp.N(v, 300)) for v in p) for p in special]


def on_paths(e, symbols, least=0):
    """Values far out; only where all parameters exceed `least`."""
    with mp.workdps(700):
        f = sp.lambdify((a, b, c), e, ["mpmath", {"Max": max, "Min": min, "Abs": abs, "sign": mp.sign, "atan2": mp.atan2}])
        return [f(*p) for p in paths() if min(p) > least]


PROVED = [
    ((a + b) / (a + b + 1), 1), (a * b / (a * b + a + b), 1), (1 / (a + b), 0), ((a + b) / (a * b), 0),
    (a * b / (a**3 + b**3), 0), ((a**2 + b**2) / (a**2 * b + a * b**2), 0), ((2 * a * b + b**2) / (a * b + b**2 / 2 + 3), 2),
    (sqrt(a * b + a) / sqrt(a * b), 1), (sqrt((a + b) / (4 * a + 4 * b + 1)), R(1, 2)), ((a + b + c) / (a * b * c), 0),
    (a * b * c / (a * b * c + a * b + c), 1), ((sqrt(a**2 + a) - a) * b / (b + 3), R(1, 2)), (sp.tanh(a * b), 1),
    (sp.atan(a * b / (a + b)), pi / 2), (a * sp.atan(1 / a) * b / (b + 1), 1), (1 / (a * b * sp.atan(1 / (a * b))), 1),
    (a * sp.sin(1 / a + 1 / (a * b)), 1), (sp.exp(-a * b) + sp.exp(-1 / a), 1), (sp.coth(a) * sp.tanh(b), 1),
    (1 / sp.log(a + b), 0), (sp.Max(1 / a, 1 / b), 0), (sp.Abs(1 / a - 1 / b), 0), (sp.atan2(1, -a * b), pi),
    (sp.cos(1 / a + pi / 3) + sp.sin(1 / b), R(1, 2)), (sp.log(2 + 1 / a + 1 / b) / sp.log(2), 1), (1 / (1 + sqrt(a + b)), 0),
    ((a + b) ** R(1, 3) / ((a + b) ** R(1, 3) + 5), 1), (sp.sign(a + b - 10) + sp.sign(-a), 0), (sp.acos(a / (1 + a)) / b, 0),
    (sp.asinh(a * b) / (1 + sp.asinh(a * b)), 1), (sp.exp(2 * a + 2 * b) / (sp.exp(2 * a + 2 * b) + sp.exp(a + b)), 1),
    (a * b**2 * sp.exp(-a - b), 0), (sp.log(a) / a + sp.exp(-a), 0), (sp.sinh(a) / (sp.sinh(a) + a**3) + 1 / b, 1),
    (sp.asin((a + b) / (2 * a + 2 * b + 1)), pi / 6), (sp.sec(1 / a) + sp.cot(pi / 4 + 1 / b), 2), ((a - 1 / b) / a, 1),
]  # fmt: skip
REFUSED = [
    a * b / (a**2 + b**2), a / (a + b), a / b, sp.atan(a / b), sp.Min(a, b) / (a + b), sqrt(a**2 + b) - a,
    sp.tanh(a - b), sp.atan2(a, b), a**2 * b / (a**4 + b**2), (a - b) / (a + b), sp.exp(sp.log(a) - sp.log(b)),
    sqrt(a + b) / sqrt(a), a * sp.exp(-b), sp.log(a + b) / a, sp.log(a) / sp.log(b), (a + b + 1) / (a + 2 * b), a * (1 / (a + 1 / b) - 1 / (a + 1 / a)) * a * b, sp.sign(a - b),
]  # fmt: skip


@pytest.mark.parametrize(("e", "limit"), PROVED, ids=str)
def test_joint_limits_that_exist(e, limit):
    given = {s: oo for s in (a, b, c) if s in e.free_symbols}
    found = in_the_limit(Quantity("f", e), given).expr
    assert sp.simplify(found - limit) == 0
    backwards = dict(reversed(given.items()))
    assert in_the_limit(Quantity("f", e), backwards).expr == found
    for value in on_paths(e, given):
        assert abs(value - mp.mpf(sp.N(limit, 30))) < 0.1, value  # logarithms are slow


@pytest.mark.parametrize("e", REFUSED, ids=str)
def test_joint_limits_that_depend_on_the_path(e):
    with pytest.raises(NoLimit, match=r"depends on the path|not proved") as first:
        in_the_limit(Quantity("f", e), {a: oo, b: oo})
    with pytest.raises(NoLimit) as second:
        in_the_limit(Quantity("f", e), {b: oo, a: oo})
    assert str(first.value) == str(second.value)
    values = on_paths(e, (a, b))
    assert max(values) - min(values) > 0.01  # the table is right


def random_form():
    """A ratio of sums of monomials in a and b, with roots of some."""
    def monomial():
        return RNG.choice((1, 2, 3, R(1, 2))) * a ** RNG.choice((0, 0, R(1, 2), 1, 2)) * b ** RNG.choice((0, 0, R(1, 2), 1, 2))

    def total(signs=(1,)):
        return sum(RNG.choice(signs) * monomial() for _ in range(RNG.randint(1, 4)))

    above, below = total((1, 1, -1)), total()
    if RNG.random() < 0.4:
        above = sqrt(total()) + above
    if RNG.random() < 0.3:
        below = sqrt(total()) * below
    e = above / below
    return sp.atan(e) if RNG.random() < 0.2 else e


def test_random_joint_limits():
    """Whatever is claimed holds on all paths; it is claimed often enough to be of use."""
    proved = tried = 0
    while tried < 40:
        e = random_form()
        if not {a, b} <= e.free_symbols:
            continue
        tried += 1
        try:
            found = in_the_limit(Quantity("f", e), {a: oo, b: oo}).expr
        except NoLimit:
            continue
        proved += 1
        limit = mp.mpf(sp.N(found, 30))
        assert all(abs(v - limit) < 0.1 * (1 + abs(limit)) for v in on_paths(e, (a, b), 1e6)), (e, found)
    assert proved > 8


SINGLE = [
    (1 / (n * sp.atan(1 / n)), 1), (sp.atan(n), pi / 2), (n * (pi / 2 - sp.atan(n)), 1), (sp.tanh(n), 1), (sp.exp(-n), 0),
    (sp.atan(2 + 1 / n), sp.atan(2)), (sp.log(4 + 1 / n) - 2 * sp.log(2), 0), (n * (sp.log(4 + 1 / n) - 2 * sp.log(2)), R(1, 4)),
    (sp.acos(1 - 1 / n) * sqrt(n), sqrt(2)), (sp.asin(sqrt(n / (n + 1))), pi / 2), (n * sp.sinh(3 / n), 3), (sp.sign(-n), -1),
    (sqrt(n + x) - sqrt(n), 0), (n * (sqrt(n**2 + x) - n), x / 2), (sqrt(n**2 + n) - sqrt(n**2 - n), 1),
    ((n**3 + x * n**2) ** R(1, 3) - n, x / 3), (sp.sin(x + 1 / n), sp.sin(x)), (n * (sp.sin(x + 1 / n) - sp.sin(x)), sp.cos(x)),
    (sp.exp(x + 1 / n) * sp.exp(-x), 1), ((1 + x / n) ** n, sp.exp(x)), (sp.Abs(x - n) / n, 1), (sp.Max(n, x) / (n + 1), 1),
    (n / (sp.exp(n) + n), 0), (n**3 * sp.exp(-n) + sp.log(n) ** 5 / n, 0), (sp.sin(n), None), (sp.cos(n) ** 2 + sp.sin(n) ** 2, None),
    (sp.log(n), None), (n**2 / (n + 1), None), (sp.atanh(n), None), (sp.acos(n), None), (sqrt(-n), None), ((-1) ** n, None),
    (n * (sp.sin(x) ** 2 + sp.cos(x) ** 2 - 1) + 1, 1), (n * (sp.sin(2 * x) - 2 * sp.sin(x) * sp.cos(x)) + 1, None),
]  # fmt: skip


@pytest.mark.parametrize(("e", "limit"), SINGLE, ids=str)
def test_single_limits(e, limit):
    if limit is None:
        with pytest.raises(ScalingError):
            limit_of(e, n, oo)
        return
    found = limit_of(e, n, oo)
    assert sp.simplify(found - limit) == 0
    with mp.workdps(200):
        value = sp.lambdify((n, x), e, ["mpmath", {"Max": max, "sign": mp.sign}])(mp.mpf(10) ** 30, mp.mpf(3) / 7)
        assert abs(value - mp.mpf(sp.N(sp.sympify(limit).subs(x, R(3, 7)), 50))) < mp.mpf(10) ** -12


def test_a_definition_is_not_replaced_by_its_limit_where_that_is_not_continuous():
    for d, e, limit in (
        (1 / n, (n * y + 1) / (n * y + 2), R(2, 3)),
        (2 + 1 / n, n * (y - 2), 1),
        (2 + 1 / n, n * y - 2 * n + y, 3),
        (x + 1 / n, n * (y - x) + y, 1 + x),
        (sp.sin(1 / n), y * n, 1),
    ):
        q = Quantity("f", e, Definitions(((y, d),)))
        assert sp.simplify(in_the_limit(q, {n: oo}).inline() - limit) == 0
    kept = in_the_limit(Quantity("f", y**2 + y, Definitions(((y, x + 1 / n),))), {n: oo})
    assert sp.expand(kept.expr) == y**2 + y and kept.definitions[y] == x


def test_negative_infinity():
    assert limit_of((n + sp.Abs(n) + 1) * sp.atan(n), n, -oo) == -pi / 2
    assert in_the_limit(Quantity("f", sp.tanh(a * b)), {a: -oo, b: oo}).expr == -1


def test_in_scalings_the_order_of_values_does_not_matter():
    f = (a + 1) * b / (a * b + a + x) + x / (n * x**2) + x
    results = [scaling(f, large=n, over=[x], at=at).exponent for at in ({a: oo, b: oo}, {b: oo, a: oo})]
    assert results[0] == results[1] == scaling(f, large=n, over=[x], at={a: 10**9, b: 10**9}).exponent == 0
    g = a / (a + b) + x + 1 / (n * x)
    with pytest.raises(NoLimit, match=r"first a, then b gives .*; first b, then a gives"):
        scaling(g, large=n, over=[x], at={a: oo, b: oo})


def test_functions_in_expansions_are_never_constants():
    assert expand(1 / (n * sp.atan(1 / n)), large=n, terms=2).terms == ((1, 0), (R(1, 3), -2))
    assert expand(sp.asinh(x) + sp.atanh(x), large=x, limit=0, terms=2).terms == ((2, 1), (R(1, 6), 3))
    assert expand(sp.Abs(x - 2 * sqrt(x)), large=x, limit=0, terms=2).terms == ((2, R(1, 2)), (-1, 1))
    assert expand(sp.asin(1 - x) - sp.pi / 2 - sp.acot(1 / x), large=x, limit=0, terms=1).terms == ((-sqrt(2), R(1, 2)),)
    assert expand(sp.Max(x, x**2) + sp.sign(x) + sp.coth(x), large=x, limit=0, terms=2).terms == ((1, -1), (1, 0))
    for e in (sp.log(x), sp.exp(1 / x), sp.sin(1 / x), sp.acos(2 + x), sp.tanh(1 / x), sp.log(2 + x), sp.atan(2 + x)):
        with pytest.raises(ScalingError):
            expand(e, large=x, limit=0)
    with pytest.raises(OutsideExactDomain):
        expand(sp.besselj(0, x) + x, large=x, limit=0)
    with pytest.raises(OutsideExactDomain, match="real"):
        expand(sp.I * x, large=x, limit=0)


def test_numbers_of_every_kind():
    f = y * x + 1 / (n * x)
    for given in (0.5, np.float64(0.5), np.float32(0.5), Fraction(1, 2), R(1, 2), "1/2", "0.5", sp.Float("0.5")):
        assert scaling(f, large=n, over=[x], at={"y": given}).prefactor.expr() == sqrt(2)
    tenth = scaling(f, large=n, over=[x], at={y: 0.1}).prefactor.expr()
    assert tenth == scaling(f, large=n, over=[x], at={y: np.float32(0.1)}).prefactor.expr() == 2 / sqrt(10)
    one = scaling(f, large=n, over=[x], at={y: np.int64(2)}, bounds={x: (0, np.float64(1e3))})
    assert one.prefactor.expr() == 2 * sqrt(2)
    for bad in (True, float("nan"), [1], object()):
        with pytest.raises(ParameterError):
            scaling(f, large=n, over=[x], at={y: bad})


def test_a_parameter_is_its_name():
    plain, positive = sp.Symbol("y"), sp.Symbol("y", positive=True)
    f = plain * x + positive / (n * x)
    assert scaling(f, large=n, over=["x"], at={"y": 2}).prefactor.expr() == 4
    assert scaling(f, large=sp.Symbol("n", positive=True), over=[sp.Symbol("x", real=True)], at={plain: 2}).prefactor.expr() == 4

"""Formulas in few operations: equal, never longer, the same every time, with their poles."""

from __future__ import annotations

import statistics
from fractions import Fraction

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import cascade_sym as cs
from cascade_sym.definitions.count import operations
from cascade_sym.errors import DuplicateName, ParameterError
from tests.benchmarks.compact import measured
from tests.compact.published import SYSTEMS, two_oscillators

x, y, z, w = sp.symbols("x y z w")
kappa, gamma, G, n, omega = sp.symbols("kappa gamma G n omega")


def quantity(e: sp.Expr, **domains: str) -> cs.Quantity:
    return cs.Quantity("q", e.subs({sp.Symbol(k): cs.symbol(k, d) for k, d in domains.items()}))


# -- against published forms ------------------------------------------------------------------------------------


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda s: s.name.replace(" ", "_"))
def test_as_short_as_published(system):
    row = measured(system)
    assert cs.equal(row.found, system.form)
    assert row.ratio <= 2, row.found.expr


def test_median_against_published_forms():
    assert statistics.median(measured(s).ratio for s in SYSTEMS) <= 1.3


def test_two_oscillators_with_their_baths():
    """Closed form for any damping; without damping it is the published one, for any frequency and coupling."""
    q = two_oscillators(bath=True)
    found = q.simplified()
    assert cs.equal(q, found) and 10 * found.operations < q.operations
    G_m, G_p = sp.symbols("G_m G_p")
    assert cs.equal(found.inline().subs(sp.Symbol("gamma"), 0), (G_m - G_p) / (G_m + G_p))


# -- the count --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("e", "length"),
    [
        (x, 0), (sp.Rational(3, 2), 0), (-x, 1), (x + y, 1), (x - y, 1), (-x - y, 2), (x / 2, 1), (x / y, 1),
        (1 / (2 * x), 1), (3 * x * y / z, 3), (x**2, 1), (x**-2, 2), (sp.sqrt(x), 1), (1 / sp.sqrt(x), 2),
        (x / (y * z), 2), (sp.exp(-x), 2), (sp.cos(2 * x), 2), ((x + y) ** 2 / z, 3), (sp.I * x, 1), (x**y, 1),
        (1 / (kappa / 2 - sp.I * omega), 4),
    ],
)  # fmt: skip
def test_operations(e, length):
    assert operations(e) == length == cs.Quantity("q", e).operations


# -- forms ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("e", "expected"),
    [
        ((x**2 - y**2) / (x - y), x + y),
        (x**2 + 2 * x * y + y**2 + z, (x + y) ** 2 + z),
        (sp.exp(2 * x) / 2 + sp.exp(-2 * x) / 2, sp.cosh(2 * x)),
        (sp.exp(sp.I * x) * sp.exp(sp.I * y) / 2 + sp.exp(-sp.I * x) * sp.exp(-sp.I * y) / 2, sp.cos(x + y)),
        (sp.cos(x) ** 2 - sp.sin(x) ** 2, sp.cos(2 * x)),
        ((kappa + 2 * sp.I * omega) / (kappa**2 + 4 * omega**2), 1 / (kappa - 2 * sp.I * omega)),
        (x + x * y + x * y * z, x * (y * (z + 1) + 1)),
    ],
)
def test_forms(e, expected):
    found = quantity(e).simplified()
    assert cs.equal(found, e) and found.operations <= operations(expected), found.expr


def test_a_pole_stays_a_pole():
    chi = 1 / (kappa / 2 - sp.I * omega)
    for e in (chi, chi / (gamma / 2 - sp.I * omega), G * chi + G**2 * chi**2):
        found = quantity(e, kappa="positive", gamma="positive").simplified()
        below = sp.fraction(sp.together(found.inline()))[1]
        assert sp.expand(below).subs(omega, -sp.I * kappa / 2) == 0  # the pole is there
        assert sp.expand(below).subs(omega, sp.I * kappa / 2) != 0  # and no second one


def test_nothing_new_is_divided_by():
    """1/(h + g/f) is f/(f h + g) only where f is not zero."""
    e = x / (x * (y + z) + w)
    assert quantity(e).simplified().inline().subs(x, 0) == 0
    short = quantity(e, x="positive").simplified()
    assert cs.equal(short, e, domains={"x": "positive"})


def test_a_fraction_that_was_cancelled_is_said():
    q = quantity((x**2 - y**2) / (x - y)).simplified()
    assert q.expr == x + y and any("!= 0" in a for a in q.assumptions)


def test_what_repeats_has_a_name():
    root = sp.sqrt(x**2 + y * z + z**2)
    found = quantity((x + root) / (y - root) + sp.exp(root)).simplified()
    assert found.operations < operations((x + root) / (y - root) + sp.exp(root))


def test_what_the_algebra_cannot_hold_is_left_alone():
    e = sp.log(x) * (x + y) + x**sp.pi
    q = cs.Quantity("q", e)
    assert q.simplified() == q
    q = cs.Quantity("q", 0.5 * x + 0.5 * x * y)
    assert q.simplified() == q


# -- properties -------------------------------------------------------------------------------------------------

EXAMPLES = max(settings().max_examples // 8, 5)  # a formula takes up to seconds
numbers = st.integers(-3, 3)
atoms = st.sampled_from([x, y, z, w])


@st.composite
def formulas(draw):
    """Rational functions with repeated factors and squares, some with a root."""
    linear = lambda: draw(atoms) + draw(numbers) * draw(atoms) + draw(numbers)  # noqa: E731
    e = sp.S.Zero
    for _ in range(draw(st.integers(1, 2))):
        term = draw(numbers) * linear() * linear() ** draw(st.integers(0, 2))
        e += term / (linear() ** 2 + draw(st.integers(1, 4)) + draw(atoms) ** 2)
    return e * sp.sqrt(1 + draw(atoms) ** 2) + draw(atoms) if draw(st.booleans()) else e


@settings(max_examples=EXAMPLES, deadline=None)
@given(formulas(), st.lists(st.fractions(-4, 4, max_denominator=9), min_size=4, max_size=4))
def test_random_formulas(e, values):
    q = cs.Quantity("q", e)
    found = q.simplified()
    assert found.operations <= q.operations
    assert found.simplified() == found == q.simplified()
    at = {s: sp.Rational(v.numerator, v.denominator) for s, v in zip((x, y, z, w), map(Fraction, values), strict=True)}
    before, after = e.subs(at), found.inline().subs(at)
    if before.is_finite and after.is_finite:
        assert abs(sp.N(before - after, 40)) < sp.Float("1e-30") * (1 + abs(sp.N(before, 40)))


# -- names ------------------------------------------------------------------------------------------------------

COOLED = gamma * n * (4 * G**2 + kappa**2 + kappa * gamma) / ((kappa + gamma) * (4 * G**2 + kappa * gamma))


def test_names_stand_in_the_result(tmp_path):
    q = quantity(COOLED, kappa="positive", gamma="positive")
    found = q.with_names({"Gamma_opt": 4 * G**2 / kappa})
    name = sp.Symbol("Gamma_opt")
    assert found.definitions[name] == 4 * G**2 / kappa and name in found.expr.free_symbols
    assert G not in found.expr.free_symbols and cs.equal(q, found)
    assert operations(found.expr) < q.simplified().operations
    point = dict(G=0.3, kappa=1.2, gamma=0.1, n=4.0)
    assert abs(float(cs.evaluator(found)(**point)) - float(cs.evaluator(q)(**point))) < 1e-12
    assert cs.load(cs.save(found, tmp_path / "found.json") or tmp_path / "found.json") == found
    assert "opt" in found._repr_latex_()


def test_a_name_can_use_another_and_one_that_does_not_help_is_left_out():
    q = quantity(COOLED, kappa="positive", gamma="positive")
    found = q.with_names({"Gamma_opt": 4 * G**2 / kappa, "u": x + y})
    assert [s.name for s, _ in found.definitions] == ["Gamma_opt"]
    assert q.with_names({"u": x + y}) == q
    assert q.with_names({}) == q


def test_a_root_can_be_named():
    q = cs.Quantity("q", (x**2 - y**2) / (x**2 - y**2 + z**2))
    found = q.with_names({"R": sp.sqrt(x**2 - y**2)})
    assert cs.equal(found.inline(), q.inline()) and found.expr.has(sp.Symbol("R"))


@pytest.mark.parametrize(
    ("names", "error"),
    [
        ({"kappa": 4 * G**2}, DuplicateName),
        ({"u": sp.Symbol("u") + 1}, DuplicateName),
        ({"u": 3}, ParameterError),
        ([("u", G)], ParameterError),
    ],
)
def test_wrong_names(names, error):
    with pytest.raises(error):
        cs.Quantity("q", COOLED).with_names(names)

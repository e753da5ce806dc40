"""Symbols are read once, by name, and what they declare goes along."""

from __future__ import annotations

import pickle
from itertools import pairwise

import numpy as np
import pytest
import sympy as sp

import cascade_sym as cs
from cascade_sym.errors import DomainConflict, ParameterError
from cascade_sym.operators import Op
from cascade_sym.symbols import Domains, domains_in, expression

G, n, k = sp.symbols("G n kappa")


@pytest.mark.parametrize(
    ("domain", "assumptions", "inside", "outside"),
    [
        ("nonnegative", {"nonnegative": True}, [0, 2], [-1]),
        ("positive", {"positive": True}, [1], [0, -1]),
        ("integer", {"integer": True}, [-2, 3], [sp.Rational(1, 2)]),
        ((0, 1), None, [0, sp.Rational(1, 3), 1], [-1, 2, sp.sqrt(2)]),
        (("-oo", "0.5"), None, [-100, sp.Rational(1, 2)], [1]),
        ("real", {"real": True}, [-1, 2], [sp.I]),
    ],
)
def test_declared_domains_are_checked_where_numbers_are_put_in(domain, assumptions, inside, outside):
    forms = [cs.symbol("x", domain)] + ([sp.Symbol("x", **assumptions)] if assumptions else [])
    for x in forms:
        q = cs.Quantity("q", 1 + x**2)
        assert expression(x) == sp.Symbol("x") and q.expr == 1 + sp.Symbol("x") ** 2
        for value in inside:
            assert q.subs({"x": value}).inline() == 1 + value**2
            assert cs.exact_value(q, {"x": value})
        for value in outside:
            with pytest.raises(ParameterError):
                q.subs({"x": value})
            with pytest.raises(ParameterError):
                cs.exact_value(q, {x: value})
    assert len({cs.Quantity("q", x).assumptions for x in forms}) == 1


def test_evaluators_count_points_outside_a_declared_range():
    f = cs.evaluator(cs.symbol("x", (0, 1)) + cs.symbol("y", "positive"))
    with pytest.warns(RuntimeWarning, match="2 of 4 points"):
        values = f(x=np.array([0.0, 0.5, 1.5, 1.0]), y=np.array([1.0, 1.0, 1.0, 0.0]))
    assert np.isnan(values).tolist() == [False, False, True, True]


def test_ranges_are_symbols_that_can_be_stored():
    x = cs.symbol("x", (0, 1))
    assert pickle.loads(pickle.dumps(x)) == x and x != cs.symbol("x", (0, 2)) and x - cs.symbol("x", (0, 1)) == 0
    with pytest.raises(ParameterError, match="domain of x"):
        cs.symbol("x", (1, 0))
    with pytest.raises(ParameterError, match="domain of x"):
        cs.symbol("x", "small")


KINDS = {
    "plain": {}, "real": {"real": True}, "positive": {"positive": True}, "nonnegative": {"nonnegative": True},
    "integer": {"integer": True},
}  # fmt: skip


@pytest.mark.parametrize(("first", "second"), [*pairwise(KINDS), ("plain", "positive"), ("integer", "nonnegative")])
def test_two_symbols_of_one_name_are_one_parameter(first, second):
    a, b = (sp.Symbol("x", **KINDS[kind]) for kind in (first, second))
    assert cs.equal(a, b) and cs.is_zero(a - b) and cs.normal_form(a + b) == 2 * sp.Symbol("x")
    assert cs.Quantity("q", a * b).parameters == (sp.Symbol("x"),)
    assert cs.evaluator(a + b)(x=2.0) == 4.0
    c = cs.operator("c")
    system = cs.SLH("s", H=a * c.dagger() * c - b * c.dagger() * c, ports={"light": sp.sqrt(a) * c}).system()
    assert system.parameters == (sp.Symbol("x"),) and cs.is_physical(system)
    both = cs.Cavity("d", kappa=a) >> cs.Cavity("e", kappa=2 * b)
    assert cs.covariance(both)["X_e", "X_e"].inline() == sp.Rational(1, 2)
    assert cs.expand(a * G + 1 / b, large=G).terms[0][0] == sp.Symbol("x")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (sp.Symbol("x", positive=True), sp.Symbol("x", negative=True)),
        (cs.symbol("x", (0, 1)), cs.symbol("x", (2, 3))),
        (sp.Symbol("x", complex=True), sp.Symbol("x")),
        (cs.symbol("x", "complex"), cs.symbol("x", "positive")),
    ],
)
def test_contradictions_are_refused(first, second):
    for make in (
        lambda: cs.Quantity("q", first + second),
        lambda: cs.equal(first, second),
        lambda: cs.evaluator([first, second]),
        lambda: cs.SLH("s", H=0, ports={"light": first * cs.operator("c"), "dark": second * cs.operator("c")}).system(),
    ):
        with pytest.raises(DomainConflict, match="x"):
            make()


def test_systems_carry_what_parts_and_symbols_declare():
    eta, rate = cs.symbol("eta", (0, 1)), cs.symbol("k", "positive")
    system = (cs.Cavity("c", kappa=rate) >> cs.Loss(eta) >> cs.Cavity("d", kappa=G - n)).system()
    assert {"eta >= 0", "eta <= 1", "k > 0", "G - n >= 0"} <= set(system.assumptions)
    V = cs.covariance(system)
    assert "k > 0" in V.assumptions
    with pytest.raises(ParameterError):
        system.subs({"eta": 2})
    with pytest.raises(ParameterError):
        system.subs({"G": 1, "n": 2})
    halved = system.subs({"eta": cs.symbol("y", "nonnegative") / 2})
    assert {"y >= 0", "1 - y/2 >= 0"} <= set(halved.assumptions)
    seen = cs.noise_spectrum(system, cs.Quadrature(0, efficiency=cs.symbol("e", (0, 1))))
    assert {"e >= 0", "e <= 1"} <= set(seen.assumptions)
    assert cs.epr_variance(
        cs.covariance(cs.Oscillator("a", gamma=1) >> cs.Oscillator("b", gamma=1)), "a", "b", g=cs.symbol("g", "positive")
    ).assumptions[0] == "g > 0"  # fmt: skip


def test_complex_parameters_stay_complex():
    for x in (cs.symbol("x", "complex"), sp.Symbol("x", complex=True), sp.Symbol("x", complex=True, finite=True)):
        f = cs.evaluator(sp.Abs(x) ** 2 + x)
        assert f(x=1 + 2j) == pytest.approx(6 + 2j)
        c, d = cs.operator("c"), cs.operator("d")
        H = x * c.dagger() * d + sp.conjugate(x) * d.dagger() * c
        assert cs.is_physical(cs.SLH("s", H=H, ports={"light": sp.sqrt(k) * c}))


def test_a_substitution_never_captures_a_definition():
    V = cs.covariance(cs.Oscillator("S", gamma=1, n=n))
    q = V["X_S", "X_S"]
    (name,) = {s.name for s, _ in q.definitions} & {"gamma_S"}
    moved = q.subs({"Gamma_SB": sp.Symbol(name), "n": 0})
    at = {"Gamma_SP": sp.Rational(1, 3), name: 2}
    assert moved.subs(at).inline() == q.subs({"Gamma_SB": 2, "n": 0, "Gamma_SP": sp.Rational(1, 3)}).inline()
    assert sp.Symbol(name) in moved.parameters
    two = cs.covariance(cs.Oscillator("S", -1, gamma=1) >> cs.Oscillator("M", gamma=1))
    values = {s.name: sp.Rational(1, 3 + i) for i, s in enumerate(two.parameters)} | {"Gamma_SP": 0, "Gamma_MP": 0}
    weighed = cs.epr_variance(two, "S", "M", g=2 * sp.Symbol("gamma_S")).subs({**values, "gamma_S": 1}).inline()
    assert cs.equal(weighed, cs.epr_variance(two, "S", "M", g=2).subs(values).inline())


def test_parameters_that_dropped_out_may_be_given():
    system = (cs.Oscillator("S", -1, gamma=1) >> cs.Oscillator("M", gamma=1)).system()
    V = cs.covariance(system)
    assert sp.Symbol("n_M") not in V["X_S", "X_S"].parameters
    assert V["X_S", "X_S"].subs({"n_M": 1}).expr == V["X_S", "X_S"].expr
    once = V.subs({"n_M": 1})
    assert once.subs({"n_M": 2}).elements == once.elements


def test_domains_compose():
    x = domains_in(cs.symbol("x", (0, 2)), cs.symbol("x", (1, 3)), sp.Symbol("y", positive=True))
    assert x.assumptions == ("x >= 1", "x <= 2", "y > 0")
    assert x.merged(Domains()) == x and x.about([sp.Symbol("y")]).assumptions == ("y > 0",)


def test_what_is_real_is_its_own_conjugate():
    phi, z = sp.Symbol("phi"), sp.Symbol("z", complex=True)
    turned = G * sp.exp(sp.I * phi) / (k + sp.I * n)
    for given, read in (
        (sp.conjugate(G), G), (sp.re(G) + sp.I * sp.im(G), G), (sp.conjugate(sp.sqrt(G)), sp.conjugate(sp.sqrt(G))),
        (sp.conjugate(sp.sqrt(cs.symbol("G", (0, 1)))), sp.sqrt(G)),
        (sp.conjugate(turned), G * sp.exp(-sp.I * phi) / (k - sp.I * n)), (sp.Abs(G - n) ** 4, (G - n) ** 4),
        (sp.re(sp.Symbol("G", positive=True) * sp.conjugate(G)), G**2), (sp.im(G * n + sp.I * k), k),
        (sp.Abs(G), sp.Abs(G)), (sp.conjugate(z), sp.conjugate(z)), (sp.re(sp.sqrt(z)), sp.re(sp.sqrt(z))),
    ):  # fmt: skip
        assert expression(given) == read and expression(read) == read
    a, b = cs.operator("a"), cs.operator("b")

    def system(star, rate):
        H = star(turned) * a.dagger() * b + turned * b.dagger() * a + star(G) * a.dagger() * a
        return cs.SLH("s", H=H, ports={"light": sp.sqrt(rate) * a}, baths={"bath": (sp.sqrt(star(n)) * b, star(n))})

    assert system(sp.conjugate, sp.re(k)).system() == system(cs.symbols.conj, k).system()


def test_the_conjugate_of_a_root_follows_from_declared_signs():
    root, q = sp.sqrt(G), cs.Quantity("q", sp.conjugate(sp.sqrt(G)))
    assert cs.equal(q, root).status == "different" and cs.equal(sp.conjugate(root), root).status == "different"
    assert cs.equal(q, root, domains={"G": "nonnegative"}).assumptions == ("G >= 0",)
    assert cs.equal(q, -root, domains={"G": ("-oo", 0)}).assumptions == ("G <= 0",)
    assert cs.exact_value(q, {"G": 4})[0] == cs.exact_value(root, {"G": 4})[0]
    a = cs.operator("a")  # as a coefficient of operators it is an amplitude, and that is declared
    part = cs.SLH("s", ports={"light": sp.conjugate(root) * a})
    assert part.system().assumptions == ("G >= 0",) and part.system() == cs.SLH("s", ports={"light": root * a}).system()


def test_a_system_made_by_hand_declares_what_stands_under_its_roots():
    """The commutator of the mode is kept where the amplitude is real, so G >= 0; y |x| is not x y."""
    x, y = sp.symbols("x y")

    def made(amplitude, rate):
        b, c = cs.LinearForm({Op("b"): 1, Op("a"): amplitude}), {Op("a"): -rate / 2, Op("b"): -amplitude}
        return cs.LinearSystem(("a",), {"a": cs.LinearForm(c)}, {"b": sp.Rational(1, 2)}, {"out": b})

    assert cs.is_physical(made(sp.sqrt(G), G)).assumptions == ("G >= 0",)
    assert not cs.is_physical(made(sp.sqrt(x * y), y * sp.sqrt(x**2)))
    assert cs.is_physical(made(sp.sqrt(x * y), x * y)).assumptions == ("x*y >= 0",)

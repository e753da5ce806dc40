"""Long definitions are proved as programs: what is decided about them is what is decided about the same written out."""

from __future__ import annotations

from dataclasses import replace

import mpmath
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import cascade_sym as cs
from cascade_sym.errors import CascadeError, OutsideExactDomain
from cascade_sym.exact import modular, straight, truth
from cascade_sym.program import read
from cascade_sym.solve.covariance import lyapunov_check
from cascade_sym.symbols import complex_symbol
from tests.exact.optomechanics import pair
from tests.exact.test_soundness import ROWS, formula

PARTS = (sp.Add, sp.Mul, sp.Pow)


def as_program(e: sp.Expr, name: str) -> cs.Quantity:
    """A formula with a definition for each sum, product and power."""
    items: dict[sp.Expr, sp.Symbol] = {}

    def named(x: sp.Expr) -> sp.Expr:
        if not (isinstance(x, PARTS) and x.free_symbols):
            return x
        body = x.func(*map(named, x.args))
        return items.setdefault(body, complex_symbol(f"{name}_{len(items)}"))

    top = named(e)
    return cs.Quantity(name, top, cs.Definitions(tuple((s, body) for body, s in items.items())))


def test_what_is_decided_of_programs_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    """The table of claims with every operation a definition: none is decided wrongly, nearly all true ones are proved."""
    monkeypatch.setattr(truth, "WRITTEN_OUT", 0)
    true, proved = 0, 0
    for holds, left, right, domains in ROWS[:: 1 if settings().max_examples > 1000 else 9]:
        sides = [as_program(formula(text, domains), name) for text, name in ((left, "d_left"), (right, "d_right"))]
        found = cs.equal(*sides, domains=domains)
        assert found.status in (("equal", "undecided") if holds else ("different", "undecided")), (left, right, domains)
        true += holds
        proved += bool(found)
    assert proved >= 0.9 * true > 0


@pytest.mark.parametrize("element", [("X_b", "X_b"), ("P_a", "X_b")])
def test_the_order_of_modes_changes_no_covariance(element: tuple[str, str]) -> None:
    V, W = pair(["a", "b"], {})
    q, p = V[element], W[element]
    assert q.definitions.size_of(q.expr) > 10**5 and q.definitions.items != p.definitions.items
    found = cs.equal(q, p)
    assert found and not found.reason
    written = cs.normal_form(q)
    assert cs.equal(written, p) and len(str(written)) < 10**4
    assert truth.written(p) == truth.written(q) == cs.normal_form(p)
    other = cs.equal(q, cs.Quantity("more", p.expr * (1 + sp.Rational(1, 10**30)), p.definitions))
    assert other.status == "different" and other.witness


def test_what_is_too_long_for_the_field_is_compared_modulo_a_prime(monkeypatch: pytest.MonkeyPatch) -> None:
    V, W = pair(["a", "b"], {})
    monkeypatch.setattr(straight, "WORK", 1000)
    found = cs.equal(V["X_b", "X_b"], W["X_b", "X_b"])
    assert found and found.reason == modular.SAID
    with pytest.raises(OutsideExactDomain, match="too many terms"):
        cs.normal_form(V["X_b", "X_b"])
    rooted = [cs.Quantity("r", sp.sqrt(x["X_b", "X_b"].expr), x.definitions) for x in (V, W)]
    assert cs.equal(*rooted).status == "undecided"


def test_a_long_covariance_is_proved_to_solve_its_equation(monkeypatch: pytest.MonkeyPatch) -> None:
    V, W = pair(["a", "b"], {})
    check = lyapunov_check(V, V.system)
    assert check.ok and check.method.endswith("proved element by element")
    assert not lyapunov_check(replace(V, elements={**V.elements, ("X_a", "X_a"): V.elements["P_a", "P_a"]}), V.system).ok
    monkeypatch.setattr(straight, "WORK", 1000)
    check = lyapunov_check(W, W.system)
    assert check.ok and check.method.endswith("large elements at a random point")


LEAVES = st.sampled_from([*sp.symbols("x y z"), sp.Integer(2), sp.Rational(-1, 3), sp.I])
FORMULAS = st.recursive(
    LEAVES,
    lambda inner: st.tuples(st.sampled_from([sp.Add, sp.Mul, lambda a, b: a / (b + 5)]), inner, inner).map(
        lambda t: t[0](t[1], t[2])
    ),
    max_leaves=12,
)


@given(FORMULAS, FORMULAS)
def test_values_modulo_a_prime_decide_like_values_of_many_digits(a: sp.Expr, b: sp.Expr) -> None:
    for difference in (a - b, sp.expand(a) - a if a.is_polynomial() else sp.together(a) - a):
        try:
            found = modular.vanishes(read(difference))
        except CascadeError:  # it has no value
            continue
        at = {"x": mpmath.mpf("0.7310"), "y": mpmath.mpf("-1.9171"), "z": mpmath.mpf("3.3333")}
        with mpmath.workdps(60):
            value = sp.lambdify(sp.symbols("x y z"), difference, "mpmath")(*(at[n] for n in "xyz"))
            assert found is None or found == bool(abs(value) < mpmath.mpf(10) ** -40)


def test_roots_are_not_read_as_real_on_the_way_into_a_definition() -> None:
    g, k, x = sp.symbols("g kappa x")
    root, y = sp.sqrt(g**2 - k**2), cs.symbol("y", "positive")
    for e, wrong in ((sp.Abs(root) ** 2, root**2), (sp.re(root), root), (sp.im(sp.log(x)), sp.S.Zero)):
        assert cs.equal(cs.Quantity("q", e), wrong).status == "different"
    assert cs.equal(cs.Quantity("q", sp.conjugate(sp.sqrt(y))), sp.sqrt(y))
    assert cs.Quantity("q", sp.Abs(x * g) ** 2).expr == x**2 * g**2

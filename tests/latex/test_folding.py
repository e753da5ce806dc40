"""Folding is exact, and gives the formulas in which a theorist would write them."""

from __future__ import annotations

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from cascade_sym.exact import equal
from cascade_sym.latex import expr_latex
from cascade_sym.latex.bodies import neat
from cascade_sym.latex.fold import fold, used
from cascade_sym.latex.notation import Notation
from cascade_sym.solve import covariance
from tests.counts import examples
from tests.latex.cases import ABBREVIATIONS, EXPRESSIONS, PAPER, pair, polar_pair, turned_pair

S = sp.Symbol
x, y, z, s, t = sp.symbols("x y z s t")
POLAR = (
    (S("gt_S"), S("gamma_S0") * (S("n_S") + sp.Rational(1, 2))),
    (S("gt_M"), S("gamma_M0") * (S("n_M") + sp.Rational(1, 2))),
    (S("Gamma_S"), S("C_S") * S("gt_S")),
    (S("Gamma_M"), S("C_M") * S("gt_M")),
    (S("R"), -sp.sqrt(S("Gamma_M") * S("Gamma_S")) * sp.sin(S("theta_M") - S("theta_S"))),
)


def unfolded(e, abbreviations):
    """An expression with its abbreviations written out."""
    for s, a in reversed(list(abbreviations)):
        e = e.xreplace({s: a})
    return e


@pytest.mark.parametrize(
    ("system", "abbreviations"), [(pair, ABBREVIATIONS), (polar_pair, POLAR), (turned_pair, ABBREVIATIONS)]
)
def test_folded_definitions_are_equal_once_written_out(system, abbreviations) -> None:
    shorter = 0
    definitions = covariance(system()).definitions
    for _, e in definitions:
        f = fold(e, abbreviations)
        assert equal(unfolded(f, abbreviations), unfolded(e, abbreviations), definitions.domains)
        assert equal(neat(f, Notation()), f)
        shorter += f != e
    assert shorter >= 4


@pytest.mark.parametrize("e", [e for e in EXPRESSIONS if not e.has(sp.Abs, sp.log, sp.atan, sp.Float)], ids=str)
def test_folding_any_expression_is_exact(e: sp.Expr) -> None:
    pairs = ((S("p"), x + y), (S("q"), x * z), (S("r"), sp.sqrt(1 - S("epsilon"))))
    at = {v: sp.Rational(k + 3, 7) for k, v in enumerate(sorted(e.free_symbols | {x, y, z}, key=str))}
    f = unfolded(fold(e, pairs), pairs)
    assert abs(sp.N((f - e).subs(at), 30, chop=True)) < 1e-20


@settings(max_examples=examples(60), deadline=None, derandomize=True)
@given(
    st.lists(
        st.tuples(st.integers(-4, 4), st.integers(0, 2), st.integers(0, 2), st.integers(-1, 2)), min_size=1, max_size=6
    )
)
def test_folding_random_sums_is_exact(terms: list[tuple[int, int, int, int]]) -> None:
    e = sp.Add(*(c * x**i * y**j * z ** sp.Rational(k, 2) for c, i, j, k in terms))
    pairs = ((s, x + 2 * y), (t, s * sp.sqrt(z)), (S("u"), x * y))
    assert equal(unfolded(fold(e, pairs), pairs), e)
    assert equal(unfolded(neat(e, Notation(abbreviations=pairs)), pairs), e)


@pytest.mark.parametrize(
    ("e", "folded"),
    [
        ((x + y) * z, s * z),
        (x * z + y * z, s * z),
        (sp.sqrt(x + y), sp.sqrt(s)),
        (1 / (x + y), 1 / s),
        (2 * x + 2 * y + z, 2 * s + z),
        (x + 2 * y, x + 2 * y),
        (x - y, x - y),
        (x + z, x + z),
    ],
)
def test_an_abbreviation_is_used_where_it_shortens(e: sp.Expr, folded: sp.Expr) -> None:
    assert fold(e, [(s, x + y)]) == folded


def test_trigonometric_products_are_contracted() -> None:
    a, b = sp.symbols("alpha beta")
    assert fold(x * sp.sin(a) * sp.cos(b) - x * sp.cos(a) * sp.sin(b)) in (x * sp.sin(a - b), -x * sp.sin(b - a))
    assert fold(x * sp.sin(a) ** 2 + x * sp.cos(a) ** 2 + y) == x + y
    assert fold(x * sp.cos(a) ** 2 - x * sp.sin(a) ** 2) == x * sp.cos(2 * a)


def test_the_covariances_take_the_form_of_the_textbook() -> None:
    V = covariance(polar_pair())
    notation = Notation({"gt_S": r"\tilde\gamma_S"}, abbreviations=POLAR, order=("Gamma_S", "Gamma_M"))
    shown = {str(k): expr_latex(neat(e, notation), notation) for k, e in V.definitions}
    assert shown["gamma_S"] == r"\gamma_{S0} - \Gamma_{S}\cos2\theta_{S}"
    assert shown["var_X_S"] == r"\frac{1}{\gamma_{S}}\left(\frac{\Gamma_{S}}{2} + \tilde\gamma_S\right)"
    assert shown["R_M_S"] == r"\sqrt{1 - \epsilon}R"


def test_only_abbreviations_in_use_are_listed_each_folded_with_the_earlier() -> None:
    found = dict(used([S("R") * x], POLAR))
    assert [str(k) for k in found] == ["gt_S", "gt_M", "Gamma_S", "Gamma_M", "R"]
    assert dict(used([S("gt_S")], POLAR)) == dict(POLAR[:1])


def test_abbreviations_of_a_notation_are_exact_in_every_definition() -> None:
    for _, e in covariance(pair()).definitions:
        assert equal(unfolded(neat(e, PAPER), PAPER.abbreviations), unfolded(e, PAPER.abbreviations))

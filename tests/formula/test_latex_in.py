"""Reading LaTeX: the paper's own formulas, round trips of what is typeset, refusals, hostile input."""

from __future__ import annotations

import re

import pytest
import sympy as sp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cascade_sym.errors import FormulaError
from cascade_sym.formula import (
    Environment,
    Neg,
    Number,
    Sum,
    interpret,
    names_in,
    parse_latex,
    parse_latex_relations,
    parse_relation,
    reading_names,
    rewrite,
    to_latex,
    walk,
)
from cascade_sym.formula.ast import Call, Name
from cascade_sym.symbols import symbol

_KNOWN = """
    sin cos tan exp sqrt arctan dag conj hc mean sym Var ddt dot Re Im abs sgn root comm log
"""
KNOWN = frozenset(_KNOWN.split())
INDICES = {"j": ("S", "M")}


@pytest.fixture(scope="module")
def reading(printed, notation):
    """What a folder would pass: the map from LaTeX to names, and the names that are functions."""
    names, functions = set(notation), set()
    for text in printed.values():
        rel = parse_relation(text)
        for side in (rel.lhs, rel.rhs):
            names |= {n.name for _, n in walk(side) if isinstance(n, Name)}
            functions |= {n.function for _, n in walk(side) if isinstance(n, Call)} - KNOWN
    return reading_names(sorted(names | functions), notation), functions - {"b_c"}


def abstract(node):
    """The value with every name a symbol and every function uninterpreted; fields do not commute."""
    node = rewrite(node, _sum_as_function)
    names = {n.name for _, n in walk(node) if isinstance(n, Name)} - {"pi", "I", "oo"}
    values = {n: sp.Symbol(n, commutative=not re.match(r"(a|b|f|X|P)_", n)) for n in names}
    called = {n.function for _, n in walk(node) if isinstance(n, Call)} - {"sqrt", "exp", "root"}
    return interpret(node, Environment(values, {f: sp.Function(f + "_") for f in called | {"integral"}}))


def _sum_as_function(node):
    if isinstance(node, Sum):
        return Call("_".join(("sum", node.index, *node.values)), (node.body,))
    return node


def same(one, two) -> bool:
    return one == two or sp.simplify(abstract(one) - abstract(two)) == 0


def test_formulas_as_the_paper_has_them(printed, paper_latex, reading):
    names, functions = reading
    assert len(paper_latex) > 45
    for key, latex in paper_latex.items():
        extra = {"b_c"} if key == "S5" else set()
        (got,) = parse_latex_relations(latex, names, functions=functions | extra, indices=INDICES)
        wanted = parse_relation(printed[key])
        assert got.op == wanted.op, key
        assert same(got.lhs, wanted.lhs) and same(got.rhs, wanted.rhs), (key, str(got))


def test_what_is_typeset_is_read_back(printed, notation, reading):
    names, functions = reading
    for key, text in printed.items():
        extra = {"b_c"} if key == "S5" else set()
        wanted = parse_relation(text)
        (got,) = parse_latex_relations(
            to_latex(wanted, notation), names, functions=functions | extra, indices=INDICES
        )
        assert got.op == wanted.op and same(got.lhs, wanted.lhs) and same(got.rhs, wanted.rhs), key


def test_a_wrong_reading_would_be_seen(printed, paper_latex, reading):
    """The comparison above is not blind: another formula's text never compares equal."""
    names, functions = reading
    (seven,) = parse_latex_relations(paper_latex["7.S"], names, functions=functions)
    assert not same(seven.rhs, parse_relation(printed["7.M"]).rhs)
    (swapped,) = parse_latex_relations(
        paper_latex["S2"].replace("b^\\dagger_{+,in}", "b_{+,in}"), names, functions=functions
    )
    assert not same(swapped.rhs, parse_relation(printed["S2"]).rhs)


@given(st.data())
@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
def test_round_trip_of_random_scalars(scalar_trees, data):
    tree = data.draw(scalar_trees)
    got = parse_latex(to_latex(tree))
    env = Environment({n: symbol(n) for n in {*names_in(tree), *names_in(got)} - {"pi", "I"}})
    try:
        wanted = interpret(tree, env)
    except FormulaError:
        return
    value = interpret(got, env)
    assert value == wanted or numerically_equal(value, wanted)


def numerically_equal(one, two) -> bool:
    """Two forms that SymPy keeps apart, at a generic point."""
    symbols = sorted(one.free_symbols | two.free_symbols, key=str)
    point = {s: sp.Rational(7 + 3 * i, 11) for i, s in enumerate(symbols)}
    a, b = (complex(e.subs(point).evalf(30)) for e in (one, two))
    return a != a or b != b or abs(a - b) <= 1e-9 * max(1, abs(a))


@given(st.data())
@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
def test_round_trip_of_all_kinds_of_nodes(all_trees, data):
    """Trees with sums, integrals, daggers and fields: equal up to how products and numbers are grouped."""
    tree = data.draw(all_trees)
    got = parse_latex(to_latex(tree), functions=["f_S", "b_j"], indices=INDICES)
    assert shape(got) == shape(tree)


def shape(node):
    """The tree with nested products joined, fractions all alike and 2e-3 written out."""
    from cascade_sym.formula import Div, Mul, Pow

    def change(n):
        if isinstance(n, Number) and n.text == "2e-3":
            return Mul((Number("2"), Pow(Number("10"), Neg(Number("3")))))
        if isinstance(n, Div):
            return Div(n.num, n.den)
        if isinstance(n, Mul):
            factors = []
            for f in n.factors:
                factors.extend(f.factors if isinstance(f, Mul) else [f])
            return Mul(tuple(factors))
        return n

    return rewrite(node, change)

"""Small edits: each changes one place, none twice, and the misprints one meets are among them."""

from __future__ import annotations

import itertools
import re

import pytest
import sympy as sp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cascade_sym.errors import CascadeError, FormulaError, ParameterError
from cascade_sym.formula import Environment, interpret, names_in, parse, parse_relation, replace_at, to_latex, walk
from cascade_sym.formula.ast import Call, Name
from cascade_sym.formula.walk import at
from cascade_sym.misprints.edits import KINDS, Vocabulary, edits, marked
from cascade_sym.symbols import symbol
from tests.counts import examples

SWAPS = (("S", "M"), ("B", "P"), ("p", "m"))


def names_of(texts) -> set[str]:
    found = set()
    for text in texts:
        rel = parse_relation(text)
        for side in (rel.lhs, rel.rhs):
            found |= {n.name for _, n in walk(side) if isinstance(n, Name)}
            found |= {n.function for _, n in walk(side) if isinstance(n, Call)} & {"b_p", "b_m"}
    return {n for n in found if not re.search(r"_j|^(j|t'|I|pi|oo)$", n)}


@pytest.fixture(scope="module")
def vocabulary(printed):
    names = names_of(printed.values())
    for old, new in (*SWAPS, *((b, a) for a, b in SWAPS)):
        names |= {re.sub(rf"_(.?){old}", rf"_\g<1>{new}", n) for n in names if "_in" not in n}
    operators = {n for n in names if re.match(r"(a|b|f|X|P)_", n)}
    return Vocabulary(tuple(sorted(names)), SWAPS, frozenset(operators))


def test_every_edit_is_one_change_at_one_place(printed, vocabulary):
    for text in printed.values():
        rhs = parse_relation(text).rhs
        made = list(edits(rhs, vocabulary))
        assert len({e.node for e in made}) == len(made) and rhs not in {e.node for e in made}
        for e in made:
            assert e.kind in KINDS and e.size == 1 and e.where
            assert at(rhs, e.path) == parse(e.before)
            assert replace_at(rhs, e.path, parse(e.after)) == e.node
            assert parse(str(e.node)) == e.node
        assert [e.node for e in edits(rhs, vocabulary)] == [e.node for e in made]


def test_flipping_any_sign_of_the_text_is_an_edit(printed, vocabulary):
    """Oracle: the same change made on the characters of the text."""
    count = 0
    for text in printed.values():
        rhs = str(parse_relation(text).rhs)
        made = {e.node for e in edits(parse(rhs), vocabulary)}
        for m in re.finditer(r"(?<=[a-zA-Z0-9)'] )[+-](?= )|(?<![a-zA-Z0-9)'] )-", rhs):
            if rhs[m.start() + 1 : m.start() + 3] == "oo":
                continue  # the limits of an integral are not edited
            flipped = "-" if m.group() == "+" else "+" if rhs[m.end() : m.end() + 1] == " " else ""
            mutant = parse(rhs[: m.start()] + flipped + rhs[m.end() :])
            assert mutant in made, (rhs, str(mutant))
            count += 1
    assert count > 100


@pytest.mark.parametrize("one, two", [("sin(", "cos("), ("cos(", "sin("), ("sqrt(", "("), ("dag(", "(")])
def test_changes_of_functions_in_the_text_are_edits(printed, vocabulary, one, two):
    count = 0
    for text in printed.values():
        rhs = str(parse_relation(text).rhs)
        made = {e.node for e in edits(parse(rhs), vocabulary)}
        for m in re.finditer(r"(?<![a-z])" + re.escape(one), rhs):
            # brackets that become superfluous around a product change the tree, not what is printed
            mutant = parse(rhs[: m.start()] + two + rhs[m.end() :])
            assert to_latex(mutant) in {to_latex(n) for n in made}, (rhs, str(mutant))
            count += 1
    assert count


@pytest.mark.parametrize("old, new", [("S", "M"), ("M", "S"), ("B", "P"), ("P", "B")])
def test_changes_of_index_letters_in_the_text_are_edits(printed, vocabulary, old, new):
    count = 0
    for key in ("4.M", "4.R", "5.M", "7.M", "7.C", "8.g", "S10", "S14.Xc", "S14.g"):
        rhs = str(parse_relation(printed[key]).rhs)
        made = {e.node for e in edits(parse(rhs), vocabulary)}
        for m in re.finditer(rf"(?<=_){old}|(?<=_[SM]){old}", rhs):
            mutant = parse(rhs[: m.start()] + new + rhs[m.end() :])
            if set(names_in(mutant)) <= {*vocabulary.names, "I"}:
                assert mutant in made, (rhs, str(mutant))
                count += 1
    assert count >= 10


REPAIRS = [
    ("gamma_0 + Gamma*cos(2*theta)", "gamma_0 - Gamma*cos(2*theta)", "sign"),
    ("Gamma*cos(theta)", "Gamma*cos(2*theta)", "factor 2"),
    ("Gamma*cos(2*theta)", "Gamma*cos(theta)", "factor 2"),
    ("x/gamma", "x/(2*gamma)", "factor 2"),
    ("x/(2*gamma)", "x/gamma", "factor 2"),
    ("sqrt(x/C_S)", "sqrt(2*x/C_S)", "factor 2"),
    ("kappa/(kappa + I*Delta)", "(kappa/2)/(kappa/2 + I*Delta)", "name doubled"),
    ("Gamma_SB*x", "Gamma_MB*x", "index"),
    ("Gamma_SB*x", "Gamma_SP*x", "index"),
    ("sqrt(Gamma_SB*Gamma_MP)", "sqrt(Gamma_MB*Gamma_SP)", "indices"),
    ("sqrt(Gamma_SB*Gamma_MP)", "sqrt(Gamma_SP*Gamma_MB)", "indices"),
    ("sin(theta_M)*x", "cos(theta_M)*x", "function"),
    ("x*C_M", "x*sqrt(C_M)", "root"),
    ("x*sqrt(C_M)", "x*C_M", "root"),
    ("x^2 + y", "x + y", "power"),
    ("x + y", "x + y^2", "power"),
    ("sqrt(C_M*r)", "sqrt(C_M)*r", "root extent"),
    ("sqrt(C_M)*r", "sqrt(C_M*r)", "root extent"),
    ("sqrt(x/y)", "sqrt(x)/y", "root extent"),
    ("sqrt(x + y)", "sqrt(x) + y", "root extent"),
    ("x*(y + z)", "x*y + z", "bracket"),
    ("x*y + z", "x*(y + z)", "bracket"),
    ("(x + y)/z", "x + y/z", "bracket"),
    ("x + y/z", "(x + y)/z", "bracket"),
    ("x/z - y", "(x - y)/z", "bracket"),
    ("a - (x - y)/z", "a - x - y/z", "bracket"),
    ("x/(y + z)", "x/y + z", "bracket"),
    ("sin(x + y)", "sin(x) + y", "bracket"),
    ("x + y + z", "x + z", "term dropped"),
    ("x*y*z", "x*z", "factor dropped"),
    ("x - y", "y - x", "sign"),
    ("a*x - b*y", "b*x - a*y", "exchange"),
    ("(4 - 3*x)", "4 - 4*x", "number"),
    ("gamma*x", "Gamma*x", "similar name"),
    ("g_0*x", "g_0'*x", "similar name"),
]


@pytest.mark.parametrize("wrong, right, kind", REPAIRS)
def test_known_misprints_are_repaired(wrong, right, kind):
    names = {*names_in(parse(wrong)), *names_in(parse(right)), "Gamma_SP", "Gamma_MB", "Gamma", "gamma"}
    names -= {"I"}
    env = Environment({n: symbol(n) for n in names})
    vocabulary = Vocabulary(tuple(sorted(names)), SWAPS)
    wanted = interpret(parse(right), env)
    found = []
    for e in edits(parse(wrong), vocabulary):
        try:
            value = interpret(e.node, env)
        except CascadeError:
            continue
        if sp.expand(value - wanted) == 0:
            found.append(e.kind)
    assert kind in found


def test_operators():
    v = Vocabulary(("a", "b", "g"), operators=frozenset({"a", "b"}), complex_names=frozenset({"g"}))
    made = {str(e.node): e.kind for e in edits(parse("g*a*dag(b)"), v)}
    assert made["g*dag(a)*dag(b)"] == made["g*a*b"] == made["conj(g)*a*dag(b)"] == "conjugate"
    assert {str(e.node) for e in edits(parse("a*b"), v, kinds=("exchange",))} == {"b*a"}
    assert {str(e.node) for e in edits(parse("comm(a, b)"), v, kinds=("exchange",))} == {"comm(b, a)"}
    assert not any("a^2" in str(e.node) for e in edits(parse("g*a"), v))


def test_names_under_sums():
    names = ("Gamma_SB", "Gamma_MB", "Gamma_SP", "Gamma_MP", "a_S", "a_M", "b_S")
    v = Vocabulary(names, (("B", "P"),), operators=frozenset({"a_S", "a_M", "b_S"}))
    tree = parse("sum(j, (S, M), Gamma_jB*a_j)")
    made = {str(e.node) for e in edits(tree, v)}
    assert "sum(j, (S, M), Gamma_jP*a_j)" in made
    assert "sum(j, (S, M), Gamma_jB*dag(a_j))" in made
    assert not any("b_j" in m for m in made)


def test_only_known_names_appear(printed, vocabulary):
    known = {*vocabulary.names, "I", "pi", "oo"}
    for text in printed.values():
        rhs = parse_relation(text).rhs
        for e in edits(rhs, vocabulary):
            assert all(n in known or n in names_in(rhs) or "_j" in n for n in names_in(e.node))


def test_pairs_are_lazy_and_reach_two_edits():
    v = Vocabulary(("Gamma_SB", "Gamma_MB"), SWAPS)
    tree = parse("2*sqrt(Gamma_SB) - x")
    three = parse("sqrt(Gamma_MB) + x")
    assert not [e for e in edits(tree, v, pairs=True) if e.node == three]
    two = parse("sqrt(Gamma_SB) + x")
    assert [e.size for e in edits(tree, v, pairs=True) if e.node == two] == [2]
    long = parse(" + ".join(f"x_{i}*sin(y_{i})" for i in range(80)))
    first = list(itertools.islice((e for e in edits(long, v, pairs=True) if e.size == 2), 5))
    assert len(first) == 5
    sizes = [e.size for e in edits(tree, v, pairs=True)]
    assert sizes == sorted(sizes) and len(sizes) == len({e.node for e in edits(tree, v, pairs=True)})


def test_kinds():
    v = Vocabulary()
    assert {e.kind for e in edits(parse("x + 2"), v, kinds=("number",))} == {"number"}
    with pytest.raises(FormulaError, match="unknown kinds"):
        list(edits(parse("x"), v, kinds=("typo",)))
    with pytest.raises(ParameterError):
        Vocabulary(swaps=(("S", "S"),))


@pytest.mark.parametrize(
    "old, new, latex",
    [
        ("a + b - c", "a - b - c", r"a {\color{red}{}- b} - c"),
        ("a*b + c", "a*d + c", r"a{\color{red}d} + c"),
        ("x^2", "x", r"{\color{red}x}"),
        ("sqrt(a*b)", "a*sqrt(b)", r"{\color{red}a\sqrt{b}}"),
        ("f(a, b)/2", "f(a, c)/2", r"\frac{f(a, {\color{red}c})}{2}"),
        ("a*c", "a*b*c", r"a{\color{red}b}c"),
        ("a + c", "a - b + c", r"a {\color{red}{}- b} + c"),
        ("a + b + c", "a + c", r"{\color{red}a + c}"),
        ("a", "a", "a"),
        ("g(x)", "h(x)", r"{\color{red}h(x)}"),
    ],
)
def test_what_differs_is_marked(old, new, latex):
    assert to_latex(marked(parse(old), parse(new))) == latex


def test_edits_mark_their_change(printed, vocabulary, notation):
    for key in ("4.R", "5.S", "7.C", "8.g", "6.M"):
        rhs = parse_relation(printed[key]).rhs
        for e in edits(rhs, vocabulary):
            shown = to_latex(marked(rhs, e.node), notation)
            assert r"\color{red}" in shown and shown != to_latex(e.node, notation)


@given(st.data())
@settings(max_examples=examples(100), deadline=None, suppress_health_check=list(HealthCheck))
def test_edits_of_random_trees(all_trees, data):
    tree = data.draw(all_trees)
    names = ("x", "y", "X_S", "X_M", "Gamma_SB", "Gamma_MB")
    v = Vocabulary(names, SWAPS, frozenset({"X_S", "X_M"}), frozenset("x"))
    seen = set()
    for e in edits(tree, v):
        assert e.node != tree and e.node not in seen
        seen.add(e.node)
        assert parse(str(e.node)) == e.node
        assert to_latex(marked(tree, e.node))


def test_a_missing_factor_is_put_to_a_term_or_below_it():
    v = Vocabulary(("A", "x", "y"), factors=(Name("A"),))
    made = {str(e.node): e.where for e in edits(parse("x - y"), v, kinds=("factor added",))}
    assert made["x - y*A"] == "the factor 'A' put to 'y'" and "x/A - y" in made and "(x - y)*A" in made
    assert not list(edits(parse("x - y"), Vocabulary(("A",)), kinds=("factor added",)))

"""The plain language: shape of the tree, order kept, errors with a place, bounds."""

from __future__ import annotations

import contextlib

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from cascade_sym.errors import FormulaError
from cascade_sym.formula import (
    Add,
    Call,
    Div,
    Environment,
    Integral,
    Mul,
    Name,
    Neg,
    Number,
    Pow,
    Sum,
    interpret,
    parse,
    parse_relation,
    to_text,
)
from tests.counts import examples

a, b, c = Name("a"), Name("b"), Name("c")


@pytest.mark.parametrize(
    "text, tree",
    [
        ("b + a", Add((b, a), (1, 1))),
        ("-a + b - c", Add((a, b, c), (-1, 1, -1))),
        ("-a", Neg(a)),
        ("+a", a),
        ("a - (b - c)", Add((a, Add((b, c), (1, -1))), (1, -1))),
        ("b*a*c", Mul((b, a, c))),
        ("a*(b*c)", Mul((a, Mul((b, c))))),
        ("a/b*c", Mul((Div(a, b), c))),
        ("a*b/c", Div(Mul((a, b)), c)),
        ("a//b", Div(a, b, slash=True)),
        ("-a^2", Neg(Pow(a, Number("2")))),
        ("a^b^c", Pow(a, Pow(b, c))),
        ("a**-b", Pow(a, Neg(b))),
        ("a*-b", Mul((a, Neg(b)))),
        ("0.10", Number("0.10")),
        ("2.5e-3", Number("2.5e-3")),
        ("theta_M'", Name("theta_M'")),
        ("b(t_j)", Call("b", (Name("t_j"),))),
        ("sum(j, (S, M), a_j)", Sum("j", ("S", "M"), Name("a_j"))),
        ("integral(f(t'), t', -oo, t)", Integral(Call("f", (Name("t'"),)), "t'", Neg(Name("oo")), Name("t"))),
    ],
)
def test_shape(text, tree):
    assert parse(text) == tree


@pytest.mark.parametrize("op", ["=", "~=", ":=", "<", "<=", ">", ">="])
def test_relations(op):
    rel = parse_relation(f"a {op} b + c")
    assert (rel.lhs, rel.op, rel.rhs) == (a, op, Add((b, c), (1, 1)))


@pytest.mark.parametrize(
    "text, column, word",
    [
        ("a + * b", 5, "expected a number, a name or a bracket"),
        ("a b", 3, "expected an operator"),
        ("2x", 2, "with *"),
        ("(a + b", 7, "')'"),
        ("a + b)", 6, "expected an operator"),
        ("f()", 3, "expected a number"),
        ("Γ_S", 1, "by name"),
        ("[a, b]", 1, "group with"),
        ("\\frac{1}{2}", 1, "read_formula"),
        ("a; b", 2, "not part of a formula"),
        ("theta'_M", 7, "theta_M'"),
        ("sum(j, S, a_j)", 8, "around the values"),
        ("sum(2, (S, M), a)", 5, "index name"),
        ("integral(a, t)", 1, "integral(body"),
        ("", 1, "found the end"),
        ("a\n + ?b", 4, "line 2"),
    ],
)
def test_errors_point_at_the_place(text, column, word):
    with pytest.raises(FormulaError) as e:
        parse(text)
    assert f"column {column}:" in str(e.value) and word in str(e.value)


def test_relation_errors():
    with pytest.raises(FormulaError, match="expected a relation"):
        parse_relation("a + b")
    with pytest.raises(FormulaError, match="two relations"):
        parse_relation("a = b = c")
    with pytest.raises(FormulaError):
        parse("a = b")


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000 + "a" + ")" * 5000,
        "-" * 9000 + "a",
        "a" + "^a" * 5000,
        "a" + "/a" * 5000,
        "a" + "*a/a" * 4000,
        "f(" * 3000 + "a" + ")" * 3000,
        "x" * 30_000,
        "1" * 1000,
        "1e99999",
        "sum(j, (" + ",".join(["S"] * 100) + "), a_j)",
    ],
)
def test_bounded(text):
    with pytest.raises(FormulaError):
        parse(text)


def test_a_long_flat_formula_is_read():
    tree = parse(" + ".join(f"a_{i}*b^2/c" for i in range(1000)))
    assert len(tree.terms) == 1000


@given(st.text(max_size=60))
def test_any_text_parses_or_is_refused(text):
    with contextlib.suppress(FormulaError):
        parse(text)


@given(st.text(alphabet="ab_'0129.e+-*/^(), =<~:sumintegral", max_size=80))
@settings(max_examples=examples(400))
def test_text_of_the_language_parses_or_is_refused(text):
    for read in (parse, parse_relation):
        try:
            tree = read(text)
        except FormulaError:
            continue
        assert read(str(tree)) == tree


@given(st.data())
@settings(max_examples=examples(300))
def test_written_back_and_read_again(all_trees, data):
    tree = data.draw(all_trees)
    assert parse(to_text(tree)) == tree


@given(st.data())
@settings(max_examples=examples(200))
def test_precedence_is_that_of_python(data):
    """Python's own grammar is the oracle: the same text with ** for ^, in exact fractions."""
    atom = st.sampled_from(("2", "3", "7", "(1+2)", "(2-5)"))
    piece = st.tuples(st.sampled_from("+-*/^"), st.sampled_from(("", "-")), atom)
    pieces = data.draw(st.lists(piece, max_size=6))
    text = data.draw(st.sampled_from(("", "-"))) + data.draw(atom)
    tower = False
    for op, sign, right in pieces:
        op = "*" if op == "^" and tower else op  # no towers of powers: they have astronomical values
        tower = op == "^"
        text += op + sign + right
    fraction_text = "".join(f"F({ch})" if ch.isdigit() else ch for ch in text.replace("^", "**"))
    expected = eval(fraction_text, {"F": sp.Rational})  # oracle on text made above
    assert interpret(parse(text), Environment()) == expected

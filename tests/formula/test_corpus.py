"""Displayed formulas of all kinds against what they state, and everything that is typeset read back."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
import sympy as sp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cascade_sym.errors import UnknownName
from cascade_sym.formula import parse_statement, rewrite
from cascade_sym.formula.ast import Div, Mul, Node, Relation
from cascade_sym.formula.latex import to_latex
from cascade_sym.formula.latex_in.reading import AMBIGUOUS, NOT_READ, READ, read_formula, written
from cascade_sym.program import TABLE
from tests.counts import examples
from tests.formula.corpus import PLACE, SECTIONS


def found(latex: str) -> str:
    """A reading in the notation of the table."""
    r = read_formula(latex)
    if r.status == READ:
        assert r.reason is None and not r.alternatives
        return " ; ".join(r.texts)
    assert not r.statements and r.typeset is None and r.reason
    if r.status == AMBIGUOUS:
        assert len(r.alternatives) > 1
        return "? " + " | ".join(" ; ".join(written(a)) for a in r.alternatives)
    assert r.status == NOT_READ
    return "-"


def test_there_are_enough():
    assert sum(map(len, SECTIONS.values())) > 450


@pytest.mark.parametrize("section", SECTIONS)
def test_formulas_state_what_is_written(section: str) -> None:
    wrong = [(latex, expected, got) for latex, expected in SECTIONS[section] if (got := found(latex)) != expected]
    assert not wrong


def shape(found: Relation | Node) -> object:
    """A statement with nested products joined and fractions all alike: brackets that print alike."""
    if isinstance(found, Relation):
        return (shape(found.lhs), found.op, shape(found.rhs), tuple(map(shape, found.given)))

    def change(n: Node) -> Node:
        if isinstance(n, Div):
            return Div(n.num, n.den)
        if isinstance(n, Mul):
            return Mul(tuple(g for f in n.factors for g in (f.factors if isinstance(f, Mul) else (f,))))
        return n

    return rewrite(found, change)


@pytest.mark.parametrize("section", SECTIONS)
def test_readings_are_read_back_as_text_and_as_latex(section: str) -> None:
    for latex, expected in SECTIONS[section]:
        if expected[0] in "-?":
            continue
        r = read_formula(latex)
        assert [parse_statement(t) for t in r.texts] == list(r.statements), latex
        back = read_formula(r.typeset or "")
        assert [shape(s) for s in back.statements] == [shape(s) for s in r.statements], (latex, r.typeset, back)


@given(st.data())
@settings(max_examples=examples(150), deadline=None, suppress_health_check=list(HealthCheck))
def test_what_the_toolkit_typesets_is_read_back_to_itself(scalar_trees, data):
    tree = data.draw(scalar_trees)
    latex = to_latex(tree)
    r = read_formula(f"u = {latex}")
    ways = [r.statements] if r.status == READ else list(r.alternatives)
    assert any(shape(s.rhs) == shape(tree) for (s, *_) in ways if isinstance(s, Relation)), (latex, r)


@pytest.mark.parametrize("function", [f for f in TABLE if f.most == 1 or f.name in ("min", "max", "log")], ids=lambda f: f.name)
def test_every_function_is_read_as_sympy_prints_it(function):
    x, y = sp.symbols("x y")
    arguments = (x, x + y, 2 * x / y)[: 1 + (function.most == 1) * 2] if function.most == 1 else ((x, y) if function.name != "log" else (x,))
    calls = [function.sympy(a) for a in arguments] if function.most == 1 else [function.sympy(*arguments)]
    for call in calls:
        latex = sp.latex(call)
        r = read_formula(f"u = {latex} + 1")
        assert r.status == (AMBIGUOUS if function.name == "conj" else READ), (latex, r)  # a bar may be a mean
        (statement, *_) = (*r.alternatives, r.statements)[0]
        assert function.name in str(statement), (latex, r.texts)


SYMBOLS = [sp.Symbol(s) for s in ("x", "y", "theta", "theta_M", "kappa_{S,0}", "n")]
ELEMENTARY = [f.sympy for f in TABLE if f.analytic and f.least == 1]


def _expressions() -> st.SearchStrategy:
    leaves = st.sampled_from((*SYMBOLS, sp.Integer(2), sp.Rational(3, 7), sp.pi, sp.I))

    def grow(kids: st.SearchStrategy) -> st.SearchStrategy:
        return st.one_of(
            st.builds(lambda a, b: a + b, kids, kids),
            st.builds(lambda a, b: a * b, kids, kids),
            st.builds(lambda a, b: a / (1 + b**2), kids, kids),
            st.builds(lambda f, a: f(a), st.sampled_from(ELEMENTARY), kids),
            st.builds(lambda a, n: a**n, kids, st.sampled_from((3, -1, sp.Rational(1, 2), SYMBOLS[1], -SYMBOLS[2]))),
        )

    return st.recursive(leaves, grow, max_leaves=8)


@given(_expressions())
@settings(max_examples=examples(100), deadline=None, suppress_health_check=list(HealthCheck))
def test_what_sympy_prints_is_read_to_its_value(expression):
    """The value, or where a reader could differ one of two."""
    from cascade_sym.formula import Environment, interpret
    from tests.formula.test_latex_in import numerically_equal

    if expression.has(sp.zoo, sp.nan, sp.oo, sp.AccumBounds):
        return
    notation = {sp.latex(s): re.sub(r"\W+", "_", s.name).strip("_") for s in SYMBOLS}
    r = read_formula(f"u = {sp.latex(expression)}", notation)
    ways = [r.statements] if r.status == READ else list(r.alternatives)
    assert ways, (sp.latex(expression), r)
    known = dict(zip(notation.values(), SYMBOLS, strict=True))
    values = []
    for (s, *_) in ways:
        with suppress(UnknownName):  # theta_M^y may be a label
            values.append(interpret(s.rhs, Environment(known)))
    assert any(v == expression or numerically_equal(v, expression) for v in values), (sp.latex(expression), r)


@given(st.lists(st.sampled_from(r"""\frac \sqrt \left \right \hat \dot \mathrm \sum \int \Delta \theta \pi \infty \sin \ln \Re
    \langle \rangle \lvert | || \dagger ^ _ { } ( ) [ ] \{ \} ' + - * / = , . : ; 1 2 a b d e i t x \quad \, \\ & \text{if} \pm
    \ket \bra \braket \qty \dv \pdv \comm \mqty \begin{pmatrix} \end{pmatrix} \partial \cdot \times \mathbf \in \ge \to \Rightarrow
    \rm \mathop \ensuremath \SI \overset \stackrel \raisebox \otimes \lim \max $ % \begin{cases} \end{cases} \eval \dd \nabla
    """.split()), max_size=25).map(" ".join))
@settings(max_examples=examples(400), deadline=None)
def test_any_sequence_of_macros_has_an_answer(text):
    r = read_formula(text)
    assert r.status in (READ, AMBIGUOUS, NOT_READ)


@pytest.mark.parametrize("given", [None, 5, b"u = v", ["u"]])
def test_what_is_no_text_has_an_answer_too(given) -> None:
    assert read_formula(given).reason.startswith("a formula is a text")


@given(st.text(max_size=40))
def test_any_text_has_an_answer(text):
    assert read_formula(text).status in (READ, AMBIGUOUS, NOT_READ)


LONG = {
    "brackets": "(" * 9000, "braces": "{" * 9000, "fractions": r"\frac" * 3000, "bars": "|" * 9000, "angles": r"\langle" * 2500,
    "letters": "a" * 15_000, "calls": "f(" * 5000, "macros": r"\comm{a}{\comm{a}{" * 900, "derivatives": r"\dv{x}" * 2000,
    "deltas": r"\Delta" * 3000, "alternatives": "f(a+b)" * 2500, "slashes": "1/2a" * 4000, "kets": r"|a\rangle" * 1500,
    "bras": r"\langle a|" * 1800, "groups": "{" * 3000 + "a" + "}" * 3000, "texts": r"\text{a}" * 2000, "signs": r"a\pm b" * 3000,
    "rows": r"a\\" * 4000, "matrices": r"\begin{pmatrix}" * 1200, "sums": r"\sum_i" * 3000, "lefts": r"\left(" * 3000,
    "quantities": r"\qty(" * 3500, "evaluations": r"\eval{" * 3000, "ambiguous calls": "f(g(h(f(g(h(a+b)+c)+d)+x)+y)+z)" * 300,
    "nested bars": "|a|b" * 4000, "nested groups": "a_{b_{c_{" * 2000, "integrals": r"\int dx" * 2500, "dagger": r"a^{\dagger" * 1900,
}  # fmt: skip


@pytest.mark.parametrize("name", LONG)
def test_long_formulas_end_soon(name: str) -> None:
    from cascade_sym.formula.latex_in import reader_state as state

    seen: list[int] = []
    init = state.State.__init__

    def counted(self, *args, **kwargs):
        init(self, *args, **kwargs)
        seen.append(id(self))

    state.State.__init__ = counted  # type: ignore[method-assign]
    try:
        assert read_formula(LONG[name]).status in (READ, AMBIGUOUS, NOT_READ)
    finally:
        state.State.__init__ = init  # type: ignore[method-assign]
    assert len(seen) < 12  # each with a bounded number of steps


def test_the_sample_is_whole() -> None:
    """The table of judged readings has each number once, and at least 97 % are right."""
    lines = PLACE.with_name("sample.txt").read_text(encoding="utf-8").splitlines()
    rows = [line.split(" | ") for line in lines if not line.startswith("#")]
    assert [int(r[0]) for r in rows] == list(range(1, 151))
    assert sum(r[1].startswith("right") for r in rows) >= 0.97 * len(rows)

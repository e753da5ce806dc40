"""Reading LaTeX: the paper's own formulas, round trips of what is typeset, refusals, hostile input."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import sympy as sp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cascade_sym.errors import FormulaError
from cascade_sym.formula import (
    Environment,
    Integral,
    Neg,
    Number,
    Sum,
    interpret,
    name_latex,
    names_in,
    parse,
    parse_relation,
    read_formula,
    rewrite,
    to_latex,
    walk,
)
from cascade_sym.formula.ast import Call, Name, Relation
from cascade_sym.formula.latex_in import Names
from cascade_sym.formula.latex_in.reading import AMBIGUOUS, NOT_READ, READ
from cascade_sym.symbols import symbol
from tests.counts import examples
from tests.formula.conftest import NAMES

_KNOWN = """
    sin cos tan exp sqrt arctan dag conj hc mean sym Var ddt dot Re Im abs sgn root comm log
"""
KNOWN = frozenset(_KNOWN.split())
STATES = (READ, AMBIGUOUS, NOT_READ)
INDICES = {"j": ("S", "M")}
AMBIGUOUS_IN_PRINT = ("3", "3.Q", "S21")  # what H.c. takes, what \cos and \tan cover
AMBIGUOUS_AS_TYPESET = ("3",)


def only(latex, names=None, **known):
    """The only reading of an expression."""
    found = read_formula(latex, names, **known)
    assert found.status == READ, (latex, found)
    (node,) = found.statements
    return node


def likeliest(latex, names, ambiguous, **known):
    """The statement that a formula of the paper makes: the only reading, or the first where a reader could differ."""
    found = read_formula(latex, names, **known)
    assert found.status == (AMBIGUOUS if ambiguous else READ), (latex, found)
    (relation,) = found.alternatives[0] if found.alternatives else found.statements
    return replace(relation, rhs=rewrite(relation.rhs, over_all))


def alternatives(latex, names=None, **known):
    """The readings of an expression, the likeliest first."""
    found = read_formula(latex, names, **known)
    assert found.status != NOT_READ, (latex, found)
    return [node for (node,) in found.alternatives or (found.statements,)]


def over_all(node):
    """An integral without printed limits as the paper means it: from -oo to oo."""
    if isinstance(node, Call) and node.function == "integral_over" and len(node.args) == 2:
        return Integral(node.args[0], node.args[1].name, Neg(Name("oo")), Name("oo"))
    return node


@pytest.fixture(scope="module")
def reading(printed, notation):
    """What a folder would pass: the map from LaTeX to names, and the names that are functions."""
    names, functions = set(notation), set()
    for text in printed.values():
        rel = parse_relation(text)
        for side in (rel.lhs, rel.rhs):
            names |= {n.name for _, n in walk(side) if isinstance(n, Name)}
            functions |= {n.function for _, n in walk(side) if isinstance(n, Call)} - KNOWN
    return Names(reading_names(sorted(names | functions), notation), spread=True), functions - {"b_c"}


def reading_names(names, notation):
    """The map from LaTeX to names that reads what is printed for them; names that print alike are left out."""
    printed = [(name_latex(n, notation), n) for n in dict.fromkeys(names) if n not in ("pi", "I", "oo")]
    shown = [latex for latex, _ in printed]
    return {latex: n for latex, n in printed if shown.count(latex) == 1}


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
        got = likeliest(latex, names, key in AMBIGUOUS_IN_PRINT, functions=functions | extra, indices=INDICES)
        wanted = parse_relation(printed[key])
        assert got.op == wanted.op, key
        assert same(got.lhs, wanted.lhs) and same(got.rhs, wanted.rhs), (key, str(got))


def test_what_is_typeset_is_read_back(printed, notation, reading):
    names, functions = reading
    for key, text in printed.items():
        extra = {"b_c"} if key == "S5" else set()
        wanted = parse_relation(text)
        known = {"functions": functions | extra, "indices": INDICES}
        got = likeliest(to_latex(wanted, notation), names, key in AMBIGUOUS_AS_TYPESET, **known)
        assert got.op == wanted.op and same(got.lhs, wanted.lhs) and same(got.rhs, wanted.rhs), key


def test_a_wrong_reading_would_be_seen(printed, paper_latex, reading):
    """The comparison above is not blind: another formula's text never compares equal."""
    names, functions = reading
    seven = only(paper_latex["7.S"], names, functions=functions)
    assert not same(seven.rhs, parse_relation(printed["7.M"]).rhs)
    swapped = only(paper_latex["S2"].replace("b^\\dagger_{+,in}", "b_{+,in}"), names, functions=functions)
    assert not same(swapped.rhs, parse_relation(printed["S2"]).rhs)


@given(st.data())
@settings(max_examples=examples(250), deadline=None, suppress_health_check=list(HealthCheck))
def test_round_trip_of_random_scalars(scalar_trees, data):
    tree = data.draw(scalar_trees)
    ways = alternatives(to_latex(tree))
    env = Environment({n: symbol(n) for way in (tree, *ways) for n in names_in(way) if n not in ("pi", "I")})
    try:
        wanted = interpret(tree, env)
    except FormulaError:
        return
    values = [interpret(way, env) for way in ways]
    assert any(value == wanted or numerically_equal(value, wanted) for value in values)


def numerically_equal(one, two) -> bool:
    """Two forms that SymPy keeps apart, at a generic point."""
    symbols = sorted(one.free_symbols | two.free_symbols, key=str)
    point = {s: sp.Rational(7 + 3 * i, 11) for i, s in enumerate(symbols)}
    a, b = (complex(e.subs(point).evalf(30)) for e in (one, two))
    return a != a or b != b or abs(a - b) <= 1e-9 * max(1, abs(a))


@given(st.data())
@settings(max_examples=examples(250), deadline=None, suppress_health_check=list(HealthCheck))
def test_round_trip_of_all_kinds_of_nodes(all_trees, data):
    """Trees with sums, integrals, daggers and fields: equal up to how products and numbers are grouped."""
    tree = data.draw(all_trees)
    names = {name_latex(n): n for n in (*NAMES, "a_j", "Gamma_jB", "t'")}
    ways = alternatives(to_latex(tree), names, functions=["f_S", "b_j"], indices=INDICES)
    assert shape(tree) in map(shape, ways)


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


@pytest.mark.parametrize(
    "latex, text",
    [
        (r"\tfrac12x", "1/2*x"),
        (r"\frac1{10}", "1/10"),
        (r"\frac\pi2", "pi/2"),
        (r"\sqrt2 i", "sqrt(2)*I"),
        (r"\sqrt[3]{x}", "root(x, 3)"),
        (r"x^23", "x^2*3"),
        (r"2\pi\times 5", "2*pi*5"),
        (r"\sin^2 x\cos 2\theta", "sin(x)^2*cos(2*theta)"),
        (r"\cos\theta' X_L", "cos(theta')*X_L | cos(theta'*X_L)"),
        (r"\sin\omega t", "sin(omega*t)"),
        (r"\sin 2\pi f t", "sin(2*pi*f*t)"),
        (r"\sin\theta\,t", "sin(theta)*t | sin(theta*t)"),
        (r"\cos\theta_M/\cos\theta_S", "cos(theta_M)//cos(theta_S)"),
        (r"\ln|x|", "log(abs(x))"),
        (r"|a|^2|b|", "abs(a)^2*abs(b)"),
        (r"\left|\frac{a}{b}\right|", "abs(a/b)"),
        (r"\{[(a+b)c+d]e\}f", "(((a + b)*c + d)*e)*f"),
        (r"\bigl(a+b\bigr)^{-1}", "(a + b)^-1"),
        (r"[a,b^\dagger]", "comm(a, dag(b))"),
        (r"\{a,b\}", "anticomm(a, b)"),
        (r"\langle\hat A\hat B\rangle", "mean(A*B)"),
        (r"\left\langle A,B\right\rangle", "sym(A, B)"),
        (r"\Delta^2 X_S C", "Var(X_S)*C"),
        (r"(\Delta X_S)^2", "DeltaX_S^2"),
        (r"\Delta^{2}\cdot x", "Delta^2*x"),
        (r"\mathrm{Var}(x)", "Var(x)"),
        (r"a^{\dagger2}", "dag(a)^2"),
        (r"a'^{\dagger}_{S}", "dag(a_S')"),
        (r"a_S^{\prime\dagger}", "dag(a_S')"),
        (r"(ab)^*", "conj(a*b)"),
        (r"f(x,y)^2", "f(x, y)^2"),
        (r"f^2(x)", "f(x)^2"),
        (r"f\,(x)", "f*x"),
        (r"g(x+y)", "g*(x + y)"),
        (r"f^*(-\Omega)", "conj(f(-Omega))"),
        (r"\dot{\hat a}_S^\dagger", "dot(dag(a_S))"),
        (r"\frac{d}{dt}x+y", "ddt(x) + y"),
        (r"\frac{\mathrm{d}x}{\mathrm{d}t}", "ddt(x)"),
        (r"\sum_{j=S,M}a_j+b", "sum(j, (S, M), a_j) + b"),
        (r"\sum_{j\in\{S,M\}}\Gamma_{jB}x", "sum(j, (S, M), Gamma_jB*x)"),
        (r"\sum_{k=1}^{3}k^2", "sum(k, (1, 2, 3), k^2)"),
        (r"\int_0^1 x\,dx+c", "integral(x, x, 0, 1) + c"),
        (r"\int_0^\infty\mathrm{d}t'\,f(t')", "integral(f(t'), t', 0, oo)"),
        (r"\int\int f(x,y)dxdy", "integral_over(integral_over(f(x, y), x), y)"),
        (r"a+b+{\rm h.c.}", "hc(a + b) | a + hc(b)"),
        (r"a+H.c.", "hc(a)"),
        (r"-a\cdot b", "-a*b"),
        (r"{a}^{2}", "a^2"),
        (r"\displaystyle x \label{eq:1} % comment", "x"),
        (r"x\quad", "x"),
        (r"1.5x.", "1.5*x"),
        (r"\varepsilon", "varepsilon"),
        (r"\Gamma_{\mathrm{S},B}", "Gamma_S_B"),
        (r"\theta_+-\theta_-", "theta_p - theta_m"),
        (r"\operatorname{Re}\,f(\Omega) + 1", "Re(f(Omega)) + 1"),
        (r"\Re a b", "Re(a)*b | Re(a*b)"),
        (r"\mathcal{L}", "cal_L"),
        (r"\tilde\gamma", "tilde_gamma"),
        (r"\bar n", "bar_n"),
        (r"x/2y", "x//2*y | x//(2*y)"),
        (r"\sin^{-1}x", "arcsin(x) | sin(x)^-1"),
        (r"a\pm b", None),
        (r"x^2^3", None),
        (r"x_1_2", None),
        (r"\sqrt", None),
        (r"\frac{a}", None),
        (r"(a+b", None),
        (r"(a+b]", None),
        (r"\left(a+b)", None),
        (r"[a,b,c]", "list(a, b, c)"),
        (r"(a,b)", "tuple(a, b)"),
        (r"\sum_{j}a_j", "sum_over(a_j, j)"),
        (r"\sum a", None),
        (r"\int x", None),
        (r"\foo", None),
        (r"a - H.c.", "a - dag(a)"),
        (r"a + H.c. + H.c.", None),
        (r"I", "I_"),
        (r"\frac{dx}{dy}", "derivative(x, y)"),
        (r"a \\ b", None),
        (r"", None),
        ("\\", None),
        (r"{", None),
        (r"}", None),
        (r"5!", "factorial(5)"),
        (r"a|b", None),
    ],
)
def test_dialect(latex, text):
    found = read_formula(latex, {r"\hat A": "A", r"\hat B": "B", r"\hat a": "a", r"\hat a_S": "a_S", "g": "g"}, functions=["f"])
    if text is None:
        assert found.status == NOT_READ and found.reason
    else:
        ways = [parse(way) for way in text.split(" | ")]
        assert found.status == (AMBIGUOUS if len(ways) > 1 else READ), found
        assert [shape(node) for (node,) in found.alternatives or (found.statements,)] == [shape(way) for way in ways]


def test_names_are_found_as_they_are_printed():
    notation = {r"\tilde\gamma_{S,0}": "gt_S0", r"\tilde\gamma_{M,0}": "gt_M0", r"\hat b'_+": "bp'"}
    spellings = r"\tilde\gamma_{S,0} \tilde{\gamma}_{S0} {\tilde\gamma}_{\mathrm{S},0} \tilde\gamma_{{S0}}"
    for latex in spellings.split():
        assert only(latex, notation) == Name("gt_S0")
    assert only(r"b_+'", notation) == only(r"\hat{b}'_{+}", notation) == Name("bp'")
    under_sum = only(r"\sum_j\tilde\gamma_{j,0}", notation, indices={"j": ("S", "M")})
    assert under_sum.body == Name("gt_j0")
    assert only(r"\tilde\gamma_{X,0}", notation) == Name("tilde_gamma_X_0")


def test_a_declared_name_is_not_found_under_another_symbol():
    assert only(r"\theta", {r"\vartheta_0": "theta"}) != Name("theta")
    assert only("x", reading_names(["a", "b"], {"a": "x", "b": "x"}) | {"y": "x"}) != Name("x")


def test_compound_symbols():
    names = {r"\langle X_S,X_M\rangle": "C", r"2R/\gamma_M": "q"}
    text = str(only(r"\langle X_S, X_M\rangle - \langle X_S, P\rangle + 2R/\gamma_{M}", names))
    assert text in ("C - sym(X_S, P) + 2*R//gamma_M", "C - sym(X_S, P) + q")


def test_statements_of_a_display():
    got = read_formula(r"x = a = b \approx c,\quad y \le 2;\; z := d, \label{eq}")
    assert got.texts == ["x = a", "x = b", "x ~= c", "y <= 2", "z := d"]
    assert not any(isinstance(s, Relation) for s in read_formula("a + b").statements)


def test_errors_point_at_the_place():
    assert re.search(r"not known.*line 2, column 4", read_formula("a +\n b \\foo c").reason, re.S)


HOSTILE = {
    "braces": "{" * 9000 + "a" + "}" * 9000,
    "open braces": "{" * 19_000,
    "brackets": "(" * 19_000,
    "stretched": r"\left(" * 3000,
    "fractions": r"\frac" * 3900,
    "nested fractions": r"\frac{" * 3000,
    "roots": r"\sqrt" * 3900,
    "root orders": r"\sqrt[" * 3000,
    "real parts": r"\Re" * 6000,
    "derivatives": r"\frac{d}{dt}" * 1500,
    "sums": r"\sum_{j=S,M}" * 1500,
    "integrals": r"\int dx " * 2300,
    "open integrals": r"\int" * 4700,
    "stars": "a^{" + "*" * 19_000 + "}",
    "accents": r"\hat{" * 3500,
    "fonts": r"\mathrm" * 2700,
    "scripts": "a^{" * 6000,
    "primes": "a" + "'" * 19_000,
    "digits": "1" * 19_000,
    "letters": "a" * 19_000,
    "slashes": "a" + "/a" * 9000,
    "signs": "-" * 19_000,
    "conjugates": "a" + "+{" * 6000,
    "variances": r"\Delta^2" * 2300,
    "bars": "|" * 19_000,
    "differentials": r"\int " + "d" * 18_000,
    "tower": "x" + "^{x" * 3000 + "}" * 3000,
    "too long": "a" * 30_000,
    "macro": r"\def\x{\x\x}\x",
    "newcommand": r"\newcommand{\a}{\a\a}\a",
    "file": r"\input{/etc/passwd}",
    "shell": r"\write18{ls}",
    "zero": "a\x00b",
    "catcode": r"\catcode`\@=11",
    "loop": r"\loop\iftrue\repeat",
    "bits": "\udcff\u202e",
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_hostile_input_is_read_or_refused(name):
    assert read_formula(HOSTILE[name], {r"\hat a": "a"}, functions=["f"]).status in STATES


@given(st.text(max_size=50))
def test_any_text_is_read_or_refused(text):
    assert read_formula(text).status in STATES


_PIECES = r"""
    \frac \tfrac \sqrt \left \right \hat \dot \tilde \mathrm \operatorname \sum \int \Delta \Gamma \theta \pi
    \infty    \sin \cos \exp \ln \Re \langle \rangle \lvert \rvert \dagger \prime \cdot \times \, \quad
    \{ \} { } ( ) [ ] | ^ _ ' + - * / = < , . : 1 2 0 a b d e i t x X S M f j H c { } { } { } ( )
"""
PIECES = tuple(_PIECES.split())


@given(st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join))
@settings(max_examples=examples(600), deadline=None)
def test_any_sequence_of_macros_is_read_or_refused(text):
    names = {"f": "f", r"\Gamma_S": "g"}
    assert read_formula(text, names, functions=["f"], indices=INDICES).status in STATES


@given(st.data())
@settings(max_examples=examples(150), deadline=None, suppress_health_check=list(HealthCheck))
def test_damaged_latex_is_read_or_refused(all_trees, data):
    latex = to_latex(data.draw(all_trees))
    i = data.draw(st.integers(0, len(latex)))
    k = data.draw(st.integers(i, min(len(latex), i + 6)))
    patch = data.draw(st.sampled_from(["", "{", "}", "^", "\\", "\\frac", "2", "("]))
    damaged = latex[:i] + patch + latex[k:]
    assert read_formula(damaged, functions=["f_S", "b_j"], indices=INDICES).status in STATES

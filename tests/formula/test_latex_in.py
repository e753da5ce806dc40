"""Reading LaTeX: the paper's own formulas, round trips of what is typeset, refusals, hostile input."""

from __future__ import annotations

import contextlib
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
    name_latex,
    names_in,
    parse,
    parse_latex,
    parse_latex_relations,
    parse_relation,
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
        (r"\cos\theta' X_L", "cos(theta')*X_L"),
        (r"\sin\omega t", "sin(omega*t)"),
        (r"\sin 2\pi f t", "sin(2*pi*f*t)"),
        (r"\sin\theta\,t", "sin(theta)*t"),
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
        (r"(\Delta X_S)^2", "sqrt(Var(X_S))^2"),
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
        (r"\int\int f(x,y)dxdy", "integral(integral(f(x, y), x, -oo, oo), y, -oo, oo)"),
        (r"a+b+{\rm h.c.}", "hc(a + b)"),
        (r"a+H.c.", "hc(a)"),
        (r"-a\cdot b", "-a*b"),
        (r"{a}^{2}", "a^2"),
        (r"\displaystyle x \label{eq:1} % comment", "x"),
        (r"x\quad", "x"),
        (r"1.5x.", "1.5*x"),
        (r"\varepsilon", "epsilon"),
        (r"\Gamma_{\mathrm{S},B}", "Gamma_S_B"),
        (r"\theta_+-\theta_-", "theta_p - theta_m"),
        (r"\operatorname{Re}\,f(\Omega) + 1", "Re(f(Omega)) + 1"),
        (r"\Re a b", None),
        (r"\mathcal{L}", None),
        (r"\tilde\gamma", None),
        (r"\bar n", None),
        (r"x/2y", None),
        (r"\sin^{-1}x", None),
        (r"a\pm b", None),
        (r"x^2^3", None),
        (r"x_1_2", None),
        (r"\sqrt", None),
        (r"\frac{a}", None),
        (r"(a+b", None),
        (r"(a+b]", None),
        (r"\left(a+b)", None),
        (r"[a,b,c]", None),
        (r"(a,b)", None),
        (r"\sum_{j}a_j", None),
        (r"\sum a", None),
        (r"\int x", None),
        (r"\foo", None),
        (r"a - H.c.", None),
        (r"a + H.c. + H.c.", None),
        (r"I", None),
        (r"\frac{dx}{dy}", None),
        (r"a \\ b", None),
        (r"", None),
        ("\\", None),
        (r"{", None),
        (r"}", None),
        (r"5!", None),
        (r"a|b", None),
    ],
)
def test_dialect(latex, text):
    if text is None:
        with pytest.raises(FormulaError):
            parse_latex(latex, functions=["f"])
    else:
        assert shape(parse_latex(latex, functions=["f"])) == shape(parse(text))


def test_names_are_found_as_they_are_printed():
    notation = {r"\tilde\gamma_{S,0}": "gt_S0", r"\tilde\gamma_{M,0}": "gt_M0", r"\hat b'_+": "bp'"}
    spellings = r"\tilde\gamma_{S,0} \tilde{\gamma}_{S0} {\tilde\gamma}_{\mathrm{S},0} \tilde\gamma_{{S0}}"
    for latex in spellings.split():
        assert parse_latex(latex, notation) == Name("gt_S0")
    assert parse_latex(r"b_+'", notation) == parse_latex(r"\hat{b}'_{+}", notation) == Name("bp'")
    under_sum = parse_latex(r"\sum_j\tilde\gamma_{j,0}", notation, indices={"j": ("S", "M")})
    assert under_sum.body == Name("gt_j0")
    with pytest.raises(FormulaError):
        parse_latex(r"\tilde\gamma_{X,0}", notation)


def test_a_declared_name_is_not_found_under_another_symbol():
    with pytest.raises(FormulaError, match="not declared"):
        parse_latex(r"\theta", {r"\vartheta_0": "theta"})
    with pytest.raises(FormulaError):
        parse_latex("x", reading_names(["a", "b"], {"a": "x", "b": "x"}) | {"y": "x"})


def test_compound_symbols():
    names = {r"\langle X_S,X_M\rangle": "C", r"2R/\gamma_M": "q"}
    tree = parse_latex(r"\langle X_S, X_M\rangle - \langle X_S, P\rangle + 2R/\gamma_{M}", names)
    assert str(tree) == "C - sym(X_S, P) + 2*R//gamma_M" or str(tree) == "C - sym(X_S, P) + q"


def test_statements_of_a_display():
    got = parse_latex_relations(r"x = a = b \approx c,\quad y \le 2;\; z := d, \label{eq}")
    assert [str(r) for r in got] == ["x = a", "x = b", "x ~= c", "y <= 2", "z := d"]
    with pytest.raises(FormulaError, match="relation"):
        parse_latex_relations("a + b")


def test_errors_point_at_the_place():
    with pytest.raises(FormulaError, match=r"line 2, column 4") as e:
        parse_latex("a +\n b \\foo c")
    assert "not read" in str(e.value)


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
    for read in (parse_latex, parse_latex_relations):
        with contextlib.suppress(FormulaError):
            read(HOSTILE[name], {r"\hat a": "a"}, functions=["f"])


@given(st.text(max_size=50))
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(FormulaError):
        parse_latex(text)


_PIECES = r"""
    \frac \tfrac \sqrt \left \right \hat \dot \tilde \mathrm \operatorname \sum \int \Delta \Gamma \theta \pi
    \infty    \sin \cos \exp \ln \Re \langle \rangle \lvert \rvert \dagger \prime \cdot \times \, \quad
    \{ \} { } ( ) [ ] | ^ _ ' + - * / = < , . : 1 2 0 a b d e i t x X S M f j H c { } { } { } ( )
"""
PIECES = tuple(_PIECES.split())


@given(st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join))
@settings(max_examples=600, deadline=None)
def test_any_sequence_of_macros_is_read_or_refused(text):
    for read in (parse_latex, parse_latex_relations):
        with contextlib.suppress(FormulaError):
            read(text, {"f": "f", r"\Gamma_S": "g"}, functions=["f"], indices=INDICES)


@given(st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_damaged_latex_is_read_or_refused(all_trees, data):
    latex = to_latex(data.draw(all_trees))
    i = data.draw(st.integers(0, len(latex)))
    k = data.draw(st.integers(i, min(len(latex), i + 6)))
    patch = data.draw(st.sampled_from(["", "{", "}", "^", "\\", "\\frac", "2", "("]))
    with contextlib.suppress(FormulaError):
        parse_latex(latex[:i] + patch + latex[k:], functions=["f_S", "b_j"], indices=INDICES)

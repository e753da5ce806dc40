"""Every public object shows itself: text, LaTeX, HTML; the objects are those of the examples in all public docstrings."""

from __future__ import annotations

import ast
import contextlib
import copy
import doctest
import html.parser
import inspect
import io
import pickle
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from functools import cache, reduce
from pathlib import Path
from typing import Any

import pytest
import sympy as sp

import cascade_sym as cs
from cascade_sym.evaluate.covariances import CovarianceValues
from cascade_sym.latex.displayed import value_latex
from cascade_sym.latex.notation import symbol_latex
from cascade_sym.latex.text_blocks import span
from cascade_sym.shown import Shown
from tests.counts import THOROUGH

# what no example makes, because it takes long or writes files
HEAVY = {"verify", "scaling", "lower_bound", "sweep"}


@cache
def _examples(name: str) -> tuple[tuple[str, Any], ...]:
    """All values of the toolkit's types that the example of a public name makes or shows."""
    found: list[tuple[str, Any]] = []
    target = getattr(cs, name)
    names: dict[str, Any] = dict(vars(inspect.getmodule(target) or cs))
    tests = doctest.DocTestFinder(exclude_empty=True, recurse=False).find(target, name, globs=names)
    for test in tests:
        for example in test.examples:
            with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(Exception):
                exec(compile(example.source, name, "exec"), test.globs)
                for node in ast.walk(ast.parse(example.source)):
                    if isinstance(node, ast.Call | ast.Subscript | ast.Attribute):
                        source = ast.unparse(node)
                        with contextlib.suppress(Exception):
                            found.append((source, eval(compile(source, name, "eval"), test.globs)))
        found += [(k, v) for k, v in test.globs.items() if k not in names]
    return tuple((k, v) for k, v in _inside(found) if isinstance(v, Shown))


def _inside(values: list[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    for k, v in values:
        yield k, v
        if isinstance(v, tuple | list) and not hasattr(v, "_fields"):
            yield from ((f"{k}[{n}]", x) for n, x in enumerate(v))
        if isinstance(v, dict):
            yield from ((f"{k}[{n!r}]", x) for n, x in v.items())


FUNCTIONS = {"Live", "sliders", "Model"}  # a registry of a folder's functions, which no file holds
NAMES = [n for n in cs.__all__ if n not in HEAVY]
OFTEN = 10**6 if THOROUGH else 2  # names with whose values a type is stored and read back
STORED: Counter[type] = Counter()


class _Balanced(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def looks_good(value: Any, where: str) -> None:
    text = repr(value)
    lines = text.splitlines()
    assert str(value) == text
    assert 0 < len(lines) < 25, where
    assert all(span(line) <= 110 for line in lines), (where, text)
    assert "object at 0x" not in text, where
    for name in type(value).__dataclass_fields__ if hasattr(value, "__dataclass_fields__") else ():
        assert not text.startswith(f"{type(value).__name__}({name}="), where
    latex = value._repr_latex_()
    assert latex.startswith("$") and latex.endswith("$"), where
    assert latex.count("{") - latex.count(r"\{") == latex.count("}") - latex.count(r"\}"), where
    page = _Balanced()
    page.feed(value._repr_html_())
    assert not page.open, where


def comes_back(value: Any, where: str, place: Path) -> None:
    """Through a file, pickle and deepcopy: it looks the same, and is equal where equality is of its values."""
    cs.save(value, place / "x.json")
    first = (place / "x.json").read_bytes()
    others = [pickle.loads(pickle.dumps(value)), copy.deepcopy(value)]
    if "eliminate" in where:  # numbers that SymPy evaluates when it unpickles them
        others = []
    for again in (cs.load(place / "x.json"), *others):
        assert type(again) is type(value), where
        assert repr(again) == repr(value), where
        if type(value).__eq__ is not object.__eq__ and not isinstance(value, CovarianceValues):
            assert again == value, where
        cs.save(again, place / "y.json")
        assert (place / "y.json").read_bytes() == first, where


@pytest.mark.parametrize("name", NAMES)
def test_every_public_object_shows_itself_and_comes_back(name: str, tmp_path: Path) -> None:
    target = getattr(cs, name)
    kinds = set()
    for where, value in _examples(name):
        looks_good(value, f"{name}: {where}")
        importable = getattr(sys.modules[type(value).__module__], type(value).__name__, None) is type(value)
        if importable and name not in FUNCTIONS and type(value) not in kinds and STORED[type(value)] < OFTEN:
            kinds.add(type(value))
            comes_back(value, f"{name}: {where}", tmp_path)
    STORED.update(kinds)
    if inspect.isclass(target) and not issubclass(target, cs.Shown):
        pytest.fail(f"{name} does not show itself: derive it from cascade_sym.shown.Shown")


def test_the_examples_reach_most_types() -> None:
    """The walk would see nothing if the examples broke."""
    types = {type(v).__name__ for n in NAMES for _, v in _examples(n)}
    assert {"LinearSystem", "Covariance", "Quantity", "Spectrum", "Sensitivity", "Evaluator", "Oscillator"} <= types
    assert len(types) > 30


NAMED = {
    r"\kappa_1": r"\kappa_{1}", "κ": r"\kappa", "κ₁": r"\kappa_{1}", "n̄": r"\bar{n}", "n̄_S": r"\bar{n}_{S}",
    "nbar_th": r"\bar{n}_{\mathrm{th}}", "Gamma_SB": r"\Gamma_{SB}", r"\Gamma_SB": r"\Gamma_{SB}", r"\mu": r"\mu",
    "ħ": r"\hbar", "γ₊": r"\gamma_{+}", r"\tilde\gamma_{S,0}": r"\tilde\gamma_{S,0}", "é_1": r"\text{é}_{1}",
}  # fmt: skip


@pytest.mark.parametrize("name", NAMED)
def test_names_are_typeset_as_they_are_meant(name: str) -> None:
    assert symbol_latex(name) == NAMED[name]
    assert "?" not in repr(cs.Quantity("q", sp.Symbol(name) + 1))


@pytest.mark.parametrize("name", [r"\mu", "κ", "M"])
def test_the_default_symbols_of_a_part_follow_its_name(name: str) -> None:
    latex = cs.Oscillator(name)._repr_latex_()
    letter = {"κ": r"\kappa"}.get(name, name)
    gap = " " if letter != "M" else ""
    assert f"\\Gamma_{{{letter}{gap}B}}" in latex and f"\\gamma_{{{letter}{gap}0}}" in latex
    assert "?" not in latex


x, y = sp.symbols("x y")
IN_BRACKETS = [  # where a sum, a negative, a quotient on one line and a fraction need brackets
    (x * y, r"({})y", "sum minus slash"), (y - x, r"y - ({})", "sum minus"), (x**2, r"\left({}\right)^{{2}}", "sum minus slash"),
    (x**2, r"\left({}\right)^{{2}}", "fraction"), (sp.sin(x), r"\sin({})", "sum minus slash"), (1 / x, r"\frac{{1}}{{{}}}", "sum minus slash"),
    (y - x, r"y - {}", "slash fraction"), (sp.sqrt(x), r"\sqrt{{{}}}", "sum minus slash fraction"), (x * y, r"{}y", "fraction"),
]  # fmt: skip
KINDS = {"sum": r"\alpha + \beta", "minus": "-z", "slash": "a/b", "fraction": r"\frac{a}{b}"}


@pytest.mark.parametrize(("e", "form", "kind"), [(e, f, k) for e, f, kinds in IN_BRACKETS for k in kinds.split()])
def test_a_notation_gets_its_brackets(e: sp.Expr, form: str, kind: str) -> None:
    assert value_latex(e, cs.notation({x: KINDS[kind]})) == f"$\\displaystyle {form.format(KINDS[kind])}$"


def test_a_notation_holds_in_its_block_alone() -> None:
    q = cs.Quantity("q", x + y)
    outside = repr(q), q._repr_latex_(), q._repr_html_()
    with cs.notation({"x": r"\kappa"}) as outer:
        assert all("\\kappa" in t or "κ" in t for t in (repr(q), q._repr_latex_(), q._repr_html_()))
        with cs.notation({"y": r"\mu"}):
            assert "μ" in repr(q) and "κ" not in repr(q)
        assert "κ" in repr(q)
        with pytest.raises(ZeroDivisionError), outer:
            1 / 0  # noqa: B018
        seen = []
        thread = threading.Thread(target=lambda: seen.append(repr(q)))
        thread.start()
        thread.join()
        assert seen == [outside[0]]  # another thread has its own
    assert (repr(q), q._repr_latex_(), q._repr_html_()) == outside


def test_ten_modes_are_cut_and_not_worked_on() -> None:
    chain = reduce(lambda a, b: a >> cs.Loss() >> b, [cs.Oscillator(f"M{k}", mass=(-1) ** k) for k in range(10)])
    system = cs.as_system(chain)
    V = cs.covariance(system)
    for value in (chain, system, V, V["X_M9", "X_M9"], cs.noise_spectrum(system, "P_L")):
        looks_good(value, type(value).__name__)
        assert len(value._repr_latex_()) < 12_000
    huge = cs.Quantity("huge", sp.Add(*(sp.Symbol(f"a{k}") ** k for k in range(1, 4000))))
    looks_good(huge, "huge")
    assert len(huge._repr_latex_()) < 200
    assert "shown whole" not in repr(huge)


def test_keys_complete() -> None:
    V = cs.covariance(cs.Oscillator("M"))
    assert ("X_M", "P_M") in V._ipython_key_completions_()
    for key in V._ipython_key_completions_():
        V[key]  # all of them exist


def test_a_long_reason_is_shown_in_words() -> None:
    found = cs.equal(sp.gamma(sp.Symbol("x")), sp.Symbol("x"))
    assert " ".join(str(found).split()) == f"undecided reason = {found.reason}"
    assert max(map(len, str(found).splitlines())) <= 100


@pytest.mark.parametrize(
    ("latex", "shown"),
    [
        (r"\tfrac12 x", "1/2 x"), (r"a \leftarrow b", "a ← b"), (r"1.5\times 10^{-3}", "1.5 × 10⁻³"), (r"x^12", "x¹ 2"),
        (r"\operatorname*{max} f", "max f"), (r"12.5 + 2.25", "12.5 + 2.25"),
    ],
)  # fmt: skip
def test_pieces_of_latex_are_those_of_tex(latex: str, shown: str) -> None:
    """An argument without braces is one character; \\leftarrow is no \\left."""
    from cascade_sym.latex.layout import layout

    assert layout(latex).text == shown

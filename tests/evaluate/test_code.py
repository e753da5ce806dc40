"""Exported code gives the value of the quantity in every language, wherever it exists, whatever its names are."""

from __future__ import annotations

import keyword
import math
import random
import re
import subprocess
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy as sp

import cascade_sym as cs
from cascade_sym.definitions import Definitions, Quantity
from cascade_sym.errors import FormulaError, OutsideExactDomain
from cascade_sym.evaluate.backends.numpy_blocks import OPERATIONS
from cascade_sym.evaluate.plan import Plan
from cascade_sym.evaluate.source.code import LANGUAGES, code, source
from cascade_sym.evaluate.targets import read_target
from cascade_sym.paper import load_folder
from cascade_sym.program.builder import guarded
from cascade_sym.program.functions import TABLE
from cascade_sym.program.nodes import TESTS
from cascade_sym.symbols import complex_symbol
from tests.core.hamiltonians import Modes
from tests.evaluate.languages import FLAGS, c_functions, compiler, run_julia, run_mathematica, run_python
from tests.latex.cases import pair, turned_pair

x, y, u = sp.symbols("x y u")
K, L = complex_symbol("K"), complex_symbol("L")
NUMBERS = {"x": 0.37, "y": 1.625, "u": -0.71, "K": 0.3 - 0.7j, "L": -1.25 + 0.5j}
HALF = sp.Rational(1, 2)
FUNCTIONS = (sp.exp, sp.log, sp.sin, sp.cos, sp.tan, sp.sinh, sp.cosh, sp.tanh, sp.Abs)
ABOVE_ONE = {"arcosh", "arcoth", "arcsec", "arccsc"}


def point(q: Quantity) -> list[Any]:
    names = dict.fromkeys(s.name for s in q.parameters)
    return [NUMBERS.get(n, 0.3 + 0.17 * i) for i, n in enumerate(names)]


def expected(q: Quantity, values: list[Any]) -> complex:
    """By SymPy and mpmath, definition by definition: no part of the toolkit computes."""
    given = dict(zip(dict.fromkeys(s.name for s in q.parameters), values, strict=True))
    known: dict[Any, Any] = {s: sp.sympify(given[s.name]) for s in q.parameters}
    for s, e in q.definitions:
        known[s] = e.xreplace(known).evalf(30)
    return complex(q.expr.xreplace(known).evalf(30))


def close(found: Any, wanted: complex, tolerance: float = 1e-12) -> None:
    assert complex(found) == pytest.approx(wanted, rel=tolerance, abs=1e-300), (found, wanted)


def in_every_language(quantities: list[Quantity], place: Path, tolerance: float = 1e-12, read: int = 1000) -> None:
    """Each quantity at its point, in all languages; Julia's and Mathematica's lines for the first `read` only."""
    compiled = c_functions([code(q, "c") for q in quantities], place)
    for k, (q, by_c) in enumerate(zip(quantities, compiled, strict=True)):
        values = point(q)
        wanted = expected(q, values)
        close(run_python(code(q, "python"), values), wanted, tolerance)
        close(by_c(values), wanted, tolerance)
        if k < read:
            close(run_julia(code(q, "julia"), values), wanted, tolerance)
            close(run_mathematica(code(q, "mathematica"), [sp.sympify(v) for v in values]), wanted, tolerance)


# -- what is computed -------------------------------------------------------------------------------------------


def of_the_table() -> list[Quantity]:
    """Every function of the table, of real and of complex arguments where it takes them, in a formula."""
    found = []
    for f in TABLE:
        counts = range(f.least, min(f.most, 3) + 1)
        for n in counts:
            first = y if f.name in ABOVE_ONE else x
            found.append(Quantity(f"real_{f.name}", 3 - f.sympy(*(first, y, u)[:n]) / u))
        try:
            q = Quantity(f"complex_{f.name}", 3 - f.sympy(*(K, L)[: f.least]) / K)
            code(q, "python")
        except (OutsideExactDomain, TypeError):  # not a function of complex values; SymPy has its own words for it
            continue
        found.append(q)
    return found


def test_every_function_of_the_table_in_every_language(tmp_path: Path) -> None:
    quantities = of_the_table()
    assert {q.name.split("_", 1)[1] for q in quantities} == {f.name for f in TABLE}
    in_every_language(quantities, tmp_path)


def test_every_operation_of_the_evaluators_in_every_language() -> None:
    for language in LANGUAGES.values():
        assert set(language.operations) | TESTS >= set(OPERATIONS) - {"proderr"}


def random_formula(rng: random.Random, depth: int, leaves: list[sp.Expr], turn: sp.Expr) -> sp.Expr:
    """`turn` is a factor of what stands under roots and in functions: 1, or a complex number that keeps them off cuts."""

    def inner() -> sp.Expr:
        return random_formula(rng, depth - 1, leaves, turn)

    if depth == 0:
        return rng.choice(leaves)
    match rng.randrange(8):
        case 0 | 1:
            return inner() - inner() * rng.choice([2, sp.Rational(-1, 3), sp.pi])
        case 2 | 3:
            return inner() * inner()
        case 4:
            return inner() / inner()
        case 5:
            return (turn * inner()) ** rng.choice([2, 3, -1, -2, HALF, -3 * HALF, sp.Rational(1, 3)])
        case _:
            return rng.choice(FUNCTIONS)(turn * inner())


def random_quantities(count: int) -> list[Quantity]:
    """Formulas over two definitions, half of them complex; those without a value at the point are left out."""
    rng = random.Random(20)
    found: list[Quantity] = []
    d, e = sp.Symbol("d"), complex_symbol("e")
    while len(found) < count:
        definitions = [(d, random_formula(rng, 2, [x, y, u], sp.Integer(1)))]
        leaves, turn = [x, y, u, d, d, sp.Integer(2), sp.Rational(-3, 7)], sp.Integer(1)
        if len(found) % 2:
            definitions.append((e, random_formula(rng, 2, [x, d, K, L], K)))
            leaves, turn = [x, d, K, L, e, e], K
        q = Quantity(f"f_{len(found)}", random_formula(rng, 3, leaves, turn), Definitions(tuple(definitions)))
        try:
            wanted = expected(q, point(q))
            inner = [expected(Quantity("d", e), point(Quantity("d", e))) for s, e in q.definitions if s == d]
        except TypeError:  # SymPy met an infinity
            continue
        real = not any(v.imag for v in (*inner, wanted if turn == 1 else 0j))
        if real and len(q.parameters) > 1 and 1e-6 < abs(wanted) < 1e6:
            found.append(q)
    return found


def test_random_formulas_in_every_language(tmp_path: Path) -> None:
    in_every_language(random_quantities(24), tmp_path, 1e-9)


def test_covariances_of_systems_in_every_language(tmp_path: Path) -> None:
    real, turned = cs.covariance(pair()), cs.covariance(turned_pair())
    elements = [real["X_M", "X_M"], real["X_S", "X_M"], turned["X_S", "P_M"], turned["P_M", "P_M"]]
    in_every_language(elements, tmp_path, 1e-11)


def test_hamiltonians_with_complex_couplings_against_numpy(tmp_path: Path) -> None:
    part = sp.Rational(1, 100)
    couplings = {("exchange", 0, 1): (30 + 20 * sp.I) * part, ("pair", 0, 1): 8 * sp.I * part, ("parametric", 0, 0): 7 * part}
    system = Modes((30 * part, -50 * part), sp.Integer(1), (40 * part, 60 * part), (sp.Integer(1), 20 * part), couplings)
    V, (wanted, condition) = cs.covariance(system.system()), system.covariance()
    numbers = {s.name: complex(v) if v.is_real is False else float(v) for s, v in system.symbols().items()}
    elements = {(i, j): V[i, j] for i, j in (("X_m0", "P_m1"), ("X_m1", "X_m1"))}
    compiled = c_functions([code(q, "c") for q in elements.values()], tmp_path)
    for (q, f), value in zip(zip(elements.values(), compiled, strict=True), (wanted[0, 3], wanted[2, 2]), strict=True):
        given = [numbers[n] for n in dict.fromkeys(s.name for s in q.parameters)]
        found = run_python(code(q, "python"), given)
        assert isinstance(found, float) and found == pytest.approx(value, rel=1e-13 * condition)
        assert f(given) == pytest.approx(value, rel=1e-13 * condition)
        assert run_julia(code(q, "julia"), given) == pytest.approx(value, rel=1e-13 * condition)


def test_julia_is_accepted_by_a_parser_of_its_grammar() -> None:
    grammar, tree_sitter = pytest.importorskip("tree_sitter_julia"), pytest.importorskip("tree_sitter")
    parser = tree_sitter.Parser(tree_sitter.Language(grammar.language()))
    texts = [code(q, "julia") for q in (*of_the_table(), bounded(), of_the_paper("xi_g"))]
    assert not [t for t in texts if parser.parse(t.encode()).root_node.has_error]
    assert parser.parse(texts[0].replace(".(", ".((", 1).encode()).root_node.has_error


def test_the_source_of_an_evaluator_is_what_it_computes() -> None:
    for target, over in (({"a": x * y**2, "b": K * sp.sin(y) / x}, None), ([x * y**2, sp.exp(-x) * y], ["x", "y"])):
        f = cs.evaluator(target) if over is None else cs.evaluator(target).gradient(over)
        wanted = f({n: NUMBERS[n] for n in f.parameters})
        parts = list(wanted.values()) if over is None else [v for value, slopes in wanted for v in (value, *slopes)]
        np.testing.assert_allclose(run_python(f.source, [NUMBERS[n] for n in f.parameters]), parts, rtol=1e-15)


# -- in the regime of the paper's figures -----------------------------------------------------------------------


@lru_cache
def of_the_paper(name: str) -> Quantity:
    return load_folder(Path(__file__).parents[2] / "derivations" / "huang2018").model.declared(name).make()


def near_the_optimum(n: int) -> dict[str, np.ndarray]:
    """Cooperativities from 1 to 1e6, angles within 1e-6 to 0.3 of 45 degrees, equal or nearly so in half of the points."""
    rng = np.random.default_rng(3)
    offset, other = 10 ** rng.uniform(-6, -0.5, (2, n))
    other = np.where(rng.random(n) < 0.5, offset * (1 + 10 ** rng.uniform(-12, -3, n)), other)
    return {
        "C_S": 10 ** rng.uniform(0, 6, n), "C_M": 10 ** rng.uniform(0, 6, n), "n_S": rng.uniform(0, 3, n),
        "theta_S": np.pi / 4 + offset, "theta_M": np.pi / 4 + other, "n_M": 10 ** rng.uniform(0, 6, n),
        "gamma_S0": 10 ** rng.uniform(1, 5, n), "gamma_M0": 10 ** rng.uniform(-1, 3, n), "epsilon": rng.uniform(0, 0.3, n),
        "delta": 10 ** rng.uniform(-3, 3, n),
    }  # fmt: skip


FIGURES = ("xi_g", "R", "gamma_S", "var_X_M", "sym_X_S_X_M", "N_M", "g")


def test_no_digits_are_lost_where_the_figures_are(tmp_path: Path) -> None:
    count = 10
    points, quantities = near_the_optimum(count), [of_the_paper(n) for n in FIGURES]
    written: dict[str, float] = {}
    for q, f in zip(quantities, c_functions([code(q, "c") for q in quantities], tmp_path), strict=True):
        rows = {n: points[n] for n in sorted(s.name for s in q.parameters)}
        exact = [float(cs.exact_value(q, {n: sp.Rational(float(v[k])) for n, v in rows.items()}, 17)[0]) for k in range(count)]
        by_c = np.array([f([v[k] for v in rows.values()]).real for k in range(count)])
        for found in (run_python(code(q, "python"), list(rows.values())), by_c):
            errors = np.abs(found / np.array(exact) - 1)
            assert np.median(errors) < 1e-15 and np.quantile(errors, 0.8) < 1e-14 and errors.max() < 1e-10, q.name
        literal = source(guarded(Plan(read_target(q)).literal), q.name, list(rows), LANGUAGES["python"])
        written[q.name] = np.abs(run_python(literal, list(rows.values())) / np.array(exact) - 1).max()
    assert written["gamma_S"] > 1e-13 and written["R"] > 1e-10  # the definitions as they stand do lose digits


def test_labels_are_the_definitions() -> None:
    q = of_the_paper("xi_g")
    text = code(q, "python")
    assert all(f"\n    {s.name} = " in text for s, _ in q.definitions)
    assert text == code(q, "python")


# -- domains, shapes, kinds of numbers --------------------------------------------------------------------------


def bounded() -> Quantity:
    """Exists for x > 0, y >= 0; complex."""
    return Quantity("f", sp.sqrt(u) + y * K / x, domain=(x,), nonnegative=(y,))


def test_outside_the_domain_the_value_is_nan(tmp_path: Path) -> None:
    q = bounded()
    (f,) = c_functions([code(q, "c")], tmp_path)
    python, julia = code(q, "python"), code(q, "julia")
    inside, *outside = [(1j, 4.0, 2.0, 0.0), (1j, 4.0, 0.0, 1.0), (1j, 4.0, -1.0, 1.0), (1j, 4.0, 2.0, -1e-300),
                        (1j, -4.0, 2.0, 1.0), (1j, 4.0, math.nan, 1.0)]  # fmt: skip
    runs = [lambda *v: run_python(python, v), lambda *v: f(v), lambda *v: run_julia(julia, v)]
    for run in runs:
        assert complex(run(*inside)) == 2
        for values in outside:
            z = complex(run(*values))
            assert math.isnan(z.real) or math.isnan(z.imag)
    mathematica = code(q, "mathematica")
    assert run_mathematica(mathematica, [sp.I, 4, 2, 0]) == sp.Float(2, 30)
    assert run_mathematica(mathematica, [sp.I, 4, -1, 1]) is sp.nan
    for text in (python, julia, mathematica, code(q, "c")):
        assert re.search(r"(nan|Indeterminate) unless x > 0, y >= 0", text)


def test_nan_goes_through_minima_and_maxima(tmp_path: Path) -> None:
    qs = [Quantity("f", sp.Min(x, y)), Quantity("f", sp.Max(x, y)), Quantity("f", sp.Max(x, 2)), Quantity("f", sp.Min(y, -2))]
    for q, f in zip(qs, c_functions([code(q, "c") for q in qs], tmp_path), strict=True):
        for values in ([math.nan, 1.0], [1.0, math.nan], [math.nan, math.nan]):
            given = values[: len(q.parameters)] if len(q.parameters) == 2 else [math.nan]
            found = [run_python(code(q, "python"), given), f(given), run_julia(code(q, "julia"), given)]
            assert all(math.isnan(complex(v).real) for v in found)


def test_python_broadcasts_and_takes_what_is_a_number() -> None:
    q = Quantity("f", x**2 * y**2 + sp.Max(x, y) + sp.cos(u) ** 2 + sp.sin(u) ** 2)  # no u is left
    text = code(q, "python")
    assert run_python(text, ([0.0, 1.0], 2, [[1], [2], [3]])).shape == (3, 2)  # though u is left out
    wide = run_python(text, (1, np.array([1, 2, 3]), np.arange(2)[:, None]))
    assert wide.dtype == float and wide.shape == (2, 3) and np.array_equal(wide[1], [3, 7, 13])
    assert run_python(code(Quantity("f", 1 / x + 1 / y), "python"), (1e200, 1e200)) == 2e-200
    huge = 3 * 10**9
    for value in (huge, np.int64(huge), np.float32(huge), sp.Integer(huge), float(huge)):
        found = run_python(text, (0.5, value, value))
        assert isinstance(found, float) and found == float(huge) ** 4 + float(huge) + 1
    with pytest.raises(TypeError):
        run_python(text, (0.5, 1j, 1.0))


def test_numbers_of_every_size_and_a_quantity_without_parameters(tmp_path: Path) -> None:
    tiny, huge = sp.Integer(10) ** -30, sp.Integer(3) ** 100
    qs = [Quantity("f", sp.pi + sp.E), Quantity("g", x * tiny + sp.sqrt(2) * tiny), Quantity("h", -huge * x - huge * sp.pi),
          Quantity("k", sp.Integer(7)), Quantity("l", sp.I * sp.sqrt(3)), Quantity("m", x)]  # fmt: skip
    in_every_language(qs, tmp_path)
    assert "Pi" in code(Quantity("f", x * sp.pi), "mathematica")


def test_constants_are_rounded_once() -> None:
    third, root = sp.Rational(1, 3), sp.sqrt(2) - sp.Rational(14142135623, 10**10)
    text = code(Quantity("f", third * x + root * y), "c")
    assert f"{1 / 3!r}" in text and f"{float(root.evalf(40))!r}" in text
    assert "(1/3)" in code(Quantity("f", third * x), "mathematica")


# -- names ------------------------------------------------------------------------------------------------------

GREEK = "".join(map(chr, [*range(0x391, 0x3A2), *range(0x3A3, 0x3CA), 0x3D1, 0x3D5, 0x3F1, 0x3F5, 0xB5]))
ODD = [
    "_", "__", "_x", "__init__", "x'", "x''", "x_prime", "x+", "x-", "a b", "a_b", "aB", "a.b", "1x", "", " ", "∂", "漢", "ħ", "ℏ",
    "é", "x²", "x2", "x_2", "x_{2}", "t1", "t2", "t_1", "value", "both", "parts", "re_K", "im_K", "*/", "/*", "(*", "*)", '"""',
    "x\n", "\ud800", "\u202e", "\\", "\x00", "Gamma", "gamma", "lambda", "None", "self", "numpy", "Module", "Indeterminate",
    "N", "I", "E", "C", "D", "K", "O", "S", "Q", "Pi", "pi", "Sqrt", "complex", "M_PI", "NAN", "linux", "unix", "printf", "main",
]  # fmt: skip


def named(names: list[str], function: str = "f") -> Quantity:
    """A formula in which every name is a parameter once and a definition once; every value matters."""
    parameters = [sp.Symbol(n) for n in names]
    defined = [(sp.Symbol(f"{n}\u00a0"), p * (k + 2) + 1) for k, (n, p) in enumerate(zip(names, parameters, strict=True))]
    return Quantity(function, sp.Add(*(s * (k + 1) for k, (s, _) in enumerate(defined))), Definitions(tuple(defined)))


def declared_words(place: Path) -> list[str]:
    """All macros and functions that the headers give, with extensions."""
    (place / "h.c").write_text("#include <math.h>\n#include <complex.h>\n#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n")
    macros = subprocess.run([compiler(), "-dM", "-E", "h.c"], cwd=place, capture_output=True, text=True, check=True).stdout
    found = set(re.findall(r"^#define ([A-Za-z]\w*)", macros, flags=re.M))
    subprocess.run([compiler(), "-fsyntax-only", "-aux-info", "aux", "h.c"], cwd=place, check=True)
    return sorted(found | set(re.findall(r"\b([a-z]\w*) \(", (place / "aux").read_text())))


def words(language: str, place: Path) -> list[str]:
    more = declared_words(place) if language == "c" else [*keyword.kwlist, *keyword.softkwlist]
    return list(dict.fromkeys([*ODD, *GREEK, *more, *sorted(LANGUAGES[language].reserved)]))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_name_becomes_an_identifier_of_its_own(language: str, tmp_path: Path) -> None:
    names = words(language, tmp_path)
    q = named(names)
    text = code(q, language)
    values = [(k % 17) / 8 for k in range(len(q.parameters))]
    wanted = sum((k + 1) * ((k + 2) * v + 1) for k, v in enumerate(values_of(names, q, values)))
    if language == "python":
        found = run_python(text, values)
    elif language == "c":
        found = c_functions([text], tmp_path, [*FLAGS, "-O0"])[0](values)
        assert found == c_functions([text], tmp_path, [*FLAGS, "-O0", "-std=gnu17"])[0](values)
    elif language == "julia":
        found = run_julia(text, values)
    else:
        found = run_mathematica(text, [sp.Rational(v) for v in values])
        bare = re.sub(r"\(\*.*?\*\)", "", text)
        assert set(re.findall(r"\b[A-Z]\w*", bare)) <= {"Module", "SetAttributes", "Listable"} and "_," in bare
    assert complex(found).real == pytest.approx(wanted, rel=1e-12)
    pattern = {"c": r"double (\w+)(?=[,)]| =)", "mathematica": r"(\w+)_(?=[,\]])|^  (\w+)(?= = )"}.get(language, r"^    (\w+) = ")
    identifiers = {m.group(m.lastindex) for m in re.finditer(pattern, text, flags=re.M)}
    assert len(identifiers) >= 2 * len(names) and not identifiers & LANGUAGES[language].reserved
    text.encode("utf-8")


def values_of(names: list[str], q: Quantity, values: list[float]) -> list[float]:
    given = dict(zip((s.name for s in q.parameters), values, strict=True))
    return [given[n] for n in names]


@pytest.mark.parametrize("name", ["signal", "printf", "exp", "gamma", "lambda", "numpy", "N", "I", "x", "θ", "a b", "main", "*/", "end", "im"])
def test_functions_may_have_any_name(name: str, tmp_path: Path) -> None:
    in_every_language([Quantity(name, sp.exp(x) + sp.Symbol("x ") + y, Definitions(((sp.Symbol("x "), x**2),)))], tmp_path)
    source_text = code(Quantity(name, sp.exp(x)), "c")
    (tmp_path / "alone.c").write_text("#include <stdlib.h>\n#include <string.h>\n#include <signal.h>\n#include <stdio.h>\n" + source_text)
    subprocess.run([compiler(), *FLAGS, "-std=gnu17", "-o", "alone.so", "alone.c", "-lm"], cwd=tmp_path, check=True)


def test_what_is_renamed_is_told_and_what_is_legal_stays() -> None:
    theta, other = sp.Symbol("θ"), sp.Symbol("theta")
    for language, comment in {"python": "# theta_ is θ", "c": "/* theta_ is θ */", "julia": "# theta_ is θ",
                              "mathematica": "(* theta2 is θ *)"}.items():  # fmt: skip
        text = code(Quantity("f", theta / other), language)
        assert comment in text
        assert " is " not in code(Quantity("f", x / y), language)


def test_two_symbols_of_one_name_are_one_parameter() -> None:
    q = Quantity("f", sp.Symbol("x", positive=True) + 2 * x)
    assert run_python(code(q, "python"), [1.5]) == 4.5


def test_unknown_languages_are_refused() -> None:
    with pytest.raises(FormulaError, match="fortran"):
        code(Quantity("f", x), "fortran")

"""The passes from one program to a cheaper one: same values, fewer operations, and what they promise."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cascade_sym.definitions import Definitions, Quantity
from cascade_sym.evaluate import evaluator
from cascade_sym.evaluate.backends.numpy_blocks import NumpyKernel
from cascade_sym.evaluate.program.angles import expand_angles
from cascade_sym.evaluate.program.forms import growth
from cascade_sym.evaluate.program.powers import factor
from cascade_sym.program.builder import guarded
from cascade_sym.program.calculation import read_program
from cascade_sym.program.nodes import Program, operation_counts
from tests.counts import examples
from tests.evaluate.models import mild_points, pair_variance

x, y, z = sp.symbols("x y z")


def run(program: Program, values: dict[str, np.ndarray]) -> list[np.ndarray]:
    kernel = NumpyKernel(guarded(program))
    n = len(next(iter(values.values())))
    outs = [np.empty(n) for _ in program.output_nodes()]
    kernel(n, [values[name] for name, _ in kernel.leaves], outs)
    return outs


@st.composite
def angles(draw: st.DrawFn) -> sp.Expr:
    terms = [sp.Rational(draw(st.integers(-4, 4)), draw(st.sampled_from([1, 2]))) * s for s in (x, y)]
    return sum(terms, sp.Integer(0)) + sp.Rational(draw(st.integers(-8, 8)), 12) * sp.pi


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(st.tuples(st.sampled_from([sp.sin, sp.cos, sp.tan]), angles()), min_size=1, max_size=4))
def test_angles_keep_their_values(calls: list[tuple[type, sp.Expr]]) -> None:
    expr = sum((f(a) for f, a in calls), sp.Integer(0)) + x
    assume(not expr.has(sp.zoo))
    program = read_program(Definitions(), {"v": expr})
    values = {n: np.linspace(0.11, 1.23, 17) * k for n, k in (("x", 1.0), ("y", 1.7))}
    plain, expanded = run(program, values)[0], run(expand_angles(program), values)[0]
    scale = 1 + np.abs(plain)
    assert np.allclose(plain, expanded, rtol=0, atol=1e-11 * scale.max() ** 2)


@st.composite
def formulas(draw: st.DrawFn, depth: int = 4) -> sp.Expr:
    if depth == 0:
        return draw(st.sampled_from([x, y, z, sp.Integer(2), sp.Rational(1, 3), 1 - x / 9]))
    a, b = draw(formulas(depth=depth - 1)), draw(formulas(depth=depth - 1))
    kind = draw(st.sampled_from(["add", "sub", "mul", "div", "root", "square", "leaf"]))
    made = {"add": a + b, "sub": a - b, "mul": a * b, "div": a / (b**2 + 1), "square": a**2,
            "root": sp.sqrt(a**2 * x + y * b**2), "leaf": a}  # fmt: skip
    return made[kind]


@settings(max_examples=examples(150), deadline=None)
@given(formulas(), st.booleans())
def test_factoring_keeps_values(expr: sp.Expr, under_root: bool) -> None:
    expr = sp.sqrt(x * y) * expr / sp.sqrt(z * y) if under_root else expr
    program = read_program(Definitions(), {"v": expr})
    rng = np.random.default_rng(0)
    values = {n: rng.uniform(0.1, 2.0, 25) for n in "xyz"}
    plain, factored = run(program, values)[0], run(factor(program), values)[0]
    assert np.allclose(plain, factored, rtol=1e-8, atol=1e-9)


WAVES = [f(a) for f in (sp.sin, sp.cos) for a in (x, y, z, 2 * x, 2 * y, x + y, x - z)]


@st.composite
def wave_sums(draw: st.DrawFn) -> sp.Expr:
    """Products of few waves over several angles, with coefficients that are often equal or opposite."""
    terms = []
    for _ in range(draw(st.integers(2, 7))):
        term = sp.Integer(draw(st.sampled_from([1, -1, 1, -1, 2])))
        for w in draw(st.lists(st.sampled_from(WAVES), min_size=1, max_size=3)):
            term *= w ** draw(st.sampled_from([1, 1, 2]))
        terms.append(term)
    return sp.Add(*terms)


@settings(max_examples=examples(300), deadline=None)
@given(wave_sums())
def test_addition_theorems_keep_values(expr: sp.Expr) -> None:
    program = read_program(Definitions(), {"v": expr + sp.Symbol("w")})
    rng = np.random.default_rng(0)
    values = {n: rng.uniform(-3.0, 3.0, 25) for n in "wxyz"}
    for local in (True, False):
        changed = factor(expand_angles(factor(program, local=local)), waves=False, local=local)
        assert np.allclose(run(program, values)[0], run(changed, values)[0], rtol=1e-11, atol=1e-11)


def test_products_over_three_angles_are_no_addition_theorem() -> None:
    """Two waves against two others, as in sin(y - x) = cos x sin y - sin x cos y, but z stands where x would."""
    expr = sp.cos(x) * sp.sin(y) - sp.sin(z) * sp.cos(y)
    at = {"x": 0.3, "y": 0.7, "z": 1.1}
    assert evaluator(expr)(at) == pytest.approx(float(expr.subs(at)), rel=1e-14)


def test_roots_cancel_and_one_division_is_left() -> None:
    xi, _ = pair_variance()
    f = evaluator(xi)
    counts = f.operation_counts
    assert counts.get("sqrt", 0) == 0 and counts["div"] == 1
    assert counts["sin"] == counts["cos"] == 2
    assert f.operations < 75
    literal = read_program(xi.definitions, {"xi": xi.expr})
    assert operation_counts(literal)["div"] > 4
    values = mild_points(100)
    assert np.allclose(run(literal, values)[0], f(**values), rtol=1e-11)


def test_the_base_angle_is_where_things_vanish() -> None:
    """cos(2 theta) as a product in theta - pi/4 keeps all digits next to pi/4."""
    t = np.pi / 4 + np.array([1e-15, 1e-12, 1e-8, 1e-4])
    f = evaluator(sp.cos(2 * x) + sp.Integer(0) * y * sp.cos(x))
    both = evaluator([sp.cos(2 * x), sp.cos(x - sp.pi / 4)])(x=t)
    exact = [float(sp.cos(2 * sp.Rational(*v.as_integer_ratio())).evalf(30)) for v in t.tolist()]
    assert np.allclose(both[0], exact, rtol=1e-15) and np.allclose(f(x=t), exact, rtol=1e-15)


@pytest.mark.parametrize("bad", [{"x": -1.0, "y": 2.0}, {"x": 1.0, "y": -2.0}])
def test_negative_factors_of_a_split_root_are_never_silently_wrong(bad: dict[str, float]) -> None:
    f = evaluator(sp.sqrt(x * y) * sp.sqrt(y / x))
    with pytest.warns(RuntimeWarning, match="under a root"):
        assert np.isnan(f(**bad))
    assert f(x=4.0, y=9.0) == 9.0
    assert f(x=-1.0, y=-2.0) == pytest.approx(2.0, rel=1e-15)  # as written, both roots are real


def test_even_powers_under_a_root_keep_their_sign() -> None:
    f = evaluator(sp.sqrt(x**2 * y) + sp.sqrt(sp.sin(z) ** 2 * y))
    assert f(x=-3.0, y=4.0, z=-1.0) == pytest.approx(6.0 + 2 * np.sin(1.0), rel=1e-15)


def repeated_quotients(depth: int) -> tuple[Definitions, sp.Expr]:
    """x -> (x^2 + y)/(x + z), again and again: over one denominator the power doubles with every step."""
    items, value = [], x
    for k in range(depth):
        s = sp.Symbol(f"s_{k}")
        items.append((s, (value**2 + y) / (value + z)))
        value = s
    return Definitions(tuple(items)), value


def test_growth_counts_powers() -> None:
    program = read_program(Definitions(()), {"a": (x * y + z) / sp.sqrt(x)})
    assert growth(program) == 2  # x y; the quotient grows as x^(3/2)
    defs, last = repeated_quotients(6)
    plain = read_program(defs, {"a": last})
    assert growth(plain) == 2 and growth(factor(plain)) > 30


def test_no_form_overflows_where_the_result_does_not() -> None:
    """A common denominator of high power would be infinite at 1e8."""
    defs, last = repeated_quotients(6)
    q = Quantity("last", last, defs)
    at = {"x": 3e8, "y": np.array([2e8, 5.0]), "z": 1e8}
    expected = np.array(evaluator(q, "mpmath")(at), dtype=float)
    for backend in ("numpy", "compiled"):
        assert np.allclose(evaluator(q, backend)(at), expected, rtol=1e-12)

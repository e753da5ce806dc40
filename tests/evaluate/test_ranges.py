"""Every way to evaluate against mpmath, on random formulas with numbers from 1e-300 to 1e300 and near cancellations."""

from __future__ import annotations

import random
import warnings
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from cascade_sym.errors import CascadeError
from cascade_sym.evaluate import Evaluator, evaluator, exact_value
from tests.evaluate.formulas import NAMES, NoValue, Tree, expression, point, tree, value

BACKENDS = ["numpy", "compiled"]
DIGITS = 1500  # of the reference: numbers from 1e-300 to 1e300 and their powers cancel in it
ROUNDING = mpmath.mpf(10) ** -1000  # far more than the reference loses
LARGEST = mpmath.mpf(np.finfo(float).max)
FORMULAS, POINTS = 6, 8
EXAMPLES = settings().max_examples // 8  # of 48 cases each
Batch = tuple[list[Tree], list[dict[str, float]]]


def batch(seed: int) -> Batch:
    rng = random.Random(seed)
    trees: list[Tree] = []
    while len(trees) < FORMULAS:
        t = tree(rng, rng.randint(2, 4), algebraic=rng.random() < 0.5)
        try:
            evaluator(expression(t))
        except (CascadeError, TypeError, ValueError):
            continue  # complex, or infinite whatever the parameters are
        trees.append(t)
    return trees, [point(rng, wild=rng.random() < 0.7) for _ in range(POINTS)]


def computed(trees: list[Tree], points: list[dict[str, float]], backend: str, **options: Any) -> Any:
    """Results of all formulas at all points, by one evaluator."""
    f = evaluator([expression(t) for t in trees] + [sp.Symbol(n) for n in NAMES], backend, **options)
    return called(f, points)


def called(f: Evaluator, points: list[dict[str, float]]) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return f({n: np.array([p[n] for p in points]) for n in NAMES})


def references(trees: list[Tree], points: list[dict[str, float]]) -> Iterator[tuple[int, int, Any]]:
    """Formula, point and value wherever there is one."""
    with mpmath.workdps(DIGITS):
        for i, t in enumerate(trees):
            for k, at in enumerate(points):
                try:
                    yield i, k, value(t, at)
                except NoValue:
                    continue


def real(v: Any) -> Any:
    return mpmath.mpf(float(np.real(v)))


@settings(max_examples=EXAMPLES)
@given(st.integers(0, 10**9))
def test_every_interpreter_gives_the_same(seed: int) -> None:
    trees, points = batch(seed)
    wanted = list(references(trees, points))
    for backend in BACKENDS:
        plain = computed(trees, points, backend)
        bounded, bounds = computed(trees, points, backend, error=True)
        sure, small = computed(trees, points, backend, error=True, precision="guaranteed")
        for i, k, want in wanted:
            about = (expression(trees[i]), points[k], backend)
            found, bound = bounded[i][k], bounds[i][k]
            assert not np.isnan(bound), about  # there is a value: it is inside the domain
            if np.isfinite(bound):
                assert abs(real(found) - want) <= mpmath.mpf(float(bound)) + ROUNDING * abs(want), about
                if np.isfinite(plain[i][k]):
                    assert abs(real(plain[i][k]) - want) <= 4 * mpmath.mpf(float(bound)) + mpmath.mpf("1e-323"), about
                else:
                    assert abs(want) + 4 * mpmath.mpf(float(bound)) > LARGEST, about
            if np.isfinite(sure[i][k]):
                assert abs(real(sure[i][k]) - want) <= mpmath.mpf("1e-13") * abs(want), about
                assert small[i][k] <= 1e-13 * abs(sure[i][k]), about
            else:
                assert np.isnan(sure[i][k]), about
                size = abs(want)
                assert size > LARGEST or size < mpmath.mpf("1e-300") or undecidable(trees[i], points[k]), about


def undecidable(t: Tree, at: dict[str, float]) -> bool:
    """Whether some part of the formula is exactly zero, which a ball may not show."""
    if t[0] in ("name", "number"):
        return value(t, at) == 0
    return abs(value(t, at)) < mpmath.mpf(10) ** -1200 or any(undecidable(a, at) for a in t[1:] if isinstance(a, tuple))


@settings(max_examples=EXAMPLES)
@given(st.integers(0, 10**9))
def test_mpmath_and_exact_values_agree(seed: int) -> None:
    trees, points = batch(seed)
    points = points[:3]
    precise = computed(trees, points, "mpmath", digits=DIGITS)
    for i, k, want in references(trees, points):
        about = (expression(trees[i]), points[k])
        with mpmath.workdps(DIGITS):
            assert abs(mpmath.re(precise[i][k]) - want) <= mpmath.mpf(10) ** -30 * abs(want), about
        e = expression(trees[i])
        try:
            text, bound = exact_value(e, {s: Fraction(points[k][s.name]) for s in e.free_symbols}, 12)
        except CascadeError as why:
            assert "undecided" in str(why) or "too large" in str(why), (about, why)
            continue
        with mpmath.workdps(DIGITS):
            assert abs(mpmath.mpf(text) - want) <= mpmath.mpf(10) ** -11 * abs(want) + mpmath.mpf(10) ** -1000, (about, text)


@pytest.mark.parametrize("backend", BACKENDS)
@settings(max_examples=EXAMPLES)
@given(st.integers(0, 10**9))
def test_no_result_depends_on_a_neighbour(backend: str, seed: int) -> None:
    trees, points = batch(seed)
    targets = [expression(t) for t in trees] + [sp.Symbol(n) for n in NAMES]
    for f in (evaluator(targets, backend), evaluator(targets, backend, error=True), evaluator(targets, backend).gradient(["x"])):
        together, alone = called(f, points), [called(f, [p]) for p in points]
        for a, b in zip(flat(together), zip(*map(flat, alone), strict=True), strict=True):
            np.testing.assert_array_equal(a.reshape(-1), np.concatenate([x.reshape(-1) for x in b]))


def flat(results: Any) -> list[np.ndarray]:
    return [a for r in results for a in flat(r)] if isinstance(results, tuple) else [np.asarray(results)]


@pytest.mark.parametrize("backend", BACKENDS)
def test_long_arrays_in_any_order(backend: str) -> None:
    """Blocks, vectors and threads end elsewhere; angles of all sizes, huge and tiny numbers and nan mix."""
    rng = np.random.default_rng(5)
    n = 40_000
    at = {name: 10.0 ** rng.uniform(-3, 3, n) * rng.choice([-1.0, 1.0], n) for name in NAMES}
    for name, size in (("x", 1e250), ("y", 1e-250), ("w", np.nan), ("x", 1e7)):
        at[name][rng.integers(0, n, 40)] *= size
    x, y, w = sp.symbols("x y w")
    formula = sp.sin(x) * sp.cos(y) / w + 1 / (x**2 + y**2) + sp.exp(-w) * sp.sin(w) + x * w / y
    order = rng.permutation(n)
    for options in ({}, {"error": True}):
        f = evaluator(formula, backend, threads=2, **options)
        first, again = flat(f(at)), flat(f({k: v[order] for k, v in at.items()}))
        for a, b in zip(first, again, strict=True):
            np.testing.assert_array_equal(a[order], b)
    few = f({k: v[:50] for k, v in at.items()})
    np.testing.assert_array_equal(few[0], first[0][:50])

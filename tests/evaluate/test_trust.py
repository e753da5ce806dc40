"""Error bounds and guaranteed values against mpmath's own evaluation of the written formula at 60 digits."""

from __future__ import annotations

import warnings

import mpmath
import numpy as np
import pytest
import sympy as sp

from cascade_sym.definitions import Quantity
from cascade_sym.evaluate import evaluator
from cascade_sym.symbols import complex_symbol
from tests.evaluate.models import exact, hard_points, mild_points, pair_variance

BACKENDS = ["numpy", "compiled"]


def true_error(got: np.ndarray, want: np.ndarray) -> np.ndarray:
    return np.abs((got - want[:, 0]) - want[:, 1])


@pytest.fixture(scope="module")
def hard() -> tuple[dict[str, np.ndarray], np.ndarray]:
    values = hard_points(100_000, seed=6)
    return values, exact(values)


@pytest.mark.parametrize("backend", BACKENDS)
def test_guaranteed_everywhere(backend: str, hard: tuple[dict[str, np.ndarray], np.ndarray]) -> None:
    """Within 1e-13 of mpmath at all of 1e5 hard points, and no bound below the true error."""
    values, want = hard
    xi, _ = pair_variance()
    got, bound = evaluator(xi, backend, precision="guaranteed", error=True)(**values)
    assert np.isfinite(got).all()
    error = true_error(got, want)
    assert (error <= 1e-13 * np.abs(want[:, 0])).all()
    assert (error <= bound).all() and (bound <= 1e-13 * np.abs(got)).all()


@pytest.mark.parametrize("backend", BACKENDS)
def test_plain_doubles_never_claim_too_much(backend: str, hard: tuple[dict[str, np.ndarray], np.ndarray]) -> None:
    values, want = hard
    xi, _ = pair_variance()
    got, bound = evaluator(xi, backend, error=True)(**values)
    assert (true_error(got, want) <= bound).all()
    assert np.median(bound / np.abs(want[:, 0])) < 1e-8


@pytest.mark.parametrize("backend", BACKENDS)
def test_bounds_are_useful_where_nothing_cancels(backend: str) -> None:
    xi, _ = pair_variance()
    values = mild_points(2000)
    got, bound = evaluator(xi, backend, error=True)(**values)
    assert (true_error(got, exact(values)) <= bound).all()
    assert (bound <= 1e-11 * got).all() and np.median(bound / got) < 1e-13


x, y = sp.symbols("x y")
K = complex_symbol("K")
SHAPES = [
    x * y / (x - y),
    sp.sqrt(x**2 + y) - x,
    sp.exp(x) - 1 - x,
    sp.log(x) - sp.log(y),
    sp.atan(x) - sp.pi / 4,
    sp.Abs(x - y) + sp.Max(x, y) * sp.Min(x, 1),
    1 / (sp.sin(x) - sp.sin(y)),
    (K - x) / (K + sp.conjugate(K)),
    sp.sqrt(K) * sp.exp(-K) - sp.I * y,
    x ** sp.Rational(5, 2) - y ** sp.Rational(-3, 2) + sp.sqrt(2) * x,
]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("expr", SHAPES, ids=str)
def test_bounds_of_every_operation(expr: sp.Expr, backend: str) -> None:
    """Nearly equal arguments make differences cancel; the bound must notice."""
    rng = np.random.default_rng(3)
    n = 200
    base = 10.0 ** rng.uniform(-3, 2, n)
    values: dict[str, np.ndarray] = {"x": base, "y": base * (1 + 10.0 ** rng.uniform(-16, 0, n))}
    values["K"] = base * np.exp(2j * np.pi * rng.random(n))
    plain = evaluator(expr, backend, error=True)
    sure = evaluator(expr, backend, error=True, precision="guaranteed")
    values = {k: v for k, v in values.items() if k in plain.parameters}
    names = sorted(expr.free_symbols, key=str)
    formula = sp.lambdify(names, expr, "mpmath")
    for f in (plain, sure):
        got, bound = f(**values)
        for k in range(n):
            with mpmath.workdps(120):
                try:
                    want = formula(*(mpmath.mpmathify(values[s.name][k].item()) for s in names))
                except ZeroDivisionError:
                    assert not np.isfinite(bound[k])
                    continue
                error = abs(mpmath.mpmathify(got[k].item()) - want)
                assert error <= bound[k]
                if f is sure:
                    assert error <= 1e-13 * abs(want)


def test_a_bound_survives_underflow() -> None:
    """(1e-200)^2 rounds to zero: a count of rounding errors would claim that zero is right."""
    tiny = np.array([1e-200, 3e-160, 1.0])
    for backend in BACKENDS:
        got, bound = evaluator(x * x * y, backend, error=True)(x=tiny, y=np.array([1e300, 1e10, 2.0]))
        want = [mpmath.mpf(float(a)) ** 2 * b for a, b in zip(tiny, (1e300, 1e10, 2.0), strict=True)]
        assert all(abs(mpmath.mpf(g.item()) - w) <= b for g, w, b in zip(got, want, bound, strict=True))
        sure = evaluator(x * x * y, backend, precision="guaranteed")(x=tiny, y=np.array([1e300, 1e10, 2.0]))
        assert all(abs(float(w) - g) <= 1e-13 * float(w) for g, w in zip(sure, want, strict=True))


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_bound_survives_numbers_beyond_every_float(backend: str) -> None:
    """An angle of 1e-350 is no zero without an error, and exp(20000) no infinity."""
    got, bound = evaluator(sp.atan2(y, x), backend, error=True)(x=1e200, y=1e-150)
    assert 0 < bound < 1e-320 and got == 0
    got, bound = evaluator(sp.exp(x) * sp.exp(1 - x), backend, error=True)(x=2e4)
    assert abs(mpmath.mpf(got.item()) - mpmath.e) <= bound < 1e-9


def test_conditions_are_decided_rigorously() -> None:
    """1 - x is exactly zero at 1 and rounds to zero nowhere else; x*x - y needs more than doubles."""
    near = np.array([1.0, 1 - 2.0**-53, 1 + 2.0**-52, 2.0])
    with pytest.warns(RuntimeWarning, match="2 of 4"):
        got = evaluator(sp.sqrt(1 - x) + 1, precision="guaranteed")(x=near)
    assert got[0] == 1.0 and np.isclose(got[1], 1 + 2.0**-26.5) and np.isnan(got[2:]).all()
    a = 1 + 2.0**-30
    squares = np.array([a * a, np.nextafter(a * a, 2)])  # the true square lies between them
    with pytest.warns(RuntimeWarning, match="1 of 2"):
        got = evaluator(y, precision="guaranteed", domain=[x * x - y])(x=a, y=squares)
    assert got[0] == squares[0] and np.isnan(got[1])


def test_gradients_have_bounds_too() -> None:
    xi, _ = pair_variance()
    values = mild_points(20)
    over = ["theta_1", "Gamma_2"]
    (value, slopes), (bound, slope_bounds) = evaluator(xi, error=True).gradient(over)(**values)
    (sure, sure_slopes), _ = evaluator(xi, error=True, precision="guaranteed").gradient(over)(**values)
    assert (np.abs(value - sure) <= bound + 1e-13 * np.abs(sure)).all()
    assert (np.abs(slopes - sure_slopes) <= slope_bounds + 1e-13 * np.abs(sure_slopes)).all()
    assert slope_bounds.shape == (2, 20)


@pytest.mark.parametrize("backend", BACKENDS)
def test_bounds_of_waves_hold_for_every_angle(backend: str) -> None:
    """Near multiples of pi/2, where a sine or cosine is tiny, and for angles of any size."""
    many = np.concatenate(
        [np.arange(-3000, 3000) * (np.pi / 2), 10.0 ** np.arange(-300, 300, 7.0), [0.0, 1e15, 2.0**52]]
    )
    for function, exact_one in ((sp.sin, mpmath.sin), (sp.cos, mpmath.cos)):
        with mpmath.workdps(700):
            want = [exact_one(mpmath.mpf(float(a))) for a in many]
            for precision in ("double", "guaranteed"):
                f = evaluator(function(x), backend, error=True, precision=precision)
                got, bound = f(x=many)
                for g, b, w in zip(got, bound, want, strict=True):
                    assert abs(mpmath.mpf(g.item()) - w) <= b
                    assert precision == "double" or b <= 1e-13 * abs(g)


def test_functions_without_a_bound_are_settled_in_ball_arithmetic() -> None:
    """acos has no bound in doubles and is unknown to pairs: never nan for that, also where conditions depend on it."""
    x, y = sp.symbols("x y")
    root = sp.cos(sp.acos(x) / 3)
    q = Quantity("q", root / (y - root), domain=(y - root,))
    at = {"x": np.array([0.3, -0.9, 0.5, 0.1]), "y": np.array([2.0, 1.5, 0.5, -1.0])}
    with np.errstate(all="raise"):
        found, bound = evaluator(q, error=True)(at)
    expected = np.cos(np.arccos(at["x"]) / 3) / (at["y"] - np.cos(np.arccos(at["x"]) / 3))
    outside = at["y"] < np.cos(np.arccos(at["x"]) / 3)
    assert (bound[~outside] < 1e-13).all() and np.allclose(found[~outside], expected[~outside])
    settled = evaluator(q, precision="guaranteed")(at)
    assert np.isnan(settled).tolist() == outside.tolist() == [False, False, True, True]
    assert np.allclose(settled[~outside], expected[~outside], rtol=1e-13)


@pytest.mark.parametrize("lost", [sp.log(1 + x**2), sp.sqrt(1 + x**2) - 1])
def test_a_value_that_cancels_to_zero_is_not_passed_in_silence(lost):
    """At 1e-8 the doubles of both are 0 exactly; the truth is 1e-16 and half of it."""
    with pytest.warns(RuntimeWarning, match="digits of a result are lost"):
        assert evaluator(lost)(x=1e-8) == 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert evaluator(lost)(x=0.0) == 0
        assert evaluator(sp.sin(x) ** 2 + sp.cos(x) ** 2 - 1)(x=1e-8) == 0

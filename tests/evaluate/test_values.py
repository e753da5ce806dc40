"""Every backend against mpmath evaluating the same SymPy expression (no code in common)."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest
import sympy as sp

from cascade_sym.definitions import Definitions, Quantity
from cascade_sym.evaluate import evaluator
from cascade_sym.symbols import complex_symbol

x, y, z = sp.symbols("x y z")
K = complex_symbol("K")

REAL = [
    x + y - z,
    -x * y / 3 + sp.Rational(2, 7),
    x**3 / (y**2 + 1) - z**-2,
    sp.sqrt(x) * sp.sqrt(y) + x ** sp.Rational(3, 2) - 1 / sp.sqrt(z),
    sp.sin(x - sp.pi / 4) * sp.cos(2 * y) + sp.tan(z / 3),
    sp.exp(-x) + sp.log(y) + sp.log(z, 3),
    sp.atan(x) + sp.atan2(y, z) + sp.asin(x / 10) + sp.acos(y / 10),
    sp.sinh(x) - sp.cosh(y) / sp.tanh(z) + sp.coth(z),
    sp.Abs(x - y) + sp.Max(x, y, z) - sp.Min(x, y),
    sp.cot(x) + sp.sec(y) + sp.csc(z),
    x ** sp.Rational(1, 3) + 2**y + x**z,
    sp.Float("0.1") * x + sp.E * y + sp.pi * z,
    sp.sqrt(2) * x + sp.sqrt(2 - sp.sqrt(3)) * y,
]
COMPLEX = [
    sp.I * x + y,
    sp.sqrt(-2) * x,
    sp.exp(sp.I * x) * sp.sqrt(y),
    (x + sp.I * y) ** 3 / (1 - sp.I * z),
    1 / (K * sp.conjugate(K) + sp.I * K),
    sp.sqrt(K) + sp.sqrt(sp.conjugate(K)) + sp.Abs(K) * sp.I,
    sp.exp(K) + sp.log(K) + K**x,
    sp.sin(K) + sp.cos(K) * sp.tan(K),
    sp.sinh(K) - sp.cosh(K) / sp.tanh(K),
    sp.re(K) + sp.I * sp.im(K) ** 2 + sp.arg(K) * K,
    (1 - sp.I) ** -2 * K + K ** sp.Rational(-3, 2),
]


def reference(expr: sp.Expr, point: dict[str, complex]) -> complex:
    """mpmath at 40 digits, from SymPy's own printer."""
    names = sorted(expr.free_symbols, key=str)
    with mpmath.workdps(40):
        given = [mpmath.mpmathify(point[s.name]) for s in names]
        return complex(sp.lambdify(names, expr, "mpmath")(*given))


def points(seed: int, n: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    values: dict[str, np.ndarray] = {s: rng.uniform(0.2, 4.0, n) for s in "xyz"}
    values["K"] = rng.normal(size=n) + 1j * rng.normal(size=n)
    return values


OPTIONS = {
    "numpy": {"backend": "numpy"},
    "compiled": {"backend": "compiled"},
    "mpmath": {"backend": "mpmath", "digits": 30},
    "jax": {"backend": "jax"},
    "guaranteed": {"backend": "numpy", "precision": "guaranteed"},
    "guaranteed, compiled": {"backend": "compiled", "precision": "guaranteed"},
}
NEEDS = {"compiled": "llvmlite", "jax": "jax"}


@pytest.fixture(params=OPTIONS)
def options(request: pytest.FixtureRequest) -> dict[str, Any]:
    chosen = OPTIONS[request.param]
    if chosen["backend"] in NEEDS:
        pytest.importorskip(NEEDS[chosen["backend"]])
    return chosen


@pytest.mark.parametrize("expr", REAL + COMPLEX, ids=str)
def test_values(expr: sp.Expr, options: dict[str, Any]) -> None:
    f = evaluator(expr, **options)
    n = 11 if options["backend"] in ("mpmath", "jax") else 40
    values = {name: v for name, v in points(1, n).items() if name in f.parameters}
    got = f(**values)
    for k in range(n):
        want = reference(expr, {name: v[k] for name, v in values.items()})
        tolerance = 1e-13 * abs(want) if "precision" in options else 3e-13 * max(1.0, abs(want))
        assert abs(complex(got[k]) - want) <= tolerance


@pytest.mark.parametrize("expr", REAL, ids=str)
def test_real_stays_real(expr: sp.Expr) -> None:
    f = evaluator(expr)
    assert f(**{n: v for n, v in points(2, 3).items() if n in f.parameters}).dtype == np.float64


@pytest.mark.parametrize("n", [1, 3, 7, 8, 9, 50_001])
def test_any_length(n: int, options: dict[str, Any]) -> None:
    if options["backend"] == "mpmath" and n > 100:
        pytest.skip("mpmath is slow")
    v = np.linspace(0.0, 9.0, n)
    got = np.asarray(evaluator(sp.sqrt(x) * y - sp.cos(x), **options)(x=v, y=2.0), dtype=float)
    assert np.allclose(got, np.sqrt(v) * 2.0 - np.cos(v), rtol=1e-13, atol=1e-14)


ANGLES = np.concatenate([np.linspace(-4.0, 4.0, 1001), [0.0, -0.0, 1e-300, 1e5, -1e6, 1.7e6, 1e15, 1e300]])


def test_sine_and_cosine_of_any_angle(options: dict[str, Any]) -> None:
    """Multiples of pi/2 as doubles are the hard cases of the reduction."""
    many = np.concatenate([ANGLES, np.arange(1, 2000) * (np.pi / 2), np.array([355.0, 103993.0, 5419351 / 1725033])])
    if options["backend"] == "mpmath":
        many = many[::50]
    got = evaluator([sp.sin(x), sp.cos(x)], **options)(x=many)
    for mine, exact in zip(got, (mpmath.sin, mpmath.cos), strict=True):
        with mpmath.workdps(400):
            want = np.array([float(exact(mpmath.mpf(a))) for a in many])
        error = np.abs(np.asarray(mine, dtype=float) - want)
        assert (error <= 2.0**-51 * np.abs(want) + 2.0**-90 * np.abs(many)).all()


def test_nan_and_infinity_pass_through(options: dict[str, Any]) -> None:
    got = np.asarray(evaluator(sp.sin(x) + x, **options)(x=np.array([np.nan, np.inf, 1.0])), dtype=float)
    assert np.isnan(got[0]) and not np.isfinite(got[1]) and np.isclose(got[2], 1 + np.sin(1.0))


def test_definitions_are_computed_once() -> None:
    d = Definitions(((y, sp.exp(x) + 1), (z, y * y + sp.exp(x))))
    f = evaluator(Quantity("q", z / y, d))
    assert f.operation_counts == {"add": 2, "div": 1, "exp": 1, "mul": 1}
    assert f(x=0.0) == 2.5


def test_shared_outputs() -> None:
    d = Definitions(((y, sp.exp(x)),))
    both = evaluator({"a": Quantity("q", y + 1, d), "b": y**2})
    assert both.operation_counts["exp"] == 1
    got = both(x=np.array([0.0, 1.0]))
    assert list(got) == ["a", "b"]
    assert np.allclose(got["a"], [2.0, 1 + np.e]) and np.allclose(got["b"], [1.0, np.e**2])
    pair = evaluator([x + 1, sp.I * x])(x=2.0)
    assert pair == (3.0, 2j)
    assert evaluator(d, outputs=["y"])(x=0.0) == {"y": 1.0}

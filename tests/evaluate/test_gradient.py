"""Gradients against mpmath's numerical differentiation of the written-out expression."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest
import sympy as sp

from cascade_sym.errors import ParameterError, UnknownParameter
from cascade_sym.evaluate import evaluator
from cascade_sym.symbols import complex_symbol
from tests.evaluate.models import NAMES, mild_points, pair_variance

x, y = sp.symbols("x y")
K = complex_symbol("K")

FORMULAS = [
    x**3 * y - y**2 / x,
    sp.sqrt(x * y) + sp.sqrt(x) ** 3,
    sp.sin(x + y) * sp.cos(x - 2 * y) + sp.tan(x / 3),
    sp.exp(x * y) + sp.log(x + y) - sp.atan(y / x),
    sp.asin(x / 9) - sp.acos(y / 9) + sp.atan2(x, y),
    sp.sinh(x) * sp.cosh(y) - sp.tanh(x * y),
    sp.Abs(x - y) + sp.Max(x, y) * sp.Min(x, 2 * y),
    x**y + y ** sp.Rational(1, 3),
    (x + sp.I * y) ** 2 / (1 - sp.I * x),
    sp.sqrt(K) * x + sp.Abs(K * x + sp.I * y),
]


@pytest.mark.parametrize("backend", ["numpy", "compiled", "mpmath"])
@pytest.mark.parametrize("expr", FORMULAS, ids=str)
def test_derivatives(expr: sp.Expr, backend: str) -> None:
    f = evaluator(expr, backend)
    point: dict[str, Any] = {"x": 1.3, "y": 0.7, "K": -0.4 + 0.9j}
    point = {n: v for n, v in point.items() if n in f.parameters}
    names = sorted(expr.free_symbols, key=str)
    formula = sp.lambdify(names, expr, "mpmath")
    value, slopes = f.gradient(["x", "y"])(**point)
    assert complex(value) == pytest.approx(complex(f(**point)), rel=1e-14)
    with mpmath.workdps(40):
        given = [mpmath.mpmathify(point[s.name]) for s in names]
        for k, name in enumerate("xy"):
            place = [s.name for s in names].index(name)
            order = tuple(int(j == place) for j in range(len(names)))
            want = complex(mpmath.diff(formula, tuple(given), order))
            assert complex(slopes[k]) == pytest.approx(want, rel=1e-12, abs=1e-13)


def test_many_outputs_share_one_pass() -> None:
    f = evaluator({"a": sp.exp(x) * y, "b": sp.exp(x) + sp.I * y}).gradient(["y"])
    got = f(x=np.array([0.0, 1.0]), y=2.0)
    assert f.operation_counts["exp"] == 1
    assert np.allclose(got["a"][1], [[1.0, np.e]]) and np.allclose(got["b"][1], [[1j, 1j]])
    assert got["b"][1].shape == (1, 2)


def test_gradient_costs_little_more_than_the_value() -> None:
    xi, _ = pair_variance()
    f = evaluator(xi)
    g = f.gradient(NAMES)
    assert g.operations <= 4 * f.operations
    values = mild_points(50)
    value, slopes = g(**values)
    assert np.allclose(value, f(**values), rtol=1e-12) and slopes.shape == (9, 50)
    step = 1e-6
    for k, name in enumerate(NAMES):
        up, down = ({**values, name: values[name] * (1 + s)} for s in (step, -step))
        assert np.allclose(slopes[k], (f(**up) - f(**down)) / (2 * step * values[name]), rtol=1e-4)


def test_mistakes_have_names() -> None:
    f = evaluator(x * K)
    with pytest.raises(UnknownParameter, match="'z'"):
        f.gradient(["z"])
    with pytest.raises(UnknownParameter, match="'K'"):
        f.gradient(["K"])
    with pytest.raises(ParameterError, match="at least one"):
        f.gradient([])

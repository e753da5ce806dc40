"""Unstable points: nan and one warning that counts them, or an error on request."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import sympy as sp

from cascade_sym.definitions import Definitions, Quantity
from cascade_sym.errors import ParameterError, UnstableError
from cascade_sym.evaluate import evaluator, exact_value
from tests.evaluate.models import mild_points, pair_variance

x, y = sp.symbols("x y")
BACKENDS = ["numpy", "compiled"]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("precision", ["double", "guaranteed"])
def test_unstable_points_become_nan_with_one_warning(backend: str, precision: str) -> None:
    xi, rates = pair_variance()
    values = mild_points(100)
    values["theta_1"][:7] = 0.5
    values["theta_2"][5:9] = 0.3
    f = evaluator(xi, backend, precision=precision, domain=rates)
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        got = f(**values)
    assert len(seen) == 1
    assert "9 of 100" in str(seen[0].message) and "gamma_1 fails at 7, gamma_2 fails at 4" in str(seen[0].message)
    assert np.isnan(got[:9]).all() and np.isfinite(got[9:]).all()
    with pytest.raises(UnstableError, match="9 of 100"):
        evaluator(xi, backend, precision=precision, domain=rates, unstable="raise")(**values)


@pytest.mark.parametrize("backend", BACKENDS)
def test_nan_without_a_word_on_request(backend: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        got = evaluator(x, backend, domain=[x], unstable="quiet")(x=np.array([-1.0, 0.0, 2.0]))
    assert np.isnan(got).tolist() == [True, True, False] and got[2] == 2.0


def test_no_warning_inside_the_domain() -> None:
    xi, rates = pair_variance()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        evaluator(xi, domain=rates, unstable="raise")(**mild_points(10))


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_edge_is_outside(backend: str) -> None:
    f = evaluator({"a": x, "b": x * sp.I}, backend, domain={"rate": x - y})
    with pytest.warns(RuntimeWarning, match="rate fails at 2"):
        got = f(x=np.array([1.0, 2.0, 3.0]), y=2.0)
    assert np.isnan(got["a"]).tolist() == [True, True, False]
    assert np.isnan(got["b"]).tolist() == [True, True, False]


def test_quantities_bring_their_domain() -> None:
    q = Quantity("q", x * y, Definitions(((y, x - 1),)), domain=(y, sp.Symbol("w")))
    f = evaluator(q)
    assert f.parameters == ("w", "x")
    with pytest.warns(RuntimeWarning, match="2 of 3.*y fails at 1, w fails at 1"):
        got = f(x=np.array([2.0, 0.5, 2.0]), w=np.array([1.0, 1.0, 0.0]))
    assert got[0] == 2.0 and np.isnan(got[1:]).all()
    assert evaluator(q, domain=())(x=0.5) == -0.25
    assert exact_value(q, {"x": 3, "w": 1}, 3)[0] == "6.00"
    with pytest.raises(UnstableError, match="y = -1"):
        exact_value(q, {"x": 0, "w": 1})


def test_nan_that_was_given_is_not_counted() -> None:
    f = evaluator(x, domain=[x])
    with pytest.warns(RuntimeWarning, match="1 of 3"):
        assert np.isnan(f(x=np.array([np.nan, -1.0, 1.0]))).tolist() == [True, True, False]


def test_domains_may_bring_parameters_and_definitions() -> None:
    rate = Quantity("rate", y - 1, Definitions(((y, 2 * sp.Symbol("q")),)))
    f = evaluator(x, domain=[rate])
    assert f.parameters == ("q", "x") and f(x=3.0, q=1.0) == 3.0
    with pytest.raises(ParameterError, match="complex"):
        evaluator(x, domain=[sp.I * x])
    with pytest.raises(ParameterError, match="domain"):
        evaluator(x, domain=["x"])


@pytest.mark.parametrize("backend", BACKENDS)
def test_gradients_are_nan_outside_too(backend: str) -> None:
    with pytest.warns(RuntimeWarning):
        value, slopes = evaluator(x**2, backend, domain=[x]).gradient(["x"])(x=np.array([-1.0, 1.0]))
    assert np.isnan(value[0]) and np.isnan(slopes[0, 0]) and slopes[0, 1] == 2.0

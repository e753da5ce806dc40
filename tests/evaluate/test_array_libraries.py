"""Evaluators on arrays of other libraries: what comes out against NumPy's, and what is refused.

array-api-strict has the standard and nothing else, and refuses what is not in it; JAX is one of those that people use.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
import sympy as sp

import cascade_sym as cs
from cascade_sym import extras
from cascade_sym.definitions import Quantity
from cascade_sym.errors import MissingLibrary, ParameterError, UnstableError
from tests.evaluate.models import mild_points, pair_variance

x, y = sp.symbols("x y")
z = sp.Symbol("z", complex=True)
strict = pytest.importorskip("array_api_strict", reason="array-api-strict is not installed")
XI = pair_variance()[0]
FORMULAS = {
    "quotient": sp.sqrt(x) / (1 + y**2), "powers": x**sp.Rational(1, 3) + x**y, "waves": sp.sin(x) * sp.cos(y) + sp.tan(x / 9),
    "inverse": sp.atan2(x, y) + sp.asin(y / 9) + sp.acos(y / 9) + sp.atan(x), "hyperbolic": sp.sinh(x) + sp.cosh(y) + sp.tanh(x),
    "areas": sp.asinh(x) + sp.acosh(1 + x) + sp.atanh(y / 9), "order": sp.Max(x, y, 1) - sp.Min(x, 2) + sp.Abs(x - y),
    "logarithms": sp.log(x) + sp.exp(-y), "complex": (x + sp.I * y) / (1 + sp.I * x), "constant": sp.Integer(3) + sp.pi,
}  # fmt: skip


def test_every_kind_of_function_has_the_values_of_numpy() -> None:
    rng = np.random.default_rng(0)
    at = {"x": rng.uniform(0.2, 3, (4, 1)), "y": rng.uniform(0.2, 3, 5)}
    f = cs.evaluator(FORMULAS)
    want, got = f(at), f({n: strict.asarray(v) for n, v in at.items()})
    for name, w in want.items():
        assert isinstance(got[name], strict.asarray(0.0).__class__) and got[name].shape == (4, 5)
        assert np.asarray(got[name]).dtype == w.dtype and np.allclose(np.asarray(got[name]), w, rtol=1e-13), name


@pytest.mark.parametrize(("kind", "digits"), [("float64", 1e-12), ("float32", 2e-5)])
def test_the_same_kind_type_and_device_come_out(kind: str, digits: float) -> None:
    at = mild_points(20)
    place = strict.Device("device1")
    own = {n: strict.asarray(v, dtype=getattr(strict, kind), device=place) for n, v in at.items()}
    got = cs.evaluator(XI)(own)
    assert got.dtype == getattr(strict, kind) and got.device == place
    assert np.allclose(np.asarray(got.to_device(strict.Device("CPU_DEVICE"))), cs.evaluator(XI)(at), rtol=digits)


def test_derivatives_complex_parameters_and_numbers_beside_arrays() -> None:
    at = mild_points(6)
    g = cs.evaluator(XI).gradient(["theta_1", "Gamma_2"])
    one = {n: float(v[0]) for n, v in at.items()} | {"theta_1": strict.asarray(at["theta_1"])}
    for a, b in zip(g(one), g({**one, "theta_1": at["theta_1"]}), strict=True):
        assert a.shape == b.shape and np.allclose(np.asarray(a), b, rtol=1e-11)
    f = cs.evaluator({"square": z**2, "size": sp.Abs(z) + x})
    values = {"z": np.array([1 + 2j, 3.0]), "x": 2}
    for own in (strict.asarray(values["z"]), strict.asarray(values["z"], dtype=strict.complex64)):
        got, want = f(z=own, x=strict.asarray(2)), f(values)
        assert got["square"].dtype == own.dtype
        assert all(np.allclose(np.asarray(got[k]), want[k]) for k in want)
    assert cs.evaluator(x + y)(x=strict.asarray([1, 2]), y=[[1.0], [2.0]]).shape == (2, 2)
    assert cs.evaluator(x + y)(x=strict.asarray([]), y=1).shape == (0,)


def test_whole_covariances() -> None:
    V = cs.covariance(cs.Oscillator("M", gamma="gamma", n="n") >> cs.Oscillator("c"))
    f = cs.evaluator(V)
    at: dict[str, Any] = dict.fromkeys(f.parameters, 0.7) | {"Gamma_MB": np.array([1.0, 2.0])}
    want, got = f(at), f({**at, "Gamma_MB": strict.asarray(at["Gamma_MB"])})
    assert got.matrix.__array_namespace__() is strict and np.allclose(np.asarray(got.matrix), want.matrix, rtol=1e-13)
    weights = {"X_M": 1, "X_c": -2}
    assert np.allclose(np.asarray(got.variance(weights)), want.variance(weights))


@pytest.mark.filterwarnings("ignore:invalid value", "ignore:divide by zero")
def test_the_same_warnings() -> None:
    a = strict.asarray
    with pytest.warns(RuntimeWarning, match=r"2 of 3 points lie outside the domain \(y fails at 2\)"):
        got = cs.evaluator(x / y, domain=[y])(x=1.0, y=a([1.0, -1.0, 0.0]))
    assert np.array_equal(np.isnan(np.asarray(got)), [False, True, True])
    with pytest.raises(UnstableError, match="1 of 2"):
        cs.evaluator(x / y, domain=[y], unstable="raise")(x=1.0, y=a([1.0, -1.0]))
    with pytest.warns(RuntimeWarning, match="a factor under a root fails at 1"):
        cs.evaluator(sp.sqrt(x))(x=a([1.0, -1.0]))
    with pytest.warns(RuntimeWarning, match="at 2 of 2 points that were looked at, the digits of a result are lost"):
        cs.evaluator(sp.cos(x) - 1 + x**2 / 2)(x=a([1e-3, 1e-7]))
    with pytest.warns(RuntimeWarning, match="1 of 1 points that were looked at"):
        cs.evaluator(sp.cos(x) - 1)(x=a([1e-4], dtype=strict.float32))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        cs.evaluator(x / y, domain=[y], unstable="quiet")(x=1.0, y=a([1.0, -1.0]))
        cs.evaluator(sp.cos(x) - 1)(x=a([0.5], dtype=strict.float32))
        assert np.isnan(float(cs.evaluator(1 / x)(x=a(float("nan")))))


def test_what_is_refused() -> None:
    a = strict.asarray([1.0, 2.0])
    for options, says in (
        ({"error": True}, "error bounds"), ({"precision": "guaranteed"}, "guaranteed values"), ({"backend": "compiled"}, "compiled"),
        ({"backend": "mpmath"}, "mpmath"), ({"dtype": "float32"}, "their own type"),
    ):  # fmt: skip
        with pytest.raises(ParameterError, match=says):
            cs.evaluator(x, **options)(x=a)
    declared = Quantity("q", x, accuracy=1e-13)
    with pytest.raises(ParameterError, match="declares an accuracy, precision='double'"):
        cs.evaluator(declared)(x=a)
    assert np.array_equal(np.asarray(cs.evaluator(declared, precision="double")(x=a)), [1, 2])
    f = cs.evaluator(x + y)
    for given, says in (
        ({"x": a, "y": strict.asarray(1.0, device=strict.Device("device1"))}, "two devices"),
        ({"x": a, "y": "two"}, "y must be a number"), ({"x": a, "y": strict.asarray([1j])}, "y is a real parameter"),
        ({"x": a, "y": np.ones(3)}, "do not broadcast"),
    ):  # fmt: skip
        with pytest.raises(ParameterError, match=says):
            f(given)
    with pytest.raises(ParameterError, match="out="):
        f(x=a, y=1, out=np.empty(2))


def test_a_function_that_the_library_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(strict, "sinh")
    with pytest.raises(ParameterError, match=r"'sinh', which array_api_strict does not have"):
        cs.evaluator(sp.sinh(x))(x=strict.asarray(1.0))


def test_arrays_without_the_standard_need_a_package(monkeypatch: pytest.MonkeyPatch) -> None:
    class Tensor:
        def __dlpack__(self) -> None: ...

    monkeypatch.setattr(extras, "find_spec", lambda name: None)
    with pytest.raises(MissingLibrary, match="array_api_compat"):
        cs.evaluator(x)(x=Tensor())


def test_arrays_of_jax_and_what_it_traces() -> None:
    jax = pytest.importorskip("jax", reason="jax is not installed")
    at = mild_points(5)
    f, want = cs.evaluator(XI), cs.evaluator(XI)(at)
    got = f({n: jax.numpy.asarray(v) for n, v in at.items()})
    assert isinstance(got, jax.Array) and np.allclose(got, want, rtol=2e-5)
    one = {n: float(v[0]) for n, v in at.items()}
    angles = jax.numpy.asarray(at["theta_1"])
    slope = jax.grad(lambda t: f({**one, "theta_1": t}))(angles[0])
    assert float(slope) == pytest.approx(float(cs.evaluator(XI).gradient(["theta_1"])(one)[1][0]), rel=1e-3)
    rows = f({**one, "theta_1": at["theta_1"]})
    assert np.allclose(jax.jit(lambda t: f({**one, "theta_1": t}))(angles), rows, rtol=2e-5)
    assert np.allclose(jax.vmap(lambda t: f({**one, "theta_1": t}))(angles), rows, rtol=2e-5)
    with pytest.raises(ParameterError, match="two libraries"):
        f({**one, "theta_1": angles, "Gamma_1": strict.asarray(1.0)})

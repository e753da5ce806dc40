"""What is particular to a backend: threads, slabs, the fallback, precision of mpmath, JAX transformations."""

from __future__ import annotations

import builtins
import pickle
import warnings
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy as sp

from cascade_sym.errors import ParameterError
from cascade_sym.evaluate import evaluator
from cascade_sym.evaluate.backends import compiled
from cascade_sym.evaluate.backends.sine import coefficients, quarter_turn
from tests.evaluate.models import NAMES, mild_points, pair_variance

x, y = sp.symbols("x y")


@pytest.mark.parametrize("threads", [1, 2, 3, 7])
def test_any_number_of_threads_gives_the_same_bits(threads: int) -> None:
    pytest.importorskip("llvmlite")
    xi, _ = pair_variance()
    values = mild_points(100_003)
    values["theta_1"][70_000:] += 2 * np.pi  # the general kernel takes over in the middle
    want = evaluator(xi, "compiled", threads=1)(**values)
    assert np.array_equal(evaluator(xi, "compiled", threads=threads)(**values), want)
    assert np.allclose(want, evaluator(xi)(**values), rtol=1e-11)


@pytest.mark.parametrize("backend", ["numpy", "compiled"])
def test_large_grids_are_done_in_slabs(backend: str) -> None:
    a, b, c = np.linspace(0, 1, 3)[:, None, None], np.linspace(1, 2, 701)[None, :, None], np.linspace(2, 3, 997)
    f = evaluator({"s": sp.sin(x) * y, "t": x + sp.Symbol("z")}, backend)
    got = f(x=a, y=b, z=c)
    assert np.allclose(got["s"], np.broadcast_to(np.sin(a) * b, (3, 701, 997)), rtol=1e-14)
    assert np.allclose(got["t"], np.broadcast_to(a + c, (3, 701, 997)), rtol=1e-14)


def test_without_the_compiler_numpy_takes_over(monkeypatch: pytest.MonkeyPatch) -> None:
    real_import = builtins.__import__

    def missing(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("llvmlite"):
            raise ImportError(name)
        return real_import(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", missing)
    assert not compiled.available()
    with pytest.warns(RuntimeWarning, match=r"llvmlite is not installed.*NumPy"):
        f = evaluator(x + 1, "compiled")
    assert f(x=1.0) == 2.0


def test_other_types_fall_back_too() -> None:
    with pytest.warns(RuntimeWarning, match="float32"):
        assert evaluator(x / 3, "compiled", dtype=np.float32)(x=1.0) == np.float32(1 / 3)


@pytest.mark.parametrize("digits", [20, 60])
def test_mpmath_keeps_its_digits(digits: int) -> None:
    f = evaluator(sp.exp(x) * sp.pi - sp.sqrt(2) / y, "mpmath", digits=digits)
    with mpmath.workdps(digits + 20):
        tenth = mpmath.mpf("0.1")
        got = f(x=tenth, y=np.array([mpmath.mpf(3), 7], dtype=object))
        for value, b in zip(got, (3, 7), strict=True):
            want = mpmath.exp(tenth) * mpmath.pi - mpmath.sqrt(2) / b
            assert abs(value - want) <= abs(want) * mpmath.mpf(10) ** -digits


def test_jax_functions_can_be_transformed() -> None:
    jax = pytest.importorskip("jax")
    xi, _ = pair_variance()
    f = evaluator(xi, "jax")
    values = {n: float(v[0]) for n, v in mild_points(1).items()}
    with jax.enable_x64(True) if hasattr(jax, "enable_x64") else jax.experimental.enable_x64():
        theirs = jax.grad(lambda t: f(**{**values, "theta_1": t}))(values["theta_1"])
        batch = jax.vmap(lambda t: f(**{**values, "theta_1": t}))(jax.numpy.array([0.9, 1.0]))
    _, ours = evaluator(xi).gradient(["theta_1"])(**values)
    assert float(theirs) == pytest.approx(float(ours[0]), rel=1e-10)
    assert np.allclose(batch, evaluator(xi)(**{**values, "theta_1": np.array([0.9, 1.0])}), rtol=1e-11)
    value, slopes = f.gradient(NAMES)(**values)
    assert slopes.shape == (9,) and float(value) == pytest.approx(float(evaluator(xi)(**values)), rel=1e-11)


def test_jax_missing_is_a_named_error(monkeypatch: pytest.MonkeyPatch) -> None:
    real_import = builtins.__import__

    def missing(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "jax":
            raise ImportError(name)
        return real_import(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(ParameterError, match="jax"):
        evaluator(x, "jax")


@pytest.mark.parametrize(
    "options",
    [
        {"backend": "compiled", "error": True, "threads": 1},
        {"precision": "guaranteed", "rtol": 1e-12, "domain": [x]},
        {"backend": "mpmath", "digits": 30},
        {"dtype": np.float32},
    ],
)
def test_options_survive_pickling(options: dict[str, Any]) -> None:
    f = evaluator(sp.sqrt(x) + y, **options).gradient(["x"])
    g = pickle.loads(pickle.dumps(f))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert repr(g(x=2.0, y=1.0)) == repr(f(x=2.0, y=1.0)) and repr(g) == repr(f)
    assert g.options == f.options


def test_impossible_options_have_names() -> None:
    for bad in ({"precision": "triple"}, {"rtol": 0.0}, {"threads": 0}, {"unstable": "ignore"}, {"digits": 0},
                {"backend": "jax", "error": True}, {"dtype": np.float32, "precision": "guaranteed"}):  # fmt: skip
        with pytest.raises(ParameterError, match=next(iter(set(bad) - {"backend", "dtype"}))):
            evaluator(x, **bad)


def test_the_polynomials_for_sine_and_cosine() -> None:
    """Their interpolation error on [-pi/4, pi/4], and pi/2 in parts, against mpmath."""
    odd, even = coefficients()
    with mpmath.workdps(60):
        assert abs(sum(map(mpmath.mpf, quarter_turn())) - mpmath.pi / 2) < mpmath.mpf(2) ** -120
        for k in range(1, 200):
            r = mpmath.pi / 4 * k / 200
            z = r * r
            sine = r + r * z * mpmath.polyval([mpmath.mpf(c) for c in odd[::-1]], z)
            cosine = 1 - z / 2 + z * z * mpmath.polyval([mpmath.mpf(c) for c in even[::-1]], z)
            assert abs(sine / mpmath.sin(r) - 1) < mpmath.mpf(2) ** -55
            assert abs(cosine / mpmath.cos(r) - 1) < mpmath.mpf(2) ** -55

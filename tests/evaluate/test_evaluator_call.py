"""Calling an evaluator: broadcasting, out, dtype, pickling, and mistakes that are named."""

from __future__ import annotations

import pickle
import pickletools
from decimal import Decimal
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy as sp

from cascade_sym.definitions import Definitions, Quantity
from cascade_sym.errors import (
    DuplicateName,
    MissingParameter,
    OutsideExactDomain,
    ParameterError,
    UnknownName,
    UnknownParameter,
)
from cascade_sym.evaluate import evaluator
from cascade_sym.symbols import complex_symbol

x, y = sp.symbols("x y")
F = evaluator(sp.sqrt(x) + y)


def test_broadcasts_like_a_ufunc() -> None:
    a, b = np.arange(1.0, 4.0)[:, None], np.arange(2.0)[None, :]
    assert np.allclose(F(x=a, y=b), np.sqrt(a) + b)
    assert F(x=a, y=b).shape == (3, 2)
    assert F(x=4, y=1) == 3.0 and np.ndim(F(x=4, y=1)) == 0
    assert F(x=np.ones((0, 2)), y=1.0).shape == (0, 2)
    assert F({"x": 9, "y": 0}) == 3.0


@pytest.mark.parametrize("four", [4, np.int64(4), np.float32(4), Fraction(4), sp.Integer(4), Decimal(4), mpmath.mpf(4), np.array(4)])
def test_every_kind_of_number_is_a_value(four: Any) -> None:
    assert F(x=four, y=1) == 3.0 and np.ndim(F(x=four, y=1)) == 0
    assert F(x=[four, 9], y=four).tolist() == [6, 7]


def test_strided_and_integer_arrays() -> None:
    a = np.arange(40).reshape(5, 8)
    assert np.allclose(F(x=a[::2, ::-3], y=a.T[:3, :3].T), np.sqrt(a[::2, ::-3]) + a.T[:3, :3].T)


def test_out() -> None:
    out = np.zeros(3)
    assert F(x=[1, 4, 9], y=0, out=out) is out and out.tolist() == [1, 2, 3]
    with pytest.raises(ParameterError, match="shape"):
        F(x=[1, 4], y=0, out=out)
    with pytest.raises(ParameterError, match="int"):
        F(x=[1, 4, 9], y=0, out=np.zeros(3, int))
    with pytest.raises(ParameterError, match="NumPy array"):
        F(x=1, y=0, out=[1.0])
    outs = {"a": np.zeros(2), "b": np.zeros(2)}
    evaluator({"a": x, "b": x + 1})(x=[1, 2], out=outs)
    assert outs["b"].tolist() == [2, 3]


def test_out_is_written_directly_and_may_be_an_input() -> None:
    v = np.linspace(1.0, 9.0, 1001)
    for backend in ("numpy", "compiled"):
        f = evaluator(sp.sqrt(x) + x * y, backend)
        same = v.copy()
        assert f(x=same, y=2.0, out=same) is same
        assert np.allclose(same, np.sqrt(v) + 2 * v, rtol=1e-15)
        part = np.zeros((1001, 2))
        f(x=v, y=2.0, out=part[:, 1])
        assert np.allclose(part[:, 1], np.sqrt(v) + 2 * v, rtol=1e-15) and not part[:, 0].any()
        shifted = np.concatenate([[0.0], v])
        f(x=shifted[:-1], y=2.0, out=shifted[1:])
        assert np.allclose(shifted[1:], (np.sqrt(np.append(0.0, v)) + 2 * np.append(0.0, v))[:-1], rtol=1e-15)


def test_out_of_a_gradient() -> None:
    g = evaluator(x**2 * y).gradient(["x", "y"])
    value, slopes = np.empty(3), np.empty((2, 3))
    assert g(x=[1.0, 2.0, 3.0], y=2.0, out=(value, slopes))[0] is value
    assert value.tolist() == [2.0, 8.0, 18.0] and slopes.tolist() == [[4.0, 8.0, 12.0], [1.0, 4.0, 9.0]]
    with pytest.raises(ParameterError, match="pair"):
        g(x=1.0, y=2.0, out=value)
    with pytest.raises(ParameterError, match="shape"):
        g(x=[1.0, 2.0, 3.0], y=2.0, out=(value, slopes[:1]))
    with pytest.raises(ParameterError, match="bounds"):
        evaluator(x, error=True)(x=value, out=value)


def test_dtype() -> None:
    assert evaluator(x + y, dtype=np.float32)(x=1, y=2).dtype == np.float32
    assert evaluator(sp.I * x, dtype=np.float32)(x=1).dtype == np.complex64
    with pytest.raises(ParameterError, match="dtype"):
        evaluator(x, dtype=int)


def test_mistakes_have_names() -> None:
    with pytest.raises(UnknownParameter, match=r"'yy'.*Did you mean 'y'"):
        F(x=1, yy=2)
    with pytest.raises(MissingParameter, match="'y'"):
        F(x=1)
    with pytest.raises(ParameterError, match=r"x: \(2,\), y: \(3,\)"):
        F(x=[1, 2], y=[1, 2, 3])
    with pytest.raises(ParameterError, match="x must be a number"):
        F(x="one", y=1)
    with pytest.raises(ParameterError, match="x is a real parameter"):
        F(x=1j, y=1)
    with pytest.raises(ParameterError, match="backend"):
        evaluator(x, "abacus")
    with pytest.raises(ParameterError, match="needs an expression"):
        evaluator("x + 1")
    with pytest.raises(OutsideExactDomain, match="undefined function"):
        evaluator(sp.Function("h")(x))
    with pytest.raises(OutsideExactDomain):
        evaluator(x + sp.oo)
    with pytest.raises(UnknownName, match="'z'"):
        evaluator({"a": x}, outputs=["z"])
    with pytest.raises(DuplicateName):
        evaluator([Quantity("q", x), Quantity("q", y)])
    with pytest.raises(ParameterError, match="empty"):
        evaluator([])


def test_pickle_ships_definitions_not_code() -> None:
    K = complex_symbol("K")
    d = Definitions(((y, sp.exp(x) + sp.Float(0.1)),))
    f = evaluator({"a": Quantity("q", y / 2, d), "b": K * sp.conjugate(K) * sp.I + sp.pi})
    blob = pickle.dumps(f)
    names = {str(arg) for op, arg, _ in pickletools.genops(blob) if "UNICODE" in op.name}
    assert not names & {"eval", "exec", "compile", "loads", "_reconstruct"}
    g = pickle.loads(blob)
    point = {"x": np.array([0.3, 2.0]), "K": 1 + 2j}
    assert all(np.array_equal(f(**point)[n], g(**point)[n]) for n in "ab")
    assert g.parameters == f.parameters and g.source == f.source


def test_source_runs_and_reads() -> None:
    d = Definitions(((y, x + 1),))
    f = evaluator(Quantity("q", y**2 - sp.sin(y) / y, d))
    assert "y = x + 1" in f.source.replace("1 + x", "x + 1")
    space = {n: getattr(np, n) for n in ("sin", "sqrt")}
    exec(f.source, space)
    assert space["q"](2.0) == f(x=2.0)

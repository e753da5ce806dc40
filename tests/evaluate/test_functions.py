"""Every function of the table, at real and complex arguments, on and off branch cuts, against mpmath."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy as sp

from cascade_sym.definitions import Definitions
from cascade_sym.errors import CascadeError, OutsideExactDomain
from cascade_sym.evaluate import evaluator, exact_value
from cascade_sym.evaluate.backends.numpy_blocks import NumpyKernel
from cascade_sym.program import TABLE
from cascade_sym.program.calculation import read_program
from cascade_sym.symbols import complex_symbol

x, y = sp.symbols("x y")
K = complex_symbol("K")
NAMES = {"arcsin": "asin", "arccos": "acos", "arctan": "atan", "arccot": "acot", "arcsec": "asec", "arccsc": "acsc",
         "arsinh": "asinh", "arcosh": "acosh", "artanh": "atanh", "arcoth": "acoth", "arsech": "asech",
         "arcsch": "acsch", "abs": "fabs", "sgn": "sign", "Re": "re", "Im": "im"}  # fmt: skip
TWO = {"atan2": mpmath.atan2, "min": min, "max": max}
ONE = [f for f in TABLE if f.name not in TWO]
REAL = [0.5, -0.5, 2.0, -2.0, 1.0, -1.0, 1e-8, -1e-8, 30.0, -30.0, 1e-200, -1e-200, 1e200, -1e200, 800.0, -720.0, 1e-310]
COMPLEX = [complex(a, b) for a, b in [
    (0.5, 0.3), (-0.5, 0.3), (2, -1), (-2, -1), (1e-9, 1e-9), (30, 1), (-30, -2), (1, 40), (1e-200, 1e-200),
    (2, 1e-10), (2, -1e-10), (1e-10, 2), (-1e-10, 2), (800, 1), (-800, 1), (1e-3, 800), (0.9999, 1e-9), (1e200, -1e190),
    (2, 0), (-2, 0), (0.5, 0), (-0.5, 0), (0, 2), (0, -2), (0, 0.5), (0, -0.5), (2, -0.0), (-2, -0.0)]]  # fmt: skip
UNKNOWN = [sp.gamma(x), sp.erf(x), sp.Heaviside(x), sp.floor(x), sp.Function("f")(x), sp.besselj(1, x), x + sp.oo]
LARGEST = mpmath.mpf(np.finfo(float).max)


def reference(name: str) -> Callable[..., Any]:
    """mpmath's function, None where it has no value."""
    function = getattr(mpmath, NAMES.get(name, name))

    def value(z: Any) -> Any:
        with mpmath.workdps(500):
            try:
                found = function(z)
            except ZeroDivisionError:
                return None
            return found if mpmath.isfinite(found) and abs(found) <= LARGEST else None

    return value


@pytest.mark.parametrize("function", ONE, ids=lambda f: f.name)
def test_every_function_in_every_interpreter(function: Any) -> None:
    agree(function, REAL)


@pytest.mark.parametrize("function", ONE, ids=lambda f: f.name)
def test_every_complex_function_in_every_interpreter(function: Any) -> None:
    agree(function, COMPLEX)


def agree(function: Any, arguments: list[Any]) -> None:
    s = x if arguments is REAL else K
    e, value = function.sympy(s), reference(function.name)
    wanted = [value(mpmath.mpmathify(z)) for z in arguments]
    if s is x:  # of real arguments evaluators give real values only
        wanted = [w if w is None or isinstance(w, mpmath.mpf) or w.imag == 0 else None for w in wanted]
    if not e.free_symbols or (function.name == "Im" and s is x):
        return  # the imaginary part of a real parameter is read away, and the parameter with it
    given = {s.name: np.array(arguments)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = {b: evaluator(e, b)(given) for b in ("numpy", "compiled", "mpmath")}
        bounded = {b: evaluator(e, b, error=True)(given) for b in ("numpy", "compiled")}
        sure = evaluator(e, precision="guaranteed")(given)
    for k, (z, w) in enumerate(zip(arguments, wanted, strict=True)):
        if w is None or abs(w) > LARGEST:
            assert all(not np.isfinite(f[k]) or not np.isfinite(b[k]) for f, b in bounded.values()), z
            continue
        for backend, values in found.items():
            assert abs(number(values[k]) - w) <= mpmath.mpf("2e-15") * abs(w) * digits_lost(function.name, z) + SMALLEST, (backend, z)
        for backend, (values, bounds) in bounded.items():
            assert not np.isnan(bounds[k]), (backend, z)
            assert np.isinf(bounds[k]) or abs(number(values[k]) - w) <= mpmath.mpf(float(bounds[k])), (backend, z)
        if np.isfinite(sure[k]):
            assert abs(number(sure[k]) - w) <= mpmath.mpf("1e-13") * abs(w), z
        else:
            assert abs(w) < mpmath.mpf("1e-300"), z


SMALLEST = mpmath.mpf("1e-323")


def number(v: Any) -> Any:
    return v if isinstance(v, (mpmath.mpf, mpmath.mpc)) else mpmath.mpmathify(complex(v))


def digits_lost(name: str, z: Any) -> float:
    """How much worse than the argument's last place a result may be."""
    if name in ("exp", "sinh", "cosh", "sech", "csch"):
        return max(1.0, abs(z.real))
    if name in ("sin", "cos", "sec", "csc"):
        return max(1.0, abs(z.imag))
    near_one = ("log", "arccos", "arcsec", "arccsc", "arcosh", "arcoth", "arsech")  # 1/z and |z| are rounded there
    return 1e4 if name in near_one and 0 < abs(abs(z) - 1) < 1e-3 else 1.0


@pytest.mark.parametrize("function", ONE, ids=lambda f: f.name)
def test_exact_values_of_every_function(function: Any) -> None:
    value = reference(function.name)
    for z in (*REAL[:12], *COMPLEX[:13], *COMPLEX[18:26]):
        at = sp.Rational(Fraction(z.real)) + sp.I * sp.Rational(Fraction(z.imag))
        with mpmath.workdps(500):
            want = value(mpmath.mpmathify(z))
        if want is None:
            with pytest.raises(CascadeError):
                exact_value(function.sympy(K), {"K": at})
            continue
        text, _ = exact_value(function.sympy(K), {"K": at}, 20)
        re, im = sp.sympify(text).as_real_imag()
        with mpmath.workdps(60):
            assert abs(mpmath.mpc(str(re), str(im)) - want) <= mpmath.mpf(10) ** -19 * abs(want), z


def test_functions_of_two_arguments() -> None:
    cases = [(a, b) for a in (0.0, -0.0, 1.0, -2.0, 1e-200, -1e200) for b in (0.0, 3.0, -3.0, 1e-200, -1e200)]
    given = {"x": np.array([a for a, _ in cases]), "y": np.array([b for _, b in cases])}
    for function in (f for f in TABLE if f.name in TWO):
        e = function.sympy(x, y)
        first = e.args[0] == x  # SymPy orders the arguments of Min and Max
        wanted = [TWO[function.name](mpmath.mpf(a), mpmath.mpf(b)) for a, b in cases]
        for backend in ("numpy", "compiled", "mpmath"):
            found = evaluator(e, backend)(given)
            assert all(abs(number(f) - w) <= mpmath.mpf("1e-15") * abs(w) for f, w in zip(found, wanted, strict=True)), first
        for (a, b), w in zip(cases, wanted, strict=True):
            text, _ = exact_value(e, {"x": Fraction(a), "y": Fraction(b)})
            assert abs(mpmath.mpf(text) - w) <= mpmath.mpf("1e-14") * abs(w), (a, b)


@pytest.mark.parametrize("e", UNKNOWN, ids=str)
def test_what_is_not_in_the_table_is_refused_by_name_everywhere(e: sp.Expr) -> None:
    name = type(e).__name__ if e.func is not sp.Add else "Infinity"
    for backend in ("numpy", "compiled", "mpmath"):
        with pytest.raises(OutsideExactDomain, match=name):
            evaluator(e, backend)
    with pytest.raises(OutsideExactDomain, match=name):
        exact_value(e, {"x": 1})


def test_what_is_undecided_for_balls_is_decided_exactly() -> None:
    """sqrt(2) sqrt(3) - sqrt(6) is zero, which no precision shows."""
    zero, at = sp.sqrt(x) * sp.sqrt(y) - sp.sqrt(x * y), {"x": 2, "y": 3}
    assert exact_value(sp.sign(zero) + 1, at, 3)[0] == "1.00"
    assert exact_value(1 + sp.sqrt(zero), at, 3)[0] == "1.00"
    assert exact_value(sp.Max(sp.sqrt(x) * sp.sqrt(y), sp.sqrt(x * y)), at, 5)[0] == "2.4495"
    assert exact_value(sp.arg(-1 + sp.I * zero), at, 5)[0] == "3.1416"
    assert exact_value(sp.log(-1 + sp.I * zero), at, 5)[0] == "3.1416*I"
    assert exact_value(sp.atan2(zero, -x), at, 5)[0] == "3.1416"
    assert exact_value(sp.Max(sp.sqrt(zero), -1) + 2, at, 3)[0] == "2.00"
    with pytest.raises(CascadeError, match="undecided"):
        exact_value(1 / (sp.exp(sp.sin(x)) - sp.exp(sp.sin(x) * sp.sin(y) ** 2) ** (1 / sp.sin(y) ** 2)), at)


@pytest.mark.parametrize("backend", ["numpy", "compiled"])
def test_coefficients_of_any_size(backend: str) -> None:
    big, odd = sp.Rational(10**300 + 7, 3**400), sp.Rational(2**53 + 1, 2**53)
    for e in (big * x + y, x / big - y * odd, sp.sqrt(big * x) * sp.exp(odd), sp.Integer(10) ** 400 * x + sp.Rational(1, 10**330) * y):
        for at in ({"x": 2.5, "y": 1.5}, {"x": 1e-200, "y": 1e250}):
            with mpmath.workdps(60):
                want = sp.lambdify((x, y), e, "mpmath")(mpmath.mpf(at["x"]), mpmath.mpf(at["y"]))
                value, bound = evaluator(e, backend, error=True)(**{s.name: at[s.name] for s in e.free_symbols})
                if abs(want) > LARGEST:
                    assert np.isinf(value) and np.isinf(bound)
                else:
                    assert abs(number(value) - want) <= mpmath.mpf(float(bound)) <= mpmath.mpf("1e-14") * abs(want) + SMALLEST


@pytest.mark.parametrize("e", [sp.Abs(K), 1 / K, sp.sqrt(K), x / K, sp.sqrt(1 / K), sp.sign(K), sp.log(K), K / (K + x)], ids=str)
def test_scaled_forms_alone_do_for_numbers_of_any_size(e: sp.Expr) -> None:
    """What jax runs has no second try: complex moduli, quotients and roots must not square large or small numbers."""
    program = read_program(Definitions(()), {"e": e}, scaled=True)
    kernel, function = NumpyKernel(program), sp.lambdify((K, x), e, "mpmath")
    for size in (1e-300, 1e-170, 1.0, 1e170, 1e300):
        for z in (3 + 4j, -3 + 4j, 5j, -2 - 0.1j, -1 + 1e-12j):
            given = {("K", "re"): z.real * size, ("K", "im"): z.imag * size, ("x", "re"): size}
            parts = [np.empty(1) for _ in program.output_nodes()]
            kernel(1, [given[leaf] for leaf in kernel.leaves], parts)
            found = mpmath.mpc(*(float(p[0]) for p in parts))
            with mpmath.workdps(50):
                want = function(mpmath.mpc(given["K", "re"], given["K", "im"]), mpmath.mpf(size))
                assert abs(found - want) <= mpmath.mpf("1e-14") * abs(want), (z, size)

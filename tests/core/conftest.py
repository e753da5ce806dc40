"""Oracles that share no code with what they check: plain evaluation and SciPy's Lyapunov solver."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
import scipy.linalg
import sympy as sp
from hypothesis import HealthCheck, settings

settings.register_profile(
    "core", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
settings.load_profile("core")

Values = Mapping[sp.Symbol, Any]


def value(expr: sp.Expr, definitions: Any, values: Values) -> complex:
    """An expression over definitions at numbers: every definition in turn, nothing written out."""
    table: dict[sp.Symbol, complex] = {s: complex(v) for s, v in values.items()}
    for s, e in definitions:
        table[s] = plain(e, table)
    return plain(expr, table)


def plain(e: sp.Expr, table: Mapping[sp.Symbol, complex]) -> complex:
    """One expression at complex numbers, by walking its tree."""
    if e.is_Symbol:
        return table[e]
    if e.is_number:
        return complex(e)
    args = [plain(a, table) for a in e.args]
    match e:
        case sp.Add():
            return sum(args)
        case sp.Mul():
            return complex(np.prod(args))
        case sp.Pow():
            return args[0] ** (args[1].real if args[1].imag == 0 else args[1])
        case sp.conjugate():
            return args[0].conjugate()
    return complex(getattr(np, type(e).__name__)(args[0]))


def drift_and_noise(system: Any, values: Values) -> tuple[np.ndarray, np.ndarray]:
    """Real drift and diffusion matrices of (X_1, P_1, X_2, ...) from the doubled-up matrices of a system."""
    table = {s: complex(v) for s, v in values.items()}

    def numbers(M: sp.Matrix) -> np.ndarray:
        return np.array([[plain(e, table) for e in row] for row in M.tolist()], complex).reshape(M.shape)

    A, B = numbers(system.A), numbers(system.B)
    noise = np.diag([plain(n, table) for n in system.inputs.values() for _ in range(2)]) if system.inputs else None
    N = B @ noise @ B.conj().T if noise is not None else np.zeros_like(A)
    U = np.kron(np.eye(len(system.modes)), np.array([[1, 1], [-1j, 1j]]) / np.sqrt(2))
    Ar, Nr = U @ A @ U.conj().T, U @ N @ U.conj().T
    assert abs(Ar.imag).max(initial=0) < 1e-9 * (1 + abs(Ar).max(initial=0))
    assert abs(Nr.imag).max(initial=0) < 1e-9 * (1 + abs(Nr).max(initial=0))
    return Ar.real, Nr.real


def lyapunov(system: Any, values: Values) -> np.ndarray:
    """The steady-state covariance matrix, by SciPy."""
    A, N = drift_and_noise(system, values)
    return scipy.linalg.solve_continuous_lyapunov(A, -N)


def matrix(V: Any, values: Values) -> np.ndarray:
    """A symbolic covariance matrix at numbers."""
    table: dict[sp.Symbol, complex] = {s: complex(v) for s, v in values.items()}
    for s, e in V.definitions:
        table[s] = plain(e, table)
    out = np.array([[plain(e, table) for e in row] for row in V.matrix.tolist()])
    assert abs(out.imag).max(initial=0) < 1e-9 * (1 + abs(out).max(initial=0))
    return out.real


class Oracle:
    """What the tests use of this file."""

    value = staticmethod(value)
    drift_and_noise = staticmethod(drift_and_noise)
    lyapunov = staticmethod(lyapunov)
    matrix = staticmethod(matrix)

    @staticmethod
    def assert_same(V: Any, system: Any, values: Values, tolerance: float = 1e-10) -> None:
        """The symbolic covariance agrees with SciPy's, relative to its largest element."""
        expected, got = lyapunov(system, values), matrix(V, values)
        assert got.shape == expected.shape
        assert abs(got - expected).max() <= tolerance * abs(expected).max()


@pytest.fixture(scope="session")
def oracle() -> type[Oracle]:
    return Oracle


@pytest.fixture
def draw_values() -> Callable[..., dict[sp.Symbol, sp.Rational]]:
    """Positive numbers for symbols: losses and transmissions in (0, 1), everything else in (1/2, 2)."""

    def draw(symbols: Any, seed: int, **given: Any) -> dict[sp.Symbol, sp.Rational]:
        rng = np.random.default_rng(seed)
        out = {}
        for s in sorted(symbols, key=lambda s: s.name):
            x = sp.Rational(int(rng.integers(1, 1000)), 1000)
            out[s] = x if s.name.startswith(("eps", "T", "eta")) else x * sp.Rational(3, 2) + sp.Rational(1, 2)
        return out | {sp.Symbol(k): sp.sympify(v) for k, v in given.items()}

    return draw

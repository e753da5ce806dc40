"""Oracles that share no code with what they check: plain evaluation, and SciPy's Lyapunov solver."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import scipy.linalg
import sympy as sp

Values = Mapping[sp.Symbol, Any]


def value(expr: sp.Expr, definitions: Iterable[tuple[sp.Symbol, sp.Expr]], values: Values) -> complex:
    """An expression over definitions at numbers: every definition in turn, nothing written out."""
    return plain(expr, _table(definitions, values))


def _table(definitions: Iterable[tuple[sp.Symbol, sp.Expr]], values: Values) -> dict[sp.Symbol, complex]:
    table = {s: complex(v) for s, v in values.items()}
    for s, e in definitions:
        table[s] = plain(e, table)
    return table


def plain(e: sp.Expr, table: Mapping[sp.Symbol, complex]) -> complex:
    """One expression at complex numbers, by walking its tree."""
    if e.is_Symbol:
        return table[e]
    if e.is_number:
        return _number(e)
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
        case sp.re() | sp.im():
            return complex(args[0].real if isinstance(e, sp.re) else args[0].imag)
    return complex(getattr(np, type(e).__name__)(args[0]))


@lru_cache(maxsize=10_000)
def _number(e: sp.Expr) -> complex:
    return complex(e)


def numbers(matrix: sp.Matrix, values: Values) -> np.ndarray:
    """A matrix of expressions at numbers."""
    table = _table((), values)
    return np.array([[plain(e, table) for e in row] for row in matrix.tolist()], complex).reshape(matrix.shape)


def drift_and_noise(system: Any, values: Values) -> tuple[np.ndarray, np.ndarray]:
    """Real drift and diffusion matrices of (X_1, P_1, X_2, ...) from the doubled-up matrices of a system."""
    A, B = numbers(system.A, values), numbers(system.B, values)
    strengths = [plain(n, _table((), values)) for n in system.inputs.values() for _ in range(2)]
    N = B @ np.diag(strengths) @ B.conj().T if strengths else np.zeros_like(A)
    U = np.kron(np.eye(len(system.modes)), np.array([[1, 1], [-1j, 1j]]) / np.sqrt(2))
    drift, noise = U @ A @ U.conj().T, U @ N @ U.conj().T
    for M in (drift, noise):
        assert abs(M.imag).max(initial=0) <= 1e-9 * (1 + abs(M).max(initial=0))
    return drift.real, noise.real


def growth(system: Any, values: Values) -> float:
    """The largest real part of the eigenvalues of the drift."""
    return float(np.linalg.eigvals(drift_and_noise(system, values)[0]).real.max())


def lyapunov(system: Any, values: Values) -> np.ndarray:
    """The steady-state covariance matrix, by SciPy."""
    A, N = drift_and_noise(system, values)
    return scipy.linalg.solve_continuous_lyapunov(A, -N)


def matrix(V: Any, values: Values) -> np.ndarray:
    """A symbolic covariance matrix at numbers."""
    table = _table(V.definitions, values)
    out = np.array([[plain(e, table) for e in row] for row in V.matrix.tolist()])
    assert abs(out.imag).max() <= 1e-9 * (1 + abs(out).max())
    return out.real


def assert_same(V: Any, system: Any, values: Values, tolerance: float = 1e-10) -> None:
    """The symbolic covariance agrees with SciPy's, relative to its largest element."""
    expected, got = lyapunov(system, values), matrix(V, values)
    assert got.shape == expected.shape
    assert abs(got - expected).max() <= tolerance * abs(expected).max()


def draw(symbols: Iterable[sp.Symbol], seed: int, **given: Any) -> dict[sp.Symbol, sp.Rational]:
    """Numbers for symbols: losses, transmissions and efficiencies in (0, 1), the rest in (1/2, 2)."""
    rng = np.random.default_rng(seed)
    out = {}
    for s in sorted(symbols, key=lambda s: s.name):
        x = sp.Rational(int(rng.integers(1, 1000)), 1000)
        out[s] = x if s.name.startswith(("eps", "T", "eta")) else x * sp.Rational(3, 2) + sp.Rational(1, 2)
    return out | {sp.Symbol(k): sp.sympify(v) for k, v in given.items()}

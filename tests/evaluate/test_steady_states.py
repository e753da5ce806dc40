"""Steady states as numbers: against exact values in mpmath, SciPy's solver, the formulas, and NumPy against compiled."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import scipy.linalg
import sympy as sp

import cascade_sym as cs
from cascade_sym.errors import MissingParameter, ParameterError, UnknownParameter, UnstableError
from cascade_sym.evaluate.backends import compiled, lyapunov_kernel
from tests.core import oracle
from tests.core.rings import RINGS

BACKENDS = ["numpy", pytest.param("compiled", marks=pytest.mark.skipif(not compiled.available(), reason="no llvmlite"))]


def drawn(system: cs.LinearSystem, count: int, seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    small = {s.name: 8 if s.name.startswith("chi") or s.name.endswith("P") else 1 for s in system.parameters}
    return {n: rng.uniform(0.5, 2.0, count) / d for n, d in small.items()}


def exact(system: cs.LinearSystem, at: dict[str, float]) -> np.ndarray:
    """The covariance at exactly these doubles, in 40 digits, from the doubled-up matrices by a Kronecker sum."""
    values = {s: sp.Rational(at[s.name]) for s in system.parameters}
    with mpmath.workdps(40):
        A, B, S = (mpmath.matrix(m.xreplace(values).evalf(40)) for m in (system.A, system.B, system.inputs.matrix))
        n = A.rows
        U = mpmath.matrix(np.kron(np.eye(n // 2), np.array([[1, 1], [-1j, 1j]])).tolist()) / mpmath.sqrt(2)
        A, N = U * A * U.H, U * B * S * B.H * U.H
        big, right = mpmath.matrix(n * n), mpmath.matrix(n * n, 1)
        for i, j in np.ndindex(n, n):
            right[i * n + j] = -mpmath.re(N[i, j])
            for k in range(n):
                big[i * n + j, k * n + j] += mpmath.re(A[i, k])
                big[i * n + j, i * n + k] += mpmath.re(A[j, k])
        V = mpmath.lu_solve(big, right)
        return np.array([[float(V[i * n + j]) for j in range(n)] for i in range(n)])


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("kind", RINGS)
def test_bounds_hold_against_exact_values(kind: str, backend: str) -> None:
    system = RINGS[kind](2)
    at = drawn(system, 6)
    found = cs.covariance_evaluator(system, backend)(at)
    assert found.quadratures == cs.covariance(system).quadratures
    for k in range(6):
        right = exact(system, {n: float(v[k]) for n, v in at.items()})
        unit = np.sqrt(np.diag(right))
        off = (abs(found.matrix[k] - right) / unit / unit[:, None]).max()
        assert off <= found.error[k] + 3e-16 and found.error[k] < 1e-11  # half a unit of the last digit of both


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(("kind", "n"), [("cavities", 5), ("cavities", 16), ("amplifiers", 3), ("amplifiers", 8)])
def test_rings_as_scipy_has_them(kind: str, n: int, backend: str) -> None:
    system = RINGS[kind](n)
    at = drawn(system, 7, seed=n)
    found = cs.covariance_evaluator(system, backend, unstable="quiet")(at)
    for k in range(7):
        A, N = oracle.drift_and_noise(system, {s: at[s.name][k] for s in system.parameters})
        assert (np.linalg.eigvals(A).real.max() < 0) == np.isfinite(found.error[k])
        if np.isfinite(found.error[k]):
            right = scipy.linalg.solve_continuous_lyapunov(A, -N)
            assert abs(found.matrix[k] - right).max() <= 1e-11 * abs(right).max()
    assert np.isfinite(found.error).any()


@pytest.mark.parametrize("parts", [1, 2])
@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 7, 8])
def test_both_solvers_on_random_matrices(n: int, parts: int) -> None:
    """Also where noise drives only one mode: nothing bounds the error then but the equation itself."""
    pytest.importorskip("llvmlite")
    rng = np.random.default_rng(n)
    count = 3 * lyapunov_kernel.lanes()
    shape = (count, n, n)
    A = rng.normal(size=shape) + 1j * (parts - 1) * rng.normal(size=shape) - (1.5 * np.sqrt(n) + 0.2) * np.eye(n)
    B = rng.normal(size=(count, n, 1)) + 1j * (parts - 1) * rng.normal(size=(count, n, 1))
    N = B @ B.conj().swapaxes(1, 2) + (np.arange(count) % 2)[:, None, None] * np.eye(n)
    d = abs(A.real) + abs(A.imag)
    V, error, _ = lyapunov_kernel.by_numpy(A if parts == 2 else A.real, N if parts == 2 else N.real, d)
    tables = {
        name: {(i, j, c): np.ascontiguousarray((m.real, m.imag)[c][:, i, j]) for i, j in np.ndindex(n, n) for c in range(p)}
        for name, m, p in (("A", A, parts), ("N", N, parts), ("moduli", d + 0j, 1))
    }
    wanted = {(i, j, c): np.empty(count) for i, j in np.ndindex(n, n) for c in range(parts)}
    bound, _ = lyapunov_kernel.steady(n, parts, tables, wanted, count)
    W = np.zeros(shape, complex)
    for (i, j, c), x in wanted.items():
        (W.real, W.imag)[c][:, i, j] = x
    stable = np.linalg.eigvals(A).real.max(-1) < 0
    assert np.array_equal(np.isfinite(bound), stable) and np.array_equal(np.isfinite(error), stable)
    assert stable.any()
    unit = np.sqrt(np.einsum("kii->ki", V).real)[stable]
    off = (abs(V - W)[stable] / unit[:, :, None] / unit[:, None, :]).max((1, 2))
    assert (off <= bound[stable] + error[stable]).all() and (bound[stable] >= 0.2 * error[stable]).all()


@pytest.mark.parametrize("backend", BACKENDS)
def test_points_without_a_steady_state_are_counted(backend: str) -> None:
    system = cs.as_system(cs.Oscillator("M", gamma="gamma", n="n"))
    f = cs.covariance_evaluator(system, backend)
    at = {"Gamma_MB": np.array([[1.0], [2.0]]), "Gamma_MP": np.array([0.5, 1.5, 9.0]), "gamma": 0.1, "n": 10}
    with pytest.warns(RuntimeWarning, match="3 of 6 points"):
        found = f(at)
    V = cs.evaluator(cs.covariance(system), unstable="quiet")(at)
    assert found.matrix.shape == (2, 3, 2, 2) and found.error.shape == (2, 3)
    assert np.allclose(found.matrix, V.matrix, rtol=1e-12, equal_nan=True)
    assert np.array_equal(found.missing, np.isnan(V["X_M", "X_M"]))
    with pytest.raises(UnstableError, match="3 of 6"):
        cs.covariance_evaluator(system, backend, unstable="raise")(at)
    with pytest.raises(MissingParameter, match="gamma"):
        f(Gamma_MB=1, Gamma_MP=0.5, n=1)
    with pytest.raises(UnknownParameter, match="kappa"):
        f({**at, "kappa": 1})
    assert f({**at, "Gamma_MB": np.zeros((0, 1))}).matrix.shape == (0, 3, 2, 2)


def test_wrong_questions() -> None:
    cavity = cs.Cavity("c", kappa="kappa")
    for bad in ({"backend": "jax"}, {"unstable": "never"}):
        with pytest.raises(ParameterError, match="must be one of"):
            cs.covariance_evaluator(cavity, **bad)
    with pytest.raises(ParameterError, match="no modes"):
        cs.covariance_evaluator(cs.Loss())
    with pytest.raises(ParameterError, match="expected a part"):
        cs.covariance_evaluator(cs.covariance(cavity))  # type: ignore[arg-type]


def test_how_much_is_solved() -> None:
    """A sector without a preferred phase is solved in amplitudes, half as many."""
    shapes = {kind: [b.shape for b in cs.covariance_evaluator(RINGS[kind](3)).blocks] for kind in RINGS}
    assert shapes == {"cavities": [(3, 3, 2)], "amplifiers": [(6, 6, 1)], "oscillators": [(3, 3, 2)]}

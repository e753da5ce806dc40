"""Linear algebra on many matrices side by side, against NumPy; conditional covariances found with it, against SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import solve_continuous_are, solve_continuous_lyapunov

pytest.importorskip("llvmlite")
from cascade_sym.evaluate.backends import batches
from cascade_sym.evaluate.conditional import batched
from cascade_sym.solve.conditional.doubling import Filter


@pytest.mark.parametrize(("n", "m", "k"), [(1, 1, 1), (2, 3, 5), (4, 4, 4), (7, 6, 2), (8, 16, 8)])
@pytest.mark.parametrize("count", [1, 4, 13])
def test_products_and_solutions(n, m, k, count):
    rng = np.random.default_rng(n * m + count)
    a, b = rng.normal(size=(count, n, k)), rng.normal(size=(count, k, m))
    x, y = batches.batch(a), batches.batch(b)
    assert np.allclose(batches.unbatched(batches.product(x, y), count), a @ b, rtol=0, atol=1e-13)
    turned = batches.product(batches.turned(y), batches.turned(x))
    assert np.allclose(batches.unbatched(turned, count), (a @ b).swapaxes(1, 2), rtol=0, atol=1e-13)
    square, right = rng.normal(size=(count, n, n)), rng.normal(size=(count, n, m))
    square[0] = np.eye(n)[::-1]  # without pivots there is no solution
    found = batches.unbatched(batches.solved(batches.batch(square), batches.batch(right)), count)
    assert np.allclose(square @ found, right, rtol=0, atol=1e-11 * np.abs(found).max())


def test_a_singular_matrix_spoils_no_neighbour():
    a = np.broadcast_to(np.eye(3), (8, 3, 3)).copy()
    a[5, 1, 1] = 0
    with np.errstate(all="ignore"):
        x = batches.unbatched(batches.solved(batches.batch(a), batches.batch(np.ones((8, 3, 1)))), 8)
    assert not np.isfinite(x[5]).all() and (np.delete(x, 5, 0) == 1).all()


def test_lyapunov_equations():
    rng = np.random.default_rng(3)
    L = rng.normal(size=(9, 5, 5)) - 4 * np.eye(5)
    Q = rng.normal(size=(9, 5, 5))
    Q = Q + Q.swapaxes(1, 2)
    L[4] += 9 * np.eye(5)  # not stable
    with np.errstate(all="ignore"):
        D = batches.unbatched(batched.lyapunov(batches.batch(L), batches.batch(Q)), 9)
    assert np.isnan(D[4]).all()
    for k in {*range(9)} - {4}:
        assert np.allclose(D[k], solve_continuous_lyapunov(L[k], -Q[k]), rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("n", [2, 5, 8])
def test_filters_are_solved_and_their_errors_bounded(n):
    """Random problems, among them unstable drifts that are seen; errors lie below their bounds."""
    rng = np.random.default_rng(n)
    count, m = 37, 2
    A = rng.normal(size=(count, n, n))
    C = rng.normal(size=(count, m, n))
    both = rng.normal(size=(count, n + m, n + m))
    noise = both @ both.swapaxes(1, 2)
    f = Filter(A, noise[:, :n, :n], C, noise[:, n:, n:], noise[:, :n, n:])
    V, residual, error = batched.steady(f, np.abs(A))
    solved = 0
    for k in range(count):
        want = solve_continuous_are(A[k].T, C[k].T, f.N[k], f.R[k], s=f.S[k])
        if np.isnan(error[k]) or error[k] > 1e-9:
            continue
        solved += 1
        unit = np.sqrt(np.diag(want))
        off = (np.abs(V[k] - want) / np.outer(unit, unit)).max()
        assert off < 1e-8 and residual[k] < 1e-12, k
    assert solved > 0.8 * count

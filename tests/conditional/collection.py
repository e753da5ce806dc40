"""The small problems of two collections of benchmarks, as matrices of numbers, and their solutions where known.

Sources: Benner, Laub, Mehrmann, A collection of benchmark examples for the numerical solution of algebraic Riccati
equations I (1995); Kressner, Mehrmann, Penzl, CTLEX - a collection of benchmark examples for continuous-time Lyapunov
equations (1999). Written for filters: A, C, N here are their A^T, B^T, Q.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Known = np.ndarray | None
Problem = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, Known]  # A, N, C, R, X


def _problem(A: object, B: object, Q: object, R: object = None, X: object = None) -> Problem:
    A, B, Q = (np.array(m, dtype=float) for m in (A, B, Q))
    R = np.eye(B.shape[1]) if R is None else np.array(R, dtype=float)
    return A.T, Q, B.T, R, None if X is None else np.array(X, dtype=float)


def carex_1_1() -> Problem:
    return _problem([[0, 1], [0, 0]], [[0], [1]], [[1, 0], [0, 2]], X=[[2, 1], [1, 2]])


def carex_1_2() -> Problem:
    Q = np.array([[9, 6], [6, 4]])
    return _problem([[4, 3], [-4.5, -3.5]], [[1], [-1]], Q, X=(1 + np.sqrt(2)) * Q)


def carex_1_3() -> Problem:
    A = [[0, 1, 0, 0], [0, -1.89, 0.39, -5.53], [0, -0.034, -2.98, 2.43], [0.034, -0.0011, -0.99, -0.21]]
    Q = [[2.313, 2.727, 0.688, 0.023], [2.727, 4.271, 1.148, 0.323], [0.688, 1.148, 0.313, 0.102],
         [0.023, 0.323, 0.102, 0.083]]  # fmt: skip
    return _problem(A, [[0, 0], [0.36, -1.6], [-0.95, -0.032], [0.03, 0]], Q)


def carex_2_1(e: float) -> Problem:
    s = np.hypot(1, e)
    X = [[(1 + s) / e**2, 1 / (2 + s)], [1 / (2 + s), (1 - (e / (2 + s)) ** 2) / 4]]
    return _problem([[1, 0], [0, -2]], [[e], [0]], np.ones((2, 2)), X=X)


def carex_2_2(e: float) -> Problem:
    return _problem(
        [[-0.1, 0], [0, -0.02]], [[0.1, 0], [0.001, 0.01]], [[100, 1000], [1000, 10000]], [[1 + e, 1], [1, 1]]
    )


def carex_2_3(e: float) -> Problem:
    s = np.sqrt(1 + 2 * e)
    return _problem([[0, e], [0, 0]], [[0], [1]], np.eye(2), X=[[s / e, 1], [1, s]])


def carex_2_4(e: float) -> Problem:
    x = (2 * (e + 1) + np.sqrt(2 * (e + 1) ** 2 + 2) + np.sqrt(2) * e) / 2
    y = x / (x - (e + 1))
    return _problem([[e + 1, 1], [1, e + 1]], np.eye(2), e**2 * np.eye(2), X=[[x, y], [y, x]])


def carex_2_5(e: float) -> Problem:
    Q = [[4 * e - 11, 2 * e - 5], [2 * e - 5, 2 * e - 2]]
    return _problem([[3 - e, 1], [4, 2 - e]], [[1], [1]], Q, X=[[2, 1], [1, 1]])


def carex_2_6(e: float) -> Problem:
    W = np.eye(3) - np.full((3, 3), 2 / 3)
    rates, noise = e * np.array([1.0, 2.0, 3.0]), np.array([1 / e, 1.0, e])
    x = e * rates + np.sqrt((e * rates) ** 2 + e * noise)
    return _problem(W @ np.diag(rates) @ W, np.eye(3) / np.sqrt(e), W @ np.diag(noise) @ W, X=W @ np.diag(x) @ W)


def ctlex_4_1(n: int, r: float, s: float) -> Problem:
    """A stable matrix without small structure, and a solution that is known: X = s-graded, mirrored twice."""
    powers = np.arange(n, dtype=float)
    H1, H2 = np.eye(n) - 2 / n, np.eye(n) - 2 / n * np.outer((-1) ** powers, (-1) ** powers)
    grade = np.diag(s**powers)
    left, right = H2 @ grade @ H1, H1 @ np.diag(s**-powers) @ H2
    A = left @ np.diag(-(r**powers)) @ right
    return _problem(A, np.zeros((n, 1)), np.eye(n))


SIZES = (1.0, 1e-2, 1e-4, 1e-6)
PROBLEMS: dict[str, Callable[[], Problem]] = {
    "1.1": carex_1_1, "1.2": carex_1_2, "1.3": carex_1_3,
    **{f"{make.__name__} {e:g}": lambda make=make, e=e: make(e)
       for make in (carex_2_1, carex_2_2, carex_2_3, carex_2_4, carex_2_5, carex_2_6) for e in SIZES},
    "carex_2_3 1e6": lambda: carex_2_3(1e6), "carex_2_6 1e6": lambda: carex_2_6(1e6),
    **{f"ctlex {n} {r:g} {s:g}": lambda n=n, r=r, s=s: ctlex_4_1(n, r, s)
       for n, r, s in ((4, 1.5, 1.5), (6, 2.0, 1.2), (8, 1.1, 3.0))},
}  # fmt: skip

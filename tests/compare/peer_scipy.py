"""SciPy: Lyapunov and Riccati solvers on matrices that the user has derived and composed by hand."""

from __future__ import annotations

from tests.compare.problem import Answer, kalman, report


def covariance() -> Answer:
    from scipy.linalg import solve_continuous_lyapunov

    A, _, Q, _, _ = kalman()
    return solve_continuous_lyapunov(A, -Q), "solve_continuous_lyapunov"


def conditional() -> Answer:
    from scipy.linalg import solve_continuous_are

    A, C, Q, N, Z = kalman()
    return solve_continuous_are(A.T, C.T, Q, N, s=Z), "solve_continuous_are"


def load() -> str:
    import scipy
    import scipy.linalg

    return scipy.__version__


if __name__ == "__main__":
    report(
        "matrices by hand",
        {"equations": "the user's own", "covariance": covariance, "conditional": conditional, "closed form": "numbers only"},
        load,
    )

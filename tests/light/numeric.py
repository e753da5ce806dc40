"""Plain NumPy and SciPy on matrices that a test writes down by itself; nothing here reads a system."""

from __future__ import annotations

import numpy as np
import scipy.linalg
import sympy as sp

from tests.core.oracle import value


def steady(A, D):
    """V with A V + V A^T + D = 0."""
    return scipy.linalg.solve_continuous_lyapunov(np.array(A, float), -np.array(D, float))


def filtered(A, N, C, R, S):
    """V with A V + V A^T + N = (V C^T + S) R^-1 (V C^T + S)^T."""
    A, N, C, R, S = (np.array(m, float) for m in (A, N, C, R, S))
    return scipy.linalg.solve_continuous_are(A.T, C.T, N, R, s=S)


def squeezed(r, phi=0.0, n=0.0):
    """The covariance of squeezed light in (X, P): a rotated ellipse."""
    c, s = np.cos(phi / 2), np.sin(phi / 2)
    turn = np.array([[c, -s], [s, c]])
    return turn @ np.diag([np.exp(-2 * r), np.exp(2 * r)]) @ turn.T * (n + 0.5)


def entangled(r, n=0.0):
    """The covariance of two-mode squeezed light with phi = 0, in (X_1, P_1, X_2, P_2)."""
    ch, sh, I, Z = np.cosh(2 * r), np.sinh(2 * r), np.eye(2), np.diag([1, -1])
    return np.block([[ch * I, -sh * Z], [-sh * Z, ch * I]]) * (n + 0.5)


def log_negativity(V):
    """By the eigenvalues of the partial transpose."""
    T = np.diag([1, 1, 1, -1])
    J = np.kron(np.eye(2), [[0, 1], [-1, 0]])
    nu = np.abs(np.linalg.eigvals(1j * J @ T @ V @ T)).min()
    return max(0.0, -np.log(2 * nu))


def numbers(V, **values):
    """A Covariance at numbers: every definition in turn."""
    point = {sp.Symbol(k): x for k, x in values.items()}
    return np.array([[value(V.element(i, j), V.definitions, point).real for j in V.quadratures] for i in V.quadratures])


def close(a, b, digits=1e-11):
    a, b = np.asarray(a, float), np.asarray(b, float)
    return np.abs(a - b).max() <= digits * max(np.abs(b).max(), 1.0)


def evaluated(spectrum, frequency):
    """A spectrum at frequencies: every definition in turn, by plain NumPy."""
    names, found = [sp.Symbol("Omega")], [np.asarray(frequency, complex)]
    for s, e in (*spectrum.definitions, (sp.Symbol("result"), spectrum.expr)):
        found.append(sp.lambdify(names, e, "numpy")(*found) * np.ones_like(found[0]))
        names.append(s)
    return found[-1]

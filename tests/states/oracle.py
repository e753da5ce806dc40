"""Figures of states by other means: NumPy's eigenvalues, high precision, density matrices in a small Fock space."""

from __future__ import annotations

import mpmath as mp
import numpy as np


def omega(n: int) -> np.ndarray:
    return np.kron(np.eye(n), [[0, 1], [-1, 0]])


def spectrum(V: np.ndarray) -> np.ndarray:
    n = len(V) // 2
    return np.sort(np.abs(np.linalg.eigvals(1j * omega(n) @ V)))[::2]


def precise_spectrum(V, digits: int = 60) -> list:
    """The same with mpmath."""
    with mp.workdps(digits):
        M = mp.matrix([[mp.mpf(x) for x in row] for row in V])
        J = mp.matrix(omega(M.rows // 2).tolist())
        values = mp.eig(J * M, left=False, right=False)
        return sorted(abs(x) for x in values)[::2]


def least_polynomial(nu) -> float:
    """The least coefficient of the polynomial whose roots are 1 - (2 nu)^2, but the first."""
    return float(np.poly(1 - 4 * np.asarray(nu) ** 2)[1:].min())


def flipped(V: np.ndarray, modes: list[int]) -> np.ndarray:
    T = np.eye(len(V))
    for m in modes:
        T[2 * m + 1, 2 * m + 1] = -1
    return T @ V @ T


def log_sum(nu) -> float:
    return float(np.maximum(0, -np.log(2 * np.asarray(nu))).sum())


def random_symplectic(rng: np.random.Generator, n: int, strength: float = 1.0) -> np.ndarray:
    """Passive maps before and after squeezers."""
    return passive(rng, n) @ np.diag(np.exp(np.kron(rng.uniform(-strength, strength, n), [1, -1]))) @ passive(rng, n)


def passive(rng: np.random.Generator, n: int) -> np.ndarray:
    U, _ = np.linalg.qr(rng.normal(size=(n, n)) + 1j * rng.normal(size=(n, n)))
    K = np.zeros((2 * n, 2 * n))
    K[::2, ::2], K[::2, 1::2], K[1::2, ::2], K[1::2, 1::2] = U.real, -U.imag, U.imag, U.real
    return K


def random_state(rng: np.random.Generator, n: int, heat: float = 1.0, strength: float = 1.0) -> np.ndarray:
    S = random_symplectic(rng, n, strength)
    V = S @ np.diag(np.repeat(0.5 + heat * rng.exponential(size=n) * rng.integers(0, 2, n), 2)) @ S.T
    return (V + V.T) / 2


def two_mode_squeezed(r: float) -> np.ndarray:
    c, s = np.cosh(2 * r) / 2, np.sinh(2 * r) / 2
    return c * np.eye(4) + s * np.kron([[0, 1], [1, 0]], np.diag([1, -1]))


# -- Fock space ---------------------------------------------------------------------------------------------


def lowering(size: int) -> np.ndarray:
    return np.diag(np.sqrt(np.arange(1.0, size)), 1)


def squeezed_thermal(size: int, n: float, r: float, phi: float = 0.0, alpha: complex = 0) -> np.ndarray:
    """D S(r) rho_n S^+ D^+, which squeezes X cos phi + P sin phi by e^(-r)."""
    from scipy.linalg import expm

    a = lowering(size)
    z = r * np.exp(2j * phi)
    S = expm((np.conj(z) * a @ a - z * a.T @ a.T) / 2)
    D = expm(alpha * a.T - np.conj(alpha) * a)
    weights = (n / (1 + n)) ** np.arange(size) / (1 + n)
    return D @ S @ np.diag(weights) @ S.conj().T @ D.conj().T


def moments(rho: np.ndarray, modes: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Mean values and covariance matrix of a density matrix of one or two modes of equal size."""
    size = round(len(rho) ** (1 / modes))
    a, one = lowering(size), np.eye(size)
    ops = [a] if modes == 1 else [np.kron(a, one), np.kron(one, a)]
    q = [m for b in ops for m in ((b + b.conj().T) / np.sqrt(2), (b - b.conj().T) / (np.sqrt(2) * 1j))]
    d = np.array([np.trace(rho @ x).real for x in q])
    V = np.array([[np.trace(rho @ (x @ y + y @ x)).real / 2 for y in q] for x in q]) - np.outer(d, d)
    return d, V


def root(rho: np.ndarray) -> np.ndarray:
    w, U = np.linalg.eigh(rho)
    return (U * np.sqrt(np.maximum(w, 0))) @ U.conj().T


def fidelity(rho: np.ndarray, sigma: np.ndarray) -> float:
    s = root(rho)
    return float(np.sqrt(np.maximum(np.linalg.eigvalsh(s @ sigma @ s), 0)).sum() ** 2)


def fisher(rho: np.ndarray, slope: np.ndarray) -> float:
    """2 sum |<i|rho'|j>|^2/(p_i + p_j)."""
    p, U = np.linalg.eigh(rho)
    d = np.abs(U.conj().T @ slope @ U) ** 2
    total = p[:, None] + p[None, :]
    return float(2 * (d[total > 1e-13] / total[total > 1e-13]).sum())


def entropy(rho: np.ndarray) -> float:
    p = np.linalg.eigvalsh(rho)
    p = p[p > 1e-15]
    return float(-(p * np.log(p)).sum())


def log_negativity(rho: np.ndarray) -> float:
    size = round(len(rho) ** 0.5)
    flipped = rho.reshape(size, size, size, size).transpose(0, 3, 2, 1).reshape(len(rho), len(rho))
    return float(np.log(np.abs(np.linalg.eigvalsh(flipped)).sum()))

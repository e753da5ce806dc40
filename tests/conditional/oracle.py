"""The stabilising solution of a Riccati equation to many digits, and random measured systems that make it hard.

A structure-preserving doubling of the Cayley transform in mpmath: nothing here is shared with the solvers.
Source: Chu, Fan, Lin, Lin. Alg. Appl. 396, 55 (2005).
"""

from __future__ import annotations

from typing import Any

import mpmath as mp
import numpy as np

Matrices = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]
FORM = np.array([[0.0, 1.0], [-1.0, 0.0]])


def stabilising(problem: Matrices, digits: int = 80) -> Any:
    """X with A X + X A^T + N - (X C^T + S) R^-1 (X C^T + S)^T = 0 and a stable closed loop; None where there is none."""
    with mp.workdps(2 * digits):
        A, N, C, R, S = (mp.matrix(m.tolist()) for m in problem)
        inverse = R**-1
        K = S * inverse
        A, N, G = A - K * C, N - K * S.T, C.T * inverse * C
        one = mp.eye(A.rows)
        size = mp.sqrt(mp.mnorm(A, 1) ** 2 + mp.sqrt(mp.mnorm(N, 1) * mp.mnorm(G, 1)) ** 2)
        F = A.T  # the control equation F^T X + X F + N - X G X = 0
        for shift in (size, 3 * size):
            try:
                found = _doubled(F, G, N, shift, one, digits)
            except ZeroDivisionError:
                continue
            if found is not None and _stable(A - found * G, digits):
                return found
    return None


def _doubled(F: Any, G: Any, N: Any, shift: Any, one: Any, digits: int) -> Any:
    shifted = (F - shift * one) ** -1
    W = (F.T - shift * one + N * shifted * G) ** -1
    E = one + 2 * shift * W.T
    P, X = 2 * shift * shifted * G * W, 2 * shift * W * N * shifted
    for _ in range(600):
        back = (one + P * X) ** -1
        EB = E * back
        new = X + E.T * X * back * E
        P = P + EB * P * E.T
        E = EB * E
        change = max(abs(x) for x in new - X)
        X = (new + new.T) / 2
        if not mp.isfinite(change) or max(abs(x) for x in X) > mp.mpf(10) ** (3 * digits):
            return None
        if change <= mp.mpf(10) ** (-digits - 20) * max(abs(x) for x in X):
            return X
    return None


def _stable(L: Any, digits: int) -> bool:
    values = mp.eig(L, left=False, right=False)
    return all(mp.re(v) < -(mp.mpf(10) ** -digits) * mp.mnorm(L, 1) for v in values)


def form(modes: int) -> np.ndarray:
    return np.kron(np.eye(modes), FORM)


def measured(rng: np.random.Generator, modes: int) -> Matrices:
    """A random system of oscillators with baths and detectors: H = x^T M x/2, jump operators L x, currents of some.

    Free masses, thresholds of parametric gain, equal or absent detunings and couplings, quality factors up to 1e12,
    efficiencies from 1e-6 on, and units (squeezings of the quadratures) that spread over decades.
    """
    n = 2 * modes
    omega = rng.choice([1.0, 1.0, rng.uniform(0, 3), 10 ** rng.uniform(-3, 3)], modes)
    M = np.diag(np.repeat(omega, 2))
    for k in range(modes):
        kind = rng.integers(5)
        if kind == 0:  # a free mass
            M[2 * k, 2 * k] = 0.0
        elif kind == 1:  # parametric gain: at threshold without damping
            M[2 * k, 2 * k] *= rng.choice([-1.0, 1e-6, 0.5])
        elif kind == 2:
            M[2 * k : 2 * k + 2, 2 * k : 2 * k + 2] *= rng.choice([0.0, -1.0])
    for k in range(modes - 1):
        g = rng.choice([0.0, 1.0, 10 ** rng.uniform(-4, 1)]) * rng.normal(size=(2, 2)).round(1)
        M[2 * k : 2 * k + 2, 2 * k + 2 : 2 * k + 4] = g
        M[2 * k + 2 : 2 * k + 4, 2 * k : 2 * k + 2] = g.T
    W = form(modes)
    drift, noise = W @ M, np.zeros((n, n))
    seen, shared = [], []
    lowest = rng.choice([-12, -6, -2])
    for k in range(modes):
        kappa, heat = 10 ** rng.uniform(lowest, 0.5), rng.choice([0.0, 1.0, 10 ** rng.uniform(-2, 4)])
        jumps = [np.sqrt(kappa * (heat + 1) / 2) * np.array([1, 1j]), np.sqrt(kappa * heat / 2) * np.array([1, -1j])]
        rows = [np.concatenate([np.zeros(2 * k), j, np.zeros(n - 2 * k - 2)]) for j in jumps]
        row = np.zeros(n, dtype=complex)
        row[2 * k : 2 * k + 2] = 10 ** rng.uniform(-3, 1) * np.array([1, rng.choice([0.0, 1j, -1j, 0.5j])])
        if modes > 1 and rng.random() < 0.3:
            row[:2] += 0.5
        if k == 0 or rng.random() < 0.6:
            eta, angle = 10 ** rng.uniform(rng.choice([-6, -1]), 0), rng.uniform(0, 6)
            turned = row * (1, -1j, np.exp(-1j * angle))[rng.integers(3)]
            seen.append(2 * np.sqrt(eta) * turned.real)
            shared.append(-np.sqrt(eta) * W @ turned.imag)
        for jump in (*rows, row):
            square = np.outer(jump.conj(), jump)
            drift = drift + W @ square.imag
            noise = noise + W @ square.real @ W.T
    C, S = np.array(seen), np.array(shared).T
    scale = 10.0 ** (rng.choice([0, 0, 1, 3]) * rng.uniform(-1, 1, modes))
    u = np.repeat(scale, 2) ** np.tile([1, -1], modes)
    noise = (noise + noise.T) / 2
    return drift * u[:, None] / u, noise * (u[:, None] * u), C / u, np.eye(len(C)), S * u[:, None]

"""The problem that every tool is given, written out by hand in NumPy, and how an answer is reported.

Two oscillators of opposite mass sign (S, then M) in series on one beam with two sidebands b_+, b_-, a loss eps between
them and a thermal bath each; the phase quadrature of the light that leaves is measured. With tau = sqrt(1 - eps) and
R = sqrt(G_SB G_MP) - sqrt(G_SP G_MB), in the rotating frame,

    da_S/dt = -gamma_S/2 a_S - i (sqrt(G_SB) b_- + sqrt(G_SP) b_+^+) + sqrt(gamma_S0) s,
    da_M/dt = -gamma_M/2 a_M + tau R a_S^+ - i tau (sqrt(G_MB) b_+ + sqrt(G_MP) b_-^+)
              - i sqrt(eps) (sqrt(G_MB) v_+ + sqrt(G_MP) v_-^+) + sqrt(gamma_M0) m,
    b_+,out = tau b_+ + sqrt(eps) v_+ - i (tau sqrt(G_SP) a_S^+ + sqrt(G_MB) a_M),
    b_-,out = tau b_- + sqrt(eps) v_- - i (tau sqrt(G_SB) a_S + sqrt(G_MP) a_M^+).

Nothing here comes from cascade_sym, so that its answers can be compared as everybody else's.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable

import numpy as np

VALUES = {
    "G_SB": 1.0, "G_SP": 0.2, "G_MB": 0.9, "G_MP": 0.3, "gamma_S0": 0.1, "gamma_M0": 0.1, "n_S": 0.1, "n_M": 0.2,
    "eps": 0.1,
}  # fmt: skip
TASKS = ("equations", "covariance", "conditional", "closed form")
QUADRATURES = ("X_S", "P_S", "X_M", "P_M")


def rates(v: dict[str, float] = VALUES) -> dict[str, float]:
    """gamma_S, gamma_M, R and tau."""
    return {
        "gamma_S": v["gamma_S0"] + v["G_SB"] - v["G_SP"],
        "gamma_M": v["gamma_M0"] + v["G_MB"] - v["G_MP"],
        "R": math.sqrt(v["G_SB"] * v["G_MP"]) - math.sqrt(v["G_SP"] * v["G_MB"]),
        "tau": math.sqrt(1 - v["eps"]),
    }


def real(weight: complex, dag: bool = False) -> np.ndarray:
    """weight * b (or b^+) as a 2 x 2 matrix that acts on the quadratures (X, P) of b."""
    w = np.array([[weight.real, -weight.imag], [weight.imag, weight.real]])
    return w @ np.diag([1, -1]) if dag else w


def state_space(v: dict[str, float] = VALUES) -> tuple[np.ndarray, ...]:
    """A, B, C, D over (X_S, P_S, X_M, P_M), the quadratures of (b_+, b_-, v_+, v_-, s, m), and P_cos, P_sin out."""
    k, root = rates(v), {n: math.sqrt(x) for n, x in v.items()}
    tau, lost = k["tau"], root["eps"]
    zero = np.zeros((2, 2))
    A = np.block(
        [[-k["gamma_S"] / 2 * np.eye(2), zero], [real(tau * k["R"], True), -k["gamma_M"] / 2 * np.eye(2)]]
    )
    S = [real(-1j * root["G_SP"], True), real(-1j * root["G_SB"]), zero, zero, real(root["gamma_S0"]), zero]
    M = [
        real(-1j * tau * root["G_MB"]), real(-1j * tau * root["G_MP"], True), real(-1j * lost * root["G_MB"]),
        real(-1j * lost * root["G_MP"], True), zero, real(root["gamma_M0"]),
    ]  # fmt: skip
    B = np.block([S, M])
    plus = np.hstack([real(-1j * tau * root["G_SP"], True), real(-1j * root["G_MB"])])
    minus = np.hstack([real(-1j * tau * root["G_SB"]), real(-1j * root["G_MP"], True)])
    pick = np.array([[0, 1, 0, 1], [-1, 0, 1, 0]]) / math.sqrt(2)  # P_cos and P_sin of (X_+, P_+, X_-, P_-)
    C = pick @ np.vstack([plus, minus])
    through = np.hstack([tau * np.eye(4), lost * np.eye(4), np.zeros((4, 4))])
    return A, B, C, pick @ through


def noise(v: dict[str, float] = VALUES) -> np.ndarray:
    """Intensities of the white noise of all inputs: n + 1/2."""
    return np.diag([0.5] * 8 + [v["n_S"] + 0.5] * 2 + [v["n_M"] + 0.5] * 2)


def kalman(v: dict[str, float] = VALUES) -> tuple[np.ndarray, ...]:
    """A, C, and the noise: of the state Q, of the measurement N, and between them Z (state by measurement)."""
    A, B, C, D = state_space(v)
    W = noise(v)
    return A, C, B @ W @ B.T, D @ W @ D.T, B @ W @ D.T


def reference() -> tuple[np.ndarray, np.ndarray]:
    """The covariances, unconditional and conditional, by the slowest and most obvious way: integration in time."""
    A, C, Q, N, Z = kalman()
    inverse = np.linalg.inv(N)

    def rate(V: np.ndarray, measured: bool) -> np.ndarray:
        gain = V @ C.T + Z
        return A @ V + V @ A.T + Q - (gain @ inverse @ gain.T if measured else 0)

    found = []
    for measured in (False, True):
        V, h = np.eye(4) / 2, 0.01
        for _ in range(15000):
            k1 = rate(V, measured)
            k2 = rate(V + h / 2 * k1, measured)
            k3 = rate(V + h / 2 * k2, measured)
            k4 = rate(V + h * k3, measured)
            V = V + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        found.append(V)
    return found[0], found[1]


Answer = tuple[object, str]  # a 4 x 4 matrix or None, and what was done or what is missing


def report(start: str, tasks: dict[str, Callable[[], Answer] | str], modules: Callable[[], str]) -> None:
    """Run the tasks of a tool and print what it gave as JSON; a text instead of a task says why there is none.

    Seconds are processor time, of one core (other programs do not count), each task from nothing.
    """
    begin = time.process_time()
    version = modules()
    out: dict[str, object] = {"version": version, "starts from": start, "import": time.process_time() - begin}
    for name in TASKS:
        task = tasks[name]
        if isinstance(task, str):
            out[name] = {"given": False, "note": task}
            continue
        begin = time.process_time()
        try:
            value, note = task()
        except Exception as err:
            out[name] = {"given": False, "note": f"{type(err).__name__}: {err}"[:200]}
            continue
        seconds = time.process_time() - begin
        matrix = None if value is None else np.asarray(value, float).tolist()
        out[name] = {"given": True, "seconds": seconds, "value": matrix, "note": note}
    print(json.dumps(out))

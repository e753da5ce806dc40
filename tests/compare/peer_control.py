"""python-control: series connection of state spaces, Lyapunov and Riccati equations, all in numbers."""

from __future__ import annotations

import math

import numpy as np

from tests.compare.problem import VALUES, Answer, kalman, real, report


def parts() -> list:
    """S, the loss and M as real state spaces on the quadratures of (b_+, b_-), with the other inputs beside them."""
    import control

    root = {n: math.sqrt(x) for n, x in VALUES.items()}
    one = np.eye(2)

    def oscillator(name: str, sign: int):
        """Inputs b_+, b_- and the bath; for negative mass the sidebands exchange roles."""
        b, p = real(-1j * root[f"G_{name}B"]), real(-1j * root[f"G_{name}P"], True)
        gamma = VALUES[f"gamma_{name}0"] + VALUES[f"G_{name}B"] - VALUES[f"G_{name}P"]
        to, out = ([b, p], [b, p]) if sign > 0 else ([p, b], [p, b])
        B = np.hstack([*to, real(root[f"gamma_{name}0"])])
        C = np.vstack(out)
        return control.ss(-gamma / 2 * one, B, C, np.hstack([np.eye(4), np.zeros((4, 2))]))

    tau, lost = math.sqrt(1 - VALUES["eps"]), root["eps"]
    loss = control.ss([], [], [], np.hstack([tau * np.eye(4), lost * np.eye(4)]))
    return [oscillator("S", -1), loss, oscillator("M", 1)]


def composed():
    """The cascade: inputs b_+, b_-, v_+, v_-, s, m."""
    import control

    S, loss, M = parts()
    wide = control.append(S, control.ss([], [], [], np.eye(4)))  # b, s | v
    first = control.series(wide, loss)
    both = control.series(control.append(first, control.ss([], [], [], np.eye(2))), M)
    order = [0, 1, 2, 3, 6, 7, 8, 9, 4, 5, 10, 11]
    return both.A, both.B[:, order]


def equations() -> Answer:
    A, _ = composed()
    flip = np.arange(4) if abs(A[0, 2:]).max() == 0 else np.array([2, 3, 0, 1])  # the states of M may come first
    return A[np.ix_(flip, flip)], "numbers"


def covariance() -> Answer:
    import control

    A, _, Q, _, _ = kalman()
    return control.lyap(A, Q), "lyap"


def conditional() -> Answer:
    import control

    A, C, Q, N, Z = kalman()
    return control.care(A.T, C.T, Q, N, Z)[0], "care"


def load() -> str:
    import control

    return control.__version__


if __name__ == "__main__":
    report(
        "state space of each part",
        {"equations": equations, "covariance": covariance, "conditional": conditional, "closed form": "numbers only"},
        load,
    )

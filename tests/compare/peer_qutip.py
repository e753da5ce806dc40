"""QuTiP: master equation by hand, density matrices in a truncated number basis."""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from tests.compare.problem import VALUES, Answer, rates, report

LEVELS = 10  # of each mode; the truncation is what the error comes from
LEVELS_CONDITIONAL = 8
STEP, TIME = 4e-3, 8.0


@cache
def model(levels: int):
    """Modes, Hamiltonian, the two monitored and the other jump operators."""
    from qutip import destroy, qeye, tensor

    v, k, root = VALUES, rates(), {n: math.sqrt(x) for n, x in VALUES.items()}
    S, M = tensor(destroy(levels), qeye(levels)), tensor(qeye(levels), destroy(levels))
    H = -0.5j * k["tau"] * k["R"] * (S * M - S.dag() * M.dag())
    plus = k["tau"] * root["G_SP"] * S.dag() + root["G_MB"] * M
    minus = k["tau"] * root["G_SB"] * S + root["G_MP"] * M.dag()
    others = [root["eps"] * root["G_SB"] * S, root["eps"] * root["G_SP"] * S.dag()]
    for name, a in (("S", S), ("M", M)):
        rate, n = v[f"gamma_{name}0"], v[f"n_{name}"]
        others += [math.sqrt(rate * (n + 1)) * a, math.sqrt(rate * n) * a.dag()]
    return (S, M), H, (plus, minus), others


def moments(state, levels: int) -> np.ndarray:
    """The covariance matrix of a density matrix."""
    from qutip import expect

    q = []
    for a in model(levels)[0]:
        q += [(a + a.dag()) / math.sqrt(2), (a - a.dag()) / (1j * math.sqrt(2))]
    mean = [expect(x, state) for x in q]
    V = [[expect((x * y + y * x) / 2, state) - mean[i] * mean[j] for j, y in enumerate(q)] for i, x in enumerate(q)]
    return np.real(np.array(V))


def covariance() -> Answer:
    from qutip import steadystate

    _, H, light, others = model(LEVELS)
    return moments(steadystate(H, [*light, *others]), LEVELS), f"steadystate, {LEVELS} x {LEVELS} levels"


def conditional() -> Answer:
    """One trajectory: for a Gaussian state the conditional covariance does not depend on the record."""
    from qutip import fock_dm, smesolve, tensor

    n = LEVELS_CONDITIONAL
    _, H, (plus, minus), others = model(n)
    monitored = [-(plus + minus) / math.sqrt(2), 1j * (plus - minus) / math.sqrt(2)]  # P_cos and P_sin of b_out
    start = tensor(fock_dm(n, 0), fock_dm(n, 0))
    options = {"dt": STEP, "store_final_state": True, "keep_runs_results": True, "progress_bar": "", "method": "milstein"}
    run = smesolve(
        H, start, np.linspace(0, TIME, 9), c_ops=others, sc_ops=monitored, ntraj=1, options=options, seeds=1
    )
    state = run.runs_final_states[0]
    return moments(state, n), f"smesolve, one trajectory, {n} x {n} levels"


def load() -> str:
    import qutip

    return qutip.__version__


if __name__ == "__main__":
    report(
        "master equation by hand",
        {"equations": "the user's own", "covariance": covariance, "conditional": conditional, "closed form": "numbers only"},
        load,
    )

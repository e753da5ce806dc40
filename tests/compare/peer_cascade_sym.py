"""cascade_sym: from the parts, in symbols; the numbers are those of the closed forms."""

from __future__ import annotations

from functools import cache

import numpy as np

from tests.compare.problem import QUADRATURES, VALUES, Answer, report

NAMES = {
    "G_SB": "Gamma_SB", "G_SP": "Gamma_SP", "G_MB": "Gamma_MB", "G_MP": "Gamma_MP", "gamma_S0": "gamma_S0",
    "gamma_M0": "gamma_M0", "n_S": "n_S", "n_M": "n_M", "eps": "epsilon",
}  # fmt: skip
POINT = {NAMES[k]: v for k, v in VALUES.items()}


@cache
def system():
    import cascade_sym as cs

    return (cs.Oscillator("S", mass=-1) >> cs.Loss(cs.symbol("epsilon")) >> cs.Oscillator("M")).system()


def numbers(quantity) -> float:
    """A quantity at the point, every definition in turn."""
    import sympy as sp

    table = {sp.Symbol(k): sp.Float(v, 17) for k, v in POINT.items()}
    for name, e in quantity.definitions:
        table[name] = e.xreplace(table)
    return float(sp.sympify(quantity.expr).xreplace(table))


def equations() -> Answer:
    import sympy as sp

    s = system()
    U = np.kron(np.eye(2), np.array([[1, 1], [-1j, 1j]]) / np.sqrt(2))
    A = np.array(s.A.subs({sp.Symbol(k): v for k, v in POINT.items()}).evalf().tolist(), complex)
    return (U @ A @ U.conj().T).real, "symbols"


def closed_form() -> Answer:
    import sympy as sp

    import cascade_sym as cs

    V = cs.covariance(system())
    size = sum(int(sp.count_ops(e)) for _, e in V.definitions)
    matrix = [[numbers(V[i, j]) for j in QUADRATURES] for i in QUADRATURES]
    return matrix, f"covariance: {len(V.definitions)} named formulas, {size} operations"


def covariance() -> Answer:
    import cascade_sym as cs

    V = cs.covariance(system())
    return [[numbers(V[i, j]) for j in QUADRATURES] for i in QUADRATURES], "the closed form at numbers"


def conditional() -> Answer:
    import sympy as sp

    import cascade_sym as cs

    run = cs.conditional_evaluator(cs.riccati(system(), cs.Homodyne(angle=sp.pi / 2)))
    found = run(**POINT)
    return [[float(found[i, j]) for j in QUADRATURES] for i in QUADRATURES], "closed form of the Riccati equation"


def load() -> str:
    import cascade_sym as cs

    cs.covariance  # noqa: B018  loads what is needed
    return cs.__version__


if __name__ == "__main__":
    report(
        "parts",
        {"equations": equations, "covariance": covariance, "conditional": conditional, "closed form": closed_form},
        load,
    )

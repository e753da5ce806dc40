"""The stochastic master equation, integrated in a small Fock space with QuTiP, against the filter.

For a Gaussian state the conditional covariance does not depend on the measurement record, so one trajectory
shows it. Operators, rates and record come from `master_equation`; only their integration is QuTiP's.
"""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import sympy as sp

from cascade_sym.derive.master_equation import MasterEquation, master_equation
from cascade_sym.evaluate.conditional import conditional_evaluator
from cascade_sym.operators import Op, OperatorPolynomial
from cascade_sym.parts import Loss, Oscillator
from cascade_sym.parts.detectors import Homodyne
from cascade_sym.solve.conditional import riccati

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import qutip


def matrix(poly: OperatorPolynomial, modes: dict[str, qutip.Qobj]) -> qutip.Qobj:
    total = 0 * next(iter(modes.values()))
    one = total.dag() * 0 + qutip.qeye(total.dims[0])
    for word, c in poly.terms.items():
        term = one
        for o in word:
            term = term * (modes[o.name].dag() if o.dag else modes[o.name])
        total = total + complex(sp.N(c)) * term
    return total


def unmeasured(m: MasterEquation, modes: dict[str, qutip.Qobj]) -> list[qutip.Qobj]:
    """Jump operators of the dissipation that the measured operators don't already account for."""
    basis = [Op(n, d) for n in m.modes for d in (False, True)]

    def vector(poly: OperatorPolynomial) -> np.ndarray:
        form = poly.linear()
        return np.array([complex(sp.N(form[o])) for o in basis])

    K = sum(float(j.rate) * np.outer(v := vector(j.operator), v.conj()) for j in m.jumps)
    K = K - sum(np.outer(v := vector(x.operator), v.conj()) for x in m.measured)
    rates, vectors = np.linalg.eigh(K)
    assert rates[0] > -1e-12  # no more is measured than leaves
    operators = [modes[o.name].dag() if o.dag else modes[o.name] for o in basis]
    return [
        np.sqrt(r) * sum(c * a for c, a in zip(v, operators, strict=True))
        for r, v in zip(rates, vectors.T, strict=True)
        if r > 1e-12
    ]


def trajectory(m: MasterEquation, sizes: list[int], t: float, steps: int) -> tuple[np.ndarray, list[str]]:
    """Covariance matrices of the conditional state along one trajectory from vacuum, at 6 times up to t."""
    one = [qutip.qeye(n) for n in sizes]
    modes = {}
    for k, name in enumerate(m.modes):
        modes[name] = qutip.tensor([qutip.destroy(sizes[k]) if j == k else one[j] for j in range(len(sizes))])
    H = matrix(m.H, modes)
    measured = [matrix(x.operator, modes) for x in m.measured]
    start = qutip.ket2dm(qutip.tensor([qutip.basis(n, 0) for n in sizes]))
    quads = [q for a in modes.values() for q in ((a + a.dag()) / np.sqrt(2), (a - a.dag()) / (1j * np.sqrt(2)))]
    options = {"dt": t / steps, "method": "platen", "store_states": True, "progress_bar": "", "keep_runs_results": True}
    result = qutip.smesolve(
        H, start, np.linspace(0, t, 7), c_ops=unmeasured(m, modes), sc_ops=measured, ntraj=1, seeds=11, options=options
    )
    out = []
    for state in result.states[0][1:]:
        mean = np.array([qutip.expect(q, state) for q in quads])
        second = np.array([[qutip.expect(q * r + r * q, state) / 2 for r in quads] for q in quads])
        out.append(np.real(second - np.outer(mean, mean)))
    return np.array(out), [f"{q}_{n}" for n in m.modes for q in "XP"]


@pytest.mark.parametrize("angle", [sp.pi / 2, sp.pi / 5])
def test_one_oscillator(angle: sp.Expr) -> None:
    system = Oscillator("M", Gamma_B=1, Gamma_P=sp.Rational(1, 2), gamma=sp.Rational(1, 2), n=sp.Rational(1, 4))
    detect = Homodyne(angle=angle, efficiency=sp.Rational(4, 5))
    V, names = trajectory(master_equation(system, detect), [24], 3.0, 6000)
    e = conditional_evaluator(riccati(system, detect))
    assert names == list(e.quadratures)
    expected = e.transient(np.eye(2) / 2, np.linspace(0, 3.0, 7)[1:])
    assert np.abs(V - expected).max() < 2e-3
    assert np.abs(V[-1] - e().matrix).max() < 4e-3


def test_two_oscillators_in_cascade() -> None:
    system = (
        Oscillator("S", mass=-1, Gamma_B=sp.Rational(2, 5), Gamma_P=sp.Rational(1, 10), gamma=sp.Rational(1, 5), n=0)
        >> Loss(sp.Rational(1, 10))
        >> Oscillator("M", Gamma_B=sp.Rational(1, 2), Gamma_P=sp.Rational(1, 20), gamma=sp.Rational(1, 5), n=0)
    )
    detect = Homodyne(angle=sp.pi / 2)
    V, _ = trajectory(master_equation(system, detect), [8, 8], 2.0, 1000)
    expected = conditional_evaluator(riccati(system, detect)).transient(np.eye(4) / 2, np.linspace(0, 2.0, 7)[1:])
    assert np.abs(V - expected).max() < 3e-3
    assert np.abs(expected[-1] - np.eye(4) / 2).max() > 0.05

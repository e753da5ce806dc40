"""Which quadrature of the output light to detect, for the EPR variance of two oscillators in cascade.

With quantum non-demolition coupling (theta = pi/4) it is P_L, which carries the EPR variables. With more beam-splitter
coupling of the second oscillator, X_L is better: it tells the noise that drove them.
"""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from scipy.linalg import solve_continuous_are

from cascade_sym.entanglement import epr_variance
from cascade_sym.evaluate import evaluator
from cascade_sym.evaluate.conditional import conditional_evaluator
from cascade_sym.parts import Loss, Oscillator
from cascade_sym.parts.detectors import Homodyne
from cascade_sym.solve import covariance
from cascade_sym.solve.conditional import conditional_covariance

psi, C_S, C_M, theta_S, theta_M, epsilon = sp.symbols("psi C_S C_M theta_S theta_M epsilon")
CASCADE = (
    Oscillator("S", mass=-1, cooperativity=C_S, theta=theta_S, gamma=5, n=1)
    >> Loss(epsilon)
    >> Oscillator("M", cooperativity=C_M, theta=theta_M, gamma=sp.Rational(1, 10**4), n=10**5)
)
RATIO = 1e-4 * (1e5 + 0.5) / 7.5  # of the decoherence rates, M to S


@pytest.fixture(scope="module")
def conditional():
    return conditional_covariance(CASCADE, Homodyne(angle=sp.pi / 2 - psi), newton=1)


@pytest.fixture(scope="module")
def xi(conditional):
    return evaluator(epr_variance(conditional, "S", "M"))


@pytest.mark.parametrize("C", [1.0, 10.0, 100.0, 1000.0])
@pytest.mark.parametrize("loss", [0.0, 0.1])
def test_with_qnd_coupling_the_phase_quadrature_is_best(xi, C: float, loss: float) -> None:
    angle = np.pi / 4
    phases = np.linspace(0, np.pi / 2, 19)[:, None]
    ratios = C / RATIO * np.geomspace(0.3, 5, 200)[None, :]
    best = xi(C_S=C, C_M=ratios, theta_S=angle, theta_M=angle, epsilon=loss, psi=phases).min(1)
    assert best.argmin() == 0 and (np.diff(best) > 0).all()


def test_with_dynamical_cooling_the_other_quadrature_is_better(conditional, xi) -> None:
    """At the unconditional optimum for C_S = 100, without loss; the solution at this point also by SciPy."""
    at = {"C_S": 100.0, "C_M": 79.788, "theta_S": 0.79217, "theta_M": 1.01387, "epsilon": 0.0}
    unconditional = evaluator(epr_variance(covariance(CASCADE), "S", "M"))(at)
    P, X = xi(at, psi=0.0), xi(at, psi=np.pi / 2)
    assert P / unconditional == pytest.approx(0.9907, abs=1e-3)
    assert X / unconditional == pytest.approx(0.9516, abs=1e-3)
    f = conditional_evaluator(conditional).filters(at, psi=np.pi / 2)
    V = solve_continuous_are(f.A.T, f.C.T, f.N, f.R, s=f.S)
    g = np.sqrt(at["C_M"] * RATIO / at["C_S"]) * np.cos(at["theta_M"] - np.pi / 4) / np.cos(at["theta_S"] - np.pi / 4)
    w = np.array([[1, 0, g, 0], [0, 1, 0, -g]])
    assert np.trace(w @ V @ w.T) / (1 + g**2) == pytest.approx(float(X), rel=1e-9)


def test_scaling_of_the_two_schemes(xi) -> None:
    """xi -> sqrt((1 + r + 1/(2 n_S + 1))/(2 C_S)) for P_L and QND; sqrt((1 + r)/(2 C_S)) for X_L at gamma_S -> 0."""
    C = 1e6
    # from a numerical optimisation: theta_S at the edge gamma_S = 0, theta_M - pi/4 falls as C_S^(-1/4)
    edge = np.arccos(1 / (1.5 * C)) / 2
    X = xi(C_S=C, C_M=C * np.exp(-0.28783572), theta_S=edge * (1 + 1e-9), theta_M=np.pi / 4 + 0.06831199 / C**0.25,
           epsilon=0.0, psi=np.pi / 2)  # fmt: skip
    P = xi(C_S=C, C_M=C / RATIO, theta_S=np.pi / 4, theta_M=np.pi / 4, epsilon=0.0, psi=0.0)
    assert X * np.sqrt(2 * C / (1 + RATIO)) == pytest.approx(1, abs=2e-3)
    assert P * np.sqrt(2 * C / (1 + RATIO + 1 / 3)) == pytest.approx(1, abs=2e-3)

"""Conditional EPR variances: objectives with nested square roots (spectral factorisation of the Riccati equation)."""

from __future__ import annotations

from functools import cache

import mpmath as mp
import numpy as np
import pytest
import scipy.linalg
import scipy.optimize
import sympy as sp

import cascade_sym as cs
from cascade_sym.asymptotics import lower_bound, scaling
from cascade_sym.asymptotics.algebraic import VARIABLE
from cascade_sym.parts.detectors import Homodyne
from cascade_sym.solve.conditional import conditional_covariance
from tests.conditional.test_declared import by_hand

C_S, C_M, theta_S, theta_M, n_S, n_M, epsilon, r, gamma_S0, gamma_M0 = sp.symbols(
    "C_S C_M theta_S theta_M n_S n_M epsilon r gamma_S0 gamma_M0"
)
half = sp.Rational(1, 2)
QND = {theta_S: sp.pi / 4, theta_M: sp.pi / 4}


@cache
def xi():
    spin = cs.Oscillator("S", mass=-1, cooperativity=C_S, theta=theta_S, gamma=gamma_S0, n=n_S)
    motion = cs.Oscillator("M", mass=+1, cooperativity=C_M, theta=theta_M, gamma=gamma_M0, n=n_M)
    system = (spin >> cs.Loss(epsilon, name="loss") >> motion).system()
    V = conditional_covariance(system, Homodyne(angle=sp.pi / 2))
    rate = r * gamma_S0 * (n_S + half) / (n_M + half)
    return cs.epr_variance(V, "S", "M").subs({gamma_M0: rate})


def riccati(c_s, c_m, n, ratio, eps, efficiency=1.0):
    """The EPR variance at theta_S = theta_M = pi/4 by SciPy, from Riccati equations written down by hand.

    V of (X_S, X_M): dV/dt = A V + V A + D - V C^T C V. They are those of (S19), whose damping terms are printed with
    half the rate: da/dt = -gamma/2 a makes dV/dt = -gamma V. n_M is infinite: gamma_M0 = 0 at fixed decoherence.
    """
    g_s, gt_s = 1.0, n + 0.5
    G_s, gt_m = c_s * gt_s, ratio * gt_s
    G_m, t = c_m * gt_m, np.sqrt(1 - eps)
    A = np.diag([-g_s / 2, 0.0])
    C = np.array([[2 * t * np.sqrt(G_s), 2 * np.sqrt(G_m)]]) / np.sqrt(2) * np.sqrt(efficiency)
    D = np.array([[G_s / 2 + gt_s, -t * np.sqrt(G_s * G_m) / 2], [-t * np.sqrt(G_s * G_m) / 2, G_m / 2 + gt_m]])
    V = scipy.linalg.solve_continuous_are(A.T, C.T, D, np.eye(1))
    g = np.sqrt(G_m / ((1 - eps) * G_s))
    return 2 * (V[0, 0] + g**2 * V[1, 1] + 2 * g * V[0, 1]) / (1 + g**2)


def test_qnd_without_loss():
    """sqrt([1 + r + 1/(2 n_S + 1)]/(2 C_S)) for n_M = oo: here the printed form is exact."""
    s = scaling(xi().subs(QND), large=C_S, over=[C_M], at={epsilon: 0, n_M: sp.oo})
    assert s.exponent == -half
    assert sp.simplify(s.prefactor.expr() ** 2 - (1 + r + 1 / (2 * n_S + 1)) / 2) == 0
    assert s.optimum["C_M"].coefficient.expr() == 1 / r
    assert s.next_exponent == -1
    assert sp.simplify(s.next_value.expr() + 1 / (2 * (2 * n_S + 1))) == 0
    assert all(row["agrees"] for row in s.certificate.samples)


def test_qnd_with_finite_occupancy():
    """Vacuum of M's own bath adds to the rates: 1 + r + 1/(2 n_S + 1) - ... with gamma_M0 = r gammat_S0/(n_M + 1/2)."""
    s = scaling(xi().subs(QND), large=C_S, over=[C_M], at={epsilon: 0, n_M: 0, n_S: 0, r: sp.Rational(4, 3)})
    assert s.exponent == -half
    assert s.certificate.digits > 20


def test_qnd_loss_bound():
    bound = lower_bound(xi().subs(QND), large=C_S, over=[C_M], at={n_M: sp.oo}, small=epsilon, terms=2)
    assert sp.simplify(bound.value.expr() ** 2 - epsilon / (4 - 3 * epsilon)) == 0
    optimum = bound.scaling.optimum["C_M"]
    assert sp.simplify(optimum.coefficient.expr() * r - (1 - epsilon / 2)) == 0


def test_qnd_against_a_riccati_solver():
    s = scaling(xi().subs(QND), large=C_S, over=[C_M], at={epsilon: 0, n_M: sp.oo, n_S: 1, r: sp.Rational(4, 3)})
    c = 1e5
    best = scipy.optimize.minimize_scalar(
        lambda u: riccati(c, c * np.exp(u), 1.0, 4 / 3, 0.0), bounds=(-2, 2), method="bounded"
    )
    two = float(s.at()) * c**-0.5 + float(sp.N(s.next_value.expr())) / c
    assert best.fun == pytest.approx(two, rel=3e-5)


@pytest.mark.parametrize("equal", [(), (theta_S, theta_M)])
def test_free_angles(equal):
    """Free angles gain nothing at leading order; for unequal ones C_M and theta_M form a valley, which is said."""
    values = {epsilon: 0, n_M: sp.oo, n_S: 1, r: sp.Rational(4, 3)}
    s = scaling(xi(), large=C_S, over=[C_M, theta_S, theta_M], at=values, equal=equal)
    assert s.exponent == -half
    assert sp.simplify(s.prefactor.expr() - 2 / sp.sqrt(3)) == 0
    assert s.optimum["theta_S"].limit == sp.pi / 4
    if not equal:
        assert s.optimum["theta_M"].fixed == "valley"


def test_detector_efficiency():
    """Light lost at the detector only: no bound, the prefactor grows as the efficiency falls."""
    eta = sp.Symbol("eta")
    spin = cs.Oscillator("S", mass=-1, cooperativity=C_S, theta=sp.pi / 4, gamma=gamma_S0, n=n_S)
    motion = cs.Oscillator("M", mass=+1, cooperativity=C_M, theta=sp.pi / 4, gamma=gamma_M0, n=n_M)
    V = conditional_covariance((spin >> motion).system(), Homodyne(angle=sp.pi / 2, efficiency=eta))
    rate = r * gamma_S0 * (n_S + half) / (n_M + half)
    objective = cs.epr_variance(V, "S", "M").subs({gamma_M0: rate})
    s = scaling(objective, large=C_S, over=[C_M], at={n_M: sp.oo, n_S: 1, r: sp.Rational(4, 3)})
    assert s.exponent == -half
    assert all(row["agrees"] for row in s.certificate.samples)
    c, e = 1e6, 0.8

    def numeric(u: float) -> float:
        return riccati(c, c * np.exp(u), 1.0, 4 / 3, 0.0, e)

    best = scipy.optimize.minimize_scalar(numeric, bounds=(-2, 2), method="bounded", options={"xatol": 1e-10})
    two = float(s.at({eta: "4/5"})) * c**-0.5 + float(s.next_value.at({eta: "4/5"})) / c
    assert best.fun == pytest.approx(two, rel=1e-5)


def test_a_prefactor_beyond_elimination():
    """Finite n_M, free angles, an imperfect detector: the polynomial comes from 1000 digits, and is said to."""
    spin = cs.Oscillator("S", mass=-1, cooperativity=C_S, theta=theta_S, gamma=gamma_S0, n=n_S)
    motion = cs.Oscillator("M", mass=+1, cooperativity=C_M, theta=theta_M, gamma=gamma_M0, n=n_M)
    detector = Homodyne(angle=sp.pi / 2, efficiency=sp.Rational(9, 10))
    V = conditional_covariance((spin >> motion).system(), detector)
    rate = r * gamma_S0 * (n_S + half) / (n_M + half)
    objective = cs.epr_variance(V, "S", "M").subs({gamma_M0: rate})
    s = scaling(objective, large=C_S, over=[C_M, theta_S, theta_M], at={n_M: 10, n_S: 1, r: 3})
    assert not s.prefactor.proved
    assert s.prefactor.degree == 14
    value = s.prefactor.at(digits=60)
    with mp.workdps(60):
        p = sp.lambdify(VARIABLE, s.prefactor.polynomial, "mpmath")
        assert abs(p(value) / (mp.diff(p, value) * value)) < mp.mpf(10) ** -55
    assert s.certificate.digits > 20
    assert riccati_optimum(1e4) == pytest.approx(
        float(s.at()) * 1e-2 + float(s.next_number) * 1e-4, rel=2e-6
    )  # the next term is of relative order 1/C_S


def riccati_optimum(c: float) -> float:
    """The least conditional xi_g at C_S = c: SciPy's Riccati solver on matrices written by hand, and Nelder-Mead."""
    fixed = {"n_S": 1.0, "n_M": 10.0, "gamma_S0": 1.0, "gamma_M0": 3 * 1.5 / 10.5, "epsilon": 0.0, "eta": 0.9, "psi": 0.0}

    def value(z: np.ndarray) -> float:
        S, M = np.pi / 4 + z[1:] / np.sqrt(c)
        p = {**fixed, "C_S": c, "C_M": c / 3 * np.exp(z[0]), "theta_S": S, "theta_M": M}
        stable = all(1 > p[f"C_{j}"] * (p[f"n_{j}"] + 0.5) * np.cos(2 * a) for j, a in (("S", S), ("M", M)))
        return by_hand(p)["xi_g_conditional"] if stable else np.inf

    options = {"xatol": 1e-8, "fatol": 1e-13, "maxiter": 2000}
    return scipy.optimize.minimize(value, [0.0, 0.05, 2.0], method="Nelder-Mead", options=options).fun

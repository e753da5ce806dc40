"""Entanglement of two ensembles by a quantum non-demolition measurement.

A beam passes two ensembles of opposite mass sign, balanced (Gamma_B = Gamma_P = Gamma/2), and its phase quadrature is
measured with efficiency eta. X_S + X_M and P_S - P_M feel no back-action. Without decay a pulse of length t shrinks
their variances, from vacuum, to

    xi = 1/(1 + kappa^2),    kappa^2 = 2 eta Gamma t.

Source: Julsgaard, Kozhekin, Polzik, Nature 413, 400 (2001); Hammerer, Sorensen, Polzik, RMP 82, 1041 (2010), whose
kappa^2 is the ratio of the atoms' to the light's noise in the measured quadrature, as here.
"""

from __future__ import annotations

import sympy as sp

import cascade_sym as cs

Gamma, eta, t = sp.symbols("Gamma eta t")


def qnd_pair():
    S = cs.Oscillator("S", mass=-1, Gamma=Gamma, theta=sp.pi / 4, gamma=0)
    return S >> cs.Oscillator("M", Gamma=Gamma, theta=sp.pi / 4, gamma=0)


def rate(i: str, j: str) -> tuple[sp.Expr, sp.Expr]:
    """u = Var(i +- j) and du/dt under homodyne detection of the phase quadrature."""
    equations = cs.moment_equations(qnd_pair(), cs.Homodyne(angle=sp.pi / 2, efficiency=eta)).covariances
    s = 1 if i[0] == "X" else -1
    u = cs.symbol(f"var_{i}") + cs.symbol(f"var_{j}") + 2 * s * cs.symbol(f"cov_{i}_{j}")
    crossed = {cs.symbol(f"cov_{q}_{r}"): 0 for q, r in equations if q[0] != r[0]}  # zero at the start, and so always
    assert all(cs.is_zero(equations[q, r].subs(crossed)) for q, r in equations if q[0] != r[0])
    return u, (equations[i, i] + equations[j, j] + 2 * s * equations[i, j]).subs(crossed)


def test_back_action_is_evaded():
    """Unmeasured (eta = 0), the EPR variables keep their variances."""
    for pair in (("X_S", "X_M"), ("P_S", "P_M")):
        assert cs.is_zero(rate(*pair)[1].subs(eta, 0))


def test_the_measured_pair_shrinks():
    """du/dt = -2 eta Gamma u^2 with u = 1 in vacuum, solved by u = 1/(1 + kappa^2); xi is the mean of both u."""
    for pair in (("X_S", "X_M"), ("P_S", "P_M")):
        u, du = rate(*pair)
        assert cs.equal(du, -2 * eta * Gamma * u**2)
    xi = 1 / (1 + 2 * eta * Gamma * t)
    assert cs.equal(sp.diff(xi, t), -2 * eta * Gamma * xi**2)
    assert xi.subs(t, 0) == 1


def test_kappa_is_the_signal_to_noise_ratio():
    """int P_cos dt over the pulse: the weight of X_S + X_M gives (atoms' noise)/(light's noise) = 2 Gamma t."""
    form = cs.entanglement.two_mode_quadratures(qnd_pair())["P_cos"]
    weight = form.modes["X_S"]
    assert cs.equal(weight, form.modes["X_M"])
    atoms = weight**2 * t  # in vacuum Var(X_S + X_M) = 1; (weight t)^2 over the light's noise t/2, at eta = 1
    light = sp.Rational(1, 2)
    assert cs.equal(atoms / light, 2 * Gamma * t)

"""Entanglement of two ensembles: quantum non-demolition measurement, free weights, partial transpose, pulses.

QND: a beam passes two ensembles of opposite mass sign and is measured (Gamma_B = Gamma_P). X_S + X_M and P_S - P_M
feel no back-action, and without decay their variances shrink by 1/(1 + kappa^2), kappa^2 growing with the pulse area.
Source: Julsgaard, Kozhekin, Polzik, Nature 413, 400 (2001); Hammerer, Sorensen, Polzik, RMP 82, 1041 (2010).

For V = [[a 1, c Z], [c Z, b 1]], Z = diag(1, -1), the EPR variance minimised over its weight g is twice the smallest
symplectic eigenvalue of the partial transpose: xi = a + b - sqrt((a - b)^2 + 4 c^2).
Source: Giovannetti et al., PRA 67, 022320 (2003); Adesso and Illuminati, J. Phys. A 40, 7821 (2007).

Pulses: a blue-detuned pulse of length tau (da/dt = G a + ..., r = G tau) leaves oscillator and light with
Delta_EPR = 2 (e^r - sqrt(e^(2 r) - 1))^2, where 2 is the separable bound, from vacuum.
Source: Hofer, Wieczorek, Aspelmeyer, Hammerer, PRA 84, 052327 (2011), Eq. (9) for n_0 = 0.
"""

from __future__ import annotations

import sympy as sp

import cascade_sym as cs
from cascade_sym.entanglement import symplectic_minimum
from cascade_sym.operators import Op

Gamma, eta, g, G, tau, t = sp.symbols("Gamma eta g G tau t")


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


def test_qnd_measurement_entangles():
    """du/dt = -2 eta Gamma u^2 is solved by u = u_0/(1 + kappa^2) with kappa^2 = 2 eta Gamma u_0 t."""
    u0 = sp.Symbol("u_0")
    for pair in (("X_S", "X_M"), ("P_S", "P_M")):
        u, du = rate(*pair)
        assert cs.equal(du, -2 * eta * Gamma * u**2)
    shrunk = u0 / (1 + 2 * eta * Gamma * u0 * t)
    assert cs.equal(sp.diff(shrunk, t), -2 * eta * Gamma * shrunk**2)


def general_pair():
    return cs.covariance(cs.Oscillator("S", mass=-1) >> cs.Loss(sp.Symbol("epsilon")) >> cs.Oscillator("M"))


def test_the_best_weight_reaches_the_symplectic_eigenvalue():
    V = general_pair()
    a, b, c = (V.element(i, j) for i, j in (("X_S", "X_S"), ("X_M", "X_M"), ("X_S", "X_M")))
    assert V.element("P_S", "P_S") == a and V.element("P_M", "P_M") == b and V.element("P_S", "P_M") == -c
    best = cs.epr_variance(V, "S", "M", g="optimal").expr
    root = a + b - sp.sqrt((a - b) ** 2 + 4 * c**2)
    assert cs.equal(best, root)
    nu = symplectic_minimum(V, "S", "M")
    x, y, z = sp.symbols("x y z")
    table = {a: x, b: y, c: z}
    assert cs.equal((2 * nu**2 - (a**2 + b**2 + 2 * c**2)).subs(table) ** 2, ((x + y) ** 2) * ((x - y) ** 2 + 4 * z**2))
    at = {x: sp.Rational(7, 5), y: sp.Rational(9, 5), z: sp.Rational(-1, 2)}
    assert abs(sp.N((2 * nu - root).subs(table).subs(at), 40)) < 1e-35  # of the two roots it is the smaller one


def test_no_weight_does_better():
    """(a + 2 g c + g^2 b) 2/(1 + g^2) - xi is a square over 1 + g^2, for the weight of the eigenvector."""
    a, b, c = sp.symbols("a b c")
    low = (a + b - sp.sqrt((a - b) ** 2 + 4 * c**2)) / 2
    excess = (a - low) + 2 * g * c + g**2 * (b - low)
    assert cs.equal((a - low) * (b - low), c**2)
    assert cs.equal(excess * (b - low), (c + g * (b - low)) ** 2)


def integral(e: sp.Expr) -> sp.Expr:
    """Over the pulse, 0 < t < tau, for G > 0."""
    positive = sp.Dummy(positive=True)
    return sp.integrate(sp.expand(e.subs(G, positive)), (t, 0, tau)).subs(positive, G)


def test_pulsed_optomechanics():
    mirror = cs.Oscillator("m", Gamma_B=0, Gamma_P=2 * G, gamma=0)
    grow = cs.time_solution(mirror, delay=t).kernel[Op("m")][Op("m")]
    drive = cs.langevin(mirror)["m"][Op("m.in-", True)]
    leak = cs.input_output(mirror)["m.out-"][Op("m", True)]
    # a(tau) = grow(tau) a(0) + a light mode B^+ ~ int e^(-G t) b^+(t) dt of weight |w|^2
    gained = integral(drive * cs.symbols.conj(drive) * grow.subs(t, tau - t) ** 2)
    # the light mode A ~ int e^(G t) b_out(t) dt carries a^+(0) with a weight of the same size
    left = integral(leak * sp.exp(G * t) * grow) ** 2 * sp.Integer(-1) / integral(sp.exp(2 * G * t))
    assert cs.equal(grow.subs(t, tau), sp.exp(G * tau))
    assert cs.equal(gained, sp.exp(2 * G * tau) - 1)
    assert cs.equal(left, gained)
    # hence a(tau) = up a(0) + down B^+, A = up B + down a^+(0): vacuum becomes a two-mode squeezed state
    up, down = grow.subs(t, tau), sp.sqrt(gained)
    assert cs.equal(up**2 - down**2, 1)
    variance, correlation = (up**2 + down**2) / 2, up * down
    delta = 2 * (2 * variance - 2 * correlation)
    assert cs.equal(delta, 2 * (sp.exp(G * tau) - sp.sqrt(sp.exp(2 * G * tau) - 1)) ** 2)

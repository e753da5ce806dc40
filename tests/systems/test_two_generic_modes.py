"""Two generic modes in series: L_i = b_i c_i + p_i c_i^+ (one beam), all four moments.

With baths (gamma_i, n_i), loss eps between the modes, Gamma_i = gamma_i + b_i^2 - p_i^2 and tau = sqrt(1 - eps), the
moments of the X quadratures are

    Var X_1   = [(b_1 - p_1)^2/2 + gamma_1 (n_1 + 1/2)]/Gamma_1
    <X_1 X_2> = tau (b_2 - p_2) [(b_1 - p_1) - 2 (b_1 + p_1) Var X_1]/(Gamma_1 + Gamma_2)
    Var X_2   = [(b_2 - p_2)^2/2 + gamma_2 (n_2 + 1/2) - 2 tau (b_1 + p_1)(b_2 - p_2) <X_1 X_2>]/Gamma_2

those of the P quadratures follow by p -> -p, and <X_i P_j> = 0. Without baths and loss the modes are independent
squeezed states: the light of the first is dark for the second. Source: the Lyapunov equation, solved by hand; the
cascaded master equation of Carmichael, PRL 70, 2273 (1993), and Gardiner, ibid. 2269. (b_i, p_i real; for a complex
amplitude the phases of c_i absorb it.)
"""

from __future__ import annotations

import pytest
import sympy as sp

import cascade_sym as cs

b1, b2, p1, p2, g1, g2, n1, n2, eps = sp.symbols("b_1 b_2 p_1 p_2 gamma_1 gamma_2 n_1 n_2 epsilon")


def mode(k: int, b, p, g, n):
    c = cs.operator(f"c{k}")
    return cs.SLH(f"part{k}", ports={"light": b * c + p * c.dagger()}, baths={"bath": (sp.sqrt(g) * c, n)})


def pair(loss=eps):
    return mode(1, b1, p1, g1, n1) >> cs.Loss(loss) >> mode(2, b2, p2, g2, n2)


def moments(sign: int) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
    """Var_1, the covariance and Var_2 of X (sign 1) or P (sign -1)."""
    q1, q2, half = sign * p1, sign * p2, sp.Rational(1, 2)
    G1, G2, tau = g1 + b1**2 - p1**2, g2 + b2**2 - p2**2, sp.sqrt(1 - eps)
    first = ((b1 - q1) ** 2 / 2 + g1 * (n1 + half)) / G1
    both = tau * (b2 - q2) * ((b1 - q1) - 2 * (b1 + q1) * first) / (G1 + G2)
    second = ((b2 - q2) ** 2 / 2 + g2 * (n2 + half) - 2 * tau * (b1 + q1) * (b2 - q2) * both) / G2
    return first, both, second


@pytest.mark.parametrize(("quadrature", "sign"), [("X", 1), ("P", -1)])
def test_all_moments(quadrature, sign):
    V = cs.covariance(pair())
    names = [(f"{quadrature}_c1",) * 2, (f"{quadrature}_c1", f"{quadrature}_c2"), (f"{quadrature}_c2",) * 2]
    for (i, j), expected in zip(names, moments(sign), strict=True):
        assert cs.equal(V[i, j].inline(), expected)
    assert all(V.element(f"X_c{i}", f"P_c{j}") == 0 for i in (1, 2) for j in (1, 2))


def test_the_first_modes_light_is_dark_for_the_second():
    V = cs.covariance(pair()).subs({g1: 0, g2: 0, eps: 0})
    assert cs.is_zero(V["X_c1", "X_c2"].inline())
    for i, (b, p) in (("c1", (b1, p1)), ("c2", (b2, p2))):
        assert cs.equal(V[f"X_{i}", f"X_{i}"].inline(), (b - p) / (2 * (b + p)))
    assert cs.is_physical(pair())

"""Two-mode squeezed thermal states under unequal loss: entanglement, steering one way.

Two modes of occupancy n are squeezed together by r and suffer losses with transmissions eta_A and eta_B. With
s = (2 n + 1)/2,

    V = [[a 1, c Z], [c Z, b 1]],  Z = diag(1, -1),
    a = eta_A s cosh 2r + (1 - eta_A)/2,   b = eta_B s cosh 2r + (1 - eta_B)/2,   c = sqrt(eta_A eta_B) s sinh 2r,
    2 nu = a + b - sqrt((a - b)^2 + 4 c^2),      entangled where nu < 1/2,
    G(A to B) = max(0, ln(a/(2 (a b - c^2)))),   G(B to A) = max(0, ln(b/(2 (a b - c^2)))).

Of pure squeezing (n = 0) with loss on B alone: B is steered by A at any eta_B > 0, with
G(A to B) = ln(cosh 2r/(1 + (cosh 2r - 1)(1 - eta_B))) and A is steered by B only for eta_B > 1/2. Source: Kogias, Lee, Ragy
and Adesso, PRL 114, 060403 (2015); the threshold of one half: Haendchen et al., Nature Photonics 6, 596 (2012);
Adesso and Illuminati, J. Phys. A 40, 7821 (2007).
"""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

import cascade_sym as cs

r, n = cs.symbol("r", "positive"), cs.symbol("n", "nonnegative")
eta_A, eta_B = cs.symbol("eta_A", (0, 1)), cs.symbol("eta_B", (0, 1))
DOMAINS = {"r": "positive", "n": "nonnegative", "eta_A": (0, 1), "eta_B": (0, 1)}
half = sp.Rational(1, 2)


def lossy() -> cs.Covariance:
    s = n + half
    c, d = s * sp.cosh(2 * r), s * sp.sinh(2 * r)
    V = cs.gaussian_state(sp.Matrix([[c, 0, d, 0], [0, c, 0, -d], [d, 0, c, 0], [0, -d, 0, c]]), ["A", "B"])
    return cs.GaussianChannel.loss(eta_B).apply(cs.GaussianChannel.loss(eta_A).apply(V, "A"), "B")


def closed() -> tuple[sp.Expr, sp.Expr, sp.Expr]:
    s = n + half
    a, b = (eta * s * sp.cosh(2 * r) + (1 - eta) / 2 for eta in (eta_A, eta_B))
    return a, b, sp.sqrt(eta_A * eta_B) * s * sp.sinh(2 * r)


def test_elements():
    V = lossy()
    a, b, c = closed()
    for i, j, e in (("X_A", "X_A", a), ("P_B", "P_B", b), ("X_A", "X_B", c), ("P_A", "P_B", -c), ("X_A", "P_B", 0)):
        assert cs.equal(V[i, j], e, domains=DOMAINS)


@pytest.mark.parametrize(("one", "two", "which"), [("A", "B", 0), ("B", "A", 1)])
def test_steering(one, two, which):
    """The argument of the logarithm is the square of a/(2 (a b - c^2)), by proof."""
    a, b, c = closed()
    found = cs.steering(lossy(), one, two).inline()
    (argument,) = (e for m in found.atoms(sp.Max) for e in m.args if e != 1)
    assert cs.equal(argument, ((a, b)[which] / (2 * (a * b - c**2))) ** 2, domains=DOMAINS)


def test_symplectic_eigenvalue():
    """nu of the partial transpose solves (a - nu)(b - nu) = c^2, as (a + b - sqrt((a - b)^2 + 4 c^2))/2 does."""
    V = lossy()
    f = cs.evaluator(cs.duan(V, "A", "B"))
    rng = np.random.default_rng(1)
    at = {"r": rng.uniform(0, 3, 50), "n": rng.uniform(0, 2, 50), "eta_A": rng.uniform(0, 1, 50), "eta_B": rng.uniform(0, 1, 50)}
    a, b, c = (cs.evaluator(e)({k: at[k] for k in map(str, e.free_symbols)}) for e in closed())
    nu = (a * b - c**2) / ((a + b + np.sqrt((a - b) ** 2 + 4 * c**2)) / 2)
    assert f(at) == pytest.approx(2 * nu, rel=1e-9)
    assert cs.evaluator(cs.log_negativity(V, "A", "B"))(at) == pytest.approx(np.maximum(0, -np.log(2 * nu)), abs=1e-9)


def test_one_way():
    """Pure squeezing, loss on B: A steers B always, B steers A above a transmission of one half alone."""
    V = lossy().subs({n: 0, eta_A: 1})
    grid = np.linspace(0.02, 0.98, 49)
    forward = cs.evaluator(cs.steering(V, "A", "B"))(r=0.7, eta_B=grid)
    backward = cs.evaluator(cs.steering(V, "B", "A"))(r=0.7, eta_B=grid)
    C = np.cosh(1.4)
    assert forward == pytest.approx(np.log(C / (1 + (C - 1) * (1 - grid))), rel=1e-10)
    assert (forward > 0).all()
    assert ((backward > 0) == (grid > 0.5 + 1e-12)).all()
    at_half = cs.evaluator(cs.steering(V, "B", "A"))(r=[0.1, 1.0, 3.0], eta_B=0.5)
    assert at_half == pytest.approx([0, 0, 0], abs=1e-13)

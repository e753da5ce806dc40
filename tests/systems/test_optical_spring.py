"""The optical spring: a detuned cavity makes a free mass an oscillator, with damping of the wrong sign.

With H = P^2/(2m) + Delta c^+ c - g X X_c (Delta = omega_cavity - omega_drive) and the decay rate kappa, a force F moves
the mass by X(w) = F(w)/[-m w^2 + K(w)] with the complex spring

    K(w) = -g^2 Delta/[Delta^2 + (kappa/2 - i w)^2]:

for Delta > 0 it is anti-restoring and damps, for Delta < 0 it restores and amplifies: no single spring is stable. Two are
(one stiff, one that damps). Source: Braginsky, Gorodetsky, Khalili, PLA 232, 340 (1997); Buonanno and Chen, PRD 65,
042001 (2002); Corbitt et al., PRL 98, 150802 (2007).
"""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

import cascade_sym as cs
from cascade_sym.errors import UnstableError

m, g, Delta, kappa, w = sp.symbols("m g Delta kappa w")
Q, _ = cs.quadratures("f")


def trapped(*springs):
    """A free mass in the light of cavities, each (g, Delta, kappa)."""
    H, ports = 0, {}
    for k, (coupling, detuning, rate) in enumerate(springs):
        c = cs.operator(f"c{k}")
        H = H + detuning * c.dagger() * c - coupling * cs.quadratures(f"c{k}")[0] * Q
        ports[f"p{k}"] = sp.sqrt(rate) * c
    return cs.SLH("os", H, ports, mechanics=[cs.FreeMass("f", m)])


def response(system):
    """X/F: a force F adds F to dP/dt."""
    return cs.signal_transfer(cs.force_port(system, "f"), "X_f", frequency=w, unstable=True).inline()


def test_complex_spring():
    """The transfer function exists, although the system is unstable alone."""
    K = -(g**2) * Delta / (Delta**2 + (kappa / 2 - sp.I * w) ** 2)
    assert cs.equal(response(trapped((g, Delta, kappa))), 1 / (-m * w**2 + K))
    assert cs.equal(response(cs.FreeMass("f", m)), -1 / (m * w**2))


def test_no_single_spring_is_stable():
    for detuning in (-1, 1):
        s = trapped((sp.Rational(1, 2), detuning, 1)).system().subs({m: 1})
        assert max(float(sp.re(p)) for p in cs.poles(s)) > 0
        with pytest.raises(UnstableError):
            cs.covariance(s)


def test_poles_against_numpy():
    s = trapped((0.5, -1.0, 1.0)).system().subs({m: 1.0})
    A = [[-0.5, -1, 0, 0], [1, -0.5, 0.5, 0], [0, 0, 0, 1], [0.5, 0, 0, 0]]
    found = np.sort_complex(np.array([complex(p) for p in cs.poles(s)]))
    assert np.allclose(found, np.sort_complex(np.linalg.eigvals(A)), rtol=0, atol=1e-11)


def test_two_springs_trap_the_mass():
    s = trapped((1.0, -5.0, 1.0), (0.2, 0.5, 1.0)).system().subs({m: 1.0})
    assert max(float(sp.re(p)) for p in cs.poles(s)) < 0
    V = cs.covariance(s)
    assert float(V["X_f", "X_f"].inline()) > 0 and cs.is_physical(s)

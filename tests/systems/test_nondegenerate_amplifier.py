"""The non-degenerate (phase-preserving) parametric amplifier below threshold.

H = i g (a_+^+ a_-^+ - h.c.), both modes of decay rate kappa (full width, energy): light on resonance is reflected with
the power gain

    G = ((1 + C)/(1 - C))^2,    C = 4 g^2/kappa^2,

and the idler adds G - 1 vacua, so that commutators hold. Source: Clerk, Devoret, Girvin, Marquardt, Schoelkopf, RMP 82,
1155 (2010), section V. For unequal rates C = 4 g^2/(kappa_1 kappa_2), and the form stays. Their Q = 2 |lambda|/kappa is
the root of C.
"""

from __future__ import annotations

import pytest
import sympy as sp

import cascade_sym as cs
from cascade_sym.errors import UnstableError

g, kappa, omega = sp.symbols("g kappa omega")
C = 4 * g**2 / kappa**2


def amplifier():
    return cs.Squeezer("q", chi=g, kappa=kappa, two_mode=True)


def amplitude(source: str, frequency=0) -> sp.Expr:
    return cs.transfer(amplifier(), source, "q.out+", frequency=frequency).inline()


def power(z: sp.Expr) -> sp.Expr:
    return z * z.subs(sp.I, -sp.I)


def test_reflected_gain():
    assert cs.equal(amplitude("q.in+") ** 2, ((1 + C) / (1 - C)) ** 2)


def test_the_idler_restores_commutators():
    """|signal gain|^2 - |idler gain|^2 = 1 at every frequency (both amplitudes are rational in i omega)."""
    signal, idler = (power(amplitude(i, omega)) for i in ("q.in+", "q.in-^+"))
    assert cs.equal(signal - idler, 1)


def test_output_noise_is_that_of_the_quantum_limit():
    """G vacua amplified and G - 1 added: N = G - 1/2 in units where vacuum is 1/2."""
    N = cs.noise_spectrum(amplifier(), "q.out+", frequency=0).inline()
    assert cs.equal(N, ((1 + C) / (1 - C)) ** 2 - sp.Rational(1, 2))


def test_unequal_rates():
    k1, k2 = sp.symbols("kappa_1 kappa_2")
    a, b = cs.operator("a"), cs.operator("b")
    H = sp.I * g * (a.dagger() * b.dagger() - a * b)
    two = cs.SLH("q", H, {"signal": sp.sqrt(k1) * a, "idler": sp.sqrt(k2) * b})
    gain = cs.transfer(two, "q.in_signal", "q.out_signal", frequency=0).inline()
    both = 4 * g**2 / (k1 * k2)
    assert cs.equal(gain**2, ((1 + both) / (1 - both)) ** 2)


def test_above_threshold():
    with pytest.raises(UnstableError):
        cs.covariance(amplifier().system().subs({g: 1, kappa: 1}))

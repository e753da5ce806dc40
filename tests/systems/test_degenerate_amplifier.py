"""The degenerate parametric amplifier below threshold (OPO).

H = (i/2)(chi a^+2 - h.c.), total decay rate kappa (full width, energy) of which the share eta reaches the output, pump
sigma = 2 chi/kappa. The output's quadrature spectra, 1 for vacuum, are

    S_-(omega) = 1 - 4 eta sigma/[(1 + sigma)^2 + 4 omega^2/kappa^2]           (squeezed, P)
    S_+(omega) = 1 + 4 eta sigma/[(1 - sigma)^2 + 4 omega^2/kappa^2]           (antisqueezed, X)

while the intracavity variance is 1/(1 + sigma), never below 1/2 (the 3 dB limit).
Source: Collett and Gardiner, PRA 30, 1386 (1984); Milburn and Walls, Opt. Commun. 39, 401 (1981).

Conventions: the sign of chi says which quadrature is squeezed (P for chi > 0); with kappa as half width, as Collett and
Gardiner have it, 4 omega^2/kappa^2 reads omega^2/kappa^2.
"""

from __future__ import annotations

import pytest
import sympy as sp

import cascade_sym as cs
from cascade_sym.errors import UnstableError

sigma, eta, kappa, omega = sp.symbols("sigma eta kappa omega")


def opo():
    return cs.Squeezer("q", chi=sigma * kappa / 2, kappa=eta * kappa, loss=(1 - eta) * kappa)


@pytest.mark.parametrize(("quadrature", "sign"), [("P", -1), ("X", 1)])
def test_output_spectra(quadrature, sign):
    S = 2 * cs.noise_spectrum(opo(), quadrature, frequency=omega).inline()
    expected = 1 + sign * 4 * eta * sigma / ((1 - sign * sigma) ** 2 + 4 * omega**2 / kappa**2)
    assert cs.equal(S, expected)


def test_lossless_output_is_a_minimum_uncertainty_state_at_every_frequency():
    X, P = (cs.noise_spectrum(opo(), q, frequency=omega).inline().subs(eta, 1) for q in "XP")
    assert cs.equal(X * P, sp.Rational(1, 4))


def test_intracavity_variance_and_the_3_dB_limit():
    V = cs.covariance(opo())
    squeezed, stretched = (2 * V[q, q].inline() for q in ("P_q", "X_q"))
    assert cs.equal(squeezed, 1 / (1 + sigma))
    assert cs.equal(stretched, 1 / (1 - sigma))
    assert cs.equal(squeezed.subs(sigma, 1), sp.Rational(1, 2))
    threshold = [cs.normal_form(V.definitions.inline(s)) for s in V.stability]
    assert any(cs.is_zero(t.subs(sigma, 1)) for t in threshold)


@pytest.mark.parametrize(("angle", "sign"), [(0, 1), (sp.pi / 2, -1)])
def test_one_of_two_output_ports(angle, sign):
    """A second port is loss to the first: eta = kappa_1/(kappa_1 + kappa_2)."""
    chi, kappa_1, kappa_2 = sp.symbols("chi kappa_1 kappa_2")
    amplifier = cs.Squeezer("q", chi=chi, kappa={"front": kappa_1, "back": kappa_2})
    S = 2 * cs.noise_spectrum(amplifier, cs.Quadrature(angle, port="front"), frequency=omega).inline()
    total = kappa_1 + kappa_2
    pump, share = 2 * chi / total, kappa_1 / total
    assert cs.equal(S, 1 + sign * 4 * share * pump / ((1 - sign * pump) ** 2 + 4 * omega**2 / total**2))


def test_above_threshold():
    with pytest.raises(UnstableError):
        cs.covariance(cs.Squeezer("q", chi=sp.Rational(3, 5), kappa=1))

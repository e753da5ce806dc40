"""Two parametric amplifiers in series, and squeezing enhanced by coherent feedback.

In series, squeezing multiplies: for equal amplifiers of pump sigma = 2 chi/kappa, on resonance and relative to vacuum,

    S(0) = [(1 - sigma)/(1 + sigma)]^4,    in general S_12(omega) = S_1(omega) S_2(omega).

One amplifier in a loop that returns the share alpha keeps its pump but gets the width
kappa_eff = kappa (1 - alpha)/(1 + alpha): it squeezes as one of pump sigma kappa/kappa_eff does, up to a threshold that is
lower by kappa_eff/kappa. Source: Gough and Wildfeuer, PRA 80, 042107 (2009), who treat the amplifier in the loop as
static (omega -> 0) with a squeezing parameter, r = ln[(1 + sigma)/(1 - sigma)]: both forms hold at any frequency.
"""

from __future__ import annotations

import pytest
import sympy as sp

import cascade_sym as cs
from cascade_sym.errors import UnstableError
from tests.systems.test_feedback_cavity import DOMAINS, alpha, fed_back, kappa, kappa_eff, omega

sigma, sigma2, kappa2 = sp.symbols("sigma sigma_2 kappa_2")


@pytest.mark.parametrize(("quadrature", "sign"), [("P", -1), ("X", 1)])
def test_squeezing_is_that_of_a_narrower_amplifier(quadrature, sign):
    net = fed_back(cs.Squeezer("q", chi=sigma * kappa / 2, kappa=kappa))
    S = 2 * cs.noise_spectrum(net, quadrature, frequency=omega).inline()
    pump = sigma * kappa / kappa_eff
    expected = 1 + sign * 4 * pump / ((1 - sign * pump) ** 2 + 4 * omega**2 / kappa_eff**2)
    assert cs.equal(S, expected, domains=DOMAINS)


def test_feedback_enhances_squeezing_up_to_a_lower_threshold():
    pump = {kappa: 1, sigma: sp.Rational(1, 3)}
    net = fed_back(cs.Squeezer("q", chi=sigma * kappa / 2, kappa=kappa)).subs(pump)
    noise = [cs.noise_spectrum(net.subs({alpha: v}), "P", frequency=0).inline() for v in (0, sp.Rational(1, 4))]
    assert noise[1] < noise[0] < sp.Rational(1, 2)
    with pytest.raises(UnstableError):  # kappa_eff/kappa = 1/3 at alpha = 1/2: the threshold
        cs.covariance(net.subs({alpha: sp.Rational(1, 2)}))


def squeezed(system, frequency) -> sp.Expr:
    return 2 * cs.noise_spectrum(system, "P", frequency=frequency).inline()


def test_two_equal_amplifiers_in_series():
    pair = cs.Squeezer("q", chi=sigma * kappa / 2, kappa=kappa) >> cs.Squeezer("r", chi=sigma * kappa / 2, kappa=kappa)
    assert cs.equal(squeezed(pair, 0), ((1 - sigma) / (1 + sigma)) ** 4)
    assert cs.is_physical(pair)


def test_spectra_of_different_amplifiers_multiply():
    first = cs.Squeezer("q", chi=sigma * kappa / 2, kappa=kappa)
    second = cs.Squeezer("r", chi=sigma2 * kappa2 / 2, kappa=kappa2)
    assert cs.equal(squeezed(first >> second, omega), squeezed(first, omega) * squeezed(second, omega))


def test_the_static_limit_is_a_moebius_map_of_the_amplitude_gain():
    """A loop around a static gain G = (1 - sigma)/(1 + sigma), whose sign is turned on reflection: (G - alpha)/(1 - alpha G)."""
    net = fed_back(cs.Squeezer("q", chi=sigma * kappa / 2, kappa=kappa))
    gain = (1 - sigma) / (1 + sigma)
    assert cs.equal(squeezed(net, 0), ((gain - alpha) / (1 - alpha * gain)) ** 2, domains=DOMAINS)

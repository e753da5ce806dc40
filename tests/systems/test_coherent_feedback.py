"""Coherent feedback: light returned through a beam splitter, without measurement.

A cavity of decay rate kappa whose output is fed back by a beam splitter with amplitude reflectivity alpha (the share
that goes around, including its sign) has the decay rate

    kappa_eff = kappa (1 - alpha)/(1 + alpha),

and, with a round-trip phase, the detuning that its imaginary part gives. A degenerate parametric amplifier in the
loop keeps its pump but gets the width kappa_eff: its threshold is reached at a lower pump, and below it light is
squeezed better. Two amplifiers in series add up: for equal ones S(0) is the square of that of one.
Source: Gough and Wildfeuer, PRA 80, 042107 (2009); Iida et al., IEEE TAC 57, 2045 (2012).
"""

from __future__ import annotations

import pytest
import sympy as sp

import cascade_sym as cs
from cascade_sym.errors import UnstableError

kappa, sigma, alpha, phi, omega = sp.symbols("kappa sigma alpha phi omega")
kappa_eff = kappa * (1 - alpha) / (1 + alpha)


def fed_back(part, turn=sp.pi):
    """`part` behind a beam splitter (t = alpha) whose port 2 is closed through it; a turn of pi sets the sign."""
    splitter = cs.BeamSplitter(transmission=alpha**2, name="bs")
    loop = cs.PhaseShift(turn, name="turn")
    wires = [("bs.2", part.name), (part.name, "turn"), ("turn", "bs.2")]
    return cs.connect([splitter, part, loop], wires, inputs={"light": "bs.1"}, outputs={"light": "bs.1"})


def test_effective_width_of_a_cavity():
    net = fed_back(cs.Cavity("c", kappa=kappa))
    assert cs.is_physical(net)
    assert cs.equal(-2 * net.A[0, 0], kappa_eff)


def test_the_other_sign_widens():
    net = fed_back(cs.Cavity("c", kappa=kappa), turn=0)
    assert cs.equal(-2 * net.A[0, 0], kappa * (1 + alpha) / (1 - alpha))


def test_a_round_trip_phase_detunes():
    """da/dt = -(kappa/2)(1 + alpha e^(i phi))/(1 - alpha e^(i phi)) a for the round-trip phase phi."""
    net = fed_back(cs.Cavity("c", kappa=kappa), turn=phi)
    turn = alpha * sp.exp(sp.I * phi)
    assert cs.equal(net.A[0, 0], -(kappa / 2) * (1 + turn) / (1 - turn))


@pytest.mark.parametrize(("quadrature", "sign"), [("P", -1), ("X", 1)])
def test_squeezing_is_that_of_a_narrower_amplifier(quadrature, sign):
    net = fed_back(cs.Squeezer("q", chi=sigma * kappa / 2, kappa=kappa))
    S = 2 * cs.noise_spectrum(net, quadrature, frequency=omega).inline()
    pump = sigma * kappa / kappa_eff
    expected = 1 + sign * 4 * pump / ((1 - sign * pump) ** 2 + 4 * omega**2 / kappa_eff**2)
    assert cs.equal(S, expected)


def test_feedback_enhances_squeezing_up_to_a_lower_threshold():
    pump = {kappa: 1, sigma: sp.Rational(1, 3)}
    net = fed_back(cs.Squeezer("q", chi=sigma * kappa / 2, kappa=kappa)).subs(pump)
    noise = [cs.noise_spectrum(net.subs({alpha: v}), "P", frequency=0).inline() for v in (0, sp.Rational(1, 4))]
    assert noise[1] < noise[0] < sp.Rational(1, 2)
    with pytest.raises(UnstableError):  # kappa_eff/kappa = 1/3 at alpha = 1/2: the threshold
        cs.covariance(net.subs({alpha: sp.Rational(1, 2)}))


def test_two_amplifiers_in_series():
    pair = cs.Squeezer("q", chi=sigma * kappa / 2, kappa=kappa) >> cs.Squeezer("r", chi=sigma * kappa / 2, kappa=kappa)
    S = 2 * cs.noise_spectrum(pair, "P", frequency=0).inline()
    assert cs.equal(S, ((1 - sigma) / (1 + sigma)) ** 4)
    assert cs.is_physical(pair)

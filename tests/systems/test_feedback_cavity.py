"""A cavity whose output is returned to its input by a beam splitter: coherent feedback without measurement.

With the amplitude share alpha going around (its sign included) the decay rate becomes

    kappa_eff = kappa (1 - alpha)/(1 + alpha),

and a round-trip phase phi, alpha -> -alpha e^(i phi), also detunes. Source: Gough and James, IEEE TAC 54, 2530 (2009);
Gough and Wildfeuer, PRA 80, 042107 (2009). The sign of alpha is a convention: light that returns in phase with what the
cavity emits widens it, kappa (1 + alpha)/(1 - alpha). The beam splitter here has a real scattering matrix, so that a
turn by pi in the loop gives the form above.
"""

from __future__ import annotations

import sympy as sp

import cascade_sym as cs

kappa, alpha, phi, omega = sp.symbols("kappa alpha phi omega")
DOMAINS = {"kappa": "positive", "alpha": (0, 1)}  # a rate, an amplitude
kappa_eff = kappa * (1 - alpha) / (1 + alpha)


def fed_back(part, turn=sp.pi):
    """`part` behind a beam splitter (t = alpha) whose port 2 is closed through it; a turn of pi sets the sign."""
    splitter = cs.BeamSplitter(transmission=cs.symbol("alpha", (0, 1)) ** 2, name="bs")
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


def test_a_limit_of_no_feedback_and_of_all_light_returned():
    A = fed_back(cs.Cavity("c", kappa=kappa)).A[0, 0]
    assert cs.equal(A.subs(alpha, 0), -kappa / 2)
    assert cs.is_zero(A.subs(alpha, 1))


def test_the_light_still_reflects_like_a_cavity():
    """The transfer of the whole loop is that of one cavity of width kappa_eff (up to the sign of the mirror)."""
    net, cavity = fed_back(cs.Cavity("c", kappa=kappa)), cs.Cavity("d", kappa=kappa_eff)
    T = cs.transfer(net, "bs.in1", "bs.out1", frequency=omega).inline()
    assert cs.equal(T, cs.transfer(cavity, "d.in", "d.out", frequency=omega).inline(), domains=DOMAINS)

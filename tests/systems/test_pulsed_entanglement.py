"""Pulsed optomechanical entanglement.

A blue-detuned pulse of length tau amplifies an oscillator (da/dt = G a + ..., r = G tau) and entangles it with a
temporal mode of the light: from an oscillator of occupancy n_0 and light in vacuum,

    a(tau) = e^r a(0) + sqrt(e^(2 r) - 1) B^+,    A = e^r B + sqrt(e^(2 r) - 1) a^+(0),
    Delta_EPR = 2 (n_0 + 1)(e^r - sqrt(e^(2 r) - 1))^2,

where Delta_EPR = Var(X_m + X_A) + Var(P_m - P_A), at least 2 for separable states (up to the common phase of A).
Source: Hofer, Wieczorek, Aspelmeyer, Hammerer, PRA 84, 052327 (2011). Their pulse modes are proportional to e^(G t) at the
output and e^(-G t) at the input, as here; the cavity is eliminated and the mechanical bath left out.
"""

from __future__ import annotations

import sympy as sp

import cascade_sym as cs
from cascade_sym.operators import Op

G, tau, t, n0 = sp.symbols("G tau t n_0")


def mirror():
    """An oscillator with parametric coupling alone; its drift is G."""
    return cs.Oscillator("m", Gamma_B=0, Gamma_P=2 * G, gamma=0)


def integral(e: sp.Expr, start=0, end=tau) -> sp.Expr:
    """Over (part of) the pulse, for G > 0."""
    positive = sp.Dummy(positive=True)
    return sp.integrate(sp.expand(e.subs(G, positive)), (t, start, end)).subs(positive, G)


def pulse() -> tuple[sp.Expr, ...]:
    """Weights of a(0) and B^+ in a(tau), of B and a^+(0) in A, and the overlap of both B, each squared."""
    s = sp.Symbol("s")
    grow = cs.time_solution(mirror(), delay=t).kernel[Op("m")][Op("m")]
    drive = cs.langevin(mirror())["m"][Op("m.in-", True)]  # weight of b^+ in da/dt
    leak = cs.input_output(mirror())["m.out-"][Op("m", True)]  # weight of a^+ in b_out
    back = cs.symbols.conj(drive)  # of b in da^+/dt
    gained = integral(drive * back * grow.subs(t, tau - t) ** 2)
    shape = sp.exp(G * t)  # of A, whose norm is int shape^2
    left = -(integral(leak * shape * grow) ** 2)  # leak is imaginary
    # b_out(t) = b(t) + leak [grow(t) a^+(0) + int_0^t grow(t - s) back b(s) ds], in A with the weight of b(s)
    light = shape.subs(t, s) + leak * back * integral(shape * grow.subs(t, t - s), start=s)
    norm = integral(shape**2)
    light = light.subs(s, t)
    overlap = integral(drive * grow.subs(t, tau - t) * light) * integral(back * grow.subs(t, tau - t) * light)
    return grow.subs(t, tau) ** 2, gained, integral(light**2) / norm, left / norm, overlap / norm


def test_amplification():
    kept, gained, light, left, overlap = pulse()
    assert cs.equal(kept, sp.exp(2 * G * tau))
    assert cs.equal(gained, sp.exp(2 * G * tau) - 1)
    assert cs.equal(left, gained)
    assert cs.equal(light, kept)
    assert cs.equal(overlap, gained * light)  # the light modes B of both lines are the same one
    assert cs.equal(kept - gained, 1)  # the commutator of a(tau)


def test_epr_variance():
    """With both weights known: a thermal oscillator, n_0 + 1/2, and vacuum, 1/2, mixed by the two-mode squeezing."""
    kept, gained, light, left, _ = pulse()
    half = sp.Rational(1, 2)
    up, down = sp.sqrt(kept), sp.sqrt(gained)
    mechanics = kept * (n0 + half) + gained * half
    pulse_light = light * half + left * (n0 + half)
    cross = up * down * (n0 + half + half)
    delta = 2 * (mechanics + pulse_light - 2 * cross)
    assert cs.equal(delta, 2 * (n0 + 1) * (sp.exp(G * tau) - sp.sqrt(sp.exp(2 * G * tau) - 1)) ** 2)

"""Transduction of a microwave field to light through a mechanical mode.

Two cavities (kappa_1, kappa_2) coupled to one mode (gamma) by G_i (a_i b^+ + h.c.), C_i = 4 G_i^2/(kappa_i gamma). The
power that goes through on resonance is

    T = 4 C_1 C_2/(1 + C_1 + C_2)^2,

for given C_1 largest at C_2 = 1 + C_1, where T = C_1/(1 + C_1); for C_1 = C_2 = C it is (2 C/(1 + 2 C))^2.
Source: Safavi-Naeini and Painter, NJP 13, 013017 (2011); Andrews et al., Nature Physics 10, 321 (2014).
"""

from __future__ import annotations

import sympy as sp

import cascade_sym as cs

C1, C2, k1, k2, gamma, n, omega = sp.symbols("C_1 C_2 kappa_1 kappa_2 gamma n omega")
a, b, c = (cs.operator(m) for m in "abc")


def transducer():
    G1, G2 = sp.sqrt(C1 * k1 * gamma) / 2, sp.sqrt(C2 * k2 * gamma) / 2
    H = G1 * (a * b.dagger() + b * a.dagger()) + G2 * (c * b.dagger() + b * c.dagger())
    ports = {"microwave": sp.sqrt(k1) * a, "light": sp.sqrt(k2) * c}
    return cs.SLH("t", H, ports, {"bath": (sp.sqrt(gamma) * b, n)})


def amplitude(source: str, target: str) -> sp.Expr:
    return cs.transfer(transducer(), source, target, frequency=0).inline()


def power(z: sp.Expr) -> sp.Expr:
    return z * z.subs(sp.I, -sp.I)


def test_efficiency():
    T = power(amplitude("t.in_microwave", "t.out"))
    assert cs.equal(T, 4 * C1 * C2 / (1 + C1 + C2) ** 2)
    assert cs.equal(T.subs(C2, C1), (2 * C1 / (1 + 2 * C1)) ** 2)
    assert cs.is_zero(sp.diff(T, C2).subs(C2, 1 + C1))
    assert cs.equal(T.subs(C2, 1 + C1), C1 / (1 + C1))


def test_it_works_both_ways_and_matched_cavities_do_not_reflect():
    forth, back = amplitude("t.in_microwave", "t.out"), amplitude("t.in", "t.out_microwave")
    assert cs.equal(forth, back)
    assert cs.is_zero(amplitude("t.in_microwave", "t.out_microwave").subs(C1, 1 + C2))


def test_power_is_conserved():
    """What is not transmitted is reflected or comes from the bath."""
    shares = [power(amplitude(i, "t.out")) for i in ("t.in_microwave", "t.in", "t.bath")]
    assert cs.equal(sum(shares), 1)


def test_added_noise():
    """Thermal noise referred to the input: n/C_1 for the mechanical bath."""
    bath, signal = (power(amplitude(i, "t.out")) for i in ("t.bath", "t.in_microwave"))
    assert cs.equal(n * bath / signal, n / C1)

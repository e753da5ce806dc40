"""Sensing beyond the standard quantum limit with EPR light and an oscillator of negative mass.

One beam probes a test mass, P_i -> P_i - K X_i, the other an oscillator of negative mass with the same response,
P_s -> P_s + K X_s. Two-mode squeezed light has X_i + X_s and P_i - P_s squeezed, and so

    P_i' - P_s' = (P_i - P_s) - K (X_i + X_s) + signals   has the noise (1 + K^2) e^(-2r),

where vacuum has 1 + K^2: imprecision and back-action are squeezed together, at every frequency.
Source: Khalili and Polzik, PRL 121, 031101 (2018).
"""

from __future__ import annotations

import numpy as np
import sympy as sp

import cascade_sym as cs
from cascade_sym.operators import LinearForm, Op

r, Gamma, Omega, omega, gamma, n = sp.symbols("r Gamma Omega_m omega gamma n")
K = 4 * Gamma * Omega / (omega**2 - Omega**2)


def hybrid(light, mass=-1, damping=0):
    parts = {"light": light}
    for name, sign in (("i", 1), ("s", mass)):
        parts[name] = cs.MechanicalOscillator(name, Omega, damping, n if damping else 0, mass=sign, Gamma=Gamma)
    return cs.connect(parts, [("light.1", "i"), ("light.2", "s")])


def difference(system, sign=-1):
    """P_i + sign P_s of the light that leaves."""
    root = sp.I / sp.sqrt(2)
    terms = {"i.out": root, "s.out": sign * root}
    form = LinearForm({Op(f, dag): c if dag else -c for f, c in terms.items() for dag in (False, True)})
    return cs.noise_spectrum(system, form, frequency=omega)


def undamped(system, sign=-1):
    return difference(system, sign).inline().subs(gamma, 0)


def test_both_noises_are_squeezed():
    found = undamped(hybrid(cs.TwoModeSqueezedLight(r), damping=gamma))
    assert cs.equal(found, (1 + K**2) * sp.exp(-2 * r))
    assert cs.equal(undamped(hybrid(cs.TwoModeSqueezedLight(0), damping=gamma)), 1 + K**2)


def test_masses_of_one_sign_need_the_other_light_and_gain_nothing():
    """With two positive masses back-action is that of X_i - X_s: it is squeezed where imprecision is not."""
    found = undamped(hybrid(cs.TwoModeSqueezedLight(r), mass=1, damping=gamma))
    assert cs.equal(found, sp.exp(-2 * r) + K**2 * sp.exp(2 * r))


def test_heat_is_added_as_it_is():
    p = dict(Gamma=0.3, Omega_m=1.0, omega=0.8, gamma=0.05, n=4.0, r=0.6)
    N = difference(hybrid(cs.TwoModeSqueezedLight(r), damping=gamma))
    f = float(cs.evaluator(N)(**{k: v for k, v in p.items() if k in {s.name for s in N.parameters}}))
    chi = p["Omega_m"] / (p["Omega_m"] ** 2 - p["omega"] ** 2 - 1j * p["omega"] * p["gamma"])
    k = 4 * p["Gamma"] * chi
    squeezed = (1 + abs(k) ** 2) * np.exp(-2 * p["r"])
    # X_i + X_s and P_i - P_s commute: their noise adds without a cross term, real or imaginary
    heat = 2 * 4 * p["Gamma"] * abs(chi) ** 2 * 2 * p["gamma"] * (p["n"] + 0.5)
    assert abs(f - squeezed - heat) < 1e-11 * f

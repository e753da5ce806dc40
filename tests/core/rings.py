"""Rings of modes: feedback networks without any triangular order, with a symbol for every parameter."""

from __future__ import annotations

import sympy as sp

import cascade_sym as cs


def cavity_ring(n: int) -> cs.LinearSystem:
    """n detuned cavities with two mirrors each; light goes around through all of them."""
    parts = [
        cs.Cavity(f"c{k}", {"a": cs.symbol(f"kappa_{k}"), "b": cs.symbol(f"mu_{k}")}, detuning=cs.symbol(f"Delta_{k}"))
        for k in range(n)
    ]
    return closed(parts)


def amplifier_ring(n: int) -> cs.LinearSystem:
    """n detuned, squeezing modes with two mirrors and a thermal bath each: all quadratures are one block."""
    parts = []
    for k in range(n):
        a = cs.operator(f"c{k}")
        chi, Delta, kappa, mu, gamma, occupancy = (
            cs.symbol(f"{name}_{k}") for name in ("chi", "Delta", "kappa", "mu", "gamma", "n")
        )
        H = (a.dagger() ** 2 - a**2) * (sp.I * chi / 2) + a.dagger() * a * Delta
        ports = {"a": sp.sqrt(kappa) * a, "b": sp.sqrt(mu) * a}
        parts.append(cs.SLH(f"c{k}", H, ports, {"bath": (sp.sqrt(gamma) * a, occupancy)}))
    return closed(parts)


def oscillator_ring(n: int) -> cs.LinearSystem:
    """n oscillators of alternating mass sign whose light returns through a beam splitter (an algebraic loop)."""
    parts = [cs.BeamSplitter(angle=cs.symbol("theta"), name="bs")]
    parts += [cs.Oscillator(f"o{k}", mass=(-1) ** k) for k in range(n)]
    wires = [("bs.2", "o0"), *((f"o{k}", f"o{k + 1}") for k in range(n - 1)), (f"o{n - 1}", "bs.2")]
    return cs.connect(parts, wires, inputs={"light": "bs.1"}, outputs={"light": "bs.1"})


def closed(parts: list[cs.parts.Part]) -> cs.LinearSystem:
    """Mirror b of each part feeds mirror a of the next, the last one the first."""
    n = len(parts)
    return cs.connect(parts, [(f"c{k}.b", f"c{(k + 1) % n}.a") for k in range(n)])


RINGS = {"cavities": cavity_ring, "amplifiers": amplifier_ring, "oscillators": oscillator_ring}

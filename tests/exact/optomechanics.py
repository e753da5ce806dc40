"""A cavity whose light pushes on mechanical modes, in steps that few formulas survive when they are written out."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

import cascade_sym as cs


def cavity(modes: Sequence[str]) -> cs.SLH:
    """Radiation pressure G_j (a + a^+)(b_j + b_j^+) on mechanical modes with thermal baths, all symbols free.

    `modes` are "a" and any mechanical ones, in the order in which the solver meets them.
    """
    a = cs.operator("a")
    H, baths = a.dagger() * a * sp.Symbol("Delta"), {}
    for name in sorted(set(modes) - {"a"}):
        b = cs.operator(name)
        Omega, G, gamma, n = sp.symbols(f"Omega_{name} G_{name} gamma_{name} n_{name}")
        H = H + b.dagger() * b * Omega + (a + a.dagger()) * (b + b.dagger()) * G
        baths[f"bath_{name}"] = (b * sp.sqrt(gamma), n)
    light = {"light": a * sp.sqrt(sp.Symbol("kappa"))}
    return cs.SLH("cavity", H=H, ports=light, baths=baths, modes=list(modes))


def pair(modes: Sequence[str], values: dict[str, sp.Expr]) -> tuple[cs.Covariance, cs.Covariance]:
    """The covariance, and that of a copy in which the modes come in the opposite order."""
    one, other = (cs.covariance(cavity(order)) for order in (modes, modes[::-1]))
    return one.subs(values), other.subs(values)

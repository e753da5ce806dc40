"""What is derived for the paper: the parts of the experiment, and from them every equation that is printed.

The printed formulas are in printed.toml and are never read here; `cascade-sym verify` compares the two.
"""

from __future__ import annotations

import sympy as sp

import cascade_sym as cs
from cascade_sym.operators import Op, as_operator
from cascade_sym.paper import Model

# The parts. Symbols are real; masses are +1 or -1; `S >> cs.Loss(epsilon) >> M` puts parts in series.
Gamma_B, Gamma_P, gamma_0, n = (cs.symbol(name) for name in ("Gamma_B", "Gamma_P", "gamma_0", "n"))
oscillator = cs.Oscillator("m", Gamma_B=Gamma_B, Gamma_P=Gamma_P, gamma=gamma_0, n=n)
system = oscillator.system().renamed({"m.in+": "b_p", "m.in-": "b_m", "m.bath": "m_in"})

# Names that printed formulas may use as they are, and their ranges, on which proofs rest (a parameter without one is
# any real number). What other names stand for is said in the glossary below.
RATES = ("Gamma_B", "Gamma_P", "gamma_0", "n")
model = Model(parameters=RATES, ranges=dict.fromkeys(RATES, (sp.S.Zero, sp.oo)))


def damping() -> sp.Expr:
    """gamma: dm/dt = -gamma/2 m + ..."""
    return -2 * system.equation("m")[Op("m")]


def occupancy() -> cs.Quantity:
    """<m^+ m> in the steady state: Var X + Var P = 2 n_f + 1."""
    V = cs.covariance(system)
    return V.quantity("n_f", (V.element("X_m", "X_m") + V.element("P_m", "P_m") - 1) / 2)


@model.network("oscillator")
def network() -> object:
    """What `cascade-sym draw` draws."""
    return system


@model.glossary
def names() -> dict[str, object]:
    """What names in printed formulas stand for."""
    return {name: cs.operator(name) for name in ("m", "m_in", "b_p", "b_m")} | {"gamma": damping()}


@model.equation("1")
def coupling() -> dict[str, object]:
    m, b_p, b_m = (cs.operator(name) for name in ("m", "b_p", "b_m"))
    half = m.dagger() * b_p * sp.sqrt(Gamma_B) + m.dagger() * b_m.dagger() * sp.sqrt(Gamma_P)
    return {"H_int": half + half.dagger()}


@model.equation("2")
def langevin() -> dict[str, object]:
    return {"ddt(m)": as_operator(system.equation("m")), "gamma": damping()}


@model.equation("3")
def cooling() -> dict[str, object]:
    return {"n_f": occupancy()}


# What `cascade-sym eval` knows.
@model.quantity("n_f", ("Gamma_B", "Gamma_P", "gamma_0", "n"), title="final occupancy")
def n_f() -> cs.Quantity:
    return occupancy()

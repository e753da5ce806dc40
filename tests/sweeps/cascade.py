"""The EPR variance of two oscillators in cascade: derived from the parts, and typed by hand from Huang (2018)."""

from __future__ import annotations

from functools import cache
from math import cos, inf, pi, sin, sqrt

import cascade_sym as cs

FIXED = {"gamma_S0": 2 * pi * 5e3, "gamma_M0": 0.2 * pi, "n_S": 1.0, "n_M": 1e5}


@cache
def chain():
    C_S, C_M, tS, tM = (cs.symbol(n) for n in ("C_S", "C_M", "theta_S", "theta_M"))
    S = cs.Oscillator("S", mass=-1, cooperativity=C_S, theta=tS, gamma=cs.symbol("gamma_S0"), n=cs.symbol("n_S"))
    M = cs.Oscillator("M", mass=+1, cooperativity=C_M, theta=tM, gamma=cs.symbol("gamma_M0"), n=cs.symbol("n_M"))
    return S >> cs.Loss(cs.symbol("epsilon")) >> M


@cache
def xi() -> cs.Quantity:
    return cs.epr_variance(cs.covariance(chain()), "S", "M")


def xi_by_hand(C_S: float, C_M: float, tS: float, tM: float, eps: float) -> float:
    """(7) and (8)."""
    dS, dM = FIXED["gamma_S0"] * (FIXED["n_S"] + 0.5), FIXED["gamma_M0"] * (FIXED["n_M"] + 0.5)
    GS, GM = C_S * dS, C_M * dM
    gS, gM = FIXED["gamma_S0"] - GS * cos(2 * tS), FIXED["gamma_M0"] - GM * cos(2 * tM)
    if gS <= 0 or gM <= 0:
        return inf
    t, R = sqrt(1 - eps), -sqrt(GM * GS) * sin(tM - tS)
    VS = (GS / 2 + dS) / gS
    C = -2 * t / (gS + gM) * (sqrt(GS * GM) * sin(tM + tS) - 2 * R * VS)
    VM = (GM / 2 + dM + t * R * C) / gM
    g = sqrt(GM / ((1 - eps) * GS)) * cos(tM - pi / 4) / cos(tS - pi / 4)
    return 2 * (VS + g * g * VM + g * C) / (1 + g * g)

"""What `cascade-sym eval` knows of the sensor: noise spectra, their coefficients, and the force sensitivity."""

from __future__ import annotations

from functools import cache

import sympy as sp

import cascade_sym as cs
from cascade_sym.definitions import Quantity
from cascade_sym.exact import equal, is_zero, normal_form
from cascade_sym.sensing import Sensitivity, force_port, lorentzian, matched_filter_sensitivity, newton_root
from cascade_sym.spectra import Expansion, noise_spectrum, over_susceptibilities
from cascade_sym.steps import Check, Step

from . import quantities
from .model import C_M, gamma_M0, model, n_M, theta_M
from .sensing import delta, gamma_sig, u

SPECTRAL = [*quantities.PARAMETERS, "delta"]


@cache
def declared_expansion(hybrid: bool) -> Expansion:
    system = quantities.experiment()
    if not hybrid:
        system = cs.Oscillator("M", cooperativity=C_M, theta=theta_M, gamma=gamma_M0, n=n_M)
    return over_susceptibilities(noise_spectrum(system, "P_L", frequency=delta))


WITHOUT_SPIN = {"C_S": 0, "theta_S": sp.pi / 4, "gamma_S0": 0, "n_S": 0, "epsilon": 0}  # they don't matter to M alone


@model.quantity("N_M", SPECTRAL, defaults=WITHOUT_SPIN, title="noise of M alone at Omegat_M + delta")
def N_M() -> Quantity:
    return declared_expansion(False).spectrum


@model.quantity("N_H", SPECTRAL, title="noise of the hybrid sensor at Omegat_M + delta")
def N_H() -> Quantity:
    return declared_expansion(True).spectrum


def _declare_coefficient(k: int, modes: tuple[str, ...], power: int) -> None:
    @model.quantity(f"h_{k}", quantities.PARAMETERS, title=f"coefficient h_{k} of the hybrid spectrum")
    def h() -> Quantity:
        found = declared_expansion(True)
        return Quantity(f"h_{k}", found[modes, power], domain=found.spectrum.domain)


for _k, _modes, _power in ((1, ("S",), 0), (2, ("M",), 0), (3, ("S", "M"), 0), (4, ("S", "M"), 2)):
    _declare_coefficient(_k, _modes, _power)


@cache
def sensitivity(hybrid: bool) -> Sensitivity:
    system = quantities.experiment()
    if not hybrid:
        system = cs.Oscillator("M", cooperativity=C_M, theta=theta_M, gamma=gamma_M0, n=n_M).system()
    return matched_filter_sensitivity(force_port(system, "M", through="M.bath"), "P_L", lorentzian(gamma_sig))


@cache
def quantum_limit() -> Quantity:
    """V_M minimised over C_M and theta_M at fixed gamma_M0, n_M, gamma_sig.

    V_M depends on the two rates only through u = (sqrt(Gamma_MB) + sqrt(Gamma_MP))^2; with Gamma_MB = Gamma_MP = u/4 it
    is a function of u whose derivative vanishes at the only root u > gamma_M0 of `condition`.
    """
    B, P = (cs.symbol(f"Gamma_M{k}") for k in "BP")
    M_alone = cs.Oscillator("M", Gamma_B=B, Gamma_P=P, gamma=gamma_M0, n=n_M)
    V = matched_filter_sensitivity(force_port(M_alone, "M", through="M.bath"), "P_L", lorentzian(gamma_sig)).variance
    assert V is not None
    general = V.inline()
    reduced = V.subs({B: u / 4, P: u / 4}).inline()
    noise = gamma_M0 * (n_M + sp.Rational(1, 2))
    width = sp.sqrt(u**2 + 4 * u * noise + gamma_M0**2)
    condition = width * (u**2 - gamma_M0**2) - gamma_sig * (2 * u * noise + gamma_M0**2)

    def one_rate() -> Check:
        ok = equal(general, reduced.xreplace({u: (sp.sqrt(B) + sp.sqrt(P)) ** 2}))
        return Check(ok, "V depends on the rates through u alone")

    def stationary() -> Check:
        slope = normal_form(sp.diff(reduced, u) / condition)
        return Check(
            is_zero(slope - 1 / (16 * sp.pi * gamma_M0 * u**2 * width)), "dV/du = condition/(16 pi gamma_M0 u^2 width)"
        )

    steps = (
        Step("substitution", "one rate u is left", {"V": general}, {"V": reduced}, one_rate),
        Step("minimisation", "stationary in u; the condition is convex and rises through its root", {"V": reduced},
             {"0": condition}, stationary),
    )  # fmt: skip
    root, definitions = newton_root(condition, u, 2 * gamma_M0 + 2 * sp.sqrt(gamma_sig * noise))
    return Quantity("V_M", reduced.xreplace({u: root}), definitions, (*V.steps, *steps))


@model.quantity("V_M", ["gamma_M0", "n_M", "gamma_sig"], title="standard quantum limit: the least V_M of M alone")
def V_M() -> Quantity:
    return quantum_limit()


@model.quantity("V_H", [*quantities.PARAMETERS, "gamma_sig"], title="sensitivity of the hybrid sensor")
def V_H() -> Quantity:
    found = sensitivity(True).variance
    assert found is not None
    return Quantity("V_H", found.expr, found.definitions, found.steps, found.domain)


@model.quantity("V_H_over_V_M", [*quantities.PARAMETERS, "gamma_sig"],
                title="sensitivity of the hybrid sensor over the standard quantum limit of M alone")  # fmt: skip
def V_H_over_V_M() -> Quantity:
    V_H, V_M = sensitivity(True).variance, quantum_limit()
    assert V_H is not None
    return Quantity("V_H_over_V_M", V_H.expr / V_M.expr, V_H.definitions.merged(V_M.definitions),
                    (*V_H.steps, *V_M.steps), V_H.domain)  # fmt: skip

"""Vasilyev, Muschik, Hammerer (2013): two ensembles entangled by dissipation, and how well with optical depth."""

from __future__ import annotations

from functools import cache

import cascade_sym as cs
from cascade_sym.definitions import Quantity
from cascade_sym.paper import Model, Result

d, theta, n = (cs.symbol(name) for name in ("d", "theta", "n"))
model = Model(parameters=("d", "theta", "n"))


def ensemble(name: str, mass: int) -> cs.Oscillator:
    """Rates in units of the ensemble's own decay: d into the light, shared by theta between its two sidebands."""
    return cs.Oscillator(name, mass=mass, Gamma=d, theta=theta, gamma=1, n=n)


@model.quantity("xi", ("d", "theta", "n"), defaults={"n": 0}, title="EPR variance of the two ensembles")
@cache
def xi() -> Quantity:
    """The ensembles have opposite mass signs and see one beam; separable states have xi >= 1."""
    return cs.epr_variance(cs.covariance(ensemble("a", -1) >> ensemble("b", +1)), "a", "b", g=1)


@cache
def optimum() -> cs.Scaling:
    """xi at the best interaction for large optical depth, in ensembles at rest (n = 0)."""
    return cs.scaling(xi().subs({n: 0}), large=d, over=[theta])


@model.equation("abstract")
def by_dissipation() -> Result:
    law = optimum()
    evidence = {"prefactor": str(law.prefactor.shown()), "certificate": {"distance": law.certificate.error}}
    return Result({"p": law.exponent}, (*xi().steps, *law.steps), evidence=evidence)

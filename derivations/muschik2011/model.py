"""The parts: two ensembles of opposite mass sign that see one beam of light, without any other decay."""

from __future__ import annotations

from functools import cache

import sympy as sp

import cascade_sym as cs
from cascade_sym.operators import OperatorPolynomial, as_operator, operator, quadratures
from cascade_sym.paper import Model
from cascade_sym.solve import Covariance
from cascade_sym.system import LinearSystem

I, II = "a_I", "a_II"
mu, nu, Gamma, J_x, gamma, n = (cs.symbol(name) for name in ("mu", "nu", "Gamma", "J_x", "gamma", "n"))

model = Model(
    parameters=("mu", "nu", "Gamma", "J_x"),
    base={mu: sp.sqrt(1 + nu**2)},  # the normalisation mu^2 - nu^2 = 1
)


def ensemble(name: str, mass: int, decay: sp.Expr = sp.S.Zero) -> cs.Oscillator:
    """Beam-splitter coupling mu and parametric coupling nu to the common light; an ensemble's own bath has `decay`."""
    return cs.Oscillator(name, mass=mass, Gamma_B=Gamma * mu**2, Gamma_P=Gamma * nu**2, gamma=decay, n=n)


@cache
def pair() -> LinearSystem:
    """The ensembles in antiparallel fields: opposite signs of the mass."""
    return (ensemble(I, -1) >> ensemble(II, +1)).system()


@cache
def steady_state() -> Covariance:
    return cs.covariance(pair().subs({mu: model.base[mu]}))


def excitations(J: OperatorPolynomial) -> sp.Expr:
    """<J^+ J> in the steady state, J linear with real weights: the symmetrised product less [J, J^+]/2."""
    form = as_operator(J).map_coefficients(model.in_base)
    linear = form.linear()
    real: dict[str, sp.Expr] = {}
    imaginary: dict[str, sp.Expr] = {}
    for mode in (I, II):
        c, d = linear[(mode, False)], linear[(mode, True)]  # c a + d a^+ = [(c + d) X + i (c - d) P]/sqrt2
        real[f"X_{mode}"], imaginary[f"P_{mode}"] = (c + d) / sp.sqrt(2), (c - d) / sp.sqrt(2)
    V = steady_state()
    both = V.quantity("sum", V.quadratic(real) + V.quadratic(imaginary)).inline()
    return cs.normal_form(both - cs.commutator(form, form.dagger()).scalar() / 2)


def variance(form: OperatorPolynomial) -> sp.Expr:
    """Steady-state variance of a form in the collective spins."""
    linear = as_operator(form).linear()
    weights: dict[str, sp.Expr] = {}
    for mode in (I, II):
        c, d = linear[(mode, False)], linear[(mode, True)]
        weights |= {f"X_{mode}": sp.expand((c + d) / sp.sqrt(2)), f"P_{mode}": sp.expand((c - d) * sp.I / sp.sqrt(2))}
    V = steady_state()
    return V.quantity("variance", V.quadratic(weights)).inline()


@model.glossary
def names() -> dict[str, object]:
    """The ensembles' spins: J_y = sqrt(|<J_x>|) X, J_z = sqrt(|<J_x>|) P for each."""
    table: dict[str, object] = {name: operator(name) for name in (I, II)}
    for label, mode in (("I", I), ("II", II)):
        X, P = quadratures(mode)
        table |= {f"J_y{label}": X * sp.sqrt(J_x), f"J_z{label}": P * sp.sqrt(J_x)}
    return table


model.function("Var")(variance)

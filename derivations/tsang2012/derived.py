"""Tsang and Caves (2012): an oscillator and a reference of negative mass, and the subsystem free of back-action."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import sympy as sp

import cascade_sym as cs
from cascade_sym.definitions import Quantity
from cascade_sym.operators import OperatorPolynomial, as_operator, commutator, operator
from cascade_sym.paper import Model, Result
from cascade_sym.steps import Check, Step

m, omega, hbar, t, tp = (cs.symbol(name) for name in ("m", "omega", "hbar", "t", "tp"))
Gamma, gamma, n, nu = (cs.symbol(name) for name in ("Gamma", "gamma", "n", "nu"))
model = Model(parameters=("m", "omega", "hbar", "t", "tp"), ranges={"nu": (-sp.oo, sp.oo)})


def canonical(mode: str) -> tuple[OperatorPolynomial, OperatorPolynomial]:
    """q and p in the paper's units, [q, p] = i hbar, from the mode's X and P, [X, P] = i."""
    X, P = cs.quadratures(mode)
    return X * sp.sqrt(hbar / (m * omega)), P * sp.sqrt(hbar * m * omega)


def energy(mode: str) -> OperatorPolynomial:
    """hbar omega (X^2 + P^2)/2 of one mode."""
    X, P = cs.quadratures(mode)
    return (X**2 + P**2) * (hbar * omega / 2)


@cache
def hamiltonian() -> OperatorPolynomial:
    """The reference has a negative mass: its energy counts negative."""
    return energy("a") - energy("b")


@cache
def variables() -> dict[str, OperatorPolynomial]:
    (q, p), (qp, pp) = canonical("a"), canonical("b")
    return {"Q": q + qp, "P": (p + pp) / 2, "Phi": (q - qp) / 2, "Pi": p - pp}


def rate(O: OperatorPolynomial) -> OperatorPolynomial:
    """Heisenberg: dO/dt = -(i/hbar)[O, H]."""
    return commutator(O, hamiltonian()) * (-sp.I / hbar)


@cache
def moved(name: str, time: sp.Expr) -> OperatorPolynomial:
    """A joint variable at a time: a turns by -omega t and b, of negative frequency, by +omega t."""
    turn = {"a": operator("a") * sp.exp(-sp.I * omega * time), "b": operator("b") * sp.exp(sp.I * omega * time)}
    return variables()[name].substituted(turn)


for _name in ("Q", "Pi"):
    model.function(_name)(lambda time, name=_name: moved(name, time))


@model.glossary
def names() -> Mapping[str, object]:
    (q, p), (qp, pp) = canonical("a"), canonical("b")
    return {"q": q, "p": p, "qp": qp, "pp": pp, **variables()}


@model.equation("pair")
def pair() -> Result:
    step = Step("input", "oscillators of frequency omega and -omega", {}, {"H": hamiltonian()})
    return Result({"H": hamiltonian()}, (step,))


@model.equation("variables")
def joint() -> Result:
    return Result(variables(), (Step("input", "sums and differences"),))


@model.equation("commutators")
def commutators() -> Result:
    v = variables()
    pairs = (("Q", "P"), ("Phi", "Pi"), ("Q", "Pi"))
    return Result({f"comm({x}, {y})": cs.normal_form(commutator(v[x], v[y]).scalar()) for x, y in pairs})


@model.equation("hamiltonian")
def in_joint_variables() -> Result:
    return Result({"H": hamiltonian()})


@model.equation("motion")
def motion() -> Result:
    values = {f"ddt({x})": rate(variables()[x]) for x in ("Q", "Pi")}
    step = Step("commutator", "Heisenberg equations of the joint variables", {}, values, langevin_check)
    return Result(values, (step,))


def langevin_check() -> Check:
    """The same from the toolkit's Langevin equations of two modes of frequencies omega and -omega."""
    a, b = operator("a"), operator("b")
    system = cs.SLH("pair", (a.dagger() * a - b.dagger() * b) * omega, modes=("a", "b")).system()
    drift = {mode: as_operator(system.equation(mode)) for mode in ("a", "b")}
    wrong = [x for x in ("Q", "Pi") if not (variables()[x].substituted(drift) - rate(variables()[x])).is_zero]
    return Check(not wrong, "Langevin equations of the two modes", ", ".join(wrong))


@model.equation("qmfs")
def free_subsystem() -> Result:
    pairs = (("Q", "Q"), ("Q", "Pi"), ("Pi", "Pi"))
    values = {f"comm({x}(t), {y}(tp))": commutator(moved(x, t), moved(y, tp)) for x, y in pairs}
    step = Step("solve", "joint variables in time", {}, {x: moved(x, t) for x in ("Q", "Pi")}, in_time_check)
    return Result(values, (step,))


def in_time_check() -> Check:
    """They start at the right place and obey the Heisenberg equations."""
    wrong = []
    for x in ("Q", "Pi"):
        change = moved(x, t).map_coefficients(lambda c: sp.diff(c, t))
        flow = rate(variables()[x])
        turn = {"a": operator("a") * sp.exp(-sp.I * omega * t), "b": operator("b") * sp.exp(sp.I * omega * t)}
        start = moved(x, t).map_coefficients(lambda c: c.subs(t, 0)) - variables()[x]
        if not (change - flow.substituted(turn)).is_zero or not start.is_zero:
            wrong.append(x)
    return Check(not wrong, "differentiation and initial value", ", ".join(wrong))


# -- what it is good for: a force on the pair, read out by light ------------------------------------------------------


def probed(mode: str, sign: int) -> cs.SLH:
    """A mode with a thermal bath whose X is written into the light's P (rate Gamma); vacuum variance 1/2."""
    X, _ = cs.quadratures(mode)
    b = operator(mode)
    ports, baths = {"light": X * (-sp.I * sp.sqrt(Gamma))}, {"bath": (b * sp.sqrt(gamma), n)}
    return cs.SLH(f"probe_{mode}", b.dagger() * b * (sign * omega), ports, baths)


def force_noise(system: object) -> Quantity:
    """All noise of the light's P as that of a force on a, dP/dt = ... + F, at frequency nu."""
    noise = cs.noise_spectrum(system, "P", frequency=nu)
    through = cs.transfer(probed("a", 1), "X_in", "P", frequency=nu).inline()
    signal = through * cs.symbols.conj(through) / (2 * Gamma)  # the light's own force is -sqrt(2 Gamma) X_in
    return Quantity("S_F", noise.inline() / signal, noise.definitions, noise.steps, noise.domain)


PARAMETERS = ("Gamma", "omega", "gamma", "n", "nu")


@model.quantity("S_F_alone", PARAMETERS, defaults={"n": 0}, title="force noise of the oscillator alone")
def alone() -> Quantity:
    return force_noise(probed("a", 1))


@model.quantity("S_F_pair", PARAMETERS, defaults={"n": 0}, title="the same with a negative-mass reference in cascade")
def with_reference() -> Quantity:
    return force_noise(probed("a", 1) >> probed("b", -1))

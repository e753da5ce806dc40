"""A name that does not exist is a typed error in every public function that takes one; a table of them."""

from __future__ import annotations

from functools import cache

import pytest
import sympy as sp

import cascade_sym as cs
from cascade_sym.derive import Bath, from_coupling, in_sidebands
from cascade_sym.errors import UnknownName, UnknownParameter
from cascade_sym.operators import LinearForm, Op
from cascade_sym.sensing.force import force_port

x, y = sp.symbols("x y")
a, b = cs.operator("a"), cs.operator("b")


@cache
def system():
    return (cs.Oscillator("S", -1, gamma=1) >> cs.Oscillator("M", gamma=1)).system()


@cache
def V():
    return cs.covariance(system())


@cache
def W():
    return cs.conditional_covariance(cs.Oscillator("M", gamma=1), cs.Homodyne(angle=0))


@cache
def values():
    return cs.evaluator(V())(**{s.name: 0.4 + 0.3 * (s.name[-1] == "B") for s in V().parameters})


@cache
def N():
    return cs.noise_spectrum(system(), "X_M")


NAMES = {
    "element": lambda: V()["X_S", "X_N"],
    "element of operators": lambda: V().element("X_S", "P"),
    "quadratic": lambda: V().quadratic({"X_S": 1, "X_N": 0}),
    "epr_variance": lambda: cs.epr_variance(V(), "S", "N", g=1),
    "epr_variance first": lambda: cs.epr_variance(V(), "N", "S"),
    "epr_variance optimal": lambda: cs.epr_variance(V(), "S", "N", g="optimal"),
    "log_negativity": lambda: cs.log_negativity(V(), "S", "N"),
    "readout_weight": lambda: cs.readout_weight(system(), "S", "N"),
    "readout port": lambda: cs.readout_weight(system(), "S", "M", port="dark"),
    "two_mode_quadratures": lambda: cs.two_mode_quadratures(system(), "dark"),
    "conditional element": lambda: W()["X_M", "X_S"],
    "conditional_value": lambda: cs.conditional_value(W(), ("X_M", "X_S"), dict.fromkeys(W().parameters, 1)),
    "reduced_polynomial": lambda: cs.reduced_polynomial(W(), "X_S", "X_S"),
    "values": lambda: values()["X_S", "X_N"],
    "values, variance": lambda: values().variance({"X_N": 1}),
    "equation": lambda: system().equation("N"),
    "output": lambda: system().output("N.out+"),
    "in_port": lambda: system().in_port("dark"),
    "langevin": lambda: cs.langevin(system())["N"],
    "input_output": lambda: cs.input_output(system())["N.out+"],
    "renamed": lambda: system().renamed({"N": "Q"}),
    "rephased": lambda: cs.rephased(system(), {"N": x}),
    "feedback output": lambda: cs.feedback(cs.Cavity("c", kappa={"1": 1, "2": 1}), "c.out_3", "c.in_2"),
    "feedback input": lambda: cs.feedback(cs.Cavity("c", kappa={"1": 1, "2": 1}), "c.out_1", "c.in_3"),
    "connect": lambda: cs.connect([cs.Cavity("c"), cs.Cavity("d")], [("c.light", "e.light")]),
    "frequency_solution": lambda: cs.frequency_solution(system(), "N"),
    "eliminate fast": lambda: cs.eliminate(system(), "N", "M", at=1, rename="m"),
    "eliminate slow": lambda: cs.eliminate(system(), "S", "N", at=1, rename="m"),
    "rotating_wave": lambda: cs.rotating_wave(a.dagger() * b + b.dagger() * a, {"a": x}),
    "in_sidebands": lambda: in_sidebands(a.dagger() * b + b.dagger() * a, {"c": ("p", "m")}),
    "from_coupling": lambda: from_coupling(a.dagger() * b + b.dagger() * a, ["a"], {"": "c"}, name="s"),
    "from_coupling, bath": lambda: from_coupling(a.dagger() * a, ["a"], {}, baths={"c": Bath(x, y)}, name="s"),
    "linearise": lambda: cs.linearise(a.dagger() * a, {"c": x}),
    "SLH modes": lambda: cs.SLH("s", H=a.dagger() * a, modes=["b"]).system(),
    "SLH phases": lambda: cs.SLH("s", H=a.dagger() * a, ports={"light": a}, phases={"dark": x}),
    "detector": lambda: cs.conditional_covariance(system(), cs.Homodyne(angle=0, port="dark")),
    "master_equation": lambda: cs.master_equation(system(), cs.Heterodyne(port="dark")),
    "noise_spectrum": lambda: cs.noise_spectrum(system(), "X_N"),
    "noise_spectrum field": lambda: cs.noise_spectrum(system(), "N.out+"),
    "noise_spectrum form": lambda: cs.noise_spectrum(system(), LinearForm({Op("N"): sp.S.One})),
    "noise_spectrum port": lambda: cs.noise_spectrum(system(), cs.Quadrature(0, port="dark")),
    "cross_spectrum": lambda: cs.cross_spectrum(system(), "X_S", "X_N"),
    "noise_budget": lambda: cs.noise_budget(system(), "P_N"),
    "transfer input": lambda: cs.transfer(system(), "N.in", "X_M"),
    "transfer operator": lambda: cs.transfer(system(), Op("N.in"), "X_M"),
    "transfer output": lambda: cs.transfer(system(), "M.bath", "X_N"),
    "force_port": lambda: force_port(system(), "N"),
    "force_port through": lambda: force_port(system(), "M", through="N.bath"),
    "definitions": lambda: V().definitions["gamma_N"],
    "outputs": lambda: cs.evaluator(V()["X_M", "X_M"], outputs=["gamma_N"]),
}  # fmt: skip
PARAMETERS = {
    "Quantity.subs": lambda: V()["X_M", "X_M"].subs({"Gama_MB": 1}),
    "Quantity.subs, symbol": lambda: V()["X_M", "X_M"].subs({sp.Symbol("Gama_MB"): 1}),
    "Covariance.subs": lambda: V().subs({"Gama_MB": 1}),
    "conditional subs": lambda: W().subs({"Gama_MB": 1}),
    "Riccati.subs": lambda: W().riccati.subs({"Gama_MB": 1}),
    "LinearSystem.subs": lambda: system().subs({"Gama_MB": 1}),
    "Definitions.subs": lambda: V().definitions.subs({"Gama_MB": 1}),
    "Spectrum.subs": lambda: N().subs({"Gama_MB": 1}),
    "a definition is no parameter": lambda: V()["X_M", "X_M"].subs({"gamma_M": 1}),
    "exact_value": lambda: cs.exact_value(x, {"x": 1, "z": 1}),
    "evaluator": lambda: cs.evaluator(x)(x=1, z=1),
    "gradient": lambda: cs.evaluator(x).gradient(over=["z"]),
    "scaling over": lambda: cs.scaling(x * y + 1 / y, large=x, over=["z"]),
    "scaling at": lambda: cs.scaling(x * y + 1 / y, large=x, over=[y], at={"z": 1}),
    "scaling equal": lambda: cs.scaling(x * y + 1 / y, large=x, over=[y], equal=("y", "z")),
    "scaling bounds": lambda: cs.scaling(x * y + 1 / y, large=x, over=[y], bounds={"z": (0, 1)}),
    "scaling sample": lambda: cs.scaling(x * y + 1 / y, large=x, over=[y], sample={"z": 1}),
    "expand at": lambda: cs.expand(1 / (1 + x), large=x, at={"z": 1}),
    "expand sample": lambda: cs.expand(1 / (1 + x), large=x, sample={"z": 1}),
    "sweep": lambda: cs.sweep(cs.Quantity("f", x + 1 / y), {"z": [1.0]}, {"x": 1.0, "y": 1.0}),
    "sweep fixed": lambda: cs.sweep(cs.Quantity("f", x + 1 / y), {"x": [1.0]}, {"z": 1.0, "y": 1.0}),
    "sweep optimised": lambda: cs.sweep(cs.Quantity("f", x + 1 / y), {"x": [1.0]}, {"y": 1.0}, optimise=["z"]),
}  # fmt: skip


@pytest.mark.parametrize("make", NAMES.values(), ids=list(NAMES))
def test_unknown_names(make):
    with pytest.raises(UnknownName):
        make()


@pytest.mark.parametrize("make", PARAMETERS.values(), ids=list(PARAMETERS))
def test_unknown_parameters(make):
    with pytest.raises(UnknownParameter):
        make()


def test_the_message_names_the_nearest_parameter():
    with pytest.raises(UnknownParameter, match="Did you mean 'Gamma_MB'"):
        V().subs({"Gama_MB": 1})
    with pytest.raises(UnknownName, match="modes are 'M', 'S'"):
        cs.epr_variance(V(), "S", "N", g=1)

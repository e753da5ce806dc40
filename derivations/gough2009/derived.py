"""Gough and James (2009): the series product and feedback, from light that is followed through connected ports."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import sympy as sp

import cascade_sym as cs
from cascade_sym.operators import LinearForm, Op, OperatorPolynomial, as_operator, operator
from cascade_sym.paper import Model, Result
from cascade_sym.steps import Step
from cascade_sym.symbols import complex_symbol, conj
from cascade_sym.system import LinearSystem

Delta_1, Delta_2, phi_1, phi_2, theta, phi = (
    cs.symbol(name) for name in ("Delta_1", "Delta_2", "phi_1", "phi_2", "theta", "phi")
)
alpha, beta, lambda_1, lambda_2 = (complex_symbol(name) for name in ("alpha", "beta", "lambda_1", "lambda_2"))
epsilon, kappa, eta = (cs.symbol(name) for name in ("epsilon", "kappa", "eta"))
model = Model(
    parameters=("Delta_1", "Delta_2", "phi_1", "phi_2", "theta", "phi", "epsilon", "kappa", "eta"),
    ranges={"eta": (sp.S.Zero, sp.S.One)},
)


# -- the input: open systems with one mode each ----------------------------------------------------------------------


@cache
def coupling(k: int) -> OperatorPolynomial:
    """L_1 = alpha a + beta a^+ (active), L_2 = lambda_2 c."""
    a = operator("a")
    return a * alpha + a.dagger() * beta if k == 1 else operator("c") * lambda_2


@cache
def energy(k: int) -> OperatorPolynomial:
    mode = operator("a" if k == 1 else "c")
    return mode.dagger() * mode * (Delta_1 if k == 1 else Delta_2)


def scattering(k: int) -> sp.Expr:
    return sp.exp(sp.I * (phi_1 if k == 1 else phi_2))


@cache
def open_system(k: int) -> cs.SLH:
    return cs.SLH(f"G{k}", energy(k), {"light": coupling(k)}, phases={"light": phi_1 if k == 1 else phi_2})


# -- what a network is, read off its output field and its equations of motion ----------------------------------------


def through(system: LinearSystem, form: LinearForm) -> LinearForm:
    """A form with the fields inside the network followed back to inputs and modes."""
    while inside := [o for o, _ in form if o.name in system.internal]:
        o = inside[0]
        field = system.internal[o.name].dagger() if o.dag else system.internal[o.name]
        rest = LinearForm({x: c for x, c in form if x != o})
        form = rest + field.scaled(form[o])
    return form


def read(system: LinearSystem, output: str, source: str) -> dict[str, object]:
    """S, L and H: what the output carries of the input and of the modes, and what moves the modes beside them."""
    form = through(system, system.output(output))
    modes = LinearForm({o: c for o, c in form if o.name in system.modes})
    return {"S": form[Op(source)], "L": as_operator(modes), "H": cs.master_equation(system).H}


def steps(system: LinearSystem) -> tuple[Step, ...]:
    return cs.master_equation(system).steps


@model.glossary
def names() -> Mapping[str, object]:
    return {
        "a": operator("a"), "b": operator("G1.in"), "L": coupling(1), "H": energy(1), "S": scattering(1),
        "L_1": coupling(1), "L_2": coupling(2), "H_1": energy(1), "H_2": energy(2),
        "S_1": scattering(1), "S_2": scattering(2),
    }  # fmt: skip


@model.equation("output")
def output() -> Result:
    system = open_system(1).system()
    return Result({"b_out": as_operator(system.output("G1.out"))}, steps(system))


@model.equation("langevin")
def langevin() -> Result:
    system = open_system(1).system()
    return Result({"ddt(a)": as_operator(system.equation("a"))}, steps(system))


@model.equation("series")
def series() -> Result:
    system = (open_system(1) >> open_system(2)).system()
    return Result(read(system, "G2.out", "G1.in"), steps(system))


# -- feedback: two modes in front of a beam splitter with a phase; port 2 goes back to its input ---------------------


@cache
def parts() -> dict[str, object]:
    a, c = operator("a"), operator("c")
    return {
        "p": cs.SLH("p", energy(1), {"light": a * lambda_1}), "q": cs.SLH("q", energy(2), {"light": c * lambda_2}),
        "bs": cs.BeamSplitter(angle=theta, name="bs"), "turn": cs.PhaseShift(phi, name="turn"),
    }  # fmt: skip


OPEN = (("p", "bs.1"), ("q", "bs.2"), ("bs.2", "turn"))


@cache
def before() -> dict[str, object]:
    """S and L of the network with port 2 open; with the light of p and q through the splitter, H is as it was."""
    system = cs.connect(parts(), OPEN)
    outs, ins = ("bs.out1", "turn.out"), ("p.in", "q.in")
    table: dict[str, object] = {"H_0": cs.master_equation(system).H}
    for i, out in enumerate(outs, 1):
        form = system.output(out)
        written = through(system, form)
        table[f"L_{i}"] = as_operator(LinearForm({o: c for o, c in written if o.name in system.modes}))
        table |= {f"S_{i}{j}": written[Op(name)] for j, name in enumerate(ins, 1)}
    return table


@model.equation("feedback")
def feedback() -> Result:
    system = cs.connect(parts(), (*OPEN, ("turn", "q")))
    return Result(read(system, "bs.out1", "p.in"), steps(system), before())


# -- a parametric oscillator in a loop: Gough and Wildfeuer, PRA 80, 042107 (2009) -----------------------------------


@cache
def amplifier() -> cs.SLH:
    a = operator("a")
    return cs.SLH("opo", (a.dagger() ** 2 - a**2) * (sp.I * epsilon), {"light": a * sp.sqrt(kappa)})


@model.equation("loop")
def loop() -> Result:
    """A splitter out_1 = -r in_1 + eta in_2, out_2 = eta in_1 + r in_2; output 1 returns through the oscillator."""
    table = {"opo": amplifier(), "bs": cs.BeamSplitter(angle=sp.asin(eta), name="bs"), "turn": cs.PhaseShift(sp.pi)}
    system = cs.connect(table, (("bs.1", "turn"), ("turn", "opo"), ("opo", "bs.1")))
    found = read(system, "bs.out2", "bs.in2")
    return Result({"L": found["L"], "H": found["H"]}, steps(system))


@model.function("Im")
def imaginary(O: OperatorPolynomial) -> OperatorPolynomial:
    """(O - O^+)/(2i)."""
    return (as_operator(O) - as_operator(O).dagger()) / (2 * sp.I)


@model.quantity("kappa_eff", ("kappa", "alpha"), title="decay rate of a cavity that gets back a share of its light")
def effective_rate() -> cs.Quantity:
    kappa, share = cs.symbol("kappa", "nonnegative"), cs.symbol("alpha", (0, 1))
    splitter, turn = cs.BeamSplitter(transmission=share**2, name="bs"), cs.PhaseShift(sp.pi, name="t")
    net = cs.connect([splitter, cs.Cavity("c", kappa=kappa), turn], [("bs.2", "c"), ("c", "t"), ("t", "bs.2")])
    rate = -(net.A[0, 0] + conj(net.A[0, 0]))
    return cs.Quantity("kappa_eff", cs.normal_form(rate))

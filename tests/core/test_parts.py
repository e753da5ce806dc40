"""Parts: their equations, parametrisations and errors."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp

import cascade_sym as cs
from cascade_sym.errors import DerivationError, DuplicateName, ParameterError, PortMismatch, UnknownName
from cascade_sym.operators import Op

x, th, C, G0, n = sp.symbols("x theta C gamma_0 n")


@pytest.mark.parametrize("mass", [1, -1])
def test_oscillator(mass):
    s = cs.Oscillator("m", mass=mass).system()
    B, P, g = sp.symbols("Gamma_mB Gamma_mP gamma_m0")
    form = s.equation("m")
    near, far = ("+", "-") if mass == 1 else ("-", "+")
    assert cs.equal(form[Op("m")], -(g + B - P) / 2)
    assert cs.equal(form[Op(f"m.in{near}")], -sp.I * sp.sqrt(B))
    assert cs.equal(form[Op(f"m.in{far}", True)], -sp.I * sp.sqrt(P))
    assert cs.equal(s.output(f"m.out{far}")[Op("m", True)], -sp.I * sp.sqrt(P))
    assert s.inputs["m.bath"] == sp.Symbol("n_m") + sp.Rational(1, 2)
    assert cs.is_physical(s)


def test_parametrisations_agree():
    POSITIVE = {x.name: "positive", th.name: (0, sp.pi / 2), G0.name: "positive", n.name: "nonnegative"}
    rates = cs.Oscillator("m", Gamma_B=x * sp.sin(th) ** 2, Gamma_P=x * sp.cos(th) ** 2, gamma=G0, n=n)
    polar = cs.Oscillator("m", Gamma=x, theta=th, gamma=G0, n=n)
    coop = cs.Oscillator("m", cooperativity=x / (G0 * (n + sp.Rational(1, 2))), theta=th, gamma=G0, n=n)
    first = rates.system()
    for other in (polar.system(), coop.system()):
        for p, q in zip((first.A, first.B, first.C, first.D), (other.A, other.B, other.C, other.D), strict=True):
            assert all(cs.equal(i, j, domains=POSITIVE) for i, j in zip(p, q, strict=True))


@pytest.mark.parametrize("phases", [(0, 0), (sp.Symbol("alpha"), sp.Symbol("beta")), (sp.pi / 2, sp.pi / 3)])
def test_phases_and_detuning_keep_commutators(phases):
    assert cs.is_physical(cs.Oscillator("m", phases=phases, detuning=sp.Symbol("Delta")))


@pytest.mark.parametrize(
    "part",
    [
        cs.Loss(), cs.Loss(x, n=n), cs.PhaseShift(), cs.PhaseShift({"+": x, "-": -x}), cs.BeamSplitter(),
        cs.BeamSplitter(angle=th), cs.Cavity("c"), cs.Cavity("c", kappa={"l": x, "r": 2}, detuning=3, loss=n),
        cs.Squeezer("q"), cs.Squeezer("q", two_mode=True, loss=x, detuning=n), cs.Squeezer("q", chi=sp.exp(sp.I * th) * x),
    ],
    ids=lambda p: type(p).__name__,
)  # fmt: skip
def test_every_part_is_physical(part):
    assert cs.is_physical(part)


def test_floats_and_exact_numbers():
    exact = cs.covariance(cs.Oscillator("m", Gamma_B=sp.Rational(3, 2), Gamma_P=sp.Rational(1, 2), gamma=1, n=2))
    floats = cs.covariance(cs.Oscillator("m", Gamma_B=1.5, Gamma_P=0.5, gamma=1.0, n=2.0))
    assert exact["X_m", "X_m"].inline() == sp.Rational(7, 4)
    assert float(floats["X_m", "X_m"].inline()) == pytest.approx(1.75, rel=1e-14)


def test_unphysical_systems_are_refuted_with_a_witness():
    s = cs.Oscillator("m").system()
    lossy = type(s)(s.modes, s.drift, s.inputs, {**s.outputs, "m.out+": s.outputs["m.out+"].scaled(sp.Rational(1, 2))},
                    in_ports=s.in_ports, out_ports=s.out_ports)  # fmt: skip
    found = cs.is_physical(lossy)
    assert not found and "m.out+" in found.witness and "unphysical" in repr(found)
    damped = type(s)(s.modes, {"m": s.drift["m"] + cs.LinearForm({Op("m"): -x})}, s.inputs, s.outputs)
    found = cs.is_physical(damped)
    assert not found and found.witness.startswith("d[m") and cs.equal(found.excess, -2 * x)


@pytest.mark.parametrize(
    "make",
    [
        lambda: cs.Oscillator(""),
        lambda: cs.Oscillator("m", mass=2),
        lambda: cs.Oscillator("m", Gamma_B=-1),
        lambda: cs.Oscillator("m", Gamma=1, theta=2),
        lambda: cs.Oscillator("m", Gamma=1, Gamma_B=1),
        lambda: cs.Oscillator("m", Gamma=1, cooperativity=1),
        lambda: cs.Oscillator("m", Gamma_B=1, theta=1),
        lambda: cs.Oscillator("m", n=-1, Gamma=1).system(),
        lambda: cs.Oscillator("m", gamma="very fast").system(),
        lambda: cs.Oscillator("m", Gamma=True),
        lambda: cs.Loss(2),
        lambda: cs.Loss(-0.1),
        lambda: cs.Loss(float("nan")),
        lambda: cs.BeamSplitter(transmission=1.5),
        lambda: cs.BeamSplitter(transmission=x, angle=th),
        lambda: cs.Cavity("c", kappa=-1).system(),
        lambda: cs.Cavity("c", kappa={}).system(),
        lambda: cs.PhaseShift(sp.I).system(),
    ],
)
def test_impossible_parameters(make):
    with pytest.raises(ParameterError) as err:
        make()
    assert len(str(err.value)) > 20


def test_names_and_ports():
    with pytest.raises(DuplicateName, match="used twice"):
        (cs.Oscillator("m") >> cs.Oscillator("m")).system()
    with pytest.raises(PortMismatch, match="channels"):
        (cs.Oscillator("m") >> cs.Cavity("c")).system()
    with pytest.raises(PortMismatch):
        (cs.Cavity("c") >> cs.BeamSplitter()).system()
    with pytest.raises(ParameterError, match="can't stand in a cascade"):
        cs.Oscillator("m") >> 3
    with pytest.raises(ParameterError, match="expected a part"):
        cs.covariance("m")
    V = cs.covariance(cs.Oscillator("m"))
    with pytest.raises(UnknownName, match="'X_m'"):
        V["X_k", "X_m"]
    with pytest.raises(UnknownName):
        cs.langevin(cs.Cavity("c"))["a"]


TENTHS = [
    0.1, np.float16(0.1), np.float32(0.1), np.float64(0.1), np.array(0.1), np.array(0.1, "f4"), Decimal("0.1"),
    Fraction(1, 10),
]  # fmt: skip


@pytest.mark.parametrize("tenth", TENTHS, ids=repr)
def test_every_kind_of_number(tenth):
    a = cs.operator("a")
    made = (
        cs.Oscillator("o", Gamma_B=1, Gamma_P=tenth, gamma=tenth, n=tenth, detuning=tenth),
        cs.Loss(tenth), cs.PhaseShift(tenth), cs.Cavity("c", kappa=tenth, detuning=tenth), cs.BeamSplitter(tenth),
        cs.SLH("s", H=a.dagger() * a * tenth, ports={"light": a / tenth},
               baths={"b": (a, tenth)}),
    )  # fmt: skip
    for part in made:
        exact = type(part)(**{k: _tenth(v) for k, v in vars(part).items()})
        for got, expected in zip(part.system()._coefficients, exact.system()._coefficients, strict=True):
            assert abs(complex(got - expected)) < 1e-14 if not got.free_symbols else got == expected


def _tenth(given):
    """The same in rational numbers."""
    if isinstance(given, cs.OperatorPolynomial):
        return given.map_coefficients(lambda c: sp.nsimplify(c, rational=True))
    if isinstance(given, dict):
        return {k: _tenth(v) for k, v in given.items()}
    if isinstance(given, tuple) and given and isinstance(given[0], cs.OperatorPolynomial):
        return tuple(map(_tenth, given))
    return sp.Rational(1, 10) if any(given is t for t in TENTHS) else given


@pytest.mark.parametrize("text", ["x", "0.1", "__import__('os').getpid()"])
def test_text_is_never_evaluated(text):
    a, d = cs.operator("a"), cs.Definitions(((x, th + 1),))
    for use in (
        lambda: a * text, lambda: text * a, lambda: a + text, lambda: a - text, lambda: a / text,
        lambda: cs.commutator(a, text), lambda: a.linear().scaled(text), lambda: d.needed(text),
        lambda: d.parameters(text), lambda: cs.Conventions(vacuum=text), lambda: cs.Conventions(hbar=text),
        *([] if text == "x" else [lambda: cs.rephased(cs.Cavity("c"), {"c": text})]),  # a name stands for its symbol
    ):  # fmt: skip
        with pytest.raises(ParameterError):
            use()
    with pytest.raises(DerivationError):
        a**text


def test_rates_and_phases_are_real():
    z, a = cs.symbol("z", "complex"), cs.operator("a")
    for bad in (z, sp.I * x, z**2, sp.sqrt(z), 1 + 0.5j, sp.oo, sp.nan, float("-inf")):
        for make in (
            lambda v: cs.Oscillator("o", gamma=v), lambda v: cs.Oscillator("o", n=v), cs.Loss, cs.PhaseShift,
            lambda v: cs.Cavity("c", detuning=v), lambda v: cs.SLH("s", ports={"l": a}, baths={"b": (a, v)}),
        ):  # fmt: skip
            with pytest.raises(ParameterError):
                make(bad).system()
    good = cs.Oscillator("o", gamma=z * sp.conjugate(z), n=sp.Abs(z), detuning=sp.re(z), phases=(sp.arg(z), sp.im(z)))
    assert cs.is_physical(good) and good.system().A[0, 0].subs(z, 1 + sp.I).has(sp.I)
    V = cs.covariance(cs.Oscillator("o", gamma=x, n=n))
    for bad in (z, sp.I * th, sp.I):
        with pytest.raises(ParameterError, match="n is a real parameter"):
            V.subs({"n": bad})
    assert V.subs({"n": z * sp.conjugate(z)})["X_o", "X_o"].parameters


@pytest.mark.parametrize("key", ["X_o", ("X_o",), ("X_o", "P_o", "X_o"), (0, 1), 0, x])
def test_an_element_is_named_by_two_quadratures(key):
    V = cs.covariance(cs.Oscillator("o", Gamma_B=1, Gamma_P=0, gamma=1, n=1))
    for matrix in (V, cs.evaluator(V)()):
        with pytest.raises(ParameterError, match="two quadratures"):
            matrix[key]


@pytest.mark.parametrize(
    "make",
    [
        lambda: cs.Cavity("c", kappa=-1), lambda: cs.Cavity("c", loss=-1), lambda: cs.Cavity("c", detuning=sp.I),
        lambda: cs.Squeezer("q", kappa={"light": -1}), lambda: cs.Squeezer("q", chi=sp.oo),
        lambda: cs.Oscillator("o", n=-1), lambda: cs.Oscillator("o", detuning=sp.I),
        lambda: cs.Oscillator("o", phases=(sp.I, 0)), lambda: cs.Loss(0, n=-1), lambda: cs.PhaseShift(sp.I),
        lambda: cs.SLH("s", baths={"b": (cs.operator("a"), -1)}),
        lambda: cs.SLH("s", ports={"light": cs.operator("a")}, phases={"light": sp.I}),
    ],
)  # fmt: skip
def test_values_are_checked_when_a_part_is_made(make):
    with pytest.raises(ParameterError):
        make()


def test_a_form_takes_numbers_of_any_kind():
    form = cs.LinearForm({Op("a"): -2, Op("b"): 0.5})
    assert form.symbols == frozenset()
    assert form.mapped({}) == form
    assert form._repr_latex_()


def test_a_part_declares_what_its_values_have_to_be():
    """Loss(C - 1) is physical where 0 <= C - 1 <= 1; where C can't be that, it is an error when it is made."""
    C = sp.Symbol("C")
    assert {"C - 1 >= 0", "2 - C >= 0"} <= set(cs.is_physical(cs.Loss(C - 1)).assumptions)
    with pytest.raises(cs.errors.DomainConflict, match="C is declared"):
        cs.Loss(cs.symbol("C", (0, sp.Rational(1, 2))) - 1)
    with pytest.raises(cs.errors.DomainConflict):
        cs.Cavity("c", kappa=-cs.symbol("k", "positive"))
    kappa = sp.Symbol("a") - sp.Symbol("b")
    assert cs.equal(sp.sqrt(kappa**2), kappa, domains=cs.Cavity("c", kappa=kappa).system().domains)

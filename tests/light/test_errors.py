"""Bad input: what is refused, with which type, and what the message names."""

from __future__ import annotations

import pytest
import sympy as sp

import cascade_sym as cs
from cascade_sym import errors
from cascade_sym.operators import Op

a = cs.operator("a")
J = sp.Matrix([[0, 1], [-1, 0]])


def cavity():
    return cs.Cavity("c", kappa=1)


CASES = {
    "too much squeezing": (lambda: cs.CorrelatedLight([[1, 0], [0, sp.Rational(1, 5)]]), errors.UnphysicalError, "uncertainty"),
    "too much, in floats": (lambda: cs.CorrelatedLight([[0.5, 0], [0, 0.49]]), errors.UnphysicalError, "uncertainty"),
    "too much correlation": (
        lambda: cs.CorrelatedLight(sp.Matrix([[1, 0, 1, 0], [0, 1, 0, 1], [1, 0, 1, 0], [0, 1, 0, 1]])), errors.UnphysicalError, "uncertainty"),
    "negative variance": (lambda: cs.CorrelatedLight([[-1, 0], [0, -1]]), errors.UnphysicalError, "uncertainty"),
    "not symmetric": (lambda: cs.CorrelatedLight([[1, 1], [0, 1]]), errors.ParameterError, "symmetric"),
    "not square": (lambda: cs.CorrelatedLight([[1, 0, 0]]), errors.ParameterError, "square"),
    "odd": (lambda: cs.CorrelatedLight(sp.eye(3)), errors.ParameterError, "square"),
    "complex": (lambda: cs.CorrelatedLight([[1, sp.I], [-sp.I, 1]]), errors.ParameterError, "real"),
    "text": (lambda: cs.CorrelatedLight("squeezed"), errors.ParameterError, "matrix"),
    "elements in words": (lambda: cs.CorrelatedLight([["1", 0], [0, "1"]]), errors.ParameterError, "element"),
    "S in words": (lambda: cs.SLH("s", ports={"1": a}, S=[["1"]]), errors.ParameterError, "element"),
    "A in words": (lambda: cs.realise("A", sp.eye(2), sp.eye(2), sp.eye(2)), errors.ParameterError, "matrix"),
    "ragged": (lambda: cs.CorrelatedLight([[1, 0], [0]]), errors.ParameterError, "matrix"),
    "ports": (lambda: cs.CorrelatedLight(sp.eye(4), ports=["1"]), errors.ParameterError, "ports"),
    "same port twice": (lambda: cs.CorrelatedLight(sp.eye(4), ports=["1", "1"]), errors.ParameterError, "own"),
    "sidebands of two beams": (lambda: cs.CorrelatedLight(sp.eye(8), sidebands=True), errors.ParameterError, "sidebands"),
    "negative n": (lambda: cs.SqueezedLight(1, n=-1), errors.ParameterError, "negative"),
    "negative photon number": (lambda: cs.ThermalLight(-1), errors.ParameterError, "negative"),
    "complex r": (lambda: cs.SqueezedLight(sp.I), errors.ParameterError, "real"),
    "infinite r": (lambda: cs.SqueezedLight(sp.oo), errors.ParameterError, "finite"),
    "complex phi": (lambda: cs.SqueezedLight(1, sp.I), errors.ParameterError, "real"),
    "amplitude in words": (lambda: cs.CoherentLight("very bright"), errors.ParameterError, "alpha"),
    "infinite kappa": (lambda: cs.Squeezer("q", kappa=sp.oo), errors.ParameterError, "SqueezedLight"),
    "infinite kappa of a port": (lambda: cs.Squeezer("q", kappa={"p": float("inf")}), errors.ParameterError, "SqueezedLight"),
    "light behind a cavity": (lambda: (cavity() >> cs.SqueezedLight(1)).system(), errors.PortMismatch, "head"),
    "laser on sidebands": (lambda: (cs.CoherentLight(1) >> cs.Oscillator("M")).system(), errors.PortMismatch, "carrier"),
    "two beams into one port": (lambda: (cs.TwoModeSqueezedLight(1) >> cavity()).system(), errors.PortMismatch, "connect"),
    "no such beam": (lambda: cs.connect([cs.TwoModeSqueezedLight(1, name="e"), cavity()], [("e.3", "c")]), errors.UnknownName, "e.1"),
    "correlation of no field": (lambda: cs.Inputs({"b": sp.S.Half}, {(Op("b"), Op("d")): sp.S.One}), errors.UnknownName, "'d'"),
    "correlation twice": (
        lambda: cs.Inputs({"b": sp.S.One}, {(Op("b"), Op("b")): sp.S.Half, (Op("b", True), Op("b", True)): sp.S.Half}), errors.DuplicateName, "twice"),
    "means of no field": (lambda: cs.Inputs({"b": sp.S.Half}, means={"d": sp.S.One}), errors.UnknownName, "'d'"),
    "steady state of a free mass": (lambda: cs.covariance(cs.FreeMass("f", 1, Gamma=1)), errors.UnstableError, "noise_spectrum"),
    "means of a free mass": (lambda: cs.means(cs.FreeMass("f", 1)), errors.UnstableError, "free mass 'f'"),
    "weightless": (lambda: cs.FreeMass("f", 0), errors.ParameterError, "positive"),
    "mass of two": (lambda: cs.MechanicalOscillator("m", mass=2), errors.ParameterError, "sign"),
    "no name": (lambda: cs.MechanicalOscillator(""), errors.ParameterError, "name"),
    "light on Q": (lambda: cs.MechanicalOscillator("m", quadrature="Q"), errors.ParameterError, "X or P"),
    "mechanics that is none": (lambda: cs.SLH("s", mechanics=[cavity()]), errors.ParameterError, "MechanicalOscillator"),
    "Lindblad form": (lambda: cs.master_equation(cs.MechanicalOscillator("m")), errors.UnphysicalError, "Lindblad"),
    "not unitary": (lambda: cs.SLH("s", ports={"1": a}, S=[[2]]), errors.UnphysicalError, "unitary"),
    "S of other ports": (lambda: cs.SLH("s", ports={"1": a}, S=sp.eye(2)), errors.ParameterError, "shape"),
    "S and phases": (lambda: cs.SLH("s", ports={"1": a}, S=[[1]], phases={"1": 1}), errors.ParameterError, "phases"),
    "no permutation": (lambda: cs.Permutation((1, 1)), errors.ParameterError, "once"),
    "one port": (lambda: cs.Circulator(1), errors.ParameterError, "ports"),
    "not realisable": (lambda: cs.realise(-sp.eye(2), sp.eye(2), sp.eye(2), sp.eye(2)), errors.UnphysicalError, "A J"),
    "output not realisable": (lambda: cs.realise(-sp.eye(2) / 2, -sp.eye(2), sp.eye(2) * 2, sp.eye(2)), errors.UnphysicalError, "J C"),
    "D not realisable": (lambda: cs.realise(sp.zeros(0, 0), sp.zeros(0, 2), sp.zeros(2, 0), 2 * sp.eye(2)), errors.UnphysicalError, "= 3"),
    "shapes": (lambda: cs.realise(sp.eye(2), sp.eye(4), sp.eye(2), sp.eye(2)), errors.ParameterError, "shapes"),
    "no parameter": (lambda: cs.phase_sensitivity(cs.CoherentLight(1) >> cs.PhaseShift(sp.Symbol("phi")), "psi", "P"), errors.UnknownParameter, "phi"),
    "no light": (lambda: cs.phase_sensitivity(cs.PhaseShift(sp.Symbol("phi")), "phi", "P"), errors.DerivationError, "bright"),
    "mean of nothing": (lambda: cs.means(cavity())["d"], errors.UnknownName, "'d'"),
    "poles of a large loop": (lambda: cs.poles(_large()), errors.NoClosedForm, "numbers"),
}  # fmt: skip


def _large():
    b, g = cs.operator("b"), sp.Symbol("g")
    H = sp.Symbol("D") * a.dagger() * a + sp.Symbol("w") * b.dagger() * b + g * (a + a.dagger()) * (b + b.dagger())
    return cs.SLH("s", H, ports={"1": sp.sqrt(sp.Symbol("kappa")) * a}, baths={"2": (b, 0)})


@pytest.mark.parametrize("case", CASES)
def test_refused(case):
    make, error, says = CASES[case]
    with pytest.raises(error, match=says):
        make()


def test_allowed_at_the_edge():
    """Pure states lie on the boundary of what is allowed."""
    assert cs.CorrelatedLight([[2, 0], [0, sp.Rational(1, 8)]]) and cs.CorrelatedLight([[0.05, 0], [0, 5.0]])
    V = cs.TwoModeSqueezedLight(sp.log(3) / 2).system().inputs.covariance
    assert cs.CorrelatedLight(V).system().inputs.covariance == V


def test_what_symbols_must_obey_is_declared():
    v = sp.Symbol("v")
    s = (cs.CorrelatedLight([[v, 0], [0, 1]]) >> cavity()).system()
    assert s.subs({v: sp.Rational(1, 4)}) and cs.covariance(s)["X_c", "X_c"].inline() == v
    with pytest.raises(errors.ParameterError):
        s.subs({v: sp.Rational(1, 5)})

"""Detectors as values, and the currents they measure."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import sympy as sp

from cascade_sym.compose.detection import detection
from cascade_sym.entanglement import epr_variance, two_mode_quadratures
from cascade_sym.errors import DuplicateName, ParameterError, PortMismatch, UnknownName, UnstableError
from cascade_sym.evaluate import evaluator, exact_value
from cascade_sym.evaluate.conditional import conditional_evaluator, conditional_value
from cascade_sym.exact import is_zero
from cascade_sym.operators import LinearForm
from cascade_sym.parts import Cavity, Loss, Oscillator
from cascade_sym.parts.detectors import Heterodyne, Homodyne
from cascade_sym.solve.conditional import conditional_covariance
from cascade_sym.symbols import conj

phi, eta = sp.symbols("phi eta")
CASCADE = Oscillator("S", mass=-1) >> Loss() >> Oscillator("M")


def same(f: LinearForm, g: LinearForm) -> bool:
    return all(is_zero(c) for _, c in f - g)


def test_homodyne_of_sidebands_measures_cosine_and_sine_of_the_quadrature() -> None:
    """z = (y_c + i y_s)/sqrt2 with y = X_L cos(angle) + P_L sin(angle), from the definition of X_L and P_L."""
    d = detection(CASCADE, Homodyne(angle=phi))
    (current,) = d.currents
    assert current.paired and d.names == ("c", "s")
    s = d.system
    z = current.form.substituted({f: s.output(f) for f in s.internal})
    light = two_mode_quadratures(CASCADE)
    for part, y in (("cos", (z + z.dagger()).scaled(1 / sp.sqrt(2))),
                    ("sin", (z - z.dagger()).scaled(-sp.I / sp.sqrt(2)))):  # fmt: skip
        X, P = light[f"X_{part}"], light[f"P_{part}"]
        fields = X.fields.scaled(sp.cos(phi)) + P.fields.scaled(sp.sin(phi))
        assert same(LinearForm({o: c for o, c in y if o.name in s.inputs}), fields)


def test_inefficient_detection_adds_vacuum() -> None:
    d = detection(Cavity("a", kappa=1), Homodyne(angle=0, efficiency=eta))
    (current,) = d.currents
    assert set(current.vacua) == {"light.undetected"} and d.system.inputs["light.undetected"] == sp.S.Half
    assert d.efficiencies == (eta,)
    assert not detection(Cavity("a"), Homodyne(angle=0)).currents[0].vacua


def test_heterodyne_currents_commute() -> None:
    """[z, z^+] = 0: the image band makes both quadratures measurable at once."""
    for c in detection(CASCADE, Heterodyne(efficiency=eta)).currents:
        assert is_zero(sp.Add(*(x * conj(x) * (-1 if o.dag else 1) for o, x in c.form)))


@pytest.mark.parametrize("bad", [-0.1, 1.5, sp.Rational(3, 2)])
def test_efficiency_outside_the_unit_interval(bad: object) -> None:
    for make in (lambda: Homodyne(angle=0, efficiency=bad), lambda: Heterodyne(efficiency=bad)):
        with pytest.raises(ParameterError, match=r"\[0, 1\]"):
            make()


QND = Oscillator("S", mass=-1, theta=sp.pi / 4) >> Loss() >> Oscillator("M", theta=sp.pi / 4)
POINT = {"Gamma_S": 1, "Gamma_M": 2, "gamma_S0": 1, "gamma_M0": 1, "n_S": 1, "n_M": 3, "epsilon": 0}


@pytest.mark.parametrize("bad", [sp.Rational(6, 5), sp.Rational(-1, 10)])
def test_a_symbol_for_the_efficiency_keeps_its_range(bad: sp.Expr) -> None:
    """However the number arrives: floats become nan with a warning (or an error on request), exact ones are refused."""
    V = conditional_covariance(QND, Homodyne(angle=sp.pi / 2, efficiency=eta))
    for q in (V["X_S", "X_M"], epr_variance(V, "S", "M")):
        point = {k: POINT[k] for k in map(str, q.parameters) if k in POINT}
        for backend in ("numpy", "compiled"):
            e = evaluator(q, backend)
            with pytest.warns(RuntimeWarning, match=r"1 of 4 points .*eta >= 0 fails at 1"):
                values = e(point, eta=[0.0, 0.5, float(bad), 1.0])
            assert np.isnan(values).tolist() == [False, False, True, False]
        with pytest.raises(UnstableError, match=r"eta >= 0 fails"):
            evaluator(q, unstable="raise")(point, eta=float(bad))
        with pytest.raises(ParameterError, match=r"eta >= 0 fails"):
            exact_value(q, {**point, "eta": bad})
        with pytest.raises(ParameterError, match=r"eta >= 0 only"):
            q.subs({eta: bad})
        assert exact_value(q, {**point, "eta": 1})[1] < 1e-14
        assert not q.subs({eta: sp.S.One}).nonnegative
    with pytest.raises(ParameterError, match=r"\[0, 1\]"):
        V.subs({eta: bad})
    with pytest.raises(ParameterError, match=r"\[0, 1\]"):
        conditional_value(V, ("X_S", "X_M"), {**POINT, "eta": bad})
    with pytest.raises(ParameterError, match=r"\[0, 1\]"):
        conditional_evaluator(V)(POINT, eta=float(bad))


def test_a_pickled_evaluator_keeps_the_range() -> None:
    q = conditional_covariance(QND, Homodyne(angle=sp.pi / 2, efficiency=eta))["X_S", "X_M"]
    e = pickle.loads(pickle.dumps(evaluator(q, unstable="raise")))
    with pytest.raises(UnstableError, match=r"1 - eta >= 0 fails"):
        e({k: POINT[k] for k in e.parameters if k in POINT}, eta=1.5)


def test_mistakes_have_names() -> None:
    with pytest.raises(ParameterError, match="real"):
        Homodyne(angle=sp.I)
    with pytest.raises(UnknownName, match="Homodyne detector looks at a port"):
        detection(CASCADE, Homodyne(angle=0, port="dark"))
    with pytest.raises(PortMismatch, match="no channel"):
        detection(Cavity("a"), Homodyne(angle=0, channels=("+",)))
    with pytest.raises(DuplicateName, match="detected twice"):
        detection(CASCADE, (Homodyne(angle=0), Heterodyne()))
    with pytest.raises(ParameterError, match="2 output ports"):
        detection(Cavity("a", kappa={"l": 1, "r": 1}), Homodyne(angle=0))
    with pytest.raises(ParameterError, match="not a detector"):
        detection(CASCADE, ("homodyne",))
    with pytest.raises(ParameterError, match="detect is 3"):
        detection(CASCADE, 3)
    two = Homodyne(angle=0, port="l"), Heterodyne(port="r")
    assert len(detection(Cavity("a", kappa={"l": 1, "r": 1}), two).names) == 3

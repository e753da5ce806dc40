"""The sensitivity of the hybrid sensor keeps its digits at any cooperativity, as a function and as source code."""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path

import numpy as np
import pytest
import sympy as sp

import cascade_sym as cs
from cascade_sym.evaluate.source.code import code
from cascade_sym.paper import load_folder
from tests.evaluate.languages import c_functions, run_python

HUANG = Path(__file__).resolve().parents[2] / "derivations" / "huang2018"
BACKENDS = ["numpy", "compiled"]


def points(count: int = 7) -> dict[str, np.ndarray]:
    """C from 1 to 1e12: both oscillators alike, with and without loss, apart from each other, and near pi/4."""
    C = np.tile(np.logspace(0, 12, count), 4)
    turned = np.pi / 4 + np.repeat([0.2, 1e-3, 0.0, 0.1], count)
    alike = np.repeat([0, 0, 1, 0], count)
    theta_S = np.where(alike, np.pi / 4 + C**-0.5 / 3, turned)
    fixed = {"gamma_S0": 3.14e4, "gamma_M0": 0.6, "n_S": 1.0, "n_M": 6e4, "gamma_sig": 10.0}
    return {
        **{n: np.full_like(C, v) for n, v in fixed.items()}, "C_S": C, "C_M": C, "theta_S": theta_S,
        "theta_M": theta_S + np.repeat([0, 0, 0, 0.3], count), "epsilon": np.repeat([0.1, 0.1, 0.0, 0.02], count),
    }  # fmt: skip


def test_the_hybrid_sensor_at_any_cooperativity(tmp_path: Path) -> None:
    q = load_folder(HUANG).model.declared("V_H").make()
    at = points()
    rows = [{n: float(v[k]) for n, v in at.items()} for k in range(at["C_S"].size)]
    exact = np.array([float(cs.exact_value(q, row, 17)[0]) for row in rows])
    assert exact.max() / exact.min() > 1e9
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = {b: cs.evaluator(q, b)(at) for b in BACKENDS}
    names = list(cs.evaluator(q).parameters)
    source = code(q, "python")
    found["Python"] = np.array([run_python(source, [row[n] for n in names]) for row in rows])
    if shutil.which("gcc") or shutil.which("cc"):
        (run,) = c_functions([code(q, "c")], tmp_path)
        found["C"] = np.array([run([row[n] for n in names]).real for row in rows])
    for name, values in found.items():
        np.testing.assert_allclose(values, exact, rtol=1e-9, err_msg=name)


def test_what_its_integral_rests_on_is_proved() -> None:
    q = load_folder(HUANG).model.declared("V_H").make()
    step = next(s for s in q.steps if "Hurwitz" in s.title)
    assert step.check().ok


def test_digits_that_are_lost_are_told() -> None:
    x = sp.Symbol("x")
    f = cs.evaluator((1 - sp.cos(x)) / x**2)
    with pytest.warns(RuntimeWarning, match="3 of 8 points that were looked at"):
        f(x=[1.0, 1e-7, 0.5, 1e-5, 0.3, 0.2, 1e-6, 0.9])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        f(x=np.linspace(0.1, 1, 1000))
        cs.evaluator((1 - sp.cos(x)) / x**2, unstable="quiet")(x=1e-7)
        cs.evaluator((1 - sp.cos(x)) / x**2, precision="guaranteed")(x=1e-7)

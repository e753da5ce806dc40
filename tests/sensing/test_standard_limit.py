"""The standard quantum limit of one oscillator, and roots as definitions."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from scipy.optimize import minimize

from cascade_sym.definitions import Quantity
from cascade_sym.errors import ParameterError
from cascade_sym.evaluate import evaluator, exact_value
from cascade_sym.parts import Oscillator
from cascade_sym.sensing import force_port, lorentzian, matched_filter_sensitivity
from cascade_sym.sensing.root import newton_root

u, g, n, w = sp.symbols("u gamma_M0 n_M gamma_sig")


def limit() -> Quantity:
    """min over u of (b^2 + b w)/(16 pi g u), with b^2 = u^2 + 4 u t + g^2 and t = g (n + 1/2).

    The derivative vanishes where b (u^2 - g^2) = w (2 u t + g^2).
    """
    t = g * (n + sp.Rational(1, 2))
    b = sp.sqrt(u**2 + 4 * u * t + g**2)
    root, definitions = newton_root(b * (u**2 - g**2) - w * (2 * u * t + g**2), u, 2 * g + 2 * sp.sqrt(w * t))
    return Quantity("V", ((b**2 + b * w) / (16 * sp.pi * g * u)).xreplace({u: root}), definitions)


@pytest.mark.parametrize(("rate", "occupancy", "width"), [(0.6, 1e5, 6e6), (1.0, 0.0, 0.1), (0.3, 10.0, 3.0)])
def test_against_minimisation_over_both_rates(rate, occupancy, width):
    V = matched_filter_sensitivity(force_port(Oscillator("M"), "M", through="M.bath"), "P_L", lorentzian(w)).variance
    f = evaluator(V)
    point = {"gamma_M0": rate, "n_M": occupancy, "gamma_sig": width}
    scale = 1 / f(**point, Gamma_MB=rate, Gamma_MP=rate)

    def objective(x):
        return scale * float(f(**point, Gamma_MB=np.exp(x[0]), Gamma_MP=np.exp(x[1])))

    start = np.log(rate + np.sqrt(width * rate * (occupancy + 0.5))) - np.log(4)
    found = min(
        (minimize(objective, [start + a, start + a - 0.1], method="Nelder-Mead",
                  options={"xatol": 1e-9, "fatol": 1e-13, "maxiter": 4000}) for a in (-1.0, 0.0, 1.0)),
        key=lambda r: r.fun,
    )  # fmt: skip
    assert float(evaluator(limit())(**point)) == pytest.approx(found.fun / scale, rel=1e-9)


def test_values_of_any_precision():
    exact = {g: sp.Rational(3, 5), n: 10**5, w: 6 * 10**6}
    twenty, bound = exact_value(limit(), exact, 40)
    assert bound < 1e-35 * float(twenty)
    more = newton_root(u**2 - 2, u, sp.Integer(2), steps=9)
    text, _ = exact_value(Quantity("r", more[0], more[1]), {}, 60)
    assert text == "1.41421356237309504880168872420969807856967187537694807317668"


def test_names_are_guarded():
    with pytest.raises(ParameterError, match="taken"):
        newton_root(u**2 - sp.Symbol("u_1"), u, sp.Integer(2))
    with pytest.raises(ParameterError, match="at least one"):
        newton_root(u**2 - 2, u, sp.Integer(2), steps=0)

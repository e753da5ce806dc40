"""The paper's scalings in the ledger, held against derivations by hand and against plain minimisation."""

from __future__ import annotations

from functools import cache

import mpmath as mp
import numpy as np
import pytest
from scipy.optimize import minimize

from cascade_sym.paper import load_folder, run_ledger

IDS = ("S21", "S22.C_M", "S22.theta", "S23", "S23.loss", "S24", "S24.C_M", "S24.loss", "T1", "T2", "T3", "T4")
N, S = 3, 7 / 3  # 2 n_S + 1 and 1 + r at n_S = 1, r = 4/3


@cache
def entry(id):
    (found,) = run_ledger(load_folder("derivations/huang2018"), [id])
    return found


@pytest.mark.parametrize("id", IDS)
def test_every_entry_is_as_expected_and_checks_its_steps(id):
    assert entry(id).as_expected
    assert all(c["ok"] for c in entry(id).evidence["derivation_checks"])


def test_unconditional_prefactor_by_hand():
    """sqrt(S/[2 (1 + x)(1 - 5 x)]) with d^2 (1 - 5x)^2 = 8 S^2 x^2 (1 + x), d = 1/N; the printed one is at x = 0."""
    with mp.workdps(40):
        d, s = mp.mpf(1) / 3, mp.mpf(7) / 3
        x = mp.findroot(lambda x: d**2 * (1 - 5 * x) ** 2 - 8 * s**2 * x**2 * (1 + x), mp.mpf(1) / 30)
        exact = mp.sqrt(s / (2 * (1 + x) * (1 - 5 * x)))
        printed = mp.sqrt((s + d) / 2)
        assert abs(mp.mpf(entry("T1").evidence["prefactor_value"]) / exact - 1) < mp.mpf(10) ** -27
    (statement,) = entry("T1").evidence["statements"]
    found = statement["relative_difference"]
    assert float(found["value_at"]) == pytest.approx(float(exact / printed - 1), rel=1e-8)
    # the ratio grows as d/S does, to its value at d = S = 1
    x = mp.findroot(lambda x: (1 - 5 * x) ** 2 - 8 * x**2 * (1 + x), 0.1)
    assert float(found["maximum"]) == pytest.approx(float(mp.sqrt(1 / (2 * (1 + x) * (1 - 5 * x))) - 1), rel=1e-6)


def test_dissipative_prefactor_by_hand():
    """min over k of k + S/(2 k) + 1/(8 N^2 k^3); the printed form is without the last term."""
    k = minimize(lambda k: k[0] + S / (2 * k[0]) + 1 / (8 * N**2 * k[0] ** 3), [1.0], tol=1e-14).fun
    for id in ("S23", "T2"):
        assert float(entry(id).evidence["prefactor_value"]) == pytest.approx(k, rel=1e-12)
        (statement,) = entry(id).evidence["statements"]
        assert float(statement["relative_difference"]["value_at"]) == pytest.approx(k / np.sqrt(2 * S) - 1, rel=1e-8)


def test_improvement_by_up_to_a_factor_of_two():
    gain = entry("T2").evidence["improvement"]
    ratios = [float(v) for v in gain["without_loss"].values()]
    assert ratios == sorted(ratios)
    assert ratios[1] == pytest.approx(
        float(entry("T2").evidence["prefactor_value"]) / float(entry("T1").evidence["prefactor_value"]), rel=1e-9
    )
    assert float(gain["without_loss_limit_n_S"]) == pytest.approx(2, rel=1e-9)
    assert gain["with_loss"].startswith("2 ") or gain["with_loss"].endswith("2 + ... for small epsilon")
    e = 0.1
    t = np.sqrt(1 - e)
    bound = np.sqrt(1 - (4 * t**2 / (1 + t) ** 2) ** 2)
    assert float(gain["with_loss_at_epsilon_1/10"]) == pytest.approx(bound / np.sqrt(e / (4 - 3 * e)), rel=1e-9)


def test_angle_departure_from_the_exact_variance():
    """Without loss: 1 - 2 k^2/C_S with k of the exact dissipative optimum; (S21) has k^2 = S/2."""
    found = entry("S22.theta").evidence["sin_2theta"]["epsilon = 0"]
    k2 = (S / 2 + np.sqrt(S**2 / 4 + 3 / (2 * N**2))) / 2
    assert float(found["coefficient"]) == pytest.approx(-S, rel=1e-10)
    assert float(found["coefficient_from_exact_xi_g"]) == pytest.approx(-2 * k2, rel=1e-10)


def test_the_form_at_equal_angles_is_off_outside_its_conditions():
    """(S21) lacks d^2/(8 k^3), of the order of the optimum itself."""
    k2 = (S / 2 + np.sqrt(S**2 / 4 + 3 / (2 * N**2))) / 2
    k = np.sqrt(k2)
    whole = k + S / (2 * k) + 1 / (8 * N**2 * k**3)
    found = entry("S21").evidence["relative_error_at_exact_optimum"]
    assert float(found[str(10**12)]) == pytest.approx((k + S / (2 * k)) / whole - 1, rel=1e-3)


def test_ideal_cancellation_is_reached_for_hot_spins():
    values = [float(v) for v in entry("T4").evidence["2R_over_gamma_M_at_optimum"].values()]
    assert values == sorted(values, reverse=True)
    assert values[-1] == pytest.approx(-1, abs=1e-4)


def test_scaling_of_a_replaced_parameter_is_refused():
    from cascade_sym.declared.computed import scale_declared
    from cascade_sym.errors import UnknownParameter

    model = load_folder("derivations/huang2018").model
    with pytest.raises(UnknownParameter, match="given by gamma_M0"):
        scale_declared(model, "xi_g", large="C_S", over=["C_M"], given={"gamma_M0": mp.mpf(1)})

"""What the text of Huang et al. (2018) says about its figures, on small grids; values also by (7), (8) typed by hand."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from cascade_sym.paper import load_folder
from tests.sweeps.cascade import FIXED, xi_by_hand

HUANG = Path(__file__).resolve().parents[2] / "derivations" / "huang2018"
COUNT = 19
r = FIXED["gamma_M0"] * (FIXED["n_M"] + 0.5) / (FIXED["gamma_S0"] * (FIXED["n_S"] + 0.5))
eps, n_S = 0.1, FIXED["n_S"]


@cache
def data(name: str) -> xr.Dataset:
    figure = load_folder(HUANG).model.figures[name]
    return figure.compute(COUNT)


def linewidth(gamma: float, theta: xr.DataArray, C: xr.DataArray, bath: float) -> xr.DataArray:
    """gamma_j of (4)."""
    return gamma - C * gamma * (bath + 0.5) * np.cos(2 * theta)


# -- Fig. 2 -----------------------------------------------------------------------------------------------------------


def test_fig2_equal_angles_entangle_in_a_subregion_only() -> None:
    """'entanglement xi_g < 1 is only possible in the subregion': free angles relax what is required."""
    d = data("fig2")
    inside, all_of_it = (d.xi_g_symmetric < 1).values, (d.xi_g < 1).values
    assert inside.any() and not (inside & ~all_of_it).any()
    assert all_of_it.sum() > 1.3 * inside.sum()
    assert (d.xi_g <= d.xi_g_symmetric * (1 + 1e-9)).all()
    least = d.C_S.values[inside.any(axis=1)].min()
    assert least > 2 and all_of_it.any(axis=1)[0]  # equal angles need several times the C_S


def test_fig2_the_curve_follows_the_valley() -> None:
    d = data("fig2")
    best = d.C_M.values[d.xi_g.values.argmin(axis=1)]
    curve = np.exp(np.interp(np.log(d.C_S), np.log(d.C_S_curve), np.log(d.C_M_optimal)))
    step = d.C_M.values[1] / d.C_M.values[0]
    assert (np.abs(np.log(best / curve)) < np.log(step)).all()


def test_fig2_values_by_hand() -> None:
    d = data("fig2")
    for i in range(0, COUNT, 6):
        for k in range(0, COUNT, 6):
            p = d.isel(C_S=i, C_M=k)
            found = xi_by_hand(float(p.C_S), float(p.C_M), float(p.theta_S), float(p.theta_M), 0.0)
            assert found == pytest.approx(float(p.xi_g), rel=1e-9)


# -- Fig. 3 -----------------------------------------------------------------------------------------------------------


def test_fig3_ordering_and_range() -> None:
    d = data("fig3")
    for label in ("lossless", "lossy"):
        assert (d[f"xi_g_{label}"] < d[f"xi_g_symmetric_{label}"]).all()
        assert (np.diff(d[f"xi_g_{label}"]) < 0).all() and (np.diff(d[f"xi_g_symmetric_{label}"]) < 1e-6).all()
    assert (d.xi_g_lossless < d.xi_g_lossy).all()
    entangled = d.xi_g_symmetric_lossy < 0.999  # before, both sit at 1
    assert (d.xi_g_symmetric_lossless < d.xi_g_symmetric_lossy).where(entangled, True).all()
    # the printed axis runs from 0.01 to 1
    assert d.xi_g_lossless.min() > 0.01 and d.xi_g_lossless.max() < 1


def test_fig3_scalings_without_loss() -> None:
    """(T1) and (T2) at C_S = 1000, and 'an improvement by up to a factor of 2'."""
    d = data("fig3").isel(C_S=-1)
    free = np.sqrt((1 + r + 1 / (2 * n_S + 1)) / (2 * d.C_S))
    equal = np.sqrt(2 * (1 + r) / d.C_S)
    assert float(d.xi_g_lossless / free) == pytest.approx(1, abs=0.03)
    assert float(d.xi_g_symmetric_lossless / equal) == pytest.approx(1, abs=0.03)
    whole = data("fig3")
    gain = (whole.xi_g_symmetric_lossless / whole.xi_g_lossless).values
    assert gain.max() < 2 and gain[-1] > 1.8


def test_fig3_bounds_with_loss() -> None:
    """(T3), and the bound sqrt(epsilon)(1 + epsilon/16) for R = 0; both are nearly reached."""
    d = data("fig3")
    free, equal = np.sqrt(eps / (4 - 3 * eps)), np.sqrt(eps) * (1 + eps / 16)
    assert (d.xi_g_lossy > free).all() and float(d.xi_g_lossy[-1]) < 1.05 * free
    assert (d.xi_g_symmetric_lossy > equal).all() and float(d.xi_g_symmetric_lossy[-1]) < 1.05 * equal


def test_fig3_unidirectional_coupling() -> None:
    """R < 0 at the optimum, and -2 R/gamma_M tends to 1 (T4), also with loss."""
    d = data("fig3")
    for label in ("lossless", "lossy"):
        ratio = d[f"coupling_{label}"]
        assert (ratio > 0.1).all() and float(ratio[-1]) == pytest.approx(1, abs=0.05)


def test_fig3_conditioning_adds_a_few_per_cent_at_most() -> None:
    """(T5): with the same parameters, and separately optimised; the margin closes as C_S grows; scale 1e-4 to 1e-2."""
    d = data("fig3")
    assert (d.xi_g_conditional_same < d.xi_g_lossy).all()  # conditioning can only add knowledge
    for which in ("same", "qnd"):
        gain = d[f"improvement_{which}"]
        assert gain.min() > 1e-4 and gain.max() < 0.03
        late = gain.where(d.C_S > 50, drop=True)
        assert (np.diff(late) < 0).all() and float(late[-1]) < 2e-3


def test_fig3_linewidths_reverse_their_hierarchy() -> None:
    """'gamma_M >> gamma_S in the regime of substantial entanglement', 'gamma_S ~ gamma_S0 for theta_S ~ pi/4'."""
    best = data("figS5")
    gamma_S = linewidth(FIXED["gamma_S0"], best.theta_S, best.C_S, FIXED["n_S"])
    gamma_M = linewidth(FIXED["gamma_M0"], best.theta_M, best.C_M, FIXED["n_M"])
    strong = best.xi_g < 0.3
    assert strong.any() and (gamma_M > 8 * gamma_S).where(strong, True).all()
    assert ((gamma_S / FIXED["gamma_S0"] > 0.5) & (gamma_S / FIXED["gamma_S0"] < 30)).all()


# -- Figs. S3, S4, S5 -------------------------------------------------------------------------------------------------


def test_figS3_angles() -> None:
    """theta_S ~ pi/4 where entanglement is substantial, below it for small C_S; theta_M > theta of equal coupling."""
    d = data("figS3")
    assert (abs(d.theta_S - np.pi / 4) < 0.02).all()
    assert (d.theta_S < np.pi / 4).where(d.C_S < 4, True).all()
    both = (d.xi_g_symmetric < 0.999) & (d.xi_g < 1)
    assert both.sum() > 5 and (d.theta_M > d.theta_symmetric).where(both, True).all()
    assert (d.theta_symmetric > np.pi / 4).where(both, True).all() and (d.theta_M > np.pi / 4).all()
    assert (d.theta_M <= np.pi / 2).all()


def test_figS3_asymmetric_coupling_needs_more_C_M() -> None:
    d = data("figS3")
    both = (d.xi_g_symmetric < 0.999) & (d.xi_g < 1)
    assert (d.C_M > d.C_M_symmetric).where(both, True).all()
    asymptote = np.sqrt(1 - eps) * d.C_S / r  # (S22)
    assert float((d.C_M_symmetric / asymptote)[-1]) == pytest.approx(1, abs=0.02)


def test_figS3_symmetric_angle_with_loss() -> None:
    """(S22) for the angle at C_S = 1000."""
    d = data("figS3").isel(C_S=-1)
    t = np.sqrt(1 - eps)
    printed = 4 * (1 - eps) / (t + 1) ** 2 * (1 - 2 * (t + r) / (t + 1) / float(d.C_S))
    assert float(np.sin(2 * d.theta_symmetric)) == pytest.approx(printed, rel=0.02)


def test_figS4_the_unconditional_scheme_needs_more_C_M() -> None:
    """'larger than that of the conditional QND case'; the difference tends to zero relative to it."""
    d = data("figS4")
    excess = d.C_M / d.C_M_conditional - 1
    assert (excess > 0).all()
    assert (np.diff(excess.where(d.C_S > 3, drop=True)) < 0).all() and float(excess[-1]) < 0.15


def test_figS5_entanglement_and_sensitivity_go_hand_in_hand() -> None:
    """Both improve with C_S, and force sensing is below the standard quantum limit where entanglement is substantial."""
    d = data("figS5")
    assert (np.diff(d.xi_g) < 0).all() and (np.diff(d.V_H_over_V_M.where(d.C_S > 2, drop=True)) < 0).all()
    assert (d.V_H_over_V_M < 1).where(d.xi_g < 0.5, True).all()
    ratio = (d.V_H_over_V_M / d.xi_g).where(d.C_S > 10, drop=True)
    assert (abs(ratio - 1.9) < 0.05).all()  # for broadband forces


def test_figS5_by_quadrature() -> None:
    """V_H and V_M of (S27) with the printed spectra (S31)-(S33), integrated numerically."""
    from tests.sensing.test_hybrid_sensor import printed

    d = data("figS5").isel(C_S=-4)
    gamma_sig = d.V_H_over_V_M.attrs["gamma_sig"]

    def rates(C_M, theta_M):
        tS, tM = FIXED["gamma_S0"] * (n_S + 0.5), FIXED["gamma_M0"] * (FIXED["n_M"] + 0.5)
        C_S, theta_S = float(d.C_S), float(d.theta_S)
        p = {"Gamma_SB": C_S * tS * np.sin(theta_S) ** 2, "Gamma_SP": C_S * tS * np.cos(theta_S) ** 2,
             "Gamma_MB": C_M * tM * np.sin(theta_M) ** 2, "Gamma_MP": C_M * tM * np.cos(theta_M) ** 2, **FIXED}  # fmt: skip
        return {k: np.array(v) for k, v in p.items()}

    # frequencies on all scales, around the resonance
    x = np.concatenate([-np.geomspace(1e13, 1e-3, 40001), np.geomspace(1e-3, 1e13, 40001)])

    def variance(C_M, theta_M, hybrid):
        p = rates(C_M, theta_M)
        N = printed(p, x)[1 if hybrid else 0]
        gM = p["gamma_M0"] + p["Gamma_MB"] - p["Gamma_MP"]
        S = (np.sqrt(p["Gamma_MB"]) + np.sqrt(p["Gamma_MP"])) ** 2 * p["gamma_M0"] / 2 / (gM**2 / 4 + x**2)
        S = S * gamma_sig / (gamma_sig**2 / 4 + x**2)
        return 1 / np.trapezoid(S / N, x)

    from scipy.optimize import minimize_scalar

    V_H = variance(float(d.C_M), float(d.theta_M), True)
    V_M = minimize_scalar(lambda u: np.log(variance(np.exp(u), np.pi / 4, False)), bounds=(-3, 12), method="bounded")
    assert V_H / np.exp(V_M.fun) == pytest.approx(float(d.V_H_over_V_M), rel=1e-4)

"""The spin-optomechanical sensor of Huang et al. (2018), Supplement IV, against plain NumPy.

The printed spectra (S31)-(S33) are compared with a frequency response that is written down here by hand from (S28),
(S29), and the toolkit's spectra with both.
"""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

from cascade_sym.evaluate import evaluator
from cascade_sym.exact import equal, is_zero
from cascade_sym.parts import Loss, Oscillator
from cascade_sym.spectra import noise_spectrum, over_susceptibilities, transfer

S, M = Oscillator("S", mass=-1), Oscillator("M")
NAMES = ("Gamma_SB", "Gamma_SP", "Gamma_MB", "Gamma_MP", "gamma_S0", "gamma_M0", "n_S", "n_M")


def points(count: int = 40, seed: int = 7) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    table = {k: rng.uniform(0.1, 2, count) for k in NAMES}
    for j in "SM":  # damped
        table[f"Gamma_{j}B"] = table[f"Gamma_{j}P"] + rng.uniform(-0.05, 1, count)
    return table


def by_hand(p: dict[str, np.ndarray], delta: np.ndarray, eps: float = 0.0, spin: bool = True) -> np.ndarray:
    """N at Omega_M + delta: amplitudes of (b_+, b_-^+, a_S,in^+, a_M,in, vacua) in P_L,out, along the cascade."""
    sb, sp_, mb, mp = (np.sqrt(p[k]) for k in NAMES[:4])
    gS = p["gamma_S0"] + sb**2 - sp_**2
    gM = p["gamma_M0"] + mb**2 - mp**2
    chi_S, chi_M = 1 / (gS / 2 - 1j * delta), 1 / (gM / 2 - 1j * delta)
    if not spin:
        sb, sp_ = 0 * sb, 0 * sp_
    zero = 0 * delta + 0j
    unit = np.eye(6)
    vec = [np.array([zero + u for u in row]) for row in unit]  # b_+, b_-^+, a_S^+, a_M, v_+, v_-^+
    a_S = chi_S * (np.sqrt(p["gamma_S0"]) * vec[2] - 1j * (sb * vec[1] + sp_ * vec[0]))
    t, r = np.sqrt(1 - eps), np.sqrt(eps)
    plus = t * (vec[0] + 1j * sp_ * a_S) + r * vec[4]
    minus = t * (vec[1] - 1j * sb * a_S) + r * vec[5]
    a_M = chi_M * (np.sqrt(p["gamma_M0"]) * vec[3] + 1j * (mb * plus + mp * minus))
    P = (plus + 1j * mb * a_M - minus + 1j * mp * a_M) / (np.sqrt(2) * 1j)
    weights = [0.5, 0.5, p["n_S"] + 0.5, p["n_M"] + 0.5, 0.5, 0.5]
    return sum(w * abs(c) ** 2 for w, c in zip(weights, P, strict=True))


def printed(p: dict[str, np.ndarray], delta: np.ndarray, *, h3_sign: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """(S31) and (S32), (S33) as printed, around +Omega_M: |chi_M(Omega)|, |chi_S(-Omega)|, Omega - Omega_M."""
    SB, SP, MB, MP, S0, M0 = (p[k] for k in NAMES[:6])
    tS, tM = S0 * (p["n_S"] + 0.5), M0 * (p["n_M"] + 0.5)
    gS, gM = S0 + SB - SP, M0 + MB - MP
    sS, sM = np.sqrt(SB) + np.sqrt(SP), np.sqrt(MB) + np.sqrt(MP)
    R = np.sqrt(SB * MP) - np.sqrt(SP * MB)
    Q = np.sqrt(SB * MP) + np.sqrt(SP * MB)
    h1 = sS**2 / 2 * ((SB + SP) / 2 + tS) - gS * (gS - S0) / 4
    h2 = sM**2 / 2 * ((MB + MP) / 2 + tM) - gM * (gM - M0) / 4
    spin = (SB + SP) / 2 + tS
    h3 = gM * sS * sM / 2 * (R * spin - gS * Q / 4) + R * sM**2 / 2 * (R * spin - gS * Q / 2)
    h3 -= h3_sign * R * gS * gM * (np.sqrt(SB) - np.sqrt(SP)) * sM / 8
    h4 = -sS * sM * Q / 2 + R * (np.sqrt(SB) - np.sqrt(SP)) * sM / 2
    cS, cM = 1 / (gS**2 / 4 + delta**2), 1 / (gM**2 / 4 + delta**2)
    return 0.5 + cM * h2, 0.5 + h1 * cS + h2 * cM + (h3 + h4 * delta**2) * cM * cS


DELTA = np.array([-2.0, -0.3, 0.0, 0.9, 4.0])[:, None]


def test_printed_spectra_hold():
    p = points()
    N_M, N_H = printed(p, DELTA)
    np.testing.assert_allclose(N_M, by_hand(p, DELTA, spin=False), rtol=1e-12)
    np.testing.assert_allclose(N_H, by_hand(p, DELTA), rtol=1e-11)
    assert not np.allclose(printed(p, DELTA, h3_sign=-1)[1], N_H)  # the comparison would notice a sign


@pytest.mark.parametrize("eps", [0.0, 0.3])
def test_toolkit_against_numpy(eps):
    p = points()
    chain = S >> M if eps == 0 else S >> Loss() >> M
    extra = {} if eps == 0 else {"epsilon": eps}
    for form in (lambda N: N, lambda N: over_susceptibilities(N).spectrum):
        f = evaluator(form(noise_spectrum(chain, "P_L")))
        np.testing.assert_allclose(f(**p, **extra, Omega=DELTA), by_hand(p, DELTA, eps), rtol=1e-11)


def amplitude(j: str, k: str) -> sp.Expr:
    return sp.sqrt(sp.Symbol(f"Gamma_{j}{k}"))


def test_simpler_coefficients():
    """What the printed coefficients reduce to: h_4 and h_1, h_2 are much shorter than printed."""
    found = over_susceptibilities(noise_spectrum(S >> M, "P_L"))
    s_M = amplitude("M", "B") + amplitude("M", "P")
    assert equal(found[("S", "M"), 2], -amplitude("S", "B") * amplitude("S", "P") * s_M**2)
    for j in "SM":
        B, P, g, n = (sp.Symbol(x) for x in (f"Gamma_{j}B", f"Gamma_{j}P", f"gamma_{j}0", f"n_{j}"))
        s = sp.sqrt(B) + sp.sqrt(P)
        short = s**2 / 2 * (g * (n + sp.Rational(1, 2)) + sp.sqrt(B * P)) - g * (B - P) / 4
        assert equal(found[j], short)


def test_sum_of_squares():
    """N_H as back-action, imprecision and thermal noise, each a square: where each of them vanishes is then plain."""
    Omega = sp.Symbol("Omega")
    g = {j: sp.Symbol(f"gamma_{j}0") for j in "SM"}
    n = {j: sp.Symbol(f"n_{j}") + sp.Rational(1, 2) for j in "SM"}
    s = {j: amplitude(j, "B") + amplitude(j, "P") for j in "SM"}
    d = {j: amplitude(j, "B") - amplitude(j, "P") for j in "SM"}
    R = amplitude("S", "B") * amplitude("M", "P") - amplitude("S", "P") * amplitude("M", "B")
    own = {j: g[j] / 2 - sp.I * Omega for j in "SM"}
    full = {j: (g[j] + s[j] * d[j]) / 2 - sp.I * Omega for j in "SM"}

    def square(z: sp.Expr) -> sp.Expr:
        return z * z.xreplace({sp.I: -sp.I})

    back_action = square(s["S"] ** 2 * own["M"] - s["M"] ** 2 * own["S"]) / 8
    imprecision = square(own["S"] * own["M"] - s["M"] ** 2 * d["S"] ** 2 / 4) / 2
    thermal_S = g["S"] * n["S"] * square(s["S"] * full["M"] + s["M"] * R) / 2
    thermal_M = g["M"] * n["M"] * s["M"] ** 2 * square(full["S"]) / 2
    total = (back_action + imprecision + thermal_S + thermal_M) / square(full["S"] * full["M"])
    assert equal(noise_spectrum(S >> M, "P_L").inline(), total)


def test_back_action_cancels_at_all_frequencies_for_equal_s_and_gamma_0():
    g, a, b = sp.symbols("gamma_0 a b")  # sqrt rates (a, b) and (b, a): the same sum
    pair = Oscillator("S", mass=-1, Gamma_B=a**2, Gamma_P=b**2, gamma=g) >> Oscillator(
        "M", Gamma_B=b**2, Gamma_P=a**2, gamma=g
    )
    assert is_zero(transfer(pair, "X_in", "P_L").inline())


def test_norm_of_the_lorentzian_force():
    """int |f|^2 over all Omega is 2 pi for the printed f; with f(-Omega) = conj f(Omega) it tends to 4 pi."""
    width, center = 0.01, 1.0
    x = np.linspace(-4000, 4000, 2**22)
    one = np.trapezoid(width / (width**2 / 4 + (x - center) ** 2), x)
    assert one == pytest.approx(2 * np.pi, rel=1e-4)
    both = 2 * np.pi + 4 * np.arctan(2 * center / width)
    assert both == pytest.approx(4 * np.pi * (1 - width / (2 * np.pi * center)), rel=1e-5)

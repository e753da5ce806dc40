"""Force sensitivity: closed forms against quadrature and against textbook results; the optimal filter is
optimal."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from scipy.integrate import quad

from cascade_sym.errors import DerivationError, MissingParameter, ParameterError, UnknownName, UnstableError
from cascade_sym.evaluate import evaluator
from cascade_sym.exact import equal
from cascade_sym.parts import Cavity, Loss, Oscillator, Squeezer
from cascade_sym.sensing import (
    added_noise,
    force_port,
    lorentzian,
    matched_filter_sensitivity,
    matched_filter_steps,
    signal_transfer,
)
from cascade_sym.spectra import noise_spectrum, transfer
from cascade_sym.steps import check_all

Omega, w = sp.Symbol("Omega"), sp.Symbol("gamma_sig")
S, M = Oscillator("S", mass=-1), Oscillator("M")
GROWING = Oscillator("M", Gamma_B=0, Gamma_P=2, gamma=1, n=0)


def point(symbols, seed=0):
    """Random numbers in the stable region: beam-splitter rates above parametric ones."""
    rng = np.random.default_rng(seed)
    out = {}
    for s in symbols:
        low, high = {"B": (1.0, 2.0), "P": (0.2, 0.9)}.get(str(s)[-1], (0.1, 0.9))
        out[str(s)] = float(rng.uniform(low, high))
    return out


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("cascade", [M, S >> M, S >> Loss() >> M], ids=["alone", "hybrid", "lossy"])
def test_closed_form_against_scipy(cascade, seed):
    V = matched_filter_sensitivity(force_port(cascade, "M", through="M.bath"), "P_L", lorentzian(w))
    assert V.variance is not None
    v = point(V.variance.parameters, seed)
    N, T = evaluator(V.noise), evaluator(signal_transfer(force_port(cascade, "M", through="M.bath"), "P_L"))
    g = v["gamma_sig"]
    rest = {k: x for k, x in v.items() if k != "gamma_sig"}

    def density(t):
        om = np.tan(t)
        at = {**rest, "Omega": om}
        noise = N({k: at[k] for k in N.parameters})
        signal = T({k: at[k] for k in T.parameters})
        return abs(signal) ** 2 * g / (g**2 / 4 + om**2) / noise / np.cos(t) ** 2

    total, _ = quad(density, -np.pi / 2, np.pi / 2, limit=400, epsabs=0, epsrel=1e-12)
    value, bound = V.value(v)
    assert value == pytest.approx(1 / (2 * total), rel=1e-9)
    assert bound < 1e-12 * value
    assert float(evaluator(V.variance)(v)) == pytest.approx(value, rel=1e-11)


def test_steps_are_checked():
    V = matched_filter_sensitivity(force_port(S >> M, "M", through="M.bath"), "P_L", lorentzian(w))
    checks = V.derivation.check()
    assert len(checks) >= 6
    assert all(c.ok for c in checks)


def test_the_proof_of_the_optimum_can_fail(monkeypatch):
    import cascade_sym.sensing.optimal as optimal

    good = optimal._equality()
    assert all(equal(a, b) for a, b in good.values())
    # a filter G = S, without the weight 1/N, leaves an excess
    from cascade_sym.symbols import complex_symbol, symbol

    s1, s2, n1, n2 = complex_symbol("S"), complex_symbol("S'"), symbol("N"), symbol("N'")
    assert not equal(s1 * n1 * s2 - s2 * n2 * s1, 0)
    assert len(check_all(matched_filter_steps())) == 4


def test_no_other_filter_does_better():
    """V of (S26) for random filters on a grid is never below that of G = S/N."""
    rng = np.random.default_rng(1)
    n, signal = rng.uniform(0.5, 3, 60), rng.normal(size=60) + 1j * rng.normal(size=60)

    def variance(G):
        return np.sum(abs(G) ** 2 * n) / abs(np.sum(np.conj(G) * signal)) ** 2

    best = variance(signal / n)
    assert best == pytest.approx(1 / np.sum(abs(signal) ** 2 / n), rel=1e-12)
    for _ in range(200):
        assert variance(signal / n * (1 + 0.1 * rng.normal(size=60)) + 0.05 * rng.normal(size=60)) >= best


def test_single_oscillator_depends_on_one_rate_only():
    """b (a + b)/(2 pi u gamma_0) with u = (sqrt Gamma_B + sqrt Gamma_P)^2, a = w/2, 4b^2 = u^2 + 4 u
    gamma_0(n + 1/2) + gamma_0^2, for one branch; derived by hand, and independent of the two rates
    otherwise."""
    V = matched_filter_sensitivity(force_port(M, "M", through="M.bath"), "P_L", lorentzian(w)).variance
    B, P, g, n = sp.symbols("Gamma_MB Gamma_MP gamma_M0 n_M")
    u = (sp.sqrt(B) + sp.sqrt(P)) ** 2
    b2 = (u**2 + 4 * u * g * (n + sp.Rational(1, 2)) + g**2) / 4
    x = sp.Symbol("b")
    by_hand = (b2 + x * w / 2) / (4 * sp.pi * u * g)  # two branches
    assert equal(V.inline(), by_hand.xreplace({x: sp.sqrt(b2)}))


def test_branches():
    """The cosine part alone sees the signal's cosine part; both branches of the two-mode quadrature count."""
    port = force_port(M, "M", through="M.bath")
    assert matched_filter_sensitivity(port, "P_L", lorentzian(w)).branches == 2
    assert matched_filter_sensitivity(port, "P_cos", lorentzian(w)).branches == 1


def test_any_waveform_by_quadrature():
    port = force_port(S >> M, "M", through="M.bath")
    closed = matched_filter_sensitivity(port, "P_L", lorentzian(w))
    v = point(closed.variance.parameters)
    g = v.pop("gamma_sig")
    same = matched_filter_sensitivity(port, "P_L", lambda x: np.sqrt(g) / (g / 2 - 1j * x))
    assert same.variance is None
    value, error = same.value(v)
    assert value == pytest.approx(closed.value({**v, "gamma_sig": g})[0], rel=1e-10)
    assert error < 1e-9 * value
    gaussian = matched_filter_sensitivity(port, "P_L", lambda x: np.exp(-(x**2)))
    assert gaussian.value(v)[0] > 0


def test_waveform_outside_rational_functions_is_integrated_numerically():
    port = force_port(M, "M", through="M.bath")
    V = matched_filter_sensitivity(port, "P_L", sp.exp(-(Omega**2)))
    assert V.variance is None
    v = point(V.noise.parameters)
    v.pop("Omega")
    by_function = matched_filter_sensitivity(port, "P_L", lambda x: np.exp(-(x**2)))
    assert V.value(v)[0] == pytest.approx(by_function.value(v)[0], rel=1e-10)


def test_three_oscillators_need_quadrature():
    s = S >> M >> Oscillator("K", mass=-1)
    V = matched_filter_sensitivity(force_port(s, "M", through="M.bath"), "P_L", lorentzian(1))
    assert V.variance is None
    v = point(V.noise.parameters, 4)
    v.pop("Omega")
    value, error = V.value(v)
    assert error < 1e-9 * value
    # a spectator that the light does not touch changes nothing
    off = {**v, "Gamma_KB": 0.0, "Gamma_KP": 0.0}
    pair = matched_filter_sensitivity(force_port(S >> M, "M", through="M.bath"), "P_L", lorentzian(1))
    assert V.value(off)[0] == pytest.approx(
        pair.value({str(p): v[str(p)] for p in pair.variance.parameters})[0], rel=1e-9
    )


def test_numbers_give_closed_forms_of_any_system():
    """An optomechanical cavity with exact numbers: a feedback loop, closed by its characteristic
    polynomial."""
    s = Squeezer("q", chi=sp.Rational(1, 4), kappa=1)
    V = matched_filter_sensitivity(force_port(s, "q"), "P", 1 / (1 - sp.I * Omega))
    assert V.variance is not None
    N = evaluator(V.noise)
    T = evaluator(signal_transfer(force_port(s, "q"), "P"))
    total, _ = quad(lambda t: abs(complex(T(Omega=np.tan(t)))) ** 2 / N(Omega=np.tan(t)), -np.pi / 2, np.pi / 2)
    assert V.value({})[0] == pytest.approx(1 / total, rel=1e-9)


def test_force_through_the_bath_is_the_bath_transfer():
    port = force_port(S >> M, "M", through="M.bath")
    assert equal(signal_transfer(port, "P_L").inline(), transfer(S >> M, "M.bath", "P_L").inline())


def test_real_force_in_one_band():
    """H = -F X on a damped cavity mode: P responds as 1/(kappa/2 - i Omega)."""
    port = force_port(Cavity("c"), "c")
    kappa = sp.Symbol("kappa_c")
    assert equal(signal_transfer(port, "P").inline(), sp.sqrt(kappa) / (kappa / 2 - sp.I * Omega))
    assert signal_transfer(port, "X", frequency=0).inline() == 0


def test_added_noise_is_noise_over_signal():
    port = force_port(S >> M, "M", through="M.bath")
    v = point(noise_spectrum(S >> M, "P_L").parameters)
    F, N = evaluator(added_noise(port, "P_L")), evaluator(noise_spectrum(S >> M, "P_L"))
    T = evaluator(signal_transfer(port, "P_L"))
    t = complex(T({k: v[k] for k in T.parameters}))
    assert np.real(F(v)) == pytest.approx(N(v) / abs(t) ** 2, rel=1e-12)


def test_lab_frame_gives_the_same_sensitivity():
    c = sp.Symbol("Omega_M")
    port = force_port(M, "M", through="M.bath")
    rotating = matched_filter_sensitivity(port, "P_L", lorentzian(w))
    lab = matched_filter_sensitivity(port, "P_L", lorentzian(w, center=c), frame="lab", carrier=c)
    v = point(rotating.variance.parameters)
    assert lab.value({**v, "Omega_M": 50.0})[0] == pytest.approx(rotating.value(v)[0], rel=1e-11)


def test_lorentzian_norm():
    f = lorentzian(3)
    total, _ = quad(lambda x: abs(complex(f.xreplace({Omega: sp.Float(x)}))) ** 2, -np.inf, np.inf)
    assert total == pytest.approx(2 * np.pi, rel=1e-9)


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (lambda: force_port(M, "S"), UnknownName, "no mode 'S'"),
        (lambda: force_port(M, "M", through="S.bath"), UnknownName, "no input field"),
        (lambda: force_port(S >> M, "M", through="S.bath"), ParameterError, "does not drive"),
        (lambda: force_port(M, "M", through="M.bath", coupling=1), ParameterError, "not both"),
        (lambda: matched_filter_sensitivity(force_port(M, "M"), "P_L", 1, frequency=0), ParameterError, "symbol"),
        (lambda: matched_filter_sensitivity(force_port(S >> M, "M"), "X_S", 1), DerivationError, "does not reach"),
        (lambda: matched_filter_sensitivity(force_port(M, "M"), "P_L", 1, carrier=1), ParameterError, "rotating"),
        (lambda: lorentzian(-1), ParameterError, "negative"),
        (lambda: signal_transfer(force_port(GROWING, "M"), "P_L"), UnstableError, "M grows"),
        (lambda: added_noise(force_port(GROWING, "M"), "P_L"), UnstableError, "M grows"),
        (lambda: matched_filter_sensitivity(force_port(GROWING, "M"), "P_L", 1), UnstableError, "M grows"),
        (lambda: signal_transfer(force_port(M, "M"), "P_L", frame="lab"), ParameterError, "carrier"),
        (lambda: signal_transfer(force_port(M, "M"), "P_L", carrier=1), ParameterError, "rotating"),
    ],
)
def test_errors(make, error, text):
    with pytest.raises(error, match=text):
        make()


def test_missing_numbers():
    V = matched_filter_sensitivity(force_port(M, "M", through="M.bath"), "P_L", lorentzian(w))
    with pytest.raises(MissingParameter, match="gamma_sig"):
        V.value({"Gamma_MB": 1})

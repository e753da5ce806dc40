"""Published facts of the field: what every spectrum must do, and textbook closed forms."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

from cascade_sym.compose import as_system
from cascade_sym.evaluate import evaluator
from cascade_sym.exact import equal, is_zero
from cascade_sym.operators import operator
from cascade_sym.parts import BeamSplitter, Cavity, Loss, Oscillator, PhaseShift, Squeezer
from cascade_sym.spectra import Quadrature, cross_spectrum, noise_budget, noise_spectrum, partial_fractions, transfer
from cascade_sym.system import LinearSystem, Port
from cascade_sym.system.triple import Channel, slh_system

Omega = sp.Symbol("Omega")
HALF = sp.Rational(1, 2)


def test_vacuum_stays_white_through_passive_optics():
    """No gain, no squeezing: at every angle vacuum leaves as vacuum, however the cavities filter it."""
    phi = sp.Symbol("phi")
    s = Cavity("c", detuning=sp.Symbol("Delta"), loss=sp.Symbol("k")) >> PhaseShift() >> Loss() >> Cavity("d", kappa=1)
    for angle in (0, sp.pi / 2, phi):
        assert equal(noise_spectrum(s, Quadrature(angle)).inline(), HALF)
    assert is_zero(cross_spectrum(s, "X", "P").inline())


def test_passive_sideband_part_keeps_vacuum_white():
    s = Oscillator("M", Gamma_P=0, n=0, detuning=sp.Symbol("Delta"))
    for q in ("X_L", "P_L", "X_cos", "X_sin", "P_cos", "P_sin"):
        assert equal(noise_spectrum(s, q).inline(), HALF)


def test_degenerate_parametric_oscillator():
    """Collett and Gardiner, PRA 30, 1386 (1984): S = 1/2 -+ (kappa |chi|)/((kappa/2 +- chi)^2 + Omega^2), one
    port."""
    chi, kappa, eta = sp.symbols("chi kappa eta")
    part = Squeezer("q", chi=chi, kappa=kappa)
    squeezed = noise_spectrum(part, Quadrature(sp.pi / 2, efficiency=eta))
    other = noise_spectrum(part, Quadrature(0, efficiency=eta))
    assert equal(squeezed.inline(), HALF - eta * kappa * chi / ((kappa / 2 + chi) ** 2 + Omega**2))
    assert equal(other.inline(), HALF + eta * kappa * chi / ((kappa / 2 - chi) ** 2 + Omega**2))
    full = {eta: 1}
    assert equal((squeezed.inline() * other.inline()).xreplace(full), sp.Rational(1, 4))


def test_two_mode_squeezing_is_seen_in_two_mode_quadratures():
    """H = i(chi a_+^+ a_-^+ - h.c.) amplifies a_+ + a_-^+ and damps a_+ - a_-^+: X_L grows, P_L is
    squeezed."""
    chi, kappa = sp.symbols("chi kappa")
    s = Squeezer("q", chi=chi, kappa=kappa, two_mode=True)
    x, p = noise_spectrum(s, "X_L").inline(), noise_spectrum(s, "P_L").inline()
    assert equal(x, HALF * ((kappa / 2 + chi) ** 2 + Omega**2) / ((kappa / 2 - chi) ** 2 + Omega**2))
    assert equal(x * p, sp.Rational(1, 4))
    assert equal(noise_spectrum(s, "X_cos").inline(), x)


def mechanics(sign: int, name: str = "m", Gamma: object = None, rate: object = None, n: object = None) -> LinearSystem:
    """An oscillator in the lab frame, H = sign*Omega_m a^+ a, whose X the light's X drives: L = -i
    sqrt(Gamma) X."""
    a = operator(name)
    Gamma = sp.Symbol("Gamma") if Gamma is None else Gamma
    rate = sp.Symbol("gamma") if rate is None else rate
    n = sp.Symbol("n") if n is None else n
    X = (a + a.dagger()) * (1 / sp.sqrt(2))
    channels = [
        Channel(f"{name}.in", f"{name}.out", X * (-sp.I * sp.sqrt(Gamma))),
        Channel(f"{name}.bath", f"{name}.bath_out", a * (-sp.sqrt(rate)), sp.S.One, n + HALF),
    ]
    return slh_system(
        [name], a.dagger() * a * sp.Symbol("Omega_m") * sign, channels,
        in_ports=[Port("light", {"": f"{name}.in"})], out_ports=[Port("light", {"": f"{name}.out"})],
    )  # fmt: skip


def test_ponderomotive_squeezing():
    """Back-action correlates phase and amplitude: S_phi = 1/2 + Re-correlation sin 2phi + back-action sin^2
    phi.

    With the drive X_in -> P_m and read-out P_out = P_in -+ sqrt(2 Gamma) X_m (lossless, zero bath), the light
    leaves with S_X = 1/2, S_XP = Re K/2, S_P = 1/2 + |K|^2/2 + thermal, K = 2 Gamma Omega_m/((gamma/2 - i
    Omega)^2 + Omega_m^2) up to sign, and some angle is squeezed below vacuum.
    """
    phi = sp.Symbol("phi")
    G, g, Om = sp.symbols("Gamma gamma Omega_m")
    s = mechanics(+1)
    K = transfer(s, "X_in", "P")
    # susceptibility of X_m to a force on P_m, damped in both quadratures
    chi = Om / ((g / 2 - sp.I * Omega) ** 2 + Om**2)
    assert equal(sp.expand(K.inline() ** 2), sp.expand((2 * G * chi) ** 2))
    assert equal(noise_spectrum(s, "X").inline(), HALF)
    assert equal(transfer(s, "P_in", "P").inline(), sp.S.One)
    at_phi = noise_spectrum(s, Quadrature(phi)).inline()
    x, p = noise_spectrum(s, "X").inline(), noise_spectrum(s, "P").inline()
    c = cross_spectrum(s, "X", "P").inline()
    real = (c + c.xreplace({sp.I: -sp.I})) / 2
    assert equal(at_phi, x * sp.cos(phi) ** 2 + p * sp.sin(phi) ** 2 + 2 * real * sp.sin(phi) * sp.cos(phi))
    f = evaluator(noise_spectrum(s, Quadrature(phi)))
    assert f(Gamma=1, gamma=0.01, n=0, Omega_m=1, Omega=0.3, phi=np.linspace(0, np.pi, 200)).min() < 0.2


def test_tsang_caves_cancellation_in_the_lab_frame():
    """A matched oscillator of negative mass before the positive one: no back-action at all, twice the thermal
    noise.

    Tsang and Caves, PRL 105, 123601 (2010): equal couplings and dampings, opposite effective frequency.
    """
    s = as_system(mechanics(-1, "S") >> mechanics(+1, "M"))
    assert is_zero(transfer(s, "X_in", "P").inline())
    assert equal(transfer(s, "P_in", "P").inline(), sp.S.One)
    alone = noise_budget(mechanics(+1, "M"), "P")
    both = noise_budget(s, "P")
    assert is_zero(both["X_in"].inline()) if "X_in" in both else True
    assert equal(both["S.bath"].inline(), alone["M.bath"].inline())
    assert equal(both["M.bath"].inline(), alone["M.bath"].inline())
    assert equal(noise_spectrum(s, "P").inline(), HALF + 2 * alone["M.bath"].inline())
    assert not is_zero(alone["X_in"].inline())


def test_back_action_cancellation_with_sidebands():
    """Two oscillators in their rotating frames at any angles: back-action on P_L vanishes at all frequencies
    exactly when (sqrt Gamma_B + sqrt Gamma_P) and gamma_0 agree; for theta = pi/4 the thermal residue is that
    of both baths."""
    B, P, g, n, m = sp.symbols("B P gamma_0 n_S n_M")
    matched = Oscillator("S", mass=-1, Gamma_B=B, Gamma_P=P, gamma=g) >> Oscillator("M", Gamma_B=B, Gamma_P=P, gamma=g)
    assert is_zero(transfer(matched, "X_in", "P_L").inline())
    # only the sum of the two amplitudes counts: (3, 1) and (1, 3) have the same sum
    swapped = Oscillator("S", mass=-1, Gamma_B=9, Gamma_P=1, gamma=8) >> Oscillator("M", Gamma_B=4, Gamma_P=4, gamma=8)
    assert is_zero(transfer(swapped, "X_in", "P_L").inline())
    off = Oscillator("S", mass=-1, Gamma_B=9, Gamma_P=1, gamma=8) >> Oscillator("M", Gamma_B=4, Gamma_P=4, gamma=7)
    assert not is_zero(transfer(off, "X_in", "P_L").inline())
    same_mass = Oscillator("S", Gamma_B=B, Gamma_P=P, gamma=g) >> Oscillator("M", Gamma_B=B, Gamma_P=P, gamma=g)
    assert not is_zero(transfer(same_mass, "X_in", "P_L").inline())
    G = sp.Symbol("Gamma")
    qnd = {"Gamma": G, "theta": sp.pi / 4, "gamma": g}
    s = Oscillator("S", mass=-1, **qnd) >> Oscillator("M", **qnd)
    thermal = G * g * (n + m + 1) / (g**2 / 4 + Omega**2)
    assert equal(noise_spectrum(s, "P_L").inline(), HALF + thermal)


@pytest.mark.parametrize("seed", range(3))
def test_uncertainty_at_every_frequency(seed, network, cascade):
    """S_X S_P - |S_XP|^2 >= 1/4 - and so S_X S_P >= 1/4 - for the light, at every frequency and angle."""
    w = np.linspace(-6, 6, 301)
    for s in (network(seed, modes=2), cascade(seed, length=3)):
        two = s.out_ports[0].channels != ("",)
        for angle in (0, sp.Rational(1, 3)):
            read = [Quadrature(angle), Quadrature(angle + sp.pi / 2)]
            if two:
                read = [Quadrature(angle, part="cos"), Quadrature(angle + sp.pi / 2, part="cos")]
            fx, fp = (evaluator(noise_spectrum(s, q)) for q in read)
            fc = evaluator(cross_spectrum(s, *read))
            x, p, c = (f(Omega=w) if "Omega" in f.parameters else f() for f in (fx, fp, fc))
            assert np.all(x * p >= 0.25 * (1 - 1e-11))
            # X(Omega) and X(-Omega)^+ do not commute with P: only the part of S_XP that is even in Omega is free
            assert np.all(x * p - np.real(c) ** 2 >= 0.25 * (1 - 1e-9))


def test_violation_is_possible_for_unphysical_input():
    """The bound is a statement about physics: noiseless input breaks it."""
    s = as_system(Cavity("c", kappa=1))
    cold = LinearSystem(s.modes, s.drift, dict.fromkeys(s.inputs, sp.Rational(1, 4)), s.outputs, s.internal,
                        s.in_ports, s.out_ports)  # fmt: skip
    x = evaluator(noise_spectrum(cold, "X"))(Omega=0.3)
    p = evaluator(noise_spectrum(cold, "P"))(Omega=0.3)
    assert x * p < 0.25


def test_lossy_detection_mixes_in_vacuum():
    eta = sp.Symbol("eta")
    s = Squeezer("q", chi=sp.Rational(1, 3), kappa=1)
    ideal, real = noise_spectrum(s, "P"), noise_spectrum(s, Quadrature(sp.pi / 2, efficiency=eta))
    assert equal(real.inline(), eta * ideal.inline() + (1 - eta) / 2)
    # loss before the detector is the same thing
    assert equal(real.inline(), noise_spectrum(s >> Loss(1 - eta), "P").inline())


def test_two_ports_of_a_beam_splitter():
    from cascade_sym.compose import concatenate, series

    two = concatenate(as_system(Squeezer("q", chi=sp.Rational(1, 3), kappa=1)), as_system(Cavity("c", kappa=1)))
    s = series(two, BeamSplitter(transmission=HALF).build("bs", ("",)))
    alone = noise_spectrum(Squeezer("q", chi=sp.Rational(1, 3), kappa=1), "P").inline()
    for port in "12":
        assert equal(noise_spectrum(s, Quadrature(sp.pi / 2, port=port)).inline(), (alone + HALF) / 2)
    cross = cross_spectrum(s, Quadrature(sp.pi / 2, port="1"), Quadrature(sp.pi / 2, port="2"))
    assert equal(cross.inline(), (alone - HALF) / 2)


def test_budget_adds_up(cascade):
    s = cascade(5, length=3)
    parts = noise_budget(s, "P_L")
    total = evaluator(noise_spectrum(s, "P_L"))
    w = np.linspace(-3, 3, 11)
    summed = sum(f(Omega=w) if "Omega" in f.parameters else f() for f in map(evaluator, parts.values()))
    np.testing.assert_allclose(summed, total(Omega=w), rtol=1e-12)


def test_partial_fractions_rebuild_the_spectrum():
    s = Oscillator("S", mass=-1, detuning=sp.Symbol("d")) >> Oscillator("M")
    N = noise_spectrum(s, "P_L")
    table = partial_fractions(N)
    rest = table.pop("")[0]
    damping = {
        m: sum(sp.Symbol(f"Gamma_{m}{k}") * c for k, c in (("B", 1), ("P", -1))) + sp.Symbol(f"gamma_{m}0")
        for m in "SM"
    }
    center = {"S": -sp.Symbol("d"), "M": sp.S.Zero}
    for m, (p, q) in table.items():
        d = Omega - center[m]
        rest += (p + q * d) / (damping[m] ** 2 / 4 + d**2)
    assert equal(rest, N.inline())


def test_phase_sensitive_operator_reading():
    """An operator read out by name, and its adjoint at the same frequency."""
    s = Squeezer("q", chi=sp.Rational(1, 3), kappa=1)
    plain = transfer(s, "q.in", "q.out", frequency=sp.Rational(1, 2)).inline()
    mixed = transfer(s, "q.in^+", "q.out", frequency=sp.Rational(1, 2)).inline()
    # unitarity of the Bogoliubov transformation: |T|^2 - |T'|^2 = 1
    assert sp.simplify(abs(plain) ** 2 - abs(mixed) ** 2) == 1


def test_a_homodyne_detector_is_a_readout():
    from cascade_sym.parts.detectors import Homodyne

    eta, phi = sp.symbols("eta phi")
    s = Oscillator("S", mass=-1) >> Oscillator("M")
    both = noise_spectrum(s, Homodyne(angle=phi, efficiency=eta))
    assert equal(both.inline(), noise_spectrum(s, Quadrature(phi, efficiency=eta)).inline())
    upper = noise_spectrum(s, Homodyne(angle=0, channels=("+",)))
    assert equal(upper.inline(), noise_spectrum(s, Quadrature(0, channel="+")).inline())
    # one sideband of a two-mode squeezed beam is thermal at every angle
    one = noise_spectrum(Squeezer("q", two_mode=True), Quadrature(phi, channel="+")).inline()
    assert phi not in sp.simplify(one).free_symbols


def test_other_conventions():
    """Vacuum 1 doubles every spectrum; the other Fourier sign mirrors the frequency, and areas stay the same."""
    from cascade_sym.conventions import Conventions
    from cascade_sym.solve import covariance
    from cascade_sym.spectra import integrated

    s = Cavity("c", detuning=sp.Symbol("Delta"), kappa=1) >> Cavity("d", kappa=2, loss=1)
    N, T = noise_spectrum(s, "X_d"), transfer(s, "c.in", "d.out")
    other = Conventions(vacuum=1, fourier=1)
    assert equal(N.in_conventions(other).inline(), 2 * N.inline().xreplace({Omega: -Omega}))
    assert equal(T.in_conventions(other).inline(), T.inline().xreplace({Omega: -Omega}))
    area = integrated(N.in_conventions(other)).inline()
    assert equal(area, covariance(s).in_conventions(other)["X_d", "X_d"].inline())
    assert not equal(T.in_conventions(other).inline(), T.inline())

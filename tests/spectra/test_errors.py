"""Every mistake has a name."""

from __future__ import annotations

import pytest
import sympy as sp

from cascade_sym.errors import DerivationError, DuplicateName, ParameterError, PortMismatch, UnknownName, UnstableError
from cascade_sym.evaluate import evaluator, exact_value
from cascade_sym.operators import operator
from cascade_sym.parts import Cavity, Oscillator, Squeezer
from cascade_sym.sensing import force_port, lorentzian, matched_filter_sensitivity
from cascade_sym.spectra import (
    Quadrature,
    cross_spectrum,
    integrated,
    noise_spectrum,
    over_susceptibilities,
    partial_fractions,
    quotient,
    transfer,
)
from cascade_sym.system.triple import Channel, slh_system

M = Oscillator("M")
Omega_M = sp.Symbol("Omega_M")


@pytest.mark.parametrize(
    ("system", "output", "error", "text"),
    [
        (M, "X_S", UnknownName, "no quadrature or operator 'X_S'"),
        (M, "Y", UnknownName, "no quadrature"),
        (Cavity("c"), "P_L", PortMismatch, "sidebands"),
        (Cavity("c"), Quadrature(0, part="cos"), PortMismatch, "sidebands"),
        (M, Quadrature(0, port="dark"), UnknownName, "port 'dark'"),
        (Cavity("c", kappa={"1": 1, "2": 2}), "X", PortMismatch, "which output port"),
        (Oscillator("L"), "X_L", DuplicateName, "mode 'L' or the light"),
        (M, 3, ParameterError, "can't read out 3"),
        (Oscillator("M", Gamma_B=0, Gamma_P=1, gamma=0), "P_L", UnstableError, "M grows"),
        (Oscillator("M", Gamma_B=1, Gamma_P=1, gamma=0), "P_L", UnstableError, "undamped"),
        (Oscillator("M", Gamma=1, theta=sp.pi / 4, gamma=0), "P_L", UnstableError, "undamped"),
        (Squeezer("q", chi=1, kappa=1), "P", UnstableError, "drift of q grows"),
    ],
)
def test_wrong_requests(system, output, error, text):
    with pytest.raises(error, match=text):
        noise_spectrum(system, output)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"frame": "lab"}, "needs the carrier"),
        ({"carrier": Omega_M}, "no meaning in the rotating frame"),
        ({"frame": "lab", "carrier": -1}, "must be positive"),
        ({"frame": "lab", "carrier": Omega_M, "frequency": -1}, "positive branch"),
        ({"frame": "inertial"}, "give 'rotating' or 'lab'"),
        ({"frequency": sp.I}, "must be real"),
    ],
)
def test_frequency_in_the_wrong_frame(options, text):
    with pytest.raises(ParameterError, match=text):
        noise_spectrum(M, "P_L", **options)


@pytest.mark.parametrize(("system", "output"), [(M, "X_M"), (M, "P_cos"), (Cavity("c"), "P"), (Cavity("c"), "X_c")])
def test_no_lab_frame(system, output):
    with pytest.raises(ParameterError, match="no lab-frame spectrum"):
        noise_spectrum(system, output, frame="lab", carrier=Omega_M)


def test_lab_frame_is_the_rotating_one_shifted():
    Omega = sp.Symbol("Omega")
    lab = noise_spectrum(M, "P_L", frame="lab", carrier=Omega_M)
    rotating = noise_spectrum(M, "P_L")
    assert lab.inline().xreplace({Omega: Omega + Omega_M}) == rotating.inline()
    assert Omega in lab.domain  # the positive branch
    assert evaluator(lab)(Omega=2.3, Omega_M=2.0, Gamma_MB=1, Gamma_MP=0.5, gamma_M0=0.1, n_M=2) == pytest.approx(
        evaluator(rotating)(Omega=0.3, Gamma_MB=1, Gamma_MP=0.5, gamma_M0=0.1, n_M=2), rel=1e-12
    )


def test_missing_input():
    with pytest.raises(UnknownName, match=r"no input 'S\.in"):
        transfer(M, "S.in+", "P_L")
    with pytest.raises(PortMismatch, match="which input port"):
        transfer(Cavity("c", kappa={"1": 1, "2": 2}), "X_in", "c.out_1")


def test_impossible_detector():
    with pytest.raises(ParameterError, match="efficiency"):
        Quadrature(0, efficiency=sp.Rational(3, 2))
    with pytest.raises(ParameterError, match="part"):
        Quadrature(0, part="tan")  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="one beam has one detector"):
        cross_spectrum(M, Quadrature(0, efficiency=1), Quadrature(sp.pi / 2, efficiency=sp.Rational(1, 2)))


@pytest.mark.parametrize("bad", [sp.Rational(6, 5), sp.Rational(-1, 5)])
def test_a_symbol_for_the_efficiency_keeps_its_range(bad):
    """In spectra, what is made of them, and sensitivities, however the number arrives."""
    eta = sp.Symbol("eta")
    read = Quadrature(sp.pi / 2, efficiency=eta)
    m = Oscillator("M", Gamma_B=1, Gamma_P=1, gamma=1, n=0)
    N = noise_spectrum(m, read)
    V = matched_filter_sensitivity(force_port(m, "M", through="M.bath"), read, lorentzian(1)).variance
    for q in (N, over_susceptibilities(N).spectrum, integrated(N, minus=sp.Rational(1, 2)), V):
        point = dict.fromkeys(map(str, q.parameters), 1)
        with pytest.raises(ParameterError, match="eta >= 0 fails"):
            exact_value(q, {**point, "eta": bad})
        with pytest.raises(ParameterError, match="eta >= 0 only"):
            q.subs({eta: bad})
        with pytest.warns(RuntimeWarning, match="eta >= 0 fails at 1|a factor under a root fails at 1"):
            values = evaluator(q)(point, eta=[0.5, float(bad), 1.0])
        assert [bool(x) for x in values != values] == [False, True, False]
        assert not q.subs({eta: sp.S.One}).nonnegative


def test_fixed_frequency_has_no_polynomial():
    N = noise_spectrum(M, "P_L", frequency=0)
    for f in (quotient, over_susceptibilities, integrated):
        with pytest.raises(DerivationError, match="fixed frequency"):
            f(N)


def test_loops_are_no_single_resonances():
    N = noise_spectrum(Squeezer("q"), "P")
    with pytest.raises(DerivationError, match="feedback loop"):
        over_susceptibilities(N)
    with pytest.raises(DerivationError, match="feedback loop"):
        partial_fractions(N)


def test_coinciding_resonances():
    twins = Oscillator("S", mass=-1, Gamma_B=2, Gamma_P=1) >> Oscillator("M", Gamma_B=2, Gamma_P=1)
    same = {sp.Symbol("gamma_S0"): sp.Symbol("gamma"), sp.Symbol("gamma_M0"): sp.Symbol("gamma")}
    N = noise_spectrum(twins, "P_L").subs(same)
    with pytest.raises(DerivationError, match="coincide"):
        partial_fractions(N)
    assert over_susceptibilities(N)["M"] != 0


def test_an_undamped_loop_with_symbols_names_its_conditions():
    a, b = operator("a"), operator("b")
    g, k = sp.symbols("g k")
    H = (a.dagger() * b + a * b.dagger()) * g
    s = slh_system(["a", "b"], H, [Channel("in", "out", a * sp.sqrt(k))])
    N = noise_spectrum(s, "X_b")
    assert N.domain  # Routh-Hurwitz conditions
    numbers = s.subs({g: 1, k: 2})
    assert noise_spectrum(numbers, "X_b", frequency=0).inline() > 0
    dark = s.subs({g: 0, k: 2})
    with pytest.raises(UnstableError, match="undamped"):
        noise_spectrum(dark, "X_b")

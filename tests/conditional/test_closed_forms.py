"""Closed forms: published single-oscillator results, proofs, other systems against SciPy."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
import sympy as sp
from scipy.linalg import solve_continuous_are

from cascade_sym.definitions import Definitions
from cascade_sym.entanglement import epr_variance
from cascade_sym.errors import NoClosedForm, NoDetector, UndetectableError
from cascade_sym.evaluate import evaluator, exact_value
from cascade_sym.evaluate.conditional import conditional_evaluator, conditional_value
from cascade_sym.exact import equal, is_zero
from cascade_sym.operators import operator
from cascade_sym.parts import Cavity, Loss, Oscillator, Squeezer
from cascade_sym.parts.detectors import Heterodyne, Homodyne
from cascade_sym.solve.conditional import conditional_covariance, doubling, riccati
from cascade_sym.solve.conditional.reduced import reduced_polynomial, solves_riccati
from cascade_sym.system import Port
from cascade_sym.system.triple import Channel, slh_system

eta, phi, psi, eps = sp.symbols("eta phi psi epsilon")
w, k, g, n, chi, kappa = sp.symbols("omega k gamma n chi kappa")
PHASE = Homodyne(angle=sp.pi / 2)


def position_meter(bath: bool = True):
    """A mechanical oscillator, not in a rotating frame, whose position is measured at the rate k."""
    m = operator("m")
    x = (m + m.dagger()) / sp.sqrt(2)
    channels = [Channel("in", "out", x * sp.sqrt(2 * k))]
    if bath:
        channels.append(Channel("bath", "bath_out", m * sp.sqrt(g), sp.S.One, n + sp.S.Half))
    return slh_system(["m"], m.dagger() * m * w, channels, out_ports=[Port("light", {"": "out"})])


def test_position_measurement_of_an_undamped_oscillator() -> None:
    """dV/dt with V_xx = sqrt2 w (s - 1)^(1/2)/(8k) ..., Doherty and Jacobs, PRA 60, 2700 (1999), Sec. IV.

    With H = w (x^2 + p^2)/2, D[sqrt(2k) x] and unit efficiency: xi = sqrt(1 + 16 k^2/w^2),
    V_xx = w sqrt(2 (xi - 1))/(8 k), V_xp = w (xi - 1)/(8 k), V_pp = xi V_xx.
    """
    V = conditional_covariance(position_meter(bath=False), Homodyne(angle=0))
    point = {w: sp.Rational(7, 3), k: sp.Rational(2, 5)}
    xi = sp.sqrt(1 + 16 * k**2 / w**2)
    Vxx = w * sp.sqrt(2 * (xi - 1)) / (8 * k)
    for i, j, e in (("X_m", "X_m", Vxx), ("X_m", "P_m", w * (xi - 1) / (8 * k)), ("P_m", "P_m", xi * Vxx)):
        assert abs(sp.N((V[i, j].inline() - e).subs(point), 40)) < 1e-35
    assert solves_riccati(V).ok
    Q = [V[i, j].expr for i, j in (("X_m", "X_m"), ("P_m", "P_m"), ("X_m", "P_m"))]
    purity = V.definitions.inline(Q[0] * Q[1] - Q[2] ** 2)
    assert abs(sp.N(purity.subs(point), 40) - sp.Rational(1, 4)) < 1e-35  # pure at unit efficiency


def test_single_oscillator_in_the_rotating_frame() -> None:
    """gamma V = Gamma/2 + gamma (n + 1/2) - 2 eta Gamma V^2 at theta = pi/4: the quadratic equation, by hand."""
    G, g0, nb = sp.symbols("Gamma gamma_M0 n_M")
    V = conditional_covariance(Oscillator("M", Gamma=G, theta=sp.pi / 4), Homodyne(angle=sp.pi / 2, efficiency=eta))
    a, b, c = 2 * eta * G, g0, -(G / 2 + g0 * (nb + sp.S.Half))
    root = (-b + sp.sqrt(b**2 - 4 * a * c)) / (2 * a)
    assert equal(V["X_M", "X_M"].inline(), root) and equal(V["P_M", "P_M"].inline(), root)
    assert V.element("X_M", "P_M") == 0 and V.degrees == (2,)


def test_ideal_detection_of_all_light_leaves_a_pure_state_at_any_angle() -> None:
    V = conditional_covariance(Oscillator("M", gamma=0), Homodyne(angle=phi))
    purity = V.definitions.inline(V.element("X_M", "X_M") * V.element("P_M", "P_M"))
    assert is_zero(purity - sp.Rational(1, 4))


def test_amplifier_conditioned_on_its_squeezed_output() -> None:
    """Ideal detection of the squeezed quadrature P: Var P = 1/2 - chi/kappa, though no noise is left to drive it.

    Homodyne of P at unit efficiency; the unseen quadrature keeps its unconditional (1/2) kappa/(kappa - 2 chi).
    """
    V = conditional_covariance(Squeezer("a", chi=chi, kappa=kappa), PHASE)
    x = {chi: sp.Rational(1, 5), kappa: sp.Integer(2)}
    X, P = (V.definitions.inline(V.element(q, q)).subs(x) for q in ("X_a", "P_a"))
    assert sp.Rational(1, 2) / (1 - sp.Rational(1, 5)) == X and sp.Rational(1, 4) == X * P


SYSTEMS = {
    "amplifier": (Squeezer("a", chi=chi, kappa=2), Homodyne(angle=phi, efficiency=eta)),
    "detuned amplifier": (Squeezer("a", chi=chi, kappa=2, detuning=1), Homodyne(angle=phi)),
    "amplifier, heterodyne": (Squeezer("a", chi=chi, kappa=2, detuning=1), Heterodyne(efficiency=eta)),
    "two-mode amplifier": (Squeezer("a", chi=chi, kappa=2, two_mode=True), Homodyne(angle=phi)),
    "two-mode amplifier, heterodyne": (Squeezer("a", chi=chi, kappa=2, two_mode=True), Heterodyne(efficiency=eta)),
    "detuned cavity": (Cavity("a", kappa=2, detuning=w), Homodyne(angle=phi)),
    "position": (position_meter(), Homodyne(angle=0, efficiency=eta)),
    "position, other quadrature": (position_meter(), Homodyne(angle=phi, efficiency=eta)),
    "detuned cascade": (
        Oscillator("S", mass=-1, detuning=chi, gamma=1, n=1) >> Loss() >> Oscillator("M", gamma=1, n=2, detuning=w),
        Homodyne(angle=phi),
    ),
    "one sideband": (
        Oscillator("S", mass=-1, gamma=1, n=1) >> Oscillator("M", gamma=1, n=2), Homodyne(angle=0, channels=("+",)),
    ),
    "amplifier into cavity": (Squeezer("a", chi=chi, kappa=2) >> Cavity("b", kappa=1), Homodyne(angle=0)),
}  # fmt: skip


@pytest.mark.parametrize("name", SYSTEMS)
def test_other_systems_against_scipy(name: str) -> None:
    system, detect = SYSTEMS[name]
    V = conditional_covariance(system, detect)
    assert V.closed
    e = conditional_evaluator(V)
    rng = np.random.default_rng(4)
    p = {x: rng.uniform(0.1, 0.9, 25) for x in e.parameters}
    out, f = e(p), e.filters(p)
    for m in range(25):
        X = solve_continuous_are(f.A[m].T, f.C[m].T, f.N[m], f.R[m], s=f.S[m])
        assert np.allclose(out.matrix[m], X, rtol=1e-9, atol=1e-11)
    form = np.kron(np.eye(len(V.modes)), [[0, 0.5], [-0.5, 0]])
    assert np.linalg.eigvalsh(out.matrix + 1j * form).min() > -1e-13


PROVED = {
    "one mode": (Oscillator("M"), Homodyne(angle=phi, efficiency=eta)),
    "two modes, QND": (
        Oscillator("S", mass=-1, theta=sp.pi / 4) >> Loss() >> Oscillator("M", theta=sp.pi / 4),
        Homodyne(angle=sp.pi / 2, efficiency=eta),
    ),
    "phase-sensitive": (Squeezer("a", chi=chi, kappa=2), Homodyne(angle=phi, efficiency=eta)),
    "upper rows": (Squeezer("a", chi=chi, kappa=2) >> Cavity("b", kappa=1), Homodyne(angle=0)),
    "two currents": (Squeezer("a", chi=chi, kappa=2, detuning=1), Heterodyne(efficiency=eta)),
    "cubic": (
        Oscillator("S", mass=-1, Gamma_B=1, Gamma_P=1, gamma=g, n=1)
        >> Oscillator("M", Gamma_B=1, Gamma_P=1, gamma=1, n=n),
        Homodyne(angle=sp.pi / 3),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PROVED)
def test_the_residual_is_proved_to_vanish(name: str) -> None:
    check = solves_riccati(conditional_covariance(*PROVED[name]))
    assert check.ok, check.residual


def test_the_proof_fails_for_a_wrong_covariance() -> None:
    V = conditional_covariance(Oscillator("M", theta=sp.pi / 4), PHASE)
    items = tuple((s, 2 * e if s.name == "var_X_M" else e) for s, e in V.definitions)
    check = solves_riccati(dataclasses.replace(V, definitions=Definitions(items)))
    assert not check.ok and "X_M, X_M" in check.residual


def test_degrees_of_the_reduced_polynomials() -> None:
    """QND with finite bath damping: degree 4 for every moment; general detection phase: degree 6."""
    V = conditional_covariance(*PROVED["two modes, QND"])
    values = {sp.Symbol(s): sp.Rational(v) for s, v in {
        "Gamma_S": "3", "Gamma_M": "5/2", "gamma_S0": "2/3", "gamma_M0": "1/100", "n_S": "1", "n_M": "100",
        "epsilon": "0", "eta": "1"}.items()}  # fmt: skip
    for i, j in (("X_S", "X_S"), ("X_S", "X_M"), ("X_M", "X_M")):
        r = reduced_polynomial(V, i, j, values)
        assert r.degree == 4
        q = V[i, j]
        at = {s: values[s] for s in q.parameters}
        number = sp.Float(exact_value(q, at, 40)[0], 40)
        terms = [abs(t.subs(r.unknown, number)) for t in sp.Add.make_args(r.polynomial)]
        assert abs(r.polynomial.subs(r.unknown, number)) < 1e-35 * max(terms)
    cubic = conditional_covariance(*PROVED["cubic"])
    assert reduced_polynomial(cubic, "X_M", "X_M", {g: sp.Rational(1, 3), n: sp.S.One}).degree == 6


def test_three_modes_have_no_closed_form() -> None:
    chain = Oscillator("S", mass=-1) >> Oscillator("M") >> Oscillator("Q")
    V = conditional_covariance(chain, PHASE)
    assert not V.closed
    with pytest.raises(NoClosedForm, match="one of 8 roots"):
        V["X_S", "X_M"]


def test_mistakes_have_names() -> None:
    with pytest.raises(NoDetector):
        conditional_covariance(Oscillator("M"))
    growing = Oscillator("S", Gamma_B=0, Gamma_P=2, gamma=1, n=0) >> Loss(1) >> Oscillator("M", Gamma_P=0)
    with pytest.raises(UndetectableError, match="no detector sees"):
        conditional_covariance(growing, PHASE)


def test_verified_digits_agree_with_the_closed_form() -> None:
    cascade = (
        Oscillator("S", mass=-1, Gamma=sp.Symbol("Gamma_S"))
        >> Loss()
        >> Oscillator("M", Gamma=sp.Symbol("Gamma_M"))
    )
    V = conditional_covariance(cascade, Homodyne(angle=sp.pi / 2 - psi, efficiency=eta))
    at = {s: sp.Rational(v) for s, v in {
        "Gamma_S": "3", "Gamma_M": "5/2", "theta_S": "9/10", "theta_M": "1", "gamma_S0": "1/10", "gamma_M0": "1/1000",
        "n_S": "1", "n_M": "100", "epsilon": "1/10", "eta": "9/10"}.items()}  # fmt: skip
    for phase in (sp.S.Zero, sp.Rational(3, 10)):
        for i, j in (("X_S", "X_S"), ("X_S", "X_M")):
            text, bound = conditional_value(V, (i, j), {**at, "psi": phase}, 50)
            assert text == exact_value(V[i, j], {**at, "psi": phase}, 50)[0]
            assert bound < 1e-48
    assert conditional_value(V, ("X_S", "P_M"), {**at, "psi": 0}, 20)[0] == "0"
    g = sp.Symbol("g")
    v = {q: sp.Symbol(q) for q in ("var_X_S", "var_X_M", "cov_X_S_X_M")}
    xi = 2 * (v["var_X_S"] + g**2 * v["var_X_M"] + 2 * g * v["cov_X_S_X_M"]) / (1 + g**2)
    quantity = epr_variance(V, "S", "M", g=g)
    names = {str(s) for s in quantity.parameters}
    point = {**at, "psi": sp.S.Zero, "g": sp.Rational(4, 5)}
    assert conditional_value(V, xi, point, 40)[0] == exact_value(quantity, {k: point[k] for k in names}, 40)[0]


def test_verified_digits_without_a_closed_form() -> None:
    chain = Oscillator("S", mass=-1, gamma=g, n=1) >> Oscillator("M", gamma=1, n=2) >> Oscillator("Q", gamma=1, n=0)
    problem = riccati(chain, PHASE)
    at = {s.name: sp.Rational(m + 2, 3) for m, s in enumerate(problem.parameters)}
    text, bound = conditional_value(problem, ("X_S", "X_Q"), at, 30)
    floats = conditional_evaluator(problem)({k: float(v) for k, v in at.items()})
    assert float(text) == pytest.approx(float(floats["X_S", "X_Q"]), rel=1e-12) and bound < 1e-29
    f = conditional_evaluator(problem).filters({k: float(v) for k, v in at.items()})
    assert doubling.residual(f, floats.matrix) < 1e-14


def test_epr_variance_of_a_conditional_state_is_an_ordinary_quantity() -> None:
    cascade = Oscillator("S", mass=-1, Gamma=2, theta=sp.pi / 4) >> Loss() >> Oscillator("M", Gamma=2, theta=sp.pi / 4)
    V = conditional_covariance(cascade, PHASE)
    e = evaluator(epr_variance(V, "S", "M"))
    value = e(epsilon=0.1, gamma_S0=0.01, gamma_M0=0.001, n_S=1.0, n_M=10.0)
    assert 0 < value < 1


def test_a_state_of_numbers_only() -> None:
    """The root of the scalar Riccati equation of an amplified, inefficiently measured quadrature."""
    V = conditional_covariance(
        Squeezer("q", chi=sp.Rational(1, 5), kappa=1), Homodyne(0, efficiency=sp.Rational(9, 10))
    )
    assert float(V["X_q", "X_q"].inline()) == pytest.approx(0.706011329583298, rel=1e-14)


PURE = [(2, 1, 0), (1, 2, 0), (sp.Rational(1, 3), sp.Rational(5, 7), sp.pi / 2)]


@pytest.mark.parametrize(("first", "second", "angle"), PURE)
def test_closed_forms_of_pure_states_are_those_of_scipy(first: Any, second: Any, angle: Any) -> None:
    """Nothing is divided by that is zero on the domain, or on a piece of it: no noise drives these filters.

    The formulas themselves are asked, below and above threshold and for both signs of the gain.
    """
    V = conditional_covariance(Squeezer("a", chi=chi, kappa=first) >> Cavity("b", kappa=second), Homodyne(angle=angle))
    assert V.closed and V.riccati is not None
    for value in (sp.Rational(-7, 5), sp.Rational(-1, 9), sp.Rational(1, 9), sp.Rational(7, 5)):
        for s in V.riccati.sectors:
            A, N, C, R, S = (np.array(sp.Matrix(m).subs(chi, value), float) for m in (s.A, s.N, s.C, s.R, s.S))
            if not C.size:
                continue
            want = solve_continuous_are(A.T, C.T, N, R, s=S)
            names = [f"{q.q}_{q.mode}" for q in s.quadratures]
            found = sp.Matrix([[V.definitions.inline(V.element(i, j)) for j in names] for i in names])
            assert np.allclose(np.array(found.subs(chi, value).evalf(30), float), want, rtol=1e-9, atol=1e-11)

"""Two-time functions against SciPy, their integrals against spectra, coherences, emission; bad input."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.integrate
import scipy.linalg
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

import cascade_sym as cs
from cascade_sym import errors
from cascade_sym.operators import Op
from tests.core.hamiltonians import Modes, modes
from tests.motion.test_transient import examples

tau, d = sp.Symbol("tau"), sp.Symbol("d")
FORM = np.array([[0.0, 1.0], [-1.0, 0.0]])


def at(c: Any, **values: Any) -> np.ndarray:
    """The numbers of a correlation, which need not depend on all parameters."""
    f = cs.evaluator(c)
    return np.asarray(f({k: v for k, v in values.items() if k in f.parameters}))


def value(c: Any, **values: float) -> complex:
    return complex(at(c, **values))


@examples(8)
@given(modes(most=2), st.integers(0, 3), st.integers(0, 3), st.sampled_from([0.0, 0.3, 2.0]), st.booleans())
def test_modes_against_the_matrix_exponential(found: Modes, i: int, j: int, delay: float, both: bool) -> None:
    if found.growth() > -0.02:
        return
    names = tuple(f"{q}_{m}" for m in found.names for q in "XP")
    i, j = i % len(names), j % len(names)
    steady, condition = found.covariance()
    whole = steady if both else steady + 0.5j * np.kron(np.eye(found.size), FORM)
    want = (scipy.linalg.expm(found.drift() * delay) @ whole)[i, j]
    got = cs.correlation(found.system(numbers=True), names[i], names[j], tau, symmetrised=both)
    assert abs(value(got, tau=delay) - want) <= 1e-13 * condition * max(1, np.abs(steady).max())


@examples(4)
@given(modes(most=2), st.integers(0, 3), st.integers(0, 3))
def test_they_integrate_to_spectra(found: Modes, i: int, j: int) -> None:
    """int <q_i(t + tau) q_j(t)>_sym e^(i w tau) dtau is the cross spectrum; the delay is integrated in closed form."""
    if found.growth() > -0.05:
        return
    names = tuple(f"{q}_{m}" for m in found.names for q in "XP")
    i, j = i % len(names), j % len(names)
    s, w = found.system(numbers=True), 0.7
    first, second = (cs.correlation(s, names[a], names[b], tau, symmetrised=True) for a, b in ((i, j), (j, i)))
    end = 45 / -found.growth()
    x, weights = np.polynomial.legendre.leggauss(60)
    panels = np.linspace(0, end, 200)
    times = (panels[:-1, None] + np.diff(panels)[:, None] * (x + 1) / 2).ravel()
    weights = (np.diff(panels)[:, None] * weights / 2).ravel()
    forth, back = (at(c, tau=times) for c in (first, second))
    got = (weights * (forth * np.exp(1j * w * times) + back * np.exp(-1j * w * times))).sum()
    want = value(cs.cross_spectrum(s, names[i], names[j], frequency=w))
    assert abs(got - want) <= 1e-11 * max(1, abs(want), np.abs(found.covariance()[0]).max())


SYSTEMS = {
    "cascade": cs.Squeezer("s", chi=sp.Rational(1, 5), kappa=1) >> cs.Cavity("c", detuning=sp.Rational(1, 3), kappa=2),
    "cavity": cs.Oscillator("c", Gamma_B=0, Gamma_P=0, gamma=2, n=3, detuning=sp.Rational(1, 4)),
    "amplifier": cs.Squeezer("s", chi=sp.Rational(1, 5), kappa=1, detuning=sp.Rational(1, 10)),
}


@pytest.mark.parametrize(("name", "what"), [("cascade", "c.out"), ("cascade", "c"), ("cavity", "c"), ("amplifier", "s")])
@pytest.mark.parametrize("frequency", [0.0, 0.4])
def test_emission_is_the_transform_of_the_coherence(name: str, what: str, frequency: float) -> None:
    s = SYSTEMS[name]
    coherence = cs.correlation(s, f"{what}^+", what, sp.Symbol("u", negative=True))
    assert coherence.delta == 0
    f = cs.evaluator(coherence)  # <A^+(t + u) A(t)> with u = -tau < 0

    def part(x: float) -> float:
        return 2 * (complex(f(u=-x)) * np.exp(1j * frequency * x)).real

    want = scipy.integrate.quad(part, 0, 200, limit=2000, epsabs=1e-12, epsrel=1e-12)[0]
    got = value(cs.emission_spectrum(s, what, frequency=frequency))
    assert got == pytest.approx(want, abs=1e-11)


def test_a_mode_of_detuning_d_emits_at_d() -> None:
    hot = cs.Oscillator("c", Gamma_B=0, Gamma_P=0, gamma=2, n=3, detuning=d)
    Omega = sp.Symbol("Omega")
    assert cs.equal(cs.emission_spectrum(hot, "c"), 6 / ((Omega - d) ** 2 + 1))
    assert cs.equal(cs.first_order_coherence(hot, "c", tau), sp.exp(-tau - sp.I * d * tau))


def test_either_sign_of_the_delay() -> None:
    s = SYSTEMS["cascade"]
    for A, B in (("X_c", "P_s"), ("c", "s^+"), ("c.out", "c.out"), ("X_s", "c.out^+")):
        forth = cs.correlation(s, A, B, sp.Rational(-7, 10)).inline()
        dag = [x[:-2] if x.endswith("^+") else x if x[:2] in ("X_", "P_") else f"{x}^+" for x in (A, B)]
        other = cs.correlation(s, dag[1], dag[0], sp.Rational(7, 10)).inline()  # <B^+(t + s) A^+(t)> = conj
        assert abs(complex(sp.N(forth - sp.conjugate(other)))) < 1e-14


def test_names_operators_and_forms_are_one() -> None:
    s = cs.Cavity("c", detuning=d)
    a = cs.operator("c")
    same = [
        cs.correlation(s, A, B, tau).inline()
        for A, B in (("c", "c^+"), (Op("c"), Op("c", True)), (a, a.dagger()), (cs.LinearForm({Op("c"): 1}), "c^+"))
    ]
    assert all(cs.equal(e, same[0]) for e in same)
    assert cs.equal(same[0], sp.exp(-sp.Symbol("kappa_c") * tau / 2 - sp.I * d * tau))


def test_light_has_a_delta_function() -> None:
    c = cs.correlation(cs.Cavity("c"), "c.out", "c.out^+", tau)
    assert (c.delta, cs.is_zero(c).status) == (1, "equal")
    with pytest.raises(errors.ParameterError, match="delta"):
        cs.correlation(cs.Cavity("c"), "c.out", "c.out^+", 0)


def test_systems_without_a_closed_form_have_numbers() -> None:
    m, c = cs.operator("m"), cs.operator("c")
    H = m.dagger() * m + c.dagger() * c - (c + c.dagger()) * (m + m.dagger()) * sp.Symbol("g")
    s = cs.SLH("s", H=H, ports={"light": c}, baths={"bath": (m / 3, 2)}, modes=["m", "c"])
    open_ = cs.correlation(s, "X_m", "P_m", tau)
    with pytest.raises(errors.NoClosedForm):
        open_.inline()
    at_once = cs.correlation(s, "P_m", "X_m", 0)
    assert cs.evaluator(open_)(g=0.1, tau=0.0) - cs.evaluator(at_once)(g=0.1) == pytest.approx(1j, abs=1e-13)
    with pytest.raises(errors.NoClosedForm):
        cs.first_order_coherence(s, "m", tau)


def test_coherences_of_a_coherent_amplitude() -> None:
    """A laser has g1 = g2 = 1; with thermal light beside it g2(0) = 2 - (|alpha|^2/n)^2."""
    alpha = sp.Symbol("alpha", complex=True)
    hot = cs.Oscillator("c", Gamma_B=0, Gamma_P=0, gamma=2, n=1)
    n = 1 + alpha * sp.conjugate(alpha)
    g2 = cs.second_order_coherence(hot, "c", 0, amplitude=alpha)
    assert cs.equal(g2, 2 - (alpha * sp.conjugate(alpha) / n) ** 2, domains={"alpha": "complex"})
    still = cs.Cavity("c")
    assert cs.equal(cs.second_order_coherence(still, "c", tau, amplitude=3), 1)


BAD = [
    (lambda s: cs.correlation(s, "X_q", "X_c", tau), errors.UnknownName, "X_q"),
    (lambda s: cs.correlation(s, "X_c", cs.operator("c") ** 2, tau), errors.DerivationError, "linear"),
    (lambda s: cs.correlation(s, "X_c", "X_c", d - 1), errors.ParameterError, "sign"),
    (lambda s: cs.correlation(s, "X_c", "X_c", sp.I), errors.ParameterError, "real"),
    (lambda s: cs.correlation(s, "X_c", "X_c", tau).subs({"tau": -1}), errors.ParameterError, "tau"),
    (lambda s: cs.correlation(s, 3, "X_c", tau), errors.ParameterError, "read out"),
    (lambda s: cs.first_order_coherence(s, "c", tau), errors.DerivationError, "photons"),
    (lambda s: cs.first_order_coherence(s, "X_c", tau), errors.ParameterError, "Hermitian"),
    (lambda s: cs.second_order_coherence(s, "c", -1), errors.ParameterError, "tau >= 0"),
    (lambda s: cs.emission_spectrum(s, "X_c"), errors.ParameterError, "Hermitian"),
    (lambda s: cs.correlation(cs.Squeezer("s", chi=2, kappa=1), "X_s", "X_s", tau), errors.UnstableError, "steady state"),
]


@pytest.mark.parametrize(("call", "error", "says"), BAD)
def test_bad_input(call: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        call(cs.Cavity("c"))

"""Filtered output modes: closed forms against a cascaded cavity, quadrature and each other; bad input."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import sympy as sp

import cascade_sym as cs
from cascade_sym import errors

t, g, d = sp.symbols("t g d")
source = cs.Squeezer("s", chi=sp.Rational(1, 4), kappa=1, detuning=sp.Rational(1, 10))


def numbers(V: cs.Covariance, **values: float) -> np.ndarray:
    return np.asarray(cs.evaluator(V)(**values).matrix)


def test_the_rising_exponential_is_what_a_cavity_collects() -> None:
    """int_-oo^0 sqrt(g) e^(g t/2) b dt is minus a cavity of linewidth g behind the output, in its steady state."""
    f = cs.exponential_envelope(g, d, rising=True)
    V = cs.temporal_mode(source, "s.out", f)
    W = cs.covariance(source >> cs.Cavity("c", kappa=g, detuning=d))
    for values in ({"g": 0.7, "d": 0.3}, {"g": 3.0, "d": -1.0}):
        want = cs.evaluator(W)(values)
        got = cs.evaluator(V)(values)
        for q, r in (("X", "X"), ("X", "P"), ("P", "P")):
            assert got[f"{q}_f1", f"{r}_f1"] == pytest.approx(want[f"{q}_c", f"{r}_c"], abs=1e-13)


def test_vacuum_stays_vacuum_and_modes_are_normalised() -> None:
    shapes = [cs.Envelope(t * sp.exp(-t), start=3), cs.Envelope(sp.sin(t), start=-7, end=0)]
    V = cs.temporal_mode(cs.Cavity("c", detuning=sp.Rational(1, 3)), "c.out", shapes)
    assert np.abs(numbers(V, kappa_c=0.7) - np.eye(4) / 2).max() < 1e-13
    assert cs.equal(V["X_f1", "X_f1"], sp.Rational(1, 2), domains={"kappa_c": "positive"})


def double_integral(f: Any, g_: Any, G: Any, cuts: np.ndarray) -> complex:
    """int int f(t) g(s) G(t - s) by Gauss rules on squares and triangles of panels."""
    x, w = np.polynomial.legendre.leggauss(16)
    x, w = (x + 1) / 2, w / 2
    total = 0j
    for a, b in pairwise(cuts):
        for c, e in pairwise(cuts):
            if a == c:  # two triangles
                u = a + (b - a) * x
                s = a + (u[:, None] - a) * x
                area = (b - a) * w[:, None] * (u[:, None] - a) * w
                total += (area * f(u)[:, None] * g_(s) * G(u[:, None] - s)).sum()
                total += (area * f(s) * g_(u)[:, None] * G(s - u[:, None])).sum()
            else:
                u, s = a + (b - a) * x, c + (e - c) * x
                total += (b - a) * (e - c) * np.einsum("i,j,ij", w * f(u), w * g_(s), G(u[:, None] - s[None, :]))
    return total


def test_against_quadrature(frequency: int = 2) -> None:
    """Two pulses of a squeezed output, one with a decaying tail, by double integrals over the two-time function."""
    V = cs.temporal_mode(source, "s.out", [cs.top_hat(0, 2, frequency), cs.exponential_envelope(1, 0, 2)])
    forth = cs.evaluator(cs.correlation(source, "s.out", "s.out", sp.Symbol("u"), symmetrised=True))
    across = cs.evaluator(cs.correlation(source, "s.out", "s.out^+", sp.Symbol("u"), symmetrised=True))
    shapes = [lambda x: np.where(x < 2, np.exp(-1j * frequency * x), 0) / np.sqrt(2),
              lambda x: np.where(x > 2, np.exp(-(x - 2) / 2), 0)]  # fmt: skip
    cuts = np.concatenate([[0, 1], np.linspace(2, 66, 13)])

    def m_part(u: Any) -> Any:
        return np.asarray(forth(u=np.abs(u)))  # <b b> is even

    def n_part(u: Any) -> Any:
        u = np.asarray(u)
        values = np.asarray(across(u=np.abs(u)))
        return np.where(u >= 0, values, np.conj(values))

    got = cs.evaluator(V)()
    for i in (0, 1):
        for j in (0, 1):
            fi, fj = shapes[i], shapes[j]
            n = double_integral(lambda x: np.conj(fi(x)), fj, n_part, cuts) + (i == j) / 2
            m = double_integral(lambda x: np.conj(fi(x)), lambda x: np.conj(fj(x)), m_part, cuts)
            assert got[f"X_f{i + 1}", f"X_f{j + 1}"] == pytest.approx((n + m).real, abs=1e-11)
            assert got[f"X_f{i + 1}", f"P_f{j + 1}"] == pytest.approx((m - n).imag, abs=1e-11)
            assert got[f"P_f{i + 1}", f"P_f{j + 1}"] == pytest.approx((n - m).real, abs=1e-11)


def test_envelopes_without_a_closed_form() -> None:
    """The numeric road against the closed one on the same envelope, and a Gaussian pulse."""
    closed = cs.temporal_mode(source, "s.out", [cs.top_hat(0, 2, 1), cs.Envelope(t * sp.exp(-t), start=2)])
    other = cs.temporal_mode(
        source, "s.out",
        [cs.Envelope(sp.exp(-sp.I * t), start=0, end=2), cs.Envelope(t * sp.exp(-sp.sqrt(t**2)), start=2)],
    )  # fmt: skip
    assert closed.closed and not other.closed
    assert np.abs(numbers(closed) - numbers(other)).max() < 1e-11
    pulse = cs.temporal_mode(source, "s.out", sp.exp(-g * t**2))
    with pytest.raises(errors.NoClosedForm):
        pulse["X_f1", "X_f1"]
    V = numbers(pulse, g=1e-5)  # a long pulse sees the spectrum at zero frequency
    for k, q in enumerate(("X", "P")):
        assert V[k, k] == pytest.approx(float(cs.noise_spectrum(source, q, frequency=0).inline()), rel=1e-3)
    assert V[0, 0] * V[1, 1] - V[0, 1] ** 2 >= 0.25 - 1e-12


def test_entanglement_of_two_outputs() -> None:
    """Two-mode squeezing of the signal and idler outputs; the filters are equal or far apart."""
    pair = cs.Squeezer("o", two_mode=True, kappa=1)
    outputs = list(cs.as_system(pair).outputs)
    V = cs.temporal_mode(pair, outputs, cs.top_hat(0, 5))
    assert cs.evaluator(cs.log_negativity(V, "f1", "f2"))(chi_o=0.25) > 0.5
    table = {"a": (outputs[0], cs.top_hat(0, 1)), "b": (outputs[1], cs.top_hat(50, 51))}
    apart = cs.temporal_mode(pair, None, table)
    assert apart.modes == ("a", "b")
    assert cs.evaluator(cs.log_negativity(apart, "a", "b"))(chi_o=0.25) == 0


BAD = [
    (("s.out", sp.exp(t)), errors.ParameterError, "square-integrable"),
    (("s.out", sp.S.One), errors.ParameterError, "square-integrable"),
    (("s.out", t), errors.ParameterError, "square-integrable"),
    (("s.out", sp.cos(t)), errors.ParameterError, "square-integrable"),
    (("s.out", cs.Envelope(sp.exp(-t))), errors.ParameterError, "square-integrable"),
    (("s.out", "exp(-t)"), errors.ParameterError, "give an expression"),
    (("q.out", sp.exp(-t)), errors.UnknownName, "s.out"),
    (("s.out", [cs.top_hat(0, 2), cs.top_hat(1, 3)]), errors.ParameterError, "commute"),
    (("s.out", [cs.top_hat(0, 2), cs.exponential_envelope(1, 0, cs.symbol("T"))]), errors.ParameterError, "Declare"),
    ((["s.out"] * 2, [sp.exp(-t)] * 3), errors.ParameterError, "one for each"),
]


@pytest.mark.parametrize(("arguments", "error", "says"), BAD)
def test_bad_input(arguments: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        cs.temporal_mode(source, *arguments)


def test_bad_envelopes() -> None:
    with pytest.raises(errors.ParameterError, match="not after"):
        cs.top_hat(2, 1)
    with pytest.raises(errors.ParameterError, match="positive"):
        cs.exponential_envelope(-1)
    with pytest.raises(errors.ParameterError, match="square-integrable"):
        cs.evaluator(cs.temporal_mode(source, "s.out", sp.sqrt(1 + t**2)))()
    with pytest.raises(errors.UnstableError):
        cs.temporal_mode(cs.Squeezer("s", chi=2, kappa=1), "s.out", sp.exp(-t))


def test_declared_times() -> None:
    T = cs.symbol("T", "positive")
    V = cs.temporal_mode(source, "s.out", [cs.top_hat(0, T), cs.top_hat(T, 2 * T)])
    assert cs.evaluator(V)(T=1.0)["X_f1", "X_f2"] == pytest.approx(
        cs.evaluator(cs.temporal_mode(source, "s.out", [cs.top_hat(0, 1), cs.top_hat(1, 2)]))()["X_f1", "X_f2"], abs=1e-14
    )



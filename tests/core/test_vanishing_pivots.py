"""Where parameters vanish or coincide an elimination may divide by zero although the state exists: it has a limit."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

import cascade_sym as cs
from tests.core.hamiltonians import KINDS, Modes
from tests.core.test_ordinary_hamiltonians import at, close, exactly, examples, floats, stable

R = sp.Rational
KNOWN = Modes(  # a pivot of its elimination vanishes
    (R(48, 25), R(0)), R(1, 5), (R(1, 20), R(2, 5)), (R(0), R(0)),
    {("exchange", 0, 1): R(1, 10), ("position", 0, 1): R(9, 50), ("parametric", 1, 1): sp.I / 10},
)  # fmt: skip


@st.composite
def degenerate(draw: st.DrawFn) -> Modes:
    """Two or three modes with few different numbers."""
    n = draw(st.integers(2, 3))
    couplings = {}
    for i in range(n - 1):
        for kind in draw(st.sets(st.sampled_from([k for k in KINDS if k != "parametric"]), min_size=1, max_size=2)):
            values = [R(1, 4), R(-1, 4), R(1, 2)] + ([] if kind == "position" else [sp.I / 4, sp.I / 2])
            couplings[kind, i, i + 1] = draw(st.sampled_from(values))
    for i in draw(st.sets(st.integers(0, n - 1), max_size=2)):
        couplings["parametric", i, i] = draw(st.sampled_from([R(1, 8), R(1, 4), sp.I / 8, sp.I / 4]))
    rates = st.sampled_from([R(1, 4), R(1, 2), R(1)])
    turns = st.sampled_from([R(0), R(0), R(1, 4), R(-1, 4), R(1)])
    hot = st.sampled_from([R(0), R(1)])
    return Modes(*(tuple(draw(x) for _ in range(n)) if x is not None else draw(rates)
                   for x in (turns, None, rates, hot)), couplings)  # fmt: skip


def check(m: Modes) -> None:
    V = cs.covariance(m.system())
    expected, condition = m.covariance()
    close(at(m, V).matrix, expected, condition)
    corner = V[V.quadratures[0], V.quadratures[-1]]
    close(at(m, corner), expected[0, -1], condition, np.abs(expected).max())
    assert np.isfinite(at(m, cs.log_negativity(V, m.names[0], m.names[1])))
    assert np.isfinite(at(m, cs.noise_spectrum(m.system(), "X_m0"), Omega=0.0))


@examples(6, 400)
@given(degenerate())
def test_every_stable_system_has_a_covariance(m: Modes) -> None:
    if stable(m):
        check(m)


def test_one_whose_pivot_vanishes() -> None:
    """In doubles, in many digits, exactly, and when numbers are put in first."""
    check(KNOWN)
    V = cs.covariance(KNOWN.system())
    corner = V["X_m0", "X_m0"]
    expected = KNOWN.covariance()[0][0, 0]
    assert corner.definitions.pivots
    exact, bound = cs.exact_value(corner, exactly(KNOWN, [s.name for s in corner.parameters]), 20)
    assert float(exact) == pytest.approx(expected, rel=1e-13)
    assert bound < 1e-18
    assert complex(at(KNOWN, V.subs({"Delta_1": 0})["X_m0", "X_m0"])) == pytest.approx(expected, rel=1e-13)
    sure = cs.evaluator(corner, precision="guaranteed")
    assert sure(floats(KNOWN, sure.parameters)) == pytest.approx(expected, rel=1e-13)
    many = cs.evaluator(corner, backend="mpmath")
    assert abs(many(exactly(KNOWN, many.parameters)) - sp.Float(exact, 20)) < 1e-18
    value, slopes = cs.evaluator(corner).gradient(over=["Delta_1"])(floats(KNOWN, corner_names(corner)))
    moved = [floats(KNOWN, corner_names(corner)) | {"Delta_1": x} for x in (1e-5, -1e-5)]
    above, below = (cs.evaluator(corner)(p) for p in moved)
    assert value == pytest.approx(expected, rel=1e-13)
    assert slopes[0] == pytest.approx((above - below) / 2e-5, rel=1e-6)


def corner_names(q: cs.Quantity) -> list[str]:
    return [s.name for s in q.parameters]


def test_what_a_user_divides_by_is_not_moved() -> None:
    x = sp.Symbol("x")
    assert np.isnan(cs.evaluator(sp.sin(x) / x)(x=0.0))

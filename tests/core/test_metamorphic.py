"""What must not change a result: the unit of time, and one part written as two.

No number here is compared with a stored one: each relation holds for every system.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import sympy as sp
from hypothesis import assume, given
from hypothesis import strategies as st

import cascade_sym as cs
from tests.core.hamiltonians import Modes, modes
from tests.core.test_ordinary_hamiltonians import at, examples, stable

EXACT = 1e-11


def in_units(m: Modes, unit: sp.Expr) -> Modes:
    """The same system with every rate and frequency `unit` times as large."""
    couplings = {key: unit * G for key, G in m.couplings.items()}
    detuning, gamma = (tuple(unit * x for x in group) for group in (m.detuning, m.gamma))
    return replace(m, detuning=detuning, gamma=gamma, kappa=unit * m.kappa, couplings=couplings)


@examples(5, 150)
@given(modes(3, loops=False), st.sampled_from([sp.Rational(1, 10**9), sp.Rational(7, 3), sp.Integer(10) ** 12]))
def test_the_unit_of_time_changes_nothing(m: Modes, unit: sp.Expr) -> None:
    assume(stable(m))
    other, s = in_units(m, unit), m.system()
    V, N = cs.covariance(s), cs.noise_spectrum(s, "X")
    W, condition = m.covariance()
    for target, size in ((V, np.abs(W).max()), (cs.conditional_covariance(s, cs.Homodyne(angle=0)), np.abs(W).max())):
        first, second = (at(x, target).matrix for x in (m, other))
        assert np.abs(first - second).max() <= EXACT * condition * size
    frequency = {"Omega": 0.4} if N.frequency in N.parameters else {}
    turned = {k: v * float(unit) for k, v in frequency.items()}
    assert at(m, N, **frequency) == pytest.approx(at(other, N, **turned), rel=EXACT * condition)
    if m.size > 1:
        E = cs.log_negativity(V, m.names[0], m.names[-1])
        assert at(m, E) == pytest.approx(at(other, E), rel=1e-9 * condition, abs=1e-9 * condition)


@examples(4, 100)
@given(modes(2, loops=False), st.floats(0.05, 0.95))
def test_one_bath_is_two_of_the_same_temperature(m: Modes, share: float) -> None:
    assume(stable(m))
    whole = m.system()
    (_, (L, n)), *others = whole.baths.items()
    w = cs.symbol("share", (0, 1))
    two = replace(whole, baths={"first": (sp.sqrt(w) * L, n), "second": (sp.sqrt(1 - w) * L, n), **dict(others)})
    _, condition = m.covariance()
    for measured in (cs.covariance, lambda s: cs.conditional_covariance(s, cs.Homodyne(angle=0))):
        f, g = (cs.evaluator(measured(s)) for s in (whole, two))
        assert given_at(m, f, share) == pytest.approx(given_at(m, g, share), rel=EXACT * condition, abs=EXACT)


def given_at(m: Modes, f: Any, share: float) -> np.ndarray:
    values = {s.name: float(v) if v.is_real else complex(v) for s, v in m.symbols().items()} | {"share": share}
    return f({k: values[k] for k in f.parameters}).matrix.ravel()


e1, e2, angle, share = sp.Symbol("e1"), sp.Symbol("e2"), sp.Symbol("angle"), sp.Symbol("share")
S, M = cs.Oscillator("S", mass=-1), cs.Oscillator("M")
a, b = cs.Cavity("a"), cs.Squeezer("b", chi=sp.Symbol("chi"), kappa=sp.Symbol("k"))
SPLIT = {  # one part, and the same as two
    "loss between oscillators": (
        S >> cs.Loss(e1 + e2 - e1 * e2) >> M, S >> cs.Loss(e1, name="l1") >> cs.Loss(e2, name="l2") >> M,
    ),
    "loss between cavities": (
        a >> cs.Loss(e1 + e2 - e1 * e2) >> b, a >> cs.Loss(e1, name="l1") >> cs.Loss(e2, name="l2") >> b,
    ),
    "phase": (
        a >> cs.PhaseShift(angle) >> b, a >> cs.PhaseShift(share * angle, name="p1")
        >> cs.PhaseShift((1 - share) * angle, name="p2") >> b,
    ),
    "loss and phase exchanged": (
        a >> cs.PhaseShift(angle, name="p") >> cs.Loss(e1, name="l") >> b,
        a >> cs.Loss(e1, name="l") >> cs.PhaseShift(angle, name="p") >> b,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("whole", "parts"), SPLIT.values(), ids=SPLIT)
@pytest.mark.parametrize("measured", [False, True], ids=["unconditional", "conditional"])
def test_one_part_is_two(whole: Any, parts: Any, measured: bool) -> None:
    of = (lambda s: cs.conditional_covariance(s, cs.Homodyne(angle=0))) if measured else cs.covariance
    f, g = (cs.evaluator(of(s)) for s in (whole, parts))
    rng = np.random.default_rng(5)
    names = sorted({*f.parameters, *g.parameters})
    values = {n: rng.uniform(0.05, 0.4, 6) for n in names}
    values |= {n: rng.uniform(1.0, 2.0, 6) for n in names if n in ("k", "kappa_a", "Gamma_SB", "Gamma_MB")}
    first, second = (x({k: values[k] for k in x.parameters}).matrix for x in (f, g))
    assert np.isfinite(first).all()
    assert np.abs(first - second).max() <= 1e-12 * np.abs(first).max()

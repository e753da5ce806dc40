"""Feedback networks of four modes with independent symbols: the covariance in closed form, against SciPy.

Every mode feels every other one, so that the whole drift matrix is one block (of eight real rows where light is
squeezed). The time that this takes is in `tests/benchmarks/feedback.py`.
"""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

import cascade_sym as cs
from tests.core import oracle
from tests.core.rings import RINGS, amplifier_ring

MODES = 4


@pytest.fixture(scope="module", params=sorted(RINGS))
def solved(request):
    system = RINGS[request.param](MODES)
    return system, cs.covariance(system)


def points(system, count):
    """Stable points: squeezing and parametric gain below the losses."""
    found = []
    for seed in range(20):
        values = oracle.draw(system.parameters, seed)
        values = {s: v / 8 if s.name.startswith("chi") or s.name.endswith("P") else v for s, v in values.items()}
        if oracle.growth(system, values) < -0.01:
            found.append(values)
    assert len(found) >= count
    return found[:count]


def test_every_mode_feels_every_other(solved):
    system, _ = solved
    reach = np.array([[int(e != 0) for e in row] for row in system.A.tolist()])
    assert (np.linalg.matrix_power(reach + np.eye(len(reach), dtype=int), len(reach)) > 0).reshape(
        MODES, 2, MODES, 2
    ).any(axis=(1, 3)).all()


def test_commutators_are_preserved(solved):
    assert cs.is_physical(solved[0])


def test_closed_form_is_that_of_numbers(solved):
    system, V = solved
    for values in points(system, 3):
        oracle.assert_same(V, system, values, 1e-9)
        assert all(oracle.value(c, V.definitions, values).real > 0 for c in V.stability)


def test_the_size_stays_polynomial(solved):
    """A few thousand operations for the whole matrix, where written-out elements would fill books."""
    _, V = solved
    assert sum(int(sp.count_ops(e)) for _, e in V.definitions) < 10_000


def test_evaluator_of_a_closed_form():
    system = amplifier_ring(MODES)
    V = cs.covariance(system)
    element = V["P_c0", "P_c3"]
    f = cs.evaluator(element)
    for values in points(system, 2):
        expected = oracle.lyapunov(system, values)[1, 7]
        got = f(**{s.name: float(values[s]) for s in element.parameters})
        assert abs(float(got) - expected) <= 1e-9 * (1 + abs(expected))


def test_loops_that_cross_each_other_stay_short():
    """Seven wires in three loops around one cavity: multiplied out, one noise correlation has two million operations."""
    e, f, k, j, d, s, t = (cs.symbol(name) for name in ("eps_1", "eps_2", "kappa_l", "kappa_r", "Delta", "s", "t"))
    parts = [
        cs.Loss(e, name="m"), cs.Loss(f, name="n"), cs.Cavity("c", kappa={"l": k, "r": j}, detuning=d),
        cs.BeamSplitter(angle=s, name="x"), cs.BeamSplitter(angle=t, name="y"),
    ]  # fmt: skip
    wires = [("m", "x.2"), ("x.1", "n"), ("y.1", "c.l"), ("x.2", "y.1"), ("c.l", "x.1"), ("y.2", "c.r"), ("n", "m")]
    system = cs.connect(parts, wires)
    V = cs.covariance(system)
    assert sum(int(sp.count_ops(x)) for _, x in V.definitions) < 10_000
    for seed in range(3):
        oracle.assert_same(V, system, oracle.draw(system.parameters, seed), 1e-9)


def test_a_rate_that_a_loop_has_undone_is_not_divided_by():
    """All light of the amplifier comes back to it: without a pump, its own quadratures have no rate of their own."""
    chi, k, j, h, u = sp.symbols("chi k j h u")
    parts = [
        cs.Squeezer("q", chi, k), cs.PhaseShift(u, name="p"), cs.Cavity("c", kappa={"l": k, "r": j}, loss=h),
    ]  # fmt: skip
    V = cs.covariance(cs.connect(parts, [("q", "p"), ("p", "c.l"), ("c.l", "q")]))
    assert V.definitions["A_X_q_X_q"].subs(chi, 0).simplify() == 0
    values = {chi: 0, k: 0.7, j: 0.4, h: 0.2, u: 2.2}
    assert oracle.growth(V.system, values) < -1e-3
    oracle.assert_same(V, V.system, values, 1e-9)
    assert all(oracle.value(c, V.definitions, values).real > 0 for c in V.stability)


def test_a_phase_in_a_loop_leaves_real_definitions():
    """1/(1 - exp(i u)) in the drift: an evaluator needs to see that moments and conditions are real."""
    k, j, u = sp.symbols("k j u")
    parts = [cs.Squeezer("q", sp.Rational(1, 10), {"l": k, "r": j}), cs.PhaseShift(u, name="p")]
    V = cs.covariance(cs.connect(parts, [("q.r", "p"), ("p", "q.l")]))
    values = {k: 0.7, j: 0.4, u: 2.2}
    got = cs.evaluator(V["X_q", "P_q"])(**{s.name: v for s, v in values.items()})
    assert got == pytest.approx(oracle.lyapunov(V.system, values)[0, 1], rel=1e-12)


def test_loops_of_splitters_stay_unexpanded():
    """Five splitters whose loops cross: multiplied out, a coefficient of the drift matrix would have 10^8 terms."""
    angles = sp.symbols("t0:5")
    parts = [cs.BeamSplitter(angle=t, name=f"s{k}") for k, t in enumerate(angles)]
    wires = "0.1 3.2, 0.2 4.1, 1.1 3.1, 1.2 0.2, 2.1 0.1, 3.1 2.1, 2.2 1.2, 3.2 2.2"
    net = cs.connect(
        [*parts, cs.Cavity("c", kappa={"l": 1, "r": 2})],
        [tuple(f"s{end}" for end in wire.split()) for wire in wires.split(", ")][1:] + [("s4.1", "c.l")],
    )
    C = net.C.xreplace(dict(zip(angles, (0.57, 1.35, 0.06, 1.43, 0.3), strict=True)))
    assert cs.is_physical(net.subs(dict(zip(angles, map(sp.Float, (0.57, 1.35, 0.06, 1.43, 0.3)), strict=True))))
    assert C.shape == (2 * len(net.outputs), 2)

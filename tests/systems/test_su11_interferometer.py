"""An interferometer whose beam splitters are amplifiers: SU(1,1).

Two-mode squeezed light (r) takes the phase phi, shared by its beams, and meets an amplifier that undoes it at phi = 0.
Of N = 2 sinh^2 r photons inside, counting all that leave near phi = 0 gives

    <n_1> = sinh^2(2r) (1 - cos phi)/2,   (Delta phi)^2 -> 1/sinh^2(2r) = 1/[N (N + 2)].

Source: Yurke, McCall, Klauder, PRA 33, 4033 (1986).
"""

from __future__ import annotations

import numpy as np
import sympy as sp

import cascade_sym as cs
from cascade_sym.derive.master_equation_moments import GaussianState
from tests.light.numeric import close, entangled

r, phi = sp.symbols("r phi")
CH, SH = (sp.exp(r) + sp.exp(-r)) / 2, (sp.exp(r) - sp.exp(-r)) / 2


def amplifier(sign):
    """b_1 -> ch b_1 + sign sh b_2^+, in quadratures: a memoryless network from its state space."""
    one, mirror = sp.eye(2), sp.diag(1, -1)
    D = sp.Matrix(sp.BlockMatrix([[CH * one, sign * SH * mirror], [sign * SH * mirror, CH * one]]))
    return cs.realise(sp.zeros(0, 0), sp.zeros(0, 4), sp.zeros(4, 0), D, name="amplifier")


def interferometer():
    parts = {"epr": cs.TwoModeSqueezedLight(r), "arm": cs.PhaseShift(phi), "amp": amplifier(1)}
    return cs.connect(parts, [("epr.1", "arm"), ("arm", "amp.1"), ("epr.2", "amp.2")])


def counts():
    """Mean and variance of the number of all photons."""
    s = interferometer()
    fields = [p.fields[""] for p in s.out_ports]
    state = GaussianState(fields)
    q = {}
    for f in fields:
        b = s.output(f)
        q |= {f"X_{f}": (b + b.dagger()).scaled(1 / sp.sqrt(2)), f"P_{f}": (b - b.dagger()).scaled(-sp.I / sp.sqrt(2))}
    values = {state.cov(i, j): s.inputs.correlation(q[i], q[j]) for i in q for j in q}
    values |= dict.fromkeys(state.mean.values(), sp.S.Zero)
    n = sum(cs.operator(f).dagger() * cs.operator(f) for f in fields)
    mean, square = (state.expectation(x).subs(values) for x in (n, n * n))
    return mean, square - mean**2


def test_nothing_leaves_where_the_amplifiers_cancel():
    mean, variance = counts()
    assert cs.is_zero(mean.subs(phi, 0)) and cs.is_zero(variance.subs(phi, 0))


def test_counts_and_sensitivity():
    mean, variance = counts()
    S = ((sp.exp(2 * r) - sp.exp(-2 * r)) / 2) ** 2
    assert cs.equal(mean, S * (1 - sp.cos(phi)))
    n = S * (1 - sp.cos(phi)) / 2
    assert cs.equal(variance, 4 * n * (n + 1))
    sensitivity = n * (n + 1) / sp.diff(n, phi) ** 2  # (Delta phi)^2 = Var/(2 n')^2
    assert cs.equal(sp.limit(sensitivity, phi, 0), 1 / S)
    N = 2 * SH**2
    assert cs.equal(S, N * (N + 2))


def test_the_amplifier_preserves_commutators_and_the_light_is_physical():
    assert cs.is_physical(interferometer())


def test_counts_against_matrices():
    """Of a Gaussian state without mean: <n> = tr V/2 - 1, Var n = tr V^2/2 - 1/2 for two modes."""
    rng, found = np.random.default_rng(7), [sp.lambdify((r, phi), e, "numpy") for e in counts()]
    for _ in range(4):
        size, angle = rng.uniform(0.1, 1.5), rng.uniform(-3, 3)
        c, s = np.cos(angle), np.sin(angle)
        turned = np.eye(4)
        turned[:2, :2] = [[c, -s], [s, c]]
        ch, sh = np.cosh(size), np.sinh(size)
        gain = np.block([[ch * np.eye(2), sh * np.diag([1, -1])], [sh * np.diag([1, -1]), ch * np.eye(2)]])
        V = gain @ turned @ entangled(size) @ turned.T @ gain.T
        wanted = [np.trace(V) / 2 - 1, np.trace(V @ V) / 2 - 0.5]
        assert close([f(size, angle).real for f in found], wanted)

"""Steady states: cascades of any length, squeezers, feedback networks, against SciPy's Lyapunov solver."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

import cascade_sym as cs
from cascade_sym.errors import UnstableError
from cascade_sym.solve.covariance import lyapunov_check


def chain(n, loss=True, detuned=False):
    """n oscillators of alternating mass sign, all symbols independent."""
    out = cs.Oscillator("o0", mass=-1)
    for k in range(1, n):
        if loss:
            out = out >> cs.Loss(cs.symbol(f"eps_{k}"))
        extra = {"detuning": cs.symbol(f"Delta_{k}"), "phases": (cs.symbol(f"f_{k}"), 0)} if detuned else {}
        out = out >> cs.Oscillator(f"o{k}", mass=(-1) ** (k + 1), **extra)
    return out


def stable(draw, symbols, seed):
    """Damping larger than parametric gain."""
    values = draw(symbols, seed)
    return {s: v / 8 if s.name.endswith("P") else v for s, v in values.items()}


@pytest.mark.parametrize("n", [1, 2, 3, 4, 6])
@pytest.mark.parametrize("loss", [False, True])
def test_cascades(oracle, draw_values, n, loss):
    system = chain(n, loss).system()
    V = cs.covariance(system)
    for seed in range(4):
        oracle.assert_same(V, system, stable(draw_values, system.parameters, seed), 1e-10)


@pytest.mark.parametrize("n", [2, 3])
def test_detuned_cascades_with_phases(oracle, draw_values, n):
    system = chain(n, detuned=True).system()
    V = cs.covariance(system)
    for seed in range(3):
        oracle.assert_same(V, system, stable(draw_values, system.parameters, seed), 1e-10)


def test_forty_oscillators(oracle, draw_values):
    system = chain(40).system()
    V = cs.covariance(system)
    values = stable(draw_values, system.parameters, 1)
    numbers = system.subs({s: sp.Float(v, 17) for s, v in values.items()})  # matrices of numbers are quick to build
    oracle.assert_same(V, numbers, values, 1e-10)
    assert len(V.definitions) < 40**2 * 2


def test_definitions_grow_polynomially():
    operations = []
    for n in (4, 8):
        V = cs.covariance(chain(n))
        operations.append(sum(int(sp.count_ops(e)) for _, e in V.definitions))
    assert operations[1] < 16 * operations[0]


@pytest.mark.parametrize(
    "network",
    [
        cs.Squeezer("q", chi=sp.Symbol("eta_chi"), detuning=sp.Symbol("Delta")),
        cs.Squeezer("q", chi=sp.Symbol("eta_chi"), two_mode=True, detuning=sp.Symbol("Delta")),
        cs.Squeezer("q", chi=sp.Symbol("eta_chi") / 2, two_mode=True)
        >> cs.Loss(sp.Symbol("eps"))
        >> cs.Oscillator("m", Gamma_P=0),
        cs.Squeezer("q", chi=sp.Symbol("eta_chi") / 4) >> cs.Cavity("c", detuning=sp.Symbol("Delta")),
    ],
    ids=["degenerate", "two-mode", "squeezed light on an oscillator", "squeezed light on a cavity"],
)
def test_phase_sensitive_systems(oracle, draw_values, network):
    system = network.system()
    V = cs.covariance(system)
    assert lyapunov_check(V, system).ok
    for seed in range(3):
        values = {s: v / 3 if s.name.startswith("eta") else v for s, v in draw_values(system.parameters, seed).items()}
        oracle.assert_same(V, system, values, 1e-9)


def ring(modes):
    """Cavities in a ring: light of the last one returns to the first through a beam splitter."""
    cavities = [cs.Cavity(f"c{k}", kappa={"a": cs.symbol(f"k_{k}"), "b": cs.symbol(f"q_{k}")},
                          detuning=cs.symbol(f"D_{k}")) for k in range(modes)]  # fmt: skip
    joint = cs.concatenate(*(c.system() for c in cavities))
    for k in range(modes):
        joint = cs.feedback(joint, f"c{k}.out_a", f"c{(k + 1) % modes}.in_b" if k + 1 < modes else "c0.in_a")
    return joint


@pytest.mark.parametrize("modes", [2, 3])
def test_feedback_networks(oracle, draw_values, modes):
    """No triangular order: the whole drift matrix is one block."""
    system = ring(modes)
    assert cs.is_physical(system)
    V = cs.covariance(system)
    for seed in range(3):
        oracle.assert_same(V, system, draw_values(system.parameters, seed), 1e-9)


def test_passive_networks_leave_vacuum_alone(draw_values, oracle):
    V = cs.covariance(ring(3))
    values = draw_values(V.definitions.parameters(), 5)
    assert abs(oracle.matrix(V, values) - 0.5 * np.eye(6)).max() < 1e-9


def test_lyapunov_residual_is_proved_zero():
    pair = chain(2)
    assert lyapunov_check(cs.covariance(pair), pair).ok
    V = cs.covariance(pair)
    from dataclasses import replace

    wrong = replace(V, elements={**V.elements, ("X_o0", "X_o1"): 2 * V.element("X_o0", "X_o1")})
    assert not lyapunov_check(wrong, pair).ok


@pytest.mark.parametrize(
    "part",
    [
        cs.Oscillator("m", gamma=0, Gamma_B=0),
        cs.Oscillator("m", gamma=0, Gamma_B=1, Gamma_P=1),
        cs.Oscillator("m", gamma=1, Gamma_B=1, Gamma_P=3),
        cs.Oscillator("m", gamma=0.5, Gamma_B=0.25, Gamma_P=1.0),
        cs.Cavity("c", kappa=0),
        cs.Squeezer("q", chi=2, kappa=1),
        cs.Squeezer("q", chi=1, kappa=2, two_mode=True),
        cs.Squeezer("q", chi=1, kappa=1, two_mode=True, detuning=sp.Rational(1, 4)),
    ],
)
def test_no_steady_state(part):
    with pytest.raises(UnstableError):
        cs.covariance(part)


def test_stability_conditions():
    V = cs.covariance(cs.Squeezer("q", chi=sp.Symbol("chi"), kappa=sp.Symbol("kappa"), detuning=sp.Symbol("D")))
    inline = [V.definitions.inline(s) for s in V.stability]

    def holds(chi, kappa, D):
        return all(e.subs({"chi": chi, "kappa": kappa, "D": D}) > 0 for e in inline)

    assert holds(0.4, 1, 0) and not holds(0.6, 1, 0)
    assert holds(0.6, 1, 1)  # detuned: the threshold is higher


def test_the_same_input_gives_the_same_definitions():
    first, second = cs.covariance(chain(3)), cs.covariance(chain(3))
    assert first.definitions == second.definitions and str(first.definitions) == str(second.definitions)

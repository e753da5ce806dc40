"""Invariants of random networks: loss, squeezing, optomechanics, thermal baths, loops with and without delay.

HYPOTHESIS_PROFILE=thorough draws two thousand of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
import sympy as sp
from hypothesis import assume, given, settings

import cascade_sym as cs
from cascade_sym.errors import AlgebraicLoop, UnstableError
from tests.core import oracle
from tests.core.networks import Network, networks

FEWER = settings(max_examples=settings().max_examples * 2 // 5)
MARGIN = 1e-3  # drifts whose eigenvalues are closer to the imaginary axis are neither here nor there


@contextmanager
def feasible() -> Iterator[None]:
    """Networks whose light would run in a closed loop without loss do not exist."""
    try:
        yield
    except AlgebraicLoop:
        assume(False)


def built(network: Network) -> cs.LinearSystem:
    with feasible():
        system = network.build()
    assume(system.modes and len(system.modes) <= 6)
    return system


def regular(system: cs.LinearSystem, network: Network) -> bool:
    """Whether the point is not near a pole of the network itself (a loop whose gain is 1 there)."""
    try:
        A, N = oracle.drift_and_noise(system, network.values)
        light = [oracle.value(c, (), network.values) for form in system.internal.values() for _, c in form]
    except ZeroDivisionError:
        return False
    if not all(np.isfinite(light)) or max(map(abs, light), default=0) > 100:
        return False
    return bool(np.isfinite(A).all() and abs(A).max() < 100 and np.isfinite(N).all())


@given(networks())
def test_commutators_are_preserved(network):
    assert cs.is_physical(built(network))


@given(networks())
def test_covariance_is_that_of_numbers(network):
    system = built(network)
    assume(regular(system, network))
    growth = oracle.growth(system, network.values)
    assume(abs(growth) > MARGIN)
    try:
        V = cs.covariance(system)
    except UnstableError:
        assert growth > 0, "a stable network was refused"
        return
    # unstable points may be poles of other definitions, so only those that the conditions need have a value
    needed = V.definitions.needed(*V.stability)
    conditions = [oracle.value(e, needed, network.values).real for e in V.stability]
    assert all(c > 0 for c in conditions) == (growth < 0)
    if growth < 0:
        oracle.assert_same(V, system, network.values, 1e-9)
        symplectic = np.kron(np.eye(len(system.modes)), [[0, 1], [-1, 0]])
        uncertainty = oracle.matrix(V, network.values) + 0.5j * symplectic
        assert np.linalg.eigvalsh(uncertainty).min() > -1e-9 * abs(uncertainty).max()


@given(networks())
@FEWER
def test_numbers_give_numbers(network):
    """All parameters floats: no definitions remain, and instability is an error at once."""
    system = built(network)
    assume(regular(system, network))
    growth = oracle.growth(system, network.values)
    assume(abs(growth) > MARGIN)
    numbers = system.subs({s: sp.Float(v) for s, v in network.values.items()})
    assert cs.is_physical(numbers)
    if growth > 0:
        with pytest.raises(UnstableError):
            cs.covariance(numbers)
        return
    V = cs.covariance(numbers)
    assert len(V.definitions) == 0
    oracle.assert_same(V, numbers, {}, 1e-9)


@given(networks(loops=False))
@FEWER
def test_without_loops_every_wire_is_a_let_binding(network):
    """Connecting forward rewrites nothing: the wired input carries the very form of the output."""
    system = built(network)
    assert all(len(form) <= 3 for form in system.internal.values())  # one term a part: nothing was written out

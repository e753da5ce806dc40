"""Three and more oscillators of mixed mass signs in series, with loss between each pair, against numbers.

No closed form is printed for these; the oracle is SciPy's Lyapunov solver on the flattened real drift and diffusion
matrices, which shares no code with the block substitution. The detuned chains have complex drifts.
"""

from __future__ import annotations

import pytest

import cascade_sym as cs
from tests.core import oracle


@pytest.mark.parametrize("masses", [(-1, 1, 1), (1, -1, 1), (-1, -1, 1, 1), (1, -1, -1, 1, -1)])
@pytest.mark.parametrize("detuned", [False, True])
def test_mixed_masses_against_numbers(masses, detuned):
    chain = None
    for k, mass in enumerate(masses):
        extra = {"detuning": cs.symbol(f"Delta_{k}")} if detuned else {}
        part = cs.Oscillator(f"o{k}", mass=mass, **extra)
        chain = part if chain is None else chain >> cs.Loss(cs.symbol(f"eps_{k}")) >> part
    system = chain.system()
    V = cs.covariance(system)
    for seed in range(3):
        values = oracle.draw(system.parameters, seed)
        values = {s: v / 8 if s.name.endswith("P") else v for s, v in values.items()}
        oracle.assert_same(V, system, values, 1e-10)


@pytest.mark.parametrize("masses", [(-1, 1, 1), (1, -1, -1, 1)])
def test_commutators_hold_for_symbols(masses):
    chain = None
    for k, mass in enumerate(masses):
        part = cs.Oscillator(f"o{k}", mass=mass)
        chain = part if chain is None else chain >> cs.Loss(cs.symbol(f"eps_{k}")) >> part
    assert cs.is_physical(chain)

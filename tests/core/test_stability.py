"""Stability conditions against eigenvalues, for real and complex blocks of every size; numbers at their limits."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

import cascade_sym as cs
from cascade_sym.errors import UnstableError
from cascade_sym.solve.complex_pairs import pair
from cascade_sym.solve.naming import Naming
from cascade_sym.solve.stability import block_conditions, growth
from tests.core import oracle

k, chi = sp.symbols("kappa chi")


def conditions_of(n: int, complex_entries: bool):
    """Conditions of a full n x n block with independent entries, and how to fill it."""
    symbol = cs.symbols.complex_symbol if complex_entries else cs.symbol
    entries = {(i, j): symbol(f"a_{i}_{j}") for i in range(n) for j in range(n)}
    naming = Naming(entries.values())
    rows = [[pair(entries[i, j]) for j in range(n)] for i in range(n)]
    return block_conditions(rows, range(n), naming), naming.definitions, entries


@pytest.mark.parametrize(
    ("n", "complex_entries", "draws"),
    [(2, False, 40), (2, True, 40), (3, False, 40), (3, True, 20), (4, False, 40), (4, True, 20), (5, False, 20),
     (5, True, 8), (8, False, 8)],
)  # fmt: skip
def test_conditions_are_positive_exactly_where_eigenvalues_decay(n, complex_entries, draws):
    conditions, definitions, entries = conditions_of(n, complex_entries)
    rng = np.random.default_rng(n)
    seen = set()
    for shift in [0.05, -0.05, 0.5, -0.5] * (draws // 4):
        M = rng.normal(size=(n, n)) + (1j * rng.normal(size=(n, n)) if complex_entries else 0)
        M = M - np.eye(n) * (np.linalg.eigvals(M).real.max() + shift)
        values = {s: M[i, j] for (i, j), s in entries.items()}
        stable = bool(np.linalg.eigvals(M).real.max() < 0)
        assert all(oracle.value(c, definitions, values).real > 0 for c in conditions) == stable
        seen.add(stable)
    assert seen == {True, False}


def test_a_ring_of_any_size_has_conditions_that_keep_their_digits():
    """Fourteen rows: coefficients of the characteristic polynomial would have lost the sign of some of these."""
    parts = [cs.Squeezer(f"c{j}", chi=sp.Symbol(f"x{j}"), kappa={"l": 1, "r": 1}) for j in range(7)]
    ring = cs.connect(parts, [(f"c{j}.r", f"c{(j + 1) % 7}.l") for j in range(7)])
    V = cs.covariance(ring)
    rng, seen = np.random.default_rng(7), set()
    needed = V.definitions.needed(*V.stability)
    for scale in (0.1, 0.3, 0.6, 0.9) * 3:
        values = {sp.Symbol(f"x{j}"): x for j, x in enumerate(rng.uniform(0.05, 2, 7) * scale)}
        stable = oracle.growth(ring, values) < 0
        assert all(oracle.value(c, needed, values).real > 0 for c in V.stability) == stable
        seen.add(stable)
    assert seen == {True, False}


def test_stability_at_numbers():
    cs.covariance(cs.Squeezer("q", chi=0.99, kappa=2.0))
    with pytest.raises(UnstableError, match="grows"):
        cs.covariance(cs.Squeezer("q", chi=1.01, kappa=2.0))
    with pytest.raises(UnstableError, match="undamped"):
        cs.covariance(cs.Squeezer("q", chi=1, kappa=2))


def test_threshold_is_exact_for_exact_numbers():
    below = cs.covariance(cs.Squeezer("q", chi=sp.Rational(10**12 - 1, 10**12), kappa=2))
    assert below["X_q", "X_q"].inline() == sp.Rational(10**12, 2)
    for at_or_above in (1, sp.Rational(10**12 + 1, 10**12)):
        with pytest.raises(UnstableError):
            cs.covariance(cs.Squeezer("q", chi=at_or_above, kappa=2))


def test_growth_of_a_numeric_matrix():
    rows = [[sp.Integer(-1), sp.Integer(4)], [sp.Integer(1), sp.Integer(-1)]]
    assert growth(rows) == pytest.approx(1)
    assert growth([[sp.Integer(0), sp.Integer(1)], [sp.Integer(-1), sp.Integer(0)]]) == 0
    assert growth([[sp.Rational(-1, 7) + sp.I]]) == pytest.approx(-1 / 7)
    nearly = [[sp.Float(0.1) + sp.Float(0.2) - sp.Float(0.3), sp.Float(1)], [sp.Float(-1), sp.Integer(0)]]
    assert growth(nearly) == 0


@pytest.mark.parametrize(
    "network",
    [
        cs.Oscillator("m", gamma=0, Gamma_B=0),
        cs.Oscillator("m", gamma=0, Gamma_B=k, Gamma_P=k),
        cs.Oscillator("m", gamma=0, Gamma=k, theta=sp.pi / 4),
        cs.Cavity("c", kappa=0, detuning=chi),
        cs.Oscillator("a") >> cs.Oscillator("m", gamma=0, Gamma_B=0, Gamma_P=k),
        cs.SLH("s", H=cs.operator("a").dagger() * cs.operator("a"), modes=("a",)),
    ],
)
def test_undamped_or_growing_whatever_the_parameters(network):
    with pytest.raises(UnstableError):
        cs.covariance(network)


def test_an_undamped_mode_in_a_loop_is_found():
    """A cavity that sees only light it has emitted, shifted so that it interferes away: a bound state."""
    net = cs.connect(
        [cs.Cavity("c", kappa={"l": k, "r": k}), cs.PhaseShift(sp.pi, name="p")], [("c.r", "p"), ("p", "c.l")]
    )
    with pytest.raises(UnstableError, match="undamped"):
        cs.covariance(net)


R = sp.Rational


@pytest.mark.parametrize("tiny", [R(1, 10**32), R(1, 10**300)])
def test_the_sign_of_a_rate_is_exact(tiny):
    def mode(rate):
        return cs.Oscillator("M", Gamma_B=R(9, 100) + rate, Gamma_P=R(1, 10), gamma=R(1, 100), n=0)

    assert cs.covariance(mode(tiny))["X_M", "X_M"].inline() == (R(1, 10) + tiny / 2) / tiny
    assert cs.noise_spectrum(mode(tiny), "X_M").inline() != 0
    for rate, says in ((-tiny, "grows"), (0, "undamped")):
        for measured in (cs.covariance, lambda s: cs.noise_spectrum(s, "X_M")):
            with pytest.raises(UnstableError, match=says):
                measured(mode(rate))
    pair = cs.Squeezer("q", chi=(1 - tiny) / 2, kappa=1, two_mode=True, detuning=0)
    assert cs.covariance(pair)["X_q+", "X_q+"].inline() > 0
    with pytest.raises(UnstableError):
        cs.covariance(cs.Squeezer("q", chi=(1 + tiny) / 2, kappa=1, two_mode=True))


def test_a_rate_of_nested_roots_that_vanishes_is_no_growth():
    for part in (
        cs.Oscillator("M", Gamma_B=sp.sqrt(2) + sp.sqrt(3), Gamma_P=sp.sqrt(5 + 2 * sp.sqrt(6)), gamma=0),
        cs.Squeezer("q", chi=(sp.sqrt(2) + sp.sqrt(3)) / 2, kappa=sp.sqrt(5 + 2 * sp.sqrt(6))),
    ):
        with pytest.raises(UnstableError, match="undamped"):
            cs.covariance(part)


def test_the_remedy_speaks_of_what_the_part_has():
    with pytest.raises(UnstableError) as refused:
        cs.covariance(cs.Squeezer("q", chi=2, kappa=1))
    assert "Gamma_P" not in str(refused.value)

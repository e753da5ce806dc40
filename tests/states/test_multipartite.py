"""Several parties: all cuts, the polynomial of the partial transpose, sums of variances, closed forms beyond two modes."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import cascade_sym as cs
from cascade_sym.errors import NoClosedForm, ParameterError, UnknownName
from tests.states import oracle

seeds = st.integers(0, 2**32 - 1)
EXAMPLES = settings().max_examples  # 100, and 2000 in the thorough profile


def names(V: np.ndarray) -> list[str]:
    return [str(k + 1) for k in range(len(V) // 2)]


@pytest.mark.parametrize(("n", "count"), [(2, 1), (3, 3), (4, 7), (5, 15)])
def test_every_cut_once(n: int, count: int) -> None:
    found = list(cs.bipartitions(np.eye(2 * n) / 2, cs.duan))
    assert len(found) == count == len({frozenset([frozenset(a), frozenset(b)]) for a, b in found})
    assert all(sorted(a + b) == [str(k + 1) for k in range(n)] for a, b in found)


@given(seeds, st.integers(3, 4))
@settings(max_examples=EXAMPLES // 10)
def test_the_polynomial_decides_one_mode_with_many(seed: int, n: int) -> None:
    """Its sign, exact in the elements, is that of the smallest eigenvalue of the partial transpose less 1/2."""
    V = oracle.random_state(np.random.default_rng(seed), n, heat=0.2, strength=0.4)
    state = cs.gaussian_state(V)
    for k in range(n):
        rest = [str(j + 1) for j in range(n) if j != k]
        nu = oracle.spectrum(oracle.flipped(V, [k]))
        exact = cs.ppt(state, str(k + 1), rest).inline()
        assert float(exact) == pytest.approx(oracle.least_polynomial(nu), rel=1e-6, abs=1e-9)
        if abs(nu[0] - 0.5) > 1e-6:
            assert (exact < 0) == (nu[0] < 0.5)


@given(seeds, st.integers(2, 4))
@settings(max_examples=EXAMPLES // 7)
def test_separable_states_keep_the_bounds(seed: int, n: int) -> None:
    """Products of local states, with classical noise that correlates them: no weights of u and v go below a bound."""
    rng = np.random.default_rng(seed)
    V = np.zeros((2 * n, 2 * n))
    for k in range(n):
        V[2 * k : 2 * k + 2, 2 * k : 2 * k + 2] = oracle.random_state(rng, 1)
    noise = rng.normal(size=(2 * n, 2))
    q = [f"{x}_{m}" for m in names(V) for x in "XP"]
    u, v = ({name: Fraction(int(w), 8) for name, w in zip(q, rng.integers(-8, 9, 2 * n), strict=True)} for _ in "uv")
    found = cs.van_loock_furusawa(V + noise @ noise.T, u, v)
    assert all(r >= 1 - 1e-9 for r in found.ratios.values())
    assert found.genuine >= 1 - 1e-9
    total = sum(np.array([float(w[name]) for name in q]) @ (V + noise @ noise.T) @ [float(w[name]) for name in q] for w in (u, v))
    assert found.total == pytest.approx(total, rel=1e-12)


def test_a_mixture_of_cuts_is_not_called_genuine() -> None:
    """Noise that makes every cut of the GHZ state separable lifts all ratios above 1; the bounds are the commutators'."""
    V = sp.eye(6) / 2
    found = cs.van_loock_furusawa(V, {"X_1": 1, "X_2": -1}, {"P_1": 1, "P_2": 1, "P_3": 1})
    assert found.bounds == {(("1",), ("2", "3")): 2, (("2",), ("1", "3")): 2, (("3",), ("1", "2")): 0}
    assert found.ratios[("3",), ("1", "2")].inline() == sp.oo == found.genuine.inline()


@given(seeds, st.integers(3, 4))
@settings(max_examples=EXAMPLES // 20)
def test_formulas_of_many_modes(seed: int, n: int) -> None:
    """Purity, invariants, and steering of one and two modes by the others, with exact elements, against numbers."""
    V = oracle.random_state(np.random.default_rng(seed), n)
    state = cs.gaussian_state(V)
    everyone = names(V)
    assert cs.evaluator(cs.purity(state))() == pytest.approx(cs.purity(V), rel=1e-9)
    nu2 = cs.symplectic_spectrum(V) ** 2
    expected = [sum(np.prod(c) for c in combinations(nu2, k)) for k in range(1, n + 1)]
    assert [float(q.inline()) for q in cs.symplectic_invariants(state)] == pytest.approx(expected, rel=1e-9)
    for few in (everyone[:1], everyone[:2]):
        rest = [m for m in everyone if m not in few]
        assert cs.evaluator(cs.steering(state, rest, few))() == pytest.approx(cs.steering(V, rest, few), rel=1e-7, abs=1e-9)


def test_no_closed_form_says_where_numbers_are() -> None:
    V = sp.eye(6) * sp.Symbol("v")
    for make in (
        lambda: cs.log_negativity(V, 1, [2, 3]), lambda: cs.symplectic_spectrum(V), lambda: cs.entropy(V),
        lambda: cs.negativity(V, 1, [2, 3]), lambda: cs.duan(V, 1, [2, 3]), lambda: cs.mutual_information(V, 1, [2, 3]),
        lambda: cs.steering(sp.eye(8), 1, [2, 3, 4]),
    ):  # fmt: skip
        with pytest.raises(NoClosedForm, match="state_evaluator"):
            make()


def test_names_and_errors() -> None:
    V = cs.gaussian_state(sp.eye(6) / 2, ["alice", "bob", "carol"])
    with pytest.raises(UnknownName, match="Did you mean 'alice'"):
        cs.purity(V, "alise")
    with pytest.raises(UnknownName, match="Did you mean 'X_bob'"):
        cs.van_loock_furusawa(V, {"X_bop": 1}, {"P_bob": 1})
    with pytest.raises(ParameterError, match="at least two modes"):
        cs.van_loock_furusawa(V, {"X_bob": 1}, {"P_bob": 1})
    with pytest.raises(ParameterError, match="not among the modes"):
        cs.van_loock_furusawa(V, {"X_bob": 1}, {"P_carol": 1}, ["alice", "bob"])
    with pytest.raises(ParameterError, match="at least two modes"):
        cs.bipartitions(V, cs.duan, "bob")
    with pytest.raises(ParameterError, match="itself"):
        cs.log_negativity(V, ["alice", "bob"], "bob")

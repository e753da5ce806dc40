"""Williamson and Bloch-Messiah: the products, the groups, the numbers, in degenerate corners and at strong squeezing."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import cascade_sym as cs
from cascade_sym.errors import ParameterError, UnphysicalError
from tests.states import oracle

seeds = st.integers(0, 2**32 - 1)
EXAMPLES = settings().max_examples  # 100, and 2000 in the thorough profile


def is_symplectic(S: np.ndarray) -> bool:
    J = oracle.omega(len(S) // 2)
    return bool(np.abs(S @ J @ S.T - J).max() < 1e-12 * np.linalg.norm(S) ** 2)


def check_williamson(V: np.ndarray) -> None:
    S, nu = cs.williamson(V)
    assert is_symplectic(S)
    assert np.abs(S @ np.diag(np.repeat(nu, 2)) @ S.T - V).max() < 1e-13 * np.abs(V).max()
    assert nu == pytest.approx(cs.symplectic_spectrum(V), rel=1e-13)


def check_bloch_messiah(S: np.ndarray) -> np.ndarray:
    K, r, L = cs.bloch_messiah(S)
    n = len(S)
    for U in (K, L):
        assert is_symplectic(U)
        assert np.abs(U @ U.T - np.eye(n)).max() < 1e-12
    assert (np.diff(r) <= 0).all() and (r >= 0).all()
    D = np.diag(np.exp(np.kron(r, [-1, 1])))
    assert np.abs(K @ D @ L - S).max() < 1e-12 * np.abs(S).max()
    assert np.exp(r) == pytest.approx(np.linalg.svd(S)[1][: n // 2], rel=1e-9)
    return r


@given(seeds, st.integers(1, 3))
@settings(max_examples=EXAMPLES // 10)
def test_random(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    check_williamson(oracle.random_state(rng, n))
    check_bloch_messiah(oracle.random_symplectic(rng, n))


@pytest.mark.parametrize(
    "V",
    [np.eye(4) / 2, np.eye(6) * 3.0, oracle.two_mode_squeezed(1.0), oracle.two_mode_squeezed(6.0), np.diag([2.0**-21, 2.0**19, 0.5, 0.5])],
    ids=["vacuum", "equal temperatures", "pure", "strongly squeezed", "product"],
)  # fmt: skip
def test_corners_of_states(V: np.ndarray) -> None:
    check_williamson(V)


def test_corners_of_maps() -> None:
    rng = np.random.default_rng(1)
    K = oracle.passive(rng, 3)
    assert check_bloch_messiah(np.eye(4)).tolist() == [0, 0]
    assert check_bloch_messiah(K) == pytest.approx([0, 0, 0], abs=1e-12)
    one = np.diag(np.exp(np.kron([1.0, 1.0, 0.0], [1, -1])))
    assert check_bloch_messiah(K @ one @ K) == pytest.approx([1, 1, 0], abs=1e-12)
    strong = np.diag(np.exp(np.kron([10.0, 1e-9, 0.0], [1, -1])))
    assert cs.bloch_messiah(strong)[1] == pytest.approx([10, 1e-9, 0], rel=1e-6, abs=1e-15)
    c, s = np.cosh(0.7), np.sinh(0.7)
    pair = np.kron(np.eye(2), np.eye(2)) * c + s * np.kron([[0, 1], [1, 0]], np.diag([1, -1]))
    assert check_bloch_messiah(pair) == pytest.approx([0.7, 0.7], rel=1e-12)


def test_formulas_without_parameters() -> None:
    V = cs.gaussian_state(sp.Matrix([[sp.sqrt(2), 0], [0, sp.sqrt(8)]]), conventions=cs.Conventions(vacuum=1))
    S, nu = cs.williamson(V)
    assert nu == pytest.approx([1.0], rel=1e-15)
    assert abs(S) == pytest.approx(np.diag([2**-0.25, 2**0.25]), rel=1e-15)


@pytest.mark.parametrize(
    ("make", "error", "word"),
    [
        (lambda: cs.williamson(sp.eye(2) * sp.Symbol("v")), ParameterError, "parameters"),
        (lambda: cs.williamson(np.eye(4)[None]), ParameterError, "one covariance matrix"),
        (lambda: cs.williamson(np.eye(2) / 3), UnphysicalError, "uncertainty"),
        (lambda: cs.williamson(np.full((2, 2), np.nan)), ParameterError, "finite"),
        (lambda: cs.williamson(oracle.two_mode_squeezed(12.0)), UnphysicalError, "rounding"),
        (lambda: cs.bloch_messiah(np.diag([2, 2])), ParameterError, "not symplectic"),
        (lambda: cs.bloch_messiah(np.eye(3)), ParameterError, "2n rows"),
        (lambda: cs.bloch_messiah("S"), ParameterError, "2n rows"),
    ],
)
def test_bad_input(make, error, word) -> None:
    with pytest.raises(error, match=word):
        make()

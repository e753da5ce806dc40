"""Gaussian channels: complete positivity, parts of a state, known channels, composition."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import cascade_sym as cs
from cascade_sym.errors import ParameterError, UnknownName, UnphysicalError
from tests.states import oracle

C = cs.GaussianChannel
seeds = st.integers(0, 2**32 - 1)
EXAMPLES = settings().max_examples  # 100, and 2000 in the thorough profile


@given(seeds, st.integers(1, 3))
@settings(max_examples=EXAMPLES // 4)
def test_complete_positivity_is_what_a_dilation_has(seed: int, n: int) -> None:
    """X and Y of a unitary on modes and environment pass; with less noise than vacuum there they are refused."""
    rng = np.random.default_rng(seed)
    S = oracle.random_symplectic(rng, 2 * n)
    k = 2 * n
    X, E = S[:k, :k], S[:k, k:]
    C(X, E @ E.T / 2 + 1e-12 * np.eye(k))
    with pytest.raises(UnphysicalError, match="add noise"):
        C(X, 0.99 * E @ E.T / 2)


@given(seeds)
@settings(max_examples=EXAMPLES // 7)
def test_channels_give_states(seed: int) -> None:
    """A channel on part of an entangled state gives a physical state; entanglement does not grow."""
    rng = np.random.default_rng(seed)
    V = oracle.random_state(rng, 3)
    S = oracle.random_symplectic(rng, 2)
    W = C(S[:2, :2], S[:2, 2:] @ S[:2, 2:].T * 0.6).apply(V, 2)
    assert np.linalg.eigvalsh(W + 0.5j * oracle.omega(3)).min() > -1e-9
    for cut in ((1, [2, 3]), (2, [1, 3])):
        assert cs.log_negativity(W, *cut) <= cs.log_negativity(V, *cut) + 1e-9
    assert cs.reduced(W, [1, 3]) == pytest.approx(cs.reduced(V, [1, 3]))


def test_loss_is_a_beam_splitter() -> None:
    eta, n = sp.symbols("eta n")
    V = cs.gaussian_state(sp.Matrix(4, 4, lambda i, j: sp.Symbol(f"v_{min(i, j)}{max(i, j)}")), ["a", "b"])
    found = C.loss(eta, n).apply(V, "b")
    t, s = sp.sqrt(eta), sp.sqrt(1 - eta)
    bath = sp.Matrix(sp.BlockDiagMatrix(V.matrix, (n + sp.Rational(1, 2)) * sp.eye(2)))
    mixed = sp.eye(6)
    mixed[2:4, 2:4], mixed[2:4, 4:], mixed[4:, 2:4], mixed[4:, 4:] = t * sp.eye(2), s * sp.eye(2), -s * sp.eye(2), t * sp.eye(2)
    expected = (mixed * bath * mixed.T)[:4, :4]
    for i in range(4):
        for j in range(4):
            q = found[found.quadratures[i], found.quadratures[j]]
            assert cs.equal(q, expected[i, j], domains={"eta": (0, 1), "n": "nonnegative"}), (i, j)
    assert "1 - eta >= 0" in found.assumptions
    with pytest.warns(RuntimeWarning, match="outside the domain"):
        assert np.isnan(cs.evaluator(found["X_b", "X_b"])(eta=1.2, n=0, v_22=1))


def test_composition_and_unitaries() -> None:
    V = oracle.two_mode_squeezed(0.6)
    r = 0.3
    squeezer = C.symplectic(np.diag([np.exp(-r), np.exp(r)]))
    chain = squeezer >> C.loss(0.7) >> C.amplifier(1.3, 0.2) >> C.noise(0.1)
    stepwise = C.noise(0.1).apply(C.amplifier(1.3, 0.2).apply(C.loss(0.7).apply(squeezer.apply(V, 1), 1), 1), 1)
    assert chain.apply(V, 1) == pytest.approx(stepwise)
    both = C.loss(0.5).apply(V)
    assert both == pytest.approx(V / 2 + np.eye(4) / 4)
    mixer = C.symplectic(np.kron([[1, 1], [-1, 1]], np.eye(2)) / np.sqrt(2))
    assert cs.log_negativity(mixer.apply(V, [1, 2]), 1, 2) == pytest.approx(0, abs=1e-12)


def test_conditions_of_formulas() -> None:
    """A general channel of letters carries what it needs, and evaluators hold to it."""
    g, y = sp.symbols("g y", real=True)
    W = C(sp.eye(2) * g, sp.eye(2) * y).apply(sp.eye(2) / 2)
    f = cs.evaluator(W["X_1", "X_1"])
    assert f(g=2.0, y=1.6) == pytest.approx(3.6)  # needs y >= |1 - g^2|/2 = 1.5
    with pytest.warns(RuntimeWarning, match="outside the domain"):
        assert np.isnan(f(g=2.0, y=1.4))


def test_a_conditional_state_after_loss() -> None:
    """It is a state of its own, no longer the solution of its Riccati equation."""
    q = cs.Squeezer("q", chi=sp.Rational(1, 5), kappa=1)
    V = cs.conditional_covariance(q, cs.Homodyne(0, efficiency=sp.Rational(9, 10)))
    before = float(V["X_q", "X_q"].inline())
    W = C.loss(sp.Rational(1, 2)).apply(V, "q")
    assert float(cs.evaluator(W)()["X_q", "X_q"]) == pytest.approx(before / 2 + 0.25, rel=1e-12)


@pytest.mark.parametrize(
    ("make", "error", "word"),
    [
        (lambda: C.loss(1.5), ParameterError, "1 - transmission"),
        (lambda: C.loss(0.5, -1), ParameterError, "n must not"),
        (lambda: C.amplifier(0.5), ParameterError, "gain - 1"),
        (lambda: C.noise(-1), ParameterError, "variance"),
        (lambda: C.noise("much"), ParameterError, "variance"),
        (lambda: C(sp.eye(3), sp.eye(3)), ParameterError, "2n x 2n"),
        (lambda: C(sp.eye(2), sp.eye(4)), ParameterError, "2n x 2n"),
        (lambda: C(sp.eye(2), sp.Matrix([[1, 1], [0, 1]])), ParameterError, "symmetric"),
        (lambda: C(2 * sp.eye(2), sp.eye(2)), UnphysicalError, "negative eigenvalue"),
        (lambda: C.symplectic(2 * sp.eye(2)), UnphysicalError, "negative eigenvalue"),
        (lambda: C.loss(0.5).apply(np.eye(4), 3), UnknownName, "modes are"),
        (lambda: C.symplectic(np.eye(4)).apply(np.eye(6), [1, 2, 3]), ParameterError, "acts on 2 modes"),
        (lambda: C.loss(sp.Symbol("eta")).apply(np.eye(2)), ParameterError, "eta"),
        (lambda: C.loss(0.5) >> C.symplectic(np.eye(4)), ParameterError, "follow"),
        (lambda: C.loss(0.5).apply("state"), ParameterError, "a state is"),
    ],
)
def test_bad_input(make, error, word) -> None:
    with pytest.raises(error, match=word):
        make()

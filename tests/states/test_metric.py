"""Fidelity, Fisher information and Wigner function against density matrices in a Fock space, and known states."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import cascade_sym as cs
from cascade_sym.errors import DuplicateName, NoClosedForm, ParameterError, UnknownParameter
from tests.states import oracle

SIZE = 60
seeds = st.integers(0, 2**32 - 1)
EXAMPLES = settings().max_examples  # 100, and 2000 in the thorough profile


@pytest.mark.parametrize("second", [(0.3, 0.3, 0.2, 0.4), (0.0, 0.5, 1.0, 0.0), (1.0, 0.0, 0.0, 0.3 + 0.2j)])
def test_fidelity_of_one_mode(second) -> None:
    n, r, phi, alpha = second
    rho, sigma = oracle.squeezed_thermal(SIZE, 0.2, 0.4, 0.7), oracle.squeezed_thermal(SIZE, n, r, phi, alpha)
    (d, V), (e, W) = oracle.moments(rho), oracle.moments(sigma)
    expected = oracle.fidelity(rho, sigma)
    assert cs.fidelity(V, W, means=(d, e)) == pytest.approx(expected, rel=1e-5)
    closed = cs.fidelity(cs.gaussian_state(V), cs.gaussian_state(W), means=(d, e))
    assert cs.evaluator(closed)() == pytest.approx(expected, rel=1e-5)


@given(seeds, st.integers(1, 3))
@settings(max_examples=EXAMPLES // 7)
def test_fidelity_is_symmetric_and_at_most_one(seed: int, n: int) -> None:
    """Symmetric, invariant under common symplectic maps, 1 of a state with itself, a product over products."""
    rng = np.random.default_rng(seed)
    V, W = oracle.random_state(rng, n, strength=0.5), oracle.random_state(rng, n, strength=0.5)
    F = cs.fidelity(V, W)
    assert 0 < F <= 1
    assert cs.fidelity(W, V) == pytest.approx(F, rel=1e-6)
    assert cs.fidelity(V, V) == pytest.approx(1, abs=1e-6)
    S = oracle.random_symplectic(rng, n, 0.3)
    assert cs.fidelity(S @ V @ S.T, S @ W @ S.T) == pytest.approx(F, rel=1e-6)
    if n == 2:
        closed = cs.fidelity(cs.gaussian_state(V), cs.gaussian_state(W))
        assert float(closed.inline().evalf(30)) == pytest.approx(F, rel=1e-6)
    zero = np.zeros((2 * n, 2))
    both = [np.block([[m, zero], [zero.T, k * np.eye(2)]]) for m, k in ((V, 0.5), (W, 1.5))]
    assert cs.fidelity(*both) == pytest.approx(F / 2, rel=1e-6)


def test_pure_states_overlap() -> None:
    """|<0|r>|^2 = 1/cosh r of squeezed vacuum, cosh^-2 r of two-mode squeezed vacuum, e^(-|alpha|^2) of a coherent state."""
    r = sp.Symbol("r", real=True)
    squeezed = sp.diag(sp.exp(-2 * r), sp.exp(2 * r)) / 2
    f = cs.evaluator(cs.fidelity(sp.eye(2) / 2, squeezed))
    assert f(r=[0.0, 0.5, 2.0]) == pytest.approx(1 / np.cosh([0.0, 0.5, 2.0]), rel=1e-12)
    for x in (0.0, 0.7, 2.0):
        assert cs.fidelity(np.eye(4) / 2, oracle.two_mode_squeezed(x)) == pytest.approx(np.cosh(x) ** -2, rel=1e-9)
    a = sp.Symbol("a", real=True)
    moved = cs.fidelity(sp.eye(2) / 2, sp.eye(2) / 2, means=([0, 0], [sp.sqrt(2) * a, 0]))
    assert cs.equal(moved, sp.exp(-(a**2)))


def test_fidelity_keeps_definitions_apart() -> None:
    """Of one model at two values of a parameter, whose definitions have the same names."""
    V = cs.covariance(cs.Oscillator("M", Gamma_B=1, Gamma_P=0, gamma=1))
    n = sp.Symbol("n_M")
    F = cs.fidelity(V, V.subs({n: 2 * n}))
    at = {"n_M": 0.7}
    one, two = (cs.evaluator(W)(**at).matrix for W in (V, V.subs({n: 2 * n})))
    assert cs.evaluator(F)(**at) == pytest.approx(cs.fidelity(one, two), rel=1e-12)


def test_fisher_information_of_one_mode() -> None:
    """Temperature, squeezing and displacement at once, against the spectral sum of a density matrix."""
    step = 1e-4

    def rho(x: float) -> np.ndarray:
        return oracle.squeezed_thermal(SIZE, 0.3 + x, 0.3 + x / 2, 0.4, 0.2 * x)

    slope = (rho(step) - rho(-step)) / (2 * step)
    expected = oracle.fisher(rho(0.0), slope)
    (d1, V1), (d2, V2), (_, V) = (oracle.moments(rho(x)) for x in (step, -step, 0.0))
    found = cs.quantum_fisher_information(
        V, derivative=(V1 - V2) / (2 * step), mean_derivative=(d1 - d2) / (2 * step)
    )
    assert found == pytest.approx(expected, rel=1e-4)
    x = sp.Symbol("x", real=True)
    M = sp.Matrix(V) + x * sp.Matrix((V1 - V2) / (2 * step))
    closed = cs.quantum_fisher_information(M, x, mean=list((d1 - d2) / (2 * step) * x))
    assert cs.evaluator(closed)(x=0.0) == pytest.approx(expected, rel=1e-4)


def test_fisher_information_of_known_states() -> None:
    """1/(n(n+1)) of a temperature, 2 of a squeezing parameter of vacuum, 4 of it for two modes, 2/Var of a shift."""
    n, r = sp.Symbol("n", nonnegative=True), sp.Symbol("r", real=True)
    thermal = cs.quantum_fisher_information(sp.eye(2) * (n + sp.Rational(1, 2)), "n")
    assert cs.equal(thermal, 1 / (n * (n + 1)))
    squeezed = cs.quantum_fisher_information(sp.diag(sp.exp(-2 * r), sp.exp(2 * r)) / 2, r)
    assert cs.equal(squeezed, 2)
    c, s = sp.cosh(2 * r) / 2, sp.sinh(2 * r) / 2
    V = sp.Matrix([[c, 0, s, 0], [0, c, 0, -s], [s, 0, c, 0], [0, -s, 0, c]])
    with pytest.raises(NoClosedForm, match="state_evaluator"):
        cs.quantum_fisher_information(V, r)
    f = cs.state_evaluator(cs.quantum_fisher_information, V, r)
    assert f(r=[0.0, 0.3, 1.5]) == pytest.approx([4, 4, 4], rel=1e-10)
    shifted = cs.state_evaluator(cs.quantum_fisher_information, V, r, mean=[0, 0, 3 * r, 0])
    moved = 9 * 2 * np.cosh(2 * 0.3)  # of V^(-1), which has cosh(2 r) 2 on its diagonal
    assert shifted(r=0.3) == pytest.approx(4 + moved, rel=1e-10)
    exact = np.array([[0, 0, 1, 0], [0, 0, 0, -1], [1, 0, 0, 0], [0, -1, 0, 0]], dtype=float)
    assert cs.quantum_fisher_information(np.eye(4) / 2, derivative=exact) == 4
    assert cs.quantum_fisher_information(np.eye(2) / 2, derivative=np.eye(2)) == np.inf  # n from 0 on
    assert cs.quantum_fisher_information(np.eye(2) / 2, mean_derivative=[1, 0]) == 2


def test_wigner_function() -> None:
    """Normalised, with the right variances, and that of a density matrix at the origin: the mean parity over pi."""
    rho = oracle.squeezed_thermal(SIZE, 0.2, 0.4, 0.7, 0.3)
    d, V = oracle.moments(rho)
    W = cs.wigner(V, mean=d)
    parity = (np.diag(rho).real * (-1.0) ** np.arange(SIZE)).sum()
    f = cs.evaluator(W)
    assert f(X_1=0, P_1=0) == pytest.approx(parity / np.pi, rel=1e-6)
    x = np.linspace(-12, 12, 601)
    X, P = np.meshgrid(x, x, indexing="ij")
    density = f(X_1=X, P_1=P) * (x[1] - x[0]) ** 2
    assert density.sum() == pytest.approx(1, rel=1e-9)
    assert (density * (X - d[0]) * (P - d[1])).sum() == pytest.approx(V[0, 1], rel=1e-6)
    a = sp.Symbol("a", positive=True)
    two = cs.wigner(cs.gaussian_state(sp.diag(a, 1 / (4 * a), 1, 1), ["u", "v"]), ["v", "u"])
    assert [s.name for s in two.parameters] == ["P_u", "P_v", "X_u", "X_v", "a"]
    flat = two.subs({"X_u": 0, "P_u": 0, "X_v": 0, "P_v": 0})
    assert cs.equal(flat, 1 / (2 * sp.pi**2))


def test_errors() -> None:
    V = cs.gaussian_state(sp.eye(2) * sp.Symbol("X_1"), ["1"])
    with pytest.raises(DuplicateName, match="X_1"):
        cs.wigner(V)
    with pytest.raises(UnknownParameter, match="Did you mean 'theta'"):
        cs.quantum_fisher_information(sp.eye(2) * sp.Symbol("theta"), "thetta")
    with pytest.raises(ParameterError, match="both as"):
        cs.fidelity(V, np.eye(2))
    with pytest.raises(ParameterError, match="2 mean values"):
        cs.fidelity(np.eye(2), np.eye(2), means=([0], [1]))
    with pytest.raises(ParameterError, match="modes"):
        cs.fidelity(np.eye(2), np.eye(4))
    with pytest.raises(NoClosedForm, match="arrays"):
        cs.fidelity(sp.eye(6), sp.eye(6))
    with pytest.raises(ParameterError, match="derivative"):
        cs.quantum_fisher_information(np.eye(2), "x")

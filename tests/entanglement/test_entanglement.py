"""EPR variance and logarithmic negativity against states that are known in closed form."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

import cascade_sym as cs
from cascade_sym.definitions import Definitions
from cascade_sym.entanglement import symplectic_minimum
from cascade_sym.errors import DerivationError, ParameterError, PortMismatch
from cascade_sym.solve.covariance import Covariance

Gamma_SB, Gamma_SP, Gamma_MB, Gamma_MP, epsilon = sp.symbols("Gamma_SB Gamma_SP Gamma_MB Gamma_MP epsilon")


@pytest.fixture(scope="module")
def pair():
    return cs.Oscillator("S", mass=-1) >> cs.Loss(epsilon) >> cs.Oscillator("M")


@pytest.fixture(scope="module")
def numbers(pair):
    """The pair at one point of its parameters."""
    point = dict(Gamma_SB=3, Gamma_SP=2, gamma_S0=1, n_S=1, Gamma_MB=8, Gamma_MP=3, gamma_M0=sp.Rational(1, 2), n_M=2,
                 epsilon=sp.Rational(1, 10))  # fmt: skip
    return cs.covariance(pair).subs({cs.symbol(k): sp.sympify(v) for k, v in point.items()})


def number(q: cs.Quantity) -> float:
    return float(q.inline().evalf(30))


def test_the_weight_that_is_read_out(pair):
    expected = (sp.sqrt(Gamma_MB) + sp.sqrt(Gamma_MP)) / (
        sp.sqrt(1 - epsilon) * (sp.sqrt(Gamma_SB) + sp.sqrt(Gamma_SP))
    )
    assert cs.equal(cs.readout_weight(pair, "S", "M"), expected)


def test_epr_variance_is_the_variance_of_its_variables(numbers):
    g = sp.Rational(7, 5)
    direct = numbers.quadratic({"X_S": 1, "X_M": g}) + numbers.quadratic({"P_S": 1, "P_M": -g})
    direct = numbers.definitions.inline(direct) / (1 + g**2)
    assert cs.equal(cs.epr_variance(numbers, "S", "M", g=g).inline(), direct)


def test_optimal_weight_is_below_every_other(numbers):
    best = number(cs.epr_variance(numbers, "S", "M", g="optimal"))
    grid = [number(cs.epr_variance(numbers, "S", "M", g=sp.Rational(k, 10))) for k in range(-60, 61, 3)]
    assert best <= min(grid) + 1e-12
    assert best == pytest.approx(min(grid), rel=1e-2)


def test_log_negativity_against_numpy(numbers):
    """Symplectic eigenvalues of the partial transpose as |eig(i Omega V)|."""
    V = np.array(numbers.matrix.applyfunc(numbers.definitions.inline).evalf(30).tolist(), dtype=float)
    flip = np.diag([1, 1, 1, -1])
    omega = np.kron(np.eye(2), [[0, 1], [-1, 0]])
    nu = np.abs(np.linalg.eigvals(1j * omega @ flip @ V @ flip)).min()
    assert number(cs.log_negativity(numbers, "S", "M")) == pytest.approx(max(0.0, -np.log(2 * nu)), rel=1e-10)
    in_bits = number(cs.log_negativity(numbers, "S", "M", base=2))
    assert in_bits == pytest.approx(-np.log2(2 * nu), rel=1e-10)


def test_two_mode_squeezed_vacuum():
    """Below-threshold two-mode amplifier: xi = 1/(1 + s) with s = 2 chi/kappa, and E_N = log(1 + s)."""
    chi, kappa = sp.symbols("chi kappa")
    V = cs.covariance(cs.Squeezer("q", chi=chi, kappa=kappa, two_mode=True))
    s = 2 * chi / kappa
    assert cs.equal(cs.epr_variance(V, "q+", "q-", g=-1).inline(), 1 / (1 + s))
    at = V.subs({chi: sp.Rational(1, 5), kappa: sp.S.One})
    assert at.definitions.inline(symplectic_minimum(at, "q+", "q-")) == sp.Rational(5, 14)


def test_separable_states_are_not_entangled():
    hot = cs.Oscillator("S", -1, Gamma_B=1, Gamma_P=0, gamma=1, n=5) >> cs.Oscillator(
        "M", Gamma_B=1, Gamma_P=0, n=5, gamma=1
    )
    V = cs.covariance(hot)
    assert number(cs.log_negativity(V, "S", "M")) == 0
    assert number(cs.epr_variance(V, "S", "M")) > 1


QUADRATURES = ("X_a", "P_a", "X_b", "P_b")
ELEMENTS = [(i, j) for k, i in enumerate(QUADRATURES) for j in QUADRATURES[k:]]


@pytest.fixture(scope="module")
def any_state():
    """The logarithmic negativity of any state, as a function of an array of covariance matrices."""
    V = Covariance(("a", "b"), dict(zip(ELEMENTS, sp.symbols("v:10"), strict=True)), definitions=Definitions())
    f = cs.evaluator(cs.log_negativity(V, "a", "b"))
    place = {q: k for k, q in enumerate(QUADRATURES)}
    return lambda W: f({f"v{k}": W[..., place[i], place[j]] for k, (i, j) in enumerate(ELEMENTS)})


def squeezed(rng: np.random.Generator, count: int) -> np.ndarray:
    """Squeezers in random directions, as symplectic matrices."""
    t, z = rng.uniform(0, np.pi, count), rng.uniform(-2, 2, count)
    R = np.array([[np.cos(t), -np.sin(t)], [np.sin(t), np.cos(t)]]).transpose(2, 0, 1)
    return (R * np.exp(np.stack([z, -z], -1))[:, None]) @ R.transpose(0, 2, 1)


def locally(rng: np.random.Generator, W: np.ndarray) -> np.ndarray:
    """States W, their modes squeezed and turned each on its own."""
    M = np.zeros((len(W), 4, 4))
    M[:, :2, :2], M[:, 2:, 2:] = squeezed(rng, len(W)), squeezed(rng, len(W))
    return M @ W @ M.transpose(0, 2, 1)


def two_mode_squeezed(r: np.ndarray) -> np.ndarray:
    c, s = np.cosh(2 * r)[:, None, None] / 2, np.sinh(2 * r)[:, None, None] / 2
    return c * np.eye(4) + s * np.kron([[0, 1], [1, 0]], np.diag([1, -1]))


@pytest.mark.parametrize("heat", [0.0, 1.0, 1e6])
def test_product_states_are_numbers(any_state, heat):
    """Vacuum pairs, pure and equally or differently warm product states: never nan, never entangled."""
    rng = np.random.default_rng(1)
    W = np.broadcast_to(np.diag([0.5 + heat] * 2 + [0.5 + heat * rng.choice([0, 1])] * 2), (2000, 4, 4))
    assert (any_state(W[:1]) == 0).all()
    found = any_state(locally(rng, W))
    assert np.isfinite(found).all() and found.max() < 1e-12


def test_pure_entangled_states_keep_their_digits(any_state):
    """E_N = 2 r, in every local frame; the elements themselves lose e^{4 r} of 2^-53."""
    r = np.array([0.0, 1e-6, 0.1, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    assert np.abs(any_state(two_mode_squeezed(r)) - 2 * r).max(initial=0, where=r <= 4) < 1e-8
    assert (np.abs(any_state(two_mode_squeezed(r)) - 2 * r) < 1e-15 + 2**-52 * np.exp(4 * r)).all()
    rng = np.random.default_rng(2)
    r = rng.uniform(0, 2, 500)
    assert np.abs(any_state(locally(rng, two_mode_squeezed(r))) - 2 * r).max() < 1e-7


def test_errors(numbers, pair):
    with pytest.raises(ParameterError, match="readout"):
        cs.epr_variance(numbers, "S", "M", g="best")
    with pytest.raises(PortMismatch, match="two-mode"):
        cs.two_mode_quadratures(cs.Cavity("c"))
    silent = cs.Oscillator("S", -1, Gamma_B=0, Gamma_P=0) >> cs.Oscillator("M")
    with pytest.raises(DerivationError, match="does not read out"):
        cs.readout_weight(silent, "S", "M")

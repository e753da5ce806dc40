"""Figures of random states against oracles that share no code: eigenvalues of NumPy, Fock space; degenerate corners."""

from __future__ import annotations

import warnings
from functools import cache
from typing import Any

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import cascade_sym as cs
from tests.states import oracle

seeds = st.integers(0, 2**32 - 1)
EXAMPLES = settings().max_examples  # 100, and 2000 in the thorough profile


def f(nu: np.ndarray) -> float:
    x = np.maximum(nu - 0.5, 0)
    return float(((nu + 0.5) * np.log(nu + 0.5)).sum() - (x[x > 0] * np.log(x[x > 0])).sum())


@given(seeds, st.integers(1, 4))
@settings(max_examples=EXAMPLES // 4)
def test_mixedness(seed: int, n: int) -> None:
    V = oracle.random_state(np.random.default_rng(seed), n)
    nu = oracle.spectrum(V)
    assert cs.symplectic_spectrum(V) == pytest.approx(nu, rel=1e-9)
    assert cs.purity(V) == pytest.approx(1 / np.prod(2 * nu), rel=1e-9)
    assert cs.entropy(V) == pytest.approx(f(nu), abs=1e-6)  # the oracle's nu - 1/2 of pure modes is rounding
    assert cs.entropy(V, base=2) == pytest.approx(cs.entropy(V) / np.log(2), abs=1e-13)
    low = np.linalg.eigvalsh(V[:2, :2])
    found = cs.squeezing(V, 1)
    assert [found.variance, found.stretched] == pytest.approx(low, rel=1e-10)
    u = np.array([np.cos(found.angle), np.sin(found.angle)])
    assert u @ V[:2, :2] @ u == pytest.approx(low[0], rel=1e-9)


@given(seeds, st.integers(2, 4), st.data())
@settings(max_examples=EXAMPLES // 4)
def test_two_parts(seed: int, n: int, data: st.DataObject) -> None:
    V = oracle.random_state(np.random.default_rng(seed), n)
    order = data.draw(st.permutations(range(n)))
    cut = data.draw(st.integers(1, n - 1))
    end = data.draw(st.integers(cut + 1, n))
    A, B = order[:cut], order[cut:end]
    one, two = [k + 1 for k in A], [k + 1 for k in B]
    at = [2 * k + q for k in A + B for q in (0, 1)]
    W = V[np.ix_(at, at)]
    nu = oracle.spectrum(oracle.flipped(W, list(range(len(A), len(A + B)))))
    E = oracle.log_sum(nu)
    assert cs.log_negativity(V, one, two) == pytest.approx(E, abs=1e-8)
    assert cs.log_negativity(V, two, one) == pytest.approx(E, abs=1e-8)
    assert cs.negativity(V, one, two) == pytest.approx((np.exp(E) - 1) / 2, rel=1e-7, abs=1e-8)
    assert cs.duan(V, one, two) == pytest.approx(2 * nu[0], rel=1e-8)
    assert cs.ppt(V, one, two) == pytest.approx(oracle.least_polynomial(nu), rel=1e-6, abs=1e-6)
    k = 2 * len(A)
    left = W[k:, k:] - W[k:, :k] @ np.linalg.solve(W[:k, :k], W[:k, k:])
    assert cs.steering(V, one, two) == pytest.approx(oracle.log_sum(oracle.spectrum(left)), abs=1e-8)
    parts = [f(oracle.spectrum(W[s, s])) for s in (slice(0, k), slice(k, None), slice(None))]
    assert cs.mutual_information(V, one, two) == pytest.approx(parts[0] + parts[1] - parts[2], abs=1e-6)


@given(seeds, st.integers(2, 3))
@settings(max_examples=EXAMPLES // 10)
def test_figures_do_not_depend_on_the_frame(seed: int, n: int) -> None:
    """Local symplectic maps leave entanglement, steering and mixedness as they are."""
    rng = np.random.default_rng(seed)
    V = oracle.random_state(rng, n)
    S = np.zeros((2 * n, 2 * n))
    for k in range(n):
        S[2 * k : 2 * k + 2, 2 * k : 2 * k + 2] = oracle.random_symplectic(rng, 1)
    W = S @ V @ S.T
    for figure in (cs.log_negativity, cs.steering, cs.duan, cs.ppt, cs.mutual_information):
        rest = list(range(2, n + 1))
        assert figure(W, 1, rest) == pytest.approx(figure(V, 1, rest), rel=1e-6, abs=1e-6)
    assert cs.symplectic_spectrum(W) == pytest.approx(cs.symplectic_spectrum(V), rel=1e-9)


FORMS = [(cs.purity, ""), (cs.purity, "a"), (cs.entropy, "b"), (cs.log_negativity, "ab"), (cs.negativity, "ab")]
FORMS += [(cs.duan, "ab"), (cs.ppt, "ab"), (cs.steering, "ab"), (cs.steering, "ba")]


@cache
def closed_forms() -> dict[tuple, Any]:
    """Evaluators of all closed forms of two modes, with a letter for each element."""
    letters = sp.Matrix(4, 4, lambda i, j: sp.Symbol(f"v_{min(i, j)}{max(i, j)}"))
    V = cs.gaussian_state(letters, ["a", "b"])
    found: dict[tuple, Any] = {(figure, names): figure(V, *names) for figure, names in FORMS}
    found |= {("nu", k): q for k, q in enumerate(cs.symplectic_spectrum(V))}
    found |= {("Delta", k): q for k, q in enumerate(cs.symplectic_invariants(V))}
    found |= {("", k): q for x in (cs.squeezing(V, "a"), cs.standard_form(V, "a", "b")) for k, q in vars(x).items()}
    return {k: cs.evaluator(q) for k, q in found.items()}


@given(seeds)
@settings(max_examples=EXAMPLES // 10)
def test_formulas_agree_with_numbers(seed: int) -> None:
    """Every closed form, of a Covariance with a letter for each element, at random states of two modes."""
    V = oracle.random_state(np.random.default_rng(seed), 2)
    at = {f"v_{i}{j}": V[i, j] for i in range(4) for j in range(i, 4)}

    def value(key: tuple) -> float:
        f = closed_forms()[key]
        return float(f({n: at[n] for n in f.parameters}))

    for figure, names in FORMS:
        number = figure(V, *("ab".index(m) + 1 for m in names))
        assert value((figure, names)) == pytest.approx(number, rel=1e-7, abs=1e-9), figure
    nu = [value(("nu", k)) for k in range(2)]
    assert nu == pytest.approx(cs.symplectic_spectrum(V), rel=1e-9)
    invariants = [value(("Delta", k)) for k in range(2)]
    assert invariants == pytest.approx([nu[0] ** 2 + nu[1] ** 2, (nu[0] * nu[1]) ** 2], rel=1e-8)
    squeezing, numbers = cs.squeezing(V, 1), cs.standard_form(V, 1, 2)
    for found in (squeezing, numbers):
        for field, number in vars(found).items():
            assert value(("", field)) == pytest.approx(number, rel=1e-7, abs=1e-7)
    c = [numbers.c_plus, numbers.c_minus]
    standard = np.block([[numbers.a * np.eye(2), np.diag(c)], [np.diag(c), numbers.b * np.eye(2)]])
    assert oracle.spectrum(standard) == pytest.approx(oracle.spectrum(V), rel=1e-7)
    assert np.linalg.det(standard) == pytest.approx(np.linalg.det(V), rel=1e-7)
    assert c[0] * c[1] == pytest.approx(np.linalg.det(V[:2, 2:]), rel=1e-7, abs=1e-9)


def test_invariants_of_three_modes() -> None:
    """The elementary symmetric polynomials of the squares of NumPy's symplectic eigenvalues."""
    V = oracle.random_state(np.random.default_rng(5), 3)
    a, b, c = oracle.spectrum(V) ** 2
    found = [float(q.inline()) for q in cs.symplectic_invariants(cs.gaussian_state(V))]
    assert found == pytest.approx([a + b + c, a * b + b * c + a * c, a * b * c], rel=1e-10)
    assert float(cs.purity(cs.gaussian_state(V)).inline()) == pytest.approx(1 / np.sqrt(64 * a * b * c), rel=1e-10)


CORNERS = {
    "vacuum": np.eye(8) / 2,
    "one mode hot": np.diag([0.5] * 6 + [7.0] * 2),
    "equal temperatures": np.eye(8) * 3.0,
    "product of squeezed vacua": np.diag([0.125, 2, 8, 1 / 32, 0.5, 0.5, 2.0**-20, 2.0**18]),
}


@pytest.mark.parametrize("name", CORNERS)
def test_corners_without_entanglement_are_exactly_so(name: str) -> None:
    V = CORNERS[name]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for figure in (cs.log_negativity, cs.negativity, cs.mutual_information, cs.steering):
            assert figure(V, 1, [2, 3, 4]) == 0 == figure(V, [1, 2], [4])
        assert cs.symplectic_spectrum(V) == pytest.approx(oracle.spectrum(V), rel=1e-6)
        assert cs.entropy(V) == pytest.approx(f(oracle.spectrum(V)), abs=1e-6)
        assert set(cs.bipartitions(V).values()) == {0.0}
    if name in ("vacuum", "product of squeezed vacua"):
        assert cs.purity(V) == 1 and cs.entropy(V) == 0


def test_one_mode_with_many() -> None:
    """A squeezed mode spread by beam splitters over all modes, against mpmath; and the other cut of a pure state."""
    rng = np.random.default_rng(3)
    K = oracle.passive(rng, 6)
    V = K @ np.diag([0.5 * np.exp(-4), 0.5 * np.exp(4), *[0.5] * 10]) @ K.T
    V = (V + V.T) / 2
    nu = oracle.precise_spectrum(oracle.flipped(V, [0]), 40)
    E = sum(max(0.0, float(-np.log(2 * float(x)))) for x in nu)
    assert E > 0.1
    assert cs.log_negativity(V, 1, [2, 3, 4, 5, 6]) == pytest.approx(E, rel=1e-9)
    assert cs.log_negativity(V, [2, 3, 4, 5, 6], 1) == pytest.approx(E, rel=1e-9)


def test_stacks_and_missing_points() -> None:
    V = np.stack([[oracle.two_mode_squeezed(r) for r in (0.0, 0.5, 1.0)], [np.full((4, 4), np.nan)] * 3])
    found = cs.log_negativity(V, 1, 2)
    assert found.shape == (2, 3)
    assert found[0] == pytest.approx([0, 1, 2], abs=1e-13)
    assert np.isnan(found[1]).all()
    assert cs.symplectic_spectrum(V).shape == (2, 3, 2)


def test_strong_squeezing_in_doubles_says_so() -> None:
    """Where the elements have been rounded away, the figure is that of the doubles, or nan; both are counted."""
    with pytest.warns(RuntimeWarning, match="1 of 1 states are squeezed so strongly"):
        found = cs.log_negativity(oracle.two_mode_squeezed(7.0), 1, 2)
    V = oracle.two_mode_squeezed(7.0)
    assert found == pytest.approx(float(-np.log(2 * float(oracle.precise_spectrum(oracle.flipped(V, [1]))[0]))), rel=1e-12)
    with pytest.warns(RuntimeWarning, match="1 of 1 states are not positive definite"):
        assert np.isnan(cs.log_negativity(oracle.two_mode_squeezed(12.0), 1, 2))


def test_against_density_matrices() -> None:
    """One squeezed, one thermal mode on a beam splitter, in a small Fock space."""
    from scipy.linalg import expm

    size = 12
    a = oracle.lowering(size)
    one = np.eye(size)
    A, B = np.kron(a, one), np.kron(one, a)
    U = expm(0.6 * (A.T @ B - A @ B.T))
    rho = np.kron(oracle.squeezed_thermal(size, 0.05, 0.4, 0.4), oracle.squeezed_thermal(size, 0.1, 0.2, 1.3))
    rho = U @ rho @ U.conj().T
    _, V = oracle.moments(rho, 2)
    assert cs.purity(V) == pytest.approx(np.trace(rho @ rho).real, rel=1e-3)
    assert cs.entropy(V) == pytest.approx(oracle.entropy(rho), rel=1e-3)
    assert cs.log_negativity(V, 1, 2) == pytest.approx(oracle.log_negativity(rho), rel=1e-2)


def test_the_entropy_of_a_formula_is_0_where_a_mode_is_pure() -> None:
    """x log x at x = 0: the closed form and its guaranteed evaluator, beside the figure in balls."""
    chi, n = sp.Symbol("chi"), cs.symbol("n", "nonnegative")
    lossy = cs.covariance(cs.Squeezer("q", chi=chi, kappa=1, loss=1, two_mode=True))
    points = np.array([0.0, 1e-5, 0.1, -0.2])
    for modes in (None, "q+"):
        found = cs.evaluator(cs.entropy(lossy, modes))(chi=points)
        assert found[0] == 0 and found == pytest.approx(cs.state_evaluator(cs.entropy, lossy, modes)(chi=points), rel=1e-7)
    shared = cs.evaluator(cs.mutual_information(lossy, "q+", "q-"))(chi=points)
    assert shared[0] == 0 and (shared[1:] > 0).all()
    S = cs.entropy(sp.diag(n + sp.Rational(1, 2), n + sp.Rational(1, 2)))
    assert cs.equal(S, (n + 1) * sp.log(n + 1) - n * sp.log(n)) and S.subs({"n": 0}).inline() == 0
    assert cs.evaluator(S)(n=1e-300) == pytest.approx(1e-300 * (1 + 300 * np.log(10)), rel=1e-12)

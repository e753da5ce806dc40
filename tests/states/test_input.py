"""What a state may be, and what it may not: every wrong input has a typed error that says what to do."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import sympy as sp

import cascade_sym as cs
from cascade_sym.errors import MissingParameter, ParameterError, UnknownName, UnknownParameter, UnphysicalError
from tests.states import oracle

r = sp.Symbol("r", real=True)


def pair(x=r) -> cs.Covariance:
    c, s = sp.cosh(2 * x) / 2, sp.sinh(2 * x) / 2
    return cs.gaussian_state(sp.Matrix([[c, 0, s, 0], [0, c, 0, -s], [s, 0, c, 0], [0, -s, 0, c]]), ["a", "b"])


@pytest.mark.parametrize(
    ("make", "error", "word"),
    [
        (lambda: cs.purity("state"), ParameterError, "a state is"),
        (lambda: cs.purity(None), ParameterError, "a state is"),
        (lambda: cs.purity(np.eye(3)), ParameterError, "shape"),
        (lambda: cs.purity(np.ones(4)), ParameterError, "shape"),
        (lambda: cs.purity(np.zeros((0, 0))), ParameterError, "shape"),
        (lambda: cs.purity([[1, 0.1], [0, 1]]), ParameterError, "symmetric"),
        (lambda: cs.purity(np.eye(2) / 4), UnphysicalError, "uncertainty relation"),
        (lambda: cs.purity(-np.eye(2)), UnphysicalError, "uncertainty relation"),
        (lambda: cs.purity(sp.eye(2) / 3), UnphysicalError, "uncertainty relation"),
        (lambda: cs.purity(sp.Matrix([[1, 2], [0, 1]])), ParameterError, "symmetric"),
        (lambda: cs.purity(sp.eye(3)), ParameterError, "2n rows"),
        (lambda: cs.purity(np.eye(2), 2), UnknownName, "the modes are '1'"),
        (lambda: cs.purity(np.eye(4), [1, 1]), ParameterError, "different modes"),
        (lambda: cs.purity(np.eye(4), []), ParameterError, "different modes"),
        (lambda: cs.log_negativity(np.eye(4), 0, 1), UnknownName, "'1', '2'"),
        (lambda: cs.log_negativity(pair(), "a", "c"), UnknownName, "the modes are"),
        (lambda: cs.log_negativity(pair(), "a", "a"), ParameterError, "itself"),
        (lambda: cs.log_negativity(pair(), "a", "b", base=1), ParameterError, "above 1"),
        (lambda: cs.entropy(np.eye(2), base=0.5), ParameterError, "above 1"),
        (lambda: cs.squeezing(pair()), ParameterError, "one mode"),
        (lambda: cs.standard_form(pair(), ["a", "b"], "c"), UnknownName, "no mode"),
        (lambda: cs.symplectic_invariants(np.eye(4)), ParameterError, "symplectic_spectrum"),
        (lambda: cs.gaussian_state(sp.eye(4), ["a"]), ParameterError, "different names"),
        (lambda: cs.gaussian_state(sp.eye(4), ["a", "a"]), ParameterError, "different names"),
        (lambda: cs.gaussian_state("matrix"), ParameterError, "square table"),
        (lambda: cs.gaussian_state([[1, "x"], ["x", 1]]), ParameterError, "not a number|square table"),
        (lambda: cs.GaussianChannel([["1", 0], [0, 1]], sp.eye(2)), ParameterError, "not a number|square table"),
        (lambda: cs.wigner(sp.eye(2), mean=["x", 0]), ParameterError, "not a number"),
        (lambda: cs.gaussian_state([[1, float("nan")], [float("nan"), 1]]), ParameterError, "finite|square table"),
        (lambda: cs.state_evaluator(max, pair()), ParameterError, "no figure"),
        (lambda: cs.state_evaluator(cs.purity, pair(), "c"), UnknownName, "no mode"),
        (lambda: cs.state_evaluator(cs.purity, pair())(), MissingParameter, "'r'"),
        (lambda: cs.state_evaluator(cs.purity, pair())(s=1), UnknownParameter, "'s'"),
        (lambda: cs.state_evaluator(cs.purity, pair())(r="much"), ParameterError, "real numbers"),
        (lambda: cs.state_evaluator(cs.quantum_fisher_information, pair(), "s"), UnknownParameter, "'s'"),
    ],
)
def test_bad_input(make, error, word) -> None:
    with pytest.raises(error, match=word):
        make()


def test_numbers_of_any_kind() -> None:
    """Rationals, floats, NumPy's, nested lists and SymPy matrices are one state."""
    exact = sp.Matrix([[2, sp.Rational(1, 4)], [sp.Rational(1, 4), 1]])
    expected = float(cs.purity(exact).inline())
    for given in (exact.tolist(), np.array(exact.tolist(), dtype=float), [[2, 0.25], [0.25, 1]], [[np.int64(2), 0.25], [0.25, np.float32(1)]]):
        assert cs.purity(np.array(given, dtype=float)) == pytest.approx(expected, rel=1e-15)
        assert float(cs.purity(cs.gaussian_state(given)).inline()) == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize("c", [cs.Conventions(vacuum=1), cs.Conventions(vacuum=sp.Rational(1, 4), ordering="quadratures")])
def test_figures_do_not_depend_on_conventions(c: cs.Conventions) -> None:
    V, W = pair(), pair().in_conventions(c)
    for figure, parts in (
        (cs.purity, ("a",)), (cs.log_negativity, ("a", "b")), (cs.steering, ("a", "b")), (cs.duan, ("a", "b")),
        (cs.ppt, ("a", "b")), (cs.entropy, ("a",)), (cs.negativity, ("a", "b")),
    ):  # fmt: skip
        one, two = (cs.evaluator(figure(S, *parts))(r=0.4) for S in (V, W))
        assert one == pytest.approx(two, rel=1e-12, abs=1e-13)
    assert cs.equal(cs.squeezing(V, "a").variance, cs.squeezing(W, "a").variance)
    lossy = cs.GaussianChannel.loss(sp.Rational(1, 2))
    there = lossy.apply(W, "b")
    assert cs.equal(there["X_b", "X_b"], lossy.apply(V, "b")["X_b", "X_b"].inline() * 2 * c.vacuum)
    assert there.conventions == c
    back = cs.gaussian_state(W.matrix, ["a", "b"], conventions=c)
    assert all(cs.equal(back[i, j], W[i, j]) for i in W.quadratures for j in W.quadratures)


def test_squeezing_without_limit() -> None:
    """E_N = 2 r and the rest, at any r: the evaluators of the formulas and of the figures."""
    x = np.array([0.0, 1e-9, 0.3, 5.0, 9.0, 10.0, 12.0, 30.0, 300.0])
    V = pair()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for f in (cs.evaluator(cs.log_negativity(V, "a", "b")), cs.state_evaluator(cs.log_negativity, V, "a", "b")):
            assert f(r=x) == pytest.approx(2 * x, rel=1e-13, abs=1e-13)
            assert f(r=0.0) == 0
        assert cs.evaluator(cs.duan(V, "a", "b"))(r=x) == pytest.approx(np.exp(-2 * x), rel=1e-12)
        assert cs.evaluator(cs.purity(V))(r=x) == pytest.approx(np.ones(9), rel=1e-12)
        steered = cs.evaluator(cs.steering(V, "a", "b"))(r=x)
        assert steered == pytest.approx(np.log(np.cosh(np.minimum(2 * x, 700))), rel=1e-12, abs=1e-13)
        assert cs.state_evaluator(cs.entropy, V)(r=x) == pytest.approx(np.zeros(9), abs=1e-15)
        n = np.sinh(x[1:6]) ** 2
        one = cs.state_evaluator(cs.entropy, V, "a")(r=x[1:6])
        assert one == pytest.approx(np.log(n + 1) + n * np.log1p(1 / n), rel=1e-11)


def test_products_of_squeezed_states_in_any_direction() -> None:
    """Zeros that only rounding hides are zeros, of formulas as of numbers."""
    s, t = sp.symbols("s t", real=True)
    R = sp.Matrix([[sp.cos(t), -sp.sin(t)], [sp.sin(t), sp.cos(t)]])
    squeezed = [R * sp.diag(sp.exp(-2 * x), sp.exp(2 * x)) * R.T / 2 for x in (r, s)]
    V = cs.gaussian_state(sp.Matrix(sp.BlockDiagMatrix(*squeezed)), ["a", "b"])
    at = {"r": np.linspace(-3, 3, 7), "s": np.linspace(0, 9, 7), "t": 0.3}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for figure in (cs.log_negativity, cs.negativity, cs.ppt, cs.steering):
            f, g = cs.evaluator(figure(V, "a", "b")), cs.state_evaluator(figure, V, "a", "b")
            assert (f({n: at[n] for n in f.parameters}) == 0).all()
            assert (g(at) == 0).all()


def test_one_evaluator_for_several_figures() -> None:
    """Figures that declare an accuracy stay guaranteed beside others; doubles can be asked for."""
    V = pair()
    E, v = cs.log_negativity(V, "a", "b"), V["X_a", "X_a"]
    found = cs.evaluator({"E": E, "v": v})(r=[1.0, 20.0])
    assert found["E"] == pytest.approx([2, 40], rel=1e-13)
    assert found["v"] == pytest.approx(np.cosh([2.0, 40.0]) / 2, rel=1e-13)
    with pytest.warns(RuntimeWarning, match="lost to cancellation"):
        cs.evaluator(E, precision="double")(r=8.0)
    slopes = cs.evaluator(E).gradient(["r"])(r=1.0)[1]
    assert slopes == pytest.approx([2], rel=1e-9)


def test_outside_the_domain() -> None:
    eta = cs.symbol("eta", (0, 1))
    V = cs.GaussianChannel.loss(eta).apply(pair(), "b")
    f = cs.state_evaluator(cs.log_negativity, V, "a", "b")
    with pytest.warns(RuntimeWarning, match="1 of 3 points lie outside"):
        found = f(r=1.0, eta=[0.0, 1.0, 1.5])
    assert found[:2] == pytest.approx([0, 2]) and np.isnan(found[2])
    low = cs.state_evaluator(cs.purity, sp.eye(2) * sp.Symbol("v"))
    with pytest.warns(RuntimeWarning, match="uncertainty relation"):
        assert np.isnan(low(v=0.4))
    with pytest.warns(RuntimeWarning, match="1 of 2"):
        assert np.isnan(low(v=[0.5, -1.0])).tolist() == [False, True]


def test_state_evaluator_of_many_modes() -> None:
    """A cascade of three oscillators: every figure as of the matrix at the point."""
    parts = [cs.Oscillator(n, mass=m) for n, m in (("S", -1), ("M", 1), ("N", 1))]
    V = cs.covariance(parts[0] >> parts[1] >> parts[2])
    rng = np.random.default_rng(0)
    at = {s.name: rng.uniform(0.5, 2, 2) for s in V.parameters}
    at |= {n: at[n] + 2 for n in at if n.endswith("B")}
    matrices = np.array(cs.evaluator(V)(at).matrix)
    for figure, places in (
        (cs.purity, ()), (cs.symplectic_spectrum, ()), (cs.entropy, ()), (cs.log_negativity, ("S", ("M", "N"))),
        (cs.steering, (("M", "N"), "S")), (cs.ppt, (("S", "N"), "M")), (cs.mutual_information, ("S", ("M", "N"))),
        (cs.duan, ("M", ("S", "N"))), (cs.negativity, ("M", ("S", "N"))), (cs.squeezing, ("N",)),
    ):  # fmt: skip
        place = [["SMN".index(m) + 1 for m in p] for p in places]
        found, expected = cs.state_evaluator(figure, V, *places)(at), figure(matrices, *place)
        if figure is cs.squeezing:
            found, expected = (np.stack([x.variance, x.angle, x.decibels]) for x in (found, expected))
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-11), figure


def test_sensitivity_of_rounding_is_that_of_the_state() -> None:
    """A squeezed product state is not sensitive to its rounding, however strong the squeezing."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert cs.purity(np.diag([2.0**-61, 2.0**59, 0.5, 0.5])) == 1
    assert oracle.spectrum(np.eye(2) / 2) == pytest.approx([0.5])

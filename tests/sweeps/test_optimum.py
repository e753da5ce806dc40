"""Optima over a grid: against closed forms, against SciPy, at bounds, beside regions without a steady state."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from scipy.optimize import differential_evolution

import cascade_sym as cs
from cascade_sym.definitions import Quantity
from cascade_sym.sweeps import sweep
from tests.sweeps.cascade import FIXED, xi, xi_by_hand

x, y, a, b = sp.symbols("x y a b")


@pytest.mark.parametrize("backend", ["numpy", "compiled"])
def test_closed_form(backend: str) -> None:
    """x + a/x + (y - b)^2 is least at x = sqrt(a), y = b: 2 sqrt(a)."""
    grid = {"a": np.geomspace(1e-2, 1e4, 13), "b": [-1.0, 0.5, 2.0]}
    found = sweep(x + a / x + (y - b) ** 2, grid, optimise={"x": None, "y": (-5, 5)}, backend=backend)
    np.testing.assert_allclose(found.value, 2 * np.sqrt(found.a) + 0 * found.b, rtol=1e-13)
    np.testing.assert_allclose(found.x, np.sqrt(found.a) + 0 * found.b, rtol=1e-6)
    np.testing.assert_allclose(found.y, 0 * found.a + found.b, atol=1e-6)
    assert found.value.dims == ("a", "b") and found.attrs["optimum_missed"] == "0"


def test_one_point() -> None:
    """Without a grid the optimum of one figure."""
    found = sweep((x - a) ** 2 + 1, {}, {"a": 2.0}, optimise={"x": (0, 5)})
    assert found.value.shape == () and float(found.value) == 1.0 and float(found.x) == pytest.approx(2.0, abs=1e-7)
    assert float(sweep(x * a, {}, {"a": 2.0, "x": 3.0}).value) == 6.0


def test_maximum_and_bounds() -> None:
    found = sweep(a * x, {"a": [-1.0, 2.0]}, optimise={"x": (-3.0, 4.0)}, maximise=True)
    assert found.value.values.tolist() == [3.0, 8.0] and found.x.values.tolist() == [-3.0, 4.0]
    assert found.attrs["points_at_bounds"] == "x: 2"


def test_many_minima() -> None:
    """cos(20 x) + (x - a)^2 has some thirteen minima; the lowest jumps from one to the next as a grows."""
    grid = np.linspace(-1.5, 1.5, 61)
    found = sweep(sp.cos(20 * x) + (x - a) ** 2, {"a": grid}, optimise={"x": (-2, 2)})
    fine = np.linspace(-2, 2, 400_001)
    least = np.array([(np.cos(20 * fine) + (fine - v) ** 2).min() for v in grid])
    np.testing.assert_allclose(found.value, least, atol=1e-8)
    assert (found.value.values <= least + 1e-15).all()


def test_a_thousand_minima() -> None:
    """Rastrigin's function in three coordinates, its minimum 0 at (a, a, a) off the middle of the box."""
    w = sp.symbols("w0:3")
    f = sum(((v - a) ** 2 + 10 - 10 * sp.cos(2 * sp.pi * (v - a)) for v in w), sp.Integer(0))
    found = sweep(f, {"a": np.linspace(0, 1, 30)}, optimise={v.name: (-5, 5) for v in w})
    assert found.value.values.max() < 1e-12


def test_a_narrow_curved_valley() -> None:
    found = sweep(
        (1 - x) ** 2 + a * (y - x**2) ** 2, {"a": [1.0, 1e2, 1e4, 1e6]}, optimise={"x": (-9, 9), "y": (-9, 9)}
    )
    assert found.value.values.max() < 1e-18
    np.testing.assert_allclose(found.x, 1, atol=1e-8)


@pytest.mark.parametrize("loss", [0.0, 0.1])
def test_epr_variance_against_scipy(loss: float) -> None:
    """The paper's figure of merit over three parameters; SciPy's evolution strategy works on (7), (8) typed by hand."""
    grid = {"C_S": [2.0, 30.0, 500.0]}
    found = sweep(xi(), grid, {**FIXED, "epsilon": loss}, optimise=["C_M", "theta_S", "theta_M"])
    assert found.attrs["optimum_missed"] == "0"
    for k, C_S in enumerate(grid["C_S"]):
        best = differential_evolution(
            lambda p, C_S=C_S: xi_by_hand(C_S, np.exp(p[0]), p[1], p[2], loss), [(-2, 10), (0, np.pi / 2), (0, np.pi / 2)],
            seed=1, tol=1e-10, popsize=20, maxiter=400,
        )  # fmt: skip
        assert found.xi_g[k] <= best.fun * (1 + 1e-9)
        p = [float(found[n][k]) for n in ("C_M", "theta_S", "theta_M")]
        assert xi_by_hand(C_S, *p, loss) == pytest.approx(float(found.xi_g[k]), rel=1e-9)


def test_equal_parameters() -> None:
    names = ["C_M", "theta_S", "theta_M"]
    apart = sweep(xi(), {"C_S": [10.0, 300.0]}, {**FIXED, "epsilon": 0.0}, optimise=names)
    together = sweep(
        xi(), {"C_S": [10.0, 300.0]}, {**FIXED, "epsilon": 0.0}, optimise=names, equal=[("theta_S", "theta_M")]
    )
    np.testing.assert_array_equal(together.theta_S, together.theta_M)
    assert (together.xi_g > 1.3 * apart.xi_g).all()
    for k in range(2):
        p = differential_evolution(
            lambda p, k=k: xi_by_hand(float(together.C_S[k]), np.exp(p[0]), p[1], p[1], 0.0), [(-2, 10), (0, np.pi / 2)],
            seed=1, tol=1e-10,
        )  # fmt: skip
        assert float(together.xi_g[k]) == pytest.approx(p.fun, rel=1e-7)


def test_unstable_points_are_never_taken() -> None:
    """-1/(x - 1) falls without bound towards x = 1 from above, but only x > 1.5 has a steady state."""
    q = Quantity("q", (x - 1) ** 2 * a, domain=(x - sp.Rational(3, 2),))
    found = sweep(q, {"a": [1.0, 4.0]}, optimise={"x": (-4, 4)})
    np.testing.assert_allclose(found.q, [0.25, 1.0], rtol=1e-3)
    assert (found.x > 1.5).all()


def test_points_without_any_steady_state() -> None:
    q = Quantity("q", (x - a) ** 2, domain=(a,))
    with pytest.warns(RuntimeWarning, match="no value at 2 of 5 points"):
        found = sweep(q, {"a": np.array([-1.0, 0.0, 1.0, 2.0, 3.0])}, optimise={"x": (-4, 4)})
    assert np.isnan(found.q[:2]).all() and np.isnan(found.x[:2]).all()
    np.testing.assert_allclose(found.x[2:], found.a[2:], atol=1e-7)
    with pytest.raises(cs.errors.UnstableError, match="2 of 5"):
        sweep(q, {"a": [-1.0, 0.0, 1.0, 2.0, 3.0]}, optimise={"x": (-4, 4)}, unstable="raise")


def test_functions_without_formula() -> None:
    def rosenbrock(x, y, a):
        return (a - x) ** 2 + 100 * (y - x**2) ** 2 + 1

    found = sweep(rosenbrock, {"a": [0.5, 1.0, 1.5]}, optimise={"x": (-2, 2), "y": (-3, 3)})
    np.testing.assert_allclose(found.rosenbrock, 1, atol=1e-12)
    np.testing.assert_allclose(found.x, found.a, atol=1e-5)


def test_what_restarts_find_is_adopted_and_spread() -> None:
    """Optima put into the wrong valley at all points but none near them: restarts notice, neighbours follow."""
    from cascade_sym.sweeps.merit import descend, read_merit
    from cascade_sym.sweeps.optimum import recheck
    from cascade_sym.sweeps.space import read_grid, read_space
    from cascade_sym.sweeps.work import Work

    merit = read_merit((x**2 - 1) ** 2 + x / 5 + a * 0, "numpy")
    work = Work(merit, read_space({"x": (-2, 2)}, (), {}), read_grid({"a": np.arange(300.0)}), ())
    u, f = descend(work.objective(np.arange(300)), np.ones((1, 300)))
    wrong = f.copy()
    assert (u > 0).all()
    done = recheck(work.objective, (300,), u, f, points=3, starts=8)
    assert done.missed[0] == 3 and done.missed[-1] == 0
    assert (u < 0).all() and (f < wrong - 0.3).all()

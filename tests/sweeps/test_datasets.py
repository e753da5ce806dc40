"""What a sweep returns: named axes, attributes that say what the numbers are, and errors with a name."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
import xarray as xr

import cascade_sym as cs
from cascade_sym.definitions import Definitions, Quantity
from cascade_sym.errors import CascadeError, MissingParameter, ParameterError, UnknownParameter, UnstableError
from cascade_sym.sweeps import netcdf, sweep
from tests.sweeps.cascade import FIXED, chain, xi

x, y, a = sp.symbols("x y a")
RATE = Quantity("q", 1 / y, Definitions(((y, x - a),)), domain=(y,))


def test_a_sweep_without_optimisation() -> None:
    with pytest.warns(RuntimeWarning, match="q has no value at 5 of 6 points") as seen:
        found = sweep(RATE, {"x": [1.0, 2.0, 3.0], "a": [2.0, 5.0]})
    assert len(seen) == 1
    np.testing.assert_array_equal(found.q, [[np.nan, np.nan], [np.nan, np.nan], [1.0, np.nan]])


def test_attributes_survive_a_file(tmp_path) -> None:
    found = sweep(xi(), {"C_S": [10.0, 100.0], "epsilon": [0.0, 0.1]}, FIXED, optimise=["C_M", "theta_S", "theta_M"],
                  also={"weight": cs.readout_weight(chain(), "S", "M")},
                  units={"theta_S": "rad", "C_S": "1", "xi_g": "1"}, titles={"xi_g": "EPR variance"})  # fmt: skip
    netcdf.write(found, tmp_path / "xi.nc")
    with xr.open_dataset(tmp_path / "xi.nc", engine="scipy") as back:
        xr.testing.assert_identical(found, back.load())
    about = found.xi_g.attrs
    assert about["units"] == "1" and about["long_name"] == "EPR variance" and found.theta_S.attrs == {"units": "rad"}
    for s, e in xi().definitions:
        assert f"{s} = {e}" in about["definition"]
    assert r"\gamma_{S}" in about["latex"] and about["domain"] == "gamma_S > 0, gamma_M > 0"
    assert found.attrs["source"] == f"cascade_sym {cs.__version__}"
    assert "n_M = 100000.0" in found.attrs["fixed"] and "C_M in [0.001, 1000000]" in found.attrs["optimised"]
    assert found.weight.dims == ("C_S", "epsilon") and np.isfinite(found.weight).all()
    point = {n: float(found[n][1, 1]) for n in ("C_M", "theta_S", "theta_M")} | FIXED | {"C_S": 100.0, "epsilon": 0.1}
    w = cs.evaluator(cs.readout_weight(chain(), "S", "M"))
    assert float(found.weight[1, 1]) == pytest.approx(float(w({n: point[n] for n in w.parameters})), rel=1e-13)


def test_conditional_figures_as_formula_and_as_function() -> None:
    """The closed form with exact derivatives, and conditional_evaluator without: the same optimum."""
    from cascade_sym.evaluate.conditional import conditional_evaluator
    from cascade_sym.solve.conditional import conditional_covariance, riccati

    problem = riccati(chain(), cs.Homodyne(angle=-sp.pi / 2))
    w = cs.readout_weight(chain(), "S", "M")
    closed = cs.epr_variance(conditional_covariance(problem, newton=1), "S", "M", g=w)
    numbers, weight = conditional_evaluator(problem), cs.evaluator(w)

    def conditional(**p):
        V = numbers({n: p[n] for n in numbers.parameters})
        g = weight({n: p[n] for n in weight.parameters})
        return (V.variance({"X_S": 1, "X_M": g}) + V.variance({"P_S": 1, "P_M": -g})) / (1 + g**2)

    grid, fixed = {"C_S": [5.0, 100.0]}, {**FIXED, "epsilon": 0.1}
    free = {"C_M": (1e-1, 1e4), "theta_M": (0.6, 1.5)}
    one = sweep(closed, grid, {**fixed, "theta_S": np.pi / 4}, optimise=free, name="conditional")
    two = sweep(conditional, grid, {**fixed, "theta_S": np.pi / 4}, optimise=free, restarts=4)
    np.testing.assert_allclose(one.conditional, two.conditional, rtol=1e-8)
    assert two.conditional.attrs["definition"].endswith("conditional")


def test_guaranteed_values_where_doubles_are_lost() -> None:
    """At C_S = 1e8 doubles keep few digits of the optimum; the bound holds against mpmath."""
    import mpmath

    grid = {"C_S": np.geomspace(1e2, 1e8, 9)}
    found = sweep(xi(), grid, {**FIXED, "epsilon": 0.0}, optimise={"C_M": (1e-2, 1e11), "theta_S": None, "theta_M": None},
                  precision="guaranteed")  # fmt: skip
    names = sorted(s.name for s in xi().parameters)
    exact = sp.lambdify(sp.symbols(names), xi().inline(), "mpmath")
    for k in range(9):
        point = {**FIXED, "epsilon": 0.0, **{n: float(found[n][k]) for n in ("C_S", "C_M", "theta_S", "theta_M")}}
        with mpmath.workdps(60):
            want = exact(*(mpmath.mpf(point[n]) for n in names))
            error = abs(mpmath.mpf(float(found.xi_g[k])) - want)
            assert error <= float(found.xi_g_error[k]) <= 1.01e-13 * want
    with pytest.raises(ParameterError, match="needs a formula"):
        sweep(lambda x: x, {"x": [1.0]}, precision="guaranteed", name="f")
    with pytest.raises(ParameterError, match="precision must be"):
        sweep(x, {"x": [1.0]}, precision="best")


@pytest.mark.parametrize(
    ("error", "words", "arguments"),
    [
        (UnknownParameter, "'z'", dict(grid={"x": [1], "z": [1]}, fixed={"a": 0})),
        (UnknownParameter, "'z'", dict(grid={"x": [1]}, fixed={"a": 0, "z": 1})),
        (UnknownParameter, "'z'", dict(grid={"x": [1]}, fixed={"a": 0}, optimise=["z"])),
        (UnknownParameter, "not depend on 'z'", dict(grid={"x": [1]}, fixed={"a": 0}, optimise=["z"], known=["z"])),
        (MissingParameter, "'a'", dict(grid={"x": [1]})),
        (ParameterError, "'a' stands in two", dict(grid={"x": [1], "a": [0]}, fixed={"a": 0})),
        (ParameterError, "axis x holds nan", dict(grid={"x": [1, np.nan]}, fixed={"a": 0})),
        (ParameterError, "axis x holds a number twice", dict(grid={"x": [1, 1]}, fixed={"a": 0})),
        (ParameterError, "axis x must hold real numbers", dict(grid={"x": ["one"]}, fixed={"a": 0})),
        (ParameterError, "axis x must be a list", dict(grid={"x": [[1, 2]]}, fixed={"a": 0})),
        (ParameterError, "axis x must be a list", dict(grid={"x": []}, fixed={"a": 0})),
        (ParameterError, "grid must be a mapping", dict(grid=[1, 2])),
        (ParameterError, "a must be a real number", dict(grid={"x": [1]}, fixed={"a": [1, 2]})),
        (ParameterError, "a is inf", dict(grid={"x": [1]}, fixed={"a": np.inf})),
        (ParameterError, "bounds of a", dict(grid={"x": [1]}, optimise={"a": (2, 1)})),
        (ParameterError, "bounds of a", dict(grid={"x": [1]}, optimise={"a": 3})),
        (ParameterError, "equal names 'b'", dict(grid={"x": [1]}, optimise=["a"], equal=[("a", "b")])),
        (ParameterError, "at least two", dict(grid={"x": [1]}, optimise=["a"], equal=[("a",)])),
        (ParameterError, "unstable must be", dict(grid={"x": [1]}, fixed={"a": 0}, unstable="zero")),
        (ParameterError, "called 'x'", dict(grid={"x": [1]}, fixed={"a": 0}, name="x")),
        (UnstableError, "1 of 1", dict(grid={"x": [1]}, fixed={"a": 2}, unstable="raise")),
    ],
)
def test_errors(error, words, arguments) -> None:
    with pytest.raises(error, match=words) as told:
        sweep(RATE, **arguments)
    assert isinstance(told.value, CascadeError)


def test_figures_that_are_none() -> None:
    with pytest.raises(ParameterError, match="real figure"):
        sweep(sp.I * x, {"x": [1]})
    with pytest.raises(ParameterError, match="one figure"):
        sweep({"p": x, "q": x}, {"x": [1]})
    with pytest.raises(ParameterError, match="shape"):
        sweep(lambda x: np.zeros(3), {"x": [1.0, 2.0]}, name="f")
    with pytest.raises(ParameterError, match="needs an expression"):
        sweep("x", {"x": [1]})
    with pytest.raises(CascadeError, match="can't write"):
        netcdf.write(sweep(x, {"x": [1.0]}), netcdf.Path("/dev/null/x.nc"))


def test_a_missing_library_is_named(monkeypatch) -> None:
    from cascade_sym import extras
    from cascade_sym.errors import MissingLibrary

    monkeypatch.setattr(extras, "find_spec", lambda name: None if name == "xarray" else object())
    with pytest.raises(MissingLibrary, match="sweeps need 'xarray'; install"):
        sweep(x, {"x": [1.0]}, name="f")

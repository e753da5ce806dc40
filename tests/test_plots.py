"""Plots show the numbers that the results have: what is drawn is held against values computed by other means."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg
import sympy as sp

import cascade_sym as cs
from cascade_sym.errors import MissingParameter, ParameterError, UnknownName
from cascade_sym.pictures.axes import plot_scaling
from cascade_sym.plot import canvas

pytest.importorskip("matplotlib")
SQUEEZED = cs.noise_spectrum(cs.Squeezer("q"), cs.Quadrature(sp.pi / 2))
POINT = {"chi_q": 0.3, "kappa_q": 1.0}
HALF = sp.Rational(1, 2)
V = cs.covariance(
    cs.Oscillator("S", Gamma_B=1, Gamma_P=HALF, gamma="g", n=1) >> cs.Oscillator("M", mass=-1, Gamma_B=1, Gamma_P=HALF, gamma="g", n=1)
)


def test_squeezing_in_decibels_of_shot_noise() -> None:
    line, level = SQUEEZED.plot([0.0, 1.0], POINT, dB=True, reference="shot")
    x, y = line.get_data()
    chi, kappa = 0.3, 1.0  # squeezing at the carrier, Gardiner and Collett (1985): 1 - 4 chi kappa/(kappa/2 + chi)^2/2
    wanted = [1 - 2 * kappa * chi / ((kappa / 2 + chi) ** 2 + w**2) for w in x]
    assert np.allclose(y, 10 * np.log10(wanted))
    assert level.get_ydata()[0] == 0


def test_plain_and_relative_spectra() -> None:
    plain = SQUEEZED.plot([0.0, 2.0], POINT)[0].get_ydata()
    assert np.allclose(SQUEEZED.plot([0.0, 2.0], POINT, reference=2.0)[0].get_ydata(), plain / 2)
    assert np.allclose(SQUEEZED.plot([0.0, 2.0], POINT, reference=[1.0, 4.0])[0].get_ydata(), plain / [1, 4])
    assert len(SQUEEZED.plot(values=POINT)[0].get_xdata()) > 100


def test_the_standard_quantum_limit_is_the_least_over_the_strength() -> None:
    M = cs.Oscillator("M", theta=sp.pi / 4, Gamma="Gamma", gamma=1, n=0)
    N = cs.added_noise(cs.force_port(M, "M", through="M.bath"), "P_L")
    for strength in (0.1, 1.0, 30.0):
        ratio = N.plot([0.0, 1.0], {"Gamma": strength}, reference="sql", strength="Gamma")[0].get_ydata()
        assert np.all(ratio >= 1 - 1e-9)
    f = cs.evaluator(N)
    best = min(np.logspace(-3, 3, 4001), key=lambda g: f(Gamma=g, Omega=1.0))
    assert N.plot([1.0], {"Gamma": best}, reference="sql", strength="Gamma")[0].get_ydata()[0] == pytest.approx(1, abs=1e-3)


def test_ellipses_have_the_widths_of_the_state() -> None:
    S, M, vacuum = V.plot({"g": 0.01}, which="modes")
    values = cs.evaluator(V)(g=0.01)
    assert S.width == pytest.approx(2 * float(values["X_S", "X_S"]) ** 0.5)
    assert M.height == pytest.approx(2 * float(values["P_M", "P_M"]) ** 0.5)
    assert vacuum.width == pytest.approx(2 * 0.5**0.5)
    minus, plus, _ = V.plot({"g": 0.01}, which="epr")
    for patch, sign in ((minus, -1), (plus, 1)):
        variance = float(values.variance({"X_S": 1, "X_M": sign})) / 2
        assert patch.width == pytest.approx(2 * variance**0.5)
    assert {a.axes for a in V.plot({"g": 0.01})} == set(V.plot({"g": 0.01})[0].figure.axes) or len(V.plot({"g": 0.01}).figure.axes) == 2


def test_the_axis_is_the_caller_s() -> None:
    _, ax = canvas((3, 2))
    assert SQUEEZED.plot([0.0, 1.0], POINT, ax=ax)[0].axes is ax
    assert V.plot({"g": 0.1}, ax=ax)[0].axes is ax


def test_a_scaling_and_a_sweep(tmp_path) -> None:
    C, q = sp.symbols("C q")
    law = cs.scaling((1 + C * (1 - q) ** 2) / (1 + C * (1 - q**2)), large=C, over=[q], positive=[1 + C * (1 - q**2)], checks=0)
    points, line = plot_scaling(law)
    assert np.allclose(line.get_ydata()[-1], points.get_ydata()[-1], rtol=1e-4)
    files = law.plot().save(tmp_path / "law")
    assert all(f.stat().st_size > 1000 for f in files)
    xarray = pytest.importorskip("xarray")
    data = xarray.Dataset({"xi": (("e", "C"), np.ones((3, 4)))}, {"e": [0.0, 0.1, 0.2], "C": np.logspace(0, 3, 4)})
    (mesh,) = cs.plot_sweep(data)
    assert mesh.axes.get_xscale() == "log" and mesh.axes.get_yscale() == "linear"
    (curve,) = cs.plot_sweep(data.sel(e=0.1), "xi")
    assert list(curve.get_ydata()) == [1, 1, 1, 1]
    with pytest.raises(UnknownName):
        cs.plot_sweep(data, "zeta")


def test_a_transient_is_drawn_as_it_moves() -> None:
    moving = cs.transient(cs.Cavity("a"), "t", {("X_a", "X_a"): 3, ("P_a", "P_a"): 1, "X_a": 2})
    times, k = np.linspace(0, 4, 9), 0.7
    X, P, vacuum = cs.plot_motion(moving, times, {"kappa_a": k})
    assert np.allclose(X.get_ydata(), 0.5 + 2.5 * np.exp(-k * times)) and list(vacuum.get_ydata()) == [0.5, 0.5]
    assert np.allclose(P.get_ydata(), 0.5 + 0.5 * np.exp(-k * times))
    _, ax = canvas((3, 2))
    (mean,) = cs.plot_motion(moving, times, {"kappa_a": lambda t: k}, of="X_a", means=True, ax=ax)
    assert mean.axes is ax and np.allclose(mean.get_ydata(), 2 * np.exp(-k * times / 2))
    (cov,) = cs.plot_motion(moving, times, {"kappa_a": k}, of=[("X_a", "P_a")])
    assert np.allclose(cov.get_ydata(), 0)


def test_what_an_observer_knows_is_drawn_as_it_grows() -> None:
    """A pointer without damping, read out with rate G: dV/dt = noise - 4 G V^2; the solution is a hyperbolic tangent."""
    pointer = cs.Oscillator("M", Gamma="G", theta=sp.pi / 4, gamma=0)
    detector = cs.Homodyne(angle=sp.pi / 2)
    times = np.linspace(0, 3, 7)
    for state in (cs.riccati(pointer, detector), cs.conditional_covariance(pointer, detector)):
        (line, vacuum) = cs.plot_motion(state, times, {"G": 0.5}, of=["X_M"], start=np.diag([3.0, 3.0]))
        y = line.get_ydata()
        assert y[0] == 3 and (np.diff(y) < 0).all() and y[-1] > 0.5
        steady = float(cs.conditional_evaluator(state)(G=0.5)["X_M", "X_M"])
        rate = np.log((y[:-1] - steady) / (y[:-1] + steady)) - np.log((y[1:] - steady) / (y[1:] + steady))
        assert np.allclose(rate, rate[0], rtol=1e-6)  # coth: V = s coth(r t + c)


def test_the_means_of_a_run_scatter_as_the_record_tells() -> None:
    """Over many runs: what is known of the mean and what is left open add up to the unconditional covariance, by SciPy."""
    part = cs.Oscillator("a", mass=-1, Gamma=1.0, theta=0.5, gamma=0.4, n=0) >> cs.Loss(sp.Rational(1, 4)) >> cs.Oscillator("M", Gamma=2.0, theta=0.3, gamma=0.7, n=1)
    f = cs.conditional_evaluator(cs.riccati(part, cs.Homodyne(angle=0.4)))
    times, start = [0.3, 0.31, 2.0], np.diag([2.0, 0.5, 1.0, 1.0])
    runs = np.array([f.run(start, times, seed=k)[0] for k in range(150)])
    filters = f.filters()
    flow = scipy.linalg.expm(np.block([[-filters.A, filters.N], [np.zeros((4, 4)), filters.A.T]]) * times[-1])
    E = flow[4:, 4:].T
    free, V = E @ start @ E.T + E @ flow[:4, 4:], f.transient(start, times)[-1]
    known = np.cov(runs[:, -1].T)
    spread = np.sqrt((np.outer(known.diagonal(), known.diagonal()) + known**2) / len(runs))  # of such an estimate
    assert (np.abs(known + V - free) < 4 * spread).all() and known.diagonal().max() > 10 * V.diagonal().min()
    assert (np.abs(runs[:, -1].mean(0)) < 4 * np.sqrt(known.diagonal() / len(runs))).all()
    assert (f.run(start, times, seed=5)[0] == runs[5]).all() and (runs[4] != runs[5]).any()
    # the step from the first to the second time moves the mean as the drift does, and little else
    moved = scipy.linalg.expm(filters.A * (times[1] - times[0]))
    assert np.abs(runs[:, 1] - runs[:, 0] @ moved.T).std() < 0.2 < runs[:, 0].std()
    assert [x.shape for x in f.run(start, [])] == [(0, 4), (0, 4, 4)]
    (line,) = cs.plot_motion(cs.riccati(part, cs.Homodyne(angle=0.4)), times, means=True, seed=5, start=start, of="X_M")
    assert np.allclose(line.get_ydata(), runs[5][:, list(f.quadratures).index("X_M")])


def test_states_in_time_that_are_not() -> None:
    moving = cs.transient(cs.Cavity("a"), "t")
    known = cs.riccati(cs.Cavity("a"), cs.Homodyne(angle=0))
    point = {"kappa_a": 1.0}
    for state, options, said in (
        (V, {}, "no state in time"), (moving.subs({"t": 1}), {}, "at the time 1"), (known, {"means": True}, "record"),
        (known, {"seed": 1}, "means=True"), (known, {"means": True, "seed": "x"}, "whole number"), (moving, {"seed": 1}, "no record"),
        (moving, {"start": np.eye(2)}, "initial state already"), (moving, {"of": [("X_a",)]}, "give quadratures"),
        (moving, {"of": []}, "give quadratures"), (moving, {"times": "soon"}, "list of numbers"),
    ):  # fmt: skip
        with pytest.raises(ParameterError, match=said):
            cs.plot_motion(state, **{"times": [0.0, 1.0], "values": point, **options})
    with pytest.raises(UnknownName, match="X_b"):
        cs.plot_motion(moving, [0.0, 1.0], point, of="X_b")
    with pytest.raises(MissingParameter):
        cs.plot_motion(moving, [0.0, 1.0])


def test_a_picture_follows_its_sliders() -> None:
    drawn: list[float] = []

    def picture(chi: float, kappa: float):
        drawn.append(chi)
        return SQUEEZED.plot([0.0, 1.0], {"chi_q": chi, "kappa_q": kappa})

    live = cs.sliders(picture, chi=(0.1, 0.3), kappa=(1, 100))
    assert live.at().figure and drawn == [pytest.approx(0.2)] and live.ranges["kappa"][2] == pytest.approx(10)
    assert np.allclose(live.at(chi=0.3, kappa=1)[0].get_ydata(), SQUEEZED.plot([0.0, 1.0], POINT)[0].get_ydata())
    with pytest.raises(ParameterError, match="no slider"):
        live.at(omega=1)
    for wrong in ((1,), (2, 1), (0, 1, 2), "ab", 3, (1, 1)):
        with pytest.raises(ParameterError, match="chi is"):
            cs.sliders(picture, chi=wrong)
    with pytest.raises(ParameterError):
        cs.sliders(3, chi=(0, 1))


def test_wrong_input() -> None:
    with pytest.raises(MissingParameter):
        SQUEEZED.plot([0.0], {"chi_q": 0.1})
    for options in ({"reference": "hot"}, {"reference": [1.0, 2.0, 3.0]}, {"reference": "sql"}, {"reference": "sql", "strength": "x"}):
        with pytest.raises(ParameterError):
            SQUEEZED.plot([0.0, 1.0], POINT, **options)
    with pytest.raises(ParameterError, match="no parameter"):
        SQUEEZED.plot([0.0], {**POINT, "typo": 1})
    with pytest.raises(ParameterError, match="fixed frequency"):
        cs.noise_spectrum(cs.Squeezer("q"), cs.Quadrature(0), frequency=0).plot()
    with pytest.raises(UnknownName):
        V.plot({"g": 1}, modes=["X"])
    with pytest.raises(ParameterError):
        V.plot({"g": 1}, which="all")
    with pytest.raises(TypeError):
        SQUEEZED.plot([0.0], POINT, db=True)

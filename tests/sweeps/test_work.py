"""Pieces of a sweep: in processes, on a Dask cluster, interrupted and taken up again; the same numbers every time."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
import sympy as sp
import xarray as xr

from cascade_sym.sweeps import sweep, work
from tests.sweeps.cascade import FIXED, xi

x, a = sp.symbols("x a")
FIGURE = sp.cos(5 * x) + (x - a) ** 2
GRID = {"a": np.linspace(-1, 1, 64)}
FREE = {"x": (-3.0, 3.0)}


@pytest.fixture
def small_pieces(monkeypatch) -> None:
    monkeypatch.setattr(work, "PIECE", 16)


def test_pieces_and_processes_give_the_same_numbers(monkeypatch) -> None:
    whole = sweep(FIGURE, GRID, optimise=FREE)
    monkeypatch.setattr(work, "PIECE", 16)
    xr.testing.assert_identical(whole, sweep(FIGURE, GRID, optimise=FREE))
    with pytest.warns(RuntimeWarning, match="done in one process"):
        xr.testing.assert_identical(whole, sweep(FIGURE, GRID, optimise=FREE, n_jobs=2))
    monkeypatch.setattr(work, "STARTING", 0.0)
    xr.testing.assert_identical(whole, sweep(FIGURE, GRID, optimise=FREE, n_jobs=2))


def test_on_a_dask_cluster(small_pieces) -> None:
    """Nothing of our own stands between joblib and the cluster."""
    distributed = pytest.importorskip("dask.distributed")
    joblib = pytest.importorskip("joblib")
    here = sweep(xi(), {"C_S": np.geomspace(1, 1e3, 32)}, {**FIXED, "epsilon": 0.1, "C_M": 30.0},
                 optimise=["theta_S", "theta_M"])  # fmt: skip
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
        joblib.parallel_config(backend="dask"),
    ):
        there = sweep(xi(), {"C_S": np.geomspace(1, 1e3, 32)}, {**FIXED, "epsilon": 0.1, "C_M": 30.0},
                      optimise=["theta_S", "theta_M"])  # fmt: skip
        made = client.run(_evaluators_made).values()
    xr.testing.assert_identical(here, there)
    assert len(made) == 2 and max(made) > 0  # the workers did it


def _evaluators_made() -> int:
    from cascade_sym.sweeps.merit import ready

    return ready.cache_info().currsize


def test_interrupted_and_resumed(small_pieces, monkeypatch, tmp_path) -> None:
    file = tmp_path / "kept.nc"
    whole = sweep(FIGURE, GRID, optimise=FREE)
    done: list[str] = []

    def impatient(text: str) -> None:
        done.append(text)
        if len(done) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep(FIGURE, GRID, optimise=FREE, checkpoint=file, progress=impatient)
    assert file.is_file()
    computed = []
    real = work.piece
    monkeypatch.setattr(work, "piece", lambda w, i, j: computed.append((i, j)) or real(w, i, j))
    told: list[str] = []
    again = sweep(FIGURE, GRID, optimise=FREE, checkpoint=file, progress=told.append)
    xr.testing.assert_identical(whole, again)
    assert computed == [(32, 48), (48, 64)] and [t for t in told if "read" in t] == [
        "points 0 to 15, read", "points 16 to 31, read",
    ]  # fmt: skip
    assert not file.exists()


@pytest.mark.parametrize("spoil", ["other work", "cut short", "no netCDF"])
def test_a_file_that_does_not_fit_is_not_read(spoil, small_pieces, tmp_path) -> None:
    file = tmp_path / "kept.nc"
    found, done = np.full((2, 64), 7.0), np.ones(4, dtype=bool)
    work.keep(file, "another key", found, done)
    if spoil == "cut short":
        file.write_bytes(file.read_bytes()[:100])
    if spoil == "no netCDF":
        file.write_text("hello")
    xr.testing.assert_identical(sweep(FIGURE, GRID, optimise=FREE, checkpoint=file), sweep(FIGURE, GRID, optimise=FREE))


def test_the_key_tells_sweeps_apart(tmp_path) -> None:
    """Every part of the work is in the key: with any of them changed, nothing is read."""
    from cascade_sym.sweeps.merit import read_merit
    from cascade_sym.sweeps.space import read_grid, read_space
    from cascade_sym.sweeps.sweep import content_key

    def key(figure=FIGURE, grid=GRID, free=FREE, fixed=(), sign=1.0, backend="numpy"):
        w = work.Work(read_merit(figure, backend), read_space(free, (), {}), read_grid(grid), fixed, sign)
        return content_key(w, "f", None)

    others = [key(FIGURE + 1), key(grid={"a": GRID["a"] + 1e-12}), key(free={"x": (-3, 2)}), key(fixed=(("b", 1.0),)),
              key(sign=-1.0), key(backend="compiled"), key(grid={"b": GRID["a"]}), key(figure=_one), key(figure=_two)]  # fmt: skip
    assert len({key(), *others}) == len(others) + 1 and key() == key()


def _one(x, a):
    return x + a


def _two(x, a):
    return x - a


def test_the_file_has_the_same_bytes(tmp_path) -> None:
    digests = []
    for name in ("one.nc", "two.nc"):
        work.write(sweep(FIGURE, GRID, optimise=FREE), tmp_path / name)
        digests.append(hashlib.sha256((tmp_path / name).read_bytes()).hexdigest())
    assert digests[0] == digests[1]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["one.nc", "two.nc"]

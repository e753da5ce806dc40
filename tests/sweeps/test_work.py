"""Pieces of a sweep: in processes, on a Dask cluster, interrupted and taken up again; the same numbers every time."""

from __future__ import annotations

import csv
import importlib
import os
import signal
import threading
import tracemalloc

import numpy as np
import pytest
import sympy as sp
import xarray as xr

from cascade_sym.errors import CascadeError, ParameterError
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
    work.Kept(2, 64, file, "another key").put(0, np.full((2, 64), 7.0))
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


def test_the_file_has_the_same_bytes_however_it_is_made(small_pieces, monkeypatch, tmp_path) -> None:
    """In one process, in two, and taken up again: and it is what xarray would have written."""
    monkeypatch.setattr(work, "STARTING", 0.0)
    for name, jobs in (("one.nc", None), ("two.nc", 2)):
        sweep(FIGURE, GRID, optimise=FREE, output=tmp_path / name, n_jobs=jobs, units={"a": "s"})
    real = work.piece
    monkeypatch.setattr(work, "piece", lambda w, i, j: real(w, i, j) if i < 32 else _stop())
    with pytest.raises(KeyboardInterrupt):
        sweep(FIGURE, GRID, optimise=FREE, output=tmp_path / "three.nc", units={"a": "s"})
    assert sorted(p.name for p in tmp_path.iterdir()) == ["one.nc", "three.nc.part", "two.nc"]
    monkeypatch.setattr(work, "piece", lambda w, i, j: real(w, i, j) if i >= 32 else _stop())
    found = sweep(FIGURE, GRID, optimise=FREE, output=tmp_path / "three.nc", units={"a": "s"})
    assert len({(tmp_path / f"{n}.nc").read_bytes() for n in ("one", "two", "three")}) == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["one.nc", "three.nc", "two.nc"]
    monkeypatch.setattr(work, "piece", real)
    whole = sweep(FIGURE, GRID, optimise=FREE, units={"a": "s"})
    xr.testing.assert_identical(whole, found.load())
    whole.to_netcdf(tmp_path / "other.nc", engine="scipy", format="NETCDF3_64BIT")
    with xr.open_dataset(tmp_path / "other.nc", engine="scipy", decode_times=False) as other:
        xr.testing.assert_identical(other, found)


def _stop():
    raise KeyboardInterrupt


@pytest.mark.parametrize("axes", [(), ("a",), ("a", "b"), ("b", "a")])
def test_a_streamed_file_holds_what_memory_would(axes, tmp_path) -> None:
    grid = {n: {"a": [0.25, -1.0, 0.5], "b": [1.0, 2.0]}[n] for n in axes}
    fixed = {n: 0.125 for n in ("a", "b") if n not in axes}
    figure, more = FIGURE + sp.Symbol("b") * x / 9, dict(optimise=FREE, also={"g": x + a}, titles={"g": "größer"})
    streamed = sweep(figure, grid, fixed, precision="guaranteed", output=tmp_path / "x.nc", **more)
    xr.testing.assert_identical(sweep(figure, grid, fixed, precision="guaranteed", **more), streamed.load())


def test_csv_reads_back_as_it_is(tmp_path) -> None:
    found = sweep(sp.sqrt(a) + x / 3, {"a": [-1.0, 0.1], "x": [0.1, 2.0, 1e-300]}, name="f", output=tmp_path / "f.csv")
    names, *lines = csv.reader((tmp_path / "f.csv").read_text().splitlines())
    assert names == ["a", "x", "f"] and len(lines) == 6
    read = np.array(lines, dtype=float)
    np.testing.assert_array_equal(read[:, 2].reshape(2, 3), found.f)
    np.testing.assert_array_equal(read[:, 0].reshape(2, 3)[:, 0], found.a)
    assert np.isnan(read[:3, 2]).all() and np.isfinite(read[3:, 2]).all()


@pytest.mark.parametrize(("name", "words"), [("x.xlsx", "netCDF or CSV"), ("no/x.nc/y.nc", "can't write")])
def test_where_results_can_not_go(name, words, tmp_path) -> None:
    (tmp_path / "no").mkdir()
    (tmp_path / "no" / "x.nc").write_text("")
    with pytest.raises(CascadeError, match=words):
        sweep(FIGURE, GRID, optimise=FREE, output=tmp_path / name)
    with pytest.raises(ParameterError, match="no name"):
        sweep(FIGURE, GRID, optimise=FREE, name="ξ", output=tmp_path / "x.nc")


def test_memory_does_not_grow_with_the_grid(monkeypatch, tmp_path) -> None:
    """All stages, over small blocks: of what is allocated, ten times the points take a bit each and their pieces."""
    from cascade_sym.sweeps import optimum
    sweeps_sweep = importlib.import_module("cascade_sym.sweeps.sweep")

    for module, name, size in ((work, "PIECE", 512), (optimum, "AT_ONCE", 4096), (sweeps_sweep, "BLOCK", 512)):
        monkeypatch.setattr(module, name, size)
    monkeypatch.setattr(work, "piece", lambda w, i, j: np.concatenate([np.zeros((1, j - i)), [w.grid.points(np.arange(i, j))["a"] ** 2]]))
    monkeypatch.setattr(optimum, "descend", lambda o, u, rounds=1: (u, o.value(u)))

    def peak(points: int) -> int:
        grid = {"a": np.linspace(-1, 1, points // 100), "b": np.arange(100.0)}
        tracemalloc.start()
        sweep((x - a) ** 2 + 0 * sp.Symbol("b"), grid, optimise=FREE, known=["b"], restarts=0, output=tmp_path / f"{points}.nc")
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(2_000)  # what is made once
    few, many = peak(2_000), peak(20_000)
    assert many - few < 20_000 * 8 / 2, (few, many)  # a number a point would be twice as much


def test_a_worker_of_a_cluster_is_killed_and_nothing_is_lost(small_pieces, tmp_path) -> None:
    distributed = pytest.importorskip("dask.distributed")
    sweep(FIGURE, GRID, optimise=FREE, output=tmp_path / "here.nc")
    killed: list[int] = []
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):
        workers = {w: info["pid"] for w, info in client.run(_about).items()}

        def kill(text: str) -> None:
            if "points 32" in text:  # the first wave is done, the second one is about to be handed out
                killed.append(next(iter(workers.values())))
                threading.Timer(0.01, os.kill, (killed[0], signal.SIGKILL)).start()

        sweep(FIGURE, GRID, optimise=FREE, output=tmp_path / "there.nc", scheduler=cluster.scheduler_address, progress=kill)
        after = {info["pid"] for info in client.run(_about).values()}
    assert killed and killed[0] not in after
    assert (tmp_path / "here.nc").read_bytes() == (tmp_path / "there.nc").read_bytes()


def test_where_the_system_sets_no_room_aside_the_files_are_the_same(monkeypatch, tmp_path) -> None:
    """macOS and Windows: what they lack is switched off."""
    sweep(FIGURE, GRID, optimise=FREE, output=tmp_path / "here.nc")
    monkeypatch.delattr(os, "posix_fallocate", raising=False)
    sweep(FIGURE, GRID, optimise=FREE, output=tmp_path / "there.nc", checkpoint=tmp_path / "kept")
    assert (tmp_path / "here.nc").read_bytes() == (tmp_path / "there.nc").read_bytes()


def _about() -> dict[str, int]:
    return {"pid": os.getpid()}


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense"])
def test_a_scheduler_that_does_not_answer(address, monkeypatch, tmp_path) -> None:
    pytest.importorskip("dask.distributed")
    monkeypatch.setattr(work, "ANSWERING", 0.5)
    with pytest.raises(CascadeError, match="no scheduler answers"):
        sweep(FIGURE, GRID, optimise=FREE, scheduler=address, output=tmp_path / "x.nc")
    assert not list(tmp_path.iterdir())

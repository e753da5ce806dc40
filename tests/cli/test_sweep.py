"""`cascade-sym sweep`: files with named axes, and one clear line for every mistake."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import sympy as sp
import xarray as xr

from cascade_sym.cli.main import main
from cascade_sym.cli.quantities import free_parameters, grids
from cascade_sym.declared.computed import evaluate_declared
from cascade_sym.errors import CascadeError
from cascade_sym.paper import load_folder

HUANG = str(Path(__file__).resolve().parents[2] / "derivations" / "huang2018")
GIVEN = ["gamma_S0=2*pi*5000", "gamma_M0=2*pi/10", "n_S=1", "n_M=1e5", "epsilon=1/10"]
SET = [x for p in GIVEN for x in ("--set", p)]


def run(capsys, *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as end:
        main(["sweep", HUANG, *arguments])
    captured = capsys.readouterr()
    assert captured.out == ""
    return int(end.value.code or 0), captured.err


@pytest.mark.parametrize("name", ["xi_g", "xi_g_conditional"])
def test_optimised_sweep(name: str, capsys, tmp_path) -> None:
    file = tmp_path / "out" / "xi.nc"
    code, err = run(capsys, name, "--grid", "C_S=3:300:3:log", "--grid", "epsilon=1/10,1/5", "--optimise",
                    "C_M=1e-2:1e5,theta_S,theta_M=pi/4:pi/2", *SET[:-2], "-o", str(file))  # fmt: skip
    assert code == 0 and "written" in err and "better by more than" in err
    with xr.open_dataset(file, engine="scipy") as data:
        assert data[name].dims == ("C_S", "epsilon") and data.C_S.values.tolist() == pytest.approx([3, 30, 300])
        assert data.theta_M.attrs["units"] == "rad" and data[name].attrs["long_name"] and data.attrs["source"]
        k = {"C_S": 1, "epsilon": 0}
        point = {n: float(data[n].isel(k)) for n in ("C_M", "theta_S", "theta_M")} | {"C_S": float(data.C_S[1])}
        model = load_folder(HUANG).model
        from cascade_sym.cli.quantities import settings

        exact = settings([f"{n}={v!r}" for n, v in point.items()] + GIVEN)
        value = evaluate_declared(model, name, exact, 12).text
        assert float(data[name].isel(k)) == pytest.approx(float(value), rel=1e-8)
    assert [p.name for p in file.parent.iterdir()] == ["xi.nc"]


MODEL = load_folder(HUANG).model
EVERYTHING = [*GIVEN, "C_M=80", "theta_S=0.8", "theta_M=1.16", "eta=9/10", "psi=1/5", "delta=1e4", "gamma_sig=1e7"]


@pytest.mark.parametrize("name", MODEL.quantities)
def test_every_declared_quantity(name: str) -> None:
    """What is computed over arrays agrees with what `cascade-sym eval` proves digit by digit."""
    from cascade_sym.cli.quantities import settings
    from cascade_sym.declared.computed import sweep_declared

    known = MODEL.declared(name).parameters
    axis = {next(p for p in ("C_S", "C_M", "gamma_sig") if p in known): [3.0, 200.0]}
    given = {k: v for k, v in settings([*EVERYTHING, "C_S=100"]).items() if k in known and k not in axis}
    found = sweep_declared(MODEL, name, axis, given)
    for k in range(2):
        point = {**given, **{n: sp.Rational(v[k]) for n, v in axis.items()}}
        assert float(found[name][k]) == pytest.approx(float(evaluate_declared(MODEL, name, point).text), rel=1e-11)


def test_interrupted_and_taken_up_again(capsys, tmp_path, monkeypatch) -> None:
    from cascade_sym.sweeps import work

    monkeypatch.setattr(work, "PIECE", 4)
    real, done = work.piece, []

    def interrupted(w, first, last):
        done.append(first)
        if len(done) == 3:
            raise KeyboardInterrupt
        return real(w, first, last)

    monkeypatch.setattr(work, "piece", interrupted)
    command = ["xi_g", "--grid", "C_S=3:300:16:log", "--optimise", "C_M,theta_S,theta_M", *SET, "-o", str(tmp_path / "x.nc")]
    code, err = run(capsys, *command)
    assert code == 130 and "goes on from there" in err and [p.name for p in tmp_path.iterdir()] == ["x.nc.part"]
    code, err = run(capsys, *command)
    assert code == 0 and done == [0, 4, 8, 8, 12] and [p.name for p in tmp_path.iterdir()] == ["x.nc"]


def test_unstable_points_are_counted(capsys, tmp_path) -> None:
    common = ["gamma_S", "--grid", "theta_S=0:pi/2:3", "--set", "C_S=10", "--set", "C_M=1", "--set", "theta_M=pi/4"]
    code, err = run(capsys, *common, *SET, "-o", str(tmp_path / "g.nc"))
    assert code == 0 and "warning" not in err  # a rate has a value everywhere
    common = ["xi_g", *common[1:]]
    code, err = run(capsys, *common, *SET, "-o", str(tmp_path / "x.nc"))
    assert code == 0 and "xi_g has no value at 1 of 3 points" in err
    with xr.open_dataset(tmp_path / "x.nc", engine="scipy") as data:
        assert np.isnan(data.xi_g).values.tolist() == [True, False, False]
    code, err = run(capsys, *common, *SET, "--unstable", "raise", "-o", str(tmp_path / "x.nc"))
    assert code == 2 and "1 of 3" in err


@pytest.mark.parametrize(
    ("words", "arguments"),
    [
        ("nothing to sweep", []),
        ("write KEY=FROM:TO:COUNT", ["--grid", "C_S"]),
        ("write FROM:TO:COUNT", ["--grid", "C_S=1:2"]),
        ("write FROM:TO:COUNT", ["--grid", "C_S=1:2:5:cubic"]),
        ("the count is '0'", ["--grid", "C_S=1:2:0"]),
        ("the count is '1.5'", ["--grid", "C_S=1:2:1.5"]),
        ("both ends are 2", ["--grid", "C_S=2:2:5"]),
        ("needs positive ends", ["--grid", "C_S=0:2:5:log"]),
        ("no finite real number", ["--grid", "C_S=1:oo:5"]),
        ("--grid C_S", ["--grid", "C_S=1:__import__('os'):5"]),
        ("given twice", ["--grid", "C_S=1:2:5", "--grid", "C_S=1:2:5"]),
        ("no parameter 'C_X'", ["--grid", "C_X=1:2:5"]),
        ("needs 'C_M', 'theta_M', 'theta_S'", ["--grid", "C_S=1:2:5"]),
        ("outside [0, pi/2]", ["--grid", "theta_S=0:3:5", "--optimise", "C_M,theta_M", "--set", "C_S=1"]),
        ("outside [0, 1]", ["--grid", "C_S=1:2:5", "--optimise", "C_M,theta_S,theta_M", "--set", "epsilon=2"]),
        ("can't be swept", ["--grid", "C_S=1:2:5", "--optimise", "theta_S,theta_M", "--set", "C_M=oo"]),
        ("write NAME or NAME=LOW:HIGH", ["--grid", "C_S=1:2:5", "--optimise", "C_M=1:2:3"]),
        ("given twice", ["--grid", "C_S=1:2:5", "--optimise", "C_M,C_M"]),
        ("lower one first", ["--grid", "C_S=1:2:5", "--optimise", "C_M=2:1,theta_S,theta_M"]),
        ("stands in two", ["--grid", "C_S=1:2:5", "--optimise", "C_S,C_M,theta_S,theta_M"]),
        ("equal names 'C_S'", ["--grid", "C_S=1:2:5", "--optimise", "C_M,theta_S,theta_M", "--equal", "C_M,C_S"]),
        ("no quantity 'R2'", ["--grid", "C_S=1:2:5", "--optimise", "C_M,theta_S,theta_M", "--also", "R2"]),
        ("--jobs is 0", ["--grid", "C_S=1:2:5", "--jobs", "0"]),
    ],
)
def test_mistakes(words: str, arguments: list[str], capsys, tmp_path) -> None:
    used = {a.partition("=")[0] for a in arguments}
    given = [x for p in GIVEN if p.partition("=")[0] not in used for x in ("--set", p)]
    code, err = run(capsys, "xi_g", *arguments, *given, "-o", str(tmp_path / "x.nc"))
    assert code == 2 and words in err and "Traceback" not in err
    assert not list(tmp_path.iterdir())


def test_a_phase_needs_bounds(capsys, tmp_path) -> None:
    """xi_g_conditional has its least value at psi = 0, which lies in (-1, 1); without bounds nobody knows where to look."""
    common = ["xi_g_conditional", "--grid", "C_S=10,50", "--set", "C_M=30", "--set", "theta_S=pi/4", "--set", "theta_M=pi/4"]
    code, err = run(capsys, *common, *SET, "--optimise", "psi", "-o", str(tmp_path / "x.nc"))
    assert code == 2 and "psi=LOW:HIGH" in err
    code, err = run(capsys, *common, *SET, "--optimise", "psi=-1:1", "-o", str(tmp_path / "x.nc"))
    assert code == 0
    with xr.open_dataset(tmp_path / "x.nc", engine="scipy") as data:
        np.testing.assert_allclose(data.psi, 0, atol=1e-5)


def test_texts() -> None:
    assert grids(["a=1:3:3", "b=8:1:4:log"]) == {"a": [1.0, 2.0, 3.0], "b": pytest.approx([8.0, 4.0, 2.0, 1.0])}
    assert free_parameters("") == {}
    with pytest.raises(CascadeError):
        grids(["=1:2:3"])


def test_csv_and_a_scheduler_that_is_not_there(capsys, tmp_path, monkeypatch) -> None:
    from cascade_sym.sweeps import work

    common = ["gamma_S", "--grid", "theta_S=0:pi/2:3", "--set", "C_S=10", "--set", "C_M=1", "--set", "theta_M=pi/4", *SET]
    code, err = run(capsys, *common, "-o", str(tmp_path / "g.csv"))
    lines = (tmp_path / "g.csv").read_text().splitlines()
    assert code == 0 and lines[0] == "theta_S,gamma_S" and len(lines) == 4
    pytest.importorskip("distributed")
    monkeypatch.setattr(work, "ANSWERING", 0.5)
    command = ["xi_g", "--grid", "C_S=3:300:4:log", "--optimise", "C_M,theta_S,theta_M", *SET]
    code, err = run(capsys, *command, "--scheduler", "tcp://127.0.0.1:9", "-o", str(tmp_path / "x.nc"))
    assert code == 2 and "no scheduler answers" in err and [p.name for p in tmp_path.iterdir()] == ["g.csv"]

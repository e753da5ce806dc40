"""Files of `cascade-sym figures`: the same bytes every time, data that can be read back, drawing apart from computing."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import matplotlib
import numpy as np
import pytest
import xarray as xr

from cascade_sym.cli.main import main
from cascade_sym.declared.figures import computed, drawn
from cascade_sym.errors import CascadeError, DuplicateName
from cascade_sym.paper import Figure, Model, load_folder
from cascade_sym.plot import canvas, save, styled

ROOT = Path(__file__).resolve().parents[2]
HUANG = ROOT / "derivations" / "huang2018"
NAMES = ("fig2", "fig3", "figS3", "figS4", "figS5")


def run(capsys, *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as end:
        main(["figures", *arguments])
    captured = capsys.readouterr()
    assert captured.out == ""
    return int(end.value.code or 0), captured.err


def digests(place: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(place.iterdir())}


PRINTED = '[paper]\ntitle = "none"\n[[equation]]\nid = "1"\ntitle = "one"\nstatements = ["x = 1"]\n'
DERIVED = """
from cascade_sym.paper import Figure, Model

model = Model(parameters=("x",))

@model.equation("1")
def one():
    return {"x": 1}
"""
FIGURE = """
import sympy as sp
from cascade_sym.sweeps import sweep

x, a = sp.symbols("x a")

def compute():
    return sweep(x + a/x + sp.cos(5*x), {"a": [1.0, 2.0, 3.0, 4.0]}, optimise=["x"], name="f", units={"f": "1"})

def draw(axes, data):
    return [line for ax in axes for line in ax.plot(data["a"], data["f"], "--")]

model.figure(Figure("least", "the least f", "f against a", compute, draw, panels=(1, 2)))
"""


def folder(place: Path, figures: str) -> Path:
    place.mkdir()
    (place / "printed.toml").write_text(PRINTED)
    (place / "derived.py").write_text(DERIVED + figures)
    return place


def test_the_command(capsys, tmp_path) -> None:
    """Once here and once in a process of its own, in which Python's hashes are others."""
    paper = folder(tmp_path / "paper", FIGURE)
    code, err = run(capsys, str(paper), "-o", str(tmp_path / "one"))
    assert code == 0 and "least.png" in err
    again = [
        sys.executable,
        "-m",
        "cascade_sym.cli",
        "figures",
        str(paper),
        "-o",
        str(tmp_path / "two"),
        "--only",
        "least",
    ]
    subprocess.run(again, check=True, capture_output=True, env={**os.environ, "PYTHONHASHSEED": "7"}, cwd=ROOT)
    first = digests(tmp_path / "one")
    assert first == digests(tmp_path / "two")
    assert list(first) == ["least.nc", "least.pdf", "least.png", "least.txt"]
    pdf = (tmp_path / "one" / "least.pdf").read_bytes()
    assert b"CreationDate" not in pdf and b"Matplotlib" not in pdf
    with xr.open_dataset(tmp_path / "one" / "least.nc", engine="scipy") as data:
        assert data.attrs["caption"] == "f against a" and data.attrs["source"] and data.attrs["optimum_missed"] == "0"
        assert data.f.dims == ("a",) and data.f.attrs["units"] == "1" and "cos(5*x)" in data.f.attrs["definition"]


def test_mistakes(capsys, tmp_path) -> None:
    code, err = run(capsys, str(HUANG), "--only", "fig9", "-o", str(tmp_path))
    assert code == 2 and "no figure 'fig9'" in err and "'fig2', 'fig3'" in err
    bare = folder(tmp_path / "bare", "")
    code, err = run(capsys, str(bare))
    assert code == 2 and "declares no figures" in err
    with styled():
        page, _ = canvas((1, 1))
    with pytest.raises(CascadeError, match="can't write"):
        save(page, Path("/dev/null/x"))


def test_all_figures_of_the_paper_are_declared() -> None:
    figures = load_folder(HUANG).model.figures
    assert tuple(figures) == NAMES and all(f.caption and f.title for f in figures.values())
    with pytest.raises(DuplicateName, match="fig2"):
        load_folder(HUANG).model.figure(figures["fig2"])


@pytest.mark.parametrize("name", NAMES)
def test_drawing_takes_data_and_axes_and_returns_artists(name: str) -> None:
    """Each figure is drawn from a few points into axes of the test's own; everything named in the data is shown."""
    figure = load_folder(HUANG).model.figures[name]
    data = computed(Figure(name, figure.title, figure.caption, lambda: figure.compute(9), figure.draw))
    with styled():
        page, axes = canvas(figure.size, figure.panels)
        artists = figure.draw(axes, data)
        assert artists and all(hasattr(a, "remove") for a in artists)
        shown = [a for a in page.axes if a.get_xscale() == "log"]
        assert shown and all(a.get_xlim() == (1.0, 1000.0) for a in shown[: 1 if name != "figS3" else 2])
    lines = {
        tuple(np.asarray(line.get_ydata(), dtype=float).round(9)) for a in _all_axes(page) for line in a.get_lines()
    }
    for variable in {"fig3": ["xi_g_lossy", "xi_g_lossless", "xi_g_symmetric_lossy", "improvement_qnd", "coupling_lossy"],
                     "figS3": ["theta_S", "theta_M", "C_M"], "figS4": ["C_M", "C_M_conditional"],
                     "figS5": ["V_H_over_V_M", "xi_g"], "fig2": ["C_M_optimal"]}[name]:  # fmt: skip
        assert tuple(data[variable].values.round(9)) in lines


def _all_axes(page) -> list:
    return [*page.axes, *(inner for a in page.axes for inner in a.child_axes)]


def test_the_style_does_not_leak() -> None:
    before = dict(matplotlib.rcParams)
    figure = Figure("f", "t", "c", lambda: xr.Dataset({"y": ("x", [1.0, 2.0])}), lambda ax, d: ax.plot(d.y))
    matplotlib.rcParams["lines.linewidth"] = 7.0
    try:
        page = drawn(figure, computed(figure))
        assert page.axes[0].get_lines()[0].get_linewidth() < 2 and matplotlib.rcParams["lines.linewidth"] == 7.0
    finally:
        matplotlib.rcParams["lines.linewidth"] = before["lines.linewidth"]
    assert dict(matplotlib.rcParams) == before
    assert Model().figures == {}

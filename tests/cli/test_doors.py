"""Full disks, killed processes, places that can't be written to: one line, code 2, and nothing that was there is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
import sympy as sp

from cascade_sym import files
from cascade_sym.errors import CascadeError, ParameterError
from cascade_sym.ledger.stored import build_paper
from cascade_sym.sweeps import sweep, work
from tests.cli.test_cli import HUANG, run
from tests.manuscript.conftest import DERIVED, PRINTED

QUANTITY = """
import sympy as sp

@model.quantity("q", ["kappa_1"])
def q():
    return cs.Quantity("q", (2 + VALUE)*cs.symbol("kappa_1"))
"""


@pytest.fixture
def place(tmp_path):
    folder = tmp_path / "paper"
    folder.mkdir()
    (folder / "printed.toml").write_text(PRINTED)
    (folder / "derived.py").write_text(DERIVED)
    return folder


def bounded(arguments: list[str], megabytes: float) -> subprocess.CompletedProcess:
    """The program on a disk on which no file can have more than so many bytes."""
    import resource

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(megabytes * 2**20),) * 2)

    command = [sys.executable, "-m", "cascade_sym.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, preexec_fn=limit, timeout=300)


@pytest.mark.parametrize("command", ["paper", "report", "sweep", "code"])
def test_a_full_disk_loses_nothing(command, place, tmp_path):
    (place / "derived.py").write_text(DERIVED + QUANTITY.replace("VALUE", "0"))
    out = tmp_path / "out"
    out.mkdir()
    names = {"sweep": ["q.nc"], "code": ["q.py"]}.get(command, ["ledger.json", "equations.tex", "report.html"])
    for name in names:
        (out / name).write_text("good")
    more = {"sweep": ["q", "--grid", "kappa_1=1:2:50"], "code": ["q"]}.get(command, [])
    target = out / names[0] if len(names) == 1 else out
    done = bounded([command, str(place), *more, "-o", str(target)], 1e-4)
    # one message, after the lines on what was being done
    said = [x for x in done.stderr.splitlines() if f" s  {command} {place.name}: " not in x]
    assert done.returncode == 2 and len(said) == 1 and "can't write" in said[0], done.stderr
    assert [(out / n).read_text() for n in names] == ["good"] * len(names) and sorted(os.listdir(out)) == sorted(names)


def test_output_that_can_not_be_written(place):
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-m", "cascade_sym.cli", "list", str(place), "--json"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 2 and done.stderr == "cascade-sym: can't write the result: No space left on device.\n"


def test_what_is_no_ordinary_file_is_left_as_it_is(capsys, tmp_path):
    good = tmp_path / "good.nc"
    good.write_text("good")
    (tmp_path / "link.nc").symlink_to(good)
    (tmp_path / "folder.nc").mkdir()
    os.mkfifo(tmp_path / "pipe.nc")
    for name in ("link.nc", "folder.nc", "pipe.nc", "x.xlsx"):
        code, _, err = run(capsys, "sweep", HUANG, "xi_g", "--grid", "C_S=1,2", "-o", str(tmp_path / name))
        assert code == 2 and ("no ordinary file" in err or "netCDF" in err)
    assert good.read_text() == "good" and (tmp_path / "link.nc").is_symlink()
    with pytest.raises(CascadeError, match="can't write"):
        files.write(tmp_path / "\0", "x")


def test_a_killed_process_is_named_and_what_is_finished_kept(tmp_path, monkeypatch):
    from joblib.externals.loky import get_reusable_executor

    monkeypatch.setattr(work, "STARTING", 0.0)
    monkeypatch.setattr(work, "SMALL", 16)
    x, a = sp.symbols("x a")
    figure, file = sp.cos(5 * x) + (x - a) ** 2, tmp_path / "kept"

    def kill() -> None:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            for pid in list(get_reusable_executor(max_workers=2)._processes or ()):
                os.kill(pid, signal.SIGKILL)
                return
            time.sleep(0.05)

    told: list[str] = []

    def tell(text: str) -> None:
        told.append(text)
        if len(told) == 2:
            threading.Thread(target=kill).start()
            time.sleep(2)

    with pytest.raises(CascadeError, match="a process was ended from outside"):
        sweep(figure, {"a": np.linspace(-1, 1, 128)}, optimise={"x": (-3, 3)}, n_jobs=2, checkpoint=file, progress=tell)
    assert file.is_file()
    again = sweep(figure, {"a": np.linspace(-1, 1, 128)}, optimise={"x": (-3, 3)}, checkpoint=file)
    assert np.isfinite(again.value).all()


def test_a_checkpoint_with_one_wrong_byte_is_not_read(tmp_path):
    file = tmp_path / "kept"
    work.Kept(2, 64, file, "key").put(0, np.ones((2, 64)))
    content = file.read_bytes()
    assert work.Kept(2, 64, file, "key").has(0, 64)
    for at in range(0, len(content), 97):
        file.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        assert not work.Kept(2, 64, file, "key").has(0, 64)
        file.write_bytes(content[:at])
        assert not work.Kept(2, 64, file, "key").has(0, 64)
    file.write_bytes(content)
    assert not work.Kept(2, 64, file, "other").has(0, 64)


def test_masked_numbers_are_refused():
    masked = np.ma.array([1.0, 2.0, 3.0], mask=[False, True, False])
    with pytest.raises(ParameterError, match="masked"):
        sweep(sp.Symbol("x"), {"x": masked})
    assert sweep(sp.Symbol("x"), {"x": np.ma.array([1.0, 2.0])}).value.values.tolist() == [1, 2]
    with pytest.warns(RuntimeWarning, match="no value at 1 of 3"):
        found = sweep(lambda x: np.ma.masked_greater(x, 2), {"x": [1.0, 2.0, 3.0]}, name="f")
    assert found.f.values[:2].tolist() == [1, 2] and np.isnan(found.f.values[2])


def test_numbers_in_json_are_decimals(capsys, place):
    (place / "derived.py").write_text(DERIVED + QUANTITY.replace("VALUE", "sp.I"))
    code, out, _ = run(capsys, "eval", str(place), "q", "--set", "kappa_1=1/3", "--json")
    data = json.loads(out)
    assert code == 0 and data["value"] == {"re": "0.666666666666667", "im": "0.333333333333333"}
    assert isinstance(data["error"], float)


def test_verdicts_are_derived_anew_when_anything_changes(place, tmp_path, monkeypatch):
    """A data file beside derived.py, a module from elsewhere."""
    (tmp_path / "elsewhere").mkdir()
    module, data = tmp_path / "elsewhere" / "cascade_test_helper.py", place / "numbers.txt"
    module.write_text("FACTOR = 1\n")
    data.write_text("1")
    monkeypatch.syspath_prepend(str(module.parent))
    (place / "derived.py").write_text(
        DERIVED + "\nfrom pathlib import Path\nimport cascade_test_helper\n"
        "FACTOR = int((Path(__file__).parent / 'numbers.txt').read_text()) * cascade_test_helper.FACTOR\n"
        "old = model.equations['1']\nmodel.equations['1'] = lambda: {k: FACTOR * v for k, v in old().items()}\n"
    )

    def derived() -> list[str]:
        seen: list[str] = []
        build_paper(place, tmp_path / "out", seen.append)
        return seen

    assert derived() and not derived()
    data.write_text("2")
    assert derived() and not derived()
    module.write_text("FACTOR = 3\n")
    assert derived() and not derived()

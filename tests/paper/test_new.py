"""`cascade-sym new`: a folder that verifies at once, wherever it is, and never overwrites."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from cascade_sym.declared.computed import evaluate_declared
from cascade_sym.errors import FolderError, ParameterError
from cascade_sym.folder.load import FILES, new_folder, template
from cascade_sym.ledger.entries import run_audit
from cascade_sym.paper import load_folder, run_ledger


@pytest.fixture
def made(tmp_path):
    return new_folder(tmp_path / "deeper" / "mine2026")


def test_it_verifies_at_once(made):
    entries = run_ledger(load_folder(made))
    assert all(e.as_expected for e in entries)
    verdicts = [e.verdict for e in entries]
    assert verdicts.count("exact") >= 1 and set(verdicts) == {"definition", "exact"}


def test_no_edit_survives(made):
    found = run_audit(load_folder(made))
    assert sum(a.edits for a in found) > 100 and not any(a.survivors for a in found)


def test_its_quantity_has_a_value(made):
    given = {"Gamma_B": 2, "Gamma_P": 1, "gamma_0": 1, "n": 5}
    import sympy as sp

    found = evaluate_declared(load_folder(made).model, "n_f", {k: sp.Integer(v) for k, v in given.items()})
    assert float(found.text) == 3  # (1*5 + 1)/(1 + 2 - 1)


def test_a_misprint_in_it_is_found(made):
    file = made / "printed.toml"
    file.write_text(file.read_text().replace("gamma_0 + Gamma_B - Gamma_P", "gamma_0 + Gamma_B + Gamma_P"))
    (entry,) = run_ledger(load_folder(made), ["2"])
    assert entry.verdict == "misprint"
    assert entry.statements[1].repair.description == "the sign of 'Gamma_P' flipped"


def test_its_name_is_in_it(made):
    assert load_folder(made).printed.title == "mine2026"
    assert all("@NAME@" not in (made / f).read_text() for f in FILES)
    assert any("@NAME@" in template(f) for f in FILES)


@pytest.mark.parametrize("name", ["", ".hidden", "a b", "2026", "x;y", "..", 'quote"', "ä"])
def test_names_that_do_not_work(tmp_path, name):
    if name in ("", ".."):
        place = tmp_path / "sub dir" / name  # resolves to a name with a blank, or to one that exists
        with pytest.raises((ParameterError, FolderError)):
            new_folder(place)
    else:
        with pytest.raises(ParameterError, match="letters"):
            new_folder(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_nothing_is_overwritten(made, tmp_path):
    before = {f: (made / f).read_bytes() for f in FILES}
    with pytest.raises(FolderError, match="exists"):
        new_folder(made)
    assert {f: (made / f).read_bytes() for f in FILES} == before
    (tmp_path / "empty").mkdir()
    with pytest.raises(FolderError, match="exists"):
        new_folder(tmp_path / "empty")
    (tmp_path / "file").write_text("mine")
    with pytest.raises(FolderError):
        new_folder(tmp_path / "file" / "below")
    assert (tmp_path / "file").read_text() == "mine"


def cli(place, *arguments):
    env = {**os.environ, "NO_COLOR": "1", "TERM": "dumb"}
    command = [sys.executable, "-m", "cascade_sym.cli", *arguments]
    return subprocess.run(command, cwd=place, env=env, capture_output=True, text=True)


def test_from_the_command_line_outside_the_repository(tmp_path):
    done = cli(tmp_path, "new", "mine2026")
    assert done.returncode == 0
    assert done.stdout.split() == [f"mine2026/{f}" for f in sorted(FILES)]
    assert cli(tmp_path, "verify", "mine2026").returncode == 0
    again = cli(tmp_path, "new", "mine2026")
    assert again.returncode == 2 and "exists" in again.stderr and "Traceback" not in again.stderr
    assert cli(tmp_path, "new", "no good").returncode == 2


def test_an_edited_folder_is_read_anew_and_an_unedited_one_is_not(made):
    (made / "parts.py").write_text("import cascade_sym as cs\nrate = cs.symbol('Gamma_P')\n")
    file = made / "derived.py"
    text = file.read_text()
    file.write_text(text.replace("from cascade_sym.paper import Model\n", "from cascade_sym.paper import Model\n\nfrom .parts import rate\n")
                    .replace("def damping() -> sp.Expr:", "def damping() -> sp.Expr:\n    assert rate"))  # fmt: skip
    first = load_folder(made).model
    assert load_folder(made).model is first
    (made / "parts.py").write_text("rate = 0\n")
    second = load_folder(made).model
    assert second is not first
    with pytest.raises(FolderError, match="AssertionError"):
        second.derive("2")
    assert first.derive("2")

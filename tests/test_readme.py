"""Every example of the README runs and prints what the README says."""

from __future__ import annotations

import re

import pytest

from cascade_sym.paper import load_folder, run_ledger
from tests.readme import COMMAND, PYTHON, README, run_command, run_python, without_seconds

TEXT = README.read_text()


@pytest.mark.parametrize("match", list(COMMAND.finditer(TEXT)), ids=lambda m: m["args"].split()[0])
def test_commands(match):
    shown = [x for x in match["text"].splitlines() if not x.startswith(("$ ", "    --"))]
    assert without_seconds("\n".join(shown) + "\n") == without_seconds(run_command(match["args"]))


def test_ten_lines():
    (match,) = PYTHON.finditer(TEXT)
    assert len(match["code"].splitlines()) <= 10
    assert run_python(match["code"]) == match["text"]


def test_your_own_paper(tmp_path):
    (printed,) = re.findall(r"```toml\n(.*?)```", TEXT, re.S)
    (derived,) = re.findall(r"`derived\.py` holds.*?```python\n(.*?)```", TEXT, re.S)
    (tmp_path / "printed.toml").write_text(printed)
    (tmp_path / "derived.py").write_text(derived)
    (entry,) = run_ledger(load_folder(tmp_path))
    assert entry.verdict == "exact"
    (tmp_path / "printed.toml").write_text(printed.replace("1 - 2*", "1 - 3*"))
    (entry,) = run_ledger(load_folder(tmp_path))
    assert entry.verdict == "misprint" and entry.statements[0].repair is not None

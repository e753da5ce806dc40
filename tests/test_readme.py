"""Every example of the README runs and prints what the README says."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import pytest

from cascade_sym.ledger.stored import build_paper
from tests.compare import run as compare
from tests.readme import (
    COMMAND,
    MEASURED,
    PYTHON,
    README,
    ROOT,
    measurements,
    run_command,
    run_module,
    run_python,
    sure,
    without_seconds,
)

TEXT = README.read_text()


@pytest.mark.parametrize("match", list(COMMAND.finditer(TEXT)), ids=lambda m: m["args"].split()[0])
def test_commands(match):
    shown = [x for x in match["text"].splitlines() if not x.startswith(("$ ", "    --"))]
    assert without_seconds("\n".join(shown) + "\n") == without_seconds(run_command(match["args"]))


def test_ten_lines():
    (match,) = PYTHON.finditer(TEXT)
    assert len(match["code"].splitlines()) <= 10
    assert run_python(match["code"]) == match["text"]


BENCHMARKS = [m for m in MEASURED.finditer(TEXT) if m["module"] != "tests.compare.run"]


@pytest.mark.parametrize("match", BENCHMARKS, ids=lambda m: m["module"].rpartition(".")[2])
def test_measurements_are_of_what_the_benchmark_prints(match):
    """Names, goals and sizes of formulas agree; what a machine decides may differ."""
    lines = run_module(match["module"], "--quick").splitlines()
    found = {sure(x) for x in lines}
    skipped = [x.removeprefix("skip ").partition(":")[0] for x in lines if x.startswith("skip ")]
    shown = measurements(match["text"])
    assert len(shown) > 2
    assert [x for x in shown if sure(x) not in found and not any(s in x for s in skipped)] == []


def test_the_comparison_with_other_tools(monkeypatch, tmp_path, capsys):
    """Rows of what is installed, here or by `make compare`."""
    (match,) = (m for m in MEASURED.finditer(TEXT) if m["module"] == "tests.compare.run")
    own = compare.environment

    def environment(peer: str) -> Path | str:
        module, _ = compare.PEERS[peer]
        if (compare.PLACE / module / "installed").is_file():
            return own(peer)
        return Path(sys.executable) if find_spec({"simba": "simba"}.get(module, module)) else "not installed"

    monkeypatch.setattr(compare, "environment", environment)
    there = [p for p in compare.PEERS if not isinstance(environment(p), str)]
    assert {"cascade_sym", "SciPy", "QuTiP"} <= set(there)
    assert compare.main(there) == 0
    found = [sure(x) for x in capsys.readouterr().out.splitlines() if x.startswith("|")]
    shown = [sure(x) for x in measurements(match["text"])]
    assert [x for x in found if x not in shown] == []
    assert len(shown) == 2 + len(compare.PEERS)


def test_the_number_of_verdicts(tmp_path):
    """What `make paper` says of the whole paper."""
    ledger = ROOT / "build" / "huang2018" / "ledger.json"
    if ledger.is_file():
        verdicts = [r["verdict"] for r in json.loads(ledger.read_text())]
    else:
        verdicts = [r.verdict for r in build_paper(ROOT / "derivations" / "huang2018", tmp_path)[0]]
    count = Counter(verdicts)
    said = re.search(r"All (\d+) entries, with `make paper`: ([^.]*)\.", TEXT)
    assert said and int(said[1]) == len(verdicts)
    found = {word.rstrip("s"): int(n) for n, word in re.findall(r"(\d+) (?:that )?(\w+)", said[2])}
    assert found == {verdict.rstrip("s"): n for verdict, n in count.items()}

"""Every example of the README and of the site's pages runs and prints what the page says."""

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
    PAGES,
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
TEXTS = {page.stem: page.read_text(encoding="utf-8") for page in PAGES}
HOWTO = sorted((ROOT / "docs" / "howto").glob("*.md"))
COMPARE = "tests.compare.run"
COMMANDS = [m for text in TEXTS.values() for m in COMMAND.finditer(text)]
EXAMPLES = [pytest.param(m, id=name) for name, text in TEXTS.items() for m in PYTHON.finditer(text)]


@pytest.mark.parametrize("match", COMMANDS, ids=lambda m: m["args"].split()[0])
def test_commands(match):
    shown = [x for x in match["text"].splitlines() if not x.startswith(("$ ", "    --"))]
    assert without_seconds("\n".join(shown) + "\n") == without_seconds(run_command(match["args"]))


@pytest.mark.parametrize("match", EXAMPLES)
def test_examples(match):
    assert len([x for x in match["code"].splitlines() if x.strip()]) <= 10
    assert run_python(match["code"]) == match["text"]


def test_the_readme_is_short_and_shows_pictures():
    assert len(TEXT.split()) < 1500
    first = TEXT.partition("## Install")[0]
    shown = re.findall(r"!\[([^\]]+)\]\(([^)]+)\)", first)
    assert len(shown) >= 3 and all(about and (ROOT / place).is_file() for about, place in shown)


def test_the_drawn_network_is_the_one_that_is_drawn_now(monkeypatch):
    monkeypatch.syspath_prepend(ROOT)
    from docs.pictures import PICTURES, network

    assert (PICTURES / "network.svg").read_text(encoding="utf-8") == network()


@pytest.mark.parametrize("page", HOWTO, ids=lambda p: p.stem)
def test_how_to_pages(page):
    """A question, an answer that is shown at work, and a way from the README; no program on them is left unrun."""
    text = page.read_text(encoding="utf-8")
    assert re.match(r"# .+\?\n", text) and f"(docs/howto/{page.name})" in TEXT
    run = [*PYTHON.finditer(text), *re.finditer(r"<!-- walk: cascade-sym", text)]
    assert run and text.count("```python") == len([*PYTHON.finditer(text)])


def test_there_are_twenty_questions():
    assert len(HOWTO) >= 20


BENCHMARKS = [m for text in TEXTS.values() for m in MEASURED.finditer(text) if m["module"] != COMPARE]


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
    (match,) = (m for m in MEASURED.finditer(TEXTS["benchmarks"]) if m["module"] == COMPARE)
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


def told(verdicts: list[str]) -> None:
    """The README has that many of each verdict."""
    count = Counter(verdicts)
    said = re.search(r"All (\d+) entries, with `make paper`: ([^.]*)\.", TEXT)
    assert said and int(said[1]) == len(verdicts)
    found = {word.rstrip("s"): int(n) for n, word in re.findall(r"(\d+) (?:that )?(\w+)", said[2])}
    assert found == {verdict.rstrip("s"): n for verdict, n in count.items()}


def test_the_number_of_verdicts():
    """What `make paper` said of the whole paper."""
    ledger = ROOT / "build" / "huang2018" / "ledger.json"
    if not ledger.is_file():
        pytest.skip("`make paper` has not been run; the slow test makes the ledger itself")
    told([r["verdict"] for r in json.loads(ledger.read_text())])


def test_the_number_of_verdicts_of_a_new_ledger(tmp_path):
    told([r.verdict for r in build_paper(ROOT / "derivations" / "huang2018", tmp_path)[0]])

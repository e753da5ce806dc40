"""Every example of the README runs and prints what the README says."""

from __future__ import annotations

import pytest

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

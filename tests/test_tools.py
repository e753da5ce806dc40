"""A tool counts when it does its work: a stub, a program that hangs and one that is not there do not."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest

from tests import tools

STUBS = {"says yes": "exit 0", "fails": "echo 42; exit 1", "hangs": "sleep 60 & sleep 60"}


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """An empty place that programs are looked for in, before those of the system."""
    for probe in (tools.has_tex, tools.katex, tools.chromium):
        probe.cache_clear()
    monkeypatch.setattr(tools, "SECONDS", 0.3)
    monkeypatch.setattr(tools, "BROWSERS", ("chromium",))
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    yield tmp_path
    for probe in (tools.has_tex, tools.katex, tools.chromium):
        probe.cache_clear()


@pytest.mark.parametrize("stub", STUBS.values(), ids=STUBS.keys())
def test_what_only_looks_like_a_tool_is_missing(path: Path, stub: str, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("pdflatex", "node", "chromium"):
        (path / name).write_text(f"#!/bin/sh\n{stub}\n")
        (path / name).chmod(0o755)
    assert not any(tools.working().values())
    for need in (tools.need_tex, tools.need_katex, tools.need_chromium):
        with pytest.raises(pytest.skip.Exception, match="no "):
            need()


def test_what_is_not_there_is_missing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(path))
    assert tools.working() == {"tex": "", "katex": "", "chromium": ""}


def test_a_program_is_ended_with_what_it_has_started(path: Path) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        tools.run("sh", "-c", "(sleep 0.8; touch later) & sleep 30", cwd=path, seconds=0.2)
    time.sleep(1)
    assert not (path / "later").exists()


def test_every_slow_test_exists() -> None:
    for line in (Path(__file__).parent / "slow.txt").read_text().split():
        place, _, name = line.partition("::")
        assert f"def {name.rpartition('::')[2]}(" in (Path(__file__).parents[1] / place).read_text(), line

"""Several processes give the same as one, end with one line when they are ended, and leave nothing behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from cascade_sym.errors import CascadeError, ParameterError
from cascade_sym.folder.load import new_folder
from cascade_sym.processes import in_order, number_of


def command(*arguments: str, **more) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "cascade_sym.cli", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more,
    )  # fmt: skip


@pytest.mark.parametrize("jobs", [1, 2, 3, 20, -1])
def test_the_order_is_that_of_the_items(jobs):
    told = []
    assert in_order(lambda x: x * x, list(range(9)), jobs, told.append) == [x * x for x in range(9)]
    assert told == list(range(9))
    assert in_order(abs, [], jobs) == []


@pytest.mark.parametrize("jobs", [1, 3])
def test_the_first_error_in_order_is_raised(jobs):
    def work(x: int) -> int:
        if x == 2:
            time.sleep(0.2)  # later in time, earlier in order
        if x in (2, 3):
            raise ParameterError(f"{x} is not wanted.")
        return x

    with pytest.raises(ParameterError, match="2 is not wanted"):
        in_order(work, [0, 1, 2, 3, 4], jobs)


def test_an_error_that_can_not_be_sent_keeps_its_words():
    class Own(CascadeError):
        def __init__(self, a: int, b: int) -> None:
            super().__init__(f"{a} and {b}")

    def work(x: int) -> int:
        raise Own(x, x)

    with pytest.raises(CascadeError, match="1 and 1"):
        in_order(work, [1, 2], 2)


def test_a_process_that_is_ended_is_one_clear_error():
    def work(x: int) -> int:
        if x == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.1)
        return os.getpid()

    with pytest.raises(CascadeError, match="SIGKILL.*--jobs"):
        in_order(work, [0, 1, 2, 3], 2)


def test_none_is_left_behind():
    found = in_order(lambda x: os.getpid(), range(4), 2)
    assert os.getpid() not in found
    for pid in set(found):
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


@pytest.mark.parametrize("jobs", [0, -2])
def test_wrong_numbers_are_refused(jobs):
    with pytest.raises(ParameterError, match="number of processes"):
        number_of(jobs)


def test_a_ledger_is_the_same_for_any_number_of_processes(tmp_path):
    folder = new_folder(tmp_path / "mine2026")
    found = []
    for jobs in ("1", "2"):
        with command(
            "verify", str(folder), "--json", "--jobs", jobs, env={**os.environ, "XDG_CACHE_HOME": str(tmp_path / jobs)}
        ) as p:
            records = json.loads(p.communicate(timeout=300)[0])
            assert p.returncode == 0
        found.append([{k: v for k, v in r.items() if k != "seconds"} for r in records])
    assert found[0] == found[1] and len(found[0]) > 1


def test_an_interrupt_ends_all(tmp_path):
    folder = new_folder(tmp_path / "slow2026")
    derived = folder / "derived.py"
    slow = derived.read_text().replace(
        "    return -2 * system", "    __import__('time').sleep(100)\n    return -2 * system"
    )
    derived.write_text(slow)
    with command("verify", str(folder), "--jobs", "2", env={**os.environ, "XDG_CACHE_HOME": str(tmp_path / "c")}) as p:
        time.sleep(4)
        p.send_signal(signal.SIGINT)
        out, err = p.communicate(timeout=60)
    assert p.returncode == 130 and not out and "Traceback" not in err


def test_a_killed_process_is_one_line_and_code_2(tmp_path):
    folder = new_folder(tmp_path / "killed2026")
    derived = folder / "derived.py"
    wrong = "    __import__('os').kill(__import__('os').getpid(), 9)\n    return -2 * system"
    derived.write_text(derived.read_text().replace("    return -2 * system", wrong))
    with command("verify", str(folder), "--jobs", "2", env={**os.environ, "XDG_CACHE_HOME": str(tmp_path / "c")}) as p:
        out, err = p.communicate(timeout=60)
    assert p.returncode == 2 and not out and len(err.splitlines()) == 1 and "SIGKILL" in err

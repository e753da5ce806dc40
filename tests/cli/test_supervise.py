"""Whatever happens to a command, the program ends with a message and a code."""

from __future__ import annotations

import functools
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from cascade_sym.cli.supervise import supervised
from tests.manuscript.conftest import DERIVED, PRINTED

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes can't be forked here")
ENDLESS = "import itertools\nall(itertools.repeat(True))"  # compiled code that looks for no signals
QUICK = """
import sys
import cascade_sym.cli.supervise as supervise
from cascade_sym import deadline
from cascade_sym.cli.main import main
import cascade_sym
import cascade_sym.operators
import cascade_sym.paper
cascade_sym.Cavity("c").system()  # what derived.py imports is there, however busy the machine is
deadline.GRACE, deadline.SECONDS = 0.3, 2.0
supervise.supervised(main)
"""


def start(tmp_path, more: str, script: str | None = None):
    (tmp_path / "printed.toml").write_text(PRINTED)
    (tmp_path / "derived.py").write_text(DERIVED + textwrap.dedent(more))
    command = ["-c", script] if script else ["-m", "cascade_sym.cli"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    # a test run in the background of a shell inherits that interrupts are ignored
    heard = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    return subprocess.Popen([sys.executable, *command, "verify", str(tmp_path)], preexec_fn=heard, **pipes)


def ended(process) -> tuple[int, str]:
    _, err = process.communicate(timeout=120)
    return process.returncode, err


def until_there(file) -> None:
    end = time.monotonic() + 60
    while not file.exists() and time.monotonic() < end:
        time.sleep(0.02)


def test_what_python_can_interrupt(tmp_path):
    code, err = ended(start(tmp_path, "\nwhile True:\n    pass\n", QUICK))
    assert code == 2 and err == "cascade-sym: derived.py was given up after 2 seconds; make it quicker.\n"


def test_what_python_can_not_interrupt(tmp_path):
    code, err = ended(start(tmp_path, f"\n{ENDLESS}\n", QUICK))
    assert code == 2 and "one operation took too long" in err


def test_memory(tmp_path):
    code, err = ended(start(tmp_path, "\nhoard = [bytes(2**30) for _ in range(10_000)]\n"))
    assert code == 2 and "MemoryError" in err and "Traceback" not in err


def test_a_library_that_ends_the_process(tmp_path):
    code, err = ended(start(tmp_path, "\nimport os\nos.abort()\n"))
    assert code == 2 and "ended by SIGABRT" in err


def test_one_interrupt_is_passed_on(tmp_path):
    process = start(tmp_path, f"\nopen({str(tmp_path / 'there')!r}, 'w')\nimport time\ntime.sleep(100)\n")
    until_there(tmp_path / "there")
    process.send_signal(signal.SIGINT)
    code, err = ended(process)
    assert code == 130 and "Traceback" not in err


def test_two_interrupts_end_what_can_not_be_interrupted(tmp_path):
    process = start(tmp_path, f"\nopen({str(tmp_path / 'there')!r}, 'w')\n{ENDLESS}\n")
    until_there(tmp_path / "there")
    process.send_signal(signal.SIGINT)
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    assert ended(process)[0] == 130


@pytest.mark.skipif(sys.platform != "linux", reason="a child follows its parent on Linux only")
def test_nothing_stays_behind(tmp_path):
    own = f"\nimport os\nopen({str(tmp_path / 'there')!r}, 'w').write(str(os.getpid()))\nimport time\ntime.sleep(100)\n"
    process = start(tmp_path, own)
    until_there(tmp_path / "there")
    time.sleep(0.1)
    child = int((tmp_path / "there").read_text())
    assert child != process.pid
    process.kill()
    ended(process)
    time.sleep(0.2)
    stat = Path(f"/proc/{child}/stat")
    assert not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z"  # nobody may reap it here


@pytest.mark.parametrize(("printed", "code"), [("1 - 2", 0), ("1 + 2", 1), ("1 - ", 2)])
def test_exit_codes_are_passed_on(tmp_path, monkeypatch, printed, code):
    monkeypatch.setitem(globals(), "PRINTED", PRINTED.replace("1 - 2", printed))
    assert ended(start(tmp_path, ""))[0] == code


def test_without_processes_and_timers_commands_run_here(tmp_path, monkeypatch, capsys):
    """What Windows lacks is switched off: a folder is made, verified, and a manuscript is checked against it."""
    from cascade_sym.cli.main import main

    monkeypatch.delattr(os, "fork")
    monkeypatch.delattr(signal, "setitimer")
    folder, manuscript = tmp_path / "mine", tmp_path / "mine.tex"
    for arguments in (["new", str(folder)], ["verify", str(folder)]):
        with pytest.raises(SystemExit) as ended:
            supervised(functools.partial(main, arguments))
        assert ended.value.code == 0
    assert "exact" in capsys.readouterr().out
    manuscript.write_text("\\begin{equation}\\label{eq:1} x = 1 \\end{equation}")
    with pytest.raises(SystemExit) as ended:
        supervised(functools.partial(main, ["check", str(manuscript), str(folder)]))
    assert ended.value.code in (0, 1)

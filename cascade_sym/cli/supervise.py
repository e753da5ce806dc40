"""The command line in a process of its own, so that whatever happens to it ends with a message.

Python interrupts its own code only: one huge product of polynomials runs on in compiled code when its time is over,
and a library that finds no memory takes the process with it. So the command runs in a child process whose memory is
bounded; this one waits, ends it when a bounded piece of work (`cascade_sym.deadline`) is overdue, and says what
happened.
"""

from __future__ import annotations

import mmap
import os
import select
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NoReturn

from cascade_sym.deadline import TOO_LONG, Moment, end_with, watched

SHARE = 0.8  # of the machine's memory
PATIENCE = 0.5  # seconds that an interrupt from the terminal gets before it is passed on
WRONG = 2  # exit code of wrong usage and of what broke off


def supervised(command: Callable[[], object]) -> NoReturn:
    """Runs `command` in a child process and exits as it does; with a message and code 2 where it is ended from outside.

    Where processes can't be forked (Windows) the command runs here, without bounds on memory.
    """
    if not hasattr(os, "fork"):
        command()
        sys.exit(0)
    until, ended = Moment(), mmap.mmap(-1, 1)  # and whether the command came to its end
    reader, writer = os.pipe()
    parent = os.getpid()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        _prepare(until, parent)
        try:
            command()
        finally:
            ended[0] = 1
        sys.exit(0)
    os.close(writer)
    code, late = _wait(pid, reader, until)
    _exit_as(code, late, bool(ended[0]))


def _prepare(until: Moment, parent: int) -> None:
    """What the child does first: bounds on its memory, word of its deadlines, and an end with its parent."""
    import resource

    until.follow()
    os.register_at_fork(after_in_child=lambda: watched(None))
    with suppress(ValueError, OSError):
        most = int(SHARE * os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
        soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
        bounds = [x for x in (most, soft, hard) if x != resource.RLIM_INFINITY]
        resource.setrlimit(resource.RLIMIT_DATA, (min(bounds), hard))
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    end_with(parent)


def _wait(pid: int, reader: int, until: Moment) -> tuple[int, bool]:
    """The child's exit code, negative for a signal, and whether it was ended here for being late.

    The first interrupt is passed on (a terminal interrupts both processes, kill(1) only this one), a second one ends.
    """
    asked: list[float] = []

    def interrupt(number: int, frame: Any) -> None:
        asked.append(time.monotonic() + PATIENCE)

    def forward(number: int, frame: Any) -> None:
        with suppress(ProcessLookupError):
            os.kill(pid, number)

    signal.signal(signal.SIGINT, interrupt)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, forward)
    passed = late = False
    while True:
        if select.select([reader], [], [], PATIENCE)[0]:  # the child's end of the pipe is closed
            time.sleep(0.001)
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            code = os.waitstatus_to_exitcode(status)
            return -signal.SIGINT if code == -signal.SIGKILL and len(asked) > 1 else code, late
        if until.late or len(asked) > 1:
            late = len(asked) < 2
            forward(signal.SIGKILL, None)
        elif asked and not passed and time.monotonic() > asked[0]:
            passed = True
            forward(signal.SIGINT, None)


def _exit_as(code: int, late: bool, ended: bool) -> NoReturn:
    if code >= 0 and ended:
        sys.exit(code)
    if code in (-signal.SIGINT, -signal.SIGTERM, -signal.SIGHUP):
        sys.exit(128 - code)
    said = f"ended from within with code {code}; no folder's Python may do that."
    if code < 0:
        said = f"ended by {signal.Signals(-code).name}; the input is probably too large for this machine."
    if late:
        said = TOO_LONG
    print(f"cascade-sym: {said}", file=sys.stderr)
    sys.exit(WRONG)

"""Pieces of work in several processes of this machine: the same results in the same order for any number of them.

Every process is a fork of this one, so that it knows all that was loaded; what it finds is sent back as plain data.
None outlives this process, and none works on when it is interrupted.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from cascade_sym.deadline import TOO_LONG, Moment, end_with
from cascade_sym.errors import CascadeError, ParameterError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

Item = TypeVar("Item")
Found = TypeVar("Found")
LOOK = 0.5  # seconds between two looks at the processes


def number_of(jobs: int) -> int:
    """How many processes `jobs` means: -1 is one for each core. ParameterError for what is no number of processes.

    >>> number_of(2)
    2
    """
    if jobs == -1:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if jobs < 1:
        raise ParameterError(f"--jobs is {jobs}; give a number of processes, or -1 for all cores.")
    return jobs


def in_order(
    work: Callable[[Item], Found], items: Sequence[Item], jobs: int = 1, told: Callable[[Item], object] | None = None
) -> list[Found]:
    """[work(x) for x in items], by `jobs` processes; `told` hears of each item when it is begun.

    Where several fail the error of the first in order is raised, as one process would. CascadeError where a process is
    ended from outside. Where processes can't be forked (Windows) one does it all.

    >>> in_order(abs, [-1, 2, -3], 2)
    [1, 2, 3]
    """
    tell = told or (lambda item: None)
    width = min(number_of(jobs), len(items))
    if width < 2 or not hasattr(os, "fork"):
        return [work(x) for x in items if (tell(x), True)[1]]
    from multiprocessing.connection import wait  # here, since every command knows `number_of`

    sys.stdout.flush()
    sys.stderr.flush()
    crew: list[_Worker] = []
    found: dict[int, Found] = {}
    failed: dict[int, BaseException] = {}
    at = 0
    try:
        for _ in range(width):
            crew.append(_started(work, items, [w.line for w in crew]))
        while True:
            for w in crew:
                if w.busy is None and at < len(items) and not failed:
                    tell(items[at])
                    w.line.send(at)
                    w.busy, at = at, at + 1
            busy = [w for w in crew if w.busy is not None]
            if not busy:
                break
            ready = wait([w.line for w in busy], LOOK)
            for w in busy:
                if w.line in ready:
                    k, result, error = w.answer()
                    w.busy = None
                    if error is None:
                        found[k] = result
                    else:
                        failed[k] = error
                elif w.until.late:
                    raise CascadeError(TOO_LONG)
    finally:
        for w in crew:
            w.end()
    if failed:
        raise failed[min(failed)]
    return [found[k] for k in range(len(items))]


@dataclass
class _Worker:
    pid: int
    line: Connection
    until: Moment
    busy: int | None = None

    def answer(self) -> tuple[int, Any, BaseException | None]:
        try:
            return pickle.loads(self.line.recv_bytes())  # type: ignore[no-any-return]
        except (EOFError, OSError):
            code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
            self.pid = 0
            how = f"by {signal.Signals(-code).name}" if code < 0 else f"with code {code}"
            said = f"one of the processes ended {how}, perhaps for its memory; give a smaller number of --jobs."
            raise CascadeError(said) from None

    def end(self) -> None:
        self.line.close()
        if self.pid:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        self.until.close()


def _started(work: Callable[[Item], Found], items: Sequence[Item], others: Sequence[Connection]) -> _Worker:
    from multiprocessing.connection import Pipe

    ours, theirs = Pipe()
    until = Moment()
    parent, pid = os.getpid(), os.fork()
    if pid:
        theirs.close()
        return _Worker(pid, ours, until)
    try:
        for line in (ours, *others):
            line.close()
        _work(work, items, theirs, until, parent)
    finally:
        os._exit(1)


def _work(
    work: Callable[[Item], Found], items: Sequence[Item], line: Connection, until: Moment, parent: int
) -> NoReturn:
    """What a process does until it is ended: an item, its answer, the next one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is ended by the one that started it
    end_with(parent)
    until.follow()
    while True:
        try:
            k = line.recv()
        except EOFError:
            os._exit(0)
        try:
            answer = pickle.dumps((k, work(items[k]), None))
        except Exception as err:
            answer = pickle.dumps((k, None, _sendable(err)))
        line.send_bytes(answer)
        sys.stderr.flush()


def _sendable(err: Exception) -> Exception:
    """The error itself where it can be sent, else one of its kind with its words."""
    try:
        pickle.loads(pickle.dumps(err))
    except Exception:
        return CascadeError(str(err)) if isinstance(err, CascadeError) else RuntimeError(f"{type(err).__name__}: {err}")
    return err

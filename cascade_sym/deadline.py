"""Bounds on the time of one piece of work, where the system has timers; light, since every command starts with it."""

from __future__ import annotations

import mmap
import os
import signal
import struct
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from cascade_sym.errors import CascadeError, FolderError


class _Watch:
    tell: Callable[[float], None] | None = None
    until = 0.0


def watched(tell: Callable[[float], None] | None) -> None:
    """Have this function told, at every change, by when work has to be over (`time.monotonic()`; 0: no bound)."""
    _Watch.tell, _Watch.until = tell, 0.0


def due(until: float) -> float:
    """Says by when work has to be over now; what held before.

    >>> due(0.0)
    0.0
    """
    before, _Watch.until = _Watch.until, until
    if _Watch.tell:
        _Watch.tell(until)
    return before


GRACE = 20.0  # seconds from the moment a piece of work should have ended of itself
TOO_LONG = "given up: one operation took too long; make the formulas shorter."


class Moment:
    """By when a child process has to be over with its work, in memory that it shares with its parent.

    >>> Moment().late
    False
    """

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, 8)

    def follow(self) -> None:
        """In the child: from now on every bound on its work is told."""
        watched(self._tell)

    def _tell(self, moment: float) -> None:
        self._memory[:] = struct.pack("d", moment)

    @property
    def late(self) -> bool:
        """Whether the work is overdue, and does not end of itself."""
        (moment,) = struct.unpack("d", self._memory[:])
        return bool(moment) and time.monotonic() > moment + GRACE

    def close(self) -> None:
        self._memory.close()


def end_with(parent: int) -> None:
    """In a child process: it ends when its `parent` does, where the system can see to that, and now if that is over."""
    if sys.platform == "linux":
        import ctypes

        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:
            os._exit(2)


SECONDS = 300.0  # for one derivation, one figure, the verdict of one statement


class TimeReached(BaseException):
    """The time is over; no error of the work itself, so that nothing inside of it takes it for one."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Ends what is done inside with TimeReached after so many seconds; of nested bounds the nearer one counts.

    Without timers (Windows, threads other than the main one) it is not ended. A single operation of compiled code is
    ended by the supervisor of the command line (`cascade_sym.cli.supervise`) only.

    >>> with at_most(5):
    ...     1 + 1
    2
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, frame: FrameType | None) -> None:
        raise TimeReached

    start = time.monotonic()
    outer, _ = signal.getitimer(signal.ITIMER_REAL)
    wait = min(seconds, outer) if outer else seconds
    before = signal.signal(signal.SIGALRM, end)
    until = due(start + wait)
    signal.setitimer(signal.ITIMER_REAL, wait)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        due(until)
        if outer:
            signal.setitimer(signal.ITIMER_REAL, max(outer - (time.monotonic() - start), 1e-3))


@contextmanager
def own_python(what: str) -> Iterator[None]:
    """Runs the Python of a folder: its errors and its lateness come out as FolderError, `what` says of what.

    >>> with own_python("the derivation of 1"):
    ...     {}["x"]
    Traceback (most recent call last):
    cascade_sym.errors.FolderError: the derivation of 1 failed (<doctest ...>, line 2): KeyError: 'x'
    """
    try:
        with at_most(SECONDS):
            yield
    except CascadeError:
        raise
    except TimeReached:
        raise FolderError(f"{what} was given up after {SECONDS:g} seconds; make it quicker.") from None
    except (Exception, SystemExit) as err:
        last = traceback.extract_tb(err.__traceback__)[-1]
        where = f"({Path(last.filename).name}, line {last.lineno})"
        raise FolderError(f"{what} failed {where}: {type(err).__name__}: {err}") from err

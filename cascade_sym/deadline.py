"""Bounds on the time of one piece of work, where the system has timers; light, since every command starts with it."""

from __future__ import annotations

import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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

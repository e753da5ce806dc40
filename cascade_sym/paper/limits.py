"""A bound on the time of one piece of work, where the system has timers."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class TimeReached(BaseException):
    """The time is over; no error of the work itself, so that nothing inside of it takes it for one."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Ends what is done inside with TimeReached after so many seconds.

    Without timers (Windows, threads other than the main one) it is not ended.

    >>> with at_most(5):
    ...     1 + 1
    2
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, frame: FrameType | None) -> None:
        raise TimeReached

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

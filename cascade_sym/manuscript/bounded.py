"""Work in a process of its own, with bounds on its time and memory."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from cascade_sym.errors import CascadeError


class BoundReached(CascadeError, RuntimeError):
    """A computation was ended because it took too long or too much memory."""


def bounded(work: Callable[[], Any], seconds: float, megabytes: int) -> Any:
    """The value of `work` (JSON data), computed in a child process that is ended after `seconds`.

    Raises BoundReached when it is, or when it runs out of memory; a CascadeError of `work` comes out as one. Where a
    process can't be forked the work is done here, without bounds.
    """
    if not hasattr(os, "fork"):
        return work()  # Windows
    processes = get_context("fork")
    receiver, sender = processes.Pipe(duplex=False)
    child = processes.Process(target=_child, args=(work, megabytes, receiver, sender), daemon=True)
    child.start()
    sender.close()
    try:
        if not receiver.poll(seconds):
            raise BoundReached(f"given up after {seconds:g} seconds; write the formula shorter.")
        value, error = json.loads(receiver.recv_bytes())
    except EOFError:
        reason = f"given up: it needs more than {megabytes} MB of memory, or the reader failed on it."
        raise BoundReached(reason) from None
    finally:
        child.kill()
        child.join()
        receiver.close()
    if error is not None:
        raise CascadeError(error)
    return value


def _child(work: Callable[[], Any], megabytes: int, receiver: Connection, sender: Connection) -> None:
    """Sends the value of `work` and no error, or no value and the words of an error made on purpose."""
    receiver.close()
    with suppress(BaseException):  # nothing may escape from here: what is not sent has failed
        _limit(megabytes)
        outcome: tuple[Any, str | None]
        try:
            outcome = work(), None
        except CascadeError as err:
            outcome = None, str(err)
        sender.send_bytes(json.dumps(outcome).encode())


def _limit(megabytes: int) -> None:
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    resource.setrlimit(resource.RLIMIT_DATA, (used + megabytes * 2**20,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

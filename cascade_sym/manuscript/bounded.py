"""Work in a child process that is ended at its bounds of time and memory."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection, Pipe
from typing import Any, NoReturn

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
    receiver, sender = Pipe(duplex=False)
    pid = os.fork()
    if pid == 0:
        _child(work, megabytes, sender)
    sender.close()
    try:
        if not receiver.poll(seconds):
            raise BoundReached(f"given up after {seconds:g} seconds; write the formula shorter.")
        value, error = json.loads(receiver.recv_bytes())
    except EOFError:
        reason = f"given up: it needs more than {megabytes} MB of memory, or the reader failed on it."
        raise BoundReached(reason) from None
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        receiver.close()
    if error is not None:
        raise CascadeError(error)
    return value


def _child(work: Callable[[], Any], megabytes: int, sender: Connection) -> NoReturn:
    """Sends the value of `work` and no error, or no value and the words of an error made on purpose."""
    try:
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        resource.setrlimit(resource.RLIMIT_DATA, (used + megabytes * 2**20,) * 2)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        outcome: tuple[Any, str | None]
        try:
            outcome = work(), None
        except CascadeError as err:
            outcome = None, str(err)
        sender.send_bytes(json.dumps(outcome).encode())
    finally:  # nothing may escape from here: what is not sent has failed
        os._exit(0)

"""Work in a process of its own, with bounds on its time and memory."""

from __future__ import annotations

import json
import os
import select
import signal
import time
from collections.abc import Callable
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
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:  # the child: nothing may escape from here
        code = 1
        try:
            os.close(reader)
            _limit(megabytes)
            with os.fdopen(writer, "w", encoding="utf-8") as out:
                json.dump(_outcome(work), out)
            code = 0
        except MemoryError:
            code = 3
        except BaseException:
            code = 1
        finally:
            os._exit(code)
    os.close(writer)
    raw, in_time = _read(reader, seconds)
    if not in_time:
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    if not in_time:
        raise BoundReached(f"given up after {seconds:g} seconds; write the formula shorter.")
    if os.waitstatus_to_exitcode(status) != 0:
        raise BoundReached(f"given up: it needs more than {megabytes} MB of memory, or the reader failed on it.")
    value, error = json.loads(raw)
    if error is not None:
        raise CascadeError(error)
    return value


def _outcome(work: Callable[[], Any]) -> tuple[Any, str | None]:
    """The value and no error, or no value and the words of an error made on purpose."""
    try:
        return work(), None
    except CascadeError as err:
        return None, str(err)


def _limit(megabytes: int) -> None:
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    resource.setrlimit(resource.RLIMIT_DATA, (used + megabytes * 2**20,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _read(reader: int, seconds: float) -> tuple[bytes, bool]:
    """All that comes through a pipe until it is closed, and whether that was in time."""
    end = time.monotonic() + seconds
    raw = b""
    with os.fdopen(reader, "rb", buffering=0) as source:
        while True:
            left = end - time.monotonic()
            if left <= 0 or not select.select([source], [], [], left)[0]:
                return raw, False
            chunk = source.read(65536)
            if not chunk:
                return raw, True
            raw += chunk

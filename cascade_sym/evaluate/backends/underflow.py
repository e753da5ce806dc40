"""The processor's underflow flag: whether a computation lost digits to numbers too small to hold them."""

from __future__ import annotations

import ctypes
import platform
from collections.abc import Callable
from functools import lru_cache
from typing import Any

FLAGS = {"x86_64": 0x10, "amd64": 0x10, "aarch64": 0x08, "arm64": 0x08}


@lru_cache(maxsize=1)
def flag_functions() -> tuple[Any, Any, int] | None:
    """The C library's feclearexcept and fetestexcept with the flag's value; None where they are not found."""
    flag = FLAGS.get(platform.machine().lower())
    try:
        library = ctypes.CDLL(None)
        return None if flag is None else (library.feclearexcept, library.fetestexcept, flag)
    except (OSError, AttributeError, TypeError):
        return None


def underflows(compute: Callable[[], Any]) -> bool:
    """Runs `compute`, compiled code on this thread; whether it raised the underflow flag (or nobody can
    tell).
    """
    functions = flag_functions()
    if functions is None:
        compute()
        return True
    clear, test, flag = functions
    clear(flag)
    compute()
    return bool(test(flag))

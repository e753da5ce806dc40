"""What a kernel noticed while it ran, and the processor's flags that tell it."""

from __future__ import annotations

import ctypes
import platform
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

# the bits for overflow and underflow, and for an invalid operation
BITS = {"x86_64": (0x18, 0x01), "amd64": (0x18, 0x01), "aarch64": (0x0C, 0x01), "arm64": (0x0C, 0x01)}


class Flags(NamedTuple):
    """`strayed`: a number may have left the range of doubles, or lost digits in underflow; `holes`: a result may be
    nan.
    """

    strayed: bool = False
    holes: bool = True

    def __or__(self, other: Any) -> Flags:
        return Flags(self.strayed or other.strayed, self.holes or other.holes)


@lru_cache(maxsize=1)
def flag_functions() -> tuple[Any, Any, int, int] | None:
    """The C library's feclearexcept and fetestexcept with the bits to test; None where they are not found."""
    bits = BITS.get(platform.machine().lower())
    try:
        library = ctypes.CDLL(None)
        return None if bits is None else (library.feclearexcept, library.fetestexcept, *bits)
    except (OSError, AttributeError, TypeError):
        return None


def watched(compute: Callable[[], Any]) -> Flags:
    """Runs `compute`, compiled code on this thread; which flags it raised (all, where nobody can tell)."""
    functions = flag_functions()
    if functions is None:
        compute()
        return Flags(True, True)
    clear, test, range_bits, invalid = functions
    clear(range_bits | invalid)
    compute()
    raised = test(range_bits | invalid)
    return Flags(bool(raised & range_bits), bool(raised & invalid))

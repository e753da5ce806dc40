"""What a kernel noticed while it ran."""

from __future__ import annotations

from typing import NamedTuple


class Flags(NamedTuple):
    """`lost`: digits may have gone in underflow (told by watched kernels only); `holes`: the first output may be
    nan.
    """

    lost: bool = False
    holes: bool = True

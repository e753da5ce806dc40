"""By when bounded work has to be over, for whoever ends it from outside; light, since every command starts with it."""

from __future__ import annotations

from collections.abc import Callable


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

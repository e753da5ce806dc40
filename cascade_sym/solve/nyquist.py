"""How often a response winds around zero along the axis of real frequencies: how many of its zeros grow."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from cascade_sym.errors import UnstableError

FREQUENCIES = 4096  # at which a response is first followed, from minus to plus infinity
STEP = 0.5  # radians by which its phase may change from one to the next
ROUNDS = 60  # halvings of steps: then the response runs through zero
LEAST = 1e-9  # size, against what it is at high frequencies, at which a response counts as zero
AROUND = np.sinh(np.linspace(-6, 6, 41)) / 4  # half widths around a resonance at which it is followed too


def turns(response: Callable[[np.ndarray], np.ndarray], what: str, near: Iterable[complex] = ()) -> int:
    """The turns around zero of a function of the frequency that tends to a constant, as w runs over the real axis.

    It is the number of its zeros in the upper half plane, where e^(-i w t) grows, if the function has no poles there.
    `near` are eigenvalues s = -i w around which it may change fast. UnstableError where it nearly vanishes; `what` is
    said to oscillate then.

    >>> turns(lambda w: (-1j * w - 1) / (-1j * w + 1), "it")
    1
    """
    verge = UnstableError(f"{what} is on the verge of oscillating; lower the gain.")

    def values(x: np.ndarray) -> np.ndarray:
        found = response(np.tan(x))
        if (np.abs(found) < LEAST).any():
            raise verge
        return found

    poles = np.array(list(near), dtype=complex)
    close = (-poles.imag[:, None] + np.abs(poles.real)[:, None] * AROUND).ravel()
    grid = np.linspace(-np.pi / 2, np.pi / 2, FREQUENCIES + 1)[1:-1] + np.pi / (7 * FREQUENCIES)  # without w = 0
    x = np.unique(np.concatenate([grid[:-1], np.arctan(close[close != 0])]))
    y = values(x)
    for _ in range(ROUNDS):
        turn = np.angle(y[1:] / y[:-1])
        wide = np.flatnonzero(np.abs(turn) > STEP)
        if not wide.size:
            return round(float(turn.sum() + np.angle(y[0] / y[-1])) / (2 * np.pi))
        middle = (x[wide] + x[wide + 1]) / 2
        x, y = np.insert(x, wide + 1, middle), np.insert(y, wide + 1, values(middle))
    raise verge

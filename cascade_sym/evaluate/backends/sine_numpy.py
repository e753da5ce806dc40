"""Sine and cosine of a block together, a few times faster than NumPy's two separate calls."""

from __future__ import annotations

from collections.abc import Callable
from math import cos, isfinite, nan, pi, sin

import numpy as np

from cascade_sym.evaluate.backends.sine import LARGEST, SMALL, coefficients, quarter_turn

Array = np.ndarray


def sine_and_cosine(x: Array, s: Array, c: Array, z: Array, t: Array) -> None:
    """Writes sin x to `s` and cos x to `c`; `z` and `t` are scratch. No two of the arrays may overlap.

    Angles outside [-pi/4, pi/4] go to NumPy, whose own reduction is no slower than ours would be; each angle is
    computed as if it were alone.
    """
    if not np.ndim(x):
        s[...], c[...] = (alone[0] for alone in several(sine_and_cosine, np.full(1, x), 4))
        return
    np.absolute(x, t)
    if t.max() <= SMALL:
        polynomials(x, s, c, z)
        return
    np.sin(x, s)
    np.cos(x, c)
    if np.fmin.reduce(t) <= SMALL:
        rows = np.flatnonzero(t <= SMALL)
        s[rows], c[rows] = several(polynomials, x[rows], 3)


def several(waves: Callable[..., None], x: Array, scratch: int) -> list[Array]:
    """Sine and cosine in new arrays."""
    room = [np.empty_like(x) for _ in range(scratch)]
    waves(x, *room)
    return room[:2]


def safe_sine_and_cosine(x: Array, s: Array, c: Array, z: Array, t: Array) -> None:
    """The same with an error that is known for every angle: reduced here, and beyond 2^20 turns by the C library."""
    if not np.ndim(x):
        s[...], c[...] = (alone[0] for alone in several(safe_sine_and_cosine, np.full(1, x), 4))
        return
    np.absolute(x, t)
    largest = t.max()
    if largest <= SMALL:
        polynomials(x, s, c, z)
        return
    number = np.rint(x * (2 / pi))
    r = x.copy()
    for part in quarter_turn():
        r -= number * part
    polynomials(r, s, c, z)
    quarter = np.where(t <= LARGEST, number, 0.0).astype(np.int64)
    odd = (quarter & 1).astype(bool)
    s[odd], c[odd] = c[odd], s[odd]
    np.negative(s, s, where=(quarter & 2).astype(bool))
    np.negative(c, c, where=((quarter + 1) & 2).astype(bool))
    for k in np.flatnonzero(t > LARGEST):
        s[k], c[k] = both(float(x[k]))


def both(x: float) -> tuple[float, float]:
    return (sin(x), cos(x)) if isfinite(x) else (nan, nan)


def polynomials(r: Array, s: Array, c: Array, z: Array) -> None:
    """Angles in [-pi/4, pi/4]; there cos r = sqrt(1 - sin(r)**2) loses nothing and costs less."""
    odd, _ = coefficients()
    np.multiply(r, r, z)
    np.multiply(z, odd[-1], s)
    for k in odd[-2::-1]:
        np.add(s, k, s)
        np.multiply(s, z, s)
    np.multiply(s, r, s)
    np.add(s, r, s)
    np.multiply(s, s, c)
    np.subtract(1.0, c, c)
    np.sqrt(c, c)

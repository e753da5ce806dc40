"""Sine and cosine that vectorise: an odd and an even polynomial on [-pi/4, pi/4], and NumPy's form of them.

sin r = r + r z S(z) and cos r = 1 - z/2 + z^2 C(z) with z = r^2; S and C interpolate at Chebyshev points,
which is within a factor two of the best possible. Arguments are reduced by multiples of pi/2 in three
parts, exact for multiples below 2^20 (Cody and Waite). The interpolation adds less than 2^-55 and the
rounding of the evaluation less than 3.5 half-places: the error of either stays below 2^-51 |value| + 2^-90
|x|.
"""

from __future__ import annotations

from functools import lru_cache, partial
from math import cos, isfinite, nan, pi, sin

import flint
import numpy as np

Array = np.ndarray

SINE_TERMS, COSINE_TERMS = 6, 6  # of the polynomials on the interval
SMALL = pi / 4  # up to here, no reduction of the argument is needed
LARGEST = 1.6e6  # beyond, the library's functions are called


@lru_cache(maxsize=1)
def coefficients() -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The coefficients of S and of C, lowest power first."""
    with flint.ctx.workprec(200):
        return (
            interpolated(lambda z: (z.sqrt().sin() / z.sqrt() - 1) / z, SINE_TERMS),
            interpolated(lambda z: ((z.sqrt().cos() - 1) / z + flint.arb("0.5")) / z, COSINE_TERMS),
        )


def interpolated(f: object, terms: int) -> tuple[float, ...]:
    """Coefficients of the polynomial that equals f(z) at the Chebyshev points of [0, (pi/4)^2]."""
    top = (flint.arb.pi() / 4) ** 2
    nodes = [top * (1 + flint.arb.cos_pi_fmpq(flint.fmpq(2 * k + 1, 2 * terms))) / 2 for k in range(terms)]
    system = flint.arb_mat([[z**p for p in range(terms)] for z in nodes])
    solution = system.solve(flint.arb_mat([[f(z)] for z in nodes]))  # type: ignore[operator]
    return tuple(float(solution[p, 0].mid()) for p in range(terms))


@lru_cache(maxsize=1)
def quarter_turn() -> tuple[float, float, float]:
    """pi/2 in three parts; the first two have 33 bits, so that multiples below 2^20 are exact."""
    parts = []
    with flint.ctx.workprec(300):
        rest = flint.arb.pi() / 2
        for bits in (33, 33, 53):
            scale = flint.arb(2) ** (bits - 1 - int(float(rest.log() / flint.arb(2).log()) // 1))
            parts.append(float(((rest * scale).floor() / scale).mid()) if bits < 53 else float(rest.mid()))
            rest = rest - flint.arb(parts[-1])
    return parts[0], parts[1], parts[2]


def sine_and_cosine(x: Array, s: Array, c: Array, z: Array, t: Array, safe: bool = False) -> None:
    """Writes sin x to `s` and cos x to `c`; `z` and `t` are scratch. No two of the arrays may overlap.

    Angles outside [-pi/4, pi/4] go to NumPy, whose own reduction is no slower than ours would be; with `safe` to ours,
    whose error is known. Each angle is computed as if it were alone.
    """
    if not np.ndim(x):
        alone, sine, cosine, first, second = np.full((5, 1), x)
        sine_and_cosine(alone, sine, cosine, first, second, safe)
        s[...], c[...] = sine, cosine
        return
    np.absolute(x, t)
    if t.max() <= SMALL:
        polynomials(x, s, c, z)
    else:
        (reduced if safe else by_numpy)(x, s, c, z, t)


safe_sine_and_cosine = partial(sine_and_cosine, safe=True)


def by_numpy(x: Array, s: Array, c: Array, z: Array, size: Array) -> None:
    np.sin(x, s)
    np.cos(x, c)
    if np.fmin.reduce(size) <= SMALL:
        rows = np.flatnonzero(size <= SMALL)
        few, sines, cosines = (np.empty(rows.size) for _ in range(3))
        polynomials(x[rows], sines, cosines, few)
        s[rows], c[rows] = sines, cosines


def reduced(x: Array, s: Array, c: Array, z: Array, size: Array) -> None:
    """By quarter turns; beyond 2^20 of them the C library."""
    number = np.rint(x * (2 / pi))
    r = x.copy()
    for part in quarter_turn():
        r -= number * part
    polynomials(r, s, c, z)
    quarter = np.where(size <= LARGEST, number, 0.0).astype(np.int64)
    odd = (quarter & 1).astype(bool)
    s[odd], c[odd] = c[odd], s[odd]
    np.negative(s, s, where=(quarter & 2).astype(bool))
    np.negative(c, c, where=((quarter + 1) & 2).astype(bool))
    for k in np.flatnonzero(size > LARGEST):
        s[k], c[k] = (sin(x[k]), cos(x[k])) if isfinite(x[k]) else (nan, nan)


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

"""Coefficients for sine and cosine that vectorise: an odd and an even polynomial on [-pi/4, pi/4].

sin r = r + r z S(z) and cos r = 1 - z/2 + z^2 C(z) with z = r^2; S and C interpolate at Chebyshev points,
which is within a factor two of the best possible. Arguments are reduced by multiples of pi/2 in three
parts, exact for multiples below 2^20 (Cody and Waite). The interpolation adds less than 2^-55 and the
rounding of the evaluation less than 3.5 half-places: the error of either stays below 2^-51 |value| + 2^-90
|x|.
"""

from __future__ import annotations

from functools import lru_cache
from math import pi

import flint

SINE_TERMS, COSINE_TERMS = 6, 6
SMALL = pi / 4
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

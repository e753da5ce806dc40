"""The integral of a spectrum of numbers that is no quotient of polynomials: panels on a logarithmic axis.

    int N(w) dw = int [N(e^u) + N(-e^u)] e^u du

decays exponentially at both ends where it exists at all, whatever the power of w; how fast tells whether it does.
Panels end at the resonances, which show from afar, and are halved until Gauss's rules of two orders agree.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from cascade_sym.errors import DerivationError
from cascade_sym.program import read
from cascade_sym.program.doubles import Doubles
from cascade_sym.spectra.spectrum import Spectrum

ENDS = 64.0  # |ln w| beyond which nothing is looked at: w^8 has no overflow there
SCAN = 16_384  # points at which resonances are looked for: one with a quality of 10^6 stands out over hundreds of them
ZOOM = 40  # narrowings by 2 around a resonance
SLOPE = 0.02  # power of w, beyond that of a logarithm, with which an end must decay
ORDERS = 24, 14  # of Gauss's rules
PANELS = 20_000  # more of them, and the spectrum is not smooth
TOLERANCE = 1e-12  # of the integral
DEEP, NOISE = 10, 1e-11  # halvings after which a difference of this size, against the whole, is taken for rounding
WORST = 1e-9  # relative error of an integral that is still given

Function = Callable[[np.ndarray], np.ndarray]


def area(spectrum: Spectrum) -> tuple[complex, float]:
    """int N dw/(2 pi) and an estimate of its error; DerivationError where it diverges or is not smooth enough."""
    x = spectrum.frequency
    assert x is not None
    formula = read(spectrum.expr, definitions=spectrum.definitions.needed(spectrum.expr))

    def density(u: np.ndarray) -> np.ndarray:
        w = np.exp(u)
        with np.errstate(all="ignore"):
            both = (formula.run(Doubles(), {x.name: s * w})[0] for s in (1, -1))
            return np.asarray(sum(np.broadcast_to(v, w.shape) for v in both)) * w / (2 * np.pi)

    grid = np.linspace(-ENDS, ENDS, SCAN)
    values = density(grid)
    low, high = _ends(grid, values, spectrum.name)
    if low is None:
        return 0j, 0.0
    inside = (grid >= low) & (grid <= high)
    breaks = [low, high, *np.linspace(low, high, 65), *_peaks(density, grid[inside], np.abs(values[inside]))]
    edges = np.unique(np.clip(breaks, low, high))
    total, error = _summed(density, edges, spectrum.name)
    rest = sum(abs(density(np.array([e]))[0]) / SLOPE for e in (low, high) if abs(e) == ENDS)
    if not np.isfinite(total) or error + rest > WORST * abs(total):
        raise DerivationError(
            f"the integral of {spectrum.name} over all frequencies is {total:.6g} with an error of {error + rest:.2g}, "
            "which is too large: it decays too slowly, or is not smooth."
        )
    return total, error + rest


def _ends(grid: np.ndarray, values: np.ndarray, name: str) -> tuple[Any, Any]:
    """Where the integrand begins and ends to count; DerivationError where it grows towards an end."""
    sizes = np.abs(values)
    known = np.flatnonzero(np.isfinite(values) & (sizes > 0))
    if not known.size:
        return None, None
    a, b = known[0], known[-1]
    if not np.isfinite(values[a : b + 1]).all():
        raise DerivationError(f"{name} is infinite at a frequency; its integral over all frequencies is not known.")
    step = max(SCAN // 64, 1)
    for end, inner, where in ((a, min(a + step, b), "low"), (b, max(b - step, a), "high")):
        rate = np.log(sizes[inner] / sizes[end]) / max(abs(grid[inner] - grid[end]), 1e-9)
        if rate < SLOPE and sizes[end] > TOLERANCE**2 * sizes.max():
            raise DerivationError(
                f"the integral of {name} over all frequencies diverges at {where} ones: output light has white noise, "
                "and 1/f noise and structural damping need a lowest frequency."
            )
    counts = np.flatnonzero(sizes > TOLERANCE**2 * sizes[a : b + 1].max())
    return grid[max(counts[0] - 1, a)], grid[min(counts[-1] + 1, b)]


def _peaks(density: Function, grid: np.ndarray, sizes: np.ndarray) -> list[float]:
    """Points that close in on every local maximum."""
    out: list[float] = []
    for k in np.flatnonzero((sizes[1:-1] >= sizes[:-2]) & (sizes[1:-1] > sizes[2:])) + 1:
        center, width = grid[k], grid[k] - grid[k - 1]
        for _ in range(ZOOM):
            near = center + width * np.linspace(-1, 1, 9)
            center, width = near[np.argmax(np.abs(density(near)))], width / 2
            out += [center - width, center + width]
        out.append(center)
    return out


def _summed(density: Function, edges: np.ndarray, name: str) -> tuple[complex, float]:
    """The sum over panels, halved where two rules do not agree."""
    rules = [np.polynomial.legendre.leggauss(n) for n in ORDERS]
    left, right = edges[:-1], edges[1:]
    total, error, count, depth = 0j, 0.0, 0, 0
    while left.size:
        count += left.size
        if count > PANELS:
            raise DerivationError(f"{name} is not smooth enough to be integrated over all frequencies.")
        half, middle = (right - left) / 2, (right + left) / 2
        found = [density((middle[:, None] + half[:, None] * t).ravel()).reshape(left.size, -1) @ w * half
                 for t, w in rules]  # fmt: skip
        off = np.abs(found[0] - found[1])
        size = max(abs(total), float(np.abs(found[0]).max()))
        # on narrow resonances the rounding of the frequency is noise, which no halving takes away
        good = off <= (TOLERANCE / 64 if depth < DEEP else NOISE) * size
        depth += 1
        total, error = total + complex(found[0][good].sum()), error + float(off[good].sum())
        left, right = (np.concatenate([p[~good], q[~good]]) for p, q in ((left, middle), (middle, right)))
    return total, error + 1e-15 * abs(total)

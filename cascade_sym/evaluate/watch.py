"""Plain doubles are watched: at a few points of a call they are held against their error bound, and against the truth.

A formula that cancels loses its digits without a sign of it. Its rigorous bound costs several times what the value
does; at a handful of points of each call it costs next to nothing, and where it is large the right value is found.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cascade_sym.evaluate.results import Results
from cascade_sym.evaluate.trust import BallKernel, Guarantee

SAMPLED, FEW = 8, 2  # points of a call, its first and last among them; of a huge program
ALONE, SELDOM = 64, 8  # calls for a single point: so many are all looked at, then one of so many, for the time it takes
LIMIT = 1e-9  # of a value: by how much it may be off without a warning


def looked_at(kernel: Guarantee | BallKernel, size: int) -> np.ndarray:
    """Which of `size` points, at least one, are looked at."""
    sampled = SAMPLED if isinstance(kernel, Guarantee) else FEW
    return np.unique(np.linspace(0, size - 1, sampled).round().astype(int))


def lost(
    kernel: Guarantee | BallKernel, results: Results, arrays: Mapping[str, np.ndarray], limit: float = LIMIT,
    bounded: bool = True,
) -> tuple[int, int, float]:  # fmt: skip
    """At how many of how many points a result is off by more than `limit` of it, and by how much at worst.

    Where the kernel's first bound does not say that all is well, which a bound of roots and differences seldom does
    near a cancellation, the value that is right decides; one that can't be had counts as lost. A `BallKernel` has no
    first bound, and results that other arithmetic gave are not `bounded` by it.
    """
    plan, shape = results.plan, results.shape
    if not results.size:
        return 0, 0, 0.0
    rows = looked_at(kernel, results.size)
    places = np.unravel_index(rows, shape) if shape else ()
    few = {n: a if a.size == 1 else np.broadcast_to(a, shape)[places] for n, a in arrays.items()}
    bad = np.full(rows.size, not (bounded and isinstance(kernel, Guarantee)))
    if bounded and isinstance(kernel, Guarantee):
        first = Results(plan, rows.shape, np.dtype(float), True, None, few)
        first.fill(kernel.first, few)
        with np.errstate(all="ignore"):
            for name, parts in first.parts.items():
                value = np.hypot.reduce([p.value for p in parts])
                bad |= np.isfinite(value) & ~(first.bounds[name].value <= limit * value)
    if not bad.any():
        return 0, rows.size, 0.0
    few = {n: a if a.size == 1 else a[bad] for n, a in few.items()}
    right = Results(plan, (int(bad.sum()),), np.dtype(float), True, None, few)
    right.fill(kernel, few)
    worst = np.zeros(right.size)
    with np.errstate(all="ignore"):
        for name, parts in right.parts.items():
            given = [p.value[rows[bad]] for p in results.parts[name]]
            size = np.hypot.reduce(given)
            off = np.hypot.reduce([p.value - g for p, g in zip(parts, given, strict=True)])
            off[off > 0] /= np.hypot.reduce([p.value for p in parts])[off > 0]
            off[np.isnan(off) & np.isfinite(size) & (size > 0)] = np.inf  # a zero that can't be proved is no loss
            worst = np.fmax(worst, off)
    return int((worst > limit).sum()), rows.size, float(worst.max())

"""Plain doubles are watched: at a few points of a call their running error bound is looked at.

A formula that cancels loses its digits without a sign of it. Its rigorous bound costs several times what the value
does; at a handful of points of each call it costs next to nothing, and shows a region where digits are lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

import numpy as np

from cascade_sym.evaluate.plan import Plan
from cascade_sym.evaluate.results import Results
from cascade_sym.evaluate.trust import BoundedKernel

SAMPLED = 8  # points of a call, its first and last among them
ALONE, SELDOM = 64, 8  # calls for a single point: so many are all looked at, then one of so many, for the time it takes
LIMIT = 1e-9  # of a value: what a bound may be without a warning; the error itself is some hundred times smaller


def doubtful(
    kernel: BoundedKernel, plan: Plan, arrays: Mapping[str, np.ndarray], shape: tuple[int, ...]
) -> tuple[int, int, float]:
    """At how many of how many points a value may be off by more than `LIMIT` of it, and the largest bound there."""
    size = prod(shape)
    if not size:
        return 0, 0, 0.0
    rows = np.unique(np.linspace(0, size - 1, SAMPLED).round().astype(int))
    places = np.unravel_index(rows, shape) if shape else ()
    few = {n: a if a.size == 1 else np.broadcast_to(a, shape)[places] for n, a in arrays.items()}
    results = Results(plan, rows.shape, np.dtype(float), True, None, few)
    results.fill(kernel, few)
    worst = np.zeros(rows.size)
    with np.errstate(all="ignore"):
        for name, parts in results.parts.items():
            value = np.hypot.reduce([p.value for p in parts])
            told = np.isfinite(value) & (value > 0)  # a zero is shown as what it is: below every digit
            worst = np.fmax(worst, np.where(told, results.bounds[name].value / value, 0))
    bad = worst > LIMIT
    return int(bad.sum()), rows.size, float(worst.max())

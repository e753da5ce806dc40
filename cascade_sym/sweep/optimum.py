"""The global optimum at every point of a piece of the grid: sample, many descents, the best of them."""

from __future__ import annotations

import numpy as np

from cascade_sym.sweep.descent import Objective, descend
from cascade_sym.sweep.starts import SAMPLE, best_of_parts, parts, spread

SEED = 20180711
MISSED = 1e-9  # a relative improvement beyond which an optimum counts as another one
AT_ONCE = 1 << 17  # figures that are computed at a time


def optimum(objective: Objective, count: int, seed: int = SEED, sample: int = SAMPLE) -> tuple[np.ndarray, np.ndarray]:
    """(coordinates (d, count), values) at `count` points; nan where no start has a value.

    The same for every way in which the points are cut into pieces.
    """
    starts = spread(objective.space, sample, seed)
    groups = parts(objective.space, starts)
    best_u, best_f = np.full((len(starts), count), np.nan), np.full(count, np.inf)
    piece = max(1, AT_ONCE // sample)
    chosen = np.empty((len(groups), count), dtype=int)
    for a in range(0, count, piece):
        points = np.arange(a, min(a + piece, count))
        u = np.broadcast_to(starts[:, :, None], (*starts.shape, points.size))
        chosen[:, points] = best_of_parts(objective.at(points).value(u), groups)
    piece = max(1, AT_ONCE // 8 // len(groups))
    for a in range(0, count, piece):
        points = np.arange(a, min(a + piece, count))
        rows = np.tile(points, len(groups))
        u, f = descend(objective.at(rows), starts[:, chosen[:, points].reshape(-1)])
        keep_best(best_u, best_f, rows, u, f)
    return best_u, best_f


def keep_best(best_u: np.ndarray, best_f: np.ndarray, points: np.ndarray, u: np.ndarray, f: np.ndarray) -> np.ndarray:
    """Puts better results in place; those of the points (which may repeat) whose optimum was another one."""
    order = np.lexsort((f, points))
    points, u, f = points[order], u[:, order], f[order]
    first = np.flatnonzero(np.r_[True, points[1:] != points[:-1]]) if points.size else np.array([], dtype=int)
    points, u, f = points[first], u[:, first], f[first]
    old = best_f[points]
    better = f < old
    best_u[:, points[better]], best_f[points[better]] = u[:, better], f[better]
    with np.errstate(all="ignore"):
        gain = np.where(np.isinf(old), np.inf, (old - f) / np.abs(f))
    return points[better & (gain > MISSED)]

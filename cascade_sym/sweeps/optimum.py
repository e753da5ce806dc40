"""The global optimum at every point of a piece of the grid: sample, many descents, the best of them."""

from __future__ import annotations

from itertools import product

import numpy as np

from cascade_sym.sweeps.descent import Objective, descend
from cascade_sym.sweeps.space import Space

SAMPLE = 128  # points at which the figure is looked at before anything is minimised
PARTS = {1: (6,), 2: (3, 2), 3: (2, 2, 2)}  # into how many parts the sides of the box are cut
FEW = (2, 2, 2, 2)
SEED = 20180711
MISSED = 1e-9  # a relative improvement beyond which an optimum counts as another one
FIRST = 4  # rounds after which columns that have come together are counted once
SAME = 1e-3  # how close that is, in units of the box
AT_ONCE = 1 << 17  # figures that are computed at a time


def optimum(objective: Objective, count: int, seed: int = SEED, sample: int = SAMPLE) -> tuple[np.ndarray, np.ndarray]:
    """(coordinates (d, count), values) at `count` points; nan where no start has a value.

    The same for every way in which the points are cut into pieces.
    """
    starts = spread(objective.space, sample, seed)
    groups = parts(objective.space, starts)
    best_u, best_f = np.full((len(starts), count), np.nan), np.full(count, np.inf)
    chosen = promising(objective, count, starts, groups)
    piece = max(1, AT_ONCE // 8 // len(groups))
    for a in range(0, count, piece):
        points = np.arange(a, min(a + piece, count))
        rows = np.tile(points, len(groups))
        u, f = descend(objective.at(rows), starts[:, chosen[:, points].reshape(-1)], FIRST)
        left = distinct(objective.space, u, f, len(groups))
        keep_best(best_u, best_f, rows[left], *descend(objective.at(rows[left]), u[:, left]))
    return best_u, best_f


def promising(objective: Objective, count: int, starts: np.ndarray, groups: list[np.ndarray]) -> np.ndarray:
    """For every point the best column of `starts` in each group, shape (groups, count)."""
    piece = max(1, AT_ONCE // starts.shape[1])
    chosen = np.empty((len(groups), count), dtype=int)
    for a in range(0, count, piece):
        points = np.arange(a, min(a + piece, count))
        u = np.broadcast_to(starts[:, :, None], (*starts.shape, points.size))
        values = objective.at(points).value(u)
        chosen[:, points] = [group[values[group].argmin(axis=0)] for group in groups]
    return chosen


def distinct(space: Space, u: np.ndarray, f: np.ndarray, copies: int) -> np.ndarray:
    """Columns that are not on their way to where a better one of the same point is going.

    The columns are `copies` of the points, one after the other.
    """
    low, high = space.edges()
    places = (u / (high - low)[:, None]).reshape(len(u), copies, -1)
    values = f.reshape(copies, -1)
    alone = np.isfinite(values)
    for k in range(copies):
        apart = np.abs(places - places[:, k : k + 1]).max(axis=0) > SAME
        better = (values > values[k]) | ((values == values[k]) & (np.arange(copies) > k)[:, None])
        alone &= apart | ~better
    return np.flatnonzero(alone)


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


def spread(space: Space, count: int, seed: int) -> np.ndarray:
    """`count` points that fill the box evenly, shape (coordinates, count); the same for the same seed."""
    from scipy.stats import qmc

    low, high = space.edges()
    unit = qmc.Sobol(len(space), scramble=True, rng=seed).random(1 << (count - 1).bit_length())[:count]
    return (low + unit * (high - low)).T


def parts(space: Space, points: np.ndarray) -> list[np.ndarray]:
    """The points by the part of the box in which they lie: lists of columns, none empty."""
    low, high = (e[:, None] for e in space.edges())
    cuts = PARTS.get(len(space), FEW)
    where = np.zeros((len(cuts), points.shape[1]), dtype=int)
    for k, n in enumerate(cuts):
        where[k] = np.clip(((points[k] - low[k]) / (high[k] - low[k]) * n).astype(int), 0, n - 1)
    found = (np.flatnonzero((where == np.array(c)[:, None]).all(axis=0)) for c in product(*map(range, cuts)))
    return [f for f in found if f.size]

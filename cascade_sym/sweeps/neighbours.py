"""Warm starts along the grid: every optimum is tried at the points next to it, in every direction."""

from __future__ import annotations

import numpy as np

from cascade_sym.sweeps.descent import Objective, descend
from cascade_sym.sweeps.optimum import AT_ONCE, keep_best

NEAR = 0.01  # neighbours whose optima are closer, in units of the box, are on the same branch
PASSES = 200  # an optimum that wins everywhere spreads by one point a pass


def spread_optima(
    objective: Objective, shape: tuple[int, ...], u: np.ndarray, f: np.ndarray, changed: np.ndarray | None = None
) -> int:
    """Puts better optima in place, starting at each point from the optima next to it, until none is better.

    `changed` are the points whose optima are new (all by default). Returns how many points got another optimum.
    """
    new = np.arange(f.size) if changed is None else changed
    total: set[int] = set()
    low, high = objective.space.edges()
    width = (high - low)[:, None]
    for _ in range(PASSES):
        sources, points = _pairs(shape, new[np.isfinite(f[new])])
        if not points.size:
            break
        won = [np.array([], dtype=int)]
        piece = AT_ONCE // 8
        for a in range(0, points.size, piece):
            rows, start = points[a : a + piece], u[:, sources[a : a + piece]]
            apart = (np.abs(start - u[:, rows]) > NEAR * width).any(axis=0) | ~np.isfinite(f[rows])
            apart |= objective.at(rows).value(start) < f[rows]
            won.append(keep_best(u, f, rows[apart], *descend(objective.at(rows[apart]), start[:, apart])))
        new = np.unique(np.concatenate(won))
        total |= set(new.tolist())
    return len(total)


def _pairs(shape: tuple[int, ...], points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(point, next point) in every direction of the grid, as flat indices."""
    places = np.array(np.unravel_index(points, shape)) if shape else np.empty((0, points.size), dtype=int)
    sources, targets = [points[:0]], [points[:0]]
    for axis, size in enumerate(shape):
        for step in (1, -1):
            moved = places.copy()
            moved[axis] += step
            inside = (moved[axis] >= 0) & (moved[axis] < size)
            sources.append(points[inside])
            targets.append(np.ravel_multi_index(tuple(moved[:, inside]), shape))
    return np.concatenate(sources), np.concatenate(targets)

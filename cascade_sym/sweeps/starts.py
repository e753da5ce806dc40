"""Starting points: spread evenly over the whole box, the best of every part of it taken."""

from __future__ import annotations

from itertools import product

import numpy as np

from cascade_sym.sweeps.space import Space

SAMPLE = 128  # points at which the figure is looked at before anything is minimised
PARTS = {1: (6,), 2: (3, 2), 3: (2, 2, 2)}  # into how many parts the sides of the box are cut
FEW = (2, 2, 2, 2)


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


def best_of_parts(values: np.ndarray, groups: list[np.ndarray]) -> np.ndarray:
    """For `values` (points of the sample, grid points): the best member of each group, shape (groups, grid points)."""
    return np.stack([group[values[group].argmin(axis=0)] for group in groups])

"""Was a better optimum missed? Warm starts along the grid and independent random starts all over it say so."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cascade_sym.sweeps.descent import Objective, descend
from cascade_sym.sweeps.merit import Formula
from cascade_sym.sweeps.optimum import AT_ONCE, MISSED, SEED, keep_best, parts, promising, spread

NEAR = 0.01  # neighbours whose optima are closer, in units of the box, are on the same branch
PASSES = 200  # an optimum that wins everywhere spreads by one point a pass
ROUNDS = 4
LARGER = 128  # points looked at for each independent start


@dataclass(frozen=True)
class Recheck:
    """What independent restarts found: `missed` better optima in each round, the last round's being what is left."""

    points: int
    starts: int
    missed: tuple[int, ...]

    def text(self, size: int) -> str:
        if not self.missed:
            return "no independent restarts were made"
        found = ", then ".join(map(str, self.missed))
        return (
            f"at {self.points} of {size} grid points, {self.starts} independent random starts and the best of "
            f"{LARGER * self.starts} random points in each of {len(self.missed)} rounds; better by more than "
            f"{MISSED:g} relative: {found}"
            + (" (adopted, and tried at the neighbouring points)" if any(self.missed) else "")
        )


def independent(objective: Objective, points: np.ndarray, starts: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Starts for each of the points: (points, columns). Some anywhere, and the best parts of a far larger sample."""
    anywhere = spread(objective.space, starts, seed)
    sample = spread(objective.space, LARGER * starts, seed + ROUNDS)
    best = promising(objective.at(points), points.size, sample, parts(objective.space, sample))
    rows = [np.repeat(points, starts), np.tile(points, len(best))]
    return np.concatenate(rows), np.concatenate([np.tile(anywhere, points.size), sample[:, best.ravel()]], axis=1)


def rounding(objective: Objective, u: np.ndarray) -> np.ndarray:
    """By how much values may be off for their rounding errors: less than that makes no other optimum."""
    if not isinstance(objective.merit, Formula) or not u.shape[1]:
        return np.zeros(u.shape[1])
    with np.errstate(all="ignore"):
        bound = objective.merit.bound({**objective.given, **objective.space.values(u)})
    return np.where(np.isfinite(bound), bound, 0.0)


def recheck(
    objective: Objective, shape: tuple[int, ...], u: np.ndarray, f: np.ndarray, points: int, starts: int
) -> Recheck:
    """Rounds of restarts with new seeds until one finds nothing; what they find is put in place and spread."""
    points = min(points, f.size)
    if not points or not starts:
        return Recheck(0, 0, ())
    missed: list[int] = []
    while len(missed) < ROUNDS and (not missed or missed[-1]):
        rng = np.random.default_rng([SEED, len(missed)])
        chosen = np.sort(rng.choice(f.size, points, replace=False))
        rows, begin = independent(objective, chosen, starts, SEED + 1 + len(missed))
        found = descend(objective.at(rows), begin)
        before = f.copy()
        better = keep_best(u, f, rows, *found)
        better = better[before[better] - f[better] > rounding(objective.at(better), u[:, better])]
        missed.append(better.size)
        spread_optima(objective, shape, u, f, better)
    return Recheck(points, starts, tuple(missed))


def spread_optima(
    objective: Objective, shape: tuple[int, ...], u: np.ndarray, f: np.ndarray, changed: np.ndarray | None = None
) -> None:
    """Puts better optima in place, starting at each point from the optima next to it, until none is better.

    `changed` are the points whose optima are new (all by default).
    """
    new = np.arange(f.size) if changed is None else changed
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

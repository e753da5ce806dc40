"""The global optimum at every point of a grid: sample, many descents, the best of them; was a better one missed?

Warm starts along the grid and independent random starts all over it say whether one was missed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cascade_sym.sweeps.merit import Formula, Objective, descend
from cascade_sym.sweeps.space import Space

SAMPLE = 128  # points at which the figure is looked at before anything is minimised
PARTS = {1: (6,), 2: (3, 2), 3: (2, 2, 2)}  # into how many parts the sides of the box are cut
FEW = (2, 2, 2, 2)  # cuts of each axis where there are many
SEED = 20180711  # of the starts: the same optimum on every run
MISSED = 1e-9  # a relative improvement beyond which an optimum counts as another one
FIRST = 4  # rounds after which columns that have come together are counted once
SAME = 1e-3  # how close that is, in units of the box
AT_ONCE = 1 << 17  # figures that are computed at a time
NEAR = 0.01  # neighbours whose optima are closer, in units of the box, are on the same branch
PASSES = 200  # an optimum that wins everywhere spreads by one point a pass
ROUNDS = 4  # of starts elsewhere, until none finds anything lower
LARGER = 128  # points looked at for each independent start


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
    cuts = np.array(PARTS.get(len(space), FEW))[:, None]
    low, high = (e[: len(cuts), None] for e in space.edges())
    where = np.clip(((points[: len(cuts)] - low) / (high - low) * cuts).astype(int), 0, cuts - 1)
    part = np.ravel_multi_index(tuple(where), tuple(cuts[:, 0]))
    return [np.flatnonzero(part == k) for k in np.unique(part)]


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


def rounding(objective: Objective, u: np.ndarray) -> np.ndarray:
    """By how much values may be off for their rounding errors: less than that makes no other optimum."""
    if not isinstance(objective.merit, Formula) or not u.shape[1]:
        return np.zeros(u.shape[1])
    with np.errstate(all="ignore"):
        bound = objective.merit.bound({**objective.given, **objective.space.values(u)})
    return np.where(np.isfinite(bound), bound, 0.0)


At = Callable[[np.ndarray], Objective]  # the objective at the points with these numbers


def recheck(at: At, shape: tuple[int, ...], u: np.ndarray, f: np.ndarray, points: int, starts: int) -> Recheck:
    """Rounds of restarts with new seeds until one finds nothing; what they find is put in place and spread."""
    points = min(points, f.size)
    if not points or not starts:
        return Recheck(0, 0, ())
    missed: list[int] = []
    while len(missed) < ROUNDS and (not missed or missed[-1]):
        rng = np.random.default_rng([SEED, len(missed)])
        chosen = np.sort(rng.choice(f.size, points, replace=False))
        objective = at(chosen)
        seed = SEED + 1 + len(missed)  # some starts anywhere, and in each part the best of a far larger sample
        anywhere = spread(objective.space, starts, seed)
        sample = spread(objective.space, LARGER * starts, seed + ROUNDS)
        best = promising(objective, points, sample, parts(objective.space, sample))
        rows = np.concatenate([np.repeat(chosen, starts), np.tile(chosen, len(best))])
        begin = np.concatenate([np.tile(anywhere, points), sample[:, best.ravel()]], axis=1)
        before = f[chosen].copy()
        better = keep_best(u, f, rows, *descend(at(rows), begin))
        gain = before[np.searchsorted(chosen, better)] - f[better]
        better = better[gain > rounding(at(better), u[:, better])]
        missed.append(better.size)
        spread_optima(at, shape, u, f, better)
    return Recheck(points, starts, tuple(missed))


def spread_optima(
    at: At, shape: tuple[int, ...], u: np.ndarray, f: np.ndarray, changed: np.ndarray | None = None
) -> None:
    """Puts better optima in place, starting at each point from the optima next to it, until none is better.

    `changed` are the points whose optima are new (all by default). The points are taken in blocks: however many there
    are, the memory for them is a bit each.
    """
    low, high = at(np.arange(0)).space.edges()
    width = (high - low)[:, None]
    block = AT_ONCE // 8
    new = Marked(f.size, changed)
    for _ in range(PASSES):
        won = Marked(f.size, np.arange(0))
        for first in range(0, f.size, block):
            here = new.within(first, min(first + block, f.size))
            sources, points = _pairs(shape, here[np.isfinite(f[here])])
            for a in range(0, points.size, block):
                rows, start = points[a : a + block], u[:, sources[a : a + block]]
                apart = (np.abs(start - u[:, rows]) > NEAR * width).any(axis=0) | ~np.isfinite(f[rows])
                apart |= at(rows).value(start) < f[rows]
                won.add(keep_best(u, f, rows[apart], *descend(at(rows[apart]), start[:, apart])))
        if not won:
            break
        new = won


class Marked:
    """Some of many points, a bit each: all of them, or those that are given."""

    def __init__(self, size: int, points: np.ndarray | None = None) -> None:
        self.bits = np.full(-(-size // 8), 0 if points is not None else 255, dtype=np.uint8)
        if points is not None:
            self.add(points)

    def add(self, points: np.ndarray) -> None:
        np.bitwise_or.at(self.bits, points >> 3, (1 << (points & 7)).astype(np.uint8))

    def within(self, first: int, last: int) -> np.ndarray:
        """Those from `first`, a multiple of 8, to `last`."""
        bits = np.unpackbits(self.bits[first // 8 : -(-last // 8)], bitorder="little")
        return first + np.flatnonzero(bits[: last - first])

    def __bool__(self) -> bool:
        return bool(self.bits.any())


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

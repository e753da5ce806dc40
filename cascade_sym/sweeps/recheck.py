"""Was a better optimum missed? Independent random starts at points all over the grid say so."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cascade_sym.sweeps.descent import Objective, descend
from cascade_sym.sweeps.merit import Formula
from cascade_sym.sweeps.neighbours import spread_optima
from cascade_sym.sweeps.optimum import MISSED, SEED, keep_best
from cascade_sym.sweeps.starts import spread

ROUNDS = 4


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
            f"at {self.points} of {size} grid points each, {self.starts} independent random starts in each of "
            f"{len(self.missed)} rounds; better by more than {MISSED:g} relative: {found}"
            + (" (adopted, and tried at the neighbouring points)" if any(self.missed) else "")
        )


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
        sample = spread(objective.space, starts, SEED + 1 + len(missed))
        rows = np.repeat(chosen, starts)
        found = descend(objective.at(rows), np.tile(sample, points))
        before = f.copy()
        better = keep_best(u, f, rows, *found)
        better = better[before[better] - f[better] > rounding(objective.at(better), u[:, better])]
        missed.append(better.size)
        spread_optima(objective, shape, u, f, better)
    return Recheck(points, starts, tuple(missed))

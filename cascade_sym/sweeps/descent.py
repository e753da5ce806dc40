"""Many minimisations at once: Newton's method with bounds, one column of an array for each.

The Hessian comes from differences of exact gradients; where it is not positive its pivots are taken by modulus, so that
the direction always descends. Several step lengths are tried at the same time and the best one is taken: a point
without a value (no steady state) counts as infinite and is thereby avoided.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from cascade_sym.sweeps.merit import Called, Merit
from cascade_sym.sweeps.space import Space

ROUNDS = 80
SETTLED = 1e-14  # a relative improvement below which a minimisation has ended
LONGEST = 2.0  # of a Newton step, in units of e-folds or radians
SHORT = 1e-4
NEWTON = np.array([3.0, 1.0, 0.4, 0.1, 1e-2, 1e-4])
DOWNHILL = np.array([0.3, 1e-2, 1e-5])


@dataclass(frozen=True)
class Objective:
    """A figure at many points: `given` are numbers, or arrays with one element a point; `sign` -1 maximises."""

    merit: Merit
    space: Space
    given: Mapping[str, Any]
    sign: float = 1.0

    def at(self, points: np.ndarray) -> Objective:
        """The same at a choice of the points, which may repeat."""
        given = {n: v[points] if np.ndim(v) else v for n, v in self.given.items()}
        return Objective(self.merit, self.space, given, self.sign)

    def value(self, u: np.ndarray) -> np.ndarray:
        """To be minimised; infinite where there is none. `u` has shape (coordinates, ..., points)."""
        with np.errstate(all="ignore"):
            f = self.sign * np.asarray(self.merit.value({**self.given, **self.space.values(u)}))
        return np.where(np.isfinite(f), f, np.inf)

    def slopes(self, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The value and its derivatives by coordinate."""
        values = self.space.values(u)
        with np.errstate(all="ignore"):
            f, by_parameter = self.merit.slopes({**self.given, **values}, self.space.names)
            g = self.sign * self.space.slopes(values, np.asarray(by_parameter))
        return np.where(np.isfinite(f), self.sign * f, np.inf), g

    @property
    def probe(self) -> tuple[float, float]:
        """The least and the largest step of the differences between gradients."""
        return (1e-5, 1e-4) if isinstance(self.merit, Called) else (1e-11, 1e-7)


def descend(objective: Objective, u: np.ndarray, rounds: int = ROUNDS) -> tuple[np.ndarray, np.ndarray]:
    """Local minima reached from the columns of `u`: (coordinates, values), infinite where a start has no value."""
    low, high = (e[:, None] for e in objective.space.edges())
    u = np.clip(u, low, high)
    f = objective.value(u)
    active = np.flatnonzero(np.isfinite(f))
    reach = np.ones_like(u)  # how far the last step went: the width of the valley, as it becomes known
    quiet = np.zeros(u.shape[1], dtype=int)
    for _ in range(rounds):
        if not active.size:
            break
        o, here, value = objective.at(active), u[:, active], f[active]
        g, H = curvature(o, here, low, high, reach[:, active])
        held = ((here <= low) & (g > 0)) | ((here >= high) & (g < 0))  # at a bound, by the gradient
        p = direction(g, H, ~held)
        downhill = -g / np.maximum(np.abs(g).max(axis=0), 1e-300)  # straight, one unit far
        # after a round without gain much shorter steps: an optimum may lie at the edge of stability
        short = np.where(quiet[active], SHORT, 1.0)
        new, better = longest_fall(o, here, short * p, short * downhill, low, high)
        gain = value - better
        moved = gain > 0
        reach[:, active] = np.maximum(0.1 * reach[:, active], np.where(moved, np.abs(new - here), 0.0))
        u[:, active[moved]], f[active[moved]] = new[:, moved], better[moved]
        quiet[active] = np.where(gain > SETTLED * np.abs(value), 0, quiet[active] + 1)
        active = active[quiet[active] < 2]
    return u, f


def curvature(
    o: Objective, u: np.ndarray, low: np.ndarray, high: np.ndarray, reach: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Gradient (d, n) and Hessian (d, d, n), from d + 1 gradients."""
    d = len(u)
    h = np.where(u > (low + high) / 2, -1.0, 1.0) * np.clip(1e-3 * reach, *o.probe)
    near = np.repeat(u[:, None, :], d + 1, axis=1)
    for i in range(d):
        near[i, i + 1] += h[i]
    _, g = o.slopes(near)
    H = (g[:, 1:] - g[:, :1]) / h[None]
    H = (H + H.swapaxes(0, 1)) / 2
    g = g[:, 0]
    return np.where(np.isfinite(g), g, 0.0), np.where(np.isfinite(H), H, 0.0)


def direction(g: np.ndarray, H: np.ndarray, loose: np.ndarray) -> np.ndarray:
    """-|H|^-1 g with pivots taken by modulus; zero for coordinates that are not `loose`."""
    d = len(g)
    g = np.where(loose, g, 0.0)
    A = np.where(loose[:, None] & loose[None], H, 0.0)
    for i in range(d):
        A[i, i] = np.where(loose[i], A[i, i], 1.0)
    small = 1e-12 * np.abs(A).max(axis=(0, 1)) + 1e-300
    x = -g
    pivots, factors = [], {}
    with np.errstate(all="ignore"):
        for i in range(d):  # elimination, all columns of points at once
            pivots.append(np.maximum(np.abs(A[i, i]), small))
            for j in range(i + 1, d):
                factors[j, i] = A[j, i] / pivots[i]
                A[j, i + 1 :] -= factors[j, i] * A[i, i + 1 :]
                x[j] = x[j] - factors[j, i] * x[i]
        for i in reversed(range(d)):
            x[i] /= pivots[i]
            for j in range(i + 1, d):
                x[i] -= factors[j, i] * x[j]
    x = np.where(np.isfinite(x).all(axis=0), x, -g)
    size = np.abs(x).max(axis=0)
    return x * np.minimum(1.0, LONGEST / np.maximum(size, 1e-300))


def longest_fall(
    o: Objective, u: np.ndarray, p: np.ndarray, d: np.ndarray, low: np.ndarray, high: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The best of several steps along Newton's direction p and straight downhill along d, inside the bounds."""
    steps = [a * p for a in NEWTON] + [a * d for a in DOWNHILL]
    tried = np.clip(u[:, None, :] + np.stack(steps, axis=1), low[:, :, None], high[:, :, None])
    found = o.value(tried)
    best = found.argmin(axis=0)
    columns = np.arange(u.shape[1])
    return tried[:, best, columns], found[best, columns]

"""Global search for the optimum at one moderate value of the large parameter, in floats.

Many random starts over the whole allowed region on logarithmic scales, then a covariance-adapting evolution
strategy from the best few. Its only task is to find every relevant branch; precision comes later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sympy import Symbol

from cascade_sym.asymptotics.problem import Problem

NEARBY = 2  # decades around one
LINES, ALONG, HALVED = 2, 1000, 45  # lines along which poles are looked for, points of each, and halvings
STARTS, BRANCHES, GENERATIONS = 1500, 8, 160  # of a search: points, basins that are kept, generations of the evolution


@dataclass(frozen=True)
class Candidate:
    """A local minimum in floats: its value, the search coordinates, and the parameters (balls)."""

    value: float
    u: np.ndarray
    x: tuple[Any, ...]


def candidates(problem: Problem, decade: float, sample: Mapping[Symbol, Any]) -> list[Candidate]:
    """The best local minima found at growth 10**decade, best first; none where nothing is finite and allowed."""
    rng = np.random.default_rng(20180711)
    intervals = [problem.intervals[s] for s in problem.over]
    g = 10.0**decade

    def at(u: np.ndarray) -> np.ndarray:
        return np.array([iv.searched(row) for iv, row in zip(intervals, u, strict=True)]).reshape(u.shape)

    def f(u: np.ndarray) -> np.ndarray:
        return problem.floats(g, at(u), sample)

    if not intervals:
        value = float(f(np.zeros((0, 1)))[0])
        return [Candidate(value, np.zeros(0), ())] if np.isfinite(value) else []
    starts = _starts(problem, decade, rng)
    values = f(starts)
    chosen = _prominent(starts, values)
    if not chosen:
        return []
    places, widths = zip(*chosen, strict=True)
    found = _evolve(f, starts[:, places], np.array(widths), rng)
    for j in places[:LINES]:
        beside = _beside_poles(lambda u: problem.denominators(g, at(u), sample), starts[:, j], 2 * decade + 2)
        found += zip(map(float, f(beside)), beside.T, strict=True)
    out: list[Candidate] = []
    for v, u in sorted(found, key=lambda vu: vu[0]):
        new = all(abs(v - c.value) > 1e-7 * abs(c.value) + 1e-300 or np.linalg.norm(u - c.u) > 1e-2 for c in out)
        if new and np.isfinite(v):
            x = (iv.found(c) for iv, c in zip(intervals, u, strict=True))
            out.append(Candidate(v, u, tuple(x)))
    return out


def _prominent(starts: np.ndarray, values: np.ndarray) -> list[tuple[int, float]]:
    """Starts below all their neighbours, with the distance of these: the lowest, and those that stand out most."""
    finite = np.flatnonzero(np.isfinite(values))
    if not len(finite):
        return []
    u, v = starts[:, finite], values[finite]
    square = (u**2).sum(axis=0)
    distance = square[:, None] + square[None, :] - 2 * u.T @ u
    k = min(2 * len(u) + 3, len(v))
    near = np.argpartition(distance, k - 1, axis=1)[:, :k]
    around = v[near]
    local = np.flatnonzero(v <= around.min(axis=1))
    depth = (np.median(around[local], axis=1) - v[local]) / (np.abs(v[local]) + 1e-300)
    lowest = local[np.argsort(v[local], kind="stable")][: BRANCHES // 2]
    deepest = local[np.argsort(-depth, kind="stable")][: BRANCHES // 2]
    width = np.sqrt(np.maximum(np.median(np.take_along_axis(distance, near, axis=1), axis=1), 1e-12))
    return [(int(finite[j]), float(width[j]) / 2) for j in dict.fromkeys([*lowest, *deepest])]


def _beside_poles(denominators: Any, u: np.ndarray, reach: float) -> np.ndarray:
    """Points on both sides of the zeros of denominators along all axes through u: poles are narrower than any grid."""
    out = [np.zeros((len(u), 0))]
    for i in range(len(u)):
        line = np.repeat(u[:, None], ALONG, axis=1)
        line[i] = np.linspace(-reach, reach, ALONG)
        signs = np.sign(denominators(line))
        which, k = np.nonzero(signs[:, :-1] * signs[:, 1:] < 0)
        low, high = line[:, k], line[:, k + 1]
        for _ in range(HALVED):
            middle = (low + high) / 2
            same = np.sign(denominators(middle)[which, np.arange(len(k))]) == signs[which, k]
            low, high = np.where(same, middle, low), np.where(same, high, middle)
        out += [low, high]
    return np.concatenate(out, axis=1)


def _starts(problem: Problem, decade: float, rng: np.random.Generator) -> np.ndarray:
    rows = []
    for s in problem.over:
        if problem.intervals[s].kind == "box":
            centre = rng.random(STARTS) < 0.5  # near the middle on all scales, or near the edges
            near = rng.choice([-1.0, 1.0], STARTS) * 10.0 ** (-rng.random(STARTS) * (decade + 1))
            rows.append(np.where(centre, near, rng.uniform(-decade - 1, decade + 1, STARTS)))
        else:
            rows.append(rng.uniform(-2 * decade - 2, 2 * decade + 2, STARTS))
    out = np.array(rows)
    out[:, ::3] = rng.uniform(-NEARBY, NEARBY, out[:, ::3].shape)  # where nothing scales
    return out


def _evolve(f: Any, starts: np.ndarray, widths: np.ndarray, rng: np.random.Generator) -> list[tuple[float, np.ndarray]]:
    """CMA-ES (Hansen's standard strategy parameters) from several starts at once: the best of each."""
    n = len(starts)
    lam = 8 + 4 * n
    mu = lam // 2
    w = np.log(mu + 0.5) - np.log(np.arange(1, mu + 1))
    w /= w.sum()
    mueff = 1 / (w**2).sum()
    cc, cs = (4 + mueff / n) / (n + 4 + 2 * mueff / n), (mueff + 2) / (n + mueff + 5)
    c1 = 2 / ((n + 1.3) ** 2 + mueff)
    cmu = min(1 - c1, 2 * (mueff - 2 + 1 / mueff) / ((n + 2) ** 2 + mueff))
    damp = 1 + 2 * max(0.0, np.sqrt((mueff - 1) / (n + 1)) - 1) + cs
    chi = np.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n**2))
    best, best_u, alive = f(starts), starts.T.copy(), np.arange(starts.shape[1])
    mean, sigma, cov = best_u.copy(), np.minimum(widths, 0.5), np.tile(np.eye(n), (len(alive), 1, 1))
    pc, ps = np.zeros_like(mean), np.zeros_like(mean)
    for generation in range(GENERATIONS):
        d, b = np.linalg.eigh(cov)
        d = np.sqrt(np.maximum(d, 1e-40))
        y = b @ (d[:, :, None] * rng.standard_normal((len(alive), n, lam)))
        u = mean[:, :, None] + sigma[:, None, None] * y
        values = f(np.moveaxis(u, 1, 0).reshape(n, -1)).reshape(len(alive), lam)
        order = np.argsort(values, axis=1, kind="stable")[:, :mu]
        lowest = np.take_along_axis(values, order[:, :1], axis=1)[:, 0]
        better = lowest < best[alive]
        best[alive[better]], best_u[alive[better]] = lowest[better], u[better, :, order[better, 0]]
        inside = np.isfinite(lowest)
        chosen = np.take_along_axis(y, order[:, None, :], axis=2)
        step = inside[:, None] * (chosen @ w)
        mean = mean + sigma[:, None] * step
        turned = (b @ ((step[:, None, :] @ b)[:, 0] / d)[:, :, None])[:, :, 0]
        ps = np.where(inside[:, None], (1 - cs) * ps + np.sqrt(cs * (2 - cs) * mueff) * turned, ps)
        length = np.linalg.norm(ps, axis=1)
        damped = length / np.sqrt(1 - (1 - cs) ** (2 * generation + 2)) < (1.4 + 2 / (n + 1)) * chi
        moved = (1 - cc) * pc + damped[:, None] * np.sqrt(cc * (2 - cc) * mueff) * step
        pc = np.where(inside[:, None], moved, pc)
        new = (1 - c1 - cmu) * cov + c1 * pc[:, :, None] * pc[:, None, :] + cmu * (chosen * w) @ chosen.swapaxes(1, 2)
        cov = np.where(inside[:, None, None], new, cov)
        sigma = sigma * np.where(inside, np.exp(np.minimum(1.0, (cs / damp) * (length / chi - 1))), 0.5)
        size = sigma * d.max(axis=1)
        on = ~inside | ((size >= 1e-11) & (size <= 1e6))
        if not on.any():
            break
        alive, mean, sigma, cov, pc, ps = (a[on] for a in (alive, mean, sigma, cov, pc, ps))
    return list(zip(map(float, best), best_u, strict=True))

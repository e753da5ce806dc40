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
STARTS, BRANCHES, GENERATIONS = 1500, 8, 160


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
    found = [_evolve(f, starts[:, j], width, rng) for j, width in chosen]
    for j, _ in chosen[:LINES]:
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


def _evolve(f: Any, start: np.ndarray, width: float, rng: np.random.Generator) -> tuple[float, np.ndarray]:
    """CMA-ES (Hansen's standard strategy parameters) from one start."""
    n = len(start)
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
    mean, sigma, cov = start.copy(), min(width, 0.5), np.eye(n)
    pc, ps = np.zeros(n), np.zeros(n)
    best, best_u = float(f(start[:, None])[0]), start.copy()
    for generation in range(GENERATIONS):
        d, b = np.linalg.eigh(cov)
        d = np.sqrt(np.maximum(d, 1e-40))
        z = rng.standard_normal((n, lam))
        y = b @ (d[:, None] * z)
        u = mean[:, None] + sigma * y
        values = f(u)
        order = np.argsort(values, kind="stable")
        if values[order[0]] < best:
            best, best_u = float(values[order[0]]), u[:, order[0]].copy()
        if not np.isfinite(values[order[0]]):
            sigma *= 0.5
            continue
        step = y[:, order[:mu]] @ w
        mean = mean + sigma * step
        ps = (1 - cs) * ps + np.sqrt(cs * (2 - cs) * mueff) * (b @ ((b.T @ step) / d))
        damped = np.linalg.norm(ps) / np.sqrt(1 - (1 - cs) ** (2 * generation + 2)) < (1.4 + 2 / (n + 1)) * chi
        pc = (1 - cc) * pc + damped * np.sqrt(cc * (2 - cc) * mueff) * step
        chosen = y[:, order[:mu]]
        cov = (1 - c1 - cmu) * cov + c1 * np.outer(pc, pc) + cmu * (chosen * w) @ chosen.T
        sigma *= np.exp(min(1.0, (cs / damp) * (np.linalg.norm(ps) / chi - 1)))
        if sigma * d.max() < 1e-11 or sigma * d.max() > 1e6:
            break
    return best, best_u

"""Valleys: an objective that depends on several parameters through one combination only has no isolated optimum."""

from __future__ import annotations

from typing import Any

import flint
import numpy as np
import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.asymptotics.follow import Follower

NULL = 1e-6


class Flat(Exception):
    """The optimum is a curve; `symbol` may be fixed at `value` without loss (to be verified at `other`)."""

    def __init__(self, symbol: Symbol, value: Expr, other: Expr) -> None:
        super().__init__(f"{symbol} = {value}")
        self.symbol, self.value, self.other = symbol, value, other


def flat_direction(follower: Follower, g: Any, x: list[Any]) -> Flat | None:
    """Whether the second derivatives at a candidate are singular along a direction, and what to fix then."""
    problem = follower.problem
    if len(x) < 2:
        return None
    z = follower.coordinates(x)
    _, _, hess = follower.derivatives(g, z, [flint.arb(10) ** -50] * len(z))
    h = np.array([[float(v) for v in row] for row in hess])
    scale = np.sqrt(np.abs(np.diag(h)))
    if not np.all(np.isfinite(h)) or not np.all(scale > 0):
        return None
    values, vectors = np.linalg.eigh(h / np.outer(scale, scale))
    if abs(values[0]) > NULL * abs(values[-1]):
        return None
    weight = np.abs(vectors[:, 0])
    involved = [s for s, w in zip(problem.over, weight, strict=True) if w > 0.05]
    if len(involved) < 2:
        return None
    angles = [s for s in involved if problem.intervals[s].kind == "box"]
    s = (angles or involved)[-1]
    iv = problem.intervals[s]
    if iv.kind == "box":
        return Flat(s, (iv.low + iv.high) / 2, iv.low + (iv.high - iv.low) / 3)
    return Flat(s, sp.S.One, sp.Integer(2))

"""Values with error bounds, and values whose error is guaranteed.

Three steps, each only for the points at which the one before was not good enough: doubles with a running
error bound, pairs of doubles with one, ball arithmetic at growing precision.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from math import inf, isfinite, isnan, nan
from typing import Any

import numpy as np

from cascade_sym.evaluate.backends.flags import Flags
from cascade_sym.evaluate.kernels import make_kernel
from cascade_sym.evaluate.options import Options
from cascade_sym.evaluate.plan import Plan
from cascade_sym.evaluate.program.balls import settle
from cascade_sym.evaluate.program.bounds import with_bounds
from cascade_sym.evaluate.program.precision import Double, Doubled
from cascade_sym.evaluate.ranged import Leaf, RangedKernel, picked
from cascade_sym.program.nodes import Program

UNBOUNDED = 2.0**1000


class BoundedKernel:
    """A program with bounds, run so that numbers out of range cannot make a bound false."""

    def __init__(self, plan: Plan, options: Options, pairs: bool) -> None:
        def bounded(form: Program) -> Program:
            return with_bounds(form, Doubled if pairs else Double)

        self.plan, program = plan, bounded(plan.best)
        fast = make_kernel(program, options, strict=pairs, safe=True)
        self.kernel = RangedKernel(fast, program, plan.rooted_gradient, bounded, bounded=True)
        self.leaves = self.kernel.leaves

    def __call__(self, n: int, inputs: Sequence[Any], outputs: Sequence[np.ndarray]) -> Flags:
        """Fills `outputs` (parts and bound of every output in turn)."""
        self.kernel(n, inputs, outputs)
        for parts, _, error in layout(self.plan):
            bound = outputs[error]
            with np.errstate(all="ignore"):
                if bound.sum() < UNBOUNDED and all(np.isfinite(outputs[k].sum()) for k in parts):
                    continue
            nowhere = np.logical_or.reduce([np.isnan(outputs[k]) for k in parts]) & (bound < UNBOUNDED)
            bound[bound >= UNBOUNDED] = np.inf
            bound[nowhere] = np.nan
        return Flags()


def layout(plan: Plan) -> list[tuple[list[int], str, int]]:
    """For every output the places of its parts and of its bound among a bounded program's outputs."""
    places, at = [], 0
    for o in plan.best.outputs:
        width = len(o.parts())
        places.append((list(range(at, at + width)), o.name, at + width))
        at += width + 1
    return places


class Guarantee:
    """Values to a relative error of `rtol` (a complex value's relative to its modulus), with their bounds.

    A result that none of the steps brings to that, and one that no double can hold, is nan.
    """

    def __init__(self, plan: Plan, options: Options) -> None:
        self.plan, self.options, self.rtol = plan, options, options.rtol
        self.first = BoundedKernel(plan, options, pairs=False)
        self.leaves = self.first.leaves

    @cached_property
    def second(self) -> BoundedKernel:
        return BoundedKernel(self.plan, self.options, pairs=True)

    def __call__(self, n: int, inputs: Sequence[Any], outputs: Sequence[np.ndarray]) -> Flags:
        self.first(n, inputs, outputs)
        rows = np.flatnonzero(np.logical_or.reduce(self.failing(outputs)))
        if rows.size:
            self.again(rows, dict(zip(self.leaves, inputs, strict=True)), outputs)
        return Flags()

    def again(self, rows: np.ndarray, given: dict[Leaf, Any], outputs: Sequence[np.ndarray]) -> None:
        """The points `rows` in pairs of doubles, then in balls."""
        given = {k: picked(x, rows) for k, x in given.items()}
        better = [np.empty(rows.size) for _ in outputs]
        self.second(rows.size, [given[k] for k in self.second.leaves], better)
        for k in np.flatnonzero(np.logical_or.reduce(self.failing(better))).tolist():
            point = {leaf: float(x[k]) if getattr(x, "ndim", 0) else float(x) for leaf, x in given.items()}
            if all(map(isfinite, point.values())):
                self.exactly(point, k, better)
        for (parts, _, error), bad in zip(layout(self.plan), self.failing(better), strict=True):
            for k in parts:
                better[k][bad] = nan
            better[error][bad] = inf
        for out, b in zip(outputs, better, strict=True):
            out[rows] = b

    def failing(self, outputs: Sequence[np.ndarray]) -> list[np.ndarray]:
        """For each result the points at which its bound is larger than wanted, or unknown."""
        bad = []
        for parts, _, error in layout(self.plan):
            with np.errstate(all="ignore"):
                size = np.hypot(*(outputs[k] for k in parts)) if len(parts) == 2 else np.abs(outputs[parts[0]])
                met = (outputs[error] <= self.rtol * size) & np.isfinite(size)
            bad.append(~met & ~(np.isnan(outputs[error]) & np.isnan(size)))
        return bad

    def exactly(self, point: dict[Leaf, float], row: int, outputs: Sequence[np.ndarray]) -> None:
        done = settle(self.plan.rooted_gradient, point, self.rtol)
        if any(map(isnan, done.parts)) and (limit := self.plan.at_limit(point)):
            done = settle(limit, point, self.rtol)
        values = iter(done.parts)
        for (parts, _, error), bound in zip(layout(self.plan), done.errors, strict=True):
            for k in parts:
                outputs[k][row] = next(values)
            outputs[error][row] = bound

"""Values with error bounds, and values whose error is guaranteed.

Three steps, each only for the points at which the one before was not good enough: doubles with a running
error bound, pairs of doubles with one, ball arithmetic at growing precision.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from math import inf, nan
from typing import Any

import numpy as np

from cascade_sym.evaluate.arguments import Options
from cascade_sym.evaluate.backends.numpy_blocks import Flags
from cascade_sym.evaluate.limits import Leaf, unexplained
from cascade_sym.evaluate.plan import Plan
from cascade_sym.evaluate.program.bounds import with_bounds
from cascade_sym.evaluate.program.growing import settle
from cascade_sym.evaluate.program.precision import Doubled
from cascade_sym.evaluate.ranged import FastKernel, Places, RangedKernel, at_row, layout, make_kernel, picked

UNBOUNDED = 2.0**1000  # larger bounds say nothing, and their squares would overflow


class BallKernel:
    """The definitions in ball arithmetic, point by point: for few points of a program that is too long to rewrite."""

    def __init__(self, plan: Plan, rtol: float) -> None:
        self.plan, self.rtol = plan, rtol
        self.leaves, self.places = plan.rooted_gradient.leaves, layout(plan.rooted_gradient, True)

    def __call__(self, n: int, inputs: Sequence[Any], outputs: Sequence[np.ndarray]) -> Flags:
        """Fills `outputs` (parts and bound of every output in turn); nan where the point is not finite."""
        given = dict(zip(self.leaves, inputs, strict=True))
        for row in range(n):
            point = at_row(given, row)
            known = all(abs(v) < inf for v in point.values())
            found = settle(self.plan.rooted_gradient, point, self.rtol) if known else [([], inf)] * len(self.places)
            if any(not x.is_finite() for numbers, _ in found for x in numbers) and (
                limit := self.plan.at_limit({k: float(x) for k, x in point.items()})
            ):
                found = settle(limit, point, self.rtol)
            for (parts, (bound,)), (numbers, error) in zip(self.places, found, strict=True):
                outputs[bound][row] = error
                values = [float(x) for x in numbers] or [nan] * len(parts)
                for k, value in zip(parts, values, strict=True):
                    outputs[k][row] = value
        return Flags()


class BoundedKernel:
    """A program with bounds, run so that numbers out of range cannot make a bound false."""

    def __init__(self, plan: Plan, options: Options) -> None:
        program = with_bounds(plan.best)
        fast = make_kernel(program, options, safe=True)
        self.ranged = RangedKernel(fast, program, plan.rooted_gradient, with_bounds, bounded=True)
        self.leaves = self.ranged.leaves

    def __call__(self, n: int, inputs: Sequence[Any], outputs: Sequence[np.ndarray]) -> Flags:
        """Fills `outputs` (parts and bound of every output in turn)."""
        self.ranged(n, inputs, outputs)
        tidy(outputs, self.ranged.places)
        return Flags()


def tidy(outputs: Sequence[np.ndarray], places: Places) -> None:
    """Bounds that say nothing are infinite, those of results that do not exist nan."""
    for parts, (error,) in places:
        bound = outputs[error]
        with np.errstate(all="ignore"):
            if bound.sum() < UNBOUNDED and all(np.isfinite(outputs[k].sum()) for k in parts):
                continue
        nowhere = np.logical_or.reduce([np.isnan(outputs[k]) for k in parts]) & (bound < UNBOUNDED)
        bound[bound >= UNBOUNDED] = np.inf
        bound[nowhere] = np.nan


class Guarantee:
    """Values to a relative error of `rtol` (a complex value's relative to its modulus), with their bounds; with the
    option `declared` to the absolute error that a quantity declares, where that is larger: what can't be told from zero
    then is zero.

    A result that none of the steps brings to that, and one that no double can hold, is nan.
    """

    def __init__(self, plan: Plan, options: Options) -> None:
        self.plan, self.options, self.rtol = plan, options, options.rtol
        self.first = BoundedKernel(plan, options)
        self.leaves, self.places = self.first.leaves, self.first.ranged.places
        declared = dict(plan.target.accuracy) if options.declared else {}
        self.atol = [declared.get(o.name, 0.0) for o in plan.best.outputs]

    @cached_property
    def pairs(self) -> FastKernel:
        return make_kernel(with_bounds(self.plan.best, Doubled), self.options, strict=True, safe=True)

    def __call__(self, n: int, inputs: Sequence[Any], outputs: Sequence[np.ndarray]) -> Flags:
        self.first(n, inputs, outputs)
        rows = np.flatnonzero(np.logical_or.reduce(self.failing(outputs)))
        if rows.size:
            given = {k: picked(x, rows) for k, x in zip(self.leaves, inputs, strict=True)}
            for out, better in zip(outputs, self.again(rows.size, given), strict=True):
                out[rows] = better
        for (parts, (error,)), atol in zip(self.places, self.atol, strict=True):
            for k in parts if atol else ():
                outputs[k][np.abs(outputs[k]) <= outputs[error]] = 0.0  # what can't be told from zero
        return Flags()

    def again(self, n: int, given: dict[Leaf, Any]) -> list[np.ndarray]:
        """The points in pairs of doubles, then in balls."""
        better = [np.full(n, nan) for parts, error in self.places for _ in (*parts, *error)]
        strays = np.ones(n, dtype=bool)
        if self.first.ranged.possible:
            inputs = [given[k] for k in self.pairs.leaves]
            strayed = self.pairs(n, inputs, better).strayed
            strays = self.pairs.strays(n, inputs) if strayed else np.zeros(n, dtype=bool)
            strays |= np.logical_or.reduce([unexplained(better[k]) for parts, _ in self.places for k in parts])
            tidy(better, self.places)
        for row in np.flatnonzero(np.logical_or.reduce([strays, *self.failing(better)])).tolist():
            point = at_row(given, row)
            self.first.ranged.settle(point, row, self.rtol, better)
            if any(np.isnan(better[k][row]) for parts, _ in self.places for k in parts) and (
                limit := self.plan.at_limit({k: float(x) for k, x in point.items()})
            ):
                self.first.ranged.settle(point, row, self.rtol, better, limit)
        for (parts, (error,)), bad in zip(self.places, self.failing(better), strict=True):
            for k in parts:
                better[k][bad] = nan
            better[error][bad] = inf
        return better

    def failing(self, outputs: Sequence[np.ndarray]) -> list[np.ndarray]:
        """For each result the points at which its bound is larger than wanted, or unknown."""
        bad = []
        for (parts, (error,)), atol in zip(self.places, self.atol, strict=True):
            with np.errstate(all="ignore"):
                size = np.hypot(*(outputs[k] for k in parts)) if len(parts) == 2 else np.abs(outputs[parts[0]])
                met = (outputs[error] <= np.maximum(self.rtol * size, atol)) & np.isfinite(size)
            bad.append(~met & ~(np.isnan(outputs[error]) & np.isnan(size)))
        return bad

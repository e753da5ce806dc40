"""Values with error bounds, and values whose error is guaranteed.

Three steps, each only for the points at which the one before was not good enough: doubles with a running
error bound, pairs of doubles with one, ball arithmetic at growing precision.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from cascade_sym.evaluate.backends.flags import Flags
from cascade_sym.evaluate.kernels import Kernel, make_kernel
from cascade_sym.evaluate.options import Options
from cascade_sym.evaluate.plan import Plan
from cascade_sym.evaluate.program.balls import settle
from cascade_sym.program.nodes import Program

UNBOUNDED = 2.0**1000


class BoundedKernel:
    """A program with bounds, run so that underflow cannot make a bound false."""

    def __init__(self, plan: Plan, options: Options, pairs: bool) -> None:
        self.plan, self.options, self.pairs = plan, options, pairs

    def program(self, careful: bool) -> Program:
        return self.plan.doubled(careful) if self.pairs else self.plan.bounded(careful)

    @cached_property
    def quick(self) -> Kernel:
        return make_kernel(self.program(False), self.options, strict=self.pairs, watch=True)

    @cached_property
    def careful(self) -> Kernel:
        return make_kernel(self.program(True), self.options, strict=self.pairs)

    @property
    def leaves(self) -> tuple[tuple[str, str], ...]:
        return self.quick.leaves

    def __call__(self, n: int, inputs: Sequence[Any], outputs: Sequence[np.ndarray]) -> Flags:
        """Fills `outputs` (parts and bound of every output in turn)."""
        if self.quick(n, inputs, outputs).lost:
            again = dict(zip(self.leaves, inputs, strict=True))
            self.careful(n, [again[k] for k in self.careful.leaves], outputs)
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
    """Values to a relative error of `rtol` (a complex value's relative to its modulus), with their bounds."""

    def __init__(self, plan: Plan, options: Options) -> None:
        self.plan, self.rtol = plan, options.rtol
        self.first = BoundedKernel(plan, options, pairs=False)
        self.second = BoundedKernel(plan, options, pairs=True)

    def __call__(self, n: int, inputs: Sequence[Any], outputs: Sequence[np.ndarray]) -> Flags:
        self.first(n, inputs, outputs)
        rows = self.failing(outputs)
        if not rows.size:
            return Flags()
        given = dict(zip(self.leaves, inputs, strict=True))
        picked = {k: x[rows] if getattr(x, "ndim", 0) else x for k, x in given.items()}
        better = [np.empty(rows.size) for _ in outputs]
        self.second(rows.size, [picked[k] for k in self.second.leaves], better)
        for out, b in zip(outputs, better, strict=True):
            out[rows] = b
        still = self.failing(better)
        for k in still:
            point = {leaf: float(x[k]) if getattr(x, "ndim", 0) else float(x) for leaf, x in picked.items()}
            self.exactly(point, rows[k], outputs)
        return Flags()

    @property
    def leaves(self) -> tuple[tuple[str, str], ...]:
        return self.first.leaves

    def failing(self, outputs: Sequence[np.ndarray]) -> np.ndarray:
        """Points at which some bound is larger than wanted, or unknown."""
        bad = np.zeros(outputs[0].shape, dtype=bool)
        for parts, _, error in layout(self.plan):
            size = np.hypot(*(outputs[k] for k in parts)) if len(parts) == 2 else np.abs(outputs[parts[0]])
            decided = np.isnan(outputs[error]) & np.isnan(size)
            bad |= ~(outputs[error] <= self.rtol * size) & ~decided
        return np.flatnonzero(bad)

    def exactly(self, point: dict[tuple[str, str], float], row: int, outputs: Sequence[np.ndarray]) -> None:
        done = settle(self.plan.best, point, self.rtol)
        values = iter(done.parts)
        for (parts, _, error), bound in zip(layout(self.plan), done.errors, strict=True):
            for k in parts:
                outputs[k][row] = next(values)
            outputs[error][row] = bound

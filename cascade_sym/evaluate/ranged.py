"""Kernels whose results no rewriting spoils: where the fast form leaves the range of doubles, the definitions as they
stand are computed in numbers without that limit.

The processor tells, for free, when a number overflows or loses digits in underflow anywhere in an array. Only then it
is found out at which points, one by one, so that a result never depends on its neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from cascade_sym.evaluate.backends.flags import Flags
from cascade_sym.evaluate.backends.numpy_blocks import NumpyKernel
from cascade_sym.evaluate.backends.wide import WideKernel
from cascade_sym.evaluate.kernels import FastKernel
from cascade_sym.evaluate.limits import Leaf, Limits, unexplained
from cascade_sym.program.builder import Builder, replay_node
from cascade_sym.program.constants import SPECIAL, Constant, is_double, parts
from cascade_sym.program.nodes import Output, Program


class RangedKernel:
    """`fast`, which runs `program`, at most points; `literal` in wide numbers where `fast` leaves the range of doubles,
    or has no result though the point is not outside the domain.

    `literal` makes a program with the same results from `definitions`, the formula as it stands. With `bounded` both
    are programs of `with_bounds`. `limits` are asked where a number vanishes that a solver divides by.
    """

    def __init__(
        self, fast: FastKernel, program: Program, definitions: Program, literal: Callable[[Program], Program],
        bounded: bool = False, limits: Limits | None = None,
    ) -> None:  # fmt: skip
        self.fast, self.limits = fast, limits
        self.definitions, self.literal, self.bounded = definitions, literal, bounded
        kind = np.dtype(getattr(fast, "dtype", np.float64))
        self.possible = all(held(n[1], kind) for n in program.nodes if n[0] == "const")
        self.leaves: tuple[Leaf, ...] = tuple(dict.fromkeys([*fast.leaves, *definitions.leaves]))

    @cached_property
    def wide(self) -> WideKernel:
        return WideKernel(self.literal(self.definitions), self.bounded)

    def __call__(self, n: int, inputs: Sequence[Any], outputs: Sequence[np.ndarray]) -> Flags:
        """Fills `outputs`; `holes` tells of nan in the first one."""
        if self.possible:
            mine = inputs[: len(self.fast.leaves)]
            flags = self.fast(n, mine, outputs)
            if not (flags.strayed or flags.holes):
                return flags
            chosen = self.fast.strays(n, mine) if flags.strayed else np.zeros(n, dtype=bool)
        else:
            chosen = np.ones(n, dtype=bool)
        given = dict(zip(self.leaves, inputs, strict=True))
        for out in outputs:
            chosen |= unexplained(out)
        rows = np.flatnonzero(chosen)
        if rows.size:
            better = [np.empty(rows.size, out.dtype) for out in outputs]
            self.wide(rows.size, [picked(given[k], rows) for k in self.wide.leaves], better)
            if self.limits:
                self.limits.fill({k: picked(x, rows) for k, x in given.items()}, better)
            for out, b in zip(outputs, better, strict=True):
                out[rows] = b
        return Flags(holes=bool(np.isnan(outputs[0]).any()))


class Conditions:
    """The conditions of a program at points."""

    def __init__(self, program: Program) -> None:
        b = Builder()
        new: list[int] = []
        for node in program.nodes:
            new.append(replay_node(b, node, new))
        self.conditions = program.conditions
        self.program = b.finish(Output(str(k), new[c.node]) for k, c in enumerate(program.conditions))
        self.leaves = self.program.leaves

    @cached_property
    def kernel(self) -> RangedKernel:
        return RangedKernel(NumpyKernel(self.program), self.program, self.program, lambda p: p)

    def failing(self, given: Mapping[Leaf, Any], rows: np.ndarray) -> list[np.ndarray]:
        """For each condition whether it fails at each of the points `rows` (nan does not count)."""
        values = [np.empty(rows.size) for _ in self.conditions]
        self.kernel(rows.size, [picked(given[k], rows) for k in self.kernel.leaves], values)
        return [v <= 0 if c.strict else v < 0 for c, v in zip(self.conditions, values, strict=True)]


def held(c: Constant, dtype: np.dtype[Any]) -> bool:
    """Whether a float of that type holds a constant with all its digits."""
    value = parts(c)[0]
    with np.errstate(over="ignore", under="ignore"):
        if c in SPECIAL or (is_double(c) and float(dtype.type(value)) == value):
            return True
    return bool(np.finfo(dtype).tiny <= abs(value) <= np.finfo(dtype).max)


def picked(x: Any, rows: np.ndarray) -> Any:
    """An input at some points: an array's elements, or the one number."""
    return x[rows] if getattr(x, "ndim", 0) else x

"""Kernels whose results no rewriting spoils: where the fast form leaves the range of doubles, the definitions as they
stand are computed in the longest floats of the machine, and where these do not suffice in balls.

The processor tells, for free, when a number overflows or loses digits in underflow anywhere in an array. Only then it
is found out at which points, one by one, so that a result never depends on its neighbours.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from math import inf
from typing import Any, Protocol

import numpy as np

from cascade_sym.evaluate.arguments import Options
from cascade_sym.evaluate.backends.numpy_blocks import Flags, NumpyKernel
from cascade_sym.evaluate.limits import Leaf, Limits, unexplained
from cascade_sym.evaluate.program.growing import settle
from cascade_sym.program.constants import SPECIAL, Constant, is_double
from cascade_sym.program.constants import parts as as_floats
from cascade_sym.program.nodes import Output, Program, pruned

Places = list[tuple[range, range]]


class Kernel(Protocol):
    """Computes a program; `leaves` are the (name, part) pairs of its inputs, in order."""

    @property
    def leaves(self) -> tuple[tuple[str, str], ...]: ...

    def __call__(self, n: int, inputs: Sequence[Any], outputs: Sequence[np.ndarray]) -> Flags:
        """Fills `outputs`, the parts of the program's outputs in order."""
        ...


class FastKernel(Kernel, Protocol):
    """A kernel in floats of limited range."""

    def strays(self, n: int, inputs: Sequence[Any]) -> np.ndarray:
        """At which points a number leaves the range of doubles: a property of the point alone."""
        ...


def make_kernel(program: Program, options: Options, strict: bool = False, safe: bool = False) -> FastKernel:
    """A kernel of the wanted backend; NumPy's, with a warning, where the compiler's library is missing.

    `strict` keeps every rounding of the program, as pairs of doubles need it; `safe` knows the error of every sine.
    """
    if options.backend == "compiled":
        from cascade_sym.evaluate.backends import compiled

        if options.dtype == "float64" and compiled.available():
            return compiled.CompiledKernel(program, options.threads, strict)
        why = "llvmlite is not installed" if options.dtype == "float64" else f"dtype is {options.dtype}"
        warnings.warn(f"{why}: the compiled backend falls back to NumPy.", RuntimeWarning, stacklevel=4)
    return NumpyKernel(program, np.dtype(options.dtype), safe)


class RangedKernel:
    """`fast`, which runs `program`, at most points; where it leaves the range of its floats, or has no result though
    the point is not outside the domain, the program that `literal` makes with the same results from `definitions`, the
    formula as it stands.

    With `bounded` both are programs of `with_bounds`. `limits` are asked where a number vanishes that a solver divides
    by.
    """

    def __init__(
        self, fast: FastKernel, program: Program, definitions: Program, literal: Callable[[Program], Program],
        bounded: bool = False, limits: Limits | None = None,
    ) -> None:  # fmt: skip
        self.fast, self.limits = fast, limits
        self.definitions, self.literal, self.bounded = definitions, literal, bounded
        self.places = layout(definitions, bounded)
        self.possible = holds(program, np.dtype(getattr(fast, "dtype", np.float64)))
        self.leaves: tuple[Leaf, ...] = tuple(dict.fromkeys([*fast.leaves, *definitions.leaves]))

    @cached_property
    def longer(self) -> NumpyKernel:
        return NumpyKernel(self.literal(self.definitions), np.longdouble)

    def __call__(self, n: int, inputs: Sequence[Any], outputs: Sequence[np.ndarray]) -> Flags:
        """Fills `outputs`; `holes` tells of nan in the first one."""
        if self.possible:
            mine = inputs[: len(self.fast.leaves)]
            flags = self.fast(n, mine, outputs)
            if not (flags.strayed or flags.holes):
                return flags
            chosen = self.fast.strays(n, mine) if flags.strayed else np.zeros(n, dtype=bool)
            for out in outputs:
                chosen |= unexplained(out)
        else:
            chosen = np.ones(n, dtype=bool)
        rows = np.flatnonzero(chosen)
        if rows.size:
            given = {k: picked(x, rows) for k, x in zip(self.leaves, inputs, strict=True)}
            again = self.again(rows.size, given, outputs[0].dtype)
            if self.limits:
                self.limits.fill(given, again)
            for out, better in zip(outputs, again, strict=True):
                out[rows] = better
        return Flags(holes=bool(np.isnan(outputs[0]).any()))

    def again(self, n: int, given: Mapping[Leaf, Any], dtype: np.dtype[Any]) -> list[np.ndarray]:
        """The outputs from the definitions, as floats of that type."""
        inputs = [np.asarray(given[k], np.longdouble) for k in self.longer.leaves]
        found = [np.empty(n, np.longdouble) for parts, bound in self.places for _ in (*parts, *bound)]
        strayed = self.longer(n, inputs, found).strayed
        strays = self.longer.strays(n, inputs) if strayed else np.zeros(n, dtype=bool)
        with np.errstate(all="ignore"):
            near = [x.astype(dtype) for x in found]
            for parts, bound in self.places:
                for k in bound:
                    near[k] = rounded_up(found[k], [(found[i], near[i]) for i in parts])
        rtol = float(np.finfo(dtype).eps) / 8
        for row in np.flatnonzero(strays | (not holds(self.longer.program, self.longer.dtype))).tolist():
            self.settle(at_row(given, row), row, rtol, near)
        return near

    def settle(
        self, point: Mapping[Leaf, Any], row: int, rtol: float, outputs: Sequence[np.ndarray],
        program: Program | None = None,
    ) -> None:  # fmt: skip
        """Writes what balls tell at one of the points; nothing where an input is not finite, but infinite bounds.

        `program` takes the place of the definitions.
        """
        known = all(abs(v) < inf for v in point.values())
        done = settle(program or self.definitions, point, rtol) if known else [([], inf)] * len(self.places)
        for (parts, bound), (numbers, error) in zip(self.places, done, strict=True):
            for k in bound:
                outputs[k][row] = error
            for k, x in zip(parts, numbers, strict=False):
                if bound or x.is_finite() or np.isfinite(outputs[k][row]):  # an infinity at a pole stays
                    outputs[k][row] = x.str(30, radius=False) if outputs[k].dtype == np.longdouble else float(x)


def at_row(given: Mapping[Leaf, Any], row: int) -> dict[Leaf, Any]:
    """The inputs at one point."""
    return {k: x[row] if getattr(x, "ndim", 0) else x for k, x in given.items()}


def layout(program: Program, bounded: bool) -> Places:
    """For every result the places of its parts, and that of its bound, among the outputs of a kernel."""
    places: Places = []
    at = 0
    for o in program.outputs:
        end = at + len(o.parts())
        places.append((range(at, end), range(end, end + bounded)))
        at = end + bounded
    return places


def rounded_up(bound: np.ndarray, parts: Sequence[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """A bound on the errors of long floats as one for the doubles near them."""
    for x, near in parts:
        lost = np.where(np.isinf(near), np.inf, np.abs(x - near))
        bound = bound + np.where(np.isnan(near), 0, lost)
    return np.where(bound == 0, 0, np.nextafter(bound.astype(np.float64), np.inf))


class Conditions:
    """The conditions of a program at points."""

    def __init__(self, program: Program) -> None:
        self.conditions = program.conditions
        self.tests = pruned(program.nodes, [Output(c.name, c.node) for c in program.conditions], (), {})
        self.kernel = RangedKernel(NumpyKernel(self.tests), self.tests, self.tests, lambda p: p)
        self.leaves = self.kernel.leaves

    def failing(self, inputs: Sequence[Any], rows: np.ndarray) -> list[np.ndarray]:
        """For each condition whether it fails at each of the points `rows` (nan does not count)."""
        values = [np.empty(rows.size) for _ in self.conditions]
        self.kernel(rows.size, [picked(x, rows) for x in inputs], values)
        return [v <= 0 if c.strict else v < 0 for c, v in zip(self.conditions, values, strict=True)]


def holds(program: Program, dtype: np.dtype[Any]) -> bool:
    """Whether floats of that type hold all constants of a program with all their digits."""
    return all(held(n[1], dtype) for n in program.nodes if n[0] == "const")


def held(c: Constant, dtype: np.dtype[Any]) -> bool:
    """Whether a float of that type holds a constant with all its digits."""
    value = as_floats(c)[0]
    with np.errstate(over="ignore", under="ignore"):
        if c in SPECIAL or (is_double(c) and float(dtype.type(value)) == value):
            return True
    return bool(np.finfo(dtype).tiny <= abs(value) <= np.finfo(dtype).max)


def picked(x: Any, rows: np.ndarray) -> Any:
    """An input at some points: an array's elements, or the one number."""
    return x[rows] if getattr(x, "ndim", 0) else x

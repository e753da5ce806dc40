"""Result arrays of an evaluator: allocated or taken from out=, filled in slabs, handed back in the target's form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import numpy as np
from numpy.lib.array_utils import byte_bounds

from cascade_sym.errors import ParameterError, listing
from cascade_sym.evaluate.arguments import check_out, part_of
from cascade_sym.evaluate.plan import Plan
from cascade_sym.evaluate.ranged import Conditions, Kernel
from cascade_sym.evaluate.targets import Target

SLAB = 1 << 18  # points for which broadcast inputs are written out at a time


@dataclass
class Rows:
    """A part of a result, or its bound: the value's flat array, and a block with one row a derivative."""

    value: np.ndarray
    slopes: np.ndarray

    def row(self, k: int) -> np.ndarray:
        return self.slopes[k - 1] if k else self.value


class Results:
    """Arrays for everything that a kernel computes, in its order (`flat`).

    `out` are the caller's arrays for the value and the derivatives, if there are any; they are written to directly
    where their layout allows it.
    """

    def __init__(
        self, plan: Plan, shape: tuple[int, ...], dtype: Any, bounded: bool, out: Any, inputs: Mapping[str, np.ndarray]
    ) -> None:
        self.plan, self.shape, self.dtype, self.out = plan, shape, dtype, out
        self.size, self.count = prod(shape), len(plan.over or ())
        self.given = offered(out, plan.target, self.count) if out is not None else {}
        if self.given and bounded:
            raise ParameterError("out= takes plain results; leave it away with error bounds.")
        taken = [byte_bounds(x) for x in inputs.values()] if self.given else []
        self.parts: dict[str, list[Rows]] = {}
        for o in plan.best.outputs[:: 1 + self.count]:
            width, given = len(o.parts()), self.given.get(o.name, ())
            for array, wanted in zip(given, (shape, (self.count, *shape)), strict=False):
                check_out(array, wanted, dtype if width == 1 else self.complex_type, o.name)
            places = [self._place(a, taken, width) for a in given]
            self.parts[o.name] = [self._rows(*places), *(self._rows() for _ in range(width - 1))]
        self.bounds = {name: self._rows() for name in self.parts} if bounded else {}

    @property
    def complex_type(self) -> Any:
        return np.result_type(self.dtype, np.complex64)

    def _place(self, array: np.ndarray, taken: list[tuple[int, int]], width: int) -> np.ndarray | None:
        """The caller's array itself, where the kernel can write into it: not over inputs that are still to be read."""
        if width > 1 or array.dtype != self.dtype or not array.flags.c_contiguous:
            return None
        low, high = byte_bounds(array)
        return None if any(a < high and low < b for a, b in taken) else array

    def _rows(self, value: np.ndarray | None = None, slopes: np.ndarray | None = None) -> Rows:
        value = np.empty(self.size, self.dtype) if value is None else value.reshape(self.size)
        slopes = np.empty((self.count, self.size), self.dtype) if slopes is None else slopes
        return Rows(value, slopes.reshape(self.count, self.size))

    @cached_property
    def flat(self) -> list[np.ndarray]:
        """1-d arrays in the kernel's order: for every output its parts, then its bound."""
        groups = [[*parts, self.bounds[n]] if self.bounds else parts for n, parts in self.parts.items()]
        return [rows.row(k) for group in groups for k in range(1 + self.count) for rows in group]

    def fill(self, kernel: Kernel, arrays: Mapping[str, np.ndarray]) -> bool:
        """Runs the kernel: at once where every input is one value or a whole array, else slab by slab.

        Whether some of the first results may be nan.
        """
        shape = self.shape
        whole = all(a.size == 1 or (a.shape == shape and a.flags.c_contiguous) for a in arrays.values())
        if whole or self.size <= SLAB:
            return kernel(self.size, spread(kernel, arrays, shape), self.flat).holes
        views = {n: a if a.size == 1 else np.broadcast_to(a, shape) for n, a in arrays.items()}
        axis = next(d for d in range(len(shape)) if prod(shape[d + 1 :]) <= SLAB)
        rest = prod(shape[axis + 1 :])
        rows, start, holes = max(1, SLAB // rest), 0, False
        for lead in np.ndindex(*shape[:axis]):
            for k in range(0, shape[axis], rows):
                inner = {n: a if a.size == 1 else a[lead][k : k + rows] for n, a in views.items()}
                count = min(rows, shape[axis] - k)
                stop = start + count * rest
                inputs = spread(kernel, inner, (count, *shape[axis + 1 :]))
                holes |= kernel(stop - start, inputs, [f[start:stop] for f in self.flat]).holes
                start = stop
        return holes

    def first(self) -> np.ndarray:
        """The first part of the first output: nan where a condition failed."""
        return self.flat[0]

    def missing(self) -> np.ndarray:
        """At which points any result, or any of its derivatives, is nan."""
        rows = (p.row(k) for parts in self.parts.values() for p in parts for k in range(1 + self.count))
        return np.logical_or.reduce([np.isnan(row) for row in rows])

    def handed_back(self, error: bool) -> Any:
        """Values in the form of the target, with derivatives and bounds where they are wanted."""
        if self.out is None:
            values = formed(self.plan.target, {n: self._together(parts) for n, parts in self.parts.items()})
            if not error:
                return values
            return values, formed(self.plan.target, {n: self._together([b]) for n, b in self.bounds.items()})
        for name, parts in self.parts.items():
            computed = [self._joined([p.value for p in parts]), self._joined([p.slopes for p in parts])]
            for array, value in zip(self.given[name], computed, strict=False):
                if not np.shares_memory(array, value):
                    array[...] = value.reshape(array.shape)
        return self.out

    def _together(self, parts: list[Rows]) -> Any:
        """The value, or the pair of value and derivatives."""
        value = self._joined([p.value for p in parts]).reshape(self.shape)
        value = value if self.shape else value[()]
        if self.plan.over is None:
            return value
        return value, self._joined([p.slopes for p in parts]).reshape(self.count, *self.shape)

    def _joined(self, parts: list[np.ndarray]) -> np.ndarray:
        """Real and imaginary part as one array."""
        if len(parts) == 1:
            return parts[0]
        if self.dtype == object:
            return parts[0] + parts[1] * 1j
        both = np.empty(parts[0].shape, self.complex_type)
        both.real, both.imag = parts
        return both


def formed(target: Target, by_name: Mapping[str, Any]) -> Any:
    """Results by name as one value, a dict or a tuple."""
    if target.form == "single":
        return by_name[target.names[0]]
    values = {n: by_name[n] for n in target.names}
    return values if target.form == "mapping" else tuple(values.values())


def spread(kernel: Kernel | Conditions, arrays: Mapping[str, np.ndarray], shape: tuple[int, ...]) -> list[Any]:
    """Inputs in the kernel's order: single values, or 1-d arrays over `shape`."""
    inputs = []
    for name, part in kernel.leaves:
        a = arrays[name]
        if a.dtype == object:
            a = np.frompyfunc(lambda v, p=part: part_of(v, p), 1, 1)(a)
            a = a if isinstance(a, np.ndarray) else np.array(a, dtype=object)
        elif a.dtype.kind == "c":
            a = a.imag if part == "im" else a.real
        if a.size == 1:
            inputs.append(a.reshape(-1)[0])
        else:
            inputs.append((a if a.shape == shape else np.broadcast_to(a, shape)).reshape(-1))
    return inputs


def offered(out: Any, target: Target, slopes: int) -> dict[str, tuple[Any, ...]]:
    """The arrays of `out` by result name: the value's, with a gradient also the derivatives'.

    ParameterError unless `out` has the form of the results.
    """
    names = target.names
    if target.form == "single":
        by_name = {names[0]: out}
    elif target.form == "mapping":
        if not isinstance(out, Mapping) or set(out) != set(names):
            raise ParameterError(f"out must be a mapping with an entry for each of {listing(names)}.")
        by_name = dict(out)
    else:
        if not isinstance(out, Sequence) or len(out) != len(names):
            raise ParameterError(f"out must be a sequence of {len(names)} entries, one for each result.")
        by_name = dict(zip(names, out, strict=True))
    if not slopes:
        return {n: (a,) for n, a in by_name.items()}
    for n, pair in by_name.items():
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise ParameterError(f"out for {n!r} must be a pair of arrays: one for the value, one for its derivatives.")
    return {n: tuple(pair) for n, pair in by_name.items()}

"""Result arrays of an evaluator: allocated, filled in slabs, handed back in the form of the target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from cascade_sym.errors import ParameterError, listing
from cascade_sym.evaluate.arguments import check_out
from cascade_sym.evaluate.kernels import Kernel
from cascade_sym.evaluate.plan import Plan
from cascade_sym.evaluate.targets import Target

SLAB = 1 << 18  # points for which broadcast inputs are written out at a time


class Results:
    """One flat array for every part of every output, and for its bound where `bounded`."""

    def __init__(self, plan: Plan, shape: tuple[int, ...], dtype: Any, bounded: bool) -> None:
        self.plan, self.shape, self.dtype, self.bounded = plan, shape, dtype, bounded
        self.size = int(np.prod(shape))
        self.places: list[tuple[str, int, int]] = []  # name, first place, parts
        count = 0
        for o in plan.best.outputs:
            self.places.append((o.name, count, len(o.parts())))
            count += len(o.parts()) + bounded
        self.flat = [np.empty(self.size, dtype) for _ in range(count)]

    def fill(self, kernel: Kernel, arrays: Mapping[str, np.ndarray]) -> None:
        """Runs the kernel: at once where every input is one value or a whole array, else slab by slab."""
        whole = all(a.size == 1 or (a.shape == self.shape and a.flags.c_contiguous) for a in arrays.values())
        if whole or self.size <= SLAB:
            kernel(self.size, spread(kernel, arrays, self.shape), self.flat)
            return
        views = {n: a if a.size == 1 else np.broadcast_to(a, self.shape) for n, a in arrays.items()}
        self._slabs(kernel, views, self.shape, 0)

    def _slabs(self, kernel: Kernel, views: Mapping[str, np.ndarray], shape: tuple[int, ...], start: int) -> None:
        rest = int(np.prod(shape[1:]))
        if rest > SLAB:
            for k in range(shape[0]):
                inner = {n: a if a.size == 1 else a[k] for n, a in views.items()}
                self._slabs(kernel, inner, shape[1:], start + k * rest)
            return
        rows = max(1, SLAB // rest)
        for k in range(0, shape[0], rows):
            inner = {n: a if a.size == 1 else a[k : k + rows] for n, a in views.items()}
            count = min(rows, shape[0] - k)
            a, b = start + k * rest, start + (k + count) * rest
            kernel(b - a, spread(kernel, inner, (count, *shape[1:])), [f[a:b] for f in self.flat])

    def first(self) -> np.ndarray:
        """The first part of the first output: nan where a condition failed."""
        return self.flat[0]

    def value(self, at: int, parts: int) -> np.ndarray:
        re = self.flat[at]
        if parts == 1:
            return re.reshape(self.shape)
        if self.dtype == object:
            return (re + self.flat[at + 1] * 1j).reshape(self.shape)
        both = np.empty(self.size, np.result_type(self.dtype, np.complex64))
        both.real, both.imag = re, self.flat[at + 1]
        return both.reshape(self.shape)

    def handed_back(self, out: Any, error: bool) -> Any:
        """Values in the form of the target, with derivatives and bounds where they are wanted."""
        values = {name: self.value(at, parts) for name, at, parts in self.places}
        bounds = {name: self.flat[at + parts].reshape(self.shape) for name, at, parts in self.places} if error else {}
        if out is not None:
            if error or self.plan.over is not None:
                raise ParameterError("out= takes plain results only; leave it away with error=True or a gradient.")
            for name, array in outs_by_name(out, self.plan.target).items():
                check_out(array, self.shape, values[name].dtype, name)
                array[...] = values[name]
            return out
        return (self.formed(values), self.formed(bounds)) if error else self.formed(values)

    def formed(self, by_name: Mapping[str, np.ndarray]) -> Any:
        return formed(self.plan, by_name, np.stack)


def formed(plan: Plan, by_name: Mapping[str, Any], stack: Any) -> Any:
    """Results by name in the form of the target; a gradient becomes a pair with stacked derivatives."""
    results = {}
    for name in plan.target.names:
        value = by_name[name] if by_name[name].shape else by_name[name][()]
        if plan.over is not None:
            slopes = [by_name[f"d{name}/d{p}"] for p in plan.over]
            value = (value, stack(slopes))
        results[name] = value
    if plan.target.form == "single":
        return next(iter(results.values()))
    return results if plan.target.form == "mapping" else tuple(results.values())


def spread(kernel: Kernel, arrays: Mapping[str, np.ndarray], shape: tuple[int, ...]) -> list[Any]:
    """Inputs in the kernel's order: single values, or 1-d arrays over `shape`."""
    inputs = []
    for name, part in kernel.leaves:
        a = arrays[name]
        if a.dtype == object:
            a = np.frompyfunc(lambda v, p=part: v.imag if p == "im" else v.real, 1, 1)(a)
            a = a if isinstance(a, np.ndarray) else np.array(a, dtype=object)
        elif a.dtype.kind == "c":
            a = a.imag if part == "im" else a.real
        inputs.append(a.reshape(-1)[0] if a.size == 1 else np.broadcast_to(a, shape).reshape(-1))
    return inputs


def outs_by_name(out: Any, target: Target) -> dict[str, Any]:
    """The arrays that `out` offers, by result name; ParameterError unless it has the form of the results."""
    names = target.names
    if target.form == "single":
        return {names[0]: out}
    if target.form == "mapping":
        if not isinstance(out, Mapping) or set(out) != set(names):
            raise ParameterError(f"out must be a mapping with an array for each of {listing(names)}.")
        return dict(out)
    if not isinstance(out, Sequence) or len(out) != len(names):
        raise ParameterError(f"out must be a sequence of {len(names)} arrays, one for each result.")
    return dict(zip(names, out, strict=True))

"""Points outside the domain: counted, named, and warned about or refused."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from cascade_sym.errors import UnstableError
from cascade_sym.evaluate.backends.numpy_blocks import NumpyKernel
from cascade_sym.evaluate.options import Options
from cascade_sym.evaluate.plan import Plan
from cascade_sym.program.builder import Builder, replay_node
from cascade_sym.program.nodes import Output, Program


def report_failures(
    plan: Plan, options: Options, arrays: Mapping[str, np.ndarray], shape: tuple[int, ...], first: np.ndarray
) -> None:
    """One warning that counts the points at which a condition fails and the result is nan.

    `first` holds one result part a point. Raises UnstableError instead where `options.unstable` says so.
    """
    if options.backend not in ("numpy", "compiled") or options.unstable == "quiet":
        return
    rows = np.flatnonzero(np.isnan(first))
    if not rows.size:
        return
    failing: dict[str, np.ndarray] = {}
    for program in (p for p in plan.checks if p.conditions):
        for c, values in zip(program.conditions, conditions(program, arrays, shape, rows), strict=True):
            bad = (values <= 0) if c.strict else (values < 0)
            failing[c.name] = failing.get(c.name, np.zeros_like(bad)) | bad
    outside = np.logical_or.reduce(list(failing.values())) if failing else np.zeros(1, dtype=bool)
    if not outside.any():
        return
    why = ", ".join(f"{name} fails at {bad.sum()}" for name, bad in failing.items() if bad.any())
    message = f"{int(outside.sum())} of {first.size} points lie outside the domain ({why})"
    if options.unstable == "raise":
        raise UnstableError(f"{message}; restrict the parameters, or use unstable='nan'.")
    warnings.warn(f"{message}; the results there are nan.", RuntimeWarning, stacklevel=3)


def conditions(
    program: Program, arrays: Mapping[str, np.ndarray], shape: tuple[int, ...], rows: np.ndarray
) -> list[np.ndarray]:
    """The values of the conditions of `program` at the points `rows`."""
    b = Builder()
    new: list[int] = []
    for node in program.nodes:
        new.append(replay_node(b, node, new))
    kernel = NumpyKernel(b.finish(Output(str(k), new[c.node]) for k, c in enumerate(program.conditions)))
    inputs: list[Any] = []
    for name, part in kernel.leaves:
        a = np.broadcast_to(arrays[name], shape).reshape(-1)[rows]
        inputs.append(np.asarray(a.imag if part == "im" else a.real, dtype=np.float64))
    outputs = [np.empty(rows.size) for _ in program.conditions]
    kernel(rows.size, inputs, outputs)
    return outputs

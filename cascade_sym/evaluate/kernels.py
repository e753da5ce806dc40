"""Kernels by backend: objects that fill 1-d output arrays from 1-d inputs."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from cascade_sym.evaluate.backends.numpy_blocks import Flags, NumpyKernel
from cascade_sym.evaluate.options import Options
from cascade_sym.program.nodes import Program


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

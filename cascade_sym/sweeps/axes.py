"""The grid: named axes, and the points between them in pieces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from cascade_sym.errors import ParameterError


@dataclass(frozen=True)
class Grid:
    """Named axes; points are counted with the last axis running fastest."""

    names: tuple[str, ...]
    values: tuple[np.ndarray, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(v.size for v in self.values)

    @property
    def size(self) -> int:
        return prod(self.shape)

    def points(self, which: np.ndarray) -> dict[str, np.ndarray]:
        """The parameters on the axes at the points `which`."""
        places = np.unravel_index(which, self.shape) if self.names else ()
        return {n: v[k] for n, v, k in zip(self.names, self.values, places, strict=True)}


def read_grid(grid: Mapping[str, Any]) -> Grid:
    """A Grid from {name: numbers}. ParameterError for an axis that is empty, not finite or repeats a number."""
    if not isinstance(grid, Mapping):
        raise ParameterError(f"grid must be a mapping of names to arrays; got {type(grid).__name__}.")
    values = []
    for name, given in grid.items():
        try:
            axis = np.atleast_1d(np.asarray(given, dtype=float))
        except (TypeError, ValueError) as why:
            raise ParameterError(f"the axis {name} must hold real numbers; got {given!r}.") from why
        if axis.ndim != 1 or not axis.size:
            raise ParameterError(f"the axis {name} must be a list of numbers; got an array of shape {axis.shape}.")
        if not np.isfinite(axis).all():
            raise ParameterError(f"the axis {name} holds {axis[~np.isfinite(axis)][0]}; give finite numbers.")
        if np.unique(axis).size < axis.size:
            raise ParameterError(f"the axis {name} holds a number twice; give distinct ones.")
        values.append(axis)
    return Grid(tuple(str(n) for n in grid), tuple(values))


def read_fixed(fixed: Mapping[str, Any]) -> dict[str, complex]:
    """Fixed parameters as floats, or complex numbers. ParameterError for anything that is no finite number."""
    out = {}
    for name, given in fixed.items():
        try:
            number = complex(given)
        except (TypeError, ValueError) as why:
            raise ParameterError(
                f"{name} must be a real number, or a complex one; got {given!r}. Arrays belong into grid=."
            ) from why
        if not np.isfinite(number):
            raise ParameterError(f"{name} is {given}; give a finite number.")
        out[str(name)] = number if number.imag else number.real
    return out

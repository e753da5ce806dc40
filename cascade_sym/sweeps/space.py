"""The parameters of a sweep: named axes of a grid, fixed numbers, and coordinates on which a search is easy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf, isfinite, log, pi, prod
from typing import Any

import numpy as np
import sympy as sp

from cascade_sym.errors import ParameterError, listing
from cascade_sym.evaluate.targets import Target
from cascade_sym.symbols import own

POSITIVE = (1e-3, 1e6)  # where positive parameters are sought unless bounds are given
ANGLE = (0.0, pi / 2)  # of an angle without a range
WIDE = 10.0  # bounds whose ratio exceeds this are searched on a logarithmic scale


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
        if np.ma.is_masked(given):
            raise ParameterError(f"the axis {name} has masked numbers; leave them out.")
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


@dataclass(frozen=True)
class Coordinate:
    """One free number: the parameters that take it, their bounds, and whether its scale is logarithmic."""

    names: tuple[str, ...]
    low: float
    high: float

    @property
    def log(self) -> bool:
        return self.low > 0 and self.high / self.low > WIDE

    @property
    def edges(self) -> tuple[float, float]:
        return (log(self.low), log(self.high)) if self.log else (self.low, self.high)


@dataclass(frozen=True)
class Space:
    """All coordinates; points are arrays with one row a coordinate."""

    coordinates: tuple[Coordinate, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(n for c in self.coordinates for n in c.names)

    def __len__(self) -> int:
        return len(self.coordinates)

    def edges(self) -> tuple[np.ndarray, np.ndarray]:
        """Lower and upper ends of the coordinates."""
        low, high = np.array([c.edges for c in self.coordinates]).T
        return low, high

    def values(self, u: np.ndarray) -> dict[str, np.ndarray]:
        """Parameters by name at the points `u`."""
        out: dict[str, np.ndarray] = {}
        for c, row in zip(self.coordinates, u, strict=True):
            x = np.clip(np.exp(row), c.low, c.high) if c.log else row
            out |= dict.fromkeys(c.names, x)
        return out

    def slopes(self, values: Mapping[str, np.ndarray], by_parameter: np.ndarray) -> np.ndarray:
        """Derivatives by coordinate from those by parameter, in the order of `names`."""
        rows, k = [], 0
        for c in self.coordinates:
            total = by_parameter[k : k + len(c.names)].sum(axis=0)
            rows.append(total * values[c.names[0]] if c.log else total)
            k += len(c.names)
        return np.stack(rows)


def read_space(
    optimise: Iterable[str] | Mapping[str, Any],
    equal: Sequence[Iterable[str]],
    default: Mapping[str, tuple[float, float]],
) -> Space:
    """Coordinates from names or {name: (low, high)}, and groups of names that are kept equal.

    Raises ParameterError for bounds that are none and for groups that are not optimised.
    """
    given = dict(optimise) if isinstance(optimise, Mapping) else dict.fromkeys(optimise)
    bounds = {n: _bounds(n, default.get(n, POSITIVE) if b is None else b) for n, b in given.items()}
    groups = [tuple(dict.fromkeys(g)) for g in equal]
    for g in groups:
        if bad := [n for n in g if n not in given]:
            raise ParameterError(f"equal names {listing(bad)}, which optimise does not; add them there.")
        if len(g) < 2:
            raise ParameterError(f"equal needs groups of at least two parameters; got {listing(g)}.")
    together = [n for g in groups for n in g]
    if len(set(together)) < len(together):
        raise ParameterError("a parameter stands in two groups of equal; join the groups.")
    first = {g[0]: g for g in groups}
    coordinates = []
    for n in given:
        if n in together and n not in first:
            continue
        names = first.get(n, (n,))
        low, high = max(bounds[m][0] for m in names), min(bounds[m][1] for m in names)
        coordinates.append(Coordinate(names, *_bounds(n, (low, high))))
    return Space(tuple(coordinates))


def _bounds(name: str, pair: Any) -> tuple[float, float]:
    try:
        low, high = (float(x) for x in pair)
    except (TypeError, ValueError):
        low, high = inf, -inf
    if not (isfinite(low) and isfinite(high) and low < high):
        raise ParameterError(f"the bounds of {name} must be two finite numbers, the lower one first; got {pair!r}.")
    return low, high


def angles(target: Target) -> dict[str, tuple[float, float]]:
    """[0, pi/2] for every parameter of a formula that occurs inside of sines and cosines only.

    >>> from cascade_sym.evaluate.targets import read_target
    >>> theta, C = sp.symbols("theta C")
    >>> angles(read_target(C*sp.sin(2*theta)))
    {'theta': (0.0, 1.5707963267948966)}
    """
    inside: set[sp.Symbol] = set()
    outside: set[sp.Symbol] = set()
    hidden = own("wave")
    for e in (*(e for _, e in target.definitions), *(e for _, e in target.outputs + target.domain)):
        waves = e.atoms(sp.sin, sp.cos, sp.tan)
        inside |= {s for w in waves for s in w.free_symbols}
        outside |= e.xreplace(dict.fromkeys(waves, hidden)).free_symbols
    return {s.name: ANGLE for s in sorted(inside - outside, key=str)}

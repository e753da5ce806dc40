"""Figures of merit: what is computed at every point, with exact derivatives where there is a formula."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from typing import Any, ClassVar

import numpy as np

from cascade_sym.errors import ParameterError
from cascade_sym.evaluate.arguments import Options
from cascade_sym.evaluate.evaluator import Evaluator
from cascade_sym.evaluate.plan import Plan
from cascade_sym.evaluate.targets import Target, read_target

Values = Mapping[str, Any]
STENCIL = 1e-5  # step of the differences for figures without a formula, in units of the coordinate
WEIGHTS = ((-2, 1 / 12), (-1, -2 / 3), (1, 2 / 3), (2, -1 / 12))


@dataclass(frozen=True)
class Formula:
    """A figure with a formula: what processes send to one another."""

    target: Target
    backend: str

    @property
    def parameters(self) -> tuple[str, ...]:
        return self.target.parameters

    def value(self, values: Values) -> np.ndarray:
        return _at(ready(self.target, self.backend), values)

    def bound(self, values: Values) -> np.ndarray:
        """A rigorous bound on the rounding errors of `value`."""
        return _at(ready(self.target, self.backend, error=True), values)[1]

    def guaranteed(self, values: Values, found: np.ndarray) -> np.ndarray:
        """Numbers to 1e-13 relative and rigorous bounds on their errors, at the points where something was `found`."""
        out = np.full((2, found.size), np.nan)
        rows = np.flatnonzero(np.isfinite(found))
        if rows.size:
            f = ready(self.target, self.backend, precision="guaranteed", error=True)
            out[:, rows] = _at(f, {n: v[rows] if np.ndim(v) else v for n, v in values.items()})
        return out

    def slopes(self, values: Values, over: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        return _at(ready(self.target, self.backend, tuple(over)), values)


@lru_cache(maxsize=16)
def ready(target: Target, backend: str, over: tuple[str, ...] | None = None, **options: Any) -> Evaluator:
    """The evaluator of a formula, made once a process."""
    threads = 1 if backend == "compiled" and not options else None
    return Evaluator(Plan(target, over), Options(backend, unstable="quiet", threads=threads, **options))


def _at(f: Evaluator, values: Values) -> Any:
    return f({n: values[n] for n in f.parameters})


@dataclass(frozen=True)
class Called:
    """A function of keyword arrays, differentiated by five-point differences."""

    function: Callable[..., Any]

    parameters: ClassVar[None] = None  # not known

    def value(self, values: Values) -> np.ndarray:
        shape = np.broadcast_shapes(*(np.shape(v) for v in values.values()))
        try:
            found = np.asarray(np.ma.filled(self.function(**values), np.nan), dtype=float)
        except (TypeError, ValueError) as e:
            raise ParameterError(f"the figure must return one real number a point ({e}); give one element.") from e
        if found.shape not in (shape, ()):
            raise ParameterError(
                f"the figure returned an array of shape {found.shape} for parameters of shape {shape}; it must work "
                "on arrays, element by element."
            )
        return np.broadcast_to(found, shape)

    def slopes(self, values: Values, over: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        centre = self.value(values)
        out = np.empty((len(over), *centre.shape))
        for k, name in enumerate(over):
            x = np.broadcast_to(np.asarray(values[name], dtype=float), centre.shape)
            h = STENCIL * np.where(np.abs(x) > 1e-3, np.abs(x), 1e-3)
            moved = np.stack([x + s * h for s, _ in WEIGHTS])
            given = {n: np.broadcast_to(v, moved.shape) for n, v in values.items()}
            found = self.value({**given, name: moved})
            slope = sum(w * f for (_, w), f in zip(WEIGHTS, found, strict=True)) / h
            # at the edge of the domain the difference to the side that exists
            one_sided = np.where(np.isfinite(found[2]), (found[2] - centre) / h, (centre - found[1]) / h)
            out[k] = np.where(np.isfinite(slope), slope, one_sided)
        return centre, out


Merit = Formula | Called  # a number at every point; nan where it does not exist (no steady state)


def read_merit(figure: Any, backend: str | None) -> Merit:
    """A Merit from an expression, a Quantity, an Evaluator, or a function of keyword arrays.

    Raises ParameterError for anything else, and for several outputs or complex ones.
    """
    backend = backend or ("compiled" if find_spec("llvmlite") else "numpy")
    if isinstance(figure, Evaluator):
        target = figure.target
    elif callable(figure) and not hasattr(figure, "free_symbols"):
        return Called(figure)
    else:
        target = read_target(figure)
    if len(target.outputs) != 1:
        raise ParameterError(f"a sweep takes one figure; got {len(target.outputs)} ({', '.join(target.names)}).")
    merit = Formula(target, backend)
    width = len(ready(target, backend).plan.best.outputs[0].parts())
    if width != 1:
        raise ParameterError("a sweep needs a real figure; take re(...), im(...) or Abs(...) of a complex one.")
    return merit

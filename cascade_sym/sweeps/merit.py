"""Figures of merit, with exact derivatives where there is a formula, and many minimisations of one at once.

Newton's method with bounds, one column of an array for each. The Hessian comes from differences of exact gradients;
where it is not positive its pivots are taken by modulus, so that the direction always descends. Several step lengths
are tried at the same time and the best one is taken: a point without a value (no steady state) counts as infinite and
is thereby avoided.
"""

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
from cascade_sym.sweeps.space import Space

Values = Mapping[str, Any]
STENCIL = 1e-5  # step of the differences for figures without a formula, in units of the coordinate
WEIGHTS = ((-2, 1 / 12), (-1, -2 / 3), (1, 2 / 3), (2, -1 / 12))  # of the five-point derivative, exact to fourth order


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


ROUNDS = 80  # of the descent, at most
SETTLED = 1e-14  # a relative improvement below which a minimisation has ended
LONGEST = 2.0  # of a Newton step, in units of e-folds or radians
SHORT = 1e-4  # of a step along which nothing changed any more
# lengths of a step that are tried together, along Newton's direction
NEWTON = np.array([3.0, 1.0, 0.4, 0.1, 1e-2, 1e-4])
DOWNHILL = np.array([0.3, 1e-2, 1e-5])  # the same down the slope, where Newton's direction leads up


@dataclass(frozen=True)
class Objective:
    """A figure at many points: `given` are numbers, or arrays with one element a point; `sign` -1 maximises."""

    merit: Merit
    space: Space
    given: Mapping[str, Any]
    sign: float = 1.0

    def at(self, points: np.ndarray) -> Objective:
        """The same at a choice of the points, which may repeat."""
        given = {n: v[points] if np.ndim(v) else v for n, v in self.given.items()}
        return Objective(self.merit, self.space, given, self.sign)

    def value(self, u: np.ndarray) -> np.ndarray:
        """To be minimised; infinite where there is none. `u` has shape (coordinates, ..., points)."""
        with np.errstate(all="ignore"):
            f = self.sign * np.asarray(self.merit.value({**self.given, **self.space.values(u)}))
        return np.where(np.isfinite(f), f, np.inf)

    def slopes(self, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The value and its derivatives by coordinate."""
        values = self.space.values(u)
        with np.errstate(all="ignore"):
            f, by_parameter = self.merit.slopes({**self.given, **values}, self.space.names)
            g = self.sign * self.space.slopes(values, np.asarray(by_parameter))
        return np.where(np.isfinite(f), self.sign * f, np.inf), g

    @property
    def probe(self) -> tuple[float, float]:
        """The least and the largest step of the differences between gradients."""
        return (1e-5, 1e-4) if isinstance(self.merit, Called) else (1e-11, 1e-7)


def descend(objective: Objective, u: np.ndarray, rounds: int = ROUNDS) -> tuple[np.ndarray, np.ndarray]:
    """Local minima reached from the columns of `u`: (coordinates, values), infinite where a start has no value."""
    low, high = (e[:, None] for e in objective.space.edges())
    u = np.clip(u, low, high)
    f = objective.value(u)
    active = np.flatnonzero(np.isfinite(f))
    reach = np.ones_like(u)  # how far the last step went: the width of the valley, as it becomes known
    quiet = np.zeros(u.shape[1], dtype=int)
    for _ in range(rounds):
        if not active.size:
            break
        o, here, value = objective.at(active), u[:, active], f[active]
        g, H = curvature(o, here, low, high, reach[:, active])
        held = ((here <= low) & (g > 0)) | ((here >= high) & (g < 0))  # at a bound, by the gradient
        p = direction(g, H, ~held)
        downhill = -g / np.maximum(np.abs(g).max(axis=0), 1e-300)  # straight, one unit far
        # after a round without gain much shorter steps: an optimum may lie at the edge of stability
        short = np.where(quiet[active], SHORT, 1.0)
        new, better = longest_fall(o, here, short * p, short * downhill, low, high)
        gain = value - better
        moved = gain > 0
        reach[:, active] = np.maximum(0.1 * reach[:, active], np.where(moved, np.abs(new - here), 0.0))
        u[:, active[moved]], f[active[moved]] = new[:, moved], better[moved]
        quiet[active] = np.where(gain > SETTLED * np.abs(value), 0, quiet[active] + 1)
        active = active[quiet[active] < 2]
    return u, f


def curvature(
    o: Objective, u: np.ndarray, low: np.ndarray, high: np.ndarray, reach: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Gradient (d, n) and Hessian (d, d, n), from d + 1 gradients."""
    d = len(u)
    h = np.where(u > (low + high) / 2, -1.0, 1.0) * np.clip(1e-3 * reach, *o.probe)
    near = np.repeat(u[:, None, :], d + 1, axis=1)
    for i in range(d):
        near[i, i + 1] += h[i]
    _, g = o.slopes(near)
    H = (g[:, 1:] - g[:, :1]) / h[None]
    H = (H + H.swapaxes(0, 1)) / 2
    g = g[:, 0]
    return np.where(np.isfinite(g), g, 0.0), np.where(np.isfinite(H), H, 0.0)


def direction(g: np.ndarray, H: np.ndarray, loose: np.ndarray) -> np.ndarray:
    """-|H|^-1 g with pivots taken by modulus; zero for coordinates that are not `loose`."""
    d = len(g)
    g = np.where(loose, g, 0.0)
    A = np.where(loose[:, None] & loose[None], H, 0.0)
    for i in range(d):
        A[i, i] = np.where(loose[i], A[i, i], 1.0)
    small = 1e-12 * np.abs(A).max(axis=(0, 1)) + 1e-300
    x = -g
    pivots, factors = [], {}
    with np.errstate(all="ignore"):
        for i in range(d):  # elimination, all columns of points at once
            pivots.append(np.maximum(np.abs(A[i, i]), small))
            for j in range(i + 1, d):
                factors[j, i] = A[j, i] / pivots[i]
                A[j, i + 1 :] -= factors[j, i] * A[i, i + 1 :]
                x[j] = x[j] - factors[j, i] * x[i]
        for i in reversed(range(d)):
            x[i] /= pivots[i]
            for j in range(i + 1, d):
                x[i] -= factors[j, i] * x[j]
    x = np.where(np.isfinite(x).all(axis=0), x, -g)
    size = np.abs(x).max(axis=0)
    return x * np.minimum(1.0, LONGEST / np.maximum(size, 1e-300))


def longest_fall(
    o: Objective, u: np.ndarray, p: np.ndarray, d: np.ndarray, low: np.ndarray, high: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The best of several steps along Newton's direction p and straight downhill along d, inside the bounds."""
    steps = [a * p for a in NEWTON] + [a * d for a in DOWNHILL]
    tried = np.clip(u[:, None, :] + np.stack(steps, axis=1), low[:, :, None], high[:, :, None])
    found = o.value(tried)
    best = found.argmin(axis=0)
    columns = np.arange(u.shape[1])
    return tried[:, best, columns], found[best, columns]

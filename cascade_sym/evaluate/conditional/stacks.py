"""Conditional covariances over arrays of parameters.

Closed forms with a Newton step, where they exist; doubling for sectors of any size. Of every point the error is
bounded, by what its residual and rounding can do at the damping of its filter; where the bound is not small, the point
is solved again by doubling, and then in ball arithmetic with a proof. What has none is nan, and counted in a warning.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import sympy as sp
from sympy import Matrix

from cascade_sym.definitions import Quantity
from cascade_sym.errors import ParameterError, UndetectableError, require_type
from cascade_sym.evaluate.arguments import as_arrays, check_names, common_shape
from cascade_sym.evaluate.backends import compiled
from cascade_sym.evaluate.conditional import batched
from cascade_sym.evaluate.conditional.verified import Entries
from cascade_sym.evaluate.covariances import GOOD, BoundedValues
from cascade_sym.evaluate.evaluator import Evaluator, evaluator
from cascade_sym.saved.encoded import codec, stored, type_name
from cascade_sym.shown import Card, Shown, card
from cascade_sym.solve.conditional import doubling
from cascade_sym.solve.conditional.doubling import Filter
from cascade_sym.solve.conditional.matrices import ConditionalCovariance, conditional_covariance
from cascade_sym.solve.conditional.riccati import Riccati
from cascade_sym.symbols import is_complex_symbol

SURE = 2e-11  # a bound of the error of a closed form; what is above is cheaply found better
EXACT = 2.0**-52  # of what is rounded once


@dataclass(frozen=True)
class ConditionalValues(BoundedValues):
    """`BoundedValues` of the Riccati equation: missing where there is no conditional steady state."""


def conditional_evaluator(V: ConditionalCovariance | Riccati, backend: str = "numpy") -> ConditionalEvaluator:
    """A function of the parameters that returns the conditional covariance at each point, with a bound of its error.

    Called with one keyword a parameter (numbers or arrays that broadcast), it returns `ConditionalValues`;
    points without a conditional steady state, or without a value known to 1e-9, are nan and counted in a warning.
    `backend` is that of `evaluator` ("numpy", "compiled"). The call raises ParameterError for an efficiency outside
    [0, 1], and UnknownParameter and MissingParameter by name.

    >>> from cascade_sym.parts import Oscillator
    >>> from cascade_sym.parts.detectors import Homodyne
    >>> from cascade_sym.solve.conditional import riccati
    >>> import sympy as sp
    >>> pointer = Oscillator("M", Gamma=sp.Symbol("Gamma"), theta=sp.pi/4, gamma=0)
    >>> conditional_evaluator(riccati(pointer, Homodyne(angle=sp.pi/2)))(Gamma=[1.0, 2.0])["X_M", "X_M"]
    array([0.5, 0.5])
    """
    require_type(
        V, (ConditionalCovariance, Riccati), "V", "make one by conditional_covariance or riccati(system, detect)"
    )
    problem = V if isinstance(V, Riccati) else V.riccati
    if problem is None:
        raise ParameterError("this covariance does not know its Riccati equation; give riccati(system, detect).")
    return ConditionalEvaluator(problem, backend)


class ConditionalEvaluator(Shown):
    """Conditional covariances at many points. Made by `conditional_evaluator`.

    >>> from cascade_sym.parts import Oscillator
    >>> from cascade_sym.parts.detectors import Homodyne
    >>> from cascade_sym.solve.conditional import riccati
    >>> import sympy as sp
    >>> pointer = Oscillator("M", Gamma=1, theta=sp.pi/4, gamma=0)
    >>> e = conditional_evaluator(riccati(pointer, Homodyne(angle=sp.pi/2)))
    >>> e.transient(np.eye(2), [0.0, 100.0])[:, 0, 0].round(2)
    array([1. , 0.5])
    """

    def __init__(self, problem: Riccati, backend: str = "numpy") -> None:
        self.problem, self.backend = problem, backend
        self.quadratures = problem.quadratures
        symbols = {*problem.parameters, *(s for e in problem.efficiencies for s in e.free_symbols)}
        self.parameters = tuple(sorted(s.name for s in symbols))
        self._complex = frozenset(s.name for s in symbols if is_complex_symbol(s))

    @cached_property
    def _formulas(self) -> ConditionalCovariance:
        return conditional_covariance(self.problem, newton=1)

    @cached_property
    def _closed(self) -> Evaluator:
        V = self._formulas
        assert V.residual is not None
        targets: dict[str, Quantity] = {f"element {k}": V.quantity("v", e) for k, e in enumerate(V.elements.values())}
        targets["residual"] = V.residual
        targets |= {f"stable {k}": V.quantity("h", h) for k, h in enumerate(V.stability)}
        targets |= {f"error {k}": V.quantity("e", e) for k, e in enumerate(V.errors)}
        return evaluator(targets, self.backend)

    @cached_property
    def _all_closed(self) -> bool:
        """Whether formulas, and bounds of what rounding does to them, are known of all moments."""
        V = self._formulas
        return not V.open_sectors and len(V.errors) == sum(len(s.nodes) for s in self.problem.sectors)

    @cached_property
    def _matrices(self) -> dict[str, Matrix]:
        """The matrices of the problem, and the sums of the moduli of the terms of its drift, which bound its digits."""
        whole = {name: getattr(self.problem, name) for name in Filter._fields}
        return {**whole, "moduli": whole["A"].applyfunc(lambda e: sp.Add(*map(sp.Abs, sp.Add.make_args(e))))}

    @cached_property
    def _entries(self) -> Evaluator | None:
        """Those entries of the matrices that are formulas."""
        found = {
            f"{name} {i} {j}": Quantity("entry", m[i, j], self.problem.definitions)
            for name, m in self._matrices.items() for i, j in np.ndindex(*m.shape) if not m[i, j].is_number
        }  # fmt: skip
        return evaluator(found, self.backend, unstable="quiet") if found else None

    @cached_property
    def _exact(self) -> Entries:
        return Entries(self.problem)

    def __call__(self, values: Mapping[str, Any] | None = None, /, **named: Any) -> ConditionalValues:
        """The covariance at `named` (or `values`: a mapping)."""
        out, lost = self._values({**(values or {}), **named})
        if lost:
            warnings.warn(f"{_without(lost, out)}; the results there are nan.", RuntimeWarning, stacklevel=2)
        return out

    def _values(self, given: Mapping[str, Any]) -> tuple[ConditionalValues, int]:
        """The values, and at how many points they are missing although all parameters are numbers."""
        arrays, shape = self._checked(given)
        place = {q: k for k, q in enumerate(self.quadratures)}
        if self._all_closed:
            elements, residual, error = self._by_formula(arrays, shape)
        else:
            upper = [(i, j) for i, a in place.items() for j, b in place.items() if a <= b]
            elements = {k: np.empty(shape) for k in upper}
            residual, error = np.full(shape, np.nan), np.full(shape, np.nan)
        doubtful = ~(error <= SURE)
        if doubtful.any():
            at = {n: np.broadcast_to(a, shape)[doubtful] for n, a in arrays.items()}
            V, residual[doubtful], error[doubtful] = self._by_matrices(at, int(doubtful.sum()))
            for (i, j), e in elements.items():
                e[doubtful] = V[..., place[i], place[j]]
        out = ConditionalValues(self.quadratures, elements, residual, error)
        return out, out.lost(arrays)

    def _by_formula(
        self, arrays: Mapping[str, np.ndarray], shape: tuple[int, ...]
    ) -> tuple[Mapping[tuple[str, str], np.ndarray], np.ndarray, np.ndarray]:
        """Elements, residuals and errors from the closed form; the errors are nan where that fails."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            out = self._closed({n: arrays[n] for n in self._closed.parameters})
        results = {n: np.array(np.broadcast_to(v, shape), dtype=float) for n, v in out.items()}
        residual = results.pop("residual")
        stable = [results.pop(n) > 0 for n in list(results) if n.startswith("stable ")]
        errors = [results.pop(n) for n in list(results) if n.startswith("error ")]
        usable = np.logical_and.reduce([*stable, *(e >= 0 for e in errors)])
        error = np.where(usable, np.maximum.reduce(errors), np.nan)
        return dict(zip(self._formulas.elements, results.values(), strict=True)), residual, error

    def _by_matrices(self, at: Mapping[str, np.ndarray], count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Matrices, residuals and errors at some points by doubling; in high precision where that is not enough."""
        stacks = self._stacked(at, (count,))
        drift, f = stacks.pop("moduli"), Filter(**stacks)
        V, rest, error = (np.full(x, np.nan) for x in (f.A.shape, count, count))
        if count >= batched.FEWEST and compiled.available():
            V, rest, error = batched.steady(f, drift)
        todo = ~(error <= GOOD)
        if todo.any():
            few = Filter(*(x[todo] for x in f))
            V[todo] = doubling.steady(few)
            error[todo] = doubling.error(few, V[todo], drift[todo])
            with np.errstate(all="ignore"):
                rest[todo] = doubling.residual(few, V[todo])
        hard = ~(error <= GOOD) & np.logical_and.reduce([np.isfinite(x).all((-1, -2)) for x in f])
        hard[hard] = ~doubling.unseen(Filter(*(x[hard] for x in f)))
        for k in np.flatnonzero(hard):
            V[k] = self._exact.rounded({n: a[k] for n, a in at.items()})
        error[hard] = EXACT
        rest[hard] = doubling.residual(Filter(*(x[hard] for x in f)), V[hard])
        good = (error <= GOOD) & np.isfinite(V).all((-1, -2))
        return np.where(good[:, None, None], V, np.nan), np.where(good, rest, np.nan), np.where(good, error, np.nan)

    def filters(self, values: Mapping[str, Any] | None = None, /, **named: Any) -> Filter:
        """The matrices A, N, C, R, S at the points, stacked."""
        stacks = self._stacked(*self._checked({**(values or {}), **named}))
        return Filter(*(stacks[name] for name in Filter._fields))

    def _stacked(self, arrays: Mapping[str, np.ndarray], shape: tuple[int, ...]) -> dict[str, np.ndarray]:
        """All matrices at the points."""
        found = {} if self._entries is None else self._entries({n: arrays[n] for n in self._entries.parameters})
        stacks = {name: np.empty((*shape, *m.shape)) for name, m in self._matrices.items()}
        for name, m in self._matrices.items():
            for i, j in np.ndindex(*m.shape):
                stacks[name][..., i, j] = float(m[i, j]) if m[i, j].is_number else found[f"{name} {i} {j}"]
        return stacks

    def transient(
        self, start: Any, times: Sequence[float], values: Mapping[str, Any] | None = None, /, **named: Any
    ) -> np.ndarray:
        """V(t) at `times` from the covariance matrix `start` (in the order of `quadratures`) at time 0.

        Shape (len(times), ..., 2n, 2n). Exact in time: no integration steps. Raises ParameterError for
        times that are negative or don't increase and for a start of the wrong shape.
        """
        t = np.asarray(times, dtype=float)
        if t.ndim != 1 or (t.size and (t[0] < 0 or (np.diff(t) < 0).any() or not np.isfinite(t).all())):
            raise ParameterError("times must be a list of increasing numbers from 0 on.")
        V = np.asarray(start, dtype=float)
        n = len(self.quadratures)
        if V.shape[-2:] != (n, n) or not np.allclose(V, np.swapaxes(V, -1, -2)):
            raise ParameterError(f"start must be a symmetric {n} x {n} covariance matrix over {self.quadratures}.")
        return doubling.evolve(self.filters({**(values or {}), **named}), V, t)

    def run(
        self, start: Any, times: Sequence[float], values: Mapping[str, Any] | None = None, /, *, seed: int = 0,
        **named: Any,
    ) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
        """One run of the experiment, its record drawn at random: means (len(times), 2n) and covariances at `times`.

        The means are zero at time 0 and have the exact law of an observer's, however far apart the times: after dt
        they are moved by e^{A dt}, and scattered by what the record took from the unconditional covariance (law of
        total variance). They are about the mean motion that drives cause. Errors as in `transient`, and for arrays
        of parameters.

        >>> from cascade_sym.parts import Oscillator
        >>> from cascade_sym.parts.detectors import Homodyne
        >>> from cascade_sym.solve.conditional import riccati
        >>> import sympy as sp
        >>> e = conditional_evaluator(riccati(Oscillator("M", Gamma=1, theta=sp.pi/4), Homodyne(angle=sp.pi/2)))
        >>> means, V = e.run(np.eye(2)/2, [0.0, 1.0, 2.0], gamma_M0=1, n_M=2, seed=3)
        >>> means.shape, means[0].tolist(), V.shape
        ((3, 2), [0.0, 0.0], (3, 2, 2))
        """
        if not isinstance(seed, int | np.integer) or seed < 0:
            raise ParameterError(f"seed must be a whole number from 0 on; got {seed!r}.")
        V = self.transient(start, times, {**(values or {}), **named})
        if V.ndim != 3:
            raise ParameterError("a run has one value of each parameter; give numbers, not arrays.")
        f = self.filters({**(values or {}), **named})
        blind, nothing = f._replace(C=0 * f.C, S=0 * f.S), np.zeros_like(f.A)
        mean, before, now = np.zeros(len(self.quadratures)), np.asarray(start, dtype=float), 0.0
        random, out = np.random.default_rng(seed), []
        for t, after in zip(times, V, strict=True):
            if (dt := float(t) - now) > 0:
                free = doubling.over(blind, nothing, dt, min(dt, doubling.short_step(blind, nothing)[1].min()))
                size, axes = np.linalg.eigh(free.Q + free.E @ before @ free.E.T - after)
                mean = free.E @ mean + axes @ (np.sqrt(np.maximum(size, 0)) * random.standard_normal(size.size))
            before, now = after, float(t)
            out.append(mean)
        return np.array(out).reshape(V.shape[:2]), V

    def require(self, values: Mapping[str, Any] | None = None, /, **named: Any) -> ConditionalValues:
        """As a call, but UndetectableError where any point has no conditional steady state."""
        out, _ = self._values({**(values or {}), **named})
        if lost := int(out.missing.sum()):
            raise UndetectableError(f"{_without(lost, out)}; detect its light, or damp it.")
        return out

    def _checked(self, given: Mapping[str, Any]) -> tuple[dict[str, np.ndarray], tuple[int, ...]]:
        check_names(given, self.parameters)
        arrays = as_arrays(given, self._complex, np.dtype(float))
        for e in self.problem.efficiencies:
            if e.free_symbols:
                eta = evaluator(e)({s.name: arrays[s.name] for s in e.free_symbols})
                if not np.all((eta >= 0) & (eta <= 1)):
                    worst = np.asarray(eta).ravel()[np.argmax(np.abs(np.asarray(eta).ravel() - 0.5))]
                    raise ParameterError(f"the detector efficiency {e} is {worst}; it must lie in [0, 1].")
        return arrays, common_shape(arrays)


def _without(lost: int, out: ConditionalValues) -> str:
    return (
        f"{lost} of {out.missing.size} points have no conditional steady state, or none that could be proved: a mode "
        "grows or is undamped and the detectors don't see it"
    )


@stored.register
def _(value: ConditionalEvaluator) -> Any:
    return {
        "type": type_name(ConditionalEvaluator),
        "fields": {"problem": stored(value.problem), "backend": value.backend},
    }


codec(ConditionalEvaluator, lambda given: ConditionalEvaluator(**given))


@card.register
def _(value: ConditionalEvaluator) -> Card:
    call = f"f({', '.join(f'{n}=...' for n in value.parameters if n.isidentifier())})"
    return Card(f"ConditionalEvaluator of {', '.join(value.quadratures)}", {}, f"call: {call}")

"""Conditional covariances over arrays of parameters.

Closed forms with two Newton steps, where they exist; doubling for sectors of any size. Every point is
checked by the residual of its Riccati equation and the damping of its filter; points at which the closed
form fails (it divides by zero where a mode is neither driven nor stable) are solved again by doubling.
One step leaves errors of 1e-9 at a few of 1e5 points, where the rates differ by some five decades.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from sympy import ImmutableDenseMatrix

from cascade_sym.definitions import Quantity
from cascade_sym.errors import ParameterError, UndetectableError
from cascade_sym.evaluate.arguments import as_arrays, check_names, common_shape
from cascade_sym.evaluate.conditional.values import ConditionalValues
from cascade_sym.evaluate.evaluator import Evaluator, evaluator
from cascade_sym.solve.conditional import doubling
from cascade_sym.solve.conditional.covariance import ConditionalCovariance, conditional_covariance
from cascade_sym.solve.conditional.doubling import Filter
from cascade_sym.solve.conditional.riccati import Riccati
from cascade_sym.symbols import is_complex_symbol

GOOD = 1e-14
MATRICES = ("A", "N", "C", "R", "S")


def conditional_evaluator(V: ConditionalCovariance | Riccati, backend: str = "numpy") -> ConditionalEvaluator:
    """A function of the parameters that returns the conditional covariance at each point, with its residual.

    Called with one keyword a parameter (numbers or arrays that broadcast), it returns `ConditionalValues`;
    points without a conditional steady state are nan. `backend` is that of `evaluator` ("numpy",
    "compiled"). The call raises ParameterError for an efficiency outside [0, 1], and UnknownParameter and
    MissingParameter by name.

    >>> from cascade_sym.parts import Oscillator
    >>> from cascade_sym.parts.detectors import Homodyne
    >>> from cascade_sym.solve.conditional import riccati
    >>> import sympy as sp
    >>> pointer = Oscillator("M", Gamma=sp.Symbol("Gamma"), theta=sp.pi/4, gamma=0)
    >>> conditional_evaluator(riccati(pointer, Homodyne(angle=sp.pi/2)))(Gamma=[1.0, 2.0])["X_M", "X_M"]
    array([0.5, 0.5])
    """
    problem = V if isinstance(V, Riccati) else V.riccati
    if problem is None:
        raise ParameterError("this covariance does not know its Riccati equation; give riccati(system, detect).")
    return ConditionalEvaluator(problem, backend)


class ConditionalEvaluator:
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
        return conditional_covariance(self.problem, newton=2)

    @cached_property
    def _closed(self) -> Evaluator:
        V = self._formulas
        assert V.residual is not None
        targets: dict[str, Quantity] = {f"element {k}": V.quantity("v", e) for k, e in enumerate(V.elements.values())}
        targets["residual"] = V.residual
        targets |= {f"stable {k}": V.quantity("h", h) for k, h in enumerate(V.stability)}
        return evaluator(targets, self.backend)

    @cached_property
    def _matrices(self) -> dict[str, Evaluator | None]:
        return {name: _entries(getattr(self.problem, name), self.problem, self.backend) for name in MATRICES}

    def __call__(self, values: Mapping[str, Any] | None = None, /, **named: Any) -> ConditionalValues:
        """The covariance at `named` (or `values`: a mapping)."""
        given = {**(values or {}), **named}
        arrays, shape = self._checked(given)
        if self._formulas.open_sectors:
            V = doubling.steady(self.filters(given))
            V, rest = self._judged(self.filters(given), V)
            return self._from_matrices(np.broadcast_to(V, (*shape, *V.shape[-2:])), np.broadcast_to(rest, shape))
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            out = self._closed({n: arrays[n] for n in self._closed.parameters})
        results = {n: np.array(np.broadcast_to(v, shape), dtype=float) for n, v in out.items()}
        residual = results.pop("residual")
        stable = [results.pop(n) > 0 for n in list(results) if n.startswith("stable ")]
        elements: Any = dict(zip(self._formulas.elements, results.values(), strict=True))
        usable = [np.isfinite(residual), *stable, *(np.isfinite(v) for v in elements.values())]
        residual = np.where(np.logical_and.reduce(usable), residual, np.nan)
        if (doubtful := ~(residual <= GOOD)).any():
            residual = self._rescued(arrays, shape, doubtful, elements, residual)
        return ConditionalValues(self.quadratures, elements, residual)

    def filters(self, values: Mapping[str, Any] | None = None, /, **named: Any) -> Filter:
        """The matrices A, N, C, R, S at the points, stacked."""
        given = {**(values or {}), **named}
        arrays, shape = self._checked(given)
        out = []
        for name in MATRICES:
            m, e = getattr(self.problem, name), self._matrices[name]
            found = e({n: arrays[n] for n in e.parameters}) if e is not None else {}
            stack = np.zeros((*shape, *m.shape))
            for i in range(m.rows):
                for j in range(m.cols):
                    x = m[i, j]
                    stack[..., i, j] = float(x) if x.is_number else found[f"{i} {j}"]
            out.append(stack)
        return Filter(*out)

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

    def require(self, values: Mapping[str, Any] | None = None, /, **named: Any) -> ConditionalValues:
        """As a call, but UndetectableError where any point has no conditional steady state."""
        out = self({**(values or {}), **named})
        if (bad := np.isnan(out.residual)).any():
            raise UndetectableError(
                f"{int(bad.sum())} of {bad.size} points have no conditional steady state: a mode grows or is undamped "
                "and the detectors don't see it; detect its light, or damp it."
            )
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

    def _judged(self, f: Filter, V: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        with np.errstate(all="ignore"):
            rest = doubling.residual(f, V)
            good = np.isfinite(rest) & (doubling.damping(f, V) > 0)
        return np.where(good[..., None, None], V, np.nan), np.where(good, rest, np.nan)

    def _rescued(
        self, arrays: Mapping[str, np.ndarray], shape: tuple[int, ...], bad: np.ndarray,
        elements: Mapping[tuple[str, ...], np.ndarray], residual: np.ndarray,
    ) -> np.ndarray:  # fmt: skip
        """Solve the points `bad` by doubling, in place; what has the smaller residual stays."""
        f = self.filters({n: np.broadcast_to(a, shape)[bad] for n, a in arrays.items()})
        V, rest = self._judged(f, doubling.steady(f))
        old = residual[bad]
        keep = ~np.isnan(old) & ~(rest < old)
        place = {q: k for k, q in enumerate(self.quadratures)}
        for (i, j), e in elements.items():
            e[bad] = np.where(keep, e[bad], V[..., place[i], place[j]])
        residual = residual.copy()
        residual[bad] = np.where(keep, old, rest)
        return residual

    def _from_matrices(self, V: np.ndarray, rest: np.ndarray) -> ConditionalValues:
        q = self.quadratures
        elements = {(i, j): V[..., a, b] for a, i in enumerate(q) for b, j in enumerate(q) if a <= b}
        return ConditionalValues(q, elements, rest)

    def __repr__(self) -> str:
        return f"ConditionalEvaluator({', '.join(self.quadratures)}; {', '.join(self.parameters)})"


def _entries(m: ImmutableDenseMatrix, problem: Riccati, backend: str) -> Evaluator | None:
    found = {
        f"{i} {j}": Quantity("entry", m[i, j], problem.definitions)
        for i in range(m.rows) for j in range(m.cols) if not m[i, j].is_number
    }  # fmt: skip
    return evaluator(found, backend) if found else None

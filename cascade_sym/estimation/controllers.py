"""Optimal control, smoothing and their like as numbers, for systems of any size."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sympy import Matrix

from cascade_sym.definitions import Definitions
from cascade_sym.evaluate.arguments import as_arrays, check_names, common_shape
from cascade_sym.evaluate.conditional import conditional_evaluator
from cascade_sym.evaluate.matrices_at_points import Stacks
from cascade_sym.solve.conditional import Riccati, doubling
from cascade_sym.solve.conditional.doubling import Filter, T, lyapunov, symmetric

if TYPE_CHECKING:
    from cascade_sym.estimation.lqg import LQG
    from cascade_sym.estimation.smoothing import Smoothed


GOOD = 1e-11  # what a solution may leave of its equation, relative to its terms


@dataclass(frozen=True)
class LQGValues:
    """A controller at points: covariances and control solution as arrays (..., 2n, 2n), gains, and the least cost.

    `closed_loop` is the slowest amplitude damping of filter and controlled motion.
    """

    filter: np.ndarray
    control: np.ndarray
    filter_gain: np.ndarray
    control_gain: np.ndarray
    estimate: np.ndarray
    covariance: np.ndarray
    cost: np.ndarray
    closed_loop: np.ndarray


def steady(f: Filter) -> np.ndarray:
    """The stabilising solution of a filter equation by doubling; nan where none leaves next to nothing of it."""
    with np.errstate(all="ignore"):
        V = doubling.newton(f, doubling.steady(f))
        terms = np.maximum(np.abs(V).max((-1, -2)) * np.abs(f.A).max((-1, -2)), np.abs(f.N).max((-1, -2)))
        good = (np.abs(doubling.rate(f, V)).max((-1, -2)) <= GOOD * terms) & (doubling.damping(f, V) > 0)
    return np.where(good[..., None, None], V, np.nan)


class _AtPoints:
    """The matrices of a filtering problem, and others, at points of the parameters."""

    def __init__(self, problem: Riccati, definitions: Definitions, backend: str, **more: Any) -> None:
        matrices = {**{k: getattr(problem, k) for k in "ANCRS"}, **more}
        self._problem, self._backend = problem, backend
        self._stacked = Stacks({k: Matrix(m) for k, m in matrices.items()}, definitions, backend=backend)
        self.parameters = tuple(sorted({*self._stacked.parameters, *(s.name for s in problem.parameters)}))

    def _filtered(self, given: Mapping[str, Any]) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """The filter's covariance, and all matrices. What doubling leaves open is left to the verified evaluator."""
        check_names(given, self.parameters)
        arrays = as_arrays(given, self._stacked.complex, np.dtype(float))
        shape = common_shape(arrays)
        m = self._stacked({n: arrays[n] for n in self._stacked.parameters}, shape)
        V = steady(Filter(*(m[k] for k in "ANCRS")))
        if np.isnan(V).any():
            e = conditional_evaluator(self._problem, self._backend)
            V = np.asarray(e({n: np.broadcast_to(arrays[n], shape) for n in e.parameters}).matrix)
        return V, m

    def _missing(self, x: np.ndarray, why: str) -> None:
        lost = np.isnan(x).any((-1, -2))
        if lost.any():
            said = f"{int(lost.sum())} of {lost.size} points {why}; the results there are nan."
            warnings.warn(said, RuntimeWarning, stacklevel=3)


class LQGEvaluator(_AtPoints):
    """Optimal controllers at points of the parameters; made by `evaluator` of an `LQG`.

    Called with one keyword a parameter; returns `LQGValues`, nan with a warning where there is no controller.
    """

    def __init__(self, target: LQG, backend: str = "numpy") -> None:
        Q, R = target.weights
        super().__init__(target.riccati, target.dual.definitions, backend, B=target.drive, Q=Q, W=R)

    def __call__(self, values: Mapping[str, Any] | None = None, /, **named: Any) -> LQGValues:
        """The controller at `named` (or `values`: a mapping)."""
        V, m = self._filtered({**(values or {}), **named})
        P = steady(Filter(T(m["A"]), m["Q"], T(m["B"]), m["W"], np.zeros_like(m["B"])))
        self._missing(P, "have no stable motion that the control reaches")
        K = T(np.linalg.solve(m["R"], T(V @ T(m["C"]) + m["S"])))
        F = np.linalg.solve(m["W"], T(m["B"]) @ P)
        spread = symmetric(K @ m["R"] @ T(K))
        L = m["A"] - m["B"] @ F
        estimate = symmetric(lyapunov(L, spread))
        cost = np.trace(m["Q"] @ V, axis1=-2, axis2=-1) + np.trace(P @ spread, axis1=-2, axis2=-1)
        usable = np.isfinite(L).all((-1, -2)) & np.isfinite(V).all((-1, -2))
        loops = [np.where(usable[..., None, None], x, 0.0) for x in (L, m["A"] - K @ m["C"])]
        slow = np.minimum(*(-np.linalg.eigvals(x).real.max(-1) for x in loops))
        return LQGValues(V, P, K, F, estimate, V + estimate, cost, np.where(usable, slow, np.nan))


@dataclass(frozen=True)
class SmoothedValues:
    """Arrays (..., 2n, 2n) at points: the covariances `filtered` (past record) and `smoothed` (both records), and the
    `information` of the future record, the inverse of the retrodicted covariance (zero where it tells nothing)."""

    filtered: np.ndarray
    information: np.ndarray
    smoothed: np.ndarray


class SmoothedEvaluator(_AtPoints):
    """Smoothed covariances at points of the parameters; made by `evaluator` of a `Smoothed`.

    The information I of the future record obeys I A + A^T I - I N I + C^T R^-1 C = 0, A and N freed from the noise of
    the currents; it exists where retrodicted covariances are infinite.
    """

    def __init__(self, target: Smoothed, backend: str = "numpy") -> None:
        super().__init__(target.problem, target.problem.definitions, backend)

    def __call__(self, values: Mapping[str, Any] | None = None, /, **named: Any) -> SmoothedValues:
        """The covariances at `named` (or `values`: a mapping)."""
        V, m = self._filtered({**(values or {}), **named})
        told = np.linalg.solve(m["R"], m["C"])
        drift = m["A"] - m["S"] @ told
        noise = symmetric(m["N"] - m["S"] @ np.linalg.solve(m["R"], T(m["S"])))
        sizes, axes = np.linalg.eigh(noise)
        root = T(axes * np.sqrt(np.maximum(sizes, 0.0))[..., None, :])
        one = np.broadcast_to(np.eye(root.shape[-1]), root.shape)
        information = steady(Filter(T(drift), symmetric(T(m["C"]) @ told), root, one, np.zeros_like(root)))
        self._missing(information, "have no stationary retrodiction: a mode is undamped and unseen")
        with np.errstate(all="ignore"):
            smoothed = symmetric(doubling.solve(one + V @ information, V))
        return SmoothedValues(V, information, smoothed)

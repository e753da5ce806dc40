"""Optimal control, smoothing and their like as numbers, for systems of any size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sympy import Matrix

from cascade_sym.evaluate.arguments import as_arrays, check_names, common_shape
from cascade_sym.evaluate.conditional import conditional_evaluator
from cascade_sym.evaluate.covariances import CovarianceValues
from cascade_sym.evaluate.stacks import Stacks
from cascade_sym.solve.conditional.doubling import T, lyapunov, symmetric

if TYPE_CHECKING:
    from cascade_sym.estimation.lqg import LQG
    from cascade_sym.estimation.smoothing import Smoothed


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


def full(values: CovarianceValues) -> np.ndarray:
    return np.asarray(values.matrix)


class _Joint:
    """Two filter problems and some matrices at the same points."""

    def __init__(self, problems: tuple[Any, Any], stacks: Stacks, backend: str) -> None:
        self._evaluators = tuple(conditional_evaluator(p, backend) for p in problems)
        self._stacked = stacks
        names = {*stacks.parameters, *(n for e in self._evaluators for n in e.parameters)}
        self.parameters = tuple(sorted(names))

    def _solved(self, given: Mapping[str, Any]) -> tuple[list[np.ndarray], dict[str, np.ndarray]]:
        check_names(given, self.parameters)
        arrays = as_arrays(given, self._stacked.complex, np.dtype(float))
        shape = common_shape(arrays)
        matrices = self._stacked({n: arrays[n] for n in self._stacked.parameters}, shape)
        found = [full(e({n: arrays[n] for n in e.parameters})) for e in self._evaluators]
        return [np.broadcast_to(x, (*shape, *x.shape[-2:])) for x in found], matrices


class LQGEvaluator(_Joint):
    """Optimal controllers at points of the parameters; made by `evaluator` of an `LQG`.

    Called with one keyword a parameter; returns `LQGValues`, nan with a warning where there is no controller.
    """

    def __init__(self, target: LQG, backend: str = "numpy") -> None:
        p, (Q, R) = target.riccati, target.weights
        matrices = {"A": p.A, "C": p.C, "R": p.R, "S": p.S, "B": target.drive, "Q": Q, "W": R}
        stacks = Stacks({k: Matrix(m) for k, m in matrices.items()}, target.definitions, backend=backend)
        super().__init__((target.riccati, target.dual), stacks, backend)

    def __call__(self, values: Mapping[str, Any] | None = None, /, **named: Any) -> LQGValues:
        """The controller at `named` (or `values`: a mapping)."""
        (V, P), m = self._solved({**(values or {}), **named})
        kick = V @ T(m["C"]) + m["S"]
        K = T(np.linalg.solve(m["R"], T(kick)))
        F = np.linalg.solve(m["W"], T(m["B"]) @ P)
        spread = symmetric(K @ T(kick))
        L = m["A"] - m["B"] @ F
        estimate = symmetric(lyapunov(L, spread))
        cost = np.trace(m["Q"] @ V, axis1=-2, axis2=-1) + np.trace(P @ spread, axis1=-2, axis2=-1)
        usable = np.isfinite(L).all((-1, -2), keepdims=True) & np.isfinite(V).all((-1, -2), keepdims=True)
        loops = [np.where(usable, x, np.nan_to_num(x)) for x in (L, m["A"] - K @ m["C"])]
        slow = np.minimum(*(-np.linalg.eigvals(x).real.max(-1) for x in loops))
        return LQGValues(V, P, K, F, estimate, V + estimate, cost, np.where(usable[..., 0, 0], slow, np.nan))


@dataclass(frozen=True)
class SmoothedValues:
    """Covariances at points, arrays (..., 2n, 2n): filtered (past record), retrodicted (future), smoothed (both)."""

    filtered: np.ndarray
    retrodicted: np.ndarray
    smoothed: np.ndarray


class SmoothedEvaluator(_Joint):
    """Smoothed covariances at points of the parameters; made by `evaluator` of a `Smoothed`."""

    def __init__(self, target: Smoothed, backend: str = "numpy") -> None:
        problems = target.filtered.riccati, target.retrodicted.riccati
        super().__init__(problems, Stacks({}, target.definitions, backend=backend), backend)

    def __call__(self, values: Mapping[str, Any] | None = None, /, **named: Any) -> SmoothedValues:
        """The covariances at `named` (or `values`: a mapping)."""
        (V, E), _ = self._solved({**(values or {}), **named})
        return SmoothedValues(V, E, symmetric(V - V @ np.linalg.solve(V + E, V)))

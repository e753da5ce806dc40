"""Conditional covariances at many points, with the residual that says how good they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from cascade_sym.errors import UnknownName, listing


@dataclass(frozen=True)
class ConditionalValues:
    """Covariance elements at points of shape (...): `values["X_S", "X_M"]` is an array of that shape.

    `residual` is the largest element of dV/dt over the largest of the terms that cancel in it: some 1e-16
    to 1e-14. It is nan, as every element, at points without a conditional steady state.

    >>> half = {("X_M", "X_M"): np.array(0.5), ("P_M", "P_M"): np.array(0.5)}
    >>> ConditionalValues(("X_M", "P_M"), half, np.array(0.0)).variance({"X_M": 1, "P_M": 2})
    np.float64(2.5)
    """

    quadratures: tuple[str, ...]
    elements: Mapping[tuple[str, str], np.ndarray]
    residual: np.ndarray

    def __getitem__(self, key: tuple[str, str]) -> np.ndarray:
        i, j = key
        for q in (i, j):
            if q not in self.quadratures:
                raise UnknownName(f"no quadrature {q!r}; there are {listing(self.quadratures)}.")
        e = self.elements.get((i, j), self.elements.get((j, i)))
        return np.where(np.isnan(self.residual), np.nan, 0.0) if e is None else e

    @property
    def matrix(self) -> np.ndarray:
        """The covariance matrices, shape (..., 2n, 2n), in the order of `quadratures`."""
        q = self.quadratures
        rows = [np.stack([self[i, j] for j in q], -1) for i in q]
        return np.stack(rows, -2)

    def variance(self, weights: Mapping[str, Any]) -> np.ndarray:
        """The variance of sum_i weights[i] q_i; weights are numbers or arrays that broadcast to the
        points.
        """
        names = list(weights)
        total = np.zeros(np.shape(self.residual))
        for a, i in enumerate(names):
            for j in names[a:]:
                total = total + (1 if i == j else 2) * np.asarray(weights[i]) * weights[j] * self[i, j]
        return total

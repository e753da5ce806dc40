"""Conditional covariances at many points, with the residual that says how good they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cascade_sym.evaluate.covariances import CovarianceValues


@dataclass(frozen=True)
class ConditionalValues(CovarianceValues):
    """The elements of `CovarianceValues` and the residual of the Riccati equation at each point.

    `residual` is the largest element of dV/dt over the largest of the terms that cancel in it: some 1e-16
    to 1e-14. It is nan, as every element, at points without a conditional steady state.
    """

    residual: np.ndarray

    @property
    def missing(self) -> np.ndarray:
        return np.isnan(self.residual)

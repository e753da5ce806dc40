"""Conditional covariances at many points, with the error that says how good they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cascade_sym.evaluate.covariances import CovarianceValues


@dataclass(frozen=True)
class ConditionalValues(CovarianceValues):
    """The elements of `CovarianceValues`, with the residual of the Riccati equation and a bound of the error.

    `residual` is the largest element of dV/dt over the largest of the terms that cancel in it: some 1e-16
    to 1e-14. `error` bounds the error of every element V_ij over sqrt(V_ii V_jj): at most 1e-9. Both are nan, as
    every element, at points without a conditional steady state or without a value that can be trusted.
    """

    residual: np.ndarray
    error: np.ndarray

    @property
    def missing(self) -> np.ndarray:
        return np.isnan(self.error)

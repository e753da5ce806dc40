"""Steady states: covariances from the Lyapunov equation, and means."""

from cascade_sym.solve.covariance import Covariance, covariance
from cascade_sym.solve.means import Means, means

__all__ = ["Covariance", "Means", "covariance", "means"]

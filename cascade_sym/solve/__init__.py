"""Steady states: covariances from the Lyapunov equation."""

from cascade_sym.solve.covariance import Covariance, covariance
from cascade_sym.solve.physical import Physicality, is_physical

__all__ = ["Covariance", "Physicality", "covariance", "is_physical"]

"""Steady states: covariances from the Lyapunov equation."""

from cascade_sym.solve.covariance import Covariance, covariance

__all__ = ["Covariance", "covariance"]

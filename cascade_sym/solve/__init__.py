"""Steady states: covariances from the Lyapunov equation, conditional ones from the Riccati equation."""

from cascade_sym.solve.conditional import ConditionalCovariance, Riccati, conditional_covariance, riccati
from cascade_sym.solve.covariance import Covariance, covariance, lyapunov_check

__all__ = [
    "ConditionalCovariance", "Covariance", "Riccati", "conditional_covariance", "covariance", "lyapunov_check",
    "riccati",
]  # fmt: skip

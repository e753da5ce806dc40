"""Steady states: means, covariances from the Lyapunov equation, conditional ones from the Riccati equation."""

from cascade_sym.solve.conditional import ConditionalCovariance, Riccati, conditional_covariance, riccati
from cascade_sym.solve.covariance import Covariance, covariance, lyapunov_check
from cascade_sym.solve.means import Means, means
from cascade_sym.solve.routh_hurwitz import Stability, stability_conditions

__all__ = [
    "ConditionalCovariance", "Covariance", "Means", "Riccati", "Stability", "conditional_covariance", "covariance",
    "lyapunov_check", "means", "riccati", "stability_conditions",
]  # fmt: skip

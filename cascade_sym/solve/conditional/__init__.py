"""Conditional states under continuous measurement: Riccati equations, closed forms, numbers by doubling."""

from cascade_sym.solve.conditional.filtering import riccati
from cascade_sym.solve.conditional.matrices import ConditionalCovariance, conditional_covariance
from cascade_sym.solve.conditional.riccati import Riccati

__all__ = ["ConditionalCovariance", "Riccati", "conditional_covariance", "riccati"]

"""Entanglement criteria and the EPR variables that the light reads out."""

from cascade_sym.entanglement.epr import epr_variance, log_negativity, symplectic_minimum
from cascade_sym.entanglement.readout import QuadratureForm, readout_weight, two_mode_quadratures

__all__ = [
    "QuadratureForm", "epr_variance", "log_negativity", "readout_weight", "symplectic_minimum",
    "two_mode_quadratures",
]  # fmt: skip

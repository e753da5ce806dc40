"""Figures of Gaussian states."""

from cascade_sym.states.bipartite import epr_variance, log_negativity, symplectic_minimum
from cascade_sym.states.readout import QuadratureForm, readout_weight, two_mode_quadratures

__all__ = [
    "QuadratureForm", "epr_variance", "log_negativity", "readout_weight", "symplectic_minimum", "two_mode_quadratures",
]  # fmt: skip

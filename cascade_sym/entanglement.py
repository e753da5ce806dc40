"""The former name of `cascade_sym.states`, for folders that import from it."""

from cascade_sym.states import (
    QuadratureForm,
    epr_variance,
    log_negativity,
    readout_weight,
    symplectic_minimum,
    two_mode_quadratures,
)

__all__ = [
    "QuadratureForm", "epr_variance", "log_negativity", "readout_weight", "symplectic_minimum", "two_mode_quadratures",
]  # fmt: skip

"""Composition: series product, concatenation, feedback, networks of named ports, redefinition by phases."""

from cascade_sym.compose.connect import connect
from cascade_sym.compose.gauge import in_conventions, rephased
from cascade_sym.compose.network import Chain, as_system, concatenate, feedback, series
from cascade_sym.compose.physical import Physicality, is_physical

__all__ = [
    "Chain", "Physicality", "as_system", "concatenate", "connect", "feedback", "in_conventions", "is_physical",
    "rephased", "series",
]  # fmt: skip

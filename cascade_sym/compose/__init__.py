"""Composition: series product, concatenation, feedback, redefinition by phases."""

from cascade_sym.compose.chain import Chain, as_system
from cascade_sym.compose.gauge import rephased
from cascade_sym.compose.network import concatenate, feedback, series

__all__ = ["Chain", "as_system", "concatenate", "feedback", "rephased", "series"]

"""Composition: series product, concatenation, feedback."""

from cascade_sym.compose.chain import Chain, as_system
from cascade_sym.compose.network import concatenate, feedback, series

__all__ = ["Chain", "as_system", "concatenate", "feedback", "series"]

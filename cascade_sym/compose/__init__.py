"""Composition: series product, concatenation, feedback, networks of named ports, redefinition by phases."""

from cascade_sym.compose.connect import connect
from cascade_sym.compose.inverse import inverse
from cascade_sym.compose.physical import Physicality, is_physical
from cascade_sym.compose.realise import realise
from cascade_sym.system.network import Chain, System, as_system, concatenate, feedback, series, white_system
from cascade_sym.system.phases import in_conventions, rephased

__all__ = [
    "Chain", "Physicality", "System", "as_system", "concatenate", "connect", "feedback", "in_conventions",
    "inverse", "is_physical", "realise", "rephased", "series", "white_system",
]  # fmt: skip

"""Let-bindings: results as ordered lists of named definitions."""

from cascade_sym.definitions.definitions import Declared, Definitions
from cascade_sym.definitions.quantity import Quantity

__all__ = ["Declared", "Definitions", "Quantity"]

"""LinearSystem, the central value, and its ports."""

from cascade_sym.system.inputs import VACUUM, Inputs
from cascade_sym.system.system import LinearSystem, Port

__all__ = ["VACUUM", "Inputs", "LinearSystem", "Port"]

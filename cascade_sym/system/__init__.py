"""LinearSystem, the central value, and its ports."""

from cascade_sym.system.system import VACUUM, LinearSystem, Port

__all__ = ["VACUUM", "LinearSystem", "Port"]

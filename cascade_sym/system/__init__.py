"""LinearSystem, the central value, and its ports; a system from the operators of an SLH triple."""

from cascade_sym.system.inputs import VACUUM, Inputs
from cascade_sym.system.system import LinearSystem, Port
from cascade_sym.system.triple import Channel, slh_system

__all__ = [
    "VACUUM", "Channel", "Inputs", "LinearSystem", "Port", "slh_system",
]  # fmt: skip

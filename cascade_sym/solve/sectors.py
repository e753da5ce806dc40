from cascade_sym.system.sectors import *  # noqa: F403

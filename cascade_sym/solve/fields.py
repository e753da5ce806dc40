from cascade_sym.system.fields import *  # noqa: F403

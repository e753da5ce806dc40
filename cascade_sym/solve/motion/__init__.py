"""Motion in time: covariances from an initial state, propagators, and their numbers."""

from cascade_sym.solve.motion.transient import Transient, transient

__all__ = ["Transient", "transient"]

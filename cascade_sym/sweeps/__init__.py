"""Sweeps over named axes, and the global optimum of a figure of merit at every point of a grid."""

from cascade_sym.sweeps.sweep import sweep

__all__ = ["sweep"]

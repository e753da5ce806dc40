"""Figures as a journal wants them: one style, files with the same bytes for the same data."""

from cascade_sym.plot.save import save
from cascade_sym.plot.style import COLOURS, canvas, styled

__all__ = ["COLOURS", "canvas", "save", "styled"]

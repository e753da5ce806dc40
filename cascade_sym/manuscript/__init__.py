"""Manuscripts: their formulas are read, and held against what a paper's folder derives.

The room reads LaTeX as data: macros are substituted with bounds, nothing is executed, and nothing outside the
manuscript's own folder is read.
"""

from cascade_sym.manuscript.check import Checked, Report, check_manuscript
from cascade_sym.manuscript.understood import Contents, Understood, read_manuscript

__all__ = ["Checked", "Contents", "Report", "Understood", "check_manuscript", "read_manuscript"]

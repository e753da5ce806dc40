"""A manuscript as a test suite: its labelled equations are read and held against what a paper's folder derives.

The room reads LaTeX as data: macros are substituted with bounds, nothing is executed, and nothing outside the
manuscript's own folder is read.
"""

from cascade_sym.manuscript.check import Checked, Report, check_manuscript

__all__ = ["Checked", "Report", "check_manuscript"]

"""The report of a paper: one self-contained page, and the same as a PDF where TeX is installed.

The room reads what `cascade_sym.paper` wrote (ledger and heading as plain data) and derives nothing.
"""

from cascade_sym.report.page import report_page
from cascade_sym.report.write import build_report

__all__ = ["build_report", "report_page"]

"""Formulas as straight-line programs: one reader, one table of functions, many arithmetics.

`read` makes a `Calculation` of SymPy expressions, which runs in any `Arithmetic`; `lowered` turns it into real
operations (`nodes`, `builder`), which evaluators and exported code run.
"""

from cascade_sym.program.calculation import Calculation, Reader, read
from cascade_sym.program.functions import ANALYTIC, BY_CLASS, BY_NAME, COMMANDS, TABLE, Arithmetic, Function

__all__ = [
    "ANALYTIC", "BY_CLASS", "BY_NAME", "COMMANDS", "TABLE", "Arithmetic", "Calculation", "Function", "Reader", "read",
]  # fmt: skip

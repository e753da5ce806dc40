"""Formulas as straight-line programs: one reader, one table of functions, many arithmetics."""

from cascade_sym.program.arithmetic import Arithmetic
from cascade_sym.program.builder import Builder
from cascade_sym.program.calculation import Calculation, read
from cascade_sym.program.functions import BY_CLASS, BY_NAME, TABLE, Function
from cascade_sym.program.lower import lowered, read_program
from cascade_sym.program.nodes import Node, Output, Program, operation_counts

__all__ = [
    "BY_CLASS", "BY_NAME", "TABLE", "Arithmetic", "Builder", "Calculation", "Function", "Node", "Output", "Program",
    "lowered", "operation_counts", "read", "read_program",
]  # fmt: skip

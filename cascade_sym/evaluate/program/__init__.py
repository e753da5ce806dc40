"""Straight-line programs: what every backend runs, and the passes from one program to another."""

from cascade_sym.evaluate.program.builder import Builder
from cascade_sym.evaluate.program.nodes import Node, Output, Program, operation_counts
from cascade_sym.evaluate.program.reader import read_program

__all__ = ["Builder", "Node", "Output", "Program", "operation_counts", "read_program"]

"""Reading the LaTeX of papers."""

from cascade_sym.formula.latex_in.reading import Reading, read_formula
from cascade_sym.formula.latex_in.symbols import Names

__all__ = ["Names", "Reading", "read_formula"]

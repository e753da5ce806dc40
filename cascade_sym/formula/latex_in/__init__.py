"""Reading the LaTeX dialect of papers."""

from cascade_sym.formula.latex_in.reader import parse_latex, parse_latex_relations
from cascade_sym.formula.latex_in.reading import Reading, read_formula
from cascade_sym.formula.latex_in.symbols import Names

__all__ = ["Names", "Reading", "parse_latex", "parse_latex_relations", "read_formula"]

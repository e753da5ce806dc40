"""Written formulas as data: read, typeset as written, given a value.

The room knows no paper and no operator type: names and functions get their meaning from an `Environment`.
"""

from cascade_sym.formula.ast import Add, Call, Div, Integral, Mul, Name, Neg, Node, Number, Pow, Relation, Sum, to_text
from cascade_sym.formula.evaluated import parse_value
from cascade_sym.formula.interpret import Environment, interpret
from cascade_sym.formula.latex import to_latex
from cascade_sym.formula.latex_in import Reading, read_formula
from cascade_sym.formula.lettering import name_latex
from cascade_sym.formula.parser import parse, parse_relation, parse_statement
from cascade_sym.formula.printing import Marked
from cascade_sym.formula.walk import names_in, replace_at, rewrite, substitute_index, walk, written_out

__all__ = [
    "Add", "Call", "Div", "Environment", "Integral", "Marked", "Mul", "Name", "Neg", "Node",
    "Number", "Pow", "Reading", "Relation", "Sum", "interpret", "name_latex", "names_in",
    "parse", "parse_relation", "parse_statement", "parse_value", "read_formula", "replace_at",
    "rewrite", "substitute_index", "to_latex", "to_text", "walk", "written_out",
]  # fmt: skip

"""Typesetting: every object as LaTeX in the notation of a paper, documents that compile, macros and code."""

from cascade_sym.latex.displayed import body
from cascade_sym.latex.fold import fold
from cascade_sym.latex.notation import FALLBACK, Notation
from cascade_sym.latex.written import expr_latex

__all__ = ["FALLBACK", "Notation", "body", "expr_latex", "fold"]

"""Typed small edits of a written formula: for auditing a checker and for finding misprints."""

from cascade_sym.formula.edits.search import KINDS, Edit, edits
from cascade_sym.formula.edits.vocabulary import Vocabulary

__all__ = ["KINDS", "Edit", "Vocabulary", "edits"]

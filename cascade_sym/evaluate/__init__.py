"""Formulas as numbers: fast evaluators, exact values, error bounds."""

from cascade_sym.evaluate.evaluator import Evaluator, evaluator
from cascade_sym.evaluate.exact_value import exact_value
from cascade_sym.evaluate.source.code import code

__all__ = ["Evaluator", "code", "evaluator", "exact_value"]

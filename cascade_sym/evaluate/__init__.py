"""Formulas as numbers: fast evaluators, exact values, error bounds."""

from cascade_sym.evaluate.evaluator import Evaluator, evaluator
from cascade_sym.evaluate.exact_value import exact_value

__all__ = ["Evaluator", "evaluator", "exact_value"]

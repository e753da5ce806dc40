"""Conditional covariances as numbers: over arrays of parameters, in time, and to any number of digits."""

from cascade_sym.evaluate.conditional.stacks import ConditionalEvaluator, ConditionalValues, conditional_evaluator
from cascade_sym.evaluate.conditional.verified import conditional_value

__all__ = ["ConditionalEvaluator", "ConditionalValues", "conditional_evaluator", "conditional_value"]

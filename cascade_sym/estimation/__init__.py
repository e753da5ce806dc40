"""Estimation and feedback: optimal control, measurement-based feedback, smoothing, combinations of outputs."""

from cascade_sym.estimation.feedback import feedback_spectrum, measurement_feedback
from cascade_sym.estimation.lqg import LQG, lqg
from cascade_sym.estimation.smoothing import Smoothed, smoothing
from cascade_sym.estimation.wiener import Combination, optimal_combination

__all__ = [
    "LQG", "Combination", "Smoothed", "feedback_spectrum", "lqg", "measurement_feedback", "optimal_combination",
    "smoothing",
]  # fmt: skip

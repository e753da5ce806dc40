"""Estimation and feedback: optimal control, measurement-based feedback, smoothing, combinations of outputs."""

from cascade_sym.estimation.lqg import LQG, lqg
from cascade_sym.estimation.smoothing import Smoothed, smoothing

__all__ = ["LQG", "Smoothed", "lqg", "smoothing"]

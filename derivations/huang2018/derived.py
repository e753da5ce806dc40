"""Huang et al. (2018): everything that the toolkit derives for this paper.

Each module registers derivations on `model`; the printed formulas are in printed.toml and are not read here.
"""

from . import conditional, figures, hybrid, main_text, optomechanics, quantities, scalings, sensing, spin  # noqa: F401
from .model import model  # noqa: F401

"""Huang et al. (2018): everything that the toolkit derives for this paper.

Each module registers derivations on `model`; the printed formulas are in printed.toml and are not read here.
"""

from . import (  # noqa: F401
    conditional,
    dissipative,
    figures,
    hybrid,
    main_text,
    optomechanics,
    quantities,
    scalings,
    schemes,
    sensing,
    sensor_quantities,
    spin,
)  # fmt: skip
from .model import model  # noqa: F401

"""Figures of Gaussian states of localised modes and of light, for any cut of any number of modes; channels and forms.

A state is a `Covariance`, a SymPy matrix or an array of numbers. Formulas give formulas, over the definitions of the
state, where there is a closed form; `state_evaluator` gives the numbers of any number of modes, in ball arithmetic.
"""

from cascade_sym.states.at_parameters import StateEvaluator, state_evaluator
from cascade_sym.states.bipartite import duan, epr_variance, log_negativity, negativity, steering, symplectic_minimum
from cascade_sym.states.channels import GaussianChannel
from cascade_sym.states.decompositions import bloch_messiah, williamson
from cascade_sym.states.light_readout import QuadratureForm, readout_weight, two_mode_quadratures
from cascade_sym.states.metric import fidelity, quantum_fisher_information
from cascade_sym.states.mixedness import (
    Squeezing,
    entropy,
    mutual_information,
    purity,
    squeezing,
    symplectic_invariants,
    symplectic_spectrum,
)
from cascade_sym.states.multipartite import VarianceSum, bipartitions, ppt, van_loock_furusawa
from cascade_sym.states.phase_space import wigner
from cascade_sym.states.standard_forms import StandardForm, reduced, standard_form
from cascade_sym.states.state import gaussian_state
from cascade_sym.states.travelling import light_state

__all__ = [
    "GaussianChannel", "QuadratureForm", "Squeezing", "StandardForm", "StateEvaluator", "VarianceSum", "bipartitions",
    "bloch_messiah", "duan", "entropy", "epr_variance", "fidelity", "gaussian_state", "light_state", "log_negativity",
    "mutual_information", "negativity", "ppt", "purity", "quantum_fisher_information", "readout_weight", "reduced",
    "squeezing", "standard_form", "state_evaluator", "steering", "symplectic_invariants", "symplectic_minimum",
    "symplectic_spectrum", "two_mode_quadratures", "van_loock_furusawa", "wigner", "williamson",
]  # fmt: skip

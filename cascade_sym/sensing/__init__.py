"""Force sensing: forces on modes, added noise, and the sensitivity that the optimal filter reaches."""

from cascade_sym.sensing.force import ForcePort, added_noise, force_port, signal_transfer
from cascade_sym.sensing.optimal import filter_variance, integral_of, matched_filter_steps, optimal_filter
from cascade_sym.sensing.phase import phase_sensitivity
from cascade_sym.sensing.root import newton_root
from cascade_sym.sensing.sensitivity import Sensitivity, lorentzian, matched_filter_sensitivity

__all__ = [
    "ForcePort", "Sensitivity", "added_noise", "filter_variance", "force_port", "integral_of", "lorentzian",
    "matched_filter_sensitivity", "matched_filter_steps", "newton_root", "optimal_filter", "phase_sensitivity",
    "signal_transfer",
]  # fmt: skip

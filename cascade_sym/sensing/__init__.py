"""Force sensing: forces on modes, added noise, and the sensitivity that the optimal filter reaches."""

from cascade_sym.sensing.force import ForcePort, added_noise, force_port, signal_transfer
from cascade_sym.sensing.optimal import matched_filter_steps
from cascade_sym.sensing.phase import phase_sensitivity
from cascade_sym.sensing.sensitivity import Sensitivity, lorentzian, matched_filter_sensitivity

__all__ = [
    "ForcePort", "Sensitivity", "added_noise", "force_port", "lorentzian", "matched_filter_sensitivity",
    "matched_filter_steps", "phase_sensitivity", "signal_transfer",
]  # fmt: skip

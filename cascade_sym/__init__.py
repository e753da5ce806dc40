"""cascade_sym: derive, check and evaluate the formulas of cascaded quantum-optical systems.

This file is the table of contents. Every name is loaded when it is first used, so that importing the package costs
little more than nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from cascade_sym import shown

__version__ = "0.1.0"

_CONTENTS = {
    # parts of an experiment
    "parts": ("Oscillator", "Loss", "PhaseShift", "BeamSplitter", "Cavity", "Squeezer", "SLH"),
    "parts.detectors": ("Homodyne", "Heterodyne"),
    # composition
    "compose": ("series", "concatenate", "feedback", "connect", "rephased", "as_system", "is_physical"),
    "system": ("LinearSystem", "Port"),
    # derivation
    "derive": (
        "langevin", "input_output", "rotating_wave", "in_sidebands", "from_coupling", "linearise", "eliminate",
        "time_solution", "frequency_solution",
    ),
    "derive.master_equation": ("master_equation", "same_master_equation"),
    "derive.master_equation_moments": ("moment_equations",),
    "steps": ("Step", "Derivation", "Check"),
    # steady states
    "solve": ("covariance", "Covariance"),
    # conditional states
    "solve.conditional": ("riccati", "conditional_covariance"),
    "solve.conditional.reduced": ("solves_riccati", "reduced_polynomial"),
    "evaluate.conditional": ("conditional_evaluator", "conditional_value"),
    # spectra and sensing
    "spectra": (
        "transfer", "noise_spectrum", "cross_spectrum", "noise_budget", "integrated", "over_susceptibilities",
        "partial_fractions", "quotient", "Quadrature", "Spectrum",
    ),
    "sensing": (
        "force_port", "ForcePort", "signal_transfer", "added_noise", "lorentzian", "matched_filter_steps",
        "matched_filter_sensitivity", "Sensitivity",
    ),
    # scalings
    "asymptotics": ("scaling", "expand", "lower_bound"),
    # entanglement
    "entanglement": ("epr_variance", "log_negativity", "readout_weight", "two_mode_quadratures"),
    # numbers
    "evaluate": ("evaluator", "exact_value"),
    "sweeps": ("sweep",),
    # foundations
    "conventions": ("Conventions",),
    "definitions": ("Definitions", "Quantity"),
    "exact.truth": ("Equality", "equal", "is_zero", "normal_form"),
    "operators": ("operator", "quadratures", "commutator", "LinearForm", "OperatorPolynomial"),
    "symbols": ("symbol",),
    "shown": ("renderer", "Shown"),
    # papers
    "paper": ("Model", "verify"),
    "citations": ("citation",),
}  # fmt: skip
_HOME = {name: room for room, names in _CONTENTS.items() for name in names}

__all__ = sorted(_HOME)

shown.painter = lambda value: import_module("cascade_sym.latex.show").value_latex(value)


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"cascade_sym.{_HOME[name]}"), name)
    if name in {room.partition(".")[0] for room in _CONTENTS} | {"errors"}:
        return import_module(f"cascade_sym.{name}")
    raise AttributeError(f"module 'cascade_sym' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]

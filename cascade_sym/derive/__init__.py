"""Derivation: from Hamiltonians to Langevin equations, input-output relations and their solutions."""

from cascade_sym.derive.frequency import Eliminated, as_function, eliminate, frequency_solution
from cascade_sym.derive.hamiltonian import (
    Bath,
    Derived,
    coupling_operator,
    effective_frequencies,
    fourier_integral,
    free_hamiltonian,
    from_coupling,
    in_sidebands,
    linearise,
    rotating_wave,
    sideband_field,
)
from cascade_sym.derive.langevin import Equations, TimeSolution, input_output, langevin, time_solution
from cascade_sym.derive.master_equation import MasterEquation, master_equation
from cascade_sym.derive.master_equation_moments import moment_equations

__all__ = [
    "Bath", "Derived", "Eliminated", "Equations", "MasterEquation", "TimeSolution", "as_function", "coupling_operator",
    "effective_frequencies", "eliminate", "fourier_integral", "free_hamiltonian", "frequency_solution",
    "from_coupling", "in_sidebands", "input_output", "langevin", "linearise", "master_equation", "moment_equations",
    "rotating_wave", "sideband_field", "time_solution",
]  # fmt: skip

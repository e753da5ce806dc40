"""Derivation: from Hamiltonians to Langevin equations, input-output relations and their solutions."""

from cascade_sym.derive.equations import Equations, TimeSolution, input_output, langevin, time_solution
from cascade_sym.derive.frequency import Eliminated, as_function, eliminate, frequency_solution
from cascade_sym.derive.hamiltonian import (
    Bath,
    Derived,
    coupling_operator,
    effective_frequencies,
    free_hamiltonian,
    from_coupling,
    in_sidebands,
    linearise,
    rotating_wave,
)

__all__ = [
    "Bath", "Derived", "Eliminated", "Equations", "TimeSolution", "as_function", "coupling_operator",
    "effective_frequencies", "eliminate", "free_hamiltonian", "frequency_solution", "from_coupling", "in_sidebands",
    "input_output", "langevin", "linearise", "rotating_wave", "time_solution",
]  # fmt: skip

"""To and from other programs: state space, QuTiP, Julia, Mathematica; SLH triples and netlists."""

from cascade_sym.exchange.from_triples import from_slh
from cascade_sym.exchange.netlist import from_netlist
from cascade_sym.exchange.others import to_julia, to_mathematica, to_qutip
from cascade_sym.exchange.statespace import StateSpace, to_statespace

__all__ = ["StateSpace", "from_netlist", "from_slh", "to_julia", "to_mathematica", "to_qutip", "to_statespace"]

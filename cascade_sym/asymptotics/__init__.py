"""Asymptotic scalings of optimised figures of merit: discovered, derived exactly, certified."""

from cascade_sym.asymptotics.algebraic import AlgebraicValue
from cascade_sym.asymptotics.certificate import certificate_check
from cascade_sym.asymptotics.expand import Expansion, expand
from cascade_sym.asymptotics.infinite import in_the_limit, limit_of, limit_of_whole
from cascade_sym.asymptotics.result import Certificate, OptimumTerm, Scaling, number_text
from cascade_sym.asymptotics.scaling import LowerBound, lower_bound, scaling

__all__ = [
    "AlgebraicValue", "Certificate", "Expansion", "LowerBound", "OptimumTerm", "Scaling", "certificate_check",
    "expand", "in_the_limit", "limit_of", "limit_of_whole", "lower_bound", "number_text", "scaling",
]  # fmt: skip

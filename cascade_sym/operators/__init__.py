"""Operators: linear forms and normally ordered polynomials."""

from cascade_sym.operators.integral import formal_integral, integration_symbol
from cascade_sym.operators.linear import LinearForm, Op, linear_sum, op
from cascade_sym.operators.polynomial import (
    OperatorPolynomial,
    as_operator,
    commutator,
    operator,
    quadratures,
)  # fmt: skip
from cascade_sym.operators.superoperator import (
    RHO,
    DensityOperator,
    Generator,
    Superoperator,
    commutator_with_rho,
    dissipator,
    innovation,
)  # fmt: skip

__all__ = [
    "RHO", "DensityOperator", "Generator", "LinearForm", "Op", "OperatorPolynomial", "Superoperator", "as_operator",
    "commutator", "commutator_with_rho", "dissipator", "formal_integral", "innovation", "integration_symbol",
    "linear_sum", "op", "operator", "quadratures",
]  # fmt: skip

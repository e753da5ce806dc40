"""The exact algebra: declared domains, normal forms, proofs of equality."""

from cascade_sym.exact.convert import Converter, converter
from cascade_sym.exact.field import Field
from cascade_sym.exact.fraction import Fraction
from cascade_sym.exact.proof import all_zero, equal, identity_check, is_zero, normal_form

__all__ = [
    "Converter", "Field", "Fraction", "all_zero", "converter", "equal", "identity_check", "is_zero", "normal_form",
]  # fmt: skip

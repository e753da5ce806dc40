"""Elements of a `Ground`: fractions that have a value at its sample."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction as Q
from typing import Any

from sympy import Expr, Symbol

from cascade_sym.errors import DerivationError, NoPowerLaw
from cascade_sym.exact import Fraction
from cascade_sym.exact.show import factored


class Diverges(NoPowerLaw):
    """A function without an expansion in powers was met: what it was taken of diverges, vanishes, or is not known."""


class Elem(Fraction):
    """An element num/den of the `Ground` that is its field, always in normal form."""

    def number(self, values: Sequence[Any] | None = None) -> Any:
        """The value at the sample (or at `values`, one for each generator)."""
        return self.field.number(self.num, values) / self.field.number(self.den, values)

    def sign(self) -> int:
        """The sign at the sample."""
        if self.is_zero:
            return 0
        v = self.number()
        if v.contains(0):
            raise DerivationError(f"the sign of {self.expr()} was not decided at the sample.")
        return 1 if v > 0 else -1

    def rational(self) -> Q | None:
        """The rational number that the element is, or None."""
        if not (self.num.is_constant() and self.den.is_constant()):
            return None
        above = 0 if self.is_zero else int(self.num.leading_coefficient())
        return Q(above, int(self.den.leading_coefficient()))

    def depends_on(self, s: Symbol) -> bool:
        """Whether the element contains a generator, directly or under a root."""
        return self.field.index[s] in self.field.generators(self.num, self.den)

    def expr(self) -> Expr:
        """As a SymPy expression, numerator and denominator factored."""
        num, den = (factored(p, self.field.symbols) for p in (self.num, self.den))
        return (num / den).xreplace(self.field.meaning())

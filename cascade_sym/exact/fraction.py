"""Elements of the exact domain: fractions of integer polynomials modulo the relations of a field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from cascade_sym.errors import DivisionByZero

Poly = Any  # flint.fmpz_mpoly, which ships no types


@dataclass(frozen=True, eq=False)
class Fraction:
    """`num`/`den` in `field`; both reduced by its relations, with common polynomial factors removed."""

    field: Any  # a Field, or another one that reduces fractions
    num: Poly
    den: Poly

    def within(self, field: Any) -> Self:
        """The same element in an extension of its field."""
        if field is self.field:
            return self
        num, den = (p.project_to_context(field.context) for p in (self.num, self.den))
        return type(self)(field, num, den)

    def _beside(self, other: Self) -> tuple[Self, Self]:
        """Both in the larger one of their fields."""
        if self.field is other.field:
            return self, other
        field = max(self.field, other.field, key=lambda f: len(f.meaning))
        return self.within(field), other.within(field)

    def __add__(self, other: Self) -> Self:
        if self.field is not other.field:
            self, other = self._beside(other)
        if self.den == other.den:
            return self.field.fraction(self.num + other.num, self.den)
        g = self.den.gcd(other.den)
        a, b = other.den / g, self.den / g
        return self.field.fraction(self.num * a + other.num * b, self.den * a)

    def __neg__(self) -> Self:
        return type(self)(self.field, -self.num, self.den)

    def __sub__(self, other: Self) -> Self:
        return self + (-other)

    def __mul__(self, other: Self) -> Self:
        if self.field is not other.field:
            self, other = self._beside(other)
        g, h = self.num.gcd(other.den), other.num.gcd(self.den)
        return self.field.fraction((self.num / g) * (other.num / h), (self.den / h) * (other.den / g))

    def inverse(self) -> Self:
        """1/self; DivisionByZero for zero."""
        if self.is_zero:
            raise DivisionByZero("division by an expression that is identically zero")
        return self.field.fraction(self.den, self.num)

    def __truediv__(self, other: Self) -> Self:
        return self * other.inverse()

    def __pow__(self, k: int) -> Self:
        if k < 0:
            return self.inverse() ** (-k)
        return self.field.fraction(self.num**k, self.den**k)

    @property
    def is_zero(self) -> bool:
        """Whether the element is zero: its reduced numerator is the zero polynomial."""
        return self.num.is_zero()

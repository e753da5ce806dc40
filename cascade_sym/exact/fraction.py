"""Elements of the exact domain: fractions of integer polynomials modulo the relations of a field."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from math import comb
from typing import Any, Self

from cascade_sym.errors import DivisionByZero, WorkSpent

Poly = Any  # flint.fmpz_mpoly, which ships no types
BUDGET = 10**8  # products of two terms in one question: some ten seconds, and less memory than a machine has
_left: ContextVar[list[int] | None] = ContextVar("left", default=None)


@contextmanager
def bounded(work: int = BUDGET) -> Iterator[None]:
    """Ends what is calculated inside with WorkSpent after so many products of terms; an outer bound goes on counting.

    Operations are counted, not seconds, so that an answer does not depend on how busy the machine is; and before they
    are made, since one huge product can't be interrupted.

    >>> with bounded(10):
    ...     spend(11)
    Traceback (most recent call last):
    cascade_sym.errors.WorkSpent: it takes more work in the exact algebra than one question is given; shorten it.
    """
    if _left.get() is not None:
        yield
        return
    token = _left.set([work])
    try:
        yield
    finally:
        _left.reset(token)


def spend(work: int) -> None:
    """Counts work that is about to be done; WorkSpent where there is not so much left."""
    if (left := _left.get()) is not None:
        left[0] -= work
        if left[0] < 0:
            raise WorkSpent("it takes more work in the exact algebra than one question is given; shorten it.")


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
        spend(len(self.num) * len(other.den) + len(other.num) * len(self.den) + len(self.den) * len(other.den))
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
        spend(len(self.num) * len(other.num) + len(self.den) * len(other.den))
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
        spend(sum(4 * len(p) * comb(len(p) + k - 1, k) for p in (self.num, self.den) if len(p) > 1))
        return self.field.fraction(self.num**k, self.den**k)

    @property
    def is_zero(self) -> bool:
        """Whether the element is zero: its reduced numerator is the zero polynomial."""
        return self.num.is_zero()


def by_power(p: Poly, k: int) -> dict[int, Poly]:
    """The coefficients of a polynomial in its k-th generator, by its powers."""
    parts: dict[int, dict[tuple[int, ...], Any]] = {}
    for mono, c in p.terms():
        parts.setdefault(int(mono[k]), {})[(*mono[:k], 0, *mono[k + 1 :])] = c
    ctx = p.context()
    return {d: ctx.from_dict(terms) for d, terms in parts.items()}


def evaluated(p: Poly, values: Mapping[int, Any] | Sequence[Any], constant: Callable[[Any], Any]) -> Any:
    """A polynomial at values of its generators, of any kind with + and *; `constant` makes them from integers."""
    total = constant(0)
    for mono, c in p.terms():
        term = constant(c)
        for i, k in enumerate(mono):
            if k:
                term = term * values[i] ** int(k)
        total = total + term
    return total

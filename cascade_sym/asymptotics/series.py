"""Truncated power series in the small variable t with exact coefficients: valuations without `limit` or `series`.

A series knows where it is cut off (`cut`: the exponent from which on terms are unknown, None for exact finite
sums), so that a cancellation that eats all known terms is noticed (`PrecisionLoss`) and never mistaken for zero.
Fractional powers of the large parameter are integer powers of t = large^(-1/p); where p is too small,
`Ramify` asks for a larger one.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction as Q
from functools import reduce
from operator import add, mul

from cascade_sym.asymptotics.ground import Diverges, Elem, Ground
from cascade_sym.errors import DivisionByZero
from cascade_sym.program.builder import by_squaring

LONGEST = 1000  # numerators and denominators of exponents: a series has that many terms between two of its powers


class PrecisionLoss(Exception):
    """All known terms cancelled; more terms are needed."""


class Ramify(Exception):
    """A root of an odd power of t is needed; t must be replaced by t^factor."""

    def __init__(self, factor: int) -> None:
        super().__init__(f"t -> t^{factor}")
        self.factor = factor


@dataclass(frozen=True, eq=False)
class Series:
    """sum_k coeffs[k] t^(val + k) + O(t^cut); at most `terms` terms are kept. Build with `Series.make`."""

    ground: Ground
    terms: int
    val: int
    coeffs: tuple[Elem, ...]
    cut: int | None

    @staticmethod
    def make(ground: Ground, terms: int, val: int, coeffs: list[Elem], cut: int | None) -> Series:
        """Leading zeros removed, cut to the working number of terms."""
        if cut is not None:
            coeffs = coeffs[: max(cut - val, 0)]
        first = next((i for i, c in enumerate(coeffs) if not c.is_zero), len(coeffs))
        val, coeffs = val + first, coeffs[first:]
        while coeffs and coeffs[-1].is_zero:
            coeffs = coeffs[:-1]
        if len(coeffs) > terms:
            coeffs = coeffs[:terms]
            cut = val + terms if cut is None else min(cut, val + terms)
        if not coeffs:
            val = 0 if cut is None else cut
        return Series(ground, terms, val, tuple(coeffs), cut)

    @staticmethod
    def constant(c: Elem, terms: int) -> Series:
        return Series.make(c.field, terms, 0, [c], None)

    @staticmethod
    def power_of_t(ground: Ground, k: int, terms: int) -> Series:
        return Series(ground, terms, k, (ground.rational(1),), None)

    @property
    def is_exact_zero(self) -> bool:
        return not self.coeffs and self.cut is None

    def coeff(self, k: int) -> Elem:
        """The coefficient of t^k; PrecisionLoss where it is beyond the cut."""
        if self.cut is not None and k >= self.cut:
            raise PrecisionLoss
        i = k - self.val
        return self.coeffs[i] if 0 <= i < len(self.coeffs) else self.ground.rational(0)

    def leading(self) -> tuple[int, Elem]:
        """Exponent and coefficient of the first term; PrecisionLoss where nothing is known."""
        if not self.coeffs:
            raise PrecisionLoss
        if self.ground.open and self.coeffs[0].number().contains(0):
            raise Diverges(f"whether {self.coeffs[0].expr()} is zero was not decided")
        return self.val, self.coeffs[0]

    def rational(self) -> Q | None:
        """The rational number that the series is, or None."""
        if self.cut is not None or self.val or len(self.coeffs) > 1:
            return None
        return self.coeffs[0].rational() if self.coeffs else Q(0)

    def diverges(self) -> int:
        """1 or -1 where the series tends to +-oo, 0 where it has a finite limit."""
        return self.sign() if self.val < 0 else 0

    def limit(self) -> Elem:
        """The finite limit."""
        return self.coeff(0)

    def sign(self) -> int:
        """The sign for small t: that of the leading coefficient."""
        return 0 if self.is_exact_zero else self.leading()[1].sign()

    def __add__(self, other: Series) -> Series:
        if not isinstance(other, Series):
            return NotImplemented
        if self.is_exact_zero:
            return other
        if other.is_exact_zero:
            return self
        cut = _least(self.cut, other.cut)
        val = min(self.val, other.val)
        end = max(self.val + len(self.coeffs), other.val + len(other.coeffs))
        end = end if cut is None else min(end, cut)
        out = [self.coeff(k) + other.coeff(k) for k in range(val, end)]
        return Series.make(self.ground, self.terms, val, out, cut)

    def __neg__(self) -> Series:
        return Series(self.ground, self.terms, self.val, tuple(-c for c in self.coeffs), self.cut)

    def scaled(self, c: Elem) -> Series:
        return Series.make(self.ground, self.terms, self.val, [c * x for x in self.coeffs], self.cut)

    def __mul__(self, other: Series) -> Series:
        if not isinstance(other, Series):
            return NotImplemented
        if self.is_exact_zero or other.is_exact_zero:
            return Series(self.ground, self.terms, 0, (), None)
        cut = _least(
            None if other.cut is None else self.val + other.cut, None if self.cut is None else other.val + self.cut
        )
        val = self.val + other.val
        size = min(len(self.coeffs) + len(other.coeffs) - 1, self.terms + 1)
        if cut is not None:
            size = min(size, cut - val)
        a, b = self.coeffs, other.coeffs
        spans = ((k, range(max(0, k - len(b) + 1), min(k + 1, len(a)))) for k in range(max(size, 0)))
        out = [reduce(add, (a[i] * b[k - i] for i in span), self.ground.rational(0)) for k, span in spans]
        return Series.make(self.ground, self.terms, val, out, cut)

    def inverse(self) -> Series:
        """1/self, to the working number of terms."""
        if self.is_exact_zero:
            raise DivisionByZero("division by an expression that is identically zero")
        val, c0 = self.leading()
        return self._binomial(Q(-1), c0.inverse(), -val)

    def __pow__(self, n: int) -> Series:
        one = Series.constant(self.ground.rational(1), self.terms)
        out: Series = by_squaring(mul, one, self.inverse() if n < 0 else self, abs(n))
        return out

    def power(self, e: Q) -> Series:
        """self^e for rational e; of the leading coefficient the ground takes the power."""
        if e.denominator == 1:
            return self**e.numerator
        if self.is_exact_zero:
            return self if e > 0 else self.inverse()
        if max(abs(e.numerator), e.denominator) > LONGEST:
            raise Diverges(f"the exponent {e} is too long for an expansion in powers")
        val, c0 = self.leading()
        moved = val * e
        if moved.denominator != 1:
            raise Ramify(moved.denominator)
        return self._binomial(e, self.ground.power(c0, e), int(moved))

    def _binomial(self, e: Q, lead: Elem, val: int) -> Series:
        """lead t^val (1 + u)^e by the recurrence for powers of a power series."""
        g = self.ground
        if len(self.coeffs) == 1 and self.cut is None:
            return Series(g, self.terms, val, (lead,), None)
        size = self.terms if self.cut is None else min(self.terms, self.cut - self.val)
        inv = self.coeffs[0].inverse()
        u = [c * inv for c in self.coeffs]
        out = [g.rational(1)]
        for k in range(1, size):
            weights = [(i, (e * i - (k - i)) / k) for i in range(1, min(k, len(u) - 1) + 1)]
            terms = (g.rational(w.numerator, w.denominator) * u[i] * out[k - i] for i, w in weights)
            out.append(reduce(add, terms, g.rational(0)))
        return Series.make(g, self.terms, val, [lead * c for c in out], val + size)

    def compose(self, derivatives: list[Elem]) -> Series:
        """sum_n derivatives[n] self^n / n! for a series without constant term (Taylor's theorem)."""
        one = self.ground.rational(1)
        if self.is_exact_zero:
            return Series.constant(derivatives[0], self.terms)
        if self.val <= 0:
            raise Diverges("the argument of a function does not vanish in the limit")
        out = Series.constant(derivatives[0], self.terms)
        power, factorial = Series.constant(one, self.terms), 1
        n = 1
        while n < len(derivatives) and n * self.val < self.terms + 1:
            power, factorial = power * self, factorial * n
            out = out + power.scaled(derivatives[n] * self.ground.rational(1, factorial))
            n += 1
        cut = _least(out.cut, n * self.val)
        return Series.make(self.ground, self.terms, out.val, list(out.coeffs), cut)


def _least(a: int | None, b: int | None) -> int | None:
    if a is None or b is None:
        return b if a is None else a
    return min(a, b)

"""The declared exact domain: polynomials over named generators modulo relations.

Amplitudes (square roots of rates), cosines and sines, phases, I and surds are generators; printed parameters
are polynomials in them (Gamma = g^2, epsilon = 1 - tau^2). What can't be eliminated that way is a relation
g^q = polynomial, by which every polynomial is reduced. Each relation has its own leading generator, so the
relations are a Groebner basis and a numerator that reduces to zero proves the identity.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import flint
from sympy import Expr

from cascade_sym.errors import DivisionByZero
from cascade_sym.exact.fraction import Fraction, Poly
from cascade_sym.shown import Card, Shown, card


@dataclass(frozen=True, eq=False)
class Relation:
    """The generator with index `gen` satisfies gen^degree = value (a polynomial in other generators)."""

    gen: int
    degree: int
    value: Poly


@dataclass(frozen=True, eq=False)
class Field(Shown):
    """Generators (as SymPy expressions, in order), their relations, and the polynomial ring over them.

    `meaning[i]` is the expression that generator i stands for. Made by `cascade_sym.exact.converter` for the
    expressions that it has to hold.
    """

    context: Any
    meaning: tuple[Expr, ...]
    relations: tuple[Relation, ...]

    def __str__(self) -> str:
        from cascade_sym.exact.as_sympy import poly_to_expr

        gens = ", ".join(map(str, self.meaning))
        rules = [f"({self.meaning[r.gen]})^{r.degree} = {poly_to_expr(r.value, self.meaning)}" for r in self.relations]
        return f"Q({gens})" + (f" with {', '.join(rules)}" if rules else "")

    @property
    def one(self) -> Poly:
        return self.context.constant(1)

    def gen(self, i: int) -> Poly:
        return self.context.gens()[i]

    def reduce(self, p: Poly) -> Poly:
        """Normal form of a polynomial modulo the relations."""
        changed = bool(self.relations)
        while changed:
            changed = False
            for r in reversed(self.relations):
                if not p.is_zero() and p.degrees()[r.gen] >= r.degree:
                    p = self._apply(p, r)
                    changed = True
        return p

    def _apply(self, p: Poly, r: Relation) -> Poly:
        parts: dict[int, dict[tuple[int, ...], Any]] = {}
        for mono, c in p.terms():
            k, rest = divmod(int(mono[r.gen]), r.degree)
            key = (*mono[: r.gen], rest, *mono[r.gen + 1 :])
            parts.setdefault(k, {})[key] = c
        total, power, last = self.context.constant(0), self.one, 0
        for k in sorted(parts):
            power = power * r.value ** (k - last)
            last = k
            total = total + self.context.from_dict(parts[k]) * power
        return total

    def fraction(self, num: Poly, den: Poly | None = None) -> Fraction:
        """The element num/den: reduced, free of I and of surds in the denominator, in lowest terms."""
        den = self.one if den is None else den
        num, den = self.reduce(num), self.reduce(den)
        if den.is_zero():
            raise DivisionByZero("division by an expression that is identically zero")
        if num.is_zero():
            return Fraction(self, num, self.one)
        for r in self.relations:
            if r.degree == 2 and r.value.is_constant() and den.degrees()[r.gen] > 0:
                other = _conjugated(den, r.gen, self.context)
                num, den = self.reduce(num * other), self.reduce(den * other)
        g = num.gcd(den)
        if not g.is_one():
            num, den = num / g, den / g
        if den.leading_coefficient() < 0:
            num, den = -num, -den
        return Fraction(self, num, den)

    def integer(self, n: int) -> Fraction:
        return Fraction(self, self.context.constant(n), self.one)

    def rational(self, p: int, q: int) -> Fraction:
        return self.fraction(self.context.constant(p), self.context.constant(q))

    def element(self, i: int) -> Fraction:
        return Fraction(self, self.gen(i), self.one)


@card.register
def _(value: Field) -> Card:
    return Card(str(value), {})


def _conjugated(p: Poly, gen: int, context: Any) -> Poly:
    return context.from_dict({m: (-c if m[gen] % 2 else c) for m, c in p.terms()})


def make_context(size: int) -> Any:
    """A polynomial ring over the integers with `size` generators (graded reverse lexicographic)."""
    return flint.fmpz_mpoly_ctx.get([f"g{i}" for i in range(max(size, 1))], "degrevlex")

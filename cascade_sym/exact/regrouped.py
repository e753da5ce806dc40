"""Factors regrouped by what is known of them together: squares modulo cos^2 + sin^2 = 1, products of declared sign."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

from cascade_sym.exact.factors import polynomial_factors
from cascade_sym.exact.field import Field
from cascade_sym.exact.fraction import Fraction, Poly
from cascade_sym.exact.intervals import Sign
from cascade_sym.exact.signed import SignedField
from cascade_sym.exact.signs import LONGEST

Factors = list[tuple[Poly, int]]
Because = tuple[Fraction, ...]  # why something is >= 0; see `Tower.root`


class Regrouped(SignedField):
    """A signed field that knows the `sines` and cosines among its generators; `because` says of what certain
    polynomials are squares.
    """

    def __init__(self, field: Field, given: Mapping[str, int]) -> None:
        super().__init__(field, given)
        self.sines: list[tuple[int, int]] = []  # cosine and sine of each angle
        self.because: dict[str, Because] = {}

    def _found(self, p: Poly) -> Sign | None:
        return super()._found(p) or self._square_sign(p)

    def _square_sign(self, p: Poly) -> Sign | None:
        """The sign of a multiple of a square."""
        content, factors = self._homogeneous(p)
        if not factors or any(k % 2 for _, k in factors):
            return None
        root = self.field.integer(1)
        for q, k in factors:
            root = root * self.field.fraction(q) ** (k // 2)
        self.because[str(p if content > 0 else -p)] = (root,)
        return Sign(1 if content > 0 else -1, False, steps=(("square",),))

    def _homogeneous(self, p: Poly) -> tuple[int, Factors]:
        """Factors of a polynomial that is brought to one degree in cosine and sine by cos^2 + sin^2 = 1, as those of
        1 + 2 sin cos; none where none is a square.
        """
        was, one = p, self.field.context.constant(0)
        for c, s in self.sines if len(p) <= LONGEST else ():
            degrees = {int(m[c] + m[s]) for m in p.monoms()}
            if len({d % 2 for d in degrees}) != 1 or len(degrees) == 1:
                continue
            ring = self.field.gen(c) ** 2 + self.field.gen(s) ** 2
            parts: dict[int, dict[tuple[int, ...], Any]] = {}
            for m, k in p.terms():
                parts.setdefault((max(degrees) - int(m[c] + m[s])) // 2, {})[tuple(m)] = k
            p = sum((self.field.context.from_dict(part) * ring**n for n, part in parts.items()), one)
        if p == was:
            return 1, []
        content, factors = polynomial_factors(p)
        if all(k == 1 for _, k in factors):
            return 1, []
        reduced = [(self.field.reduce(q), k) for q, k in factors]
        return content, [(q, k) for q, k in reduced if not q.is_one()]

    def joined(self, factors: Factors) -> Factors:
        """Factors of which only the product has a declared sign as that product."""
        table = {str(p): (p, k) for p, k in factors}
        for fact in self.facts if len(factors) > 1 else ():
            parts = [p for p, k in polynomial_factors(self.now(fact.poly))[1]]
            powers = {table[str(p)][1] for p in parts} if all(str(p) in table for p in parts) else set()
            if len(parts) > 1 and len(powers) == 1 and not all(map(self.known_sign, parts)):
                for p in parts:
                    del table[str(p)]
                whole = prod(parts)
                table[str(whole)] = whole, powers.pop()
        return list(table.values())

    def restored(self, value: int, factors: Factors) -> tuple[int, Factors]:
        """(cos - 1)(cos + 1) back to -sin^2, and other squares that the relation of the field had rewritten."""
        table = {str(p): (p, k) for p, k in factors}
        for c, s in self.sines:
            low, high = str(self.field.gen(c) - 1), str(self.field.gen(c) + 1)
            k = min(table.get(low, (None, 0))[1], table.get(high, (None, 0))[1])
            if k == 0:
                continue
            for name in (low, high):
                p, old = table.pop(name)
                if old > k:
                    table[name] = (p, old - k)
            sine, old = self.field.gen(s), table.get(str(self.field.gen(s)), (None, 0))[1]
            table[str(sine)] = (sine, old + 2 * k)
            value *= (-1) ** k
        for name, (p, k) in list(table.items()):
            content, squares = self._homogeneous(p) if self._real(p) else (1, [])
            if squares:
                del table[name]
                value *= content**k
                for q, j in squares:
                    table[str(q)] = q, table.get(str(q), (q, 0))[1] + j * k
        return value, list(table.values())

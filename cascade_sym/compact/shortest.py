"""The shortest way found to write a polynomial: a search over sums and products, bounded by a count of tries.

A polynomial is tried as it stands, in factors, and as each of the sums of `splits`. Of equally long ways the first is
taken, so that the same polynomial gives the same formula. Fractions are in `sums`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import gcd, lcm
from typing import Any, Protocol

import sympy as sp
from sympy import Expr

from cascade_sym.compact import gaussian
from cascade_sym.compact.ring import Ring
from cascade_sym.compact.splits import Product, Sum, splits
from cascade_sym.definitions.count import operations
from cascade_sym.exact.fraction import Poly

BREADTH = (12, 5, 2, 1)  # of the most promising splits that are worked out, level by level
MOST_SHARES = 4  # factors of a product that its number in front may go into
LISTED = 10  # ways that are looked at for the price of one that is worked out
LONG = 100  # terms of a polynomial that is only factored, not split


class Known(Protocol):
    """What is known of expressions on a domain."""

    def never_zero(self, e: Expr) -> bool: ...

    def nonnegative(self, e: Expr) -> bool: ...


def _length(e: Expr) -> int:
    """Operations without those of a number in front of all terms: it goes elsewhere."""
    return operations(e.primitive()[1] if e.is_Add else e) - bool(e.is_Mul and e.args[0].is_negative)


class Shortest:
    """Writes polynomials and fractions of one ring; `pool` are combinations to try, `tries` bounds the search.

    Nothing is divided by that was not below before, unless it is `known` to vanish nowhere.
    """

    def __init__(self, ring: Ring, pool: Iterable[Poly], tries: int, known: Known) -> None:
        self.ring, self.tries, self._safe = ring, tries, known.never_zero
        self._rates = {k for k, e in enumerate(ring.meaning) if known.nonnegative(e)}
        self._pool: list[Poly] = []
        for p in pool:
            self._add(p)
        self._known: dict[tuple[str, int], Expr] = {}
        self._weights = [operations(e) for e in ring.meaning]

    def _add(self, p: Poly) -> None:
        if len(p) > 1 and all(p != q for q in self._pool):
            self._pool.append(p)

    # -- estimates: operations of what is written out -----------------------------------------------------

    def _estimate(self, p: Poly) -> int:
        """Operations of a polynomial written as a sum of terms, its common monomial in front."""
        terms = [(tuple(map(int, m)), c) for m, c in p.terms()]
        if not terms:
            return 0
        shared = tuple(map(min, *(m for m, _ in terms))) if len(terms) > 1 else terms[0][0]
        total = self._monomial(shared)
        if len(terms) == 1:
            return max(total - 1, 0) + (abs(terms[0][1]) != 1)
        for m, c in terms:
            rest = tuple(a - b for a, b in zip(m, shared, strict=True))
            total += max(self._monomial(rest) - 1, 0) + (abs(c) != 1 and any(rest))
        return total + len(terms) - 1

    def _monomial(self, m: tuple[int, ...]) -> int:
        return sum(1 + (k > 1) + self._weights[j] for j, k in enumerate(m) if k)

    def _estimate_sum(self, total: Sum) -> int:
        return (
            len(total)
            - 1
            + sum(len(part) - 1 + sum(self._estimate(f) + (abs(k) > 1) for f, k in part) for part in total)
        )

    # -- polynomials --------------------------------------------------------------------------------------

    def polynomial(self, p: Poly, depth: int = 0) -> Expr:
        """A polynomial in few operations."""
        if len(p) <= 1:
            return self._term(p)
        key = str(p), depth
        if key not in self._known:
            self._known[key] = self._polynomial(p, depth)
        return self._known[key]

    def _term(self, p: Poly) -> Expr:
        for m, c in p.terms():
            powers = (self.ring.meaning[j] ** int(k) for j, k in enumerate(m) if k)
            return sp.Mul(sp.Rational(int(c.p), int(c.q)), *powers)
        return sp.S.Zero

    def _plain(self, p: Poly) -> Expr:
        return sp.Add(*(self._term(self.ring.context.from_dict({m: c})) for m, c in p.terms()))

    def _polynomial(self, p: Poly, depth: int) -> Expr:
        plain = self._plain(p)
        i = self.ring.i
        if len(p) == 2 and (i is None or not p.degrees()[i]) and len(p.factor()[1]) == 1:
            return plain
        best, least = plain, _length(plain)
        unit, found = gaussian.factors(p, self.ring)
        if len(found) > 1 or found[0][1] > 1:
            made = self.product([(unit, 1), *found], depth)
            best, least = (made, n) if (n := _length(made)) < least else (best, least)
        if len(found) == 1 and found[0][1] == 1 and 2 < len(p) <= LONG and self.tries > 0:
            ways = [(self._estimate_sum(s), n, s) for n, s in enumerate(splits(p, self.ring, self._pool))]
            self.tries -= len(ways) // LISTED
            breadth = BREADTH[min(depth, len(BREADTH) - 1)]
            for _, _, way in sorted(ways, key=lambda w: w[:2])[:breadth]:
                if self.tries <= 0:
                    break
                self.tries -= 1
                made = self.total(way, depth + 1)
                best, least = (made, n) if (n := _length(made)) < least else (best, least)
        return best

    @staticmethod
    def _better(best: Expr, least: int, new: Expr) -> tuple[Expr, int]:
        return (new, n) if (n := operations(new)) < least else (best, least)

    def total(self, terms: Sum, depth: int) -> Expr:
        """A sum of products."""
        return sp.Add(*(self.product(part, depth) for part in terms))

    # -- products -----------------------------------------------------------------------------------------

    def product(self, parts: Product, depth: int = 0, signed: bool = False) -> Expr:
        """A product of powers of polynomials, the number in front shared out among the factors; a sign in front counts
        where it is not that of a term (`signed`).
        """
        ring = self.ring
        unit, factors = ring.one, Product()
        for p, k in parts:
            if p.is_constant() or ring.used(p) == [ring.i]:
                unit = ring.reduce(unit * (p**k if k > 0 else self._inverse(p) ** -k))
            elif len(p) == 1:
                c = p.leading_coefficient()
                unit = unit * c**k if k > 0 else unit / c**-k
                factors.append((p / c, k))
            else:
                factors.append((p, k))
        best: tuple[int, Poly, list[tuple[Expr, int]]] | None = None
        for front, written in self._shared(unit, factors, depth):
            number = self._plain(front)
            forms = [(self._scaled(p, depth), k) for p, k in written]
            length = sum(operations(e) + (abs(k) != 1) for e, k in forms) + operations(number)
            above = sum(k > 0 for _, k in forms) + (number not in (1, -1))
            length += (signed and number.is_Rational and bool(number < 0)) + max(above, 1) + len(forms) - above
            if best is None or length < best[0]:
                best = length, number, forms
        assert best is not None
        return sp.Mul(best[1], *(e**k for e, k in best[2]))

    def _shared(self, unit: Poly, factors: Product, depth: int) -> Iterator[tuple[Poly, Product]]:
        """A number and factors: the number in front, within one factor, or factors with a coefficient 1."""
        ring = self.ring
        long = [n for n, (p, _) in enumerate(factors) if len(p) > 1]
        plain: Product = []
        for p, k in factors:
            s = self._usual(p, depth)
            plain.append((ring.reduce(p * s), k))
            unit = ring.reduce(unit * (self._inverse(s) ** k if k > 0 else s**-k))
        yield unit, plain
        if unit == ring.one:
            return
        for n in long[:MOST_SHARES]:
            p, k = plain[n]
            if ring.i is not None and p.degrees()[ring.i]:
                turned = ring.reduce(p * ring.gen(ring.i))
                turned = ring.reduce(turned * self._usual(turned, depth))
                number = gaussian.quotient(turned, p, ring)
                assert number is not None
                front = ring.reduce(unit * (self._inverse(number) ** k if k > 0 else number**-k))
                yield front, [*plain[:n], (turned, k), *plain[n + 1 :]]
            if abs(k) == 1:
                p = ring.reduce(p * (unit if k == 1 else self._inverse(unit)))
                for sign in (self._sign([c for m, c in p.terms() if ring.i is None or not m[ring.i]] or [1]), 1):
                    yield ring.one * sign, [*plain[:n], (p * sign, k), *plain[n + 1 :]]
        whole, parts = unit, Product()
        for p, k in plain:
            s = ring.one / max(abs(c) for c in p.coeffs()) if len(p) > 1 else ring.one
            whole = whole * (self._inverse(s) ** k if k > 0 else s**-k)
            parts.append((p * s, k))
        yield whole, parts

    def _usual(self, p: Poly, depth: int) -> Poly:
        """The number that a factor is multiplied by to be written as usual: rates in its real part, most of it
        positive, kappa/2 - I*omega with 1 at I, other coefficients integers, and no number in front of all terms.
        """
        ring = self.ring
        if len(p) < 2:
            return ring.one
        i = ring.i
        s = ring.one
        if i is not None and p.degrees()[i]:
            rates = [bool(m[i]) for m in p.monoms() if all(k in self._rates for k, d in enumerate(m) if d and k != i)]
            if 2 * sum(rates) > len(rates):
                s = -ring.gen(i)
                p = ring.reduce(p * s)
            real = [c for m, c in p.terms() if not m[i]]
            s = s * (self._sign(real) if real else 1)
            if len(p) == 2 and len(real) < 2:
                return s / max(abs(c) for m, c in p.terms() if m[i])
        else:
            s = s * self._sign([c for _, c in p.terms()])
        whole = lcm(*(int(c.q) for c in p.coeffs()))
        s = s * whole / gcd(*(int(c.p * (whole / c.q)) for c in p.coeffs()))
        if len(p) > 2 and (e := self.polynomial(self._primitive(p), depth)).is_Add:
            content = e.primitive()[0]
            s = s * int(content.q) / int(content.p)
        return s

    def _primitive(self, p: Poly) -> Poly:
        """With integer coefficients, the first one positive, and no number in common."""
        p = p / p.leading_coefficient()
        whole = lcm(*(int(c.q) for c in p.coeffs()))
        return p * whole / gcd(*(int(c.p * (whole / c.q)) for c in p.coeffs()))

    @staticmethod
    def _sign(coefficients: list[Any]) -> int:
        """That of most, or else of the first."""
        positive = sum(c > 0 for c in coefficients)
        tie = 2 * positive == len(coefficients)
        return 1 if (coefficients[0] > 0 if tie else 2 * positive > len(coefficients)) else -1

    def _inverse(self, unit: Poly) -> Poly:
        """Of a number of Q(i)."""
        i = self.ring.i
        if i is None or not unit.degrees()[i]:
            return self.ring.one / unit.leading_coefficient()
        turned = gaussian.conjugate(unit, i)
        return turned / self.ring.reduce(unit * turned).leading_coefficient()

    def _scaled(self, p: Poly, depth: int) -> Expr:
        """The short form of a polynomial, from that of the primitive one."""
        base = self._primitive(p)
        ratio = p.leading_coefficient() / base.leading_coefficient()
        return self.polynomial(base, depth) * sp.Rational(int(ratio.p), int(ratio.q))

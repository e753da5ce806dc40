"""The shortest way found to write a fraction: a search over sums and products, bounded by a count of tries.

A polynomial is tried as it stands, in factors, and as each of the sums of `splits`; a fraction in lowest terms, without
its whole part (1 - ...), collected in what stands above only, and in partial fractions. Of ways of equal length the
first is taken, so that the same fraction gives the same formula.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from math import gcd, lcm
from typing import Any, Protocol

import sympy as sp
from sympy import Expr

from cascade_sym.compact import gaussian
from cascade_sym.compact.ring import Ring, View
from cascade_sym.compact.splits import Product, Sum, divided, exact_quotient, splits
from cascade_sym.definitions.count import operations
from cascade_sym.exact.fraction import Poly, by_power

Way = tuple[Product, int, list[tuple[Poly, Poly]]]  # a product, times the sum of some fractions to the power 1 or -1
BREADTH = (12, 5, 2, 1)  # of the most promising splits that are worked out, level by level
MOST_SHARES = 4  # factors of a product that its number in front may go into
LONG = 150  # terms of a polynomial that is only factored, not split


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
        self._below: dict[str, bool] = {}  # factors, whether a formula may divide by them
        self._pool: list[Poly] = []
        for p in pool:
            self._add(p)
        self._known: dict[tuple[str, int], Expr] = {}
        self._weights = [operations(e) for e in ring.meaning]
        self._fractions: dict[str, tuple[int, Expr]] = {}

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
        if len(p) == 2 and not any(m[self.ring.i or 0] for m in p.monoms() if self.ring.i is not None):
            content, found = p.factor()
            if len(found) == 1:
                return plain
        best, least = plain, _length(plain)
        unit, found = gaussian.factors(p, self.ring)
        if len(found) > 1 or found[0][1] > 1:
            made = self.product([(unit, 1), *found], depth)
            best, least = (made, n) if (n := _length(made)) < least else (best, least)
        if len(found) == 1 and found[0][1] == 1 and 2 < len(p) <= LONG:
            ways = [(self._estimate_sum(s), n, s) for n, s in enumerate(splits(p, self.ring, self._pool))]
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
        """The number that a factor is multiplied by to be written as usual: rates in its real part, most of it positive,
        kappa/2 - I*omega with 1 at I, other coefficients integers, and no number in front of all terms.
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

    # -- fractions ----------------------------------------------------------------------------------------

    def fraction(self, view: View) -> Expr:
        """num/den in few operations."""
        unit, above, below = self._factored(view.num, view.den)
        self._below = {str(p / p.leading_coefficient()): True for p, _ in below}
        for p, _ in (*below, *above):
            if len(p) <= 8:
                self._add(p)
        return self._fraction(unit, above, below, 0)

    def _factored(self, num: Poly, den: Poly) -> tuple[Poly, Product, Product]:
        """A number, and the factors above and below, without common ones over Q(i)."""
        ring = self.ring
        i = ring.i
        if i is not None and (num.degrees()[i] or den.degrees()[i]):
            g = gaussian.common(num, den, ring)
            if not g.is_constant():
                num, den = gaussian.quotient(num, g, ring), gaussian.quotient(den, g, ring)
        (a, above), (b, below) = gaussian.factors(num, ring), gaussian.factors(den, ring)
        unit = ring.reduce(a * self._inverse(b))
        usual: list[Product] = []
        for factors, turn in ((above, 1), (below, -1)):
            usual.append([])
            for p, k in factors:
                s = self._usual(p, 2)
                usual[-1].append((ring.reduce(p * s), k))
                unit = ring.reduce(unit * (self._inverse(s) ** k if turn > 0 else s**k))
        return unit, usual[0], usual[1]

    def _divides(self, p: Poly) -> bool:
        """Whether a formula may divide by p."""
        for f, _ in gaussian.factors(p, self.ring)[1]:
            key = str(f / f.leading_coefficient())
            if key not in self._below:
                self._below[key] = self._safe(self._plain(f))
            if not self._below[key]:
                return False
        return True

    def _fraction(self, unit: Poly, above: Product, below: Product, depth: int) -> Expr:
        key = f"{unit} {above} {below}"
        if key in self._fractions:
            return self._fractions[key][1]
        best = self.product([(unit, 1), *above, *((p, -k) for p, k in below)], depth, signed=not depth)
        least = operations(best)
        if depth < 3:
            for way in self._ways(unit, above, below, depth):
                best, least = self._better(best, least, way)
        self._fractions[key] = least, best
        return best

    def _lowest(self, num: Poly, den: Poly) -> tuple[Poly, Poly]:
        num, den = self.ring.reduce(num), self.ring.reduce(den)
        g = num.gcd(den)
        return num / g, den / g

    def _ways(self, unit: Poly, above: Product, below: Product, depth: int) -> Iterator[Expr]:
        """A fraction as a sum, times what the sum has in common, or as that over a sum: the most promising ones."""
        size = sum(len(p) for p, _ in (*above, *below))
        ways = [*self._as_sum(unit, above, below), *self._over_sum(unit, above, below)] if size <= LONG else []
        ranked = []
        for n, (front, turn, terms) in enumerate(ways):
            lowest = [self._lowest(a, b) for a, b in terms]
            if not all(self._divides(b) for _, b in lowest):
                continue
            length = sum(self._estimate(p) for t in lowest for p in t) + len(lowest)
            ranked.append((length + sum(self._estimate(p) + abs(k) for p, k in front), n, front, turn, lowest))
        for _, _, front, turn, terms in sorted(ranked, key=lambda w: w[:2])[: BREADTH[min(depth, 3)]]:
            if self.tries <= 0:
                return
            self.tries -= 1
            whole = sp.Add(*(self._fraction(*self._factored(a, b), depth + 1) for a, b in terms if not a.is_zero()))
            yield self.product(front, depth + 1) * whole**turn

    def _as_sum(self, unit: Poly, above: Product, below: Product) -> Iterator[Way]:
        long = [f for f in above if len(f[0]) > 1]
        if not long:
            return
        main = max(long, key=lambda f: len(f[0]))
        for N, others in self._groups(main, above, self.ring.one):
            for D, rest in self._denominators(below):
                front: Product = [(unit, 1), *others, *((p, -k) for p, k in rest)]
                yield from ((front, 1, terms) for terms in self._sums(N, D))

    def _over_sum(self, unit: Poly, above: Product, below: Product) -> Iterator[Way]:
        """f/(f h + g) = 1/(h + g/f): a continued fraction, as of coupled susceptibilities."""
        for n, (D, k) in enumerate(below):
            if k != 1 or len(D) < 2:
                continue
            rest: Product = [(p, -j) for m, (p, j) in enumerate(below) if m != n]
            scaled = self.ring.reduce(D * self._inverse(unit))
            for m, (f, j) in enumerate(above):
                others = [g for l, g in enumerate(above) if l != m]
                for power in range(1, j + 1):
                    front = [*others, (f, j - power), *rest]
                    yield from ((front, -1, terms) for terms in self._sums(scaled, f**power))
                    if self.ring.used(unit):
                        yield from (([(unit, 1), *front], -1, terms) for terms in self._sums(D, f**power))

    @staticmethod
    def _groups(main: tuple[Poly, int], above: Product, one: Poly) -> Iterator[tuple[Poly, Product]]:
        """A numerator to be written as a sum, and the other factors: everything, or the longest one alone."""
        whole = one
        for p, k in above:
            whole = whole * p**k
        yield whole, []
        if main[1] == 1 and len(above) > 1:
            yield main[0], [f for f in above if f is not main]

    def _denominators(self, below: Product) -> Iterator[tuple[Poly, Product]]:
        """A denominator below the sum, and the rest, which stays below everything."""
        whole = self.ring.one
        for p, k in below:
            whole = whole * p**k
        yield whole, []
        long = [f for f in below if len(f[0]) > 1]
        if len(below) > 1 and len(below) <= 6:
            for f in long:
                yield f[0] ** f[1], [g for g in below if g is not f]
            monomials = [f for f in below if len(f[0]) == 1]
            if monomials and len(long) > 1:
                whole = self.ring.one
                for p, k in long:
                    whole = whole * p**k
                yield whole, monomials

    def _sums(self, N: Poly, D: Poly) -> Iterator[list[tuple[Poly, Poly]]]:
        """N/D as sums of fractions."""
        ring = self.ring
        one = ring.one
        if D.is_constant():
            return
        yield from ([(q, one), (ring.reduce(N - q * D), D)] for q in self._whole_parts(N, D))
        for k in ring.used(N):
            if k == ring.i or D.degrees()[k]:
                continue
            parts = by_power(N, k)
            if len(parts) < 2:
                continue
            v = ring.gen(k)
            yield [(q * v**d, D) for d, q in sorted(parts.items(), reverse=True)]
            if set(parts) == {0, 1}:
                a, b = parts[1], parts[0]
                for s in self._constants(b, a):
                    yield [((v + s) * a, D), (b - s * a, D)]
        yield from self._partial(N, D)

    def _whole_parts(self, N: Poly, D: Poly) -> list[Poly]:
        """What can be taken out of N/D so that the rest has fewer terms above."""
        ring = self.ring
        found: list[tuple[int, int, Poly]] = []
        seen: list[Poly] = []
        if len(N) * len(D) > 3000:
            return []
        table = [(tuple(map(int, m)), c) for m, c in D.terms()]
        for m, c in N.terms():
            for n, d in table:
                mono = tuple(int(x) - y for x, y in zip(m, n, strict=True))
                if min(mono) < 0:
                    continue
                q = ring.context.from_dict({mono: c / d})
                if any(q == t for t in seen):
                    continue
                seen.append(q)
                rest = ring.reduce(N - q * D)
                if len(rest) < len(N):
                    found.append((len(rest), len(found), q))
        if len(D) == 1:
            q = ring.context.constant(0)
            for m, c in N.terms():
                mono = tuple(int(x) - int(y) for x, y in zip(m, next(iter(D.monoms())), strict=True))
                q = q + (ring.context.from_dict({mono: c / D.leading_coefficient()}) if min(mono) >= 0 else 0)
            return [] if q.is_zero() else [q]
        for k in ring.used(D):
            if k != ring.i and (parts := divided(N, D, k, ring)) and len(parts[0]) > 1 and len(parts[1]) < len(N):
                found.append((len(parts[1]) + len(parts[0]) - 1, len(found), parts[0]))
        return [q for _, _, q in sorted(found, key=lambda f: f[:2])[:4]]

    def _constants(self, b: Poly, a: Poly) -> list[Poly]:
        """Numbers s for which b - s a has fewer terms than b."""
        above = b.to_dict()
        found = {str(above[m] / d): above[m] / d for m, d in a.to_dict().items() if m in above}
        ranked = [(len(b - s * a), n, s) for n, s in enumerate(found.values())]
        return [
            self.ring.context.constant(s) for left, _, s in sorted(ranked, key=lambda r: r[:2])[:2] if left < len(b)
        ]

    def _partial(self, N: Poly, D: Poly) -> Iterator[list[tuple[Poly, Poly]]]:
        """Partial fractions for a factor below that is linear in a power of a generator."""
        ring = self.ring
        _, found = gaussian.factors(D, ring)
        if len(found) < 2 or len(N) * len(D) > 3000:
            return
        for f, k in found:
            if k > 1:
                continue
            rest = (
                exact_quotient(D, f)
                if not (ring.i is not None and f.degrees()[ring.i])
                else gaussian.quotient(D, f, ring)
            )
            for v in ring.used(f):
                power = int(f.degrees()[v])
                parts = by_power(f, v)
                if v == ring.i or rest is None or set(parts) != {0, power}:
                    continue
                if any(m[v] % power for p in (N, rest) for m in p.monoms()):
                    continue
                a, b = parts[power], -parts[0]
                tops = [self._at(p, v, power, a, b) for p in (N, rest)]
                if tops[1][0].is_zero():
                    continue
                # N/(f rest) at v^power = b/a: residue n/r, n = tops[0]/a^j
                (n, j), (r, l) = tops
                top, bottom = n * a ** max(l - j, 0), r * a ** max(j - l, 0)
                left = ring.reduce(N * bottom - top * rest)
                if left.is_zero():
                    continue
                yield [(top, bottom * f), (left, bottom * D)]

    def _at(self, p: Poly, v: int, power: int, a: Poly, b: Poly) -> tuple[Poly, int]:
        """p at v^power = b/a, as polynomial over a power of a."""
        parts = by_power(p, v)
        top = max(parts) // power
        total = sum(
            (q * b ** (d // power) * a ** (top - d // power) for d, q in parts.items()), self.ring.context.constant(0)
        )
        return self.ring.reduce(total), top

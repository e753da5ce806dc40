"""The shortest way found to write a fraction: a product, a sum of fractions, or one over such a sum.

In lowest terms; without its whole part (1 - ...); collected in what stands above only; in partial fractions; and
f/(f h + g) as 1/(h + g/f), the continued fractions of coupled susceptibilities. Nothing is divided by that was not
below before, unless it is known to vanish nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import sympy as sp
from sympy import Expr

from cascade_sym.compact import gaussian
from cascade_sym.compact.ring import Ring, View
from cascade_sym.compact.shortest import BREADTH, LISTED, LONG, Known, Shortest
from cascade_sym.compact.splits import Product, divided, exact_quotient
from cascade_sym.definitions.count import operations
from cascade_sym.exact.fraction import Poly, by_power

Way = tuple[Product, int, list[tuple[Poly, Poly]]]  # a product, times the sum of some fractions to the power 1 or -1
LARGEST = 3000  # products of two terms up to which sums of a fraction are looked for
MOST_WHOLE = 4  # whole parts of one fraction


class Sums(Shortest):
    """Writes fractions of one ring; see `Shortest`."""

    def __init__(self, ring: Ring, pool: Iterable[Poly], tries: int, known: Known) -> None:
        super().__init__(ring, pool, tries, known)
        self._below: dict[str, bool] = {}  # factors, whether a formula may divide by them
        self._fractions: dict[str, tuple[int, Expr]] = {}

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
        ways = (
            [*self._as_sum(unit, above, below), *self._over_sum(unit, above, below)]
            if size <= LONG and self.tries > 0
            else []
        )
        ranked = []
        for n, (front, turn, terms) in enumerate(ways):
            lowest = [self._lowest(a, b) for a, b in terms]
            if not all(self._divides(b) for _, b in lowest):
                continue
            length = sum(self._estimate(p) for t in lowest for p in t) + len(lowest)
            ranked.append((length + sum(self._estimate(p) + abs(k) for p, k in front), n, front, turn, lowest))
        self.tries -= len(ways) // LISTED
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
        if len(N) * len(D) > LARGEST:
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
        return [q for _, _, q in sorted(found, key=lambda f: f[:2])[:MOST_WHOLE]]

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
        if len(found) < 2 or len(N) * len(D) > LARGEST:
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

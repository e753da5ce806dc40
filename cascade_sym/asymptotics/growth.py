"""Sums of monomials in several quantities that grow without bound, and which of them are small against which.

One monomial x^a is small against a sum with coefficients of one sign along *every* path where a point p >= a, p != a,
lies in the convex hull of the sum's exponents (weighted means). Where that does not decide, nothing is claimed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction as Q
from itertools import combinations

from cascade_sym.asymptotics.ground import Elem, Ground
from cascade_sym.errors import NoLimit

Exponents = tuple[tuple[int, Q], ...]  # (large quantity, power), sorted, without zeros
Over = dict[int, set[int]]  # large quantities, each positive power of which beats every power of some others
UNIT: Exponents = ()


def product(a: Exponents, b: Exponents, sign: int = 1) -> Exponents:
    """The exponents of x^a x^b, or of x^a/x^b with sign -1."""
    out = dict(a)
    for i, k in b:
        out[i] = out.get(i, Q(0)) + sign * k
    return tuple(sorted((i, k) for i, k in out.items() if k))


def is_small(a: Exponents, points: Collection[Exponents], over: Over, strict: bool = True) -> bool:
    """Whether x^a/(sum of x^b over `points`) tends to zero along every path; bounded is enough if not `strict`."""
    for b in points:
        d = product(a, b, -1)
        beaten = {j for i, k in d if k < 0 for j in (i, *over.get(i, ()))}
        if all(i in beaten for i, _ in d) and (d or not strict):
            return True
    pairs = combinations([dict(product(b, a, -1)) for b in points], 2)
    return any(_below_segment(b, c, strict) for b, c in pairs)


def _below_segment(b: Mapping[int, Q], c: Mapping[int, Q], strict: bool) -> bool:
    """Whether a point w*b + (1 - w)*c, 0 <= w <= 1, has no negative coordinate (and, if `strict`, is not zero)."""
    low, high = Q(0), Q(1)
    axes = set(b) | set(c)
    for i in axes:
        u, v = b.get(i, Q(0)), c.get(i, Q(0))
        if u == v and v < 0:
            return False
        if u > v:
            low = max(low, -v / (u - v))
        elif u < v:
            high = min(high, v / (v - u))
    ends = (low, (low + high) / 2, high) if low <= high else ()
    return any(not strict or any(w * b.get(i, Q(0)) + (1 - w) * c.get(i, Q(0)) for i in axes) for w in ends)


def _collected(terms: Iterable[tuple[Exponents, Elem]]) -> dict[Exponents, Elem]:
    total: dict[Exponents, Elem] = {}
    for a, c in terms:
        total[a] = total[a] + c if a in total else c
    return total


@dataclass(frozen=True, eq=False)
class Sum:
    """sum of c x^a over `terms`, plus something small against x^r for each r in `small`. Build with `make`."""

    ground: Ground
    terms: Mapping[Exponents, Elem]
    small: frozenset[Exponents]

    @staticmethod
    def make(ground: Ground, terms: Mapping[Exponents, Elem], small: Iterable[Exponents] = ()) -> Sum:
        """Without zeros, and without what is small against a remainder anyway."""
        every, over = frozenset(small), ground.over
        rest = frozenset(r for r in every if not any(r != q and is_small(r, [q], over) for q in every))
        kept = {a: c for a, c in terms.items() if not c.is_zero and not any(is_small(a, [r], over) for r in rest)}
        return Sum(ground, dict(sorted(kept.items())), rest)

    @staticmethod
    def number(c: Elem) -> Sum:
        return Sum.make(c.field, {UNIT: c})

    def __add__(self, other: Sum) -> Sum:
        terms = _collected((*self.terms.items(), *other.terms.items()))
        return Sum.make(self.ground, terms, self.small | other.small)

    def __mul__(self, other: Sum) -> Sum:
        small = {product(r, a) for r in self.small for a in (*other.terms, *other.small)}
        small |= {product(r, a) for r in other.small for a in self.terms}
        pairs = ((product(a, b), c * d) for a, c in self.terms.items() for b, d in other.terms.items())
        return Sum.make(self.ground, _collected(pairs), small)

    def same(self, other: Sum) -> bool:
        """Whether both are exact and equal."""
        return not self.small and not other.small and self.terms.keys() == other.terms.keys() and all(
            c.num == other.terms[a].num and c.den == other.terms[a].den for a, c in self.terms.items()
        )  # fmt: skip

    def essential(self) -> list[Exponents]:
        """The exponents of the terms against which no other term is large."""
        return [a for a in self.terms if not is_small(a, self.terms.keys() - {a}, self.ground.over)]

    def sign(self) -> int:
        """The sign along every path, by terms that can't cancel; NoLimit where they could."""
        ends = self.essential()
        signs = {self.terms[a].sign() for a in ends}
        if len(signs) != 1 or not all(is_small(r, ends, self.ground.over, False) for r in self.small):
            raise NoLimit("the sign of a part depends on the path, or was not decided")
        return signs.pop()


def powers_of(u: Sum, n: int) -> Sum:
    """Something small against u^n."""
    support = {*u.terms, *u.small}
    every = {UNIT}
    for _ in range(n):
        every = {product(a, b) for a in every for b in support}
    return Sum.make(u.ground, {}, every)

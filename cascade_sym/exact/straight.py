"""Definitions in the exact field, one after the other: a straight-line program, never written out.

Written out, the covariance of three modes has 10^13 nodes; as elements of the field its definitions have a few thousand
terms each. What costs are the gcds of sums, so denominators stay products of irreducible factors, of which a program
has a few dozen (the pivots of its eliminations): a sum is divided by those that divide it exactly, as in fraction-free
elimination (Bareiss, Math. Comp. 22, 565 (1968)), and only divisors are factored.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import gcd, lcm
from typing import Any

import sympy as sp
from flint.utils.flint_exceptions import DomainError
from sympy import Expr

from cascade_sym.definitions import Definitions
from cascade_sym.errors import DivisionByZero, OutsideExactDomain
from cascade_sym.exact.factors import polynomial_factors
from cascade_sym.exact.fraction import Fraction, Poly
from cascade_sym.exact.tower import Tower

WORK = 5 * 10**7  # products of two terms in one program: some five seconds
Powers = dict[int, int]  # of factors, by their place


@dataclass(frozen=True)
class Quotient:
    """num/(scale * product of factors^powers): a numerator, an integer > 0, and powers of a program's factors."""

    num: Poly
    scale: int = 1
    powers: Powers = field(default_factory=dict)


class Straight:
    """Runs definitions in the field of `tower`; `leaf` takes expressions without defined symbols into it.

    Pivots are divided by without an assumption, since what follows has a limit where they vanish. OutsideExactDomain is
    raised where the program takes more than `WORK`.
    """

    def __init__(self, tower: Tower, leaf: Callable[[Expr], Fraction], definitions: Definitions) -> None:
        self._tower, self._leaf, self._bodies = tower, leaf, dict(definitions)
        self._pivots = {s for pivot in definitions.pivots for s in pivot}
        self._factors: list[Poly] = []
        self._known: dict[Expr, Quotient] = {}
        self._spent = 0
        self._defined = set(self._bodies)

    def __call__(self, e: Expr) -> Fraction:
        """An expression over the definitions as an element of the field."""
        for s in self._bodies:  # in order: none needs a deep recursion
            self._run(s)
        return self._element(e)

    def _element(self, e: Expr) -> Fraction:
        q = self._now(self._run(e))
        return self._tower.field.fraction(q.num, self._product(q.powers) * q.scale)

    # -- expressions --------------------------------------------------------------------------------------

    def _run(self, e: Expr) -> Quotient:
        found = self._known.get(e)
        if found is None:
            found = self._known[e] = self._computed(e)
        return found

    def _computed(self, e: Expr) -> Quotient:
        if e in self._bodies:
            return self._run(self._bodies[e])
        if not (e.free_symbols & self._defined):
            return self._taken(self._leaf(e))
        if isinstance(e, sp.Add):
            return self._sum([self._run(a) for a in e.args])
        if isinstance(e, sp.Mul):
            out, *others = (self._run(a) for a in e.args)
            for q in others:
                out = self._times(out, q)
            return out
        if isinstance(e, sp.Pow) and e.exp.is_Rational:
            return self._power(e.base, e.exp)
        if isinstance(e, sp.Abs):
            return self._taken(self._tower.abs(self._element(e.args[0])))
        if isinstance(e, sp.conjugate):
            return self._taken(self._tower.conj(self._element(e.args[0])))
        raise OutsideExactDomain(f"{e.func.__name__} of a definition is outside the exact algebra: {e}.")

    def _power(self, base: Expr, exponent: sp.Rational) -> Quotient:
        q = self._run(base)
        if exponent.q != 1:
            root = self._tower.root(self._element(base), int(exponent.q))
            if exponent.is_negative:
                self._tower.divided.append(self._now(q).num)
            return self._taken(root ** int(exponent.p))
        if exponent.is_negative:
            if base not in self._pivots:
                self._tower.divided.append(self._now(q).num)
            q = self._inverse(q)
        out = q
        for _ in range(abs(int(exponent)) - 1):
            out = self._times(out, q)
        return out

    # -- arithmetic ---------------------------------------------------------------------------------------

    def _now(self, q: Quotient) -> Quotient:
        """The same in the field as it has become."""
        context = self._tower.field.context
        if self._factors and self._factors[0].context() is not context:
            self._factors = [f.project_to_context(context) for f in self._factors]
        return q if q.num.context() is context else Quotient(q.num.project_to_context(context), q.scale, q.powers)

    def _taken(self, f: Fraction) -> Quotient:
        f = f.within(self._tower.field)
        self._now(Quotient(f.num))
        scale, powers = self._split(f.den)
        return Quotient(f.num, scale, powers)

    def _sum(self, terms: Sequence[Quotient]) -> Quotient:
        terms = [self._now(q) for q in terms]
        scale = lcm(*(q.scale for q in terms))
        powers: Powers = {}
        for q in terms:
            for i, k in q.powers.items():
                powers[i] = max(k, powers.get(i, 0))
        total = self._tower.field.context.constant(0)
        alike: dict[tuple[Any, ...], Poly] = {}
        for q in terms:
            key = tuple(sorted(q.powers.items()))
            part = q.num * (scale // q.scale)
            alike[key] = alike[key] + part if key in alike else part
        for key, num in alike.items():
            had = dict(key)
            total = total + self._product({i: k - had.get(i, 0) for i, k in powers.items()}, num)
        return self._lowest(total, scale, powers)

    def _times(self, a: Quotient, b: Quotient) -> Quotient:
        a, b = self._now(a), self._now(b)
        tops, powers = [a.num, b.num], dict[int, int]()
        for n, q in ((0, b), (1, a)):
            for i, k in q.powers.items():
                tops[n], left = self._without(tops[n], i, k)
                if left:
                    powers[i] = powers.get(i, 0) + left
        num = self._multiplied(*tops)
        if self._tower.field.relations:
            return self._lowest(self._tower.field.reduce(num), a.scale * b.scale, powers)
        return self._whole(num, a.scale * b.scale, powers)

    def _inverse(self, q: Quotient) -> Quotient:
        q = self._now(q)
        if q.num.is_zero():
            raise DivisionByZero("division by an expression that is identically zero")
        top, degrees = self._product(q.powers) * q.scale, q.num.degrees()
        if any(degrees[r.gen] for r in self._tower.field.relations):
            return self._taken(self._tower.field.fraction(top, q.num))
        scale, powers = self._split(q.num)
        return self._whole(top if scale > 0 else -top, abs(scale), powers)

    def _lowest(self, num: Poly, scale: int, powers: Powers) -> Quotient:
        """Without the factors that divide the numerator."""
        if num.is_zero():
            return Quotient(num)
        left = {}
        for i, k in powers.items():
            num, rest = self._without(num, i, k)
            if rest:
                left[i] = rest
        return self._whole(num, scale, left)

    @staticmethod
    def _whole(num: Poly, scale: int, powers: Powers) -> Quotient:
        if num.is_zero():
            return Quotient(num)
        common = gcd(scale, int(num.content())) if scale != 1 else 1
        return Quotient(num / common if common != 1 else num, scale // common, powers)

    def _without(self, p: Poly, i: int, most: int) -> tuple[Poly, int]:
        """p divided by factor i as often as it can be, at most so often; and how often it can not."""
        while most and not p.is_zero():
            try:
                p = p / self._factors[i]
            except DomainError:
                break
            most -= 1
        return p, most

    def _split(self, p: Poly) -> tuple[int, Powers]:
        """p as an integer times powers of factors, of which new ones are added."""
        powers: Powers = {}
        for i in range(len(self._factors)):
            most = p.total_degree()
            p, left = self._without(p, i, most)
            if most > left:
                powers[i] = most - left
        content, found = polynomial_factors(p)
        for q, k in found:
            if q.leading_coefficient() < 0:
                q, content = -q, content * (-1) ** k
            powers[len(self._factors)] = k
            self._factors.append(q)
        return content, powers

    def _product(self, powers: Powers, first: Poly | None = None) -> Poly:
        out = self._tower.field.one if first is None else first
        for i, k in powers.items():
            for _ in range(k):
                out = self._multiplied(out, self._factors[i])
        return out if first is None or not self._tower.field.relations else self._tower.field.reduce(out)

    def _multiplied(self, a: Poly, b: Poly) -> Poly:
        self._spent += len(a) * len(b)
        if self._spent > WORK:
            raise OutsideExactDomain("the definitions have too many terms as elements of the exact field.")
        return a * b

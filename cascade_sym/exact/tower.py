"""A field that grows by roots and absolute values, each on its principal branch.

Which factor leaves a root, and with which sign, follows from signs that are declared or proved of them (`signs`): a
factor p >= 0 has a root of its own; of a factor whose sign is not known, even powers leave the root as powers of |p|,
and the rest stays under it together. What is under a root of unknown sign makes the root real or imaginary, so the
root itself has no sign, and its conjugate is |radicand|^(2/q)/root.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import lcm

import sympy as sp

from cascade_sym.errors import OutsideExactDomain
from cascade_sym.exact.factors import coprime_base, integer_factors, is_long, polynomial_factors
from cascade_sym.exact.field import Field
from cascade_sym.exact.fraction import Fraction, Poly
from cascade_sym.exact.intervals import Interval
from cascade_sym.exact.regrouped import Because, Factors, Regrouped


class Refine(Exception):
    """What was not known when the field was begun: integers under roots have a factor in common (`parts`), or a
    factor has roots of several degrees (`degrees`); start again with that.
    """

    def __init__(self, parts: tuple[int, ...] = (), degrees: Mapping[str, int] | None = None) -> None:
        super().__init__()
        self.parts, self.degrees = parts, dict(degrees or {})


class Tower(Regrouped):
    """Roots, absolute values and conjugates in a field with signs.

    `conjugates` are those of generators that are not real; what was divided by on the way is in `divided`.
    """

    def __init__(self, field: Field, imaginary: int, given: Mapping[str, int], refined: Refine) -> None:
        super().__init__(field, given)
        self._imaginary = imaginary
        self.conjugates: dict[int, Fraction] = {}
        self.divided: list[Poly] = []
        self._parts, self._degrees = refined.parts, refined.degrees
        self._long: set[int] = set()
        self._roots: dict[str, tuple[int, int]] = {}  # printed radicand -> generator, degree

    # -- conjugates and absolute values ---------------------------------------------------------------------

    def conj(self, f: Fraction) -> Fraction:
        f = f.within(self.field)
        return f if self.is_real(f) else self._turned(f.num) / self._turned(f.den)

    def _turned(self, p: Poly) -> Fraction:
        """The conjugate of a polynomial, with those of the generators that are not real."""
        field = self.field
        total = field.integer(0)
        for mono, c in p.terms():
            term = field.integer(1)
            plain = {}
            for i, k in enumerate(mono):
                if k and i not in self.intervals:
                    term = term * self._conjugate(i) ** int(k)
                elif k:
                    plain[i] = k
            real = self.field.context.from_dict({tuple(plain.get(i, 0) for i in range(len(self.field.meaning))): c})
            total = total + term * self.field.fraction(real)
        return total

    def _conjugate(self, i: int) -> Fraction:
        if i == self._imaginary:
            return -self.field.element(i)
        if i not in self.conjugates:
            relation = next((r for r in self.field.relations if r.gen == i), None)
            if relation is None:
                raise OutsideExactDomain(f"the conjugate of {self.field.meaning[i]} is not known to the exact algebra.")
            u = self.field.fraction(relation.value)
            self.divided.append(self.now(relation.value))
            size = self.root(u * self.conj(u), relation.degree, (u,))
            self.conjugates[i] = size / self.field.element(i)
        return self.conjugates[i].within(self.field)

    def abs(self, f: Fraction) -> Fraction:
        """|f|: factor by factor where f is real by its generators, else the root of f conj(f)."""
        f = f.within(self.field)
        if f.is_zero:
            return f
        if not self.is_real(f):
            return self.root(f * self.conj(f), 2, (f,))
        out = self.field.integer(1)
        for p, turn in ((f.num, 1), (f.den, -1)):
            content, factors = self.restored(*polynomial_factors(p))
            out = out * self.field.integer(abs(content)) ** turn
            for q, k in self.joined(factors):
                out = out * self._modulus(q, k) ** turn
        return out

    def _modulus(self, p: Poly, k: int) -> Fraction:
        """|p|^k for a real polynomial p and k > 0."""
        p = self.now(p)
        base = self.field.fraction(p)
        if k % 2 == 0:
            return base**k
        if found := self.sign(p):
            return (base if found.value > 0 else -base) ** k
        name = f"|{p}|"
        if name not in self._roots:
            square = self.field.reduce(p**2)
            self.because.setdefault(str(square), (base,))
            self._roots[name] = self.adjoin(square, 2, Interval(0), sp.Abs(self.expr(p))), 2
        return self.field.element(self._roots[name][0]) * base ** (k - 1)

    # -- roots ----------------------------------------------------------------------------------------------

    def root(self, f: Fraction, q: int, because: Because = ()) -> Fraction:
        """The principal root f^(1/q); `because` says why f >= 0 where no sign shows it: it is |z|^2 (z,), or r + s with
        r >= 0 and r^2 - s^2 = v^2 (r, v).
        """
        f = f.within(self.field)
        if f.is_zero:
            return f
        above, factors = self.restored(*polynomial_factors(f.num))
        below, divisors = self.restored(*polynomial_factors(f.den))
        sign = 1 if above * below > 0 else -1
        out = self._numeric(abs(above), q) / self._numeric(abs(below), q)
        left: Factors = []
        mixed: Factors = []
        for p, k in self.joined([*factors, *((p, -k) for p, k in divisors)]):
            if not self._real(p):
                mixed.append((p, k))
            elif found := self.sign(p):
                sign *= found.value ** (k % 2)
                out = out * self._positive(p if found.value > 0 else -p, k, q, found.strict)
            else:
                whole = lcm(2, q)
                m, rest = divmod(k, whole)
                out = out * self._modulus_power(p, m * whole // q)
                left += [(p, rest)] if rest else []
        for p, k in self._pairs(mixed):
            out = out * self._positive(p, k, q, False)
        return out * self._rest(sign, left, mixed, q, because)

    def _modulus_power(self, p: Poly, k: int) -> Fraction:
        if k == 0:
            return self.field.integer(1)
        return self._modulus(p, k) if k > 0 else self._modulus(p, -k).inverse()

    def _positive(self, p: Poly, k: int, q: int, strict: bool) -> Fraction:
        """p^(k/q) for p >= 0."""
        m, rest = divmod(k, q)
        out = self.field.fraction(self.now(p)) ** m
        if not rest:
            return out
        return out * self._root_of(p, q, strict) ** rest

    def _numeric(self, n: int, q: int) -> Fraction:
        """The root of a positive integer."""
        out = self.field.integer(1)
        for prime, k in self._integers(n).items():
            out = out * self.field.integer(prime ** (k // q))
            if k % q:
                out = out * self._root_of(self.field.context.constant(prime), q, True) ** (k % q)
        return out

    def _integers(self, n: int) -> dict[int, int]:
        """Factors of an integer; Refine where two that are too long to factor turn out to have one in common."""
        found = integer_factors(n, self._parts)
        self._long |= {m for m in found if is_long(m)}
        base = coprime_base(self._long)
        if len(base) > len(self._long) or not set(base) <= self._long:
            raise Refine(parts=coprime_base([*base, *self._parts]))
        return found

    def _pairs(self, mixed: Factors) -> Factors:
        """Products of a factor and its conjugate, which are >= 0; they are taken out of `mixed`."""
        out: Factors = []
        for a, (p, k) in enumerate(mixed):
            for b, (other, j) in enumerate(mixed[:a]):
                if k * j <= 0:
                    continue
                turned = self._turned(self.now(p))
                ratio = turned / self.field.fraction(self.now(other))
                if ratio.num.is_constant() and ratio.num.leading_coefficient() > 0 and ratio.den.is_constant():
                    n = min(k, j, key=abs)
                    out.append(((self.field.fraction(self.now(p)) * self.field.fraction(self.now(other))).num, n))
                    self.because[str(out[-1][0])] = (self.field.fraction(self.now(p)),)
                    mixed[a], mixed[b] = (p, k - n), (other, j - n)
                    k -= n
        mixed[:] = [(p, k) for p, k in mixed if k]
        return out

    def _rest(self, sign: int, left: Factors, mixed: Factors, q: int, because: Because) -> Fraction:
        """The root of what no sign is known of: sign times the factors `left`, which are real, and `mixed`."""
        field = self.field
        if not left and not mixed:
            return field.integer(1) if sign > 0 else self._unit(q)
        group = field.integer(sign)
        for p, k in (*left, *mixed):
            group = group * self.field.fraction(self.now(p)) ** k
        if because:
            cleared, out = self._cleared(group, q)
            self.because[str(cleared)] = because
            return out * self._root_of(cleared, q, False)
        if not mixed and q == 2 and sign < 0:  # sqrt(-U) sqrt(U) = i |U|
            group = -group
            w = self.root(group, 2)
            self.divided.append(group.num)
            return self.field.element(self._imaginary) * self.abs(group) / w
        if not mixed:
            return self._root_of(group.num, q, None)
        if q == 2 and (found := self._principal(group)):
            return found
        cleared, out = self._cleared(group, q)
        return out * self._root_of(cleared, q, None)

    def _cleared(self, f: Fraction, q: int) -> tuple[Poly, Fraction]:
        """f as p/s^q with a polynomial p and s > 0: p and 1/s. OutsideExactDomain where the denominator is not real."""
        num, den = self.now(f.num), self.now(f.den)
        for r in reversed(self.field.relations):  # 1/w = w^(degree - 1)/w^degree
            if (k := min(int(m[r.gen]) for m in den.monoms())) > 0:
                more = self.field.gen(r.gen) ** (r.degree - k)
                num, den = self.field.reduce(num * more), self.field.reduce(den * more)
        if not self._real(den):
            raise OutsideExactDomain(f"no sign is known of the parts of {self.expr(num)}/({self.expr(den)}).")
        power = lcm(2, q)
        scale = self.abs(self.field.fraction(den)) ** (power // q)
        return self.field.reduce(self.now(num) * self.now(den) ** (power - 1)), scale.inverse()

    def _unit(self, q: int) -> Fraction:
        """(-1)^(1/q)."""
        i = self.field.element(self._imaginary)
        if q == 2:
            return i
        if q == 3:
            half = self.field.rational(1, 2)
            return half + i * half * self._numeric(3, 2)
        if q in (4, 6):
            c, s = (self._numeric(n, 2) * self.field.rational(1, 2) for n in ((2, 2) if q == 4 else (3, 1)))
            return c + i * s
        raise OutsideExactDomain(f"a root of degree {q} of a negative number has no short form in roots.")

    def _principal(self, f: Fraction) -> Fraction | None:
        """sqrt(u + i v) = sqrt((r + u)/2) + i sgn(v) sqrt((r - u)/2) where r = |u + i v| and the sign are known."""
        before = len(self.field.meaning)
        try:
            size = self.root(self.conj(f) * f, 2, (f,))
        except OutsideExactDomain:
            return None
        if len(self.field.meaning) > before:
            return None
        i, half = self.field.element(self._imaginary), self.field.rational(1, 2)
        u, v = (f + self.conj(f)) * half, (self.conj(f) - f) * half * i
        x = self.root((size + u) * half, 2, (size * half, v * half))
        if (right := self.sign_of(x)) and right.value > 0 and right.strict:
            return x + i * v * half / x
        turn = self.sign_of(v)
        if turn is None or (turn.value < 0 and not turn.strict):
            return None
        y = self.root((size - u) * half, 2, (size * half, v * half))
        return x + i * y if turn.value > 0 else x - i * y

    def _root_of(self, p: Poly, q: int, strict: bool | None) -> Fraction:
        """p^(1/q) as a power of the one generator that this radicand has; `strict` is None where p may be negative."""
        p = self.now(p)
        name = str(p)
        if name not in self._roots:
            degree = self._degrees.get(name, q)
            interval = None if strict is None else self.root_interval(p, strict)
            self._roots[name] = self.adjoin(p, degree, interval, self.expr(p) ** sp.Rational(1, degree)), degree
        place, degree = self._roots[name]
        if degree % q:
            raise Refine(degrees={**self._degrees, name: lcm(degree, q)})
        return self.field.element(place) ** (degree // q)

    def root_interval(self, p: Poly, strict: bool) -> Interval:
        """Where a root of p >= 0 lies."""
        below = self.known_sign(1 - p)
        if below and below.value > 0:
            return Interval(0, 1, strict, facts=tuple(sorted(below.facts)))
        return Interval(0, above=strict)

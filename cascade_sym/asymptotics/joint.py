"""Functions of several parameters that grow without bound together: limits that hold along every path.

A function is a ratio of sums of monomials in large quantities x, with remainders that are small against monomials.
Every limit here rests on which monomials are small against which (`growth`). Roots and exponentials that are no such
sums become large quantities of their own, unrelated to the others: what holds for all their paths holds for those that
occur.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction as Q
from functools import reduce
from operator import mul
from typing import Any

from cascade_sym.asymptotics.exact_series import ExactSeries
from cascade_sym.asymptotics.ground import Diverges, Elem, Ground
from cascade_sym.asymptotics.growth import UNIT, Sum, is_small, powers_of, product
from cascade_sym.errors import DivisionByZero, NoLimit
from cascade_sym.program import BY_NAME

ARSINH: Any = BY_NAME["arsinh"].rule


@dataclass(frozen=True, eq=False)
class Germ:
    """above/below near infinity: the values of `Joint`, with the operations of a `Series`."""

    joint: Joint
    above: Sum
    below: Sum

    @property
    def is_exact_zero(self) -> bool:
        return not self.above.terms and not self.above.small

    def rational(self) -> Q | None:
        c = Q(0) if self.is_exact_zero else self.constant()
        return c.rational() if isinstance(c, Elem) else c

    def constant(self) -> Elem | None:
        """The number that the function is everywhere, or None."""
        (b, q), p = next(iter(self.below.terms.items())), self.above.terms
        c = p[b] / q if b in p else None
        whole = c is not None and self.above.same(self.below * Sum.number(c))
        return c if whole else None

    def __neg__(self) -> Germ:
        return self.scaled(self.joint.ground.rational(-1))

    def scaled(self, c: Elem) -> Germ:
        return Germ(self.joint, self.above * Sum.number(c), self.below)

    def __add__(self, other: Germ) -> Germ:
        if not isinstance(other, Germ):
            return NotImplemented
        if self.below.same(other.below):
            return Germ(self.joint, self.above + other.above, self.below)
        return self.joint.ratio(self.above * other.below + other.above * self.below, self.below * other.below)

    def __mul__(self, other: Germ) -> Germ:
        if not isinstance(other, Germ):
            return NotImplemented
        if self.below.same(other.above):
            return Germ(self.joint, self.above, other.below)
        if other.below.same(self.above):
            return Germ(self.joint, other.above, self.below)
        return self.joint.ratio(self.above * other.above, self.below * other.below)

    def inverse(self) -> Germ:
        if self.is_exact_zero:
            raise DivisionByZero("division by an expression that is identically zero")
        return self.joint.ratio(self.below, self.above)

    def __pow__(self, n: int) -> Germ:
        return reduce(mul, [self] * n, self.joint.one)

    # -- limits ---------------------------------------------------------------------------------------------

    def sign(self) -> int:
        return 0 if self.is_exact_zero else self.above.sign() * self.below.sign()

    def diverges(self) -> int:
        """1 or -1 where the function tends to +-oo along every path, 0 where it has a finite limit; else NoLimit."""
        return 0 if self._finite() is not None else self.sign()

    def limit(self) -> Elem:
        """The finite limit along every path."""
        found = self._finite()
        if found is None:
            raise NoLimit("a part diverges")
        return found

    def _finite(self) -> Elem | None:
        """The finite limit, or None where the function is proved to exceed all bounds."""
        self.below.sign()
        ends, p, q, over = self.below.essential(), self.above.terms, self.below.terms, self.joint.ground.over
        zero = self.joint.ground.rational(0)
        c = p.get(ends[0], zero) / q[ends[0]]
        if (
            all((p.get(b, zero) - c * q[b]).is_zero for b in ends)
            and all(a in ends or is_small(a, ends, over) for a in p)
            and all(is_small(r, ends, over, False) for r in self.above.small)
        ):
            return c
        self.above.sign()
        ends = self.above.essential()
        if all(is_small(b, ends, over) for b in q) and all(is_small(r, ends, over, False) for r in self.below.small):
            return None
        raise NoLimit("a part has no limit that is the same along every path")

    # -- functions ------------------------------------------------------------------------------------------

    def compose(self, derivatives: list[Elem]) -> Germ:
        """sum of derivatives[n] self^n/n! for a function that tends to zero, up to the working order."""
        if self.is_exact_zero:
            return self.joint.const(derivatives[0])
        if not self.limit().is_zero:
            raise Diverges("the argument of a function does not vanish in the limit")
        orders, self.joint.cut = self.joint.orders, True
        total = self.joint.const(derivatives[orders])
        for n in range(orders - 1, -1, -1):
            step = total * self
            total = step.scaled(self.joint.ground.rational(1, n + 1)) + self.joint.const(derivatives[n])
        return total + Germ(self.joint, powers_of(self.above, orders), (self**orders).below)

    def power(self, e: Q) -> Germ:
        if e < 0:
            return self.inverse().power(-e)
        if e.denominator == 1:
            return self ** int(e)
        if self.is_exact_zero:
            return self
        if self.sign() < 0:
            raise Diverges("a root of something negative")
        s = self.above.sign()
        if len(self.above.essential()) == len(self.below.essential()) == 1:
            return self.joint.ratio(*(self.joint.leading_root(f, e, s) for f in (self.above, self.below)))
        far = self.diverges()
        if not far and not self.limit().is_zero:
            return self.joint.near(self.joint.ground.power(self.limit(), e))
        grown = self.joint.large("root", self if far else self.inverse(), e)
        return grown if far else grown.inverse()


class Joint(ExactSeries):
    """Germs at infinity: `terms` is the order to which functions are expanded."""

    kind = "limits (real numbers only)"

    def __init__(self, ground: Ground, terms: int) -> None:
        self.orders, self.cut = terms, False
        self.unit = Sum.number(ground.rational(1))
        self.known: list[tuple[str, Germ, int]] = []
        self.count = 0
        super().__init__(ground, terms)

    def const(self, c: Elem) -> Any:
        return Germ(self, Sum.number(c), self.unit)

    def near(self, c: Elem) -> Any:
        """Something that tends to c."""
        return Germ(self, Sum.make(self.ground, {UNIT: c}, [UNIT]), self.unit)

    def ratio(self, above: Sum, below: Sum) -> Germ:
        """above/below; an exact monomial below is moved up."""
        if len(below.terms) == 1 and not below.small:
            ((a, c),) = below.terms.items()
            above = above * Sum.make(self.ground, {product(UNIT, a, -1): c.inverse()})
            below = self.unit
        return Germ(self, above, below)

    def parameter(self, sign: int) -> Germ:
        """A new parameter that tends to +oo or -oo."""
        self.count += 1
        return self._power(self.count, Q(1)).scaled(self.ground.rational(sign))

    def large(self, kind: str, of: Any, e: Q = Q(1)) -> Germ:
        """The e-th power of a large quantity that belongs to the germ `of`; exponentials share one where they can."""
        for name, g, i in self.known:
            q = (of * g.inverse()).rational() if name == kind else None
            if q is not None and (q == 1 or kind == "exp"):
                return self._power(i, e * q)
        self.count += 1
        self.known.append((kind, of, self.count))
        self._compare(kind, of)
        return self._power(self.count, e)

    def _compare(self, kind: str, of: Germ) -> None:
        """The exponential of a polynomial beats its variables; the only variable of one beats its logarithm."""
        ends = of.above.essential()
        if not of.below.same(self.unit) or any(k < 0 for a in ends for _, k in a):
            return
        used = {i for a in ends for i, _ in a}
        over = self.ground.over
        if kind == "exp":
            over[self.count] = used.union(*(over.get(i, set()) for i in used))
        elif kind == "log" and len(used) == 1:
            over.setdefault(used.pop(), set()).add(self.count)

    def _power(self, i: int, e: Q) -> Germ:
        return Germ(self, Sum.make(self.ground, {((i, e),): self.ground.rational(1)}), self.unit)

    # -- roots ----------------------------------------------------------------------------------------------

    def leading_root(self, f: Sum, e: Q, sign: int) -> Sum:
        """(sign*f)^e by the binomial series around its one leading term."""
        (a,) = f.essential()
        c = f.terms[a] * self.ground.rational(sign)
        lead = Sum.make(self.ground, {tuple((i, k * e) for i, k in a): self.ground.power(c, e)})
        u = f * Sum.make(self.ground, {product(UNIT, a, -1): f.terms[a].inverse()})
        u = u + Sum.number(self.ground.rational(-1))
        if not u.terms and not u.small:
            return lead
        total, binomial, power, self.cut = self.unit, Q(1), self.unit, True
        for n in range(1, self.orders + 1):
            power, binomial = power * u, binomial * (e - n + 1) / n
            total = total + power * Sum.number(self.ground.rational(binomial.numerator, binomial.denominator))
        return lead * (total + powers_of(u, self.orders))

    # -- functions at infinity ------------------------------------------------------------------------------

    def exp(self, x: Any) -> Any:
        g = self.series(x)
        if not (far := g.diverges()):
            return super().exp(g)
        grown = self.large("exp", g if far > 0 else -g)
        return grown if far > 0 else grown.inverse()

    def log(self, x: Any) -> Any:
        g = self.series(x)
        if g.is_exact_zero:
            return super().log(g)
        if (far := g.diverges()) > 0:
            return self.large("log", g)
        if not far and g.limit().is_zero and g.sign() > 0:
            return -self.large("log", g.inverse())
        return super().log(g)

    def arsinh(self, x: Any) -> Any:
        g = self.series(x)
        if g.diverges() < 0:
            return -self.arsinh(-g)
        return ARSINH(self, g)

    # -- where signs are not needed -------------------------------------------------------------------------

    def abs(self, x: Any) -> Any:
        try:
            return super().abs(x)
        except NoLimit:
            c = self.series(x).limit()
            return self.near(-c if c.sign() < 0 else c)

    def _first(self, values: Sequence[Any], sign: int) -> Any:
        try:
            return super()._first(values, sign)
        except NoLimit:
            limits = (self.series(v).limit() for v in values)
            return self.near(reduce(lambda a, b: b if (b - a).sign() * sign < 0 else a, limits))

"""A field of which it is known where its generators lie, and so which signs its elements have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import flint
from sympy import Expr

from cascade_sym.exact.as_sympy import poly_to_expr
from cascade_sym.exact.factors import polynomial_factors
from cascade_sym.exact.field import Field, Relation, make_context
from cascade_sym.exact.fraction import Fraction, Poly, by_power
from cascade_sym.exact.intervals import Fact, Interval, Sign
from cascade_sym.exact.signs import Signs
from cascade_sym.program import read
from cascade_sym.program.balls import Balls, lifted
from cascade_sym.symbols import formula_text

BITS = 300  # of the balls that tell the sign of a number
ROOTS_AMONG, DEEPEST = 12, 3  # terms of a polynomial whose sign is told by those of its parts, and roots one by one


class SignedField:
    """A field, the `intervals` of its real generators, and facts about polynomials in them.

    `given` are signs that are assumed of polynomials (written as expressions) in this case. What was asked and not
    known is in `unknown`, the declarations that proofs used are in `used`.
    """

    def __init__(self, field: Field, given: Mapping[str, int]) -> None:
        self.field, self._given = field, given
        self.intervals: dict[int, Interval] = {}
        self.unknown: dict[str, Poly] = {}
        self.used: set[str] = set()
        self.facts: list[Fact] = []
        self._signs = Signs({})
        self._depth = 0
        self._by_root: dict[str, Sign | None] = {}

    def declare(self, intervals: Mapping[int, Interval], facts: Iterable[Fact]) -> None:
        """What is known of generators and of polynomials in them from now on."""
        self.intervals = dict(intervals)
        self.facts = list(facts)
        self._signs = Signs(self.intervals, self.facts)
        self._by_root = {}

    def adjoin(self, value: Poly, degree: int, interval: Interval | None, meaning: Expr) -> int:
        """A new generator w with w^degree = value; its position."""
        old = self.field
        place, ctx = len(old.meaning), make_context(len(old.meaning) + 1)
        relations = [Relation(r.gen, r.degree, r.value.project_to_context(ctx)) for r in old.relations]
        relations.append(Relation(place, degree, value.project_to_context(ctx)))
        self.field = Field(ctx, (*old.meaning, meaning), tuple(relations))
        facts = [replace(f, poly=f.poly.project_to_context(ctx)) for f in self.facts]
        proved = {k: s for k, s in self._signs.known.items() if s is not None}
        self.declare(self.intervals | ({place: interval} if interval else {}), facts)
        self._signs.known.update(proved)
        return place

    def now(self, p: Poly) -> Poly:
        """A polynomial in the ring as it has become."""
        return p if p.context() is self.field.context else p.project_to_context(self.field.context)

    def expr(self, p: Poly) -> Expr:
        return poly_to_expr(p, self.field.meaning)

    def said(self, p: Poly) -> str:
        """A polynomial as it is written."""
        return formula_text(self.expr(p))

    # -- what is real --------------------------------------------------------------------------------------

    def is_real(self, f: Fraction) -> bool:
        """Whether an element is real by its generators."""
        return self._real(f.num) and self._real(f.den)

    def _real(self, p: Poly) -> bool:
        return all(i in self.intervals for i, d in enumerate(p.degrees()) if d > 0)

    # -- signs ---------------------------------------------------------------------------------------------

    def sign(self, p: Poly) -> Sign | None:
        """The sign of a real polynomial; one that is not known is noted."""
        p = self.now(p)
        if not self._real(p):
            return None
        for key, turned in ((p, 1), (-p, -1)) if self._given else ():
            if (said := self.said(key)) in self._given:
                return Sign(turned * self._given[said], False)
        found = self._found(p)
        if found is None:
            self.unknown.setdefault(self.said(p if p.leading_coefficient() > 0 else -p), p)
        else:
            self.used |= found.facts
        return found

    def known_sign(self, p: Poly) -> Sign | None:
        """The sign of a polynomial, where it is known; nothing is noted."""
        p = self.now(p)
        return self._found(p) if self._real(p) else None

    def _found(self, p: Poly) -> Sign | None:
        return self._signs.of(p) or self._numeric_sign(p) or self._sign_by_root(p)

    def _sign_by_root(self, p: Poly) -> Sign | None:
        """The sign of a + b u with a power u >= 0 of a root, u^m = r: b^m r - (-a)^m says which term is larger.

        The step of the proof has the factor > 0 that it is multiplied by, and the product.
        """
        if len(p) > ROOTS_AMONG or self._depth >= DEEPEST:
            return None
        key = f"{self._depth} {len(self.field.meaning)} {p}"
        if key not in self._by_root:
            self._depth += 1
            self._by_root[key] = next(
                filter(None, (self._by_this_root(p, r) for r in self.field.relations[::-1])), None
            )
            self._depth -= 1
        return self._by_root[key]

    def _by_this_root(self, p: Poly, r: Relation) -> Sign | None:
        parts = by_power(p, r.gen)
        k = max(parts)
        if not (k and set(parts) <= {0, k} and r.gen in self.intervals and self.intervals[r.gen].sign > 0):
            return None
        if r.degree % k:
            return None
        m, b = r.degree // k, parts[k]
        a = parts.get(0, 0 * b)
        rest = self.field.reduce(b**m * r.value - (-a) ** m)
        size = Sign(0, False) if rest.is_zero() else self._found(rest)
        if size is None:
            return None
        x, y = b * self.field.gen(r.gen) ** k, -a
        factor = self.field.reduce(sum((x ** (m - 1 - j) * y**j for j in range(m)), 0 * p))  # of x^m - y^m
        if m % 2:
            return replace(size, steps=(("root", factor, rest),)) if size.value else None
        for way, q in ((1, b), (-1, a)):
            own = self._found(q) if size.value * way >= 0 and not q.is_zero() else None
            if own:
                step = ("root", way * factor, way * rest)
                return Sign(own.value, size.strict, own.facts | size.facts, (step,))
        return None

    def _numeric_sign(self, p: Poly) -> Sign | None:
        """The sign of a number, from a ball around it."""
        e = self.expr(p)
        if e.free_symbols:
            return None
        with flint.ctx.workprec(BITS):
            (ball,) = read(e).run(Balls(), {})
            ball = lifted(ball)
            value = 1 if ball.real > 0 else -1 if ball.real < 0 else 0
        return Sign(value, True, steps=(("number",),)) if value else None

    def sign_of(self, f: Fraction) -> Sign | None:
        """The sign of a real element."""
        total = Sign(1, True)
        for p in (f.num, f.den):
            content, factors = polynomial_factors(p)
            total = total if content > 0 else -total
            for q, k in factors:
                if not self._real(q):
                    return None  # its square need not be positive
                found = self.sign(q) if k % 2 else self.known_sign(q)
                if found is None and k % 2:
                    return None
                total = total.times(found if found and k % 2 else Sign(1, found is not None and found.strict))
        return total

    def vanishes(self, f: Fraction, depth: int = 3) -> bool:
        """Whether an element is proved to be zero.

        What is not zero as a polynomial may be so as a value, where a root can be written otherwise, as that of
        3 + 2 sqrt(2). There a + b w with w >= 0 is zero if (-a)^q = b^q w^q and a and b have opposite signs.
        """
        f = f.within(self.field)
        if f.is_zero:
            return True
        for r in reversed(self.field.relations) if depth else ():
            if r.gen not in self.intervals or not f.num.degrees()[r.gen]:
                continue
            parts = by_power(f.num, r.gen)
            if not set(parts) <= {0, 1}:
                continue
            a, b = (self.field.fraction(parts[k]) if k in parts else self.field.integer(0) for k in (0, 1))
            if not self.vanishes((-a) ** r.degree - b**r.degree * self.field.fraction(r.value), depth - 1):
                continue
            one, other = (self.sign_of(x) if self.is_real(x) else None for x in (a, b))
            if one and other and one.value * other.value < 0 and self.intervals[r.gen].sign > 0:
                return True
        return False

"""Proofs of signs as certificates have them, from those that the exact algebra found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction as Rational
from itertools import product
from math import gcd, lcm
from typing import Any

import flint
import sympy as sp
from sympy import Symbol

from cascade_sym import recheck
from cascade_sym.exact.certified.generators import Named, NoEvidence, Signed
from cascade_sym.exact.factors import polynomial_factors
from cascade_sym.exact.field import make_context
from cascade_sym.exact.fraction import Fraction, Poly, by_power
from cascade_sym.exact.intervals import Fact, Interval, Sign, Step
from cascade_sym.exact.signs import Signs, variables

DIGITS = 30  # of the bounds of numbers


class SignProofs(Named):
    """Proofs that polynomials are >= 0."""

    def signs(self, p: Poly) -> Signed | None:
        """Steps that show p >= 0."""
        p = self.tower.now(p)
        if p.is_constant():
            return [["terms"]] if p.leading_coefficient() > 0 else None
        if (case := self._cases.get(str(p), 0)) > 0:
            return [["fact", case - 1]]
        if str(p) in self.tower.because and (steps := self._because(p, self.tower.because[str(p)])):
            return steps
        if steps := self._square(p):
            return steps
        found = self.tower.known_sign(p)
        if found is None or found.value < 0 or found.steps == (("square",),):
            return None
        if found.steps == (("number",),):
            return self._number(p)
        if found.steps and found.steps[0][0] == "root":
            return self._conjugated(*map(self.tower.now, found.steps[0][1:]))
        return self._converted(found, p, self.name, self.tower.intervals, self.tower.facts)

    def _conjugated(self, other: Poly, product: Poly) -> Signed | None:
        """Steps that show p >= 0 by other > 0 and p * other = product >= 0."""
        sign = self.tower.known_sign(other)
        if not (sign and sign.strict and sign.value > 0) or any(step[0] == "root" for step in sign.steps):
            return None
        first, rest = self.signs(other), self.signs(product)
        return [["by", self.text(other)], *first, *rest] if first and rest else None

    def _strictly(self, p: Poly, names: Callable[[int], str], known: Mapping[int, Interval]) -> Signed | None:
        """Steps that show p > 0 by one end of every range, where that is enough."""
        both = [k for k in variables(p) if None not in (known[k].low, known[k].high)]
        for ends in product(("low", "high"), repeat=len(both)) if 0 < len(both) < 4 else ():
            intervals = dict(known)
            for k, end in zip(both, ends, strict=True):
                old = intervals[k]
                intervals[k] = replace(old, high=None) if end == "low" else replace(old, low=None)
            found = Signs(intervals).nonnegative(p)
            if found and found.strict:
                return self._steps(found.steps, p, names, intervals, [])
        return None

    def _square(self, p: Poly) -> Signed | None:
        e = self._exact_root(self.tower.field.fraction(p))
        return None if e is None else [["norm", self.element(e)]]

    def _because(self, p: Poly, because: tuple[Fraction, ...]) -> Signed | None:
        if len(because) > 1:
            return None
        z = because[0].within(self.tower.field)
        e = self._exact_root(self.tower.field.fraction(p) / (z * self.tower.conj(z)))
        return None if e is None else [["norm", self.element(z * e)]]

    def _exact_root(self, f: Fraction) -> Fraction | None:
        field = self.tower.field
        out = field.integer(1)
        for p, turn in ((f.num, 1), (f.den, -1)):
            content, factors = polynomial_factors(p)
            if content < 0 or any(k % 2 for _, k in factors):
                return None
            root = flint.fmpz(content).isqrt()
            if root * root != content:
                return None
            out = out * field.integer(int(root)) ** turn
            for q, k in factors:
                out = out * field.fraction(q) ** (turn * k // 2)
        return out if self.tower.is_real(out) else None

    def _number(self, p: Poly) -> Signed | None:
        """The sign of a number: its generators are put between decimals."""
        intervals: dict[int, Interval] = {}
        for i in variables(p):
            name = self.name(i)
            near = sp.N(self.tower.field.meaning[i], DIGITS + 10)
            if not near.is_Float:
                return None
            scale = 10**DIGITS
            low = sp.Rational(int(sp.floor(near * scale)) - 1, scale)
            high = low + sp.Rational(3, scale)
            if name == "pi":
                low, high = (sp.Rational(e.numerator, e.denominator) for e in (recheck.PI.low, recheck.PI.high))
            elif name not in self._ranged:
                r = next(r for r in self.tower.field.relations if r.gen == i)
                for key, end, sign in (("low", low, 1), ("high", high, -1)):
                    bound = int(end.q) ** r.degree * self.tower.now(r.value) - int(end.p) ** r.degree
                    proof = self.signs(sign * bound)
                    if proof is None:
                        return None
                    proof = self._of_root(name, r.degree, end, proof)
                    self.steps.append({"range": name, "end": key, "at": str(end), "signs": proof})
                self._ranged.add(name)
            intervals[i] = Interval(_rational(low), _rational(high))
        found = Signs(intervals).nonnegative(p)
        if found is None:
            return None
        return self._converted(found, p, self.name, intervals, [])

    def _converted(
        self, sign: Sign | None, p: Poly, names: Callable[[int], str], intervals: Mapping[int, Interval], facts: Any
    ) -> Signed:
        """A sign's steps as a certificate has them."""
        if sign is None:
            raise NoEvidence
        closed = sign.strict and any(step[0] == "both" for step in sign.steps)
        if closed and (steps := self._strictly(p, names, intervals)):
            return steps
        return self._steps(sign.steps, p, names, intervals, facts)

    def _steps(
        self,
        steps: tuple[Step, ...],
        p: Poly,
        names: Callable[[int], str],
        intervals: Mapping[int, Interval],
        facts: Any,
    ) -> Signed:
        """Steps of the toolkit's search as a certificate has them."""
        table = {f.said: f for f in facts}
        said = {str(step[1]) for step in steps if step[0] == "fact"}
        if not steps or not said <= set(table):
            raise NoEvidence
        mapped = {int(step[2]) for step in steps if step[0] == "fact" and len(step) > 2}
        for k in variables(p):
            if k not in mapped:
                self._range(names(k))
        below = [k for k in variables(p) if k not in mapped and intervals[k].sign < 0]
        turned = [("high", k) for k in below] if steps[-1][0] == "terms" and len(steps) == 1 else []
        left = iter([*turned, *steps])
        lines = frozenset(k for k in intervals if intervals[k].low is None and intervals[k].high is None) - mapped

        def one(lines: frozenset[int], p: Poly = p) -> Signed:
            kind, *more = next(left)
            if kind == "terms":
                return [["terms"]]
            if kind == "fact":
                fact = table[str(more[0])]
                number = self.fact(fact, self._text(fact.poly, names))
                return [["fact", number]] if len(more) == 1 else [["fact", number, names(more[1])], *one(lines)]
            k = int(more[0])
            if kind == "square":  # 4 a (a x^2 + b x + c) = (2 a x + b)^2 + 4 a c - b^2
                a, b, c = (by_power(p, k).get(d, 0 * p) for d in (2, 1, 0))
                rest = 4 * a * c - b**2
                norm = [] if rest == 4 * a * p else [["norm", self._text(p.derivative(k), names)]]
                return [
                    ["by", self._text(4 * a, names)],
                    *one(lines, 4 * a),
                    *norm,
                    *(one(lines, rest) if not rest.is_zero() else []),
                ]
            if kind == "cut" and k in lines:
                above = one(lines - {k})
                return [["on", names(k), [None, "0", None]], *one(lines - {k}), *above]
            if kind == "cut":
                first = one(lines)
                return [["on", names(k), ["0", "1", None]], *first, *one(lines)]
            x = Interval(0) if k in mapped else intervals[k]
            ends = [None if kind == "high" else str(x.low), None if kind == "low" else str(x.high)]
            if kind == "low" and x.low == 0:  # it is one that is >= 0
                return one(lines)
            return [["on", names(k), ends], *one(lines)]

        return one(lines)

    def _range(self, name: str) -> None:
        """What is declared of a symbol."""
        place = next((g for g, s in self._plain.items() if s == name), None)
        x = self.conv.plain[0].get(place, Interval()) if place is not None else Interval()
        if name in self._ranged or not x.facts:
            return
        self._ranged.add(name)
        for said in x.facts:
            e = self._said[said]
            s = Symbol(name)
            p = sp.Poly(sp.numer(sp.together(e)), s) if e.free_symbols == {s} else None
            if p is None or p.degree() != 1 or not all(c.is_Rational for c in p.all_coeffs()):
                continue
            scale = lcm(*(int(c.q) for c in p.all_coeffs()))
            slope, rest = (int(c * scale) for c in p.all_coeffs())
            (x_,), common = make_context(1).gens(), gcd(slope, rest)
            text = self._text(slope // common * x_ + rest // common, lambda _: name)
            number = self.fact(Fact(None, False, said), text)
            end = sp.Rational(-rest, slope)
            key, wanted = ("low", x.low) if slope > 0 else ("high", x.high)
            if wanted is not None and _rational(end) == wanted:
                self.steps.append({"range": name, "end": key, "at": str(end), "signs": [["fact", number]]})


def _rational(e: Any) -> Rational:
    return Rational(int(e.p), int(e.q))

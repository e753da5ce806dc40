"""Signs of polynomials where signs are declared of their variables and of some polynomials in them.

A polynomial is nonnegative on a region when all its coefficients are, in variables that are. So the region is mapped
to such variables, x = low + t, x = high - t, x = (low + high t)/(1 + t) with t >= 0, a declared polynomial that is
linear in a variable takes its place, and a piece is cut where that does not suffice (Bernstein's criterion, of which
every positive polynomial in one variable passes a finite number of cuts). What is quadratic in a variable is
nonnegative where its leading coefficient and minus its discriminant are. Everything found is a proof, whose steps are
kept; nothing is found by numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from math import prod
from random import Random
from typing import Any

from cascade_sym.exact.fraction import Poly, by_power, evaluated
from cascade_sym.exact.intervals import Fact, Interval, Sign, Step

PIECES = 24  # into which a region is cut at most: what is not settled then is left open
LONGEST = 100  # terms of a polynomial whose sign is looked for by cutting
SAMPLES = 12  # points at which a polynomial with both signs is seen to have none
MOST_ENDS = 8  # variables with two closed ends of which all corners are looked at
DEPTH = 2  # of discriminants of discriminants


@dataclass
class Signs:
    """`intervals` of the real variables, by position (others are not real), and facts about polynomials in them."""

    intervals: Mapping[int, Interval]
    facts: Sequence[Fact] = ()
    known: dict[str, Sign | None] = field(default_factory=dict)

    def of(self, p: Poly) -> Sign | None:
        """The sign of a polynomial, None where none is proved."""
        key = str(p)
        if key not in self.known:
            self.known[key] = self._of(p)
        return self.known[key]

    def _of(self, p: Poly) -> Sign | None:
        for fact in self.facts:
            if (c := _multiple(p, fact.poly)) is not None:
                return Sign(1 if c > 0 else -1, fact.strict, frozenset([fact.said, *fact.also]), (("fact", fact.said),))
        seen = self._seen(p)
        for sign in (1, -1):
            if -sign not in seen and (found := self.nonnegative(p if sign > 0 else -p)):
                return found if sign > 0 else -found
        return None

    def _seen(self, p: Poly) -> set[int]:
        """Signs that a polynomial has at some points of the region: in floats, so they only spare searches."""
        present = sorted({*variables(p), *(k for f in self.facts for k in variables(f.poly))})
        if any(k not in self.intervals for k in present):
            return set()
        rng = Random(len(p))
        found: set[int] = set()
        for _ in range(SAMPLES):
            at = {k: self.intervals[k].some(rng) for k in present}
            try:
                if all(evaluated(f.poly, at, float) >= 0 for f in self.facts):
                    value = evaluated(p, at, float)
                    size = evaluated(p, {k: abs(x) for k, x in at.items()}, lambda c: abs(float(c)))
                    found |= {1 if value > 0 else -1} if abs(value) > 1e-9 * size else set()
            except OverflowError:
                continue
        return found

    def nonnegative(self, p: Poly, depth: int = DEPTH) -> Sign | None:
        """A proof that p >= 0, in steps

        - ("terms",): every term is, in the present variables;
        - ("fact", said, k): variable k is replaced, so that the fact is a variable t >= 0;
        - ("low", k), ("high", k), ("both", k): variable k is mapped from its interval to t >= 0;
        - ("cut", k): a variable t >= 0 is cut at 1, both pieces follow (a whole line at 0);
        - ("square", k): quadratic in variable k; its leading coefficient, then minus its discriminant follow.
        """
        present = variables(p)
        if any(k not in self.intervals for k in present):
            return None
        own = {k: self.intervals[k] for k in present}
        if found := _terms(p, own):
            return found
        if len(p) > LONGEST:
            return None
        starts = [(p, own, Sign(1, True))]
        for fact in self.facts:
            starts += _replaced(p, own, fact)
        for q, ranges, so_far in starts:
            if found := self._mapped(q, ranges):
                return so_far.times(found)
        return self._square(p, present, depth) if depth else None

    def _mapped(self, p: Poly, ranges: dict[int, Interval]) -> Sign | None:
        """Every variable taken to t >= 0, then cut."""
        steps: list[Step] = []
        facts: set[str] = set()
        lines, ends = [], {}
        away = {k for k in variables(p) if (ranges[k].below if ranges[k].low is None else ranges[k].above)}
        for k in variables(p):
            x = ranges[k]
            facts |= set(x.facts)
            if x.low is not None and x.high is not None:
                steps.append(("both", k))
                if not x.below:
                    ends[k] = p.degrees()[k]
                p = _moebius(p, k, x.low, x.high)
            elif x.low is not None:
                steps.append(("low", k))
                p = _shifted(p, k, x.low, 1)
            elif x.high is not None:
                steps.append(("high", k))
                p = _shifted(p, k, x.high, -1)
            else:
                lines.append(k)
        if len(p) > LONGEST or (found := _cut(p, lines, ends, away, [PIECES])) is None:
            return None
        return Sign(1, found[0], frozenset(facts), (*steps, *found[1]))

    def _square(self, p: Poly, present: Iterable[int], depth: int) -> Sign | None:
        for k in present:
            parts = by_power(p, k)
            if max(parts) != 2:
                continue
            zero = p.context().constant(0)
            a, b, c = (parts.get(j, zero) for j in (2, 1, 0))
            first = self.nonnegative(a, depth - 1)
            rest = first and self.nonnegative(4 * a * c - b**2, depth - 1)
            if first and first.strict and rest:
                return Sign(1, rest.strict, first.facts | rest.facts, (("square", k), *first.steps, *rest.steps))
        return None


def variables(p: Poly) -> list[int]:
    """The positions of the generators in a polynomial."""
    return [i for i, d in enumerate(p.degrees()) if d > 0]


def _multiple(p: Poly, q: Poly) -> int | None:
    """The sign of c where p = c q with a number c."""
    if len(p) != len(q) or p.degrees() != q.degrees():
        return None
    a, b = p.leading_coefficient(), q.leading_coefficient()
    return (1 if a * b > 0 else -1) if p * b == q * a else None


def _terms(p: Poly, ranges: Mapping[int, Interval]) -> Sign | None:
    """p >= 0 because every term is."""
    facts: set[str] = set()
    positive: list[set[str]] = []  # for every term that is never zero, the declarations that say so
    for mono, c in p.terms():
        present = [(ranges[k], power) for k, power in enumerate(mono) if power]
        if (1 if c > 0 else -1) * prod(x.sign for x, power in present if power % 2) <= 0:
            return None
        facts |= {said for x, power in present if power % 2 for said in x.facts}
        if all(x.nonzero for x, _ in present):
            positive.append({said for x, _ in present for said in x.facts})
    return Sign(1, bool(positive), frozenset(facts | min(positive, key=len, default=set())), (("terms",),))


def _composed(p: Poly, k: int, above: Poly, below: Poly) -> Poly:
    """below^d p at x_k = above/below, with d the degree of p in x_k."""
    parts = by_power(p, k)
    d = max(parts)
    total = p.context().constant(0)
    for j, part in parts.items():
        total = total + part * above**j * below ** (d - j)
    return total


def _shifted(p: Poly, k: int, end: Fraction | int, sign: int) -> Poly:
    t, one = p.context().gens()[k], p.context().constant(1)
    return _composed(p, k, end.numerator * one + sign * end.denominator * t, end.denominator * one)


def _moebius(p: Poly, k: int, low: Fraction | int, high: Fraction | int) -> Poly:
    t, one = p.context().gens()[k], p.context().constant(1)
    n = low.denominator * high.denominator
    above = int(low * n) * one + int(high * n) * t
    return _composed(p, k, above, n * (one + t))


def _replaced(p: Poly, ranges: Mapping[int, Interval], fact: Fact) -> list[tuple[Poly, dict[int, Interval], Sign]]:
    """p with a variable in which the fact is linear replaced, so that the fact becomes a variable t >= 0 in its place;
    what was declared of the variable itself is forgotten.
    """
    out = []
    for k in variables(fact.poly):
        parts = by_power(fact.poly, k)
        if max(parts) != 1 or not parts[1].is_constant() or not p.degrees()[k] or k not in ranges:
            continue
        if any(j not in ranges for j in variables(fact.poly)):
            continue
        c = int(parts[1].leading_coefficient())
        t = p.context().gens()[k]
        rest = fact.poly - parts[1] * t  # the fact is c x + rest, and c x = t - rest
        q = _composed(p, k, (t - rest) if c > 0 else (rest - t), p.context().constant(abs(c)))
        new = {**ranges, k: Interval(Fraction(0), None, above=fact.strict, facts=(fact.said, *fact.also))}
        out.append((q, new, Sign(1, True, frozenset([fact.said, *fact.also]), (("fact", fact.said, k),))))
    return out


def _cut(
    p: Poly, lines: Sequence[int], ends: Mapping[int, int], away: Set[int], budget: list[int]
) -> tuple[bool, tuple[Step, ...]] | None:
    """p >= 0 for all variables >= 0 (those of `lines`: any); whether strictly, and the steps.

    `ends` are the variables for which t = oo is a value too, with the degree that p has there; those that are `away`
    are never 0.
    """
    lines = [k for k in lines if p.degrees()[k]]
    if not lines and all(c > 0 for c in p.coeffs()):
        return _at_corners(p, ends, away), (("terms",),)
    budget[0] -= 1
    if budget[0] < 0 or len(p) > LONGEST:
        return None
    one = p.context().constant(1)
    if lines:
        k, *others = lines
        t = p.context().gens()[k]
        pieces = [(q, others, ends, away) for q in (p, _composed(p, k, -t, one))]
    else:
        if not variables(p) or any(c < 0 for c in _rims(p)):
            return None
        k = max(variables(p), key=lambda i: (p.degrees()[i], -i))
        t = p.context().gens()[k]
        inner = {i: d for i, d in ends.items() if i != k}
        below, above = _composed(p, k, t, one + t), _composed(p, k, one + t, one)
        pieces = [(below, [], inner, away), (above, [], ends, away - {k})]
    strict = True
    steps: tuple[Step, ...] = (("cut", k),)
    for q, left, corners, open_ends in pieces:
        found = _cut(q, left, corners, open_ends, budget)
        if found is None:
            return None
        strict, steps = strict and found[0], steps + found[1]
    return strict, steps


def _at_corners(p: Poly, ends: Mapping[int, int], away: Set[int]) -> bool:
    """Whether a polynomial without negative coefficients is positive wherever its variables are 0 (not those that are
    `away`), positive or, those of `ends`, infinite: it is where each corner of that region has a term of its own.
    """
    if len(ends) > MOST_ENDS:
        return False
    free = away - set(ends)
    table = {tuple(0 if k in free else int(d) for k, d in enumerate(m)) for m in p.monoms()}
    lows = [() if k in away & set(ends) else (0,) for k in range(len(p.degrees()))]
    choices = [(*low, ends[k]) if k in ends else low for k, low in enumerate(lows)]
    return all(corner in table for corner in product(*choices))


def _rims(p: Poly) -> list[Any]:
    """The coefficients that rule at t = 0 and at t = oo of each variable, the others 0: a negative one makes p so."""
    table = p.to_dict()
    out = []
    for k in variables(p):
        pure = {m[k]: c for m, c in table.items() if sum(m) == m[k]}
        out += [pure[max(pure)], pure[min(pure)]] if pure else []
    return out

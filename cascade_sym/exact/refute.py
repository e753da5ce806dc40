"""Refutation: a point of the declared domain where two formulas have certified different values.

The points are spread over the whole domain: every pattern of signs that it allows, small and large magnitudes, its
edges and their neighbourhood, parameters that coincide. Values are balls, so a difference is a proof; a point where a
side has no value is no witness.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from itertools import product
from typing import Any

import flint
from flint import acb, arb, fmpq
from sympy import Expr, Symbol

from cascade_sym.definitions import Definitions
from cascade_sym.errors import OutsideExactDomain
from cascade_sym.program import Calculation, read
from cascade_sym.program.balls import Balls, Undecided, lifted
from cascade_sym.symbols import Domain, Domains, is_complex_symbol
from cascade_sym.symbols.domains import NAMED, REAL

PATTERNS = 64  # of signs that are all tried; of more symbols, as many that any three take all their signs
POINTS = 160  # beside the patterns
WORK = 400_000  # operations of one search, after the first FEWEST points
FEWEST = 12  # points that are always tried, however long the formulas are
BITS, MORE_BITS = 128, 700  # precision of points, and of the second look where the first one leaves it open
TYPICAL, MOST_TRIES = 24, 200  # points in no special position: so many tell pieces of a domain apart
DIGITS = 20  # of the values in a witness
Number = Fraction | tuple[Fraction, Fraction]  # real, or real and imaginary part
Point = dict[str, Number]
Witness = dict[str, Any]
Run = Callable[[Mapping[str, Any]], list[Any]]  # a calculation in balls at flint's present precision


def witness(
    left: Expr, right: Expr, domains: Domains, definitions: Definitions = Definitions()  # noqa: B008
) -> Witness | None:  # fmt: skip
    """A point where `left` and `right` certainly differ, with their values there; None where none was found.

    What they and the conditions of the domains use of `definitions` is not written out. OutsideExactDomain is raised
    for formulas that have no value at all.

    >>> import sympy as sp
    >>> x = sp.Symbol("x")
    >>> witness(sp.sqrt(x**2), x, Domains())["point"]["x"].startswith("-")
    True
    """
    calculation = read(left, right, definitions=definitions.needed(left, right))
    inside = _about(domains, [left, right], definitions)
    expressions = [e for e, _ in inside]
    declared = _declared(domains, definitions.parameters(left, right, *expressions))
    values = calculation.on(Balls())
    conditions = _conditions(inside, definitions)
    spent = 0
    for k, point in enumerate(points(declared)):
        spent += len(calculation.nodes) + 10
        if k >= FEWEST and spent > WORK:
            break
        if not _allowed(conditions, [strict for _, strict in inside], point):
            continue
        if (found := _different(values, point)) is not None:
            texts = [_text(v) for v in found]
            return {"point": {n: _shown(v) for n, v in sorted(point.items())}, "left": texts[0], "right": texts[1]}
    return None


def _declared(domains: Domains, symbols: Iterable[Symbol]) -> tuple[tuple[str, Domain], ...]:
    """The domain of every parameter."""
    ranges = domains.ranges
    kinds = sorted((s.name, is_complex_symbol(s)) for s in symbols)
    return tuple((n, NAMED["complex"] if c else ranges[n][0] if n in ranges else REAL) for n, c in kinds)


def _conditions(inside: list[tuple[Expr, bool]], definitions: Definitions) -> Run:
    expressions = [e for e, _ in inside]
    return read(*expressions, definitions=definitions.needed(*expressions)).on(Balls())


def _about(domains: Domains, sides: list[Expr], definitions: Definitions) -> list[tuple[Expr, bool]]:
    """What is declared of expressions that bears on parameters of the sides, over any number of others: a point
    satisfies it all.
    """

    def named(*exprs: Expr) -> set[str]:
        return {s.name for s in definitions.parameters(*exprs)}

    names, left, found = named(*sides), [(f, named(f[0])) for f in domains.expressions], []
    while near := [(f, own) for f, own in left if names & own]:
        found += [f for f, _ in near]
        left = [x for x in left if x not in near]
        names = names.union(*(own for _, own in near))
    return found


def typical(exprs: Iterable[Expr], domains: Domains, definitions: Definitions) -> list[Point]:
    """Points of the domain in no special position, of every sign and of small and large magnitudes.

    >>> import sympy as sp
    >>> from cascade_sym.symbols.domains import Domain
    >>> x = sp.Symbol("x")
    >>> all(p["x"] > 0 for p in typical([x], Domains((("x", Domain(sp.S.Zero)),)), Definitions()))
    True
    """
    sides = list(exprs)
    inside = _about(domains, sides, definitions)
    declared = _declared(domains, definitions.parameters(*sides, *(e for e, _ in inside)))
    if not declared:
        return [{}]
    conditions, strict = _conditions(inside, definitions), [strict for _, strict in inside]
    spans = {n: span(d) for n, d in declared}
    rng = random.Random(len(spans))
    found: list[Point] = []
    for k in range(MOST_TRIES):
        wide = Fraction(10 ** (k % 3))
        point = {n: x.inside(rng, rng.choice(x.signs), wide if k % 2 else Fraction(1)) for n, x in spans.items()}
        found += [point] if _allowed(conditions, strict, point) else []
        if len(found) == TYPICAL:
            break
    return found


def zeros(e: Expr, points: Iterable[Point], definitions: Definitions) -> int:
    """At how many of the points `e` is not certain to be different from zero."""
    values = read(e, definitions=definitions.needed(e)).on(Balls())
    return sum(_different(values, p) is None for p in points)


def differ(calculation: Calculation, points: Iterable[Point]) -> bool:
    """Whether two formulas certainly differ (one: from zero) at one of the points."""
    values = calculation.on(Balls())
    return any(_different(values, p) is not None for p in points)


def _different(run: Run, point: Point) -> list[Any] | None:
    """The values of both sides at a point, where they certainly differ."""
    for bits in (BITS, MORE_BITS):
        with flint.ctx.workprec(bits):
            try:
                values = [lifted(v) for v in run(as_balls(point))]
            except (Undecided, OutsideExactDomain, ZeroDivisionError, OverflowError):
                continue
            if not all(v.is_finite() for v in values):
                return None
            difference = acb(values[0]) - acb(values[1] if len(values) > 1 else 0)
            if not difference.contains(0):
                return values
            if abs(difference).abs_upper() < max(abs(v).abs_upper() for v in values) / 2 ** (bits // 2):
                return None
    return None


def _allowed(conditions: Run, strict: Sequence[bool], point: Point) -> bool:
    with flint.ctx.workprec(BITS):
        try:
            values = [lifted(v) for v in conditions(as_balls(point))]
        except (Undecided, OutsideExactDomain, ZeroDivisionError, OverflowError):
            return False
        return all(isinstance(v, arb) and (v > 0 if s else v >= 0) for v, s in zip(values, strict, strict=True))


def as_balls(point: Point) -> dict[str, Any]:
    """The values of parameters at a point, as balls have them."""

    def ball(v: Number) -> Any:
        if isinstance(v, tuple):
            return acb(*(arb(fmpq(x.numerator, x.denominator)) for x in v))
        return fmpq(v.numerator, v.denominator)

    return {name: ball(v) for name, v in point.items()}


def _shown(v: Number) -> Any:
    return {"re": decimal(v[0]), "im": decimal(v[1])} if isinstance(v, tuple) else decimal(v)


def decimal(q: Fraction) -> str:
    """A decimal fraction, in full."""
    sign, size = "-" if q < 0 else "", abs(q)
    whole, rest = divmod(size.numerator, size.denominator)
    if not rest:
        return f"{sign}{whole}"
    places = 1
    while (size * 10**places).denominator != 1:
        places += 1
    digits = str((size * 10**places).numerator).rjust(places + 1, "0")
    return f"{sign}{digits[:-places]}.{digits[-places:]}"


def _text(v: Any) -> Any:
    if isinstance(v, acb) and not v.imag.is_zero():
        return {"re": v.real.str(DIGITS, radius=False), "im": v.imag.str(DIGITS, radius=False)}
    return (v.real if isinstance(v, acb) else v).str(DIGITS, radius=False)


# -- the points ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Span:
    """A domain in fractions: its ends (decimals just inside irrational ones), its signs, and its special values."""

    low: Fraction | None
    high: Fraction | None
    domain: Domain
    signs: tuple[int, ...]
    edges: tuple[Number, ...]

    @property
    def complex(self) -> bool:
        return self.domain.kind == "complex"

    def has(self, v: Number) -> bool:
        if isinstance(v, tuple) or self.complex:
            return isinstance(v, tuple) and self.complex
        d = self.domain
        above = self.low is None or v > self.low or (v == self.low and not d.above)
        below = self.high is None or v < self.high or (v == self.high and not d.below)
        return above and below and (d.kind != "integer" or v.denominator == 1)

    def inside(self, rng: random.Random, sign: int, wide: Fraction = Fraction(1)) -> Number:
        """A value with this sign, of any magnitude up to and from about `wide` or 1/wide."""
        if self.complex:
            real, imaginary = (_size(rng, wide) for _ in range(2))
            return (real if sign in (1, 2) else -real), (imaginary if sign in (1, -2) else -imaginary)
        low, high, zero = self.low, self.high, Fraction(0)
        if sign > 0:
            low = zero if low is None else max(low, zero)
        else:
            high = zero if high is None else min(high, zero)
        if self.domain.kind == "integer":
            step = rng.randint(1, 9)
            value = Fraction(int(low) + step) if low is not None else Fraction(int(high or 0) - step)
            return value if self.has(value) else Fraction(int(low if low is not None else high or 0))
        if low is not None and high is not None:
            share = Fraction(rng.randint(50, 950), 1000)
            if wide > 1:  # near an edge
                share = Fraction(1, 1000) / wide if rng.random() < 0.5 else 1 - Fraction(1, 1000) / wide
            return _round(low + (high - low) * share, low, high)
        size = _size(rng, wide)
        return low + size if low is not None else (high or zero) - size


@lru_cache(maxsize=1000)
def span(d: Domain) -> Span:
    """A domain ready for drawing points."""
    if d.kind == "complex":
        one, zero = Fraction(7, 5), Fraction(0)
        axes = ((one, zero), (-one, zero), (zero, one), (zero, -one), (zero, zero))
        return Span(None, None, d, (1, -1, 2, -2), axes)
    low, high = (_end(e, way) for e, way in ((d.low, 1), (d.high, -1)))
    signs = tuple(s for s in (1, -1) if (d.high > 0 if s > 0 else d.low < 0)) or (1,)
    plain = Span(low, high, d, signs, ())
    candidates = (*(e for e in (low, high) if e is not None), *map(Fraction, (0, 1, -1)))
    return replace(plain, edges=tuple(v for v in dict.fromkeys(candidates) if plain.has(v)))


def _end(end: Expr, way: int) -> Fraction | None:
    if not end.is_finite:
        return None
    if end.is_Rational:
        return Fraction(int(end.p), int(end.q))
    return Fraction(str(round(float(end), 12))) + way * Fraction(1, 10**11)


@lru_cache(maxsize=64)
def points(declared: tuple[tuple[str, Domain], ...]) -> tuple[Point, ...]:
    """Points of a domain, in a fixed order: friendly ones, sign patterns, edges, coincidences, all magnitudes."""
    spans = {n: span(d) for n, d in declared}
    names = sorted(spans)
    rng = random.Random(len(names))
    if not names:
        return ({},)
    out: list[Point] = [{n: x.inside(rng, x.signs[0]) for n, x in spans.items()}]
    for pattern in _patterns([spans[n].signs for n in names], rng):
        out.append({n: spans[n].inside(rng, s) for n, s in zip(names, pattern, strict=True)})
    for n in names:
        for edge in spans[n].edges:
            out.append({**{m: x.inside(rng, rng.choice(x.signs)) for m, x in spans.items()}, n: edge})
    for k in range(POINTS):
        wide = Fraction(10) ** rng.choice((0, 0, 1, 3, 6)) if k % 2 else Fraction(1)
        point = {n: x.inside(rng, rng.choice(x.signs), wide) for n, x in spans.items()}
        if k % 4 == 3:  # some at their edges together
            point |= {n: rng.choice(x.edges) for n, x in spans.items() if x.edges and rng.random() < 0.5}
        if k % 4 == 1 and len(names) > 1:  # some equal, where both domains have the value
            first, *others = rng.sample(names, rng.randint(2, len(names)))
            point |= {n: point[first] for n in others if spans[n].has(point[first])}
        out.append(point)
    return tuple(out)


def _patterns(signs: Sequence[Sequence[int]], rng: random.Random) -> Iterator[tuple[int, ...]]:
    total = 1
    for s in signs:
        total *= len(s)
    if total <= PATTERNS:
        yield from product(*signs)
        return
    yield from (tuple(rng.choice(s) for s in signs) for _ in range(2 * PATTERNS))  # three take all with near certainty


def _round(q: Fraction, low: Fraction, high: Fraction) -> Fraction:
    """A decimal between the two, near q."""
    places = 3
    while not low < (near := Fraction(round(q * 10**places), 10**places)) < high:
        places += 1
    return near


def _size(rng: random.Random, wide: Fraction) -> Fraction:
    size = Fraction(rng.randint(101, 2999), 1000)
    return size * (wide if rng.random() < 0.5 else 1 / wide)

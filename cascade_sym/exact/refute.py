"""Refutation: a point of the declared domain where two formulas have certified different values.

The points are spread over the whole domain: every pattern of signs that it allows, small and large magnitudes, its
edges and their neighbourhood, parameters that coincide. Values are balls, so a difference is a proof; a point where a
side has no value is no witness.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import flint
import sympy as sp
from flint import acb, arb, fmpq
from sympy import Expr

from cascade_sym.errors import OutsideExactDomain
from cascade_sym.program import Calculation, read
from cascade_sym.program.balls import Balls, Undecided, lifted
from cascade_sym.symbols import Domain, Domains, is_complex_symbol
from cascade_sym.symbols.domains import NAMED, REAL

PATTERNS = 64  # of signs that are all tried; of more symbols, as many that any three take all their signs
POINTS = 160  # beside the patterns
WORK = 400_000  # operations of one search, after the first FEWEST points
FEWEST = 12
BITS, MORE_BITS = 128, 700
DIGITS = 20  # of the values in a witness
Number = Fraction | tuple[Fraction, Fraction]  # real, or real and imaginary part
Point = dict[str, Number]
Witness = dict[str, Any]


def witness(left: Expr, right: Expr, domains: Domains) -> Witness | None:
    """A point where `left` and `right` certainly differ, with their values there; None where none was found.

    OutsideExactDomain is raised for formulas that have no value at all.

    >>> import sympy as sp
    >>> x = sp.Symbol("x")
    >>> witness(sp.sqrt(x**2), x, Domains())["point"]["x"].startswith("-")
    True
    """
    calculation = read(left, right)
    kinds = {s.name: is_complex_symbol(s) for s in left.free_symbols | right.free_symbols}
    ranges = domains.ranges()
    declared = {n: NAMED["complex"] if c else ranges[n][0] if n in ranges else REAL for n, c in kinds.items()}
    inside = [(e, strict) for e, strict in domains.expressions if {s.name for s in e.free_symbols} <= set(declared)]
    conditions = read(*(e for e, _ in inside)) if inside else None
    spent = 0
    for k, point in enumerate(points(declared)):
        spent += len(calculation.nodes) + 10
        if k >= FEWEST and spent > WORK:
            break
        if conditions is not None and not _allowed(conditions, [s for _, s in inside], point):
            continue
        if (found := _different(calculation, point)) is not None:
            texts = [_text(v) for v in found]
            return {"point": {n: _shown(v) for n, v in sorted(point.items())}, "left": texts[0], "right": texts[1]}
    return None


def differ(calculation: Calculation, points: Iterable[Point]) -> bool:
    """Whether two formulas certainly differ (one: from zero) at one of the points."""
    return any(_different(calculation, p) is not None for p in points)


def _different(calculation: Calculation, point: Point) -> list[Any] | None:
    """The values of both sides at a point, where they certainly differ."""
    for bits in (BITS, MORE_BITS):
        with flint.ctx.workprec(bits):
            try:
                values = [lifted(v) for v in calculation.run(Balls(), as_balls(point))]
            except (Undecided, ZeroDivisionError, OverflowError):
                continue
            if not all(v.is_finite() for v in values):
                return None
            difference = acb(values[0]) - acb(values[1] if len(values) > 1 else 0)
            if not difference.contains(0):
                return values
            if abs(difference).abs_upper() < max(abs(v).abs_upper() for v in values) / 2 ** (bits // 2):
                return None
    return None


def _allowed(conditions: Calculation, strict: Sequence[bool], point: Point) -> bool:
    with flint.ctx.workprec(BITS):
        try:
            values = [lifted(v) for v in conditions.run(Balls(), as_balls(point))]
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
    return {"re": _decimal(v[0]), "im": _decimal(v[1])} if isinstance(v, tuple) else _decimal(v)


def _decimal(q: Fraction) -> str:
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


def points(declared: Mapping[str, Domain]) -> Iterator[Point]:
    """Points of a domain, in a fixed order: friendly ones, sign patterns, edges, coincidences, all magnitudes."""
    names = sorted(declared)
    rng = random.Random(len(names))
    if not names:
        yield {}
        return
    signs = {n: _signs(declared[n]) for n in names}
    yield {n: _inside(declared[n], rng, signs[n][0]) for n in names}
    for pattern in _patterns([signs[n] for n in names], rng):
        yield {n: _inside(declared[n], rng, s) for n, s in zip(names, pattern, strict=True)}
    edges = {n: _edges(declared[n]) for n in names}
    for n in names:
        for edge in edges[n]:
            yield {**{m: _inside(declared[m], rng, rng.choice(signs[m])) for m in names}, n: edge}
    for k in range(POINTS):
        wide = Fraction(10) ** rng.choice((0, 0, 1, 3, 6)) if k % 2 else Fraction(1)
        point = {n: _inside(declared[n], rng, rng.choice(signs[n]), wide) for n in names}
        if k % 4 == 3:  # some at their edges together
            point |= {n: rng.choice(edges[n]) for n in names if edges[n] and rng.random() < 0.5}
        if k % 4 == 1 and len(names) > 1:  # some equal, where both domains have the value
            first, *others = rng.sample(names, rng.randint(2, len(names)))
            point |= {n: point[first] for n in others if _has(declared[n], point[first])}
        yield point


def _patterns(signs: Sequence[Sequence[int]], rng: random.Random) -> Iterator[tuple[int, ...]]:
    total = 1
    for s in signs:
        total *= len(s)
    if total <= PATTERNS:
        yield from product(*signs)
        return
    yield from (tuple(rng.choice(s) for s in signs) for _ in range(2 * PATTERNS))  # three take all with near certainty


def _signs(d: Domain) -> list[int]:
    if d.kind == "complex":
        return [1, -1, 2, -2]
    return [s for s in (1, -1) if (d.high > 0 if s > 0 else d.low < 0)] or [1]


def _inside(d: Domain, rng: random.Random, sign: int, wide: Fraction = Fraction(1)) -> Number:
    """A value of the domain with this sign, of any magnitude up to and from about `wide` or 1/wide."""
    if d.kind == "complex":
        real, imaginary = (_size(rng, wide) for _ in range(2))
        return (real if sign in (1, 2) else -real), (imaginary if sign in (1, -2) else -imaginary)
    low = Fraction(str(d.low)) if d.low.is_Rational else None if not d.low.is_finite else _near(d.low, 1)
    high = Fraction(str(d.high)) if d.high.is_Rational else None if not d.high.is_finite else _near(d.high, -1)
    if sign > 0:
        low = max(low, Fraction(0)) if low is not None else Fraction(0)
    else:
        high = min(high, Fraction(0)) if high is not None else Fraction(0)
    if d.kind == "integer":
        start, stop = (low, None) if low is not None else (None, high)
        step = rng.randint(1, 9)
        value = Fraction(int(start) + step) if start is not None else Fraction(int(stop or 0) - step)
        return value if _has(d, value) else Fraction(int(low if low is not None else high or 0))
    if low is not None and high is not None:
        share = Fraction(rng.randint(50, 950), 1000)
        if wide > 1:  # near an edge
            share = Fraction(1, 1000) / wide if rng.random() < 0.5 else 1 - Fraction(1, 1000) / wide
        return _round(low + (high - low) * share, low, high)
    size = _size(rng, wide)
    return low + size if low is not None else (high or Fraction(0)) - size


def _round(q: Fraction, low: Fraction, high: Fraction) -> Fraction:
    """A decimal between the two, near q."""
    places = 3
    while not low < (near := Fraction(round(q * 10**places), 10**places)) < high:
        places += 1
    return near


def _size(rng: random.Random, wide: Fraction) -> Fraction:
    size = Fraction(rng.randint(101, 2999), 1000)
    return size * (wide if rng.random() < 0.5 else 1 / wide)


def _near(end: Expr, way: int) -> Fraction:
    """A decimal just inside an irrational end."""
    return Fraction(str(round(float(end), 12))) + way * Fraction(1, 10**11)


def _has(d: Domain, v: Number) -> bool:
    if isinstance(v, tuple):
        return d.kind == "complex"
    return d.kind != "complex" and d.allows(sp.Rational(v.numerator, v.denominator))


def _edges(d: Domain) -> list[Number]:
    """The ends that belong to it, zero, one, and where it is complex the axes."""
    if d.kind == "complex":
        one, zero = Fraction(7, 5), Fraction(0)
        return [(one, zero), (-one, zero), (zero, one), (zero, -one), (zero, zero)]
    ends = [Fraction(str(e)) for e in (d.low, d.high) if e.is_Rational]
    candidates = [*ends, Fraction(0), Fraction(1), Fraction(-1)]
    return [v for v in dict.fromkeys(candidates) if _has(d, v)]

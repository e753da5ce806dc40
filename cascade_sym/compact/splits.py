"""Ways to write a polynomial as a sum of products, the promising ones first.

Each is an identity of polynomials: what is taken out of a sum is subtracted from it. Collected powers, common
monomials, completed squares, shifted linear forms, known combinations, and what factors when a term is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import prod
from typing import Any

from flint.utils.flint_exceptions import DomainError

from cascade_sym.compact.gaussian import quotient
from cascade_sym.compact.ring import Ring
from cascade_sym.exact.fraction import Poly, by_power

Product = list[tuple[Poly, int]]
Sum = list[Product]

MOST_PAIRS = 24  # terms of a polynomial whose common monomials are looked for, pair by pair
MOST_LEFT_OUT = 14  # terms of a polynomial of which each is left out once, to see whether the rest factors


def splits(p: Poly, ring: Ring, pool: Iterable[Poly]) -> Iterator[Sum]:
    """Sums of products that are p."""
    gens = ring.used(p)
    yield from _powers(p, ring, gens)
    yield from _monomials(p, ring)
    yield from _squares(p, ring, gens)
    yield from _shifts(p, ring, gens)
    for w in pool:
        yield from _over(p, w, ring)
    yield from _left_out(p, ring)


def _powers(p: Poly, ring: Ring, gens: list[int]) -> Iterator[Sum]:
    """Collected in a generator: all of its powers, and from one power on."""
    for k in gens:
        parts = by_power(p, k)
        v = ring.gen(k)
        if len(parts) > 1 and len(p) > len(parts):
            yield [[(v, d), (q, 1)] if d else [(q, 1)] for d, q in sorted(parts.items(), reverse=True)]
        for low in sorted(d for d in parts if d):
            high = {d: q for d, q in parts.items() if d >= low}
            if sum(map(len, high.values())) < 2:
                continue
            inside = sum((q * v ** (d - low) for d, q in high.items()), ring.context.constant(0))
            rest = p - inside * v**low
            if not rest.is_zero():
                yield [[(v, low), (inside, 1)], [(rest, 1)]]


def _monomials(p: Poly, ring: Ring) -> Iterator[Sum]:
    """A monomial that several terms have in common."""
    if not 2 < len(p) <= MOST_PAIRS:
        return
    terms = [(tuple(map(int, m)), c) for m, c in p.terms()]
    seen = {tuple(map(min, a, b)) for n, (a, _) in enumerate(terms) for b, _ in terms[:n]}
    for mono in sorted((m for m in seen if sum(map(bool, m)) > 1), reverse=True):
        inside = {
            tuple(x - y for x, y in zip(m, mono, strict=True)): c
            for m, c in terms
            if all(x >= y for x, y in zip(m, mono, strict=True))
        }
        if len(inside) < len(terms):
            part, factor = ring.context.from_dict(inside), ring.context.from_dict({mono: 1})
            yield [[(factor, 1), (part, 1)], [(p - part * factor, 1)]]


def _squares(p: Poly, ring: Ring, gens: list[int]) -> Iterator[Sum]:
    """a u^2 + b u + c = a (u + s)^2 + rest, u a power of a generator."""
    for k in gens:
        if k == ring.i:
            continue
        parts = by_power(p, k)
        for j in sorted({d // 2 for d in parts if d and d % 2 == 0}):
            if not (a := parts.get(2 * j)) or not (b := parts.get(j)):
                continue
            for s in _ratios(b, 2 * a, ring):
                square = ring.gen(k) ** j + s
                rest = ring.reduce(p - a * square**2)
                if len(rest) + len(a) + len(s) < len(p):
                    yield [[(a, 1), (square, 2)], *([[(rest, 1)]] if not rest.is_zero() else [])]


def _ratios(b: Poly, a: Poly, ring: Ring) -> list[Poly]:
    """What b/a is, or what a term of b over a term of a is, as polynomials."""
    whole = quotient(b, a, ring)
    found = [whole] if whole is not None else []
    for s in _monomial_ratios(b, a, ring):
        if all(s != t for t in found):
            found.append(s)
    return found


def _monomial_ratios(b: Poly, a: Poly, ring: Ring) -> Iterator[Poly]:
    if len(a) * len(b) > 200:
        return
    for m, c in b.terms():
        for n, d in a.terms():
            mono, sign = [int(x) - int(y) for x, y in zip(m, n, strict=True)], 1
            if ring.i is not None and mono[ring.i] < 0:  # 1/I = -I
                mono[ring.i], sign = 1, -1
            if min(mono) >= 0:
                yield ring.context.from_dict({tuple(mono): sign * c / d})


def _shifts(p: Poly, ring: Ring, gens: list[int]) -> Iterator[Sum]:
    """a v + b = a (v + s) + rest, where the rest is shorter than b."""
    for k in gens:
        if k == ring.i:
            continue
        parts = by_power(p, k)
        v = ring.gen(k)
        a = sum((q * v ** (d - 1) for d, q in parts.items() if d), ring.context.constant(0))
        b = parts.get(0)
        if len(a) < 2 or b is None:
            continue
        for s in _ratios(b, a, ring):
            rest = ring.reduce(b - a * s)
            if len(rest) < len(b):
                yield [[(a, 1), (v + s, 1)], *([[(rest, 1)]] if not rest.is_zero() else [])]


def _over(p: Poly, w: Poly, ring: Ring) -> Iterator[Sum]:
    """p = q w + r, divided as polynomials in each generator whose highest power in w has a plain coefficient."""
    if len(w) < 2 or len(w) > len(p):
        return
    for k in ring.used(w):
        if k == ring.i:
            continue
        found = divided(p, w, k, ring)
        if found is None:
            continue
        q, r = found
        if not q.is_zero() and len(q) + len(r) < len(p):
            yield [[(q, 1), (w, 1)], *([[(r, 1)]] if not r.is_zero() else [])]


def divided(p: Poly, w: Poly, k: int, ring: Ring) -> tuple[Poly, Poly] | None:
    """Quotient and remainder in generator k; None where the leading coefficient of w does not divide."""
    parts = by_power(w, k)
    top = max(parts)
    q, v = ring.context.constant(0), ring.gen(k)
    while not p.is_zero() and (d := int(p.degrees()[k])) >= top > 0:
        step = quotient(by_power(p, k)[d], parts[top], ring)
        if step is None:
            return None
        step = step * v ** (d - top)
        q, p = q + step, ring.reduce(p - step * w)
        if not p.is_zero() and int(p.degrees()[k]) >= d:
            return None
    return ring.reduce(q), p


def _left_out(p: Poly, ring: Ring) -> Iterator[Sum]:
    """A term left out, where the rest factors."""
    if not 3 < len(p) <= MOST_LEFT_OUT:
        return
    for m, c in p.terms():
        term = ring.context.from_dict({m: c})
        content, found = (p - term).factor()
        if sum(k for q, k in found if len(q) > 1) > 1:
            yield [[(ring.context.constant(content), 1), *((q, int(k)) for q, k in found)], [(term, 1)]]


def value(total: Sum, ring: Ring) -> Poly:
    """What a sum of products of polynomials is."""
    return sum((prod((f**k for f, k in part), start=ring.one) for part in total), ring.context.constant(0))


def exact_quotient(p: Poly, q: Poly) -> Any:
    """p/q, or None."""
    try:
        return p / q
    except DomainError:
        return None

"""The ring that formulas are written in: printed symbols, I, roots and functions, each a generator.

The exact field computes in roots (Gamma = g^2) and never has I below; a formula shows Gamma, and its poles as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import flint
import sympy as sp
from sympy import Expr

from cascade_sym.exact import Converter, Field, Fraction
from cascade_sym.exact.field import Relation
from cascade_sym.exact.fraction import Poly, by_power

Rule = tuple[int, int, Mapping[tuple[int, ...], Any]]  # generator^degree = polynomial, by its terms


@dataclass(frozen=True, eq=False)
class Ring(Field):
    """Polynomials over the rational numbers in generators that stand for what is printed."""

    @cached_property
    def i(self) -> int | None:
        """The place of I."""
        return next((k for k, e in enumerate(self.meaning) if e == sp.I), None)

    def inside(self, terms: Mapping[tuple[int, ...], Any]) -> Poly:
        """A polynomial from its terms in the first generators."""
        size = len(self.meaning)
        return self.context.from_dict({(*m, *[0] * (max(size, 1) - len(m))): flint.fmpq(c) for m, c in terms.items()})

    def used(self, *polys: Poly) -> list[int]:
        """The generators that stand in polynomials, in order."""
        return [k for k in range(len(self.meaning)) if any(p.degrees()[k] > 0 for p in polys if not p.is_zero())]


def make_ring(meaning: Iterable[Expr], rules: Iterable[Rule]) -> Ring:
    """A ring of these generators with their relations."""
    meaning = tuple(meaning)
    ctx = flint.fmpq_mpoly_ctx.get([f"h{k}" for k in range(max(len(meaning), 1))], "degrevlex")
    bare = Ring(ctx, meaning, ())
    return Ring(ctx, meaning, tuple(Relation(k, d, bare.inside(terms)) for k, d, terms in rules))


@dataclass(frozen=True, eq=False)
class View:
    """num/den, as polynomials in one ring."""

    ring: Ring
    num: Poly
    den: Poly

    def lowest(self) -> View:
        """Without common factors over Q."""
        num, den = self.ring.reduce(self.num), self.ring.reduce(self.den)
        g = num.gcd(den)
        return View(self.ring, num / g, den / g)._trimmed()

    def _trimmed(self) -> View:
        """Without generators that stand nowhere."""
        ring, kept = self.ring, set(self.ring.used(self.num, self.den))
        while more := {k for r in ring.relations if r.gen in kept for k in ring.used(r.value)} - kept:
            kept |= more
        order = sorted(kept)

        def moved(p: Poly) -> dict[tuple[int, ...], Any]:
            return {tuple(int(m[k]) for k in order): c for m, c in p.terms()}

        rules = [(order.index(r.gen), r.degree, moved(r.value)) for r in ring.relations if r.gen in kept]
        small = make_ring([ring.meaning[k] for k in order], rules)
        return View(small, small.inside(moved(self.num)), small.inside(moved(self.den)))


def printed(conv: Converter, value: Fraction) -> list[View]:
    """An element of the exact field over the printed symbols: Gamma where the field has g^2, and g = sqrt(Gamma); where
    odd powers of g stand in it, also as polynomial in g.
    """
    field = conv.field
    roots = make_ring(field.meaning, [(r.gen, r.degree, _whole(r.value)) for r in field.relations])
    in_roots = View(roots, *(roots.inside(_whole(p)) for p in (value.num, value.den)))
    odd = any(m[i] % 2 for i in conv.squares for p in (value.num, value.den) for m in p.monoms())
    return [_in_symbols(conv, value), *([in_roots.lowest()] if odd else [])]


def _whole(p: Poly) -> Mapping[tuple[int, ...], int]:
    return {tuple(map(int, m)): int(c) for m, c in p.terms()}


def _in_symbols(conv: Converter, value: Fraction) -> View:
    field, squares = conv.field, conv.squares
    symbols = {i: next(s for s, k in conv.places.items() if k == i) for i in squares}
    meaning = [symbols.get(k, e) for k, e in enumerate(field.meaning)]
    roots = {i: len(meaning) + k for k, i in enumerate(squares)}
    meaning += [field.meaning[i] for i in squares]
    rules: list[Rule] = [(roots[i], 2, p.to_dict()) for i, (p, _) in squares.items()]
    bare = make_ring(meaning, [])
    moved = [(r.gen, r.degree, _shown(r.value, squares, roots, bare).to_dict()) for r in field.relations]
    ring = make_ring(meaning, [*moved, *rules])
    num, den = (_shown(p, squares, roots, ring) for p in (value.num, value.den))
    return View(ring, num, den).lowest()


def _shown(p: Poly, squares: Mapping[int, tuple[Poly, Any]], roots: Mapping[int, int], ring: Ring) -> Poly:
    """With even powers of a root as what it is the root of."""
    out = ring.inside(_whole(p))
    for i, (under, _) in squares.items():
        if out.degrees()[i]:
            base, root = ring.inside(_whole(under)), ring.gen(roots[i])
            parts = by_power(out, i)
            out = sum((q * base ** (k // 2) * root ** (k % 2) for k, q in parts.items()), ring.context.constant(0))
    return out

"""Sums of logarithms and of angles that are zero though their terms are not.

A real sum L of terms c log |u| and of real terms r is zero where exp(L), the product of |u|^c and exp(r), is 1. A sum T
of terms c arctan(x), of multiples of pi and of real terms m has exp(2 i T), the product of ((1 + i x)/(1 - i x))^c and
exp(2 i m). Where that is 1 and no x has a pole, T is a constant multiple of pi on a domain that is connected: its value
at one point tells.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import flint
import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.definitions import Definitions
from cascade_sym.exact.atoms import Arctangent, Stand, shown
from cascade_sym.exact.convert import Converter, converter
from cascade_sym.exact.fraction import Fraction, Poly, by_power
from cascade_sym.exact.logs import Logarithm
from cascade_sym.exact.refute import BITS, as_balls, typical
from cascade_sym.program import read
from cascade_sym.program.balls import Balls, Undecided, lifted
from cascade_sym.symbols import Domains
from cascade_sym.symbols.domains import inequality

Terms = dict[Expr, int]


def cancels(conv: Converter, value: Fraction, domains: Domains) -> set[str] | None:
    """What it rests on that a sum of logarithms and angles is zero; None where that is not proved."""
    stands = {i: s for s, i in conv.places.items() if isinstance(s, Stand)}
    if not stands or not value.den.is_constant():
        return None
    scale = int(value.den.leading_coefficient())
    used: set[str] = set()
    for part in by_power(value.num, conv.places[sp.I]).values():
        terms = _terms(conv, part)
        if terms is None:
            return None
        prove: Callable[[Terms, int, Domains], set[str] | None]
        prove = _logarithms if any(isinstance(s, Logarithm) for s in terms) else _angles
        found = prove(terms, scale, domains)
        if found is None:
            return None
        used |= found
    return used


def _terms(conv: Converter, p: Poly) -> Terms | None:
    """A sum of multiples of logarithms or arctangents and of products of real symbols."""
    symbols = {i: s for s, i in conv.places.items() if isinstance(s, Symbol) or s is sp.pi}
    out: Terms = {}
    for mono, c in p.terms():
        present = {i: int(k) for i, k in enumerate(mono) if k}
        if not set(present) <= set(symbols) & set(conv.tower.intervals) or set(present) & set(conv.squares):
            return None
        stands = [symbols[i] for i in present if isinstance(symbols[i], Stand)]
        if stands and (len(stands) > 1 or sum(present.values()) > 1):
            return None
        out[sp.Mul(*(symbols[i] ** k for i, k in present.items()))] = int(c)
    return out


def _logarithms(terms: Terms, _: int, domains: Domains) -> set[str] | None:
    if any((isinstance(s, Stand) and not isinstance(s, Logarithm)) or s.has(sp.pi) for s in terms):
        return None
    sizes = [sp.Abs(s.argument) if isinstance(s, Logarithm) else sp.exp(s) for s in terms]
    conv, forms = converter(sizes, domains)
    product = conv.field.integer(1)
    for size, c in zip(map(conv, forms), terms.values(), strict=True):
        product = product.within(conv.field) * size**c
    return conv.tower.used if conv.tower.vanishes(product - conv.field.integer(1)) else None


def _angles(terms: Terms, scale: int, domains: Domains) -> set[str] | None:
    """`scale` times the sum is a multiple of pi, and one that is less than 3 at a point is 0."""
    straight = all(sp.total_degree(e, *e.free_symbols) == 1 for e, _ in domains.expressions if e.is_polynomial())
    plain = all(e.is_polynomial() for e, _ in domains.expressions)
    if any(d.kind == "integer" for _, d in domains.symbols) or not (straight and plain):
        return None  # where the domain need not be connected
    terms = {s: c for s, c in terms.items() if s is not sp.pi} | {sp.pi: terms.get(sp.pi, 0)}
    if any(isinstance(s, Stand) and not isinstance(s, Arctangent) for s in terms):
        return None
    angle = shown(sp.Add(*(c * s for s, c in terms.items())))
    inside = Domains(
        tuple((n, d if d.kind == "complex" else replace(d, above=True, below=True)) for n, d in domains.symbols),
        domains.positive, domains.nonnegative, domains.known,
    )  # fmt: skip
    values = [s.argument if isinstance(s, Arctangent) else sp.exp(2 * sp.I * s) for s in terms if s is not sp.pi]
    conv, (i, *forms) = converter([sp.I, *values], inside)
    one = turn = conv.field.integer(1)
    for s, x, c in zip(terms, map(conv, forms), terms.values(), strict=False):
        if isinstance(s, Arctangent):
            sign = conv.tower.known_sign(x.den)
            if not (conv.tower.is_real(x) and sign and sign.strict):
                return None  # it may jump inside of the domain
            x = (one + conv(i) * x) / (one - conv(i) * x)
        turn = turn.within(conv.field) * x.within(conv.field) ** c
    if not conv.tower.vanishes(turn - one):
        return None
    with flint.ctx.workprec(BITS):
        run = read(angle).on(Balls())
        for point in typical([angle], domains, Definitions()):
            try:
                (at,) = run(as_balls(point))
            except Undecided:
                continue
            if lifted(at).is_finite():
                small = bool(abs(lifted(at)) < 3)
                ranges = domains.ranges
                named = {s.name for s in angle.free_symbols}
                said = {text for n in named & set(ranges) for text in ranges[n][1]}
                about = [f for f in domains.expressions if f[0].free_symbols & angle.free_symbols]
                return said | {inequality(e, strict) for e, strict in about} if small else None
    return None

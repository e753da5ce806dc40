"""Quantities in the user's own combinations.

A combination c = a/b with the name N is the relation a - N b = 0. It is solved for the highest power of one of its
symbols, v^k, by which numerator and denominator are reduced; of all v the one is taken that makes the formula shortest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.compact.ring import Ring, View, make_ring
from cascade_sym.compact.simplified import FAILED, Written, proved, with_repeats, written
from cascade_sym.definitions import Definitions, Quantity
from cascade_sym.definitions.count import operations
from cascade_sym.errors import DuplicateName, ParameterError
from cascade_sym.exact.fraction import Poly, bounded, by_power
from cascade_sym.exact.truth import equal
from cascade_sym.symbols import expression, read_name

TRIES = 400  # of ways to write the formula for each way to bring in one name
GROWTH = 3  # times as many terms as before, at most, may a formula have in a new name before it is shortened


@bounded()
def named(q: Quantity, names: Mapping[Any, Any]) -> Quantity:
    """`Quantity.with_names`."""
    given = _read(q, names)
    try:
        found = written(q)
        plain = found.short_forms()[0]
        best = _Best(plain, found.ways[0], ())
        for name, combination in given:
            best = min([best, *_with(best, name, combination, found)], key=lambda b: operations(b.expr))
    except FAILED:
        return q
    used = _used(best.expr, given)
    if not used or operations(best.expr) >= min(q.operations, operations(plain)):
        return q
    now = with_repeats(q, best.expr, Definitions(used, domains=q.definitions.domains))
    proof = equal(q, Quantity(q.name, now.definitions.inline(now.expr), Definitions((), domains=q.domains)))
    return proved(q, now, proof) if proof else q


@dataclass(frozen=True)
class _Best:
    """A formula, the fraction that it was written from, and the names in it."""

    expr: Expr
    view: View
    names: tuple[Symbol, ...]


def _read(q: Quantity, names: Mapping[Any, Any]) -> tuple[tuple[Symbol, Expr], ...]:
    """Names and combinations in order; DuplicateName, ParameterError."""
    if not isinstance(names, Mapping):
        raise ParameterError(f"names: expected names and what they stand for, {{'C': 4*G**2/kappa}}; got {names!r}.")
    taken = {s.name for s in (*q.parameters, *(s for s, _ in q.definitions))}
    out: list[tuple[Symbol, Expr]] = []
    for key, value in names.items():
        name = read_name(key, "a name")
        e = expression(value)
        if name in taken or name in {s.name for s in e.free_symbols} or name in {s.name for s, _ in out}:
            raise DuplicateName(f"{name} is a parameter or a definition of {q.name} already; call it differently.")
        if not e.free_symbols:
            raise ParameterError(f"{name} is {e}, a number; a name stands for a combination of parameters.")
        out.append((Symbol(name), e))
    return tuple(out)


def _used(e: Expr, given: tuple[tuple[Symbol, Expr], ...]) -> tuple[tuple[Symbol, Expr], ...]:
    """The names that a formula needs, in order."""
    return Definitions(given).needed(e).items


def _with(best: _Best, name: Symbol, combination: Expr, found: Written) -> Iterator[_Best]:
    """The formula with one more name, for each symbol that the combination can be solved for."""
    ring = best.view.ring
    power = 1 if _rational(combination) else 2
    square = combination**power
    if not _rational(square) or not _inside(square, ring):
        return
    wide = make_ring([*ring.meaning, name], [(r.gen, r.degree, _terms(r.value)) for r in ring.relations])
    num, den = (wide.inside(_terms(p)) for p in (best.view.num, best.view.den))
    above, below = (_polynomial(e, wide) for e in sp.fraction(sp.together(square)))
    relation = above - wide.gen(len(ring.meaning)) ** power * below
    for v in wide.used(above, below):
        parts = by_power(relation, v)
        top = max(parts)
        if v == wide.i or not (
            parts[top].is_constant() or found.never_zero(_expr(parts[top], wide).xreplace({name: combination}))
        ):
            continue
        (n, j), (d, k) = (_reduced(p, parts, v, wide) for p in (num, den))
        lead = parts[top]
        view = View(wide, n * lead ** max(k - j, 0), d * lead ** max(j - k, 0))
        if view.den.is_zero() or len(n) + len(d) > GROWTH * (len(num) + len(den)):
            continue
        view = view.lowest()
        yield _Best(found.short_form(view, TRIES), view, (*best.names, name))


def _rational(e: Expr) -> bool:
    return bool(e.is_rational_function(*e.free_symbols))


def _inside(e: Expr, ring: Ring) -> bool:
    return e.free_symbols <= set(ring.meaning)


def _terms(p: Poly) -> dict[tuple[int, ...], Any]:
    return {tuple(map(int, m)): c for m, c in p.terms()}


def _expr(p: Poly, ring: Ring) -> Expr:
    powers = (sp.Rational(int(c.p), int(c.q)) * sp.Mul(*(g**int(k) for g, k in zip(ring.meaning, m, strict=True)))
              for m, c in p.terms())  # fmt: skip
    return sp.Add(*powers)


def _polynomial(e: Expr, ring: Ring) -> Poly:
    """A polynomial expression in symbols of the ring."""
    symbols = sorted(e.free_symbols, key=str)
    places = [ring.meaning.index(s) for s in symbols]
    out: dict[tuple[int, ...], Any] = {}
    terms = sp.Poly(e, *symbols).terms() if symbols else [((), e)]
    for m, c in terms:
        key = [0] * len(ring.meaning)
        for place, k in zip(places, m, strict=True):
            key[place] = int(k)
        if not c.is_Rational:
            raise ParameterError(f"{e} has the coefficient {c}; combinations have rational ones.")
        out[tuple(key)] = _fmpq(c)
    return ring.context.from_dict(out)


def _fmpq(c: Expr) -> Any:
    import flint

    return flint.fmpq(int(c.p), int(c.q))


def _reduced(p: Poly, parts: Mapping[int, Poly], v: int, ring: Ring) -> tuple[Poly, int]:
    """p reduced by the relation sum_k parts[k] v^k = 0, times a power of its leading coefficient; and that power."""
    top, g = max(parts), ring.gen(v)
    lower = sum((q * g**k for k, q in parts.items() if k < top), ring.context.constant(0))
    count = 0
    while not p.is_zero() and (d := int(p.degrees()[v])) >= top:
        table = by_power(p, v)
        highest = table.pop(d)
        rest = sum((q * g**k for k, q in table.items()), ring.context.constant(0))
        p = ring.reduce(rest * parts[top] - highest * g ** (d - top) * lower)
        count += 1
    return p, count

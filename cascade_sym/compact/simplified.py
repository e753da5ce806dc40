"""Quantities in few operations: equal to what they were, by proof.

Written out where the exact algebra can hold that: then as `waves`, `shortest` and `sums` try, with names for what
repeats itself. Otherwise definition by definition, each in the symbols that it is written in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.compact.ring import View, printed
from cascade_sym.compact.shortest import Shortest
from cascade_sym.compact.sums import Sums
from cascade_sym.compact.tidy import tidy
from cascade_sym.compact.waves import views, without_roots
from cascade_sym.definitions import Definitions, Quantity
from cascade_sym.definitions.count import operations
from cascade_sym.errors import CascadeError
from cascade_sym.exact import converter
from cascade_sym.exact.as_sympy import poly_to_expr
from cascade_sym.exact.fraction import bounded
from cascade_sym.exact.truth import Equality, equal, read_sides
from cascade_sym.steps import Check, Step
from cascade_sym.symbols import Domains, free_name, is_complex_symbol

TRIES = 800  # of ways to write a formula: a second or two
FEW = 100  # of ways to write one definition of many
FEWEST = 250  # of ways to write a formula in each of many ways to write its functions
SAVED = 3  # operations that a name for a repeated part must save
FAILED = (CascadeError, RecursionError)


@bounded()
def simplified(q: Quantity) -> Quantity:
    """`Quantity.simplified`."""
    try:
        found = written(q).short_forms()
    except FAILED:
        return _one_by_one(q)
    for e in found:
        short = with_repeats(q, e)
        if short.operations >= q.operations:
            break
        if proof := equal(q, e):
            return proved(q, short, proof)
    return q


@dataclass(frozen=True)
class Written:
    """A quantity as a fraction, in each way to write its functions, and what is declared."""

    ways: tuple[View, ...]
    domains: Domains

    def short_forms(self, tries: int = TRIES) -> list[Expr]:
        """The short form of each, the shortest first."""
        tries = max(tries // len(self.ways), min(tries, FEWEST))
        found = [self.short_form(view, tries) for view in self.ways]
        for view in (v for way in self.ways for v in without_roots(way)):
            if self.never_zero(poly_to_expr(view.den, view.ring.meaning)):
                found.append(self.short_form(view, tries))
        return [e for _, _, e in sorted((operations(e), n, e) for n, e in enumerate(map(tidy, found)))]

    def short_form(self, view: View, tries: int = TRIES) -> Expr:
        """The short form of one of them, or of another fraction on the same domain."""
        view = self._with_short_roots(view)
        return Sums(view.ring, [], tries, self).fraction(view)

    def _with_short_roots(self, view: View) -> View:
        """With what stands under roots in short."""
        ring = view.ring
        meaning = list(ring.meaning)
        for r in ring.relations:
            e = meaning[r.gen]
            if isinstance(e, sp.Pow) and e.exp == sp.Rational(1, r.degree) and len(r.value) > 1:
                meaning[r.gen] = Shortest(ring, [], FEW, self).polynomial(r.value) ** e.exp
        short = replace(ring, meaning=tuple(meaning))
        return View(short, view.num, view.den)

    def never_zero(self, e: Expr) -> bool:
        """Whether it is proved to vanish nowhere: its real or its imaginary part has a sign."""
        parts = (e, sp.S.Zero) if not e.has(sp.I) else sp.expand(e).as_independent(sp.I)
        return any(p != 0 and self._sign(sp.expand(p / sp.I) if p.has(sp.I) else p, strict=True) > 0 for p in parts)

    def nonnegative(self, e: Expr) -> bool:
        """Whether a generator is known to be >= 0."""
        return e != sp.I and self._sign(e, strict=False) > 0

    def _sign(self, e: Expr, strict: bool) -> int:
        """1 for a known sign of any kind with `strict` (never zero), or for a sign >= 0; else 0."""
        try:
            conv, (form,) = converter([e], self.domains)
            value = conv(form)
            found = conv.tower.sign_of(value) if conv.tower.is_real(value) else None
        except FAILED:
            return 0
        return int(bool(found and (found.strict if strict else found.value > 0)))


def written(q: Quantity) -> Written:
    """A quantity in the exact field, written in what is printed."""
    (e,), declared, definitions = read_sides([q], None)
    conv, (form,) = converter([e], declared, definitions=definitions)
    return Written(tuple(way for view in printed(conv, conv(form)) for way in views(view)), declared)


def proved(was: Quantity, now: Quantity, proof: Equality) -> Quantity:
    """`now` with the conditions, the steps and what is declared of `was`, and with what the proof supposed."""
    divided = (a for a in proof.assumptions if a.endswith("!= 0"))  # all others are declared
    supposed = tuple(dict.fromkeys((*was.supposed, *divided)))
    shown: Mapping[str, Expr] = {was.name: now.expr}
    step = Step("simplification", "equal, in fewer operations", {was.name: was.expr}, shown, partial(_check, was, now))
    return replace(now, supposed=supposed, steps=(*was.steps, step))


def _check(was: Quantity, now: Quantity) -> Check:
    found = equal(was, now)
    return Check(bool(found), "equality in the exact algebra", found.reason)


def with_repeats(q: Quantity, e: Expr, given: Definitions | None = None) -> Quantity:
    """e in place of the expression of q, with names for what repeats itself in it."""
    given = given or Definitions()
    known = (*e.free_symbols, *q.parameters, *(s for s, _ in (*given, *q.definitions)))
    taken = {s.name for s in known} | q.domains.gone
    named: dict[Symbol, Expr] = {}
    while (part := _repeated([e, *named.values()])) is not None:
        name = Symbol(free_name("R" if part.is_Pow else "S", taken))
        taken.add(name.name)
        e = e.xreplace({part: name})
        named = {s: body.xreplace({part: name}) for s, body in named.items()} | {name: part}
    kept = Definitions((*given.items, *_in_order(named)), domains=q.definitions.domains)
    conditions = q.definitions.needed(*q.domain, *q.nonnegative)
    return replace(q, expr=e, definitions=kept.merged(conditions))


def _in_order(named: Mapping[Symbol, Expr]) -> list[tuple[Symbol, Expr]]:
    """Definitions before their use."""
    left, done = dict(named), list[tuple[Symbol, Expr]]()
    while left:
        ready = {s: body for s, body in left.items() if not body.free_symbols & left.keys()}
        done += ready.items()
        left = {s: body for s, body in left.items() if s not in ready}
    return done


def _repeated(exprs: Iterable[Expr]) -> Expr | None:
    """The part of formulas for which a name saves most."""
    counts: dict[Expr, int] = {}
    for part in (p for e in exprs for p in sp.preorder_traversal(e)):
        if (part.is_Add or part.is_Pow or part.is_Function) and not part.is_number:
            counts[part] = counts.get(part, 0) + 1
    saved = [((n - 1) * operations(p), operations(p), k, p) for k, (p, n) in enumerate(counts.items()) if n > 1]
    best = max(saved, key=lambda s: (s[0], s[1], -s[2]), default=None)
    return best[3] if best and best[0] >= SAVED else None


# -- definition by definition ---------------------------------------------------------------------------------


def _one_by_one(q: Quantity) -> Quantity:
    """Every definition in short, those that are used once or save nothing written out."""
    domains = q.definitions.domains
    supposed: dict[str, None] = {}

    def short(e: Expr) -> Expr:
        alone = Quantity("part", e, Definitions((), domains=_apart(domains, q)))
        try:
            best = next(iter(written(alone).short_forms(FEW)))
            if operations(best) < operations(e) and (proof := equal(alone, best)):
                supposed.update(dict.fromkeys(proof.assumptions))
                return best
        except FAILED:
            pass
        return e

    items = tuple((s, short(e)) for s, e in q.definitions)
    now = replace(q, expr=short(q.expr), definitions=replace(q.definitions, items=items))
    now = _fewer(now)
    if now.operations >= q.operations:
        return q
    return proved(q, now, Equality("equal", tuple(supposed)))


def _apart(domains: Domains, q: Quantity) -> Domains:
    """What is declared of parameters, where definitions are symbols like others."""
    return domains.about(q.parameters)


def _fewer(q: Quantity) -> Quantity:
    """Without definitions that are used in one place, or are no longer than their name."""
    uses: dict[Symbol, int] = {}
    everywhere = (*(e for _, e in q.definitions), q.expr, *q.domain, *q.nonnegative)
    for e in everywhere:
        for part in sp.preorder_traversal(e):
            if isinstance(part, Symbol):
                uses[part] = uses.get(part, 0) + 1
    pivots = {s for pivot in q.definitions.pivots for s in pivot}
    gone: dict[Expr, Expr] = {}
    items = []
    for s, e in q.definitions:
        body = e.xreplace(gone)
        if s not in pivots and not is_complex_symbol(s) and (uses.get(s, 0) < 2 or not operations(body)):
            gone[s] = body
        else:
            items.append((s, body))
    put: Callable[[Expr], Expr] = lambda e: e.xreplace(gone)  # noqa: E731
    return replace(
        q, expr=put(q.expr), definitions=replace(q.definitions, items=tuple(items)),
        domain=tuple(map(put, q.domain)), nonnegative=tuple(map(put, q.nonnegative)),
    )  # fmt: skip

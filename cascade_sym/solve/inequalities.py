"""Sets of inequalities, all polynomials > 0, as they are printed: taken apart, without what others imply, short.

Products are taken apart where the sign of a factor is declared, and what the others imply is dropped; both are proved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from math import prod

import sympy as sp
from sympy import Expr

from cascade_sym.errors import UnstableError
from cascade_sym.exact import converter
from cascade_sym.exact.as_sympy import poly_to_expr
from cascade_sym.exact.factors import polynomial_factors
from cascade_sym.exact.fraction import Poly, by_power
from cascade_sym.symbols import Domains, amplitudes

NESTED = 100  # terms of a polynomial whose shortest nested form is looked for; longer ones are multiplied out
SHORT = 4  # terms of a condition of which some are shown on the right side
Weak = tuple[Expr, bool]  # a condition, and whether with the others of its block it is enough that it is >= 0


def reduced_conditions(found: Sequence[Weak], domains: Domains, who: str) -> tuple[Expr, ...]:
    """Conditions without factors of known sign, without those that the others imply."""
    positive = {name for name, d in domains.symbols if d.low > 0 or (d.low == 0 and d.above)}
    domains = replace(domains, known=tuple(e for e in domains.known if str(e) not in positive))  # which says less
    kept = list(dict.fromkeys(c for e, weak in found for c in _parts(e, weak, domains, who)))
    for c in tuple(kept):
        if is_implied(c, [x for x in kept if x != c], domains):
            kept.remove(c)
    return tuple(kept)


def is_implied(c: Expr, others: Sequence[Expr], domains: Domains, *, strict: bool = True) -> bool:
    """Whether c > 0 (or c >= 0) is proved where the others are positive: from them as facts, or as a number times one
    of them and what is >= 0.
    """
    known = domains.merged(amplitudes(c, *others), Domains(positive=tuple(others)))
    conv, forms = converter([c, *others], known)
    values, tower = [conv(f) for f in forms], conv.tower
    found = tower.sign_of(values[0]) if tower.is_real(values[0]) else None
    if found and found.value > 0 and (found.strict or not strict):
        return True
    if not all(v.den.is_constant() for v in values):
        return False
    p, *rest = (v.num for v in values)
    for x in rest:
        have = x.to_dict()
        ratios = {(int(v), int(have[m])) for m, v in p.to_dict().items() if m in have and v * have[m] > 0}
        for above, below in sorted(ratios):
            left = abs(below) * p - abs(above) * x
            if left.is_zero() or ((found := tower.known_sign(left)) and found.value > 0):
                return True
    return False


def _parts(e: Expr, weak: bool, domains: Domains, who: str) -> list[Expr]:
    """Expressions that are all positive exactly where `e` is; none where `e` is >= 0 and that is enough (`weak`)."""
    conv, (form,) = converter([e], domains.merged(amplitudes(e)))
    value, tower = conv(form), conv.tower
    if value.is_zero:
        raise UnstableError(
            f"no steady state of {who} whatever the parameters: it is undamped; give it a bath or a port."
        )
    content, above = polynomial_factors(value.num)
    turned, apart, rest = 1 if content > 0 else -1, [], []
    for q, k, divides in [*((*f, False) for f in above), *((*f, True) for f in polynomial_factors(value.den)[1])]:
        known = tower.known_sign(q)
        if known:
            turned *= known.value**k
            if not known.strict and not divides:
                apart.append((known.value * q, 1))
        elif not (divides and k % 2 == 0):
            rest.append((q, k))
    if turned < 0 and not any(k % 2 for _, k in rest):
        raise UnstableError(f"no steady state of {who} whatever the parameters: {e} must be positive.")
    if weak and not any(k % 2 for _, k in rest):
        return []
    if turned < 0:
        odd = next(n for n, (_, k) in enumerate(rest) if k % 2)
        rest[odd] = -rest[odd][0], rest[odd][1]
    meaning = conv.field.meaning
    whole = prod((q**k for q, k in rest), start=value.num.context().constant(1))
    if len(whole) == 2:  # a^2 - b^2 is no longer than its factors
        rest = [(whole, 1)]
    shown = [[f] for f in apart] + ([rest] if rest else [])
    return [prod(_nested(q, meaning) ** k for q, k in factors) for factors in shown]


def _nested(p: Poly, meaning: Sequence[Expr]) -> Expr:
    """A polynomial written in powers of one variable after the other, in the order that is shortest."""

    known: dict[str, Poly] = {}

    def named(q: Poly) -> str:
        known[str(q)] = q
        return str(q)

    @cache
    def written(text: str) -> Expr:
        q = known[text]
        content, factors = polynomial_factors(q)
        single = [(f, k) for f, k in factors if len(f) == 1]
        rest = q / prod((f**k for f, k in single), start=q.context().constant(content))
        factors = [*single, (rest, 1)] if len(rest) <= 2 else factors
        return sp.Mul(content, *(irreducible(named(f)) ** k for f, k in factors))

    @cache
    def irreducible(text: str) -> Expr:
        q = known[text]
        best = poly_to_expr(q, meaning)
        for k in [k for k, d in enumerate(q.degrees()) if d] if SHORT - 1 < len(q) <= NESTED else []:
            parts = by_power(q, k)
            if len(parts) > 1 and len(parts) < len(q):
                terms = [written(named(c)) * meaning[k] ** d for d, c in parts.items()]
                best = min(best, sp.Add(*terms), key=lambda e: int(e.count_ops()))
        return best

    return written(named(p))


def inequality(c: Expr) -> Expr:
    """c > 0, with what is subtracted on the right side where c is a short sum."""
    terms = sp.Add.make_args(c)
    minus = [t for t in terms if t.as_coeff_Mul()[0].is_negative]
    if not minus or len(minus) == len(terms) or len(terms) > SHORT:
        return sp.Gt(c, 0, evaluate=False)
    return sp.Gt(sp.Add(*(t for t in terms if t not in minus)), -sp.Add(*minus), evaluate=False)

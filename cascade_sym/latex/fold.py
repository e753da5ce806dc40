"""Folding: long expressions written with the abbreviations of a paper, exactly.

An abbreviation is recognised as factors of a product (also to a power, also under a root), as terms of a sum
(also times a monomial, also with a remainder where that is shorter), in its own form or expanded.
Trigonometric products are contracted where the result is shorter: cos^2 - sin^2, sin A cos B - cos A sin B.
Every replacement is an identity.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.latex.monomials import KEPT, join, split, times

Pair = tuple[Expr, Expr]
Key = frozenset[tuple[Expr, Expr]]
Abbreviations = Sequence[tuple[Symbol, Expr]]
ROUNDS = 4  # in which names are put for expressions that hold other names
MAX_SIZE = 20_000  # nodes of an expression that is searched for abbreviations
MAX_TERMS = 400  # of a sum in which a part is sought


def fold(e: Expr, abbreviations: Abbreviations = ()) -> Expr:
    """`e` with `abbreviations` used wherever they make it shorter.

    Equal to `e` once the abbreviations are written out. Expressions of more than MAX_SIZE nodes are returned
    as they are (a result of that size should be held as definitions).

    >>> b, p, s, t = sp.symbols("Gamma_B Gamma_P Gamma theta")
    >>> fold(sp.sqrt(b + p)*(b/2 + p/2), [(s, b + p)])
    Gamma**(3/2)/2
    >>> fold(s*sp.cos(t)**2 - s*sp.sin(t)**2)
    Gamma*cos(2*theta)
    """
    pairs = [(s, form) for s, a in _nested(abbreviations) for form in _forms(a)]
    if size(e) > MAX_SIZE:
        return e
    for rest in (False, True):
        for _ in range(ROUNDS):
            new = e
            for short, long in pairs:
                if long.free_symbols & new.free_symbols:
                    new = _everywhere(new, short, long, rest)
            for short, long in _contractions(new):
                new = _everywhere(new, short, long, False)
            if new == e:
                break
            e = new
    return e


def used(exprs: Iterable[Expr], abbreviations: Abbreviations) -> tuple[tuple[Symbol, Expr], ...]:
    """The abbreviations that `exprs` use, directly or through others, each folded with those before it."""
    want = set().union(*(e.free_symbols for e in exprs))
    keep = []
    for s, a in reversed(_nested(abbreviations)):
        if s in want:
            keep.append((s, a))
            want |= a.free_symbols
    return tuple(reversed(keep))


def _nested(abbreviations: Abbreviations) -> list[tuple[Symbol, Expr]]:
    """Each abbreviation folded with those before it."""
    out: list[tuple[Symbol, Expr]] = []
    for s, a in abbreviations:
        for short, long in out:
            for form in _forms(long):
                a = _everywhere(a, short, form, False)
        out.append((s, a))
    return out


def _forms(a: Expr) -> list[Expr]:
    """The shapes in which an abbreviation is looked for."""
    forms = [a, sp.expand(a)]
    if a.has(sp.sin, sp.cos):
        forms.append(sp.expand(sp.expand_trig(a)))
        double = {f: sp.cos(f.args[0] / 2) ** 2 - sp.sin(f.args[0] / 2) ** 2
                  for f in a.atoms(sp.cos) if f.args[0].as_coeff_Mul()[0] == 2}  # fmt: skip
        forms.append(sp.expand(a.xreplace(double)))
    return list(dict.fromkeys(forms))


def _contractions(e: Expr) -> list[Pair]:
    """The trigonometric identities between the angles of `e`, as pairs (short, long)."""
    angles = sorted({f.args[0] for f in e.atoms(sp.sin, sp.cos) if f.args[0].free_symbols}, key=str)
    sin, cos = sp.sin, sp.cos
    out: list[Pair] = []
    for x in angles:
        out += [
            (sp.S.One, cos(x) ** 2 + sin(x) ** 2),
            (cos(2 * x), cos(x) ** 2 - sin(x) ** 2),
            (cos(2 * x), 2 * cos(x) ** 2 - 1),
            (cos(2 * x), 1 - 2 * sin(x) ** 2),
            (sin(2 * x), 2 * sin(x) * cos(x)),
        ]
    for i, x in enumerate(angles):
        for y in angles[i + 1 :]:
            out += [(sin(x + s * y), sin(x) * cos(y) + s * cos(x) * sin(y)) for s in (1, -1)]
            out += [(cos(x + s * y), cos(x) * cos(y) - s * sin(x) * sin(y)) for s in (1, -1)]
    return out


@lru_cache(KEPT)
def _everywhere(e: Expr, short: Expr, long: Expr, rest: bool) -> Expr:
    """The replacement in every subexpression, from the inside outwards."""
    if e == long:
        return short
    if not e.args or not isinstance(e, Expr):
        return e
    new = [_everywhere(a, short, long, rest) if isinstance(a, Expr) else a for a in e.args]
    if any(x is not y for x, y in zip(new, e.args, strict=True)):
        e = e.func(*new)
    while isinstance(e, sp.Add | sp.Mul | sp.Pow):
        found = in_sum(e, short, long, rest=rest) if isinstance(e, sp.Add) else in_product(e, short, long)
        if found is None:
            break
        e = found
    return e


@lru_cache(KEPT)
def size(e: Expr) -> int:
    """Nodes of the expression tree: what folding makes smaller."""
    return sum(1 for _ in sp.preorder_traversal(e))


def in_product(e: Expr, short: Expr, long: Expr) -> Expr | None:
    """`e` with the factors of `long` replaced by a power of `short`, or None where they are not all there.

    >>> a, n, g = sp.symbols("a n g")
    >>> in_product(a**2*(2*n + 1)/2, g, a*(n + sp.Rational(1, 2)))
    a*g
    """
    c, have = split(e)
    c_long, want = split(long)
    if not want or not set(want) <= set(have):
        return None
    ratios = [have[b] / k for b, k in want.items()]
    if len(set(ratios)) == 1:
        k = ratios[0]
    elif all(r >= 1 for r in ratios) or all(r <= -1 for r in ratios):
        k = sp.Integer(int(min(ratios) if ratios[0] > 0 else max(ratios)))
    else:
        return None
    if not k.is_Integer and c_long < 0:
        return None
    new = sp.Mul(c * c_long ** (-k), join(sp.S.One, times(have, want, -k)), sp.Pow(short, k))
    return new if size(new) < size(e) else None


def in_sum(e: Expr, short: Expr, long: Expr, *, rest: bool = False) -> Expr | None:
    """`e` with q*long replaced by q*short for the monomial q that shortens it most, or None.

    With `rest`, terms of `long` that `e` lacks, or has with another coefficient, are compensated: the
    elimination of one variable, kept only where fewer terms are left.

    >>> a, b, c, s, t = sp.symbols("a b c s t")
    >>> in_sum(a*t + b*t + c, s, a + b)
    c + s*t
    >>> in_sum(a + 2*b + c, s, a + b + c), in_sum(a + 2*b + c, s, a + b + c, rest=True)
    (None, b + s)
    """
    here, there = _table(sp.Add.make_args(e)), _table(sp.Add.make_args(long))
    if len(there) < 2 or len(here) > MAX_TERMS:
        return None
    best, best_size = None, size(e)
    quotients = [(_times(t, m, -sp.S.One), c / d) for t, c in here.items() for m, d in there.items()]
    met = Counter(q for q, _ in quotients)  # how many terms of q*long are terms of e
    for q, factor in dict.fromkeys(quotients):
        if met[q] < (2 if rest else len(there)):
            continue
        moved = {_times(m, q): c for m, c in there.items()}  # q*long
        new = {**here, **{k: here.get(k, sp.S.Zero) - c * factor for k, c in moved.items()}}
        left = {k: c for k, c in new.items() if c != 0}
        if len(left) > len(here) - (2 if rest else len(there)):
            continue
        terms = (join(c, dict(k)) for k, c in left.items())
        trial = sp.Add(*terms, sp.Mul(factor, join(sp.S.One, dict(q)), short))
        if (n := size(trial)) < best_size:
            best, best_size = trial, n
    return best


def _times(one: Key, other: Key, k: Expr = sp.S.One) -> Key:
    return frozenset(times(dict(one), dict(other), k).items())


def _table(terms: Sequence[Expr]) -> dict[Key, Expr]:
    table: dict[Key, Expr] = {}
    for t in terms:
        c, powers = split(t)
        key = frozenset(powers.items())
        table[key] = table.get(key, sp.S.Zero) + c
    return {k: c for k, c in table.items() if c != 0}

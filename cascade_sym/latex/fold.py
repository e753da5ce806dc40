"""Folding: long expressions written with the abbreviations of a paper, exactly.

An abbreviation is recognised as factors of a product (also to a power, also under a root), as terms of a sum
(also times a monomial, also with a remainder where that is shorter), in its own form or expanded.
Trigonometric products are contracted where the result is shorter: cos^2 - sin^2, sin A cos B - cos A sin B.
Every replacement is an identity.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.latex.matching import in_product, in_sum, size

Pair = tuple[Expr, Expr]
Abbreviations = Sequence[tuple[Symbol, Expr]]
ROUNDS = 4
MAX_SIZE = 20_000


def fold(e: Expr, abbreviations: Abbreviations = (), *, without: Iterable[Symbol] = ()) -> Expr:
    """`e` with `abbreviations` used wherever they make it shorter; those in `without` are not used.

    Equal to `e` once the abbreviations are written out. Expressions of more than MAX_SIZE nodes are returned
    as they are (a result of that size should be held as definitions).

    >>> b, p, s, t = sp.symbols("Gamma_B Gamma_P Gamma theta")
    >>> fold(sp.sqrt(b + p)*(b/2 + p/2), [(s, b + p)])
    Gamma**(3/2)/2
    >>> fold(s*sp.cos(t)**2 - s*sp.sin(t)**2)
    Gamma*cos(2*theta)
    """
    skipped = set(without)
    pairs = [(s, form) for s, a in _nested(abbreviations) if s not in skipped for form in _forms(a)]
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


def unfolded(e: Expr, abbreviations: Abbreviations) -> Expr:
    """`e` with the abbreviations written out.

    >>> s, b = sp.symbols("s b")
    >>> unfolded(s + 1, [(s, b**2)])
    b**2 + 1
    """
    for s, a in reversed(list(abbreviations)):
        e = e.xreplace({s: a})
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
            out += [
                (sin(x + y), sin(x) * cos(y) + cos(x) * sin(y)),
                (sin(x - y), sin(x) * cos(y) - cos(x) * sin(y)),
                (cos(x + y), cos(x) * cos(y) - sin(x) * sin(y)),
                (cos(x - y), cos(x) * cos(y) + sin(x) * sin(y)),
            ]
    return out


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

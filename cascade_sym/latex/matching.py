"""Finding one expression inside another: as factors of a product, or as terms of a sum. All exact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sympy as sp
from sympy import Expr

from cascade_sym.latex.monomials import Powers, join, split, without

Key = frozenset[tuple[Expr, Expr]]
MAX_TERMS = 400


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
    rest = without(have, {b: k * j for b, j in want.items()})
    new = sp.Mul(c * c_long ** (-k), join(sp.S.One, rest), sp.Pow(short, k))
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
    for q, factor in _quotients(here, there):
        new = dict(here)
        for key, c in there.items():
            k = _times(key, q)
            new[k] = new.get(k, sp.S.Zero) - c * factor
        left = [join(c, dict(k)) for k, c in new.items() if c != 0]
        if len(left) > len(here) - (2 if rest else len(there)):
            continue
        trial = sp.Add(*left, sp.Mul(factor, join(sp.S.One, q), short))
        n = size(trial)
        if n < best_size:
            best, best_size = trial, n
    return best


def _quotients(here: Mapping[Key, Expr], there: Mapping[Key, Expr]) -> list[tuple[Powers, Expr]]:
    """Monomials q and factors for which at least two terms of q*long occur in e."""
    out: list[tuple[Powers, Expr]] = []
    seen: set[tuple[Key, Expr]] = set()
    for t, c in here.items():
        for m, d in there.items():
            q = without(dict(t), dict(m))
            key = (frozenset(q.items()), c / d)
            if key in seen:
                continue
            seen.add(key)
            if sum(1 for k in there if _times(k, q) in here) > 1:
                out.append((q, c / d))
    return out


def _times(key: Key, q: Powers) -> Key:
    return frozenset(without(dict(key), {b: -k for b, k in q.items()}).items())


def _table(terms: Sequence[Expr]) -> dict[Key, Expr]:
    table: dict[Key, Expr] = {}
    for t in terms:
        c, powers = split(t)
        key = frozenset(powers.items())
        table[key] = table.get(key, sp.S.Zero) + c
    return {k: c for k, c in table.items() if c != 0}

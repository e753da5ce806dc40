"""Parts of a quadratic operator that are one product of quadratures: g X_A X_B in place of its four terms."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import product

import sympy as sp
from sympy import Expr

from cascade_sym.operators import Op

MODE = re.compile(r"\w+")  # light and operators at a frequency have longer names
WEIGHTS = {"X": (1, 1), "P": (sp.I, -sp.I)}  # of X and P in sqrt2 a and sqrt2 a^+
Monomial = tuple[Op, ...]
Product = tuple[Expr, tuple[tuple[str, str], tuple[str, str]]]  # a coefficient, and (quadrature, mode) twice


def in_quadratures(terms: Sequence[tuple[Monomial, Expr]]) -> tuple[list[Product], list[tuple[Monomial, Expr]]]:
    """Products of quadratures that are shorter than the terms that they stand for, and the terms that are left.

    Two modes that couple by one product of quadratures have four terms; the square of one has three and a constant,
    which has to be there in full.

    >>> from cascade_sym.operators import quadratures
    >>> (X, _), (_, P) = quadratures("A"), quadratures("B")
    >>> in_quadratures(list((X*P*sp.Symbol("g")).terms.items()))
    ([(g, (('X', 'A'), ('P', 'B')))], [])
    """
    table = dict(terms)
    groups: dict[tuple[str, ...], list[Monomial]] = {}
    for word in table:
        if len(word) == 2 and all(MODE.fullmatch(o.name) for o in word):
            groups.setdefault(tuple(sorted({o.name for o in word})), []).append(word)
    found: dict[tuple[str, ...], Product] = {}
    for modes, words in groups.items():
        names = modes if len(modes) == 2 else modes * 2
        weights = _products(table, words, names) if len(words) == 2 + len(modes) else {}
        if len(weights) == 1 and (len(modes) == 2 or all(q == r for q, r in weights)):
            (((q, r), c),) = weights.items()
            found[modes] = (c, ((q, names[0]), (r, names[1])))
    squares = [modes for modes in found if len(modes) == 1]
    ordered = sp.expand(table.get((), sp.S.Zero) - sp.Add(*(found[m][0] / 2 for m in squares))) == 0
    if squares and not ordered:
        found = {modes: p for modes, p in found.items() if modes not in squares}
    used = {word for modes in found for word in groups[modes]} | ({()} if squares and ordered else set())
    return list(found.values()), [t for t in terms if t[0] not in used]


def _products(
    table: Mapping[Monomial, Expr], words: Sequence[Monomial], names: Sequence[str]
) -> dict[tuple[str, str], Expr]:
    """The coefficients of X X, X P, P X and P P, in the order of `names`; of one mode, symmetrised."""
    out = {}
    for q, r in product("XP", repeat=2):
        total = sp.S.Zero
        for word in words:
            first, second = sorted(word, key=lambda o: names.index(o.name))
            both = {(q, r), (r, q)} if names[0] == names[1] else {(q, r)}  # of one mode the order is a constant
            total += (
                table[word] * sum(WEIGHTS[x][first.dag] * WEIGHTS[y][second.dag] for x, y in both) / (2 * len(both))
            )
        if (total := sp.expand(total)) != 0:
            out[q, r] = sp.factor_terms(total)
    return out

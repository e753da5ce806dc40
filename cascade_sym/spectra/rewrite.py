"""A coefficient in other letters: amplitudes replaced by named combinations of them."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.definitions import Definitions, Quantity
from cascade_sym.errors import DerivationError


def rewritten(expr: Expr, table: Mapping[Symbol, Expr], name: str = "value") -> Quantity:
    """`expr` over the combinations in `table`, factored: {s: sqrt(B) + sqrt(P), d: sqrt(B) - sqrt(P)}, say.

    The combinations are linear in symbols and square roots of symbols, as many as there are of those, and
    independent (else DerivationError). The result holds them as definitions; its `inline()` equals `expr`.

    >>> B, P, s, d = sp.symbols("B P s d")
    >>> rewritten(B - P, {s: sp.sqrt(B) + sp.sqrt(P), d: sp.sqrt(B) - sp.sqrt(P)}).expr
    d*s
    """
    rooted = {p.base for e in table.values() for p in e.atoms(sp.Pow) if p.exp == sp.Rational(1, 2)}
    plain: dict[Symbol, Symbol] = {}
    positive: dict[Symbol, Expr] = {}
    for x in sorted(set().union(*(e.free_symbols for e in table.values())), key=str):
        y = sp.Dummy(str(x), positive=True)
        plain[x] = y
        positive[x] = y**2 if x in rooted else y
    new = {s: sp.Dummy(str(s)) for s in table}
    solved = sp.solve([e.xreplace(positive) - new[s] for s, e in table.items()], list(plain.values()), dict=True)
    if len(solved) != 1 or set(solved[0]) != set(plain.values()) or len(table) != len(plain):
        raise DerivationError(
            f"the combinations {sorted(map(str, table))} don't determine {sorted(map(str, plain))} linearly; give as "
            "many independent combinations as there are amplitudes."
        )
    inside = expr.xreplace(positive).xreplace(solved[0])
    if left := inside.free_symbols & set(plain.values()):
        raise DerivationError(f"{sorted(map(str, left))} could not be eliminated.")
    back = {v: k for k, v in new.items()}
    forms = [sp.factor(inside), sp.expand(inside)]
    best = min((f.xreplace(back) for f in forms), key=lambda e: (sp.count_ops(e), str(e)))
    return Quantity(name, best, Definitions(tuple(table.items())))

"""Definitions written out for the exact algebra: z conj(z) for Abs(z)^2, conjugates in the toolkit's sense.

SymPy's own conjugate would leave conjugate(x) of real parameters behind (they carry no assumption).
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.definitions import Definitions
from cascade_sym.symbols import conj, is_complex_symbol


def written_out(definitions: Definitions, expr: Expr, keep: Callable[[Symbol], bool] | None = None) -> Expr:
    """`expr` with every definition written out, save those that `keep` holds back.

    >>> from cascade_sym.symbols import complex_symbol
    >>> K, x = complex_symbol("K"), sp.Symbol("x")
    >>> written_out(Definitions(((K, 1 + sp.I*x),)), K*conj(K))
    (-I*x + 1)*(I*x + 1)
    """
    done: dict[Expr, Expr] = {}
    for s, e in definitions.needed(expr).items:
        if keep is not None and keep(s):
            continue
        value = without_abs(e).xreplace(done)
        done[s] = value
        if is_complex_symbol(s):
            done[sp.conjugate(s)] = conj(value)
    return without_abs(sp.sympify(expr)).xreplace(done)


def without_abs(e: Expr) -> Expr:
    """z conj(z) for Abs(z)^2."""
    if not e.has(sp.Abs):
        return e
    squares = {
        p: (p.base.args[0] * conj(p.base.args[0])) ** (p.exp / 2) for p in e.atoms(sp.Pow) if isinstance(p.base, sp.Abs)
    }
    return e.xreplace(squares)

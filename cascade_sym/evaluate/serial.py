"""Expressions as plain nested tuples and back: what a pickled evaluator ships instead of code.

Only the kinds listed here exist in the data, so reading it back can build an expression and do nothing else.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.errors import FormulaError, OutsideExactDomain
from cascade_sym.program import BY_CLASS
from cascade_sym.program.numbers import exact_float
from cascade_sym.symbols import is_complex_symbol

Data = Any

FUNCTIONS = {f.__name__: f for f in (sp.Add, sp.Mul, sp.Pow, *BY_CLASS)}
ATOMS = {"pi": sp.pi, "E": sp.E, "I": sp.I}


def to_data(e: Expr) -> Data:
    """`e` as nested tuples of strings and integers.

    Raises OutsideExactDomain for kinds that evaluators do not know.

    >>> x = sp.Symbol("x")
    >>> to_data(x/2)
    ('Mul', ('rational', 1, 2), ('real', 'x'))
    """
    if isinstance(e, Symbol):
        return ("complex" if is_complex_symbol(e) else "real", e.name)
    if isinstance(e, sp.Rational) and e.is_finite:
        return ("rational", int(e.p), int(e.q))
    if isinstance(e, sp.Float) and e.is_finite:
        return to_data(exact_float(e))
    for name, atom in ATOMS.items():
        if e is atom:
            return (name,)
    if FUNCTIONS.get(type(e).__name__) is type(e):
        return (type(e).__name__, *(to_data(a) for a in e.args))
    raise OutsideExactDomain(f"{e} ({type(e).__name__}) is not a kind of expression that evaluators know.")


def from_data(data: Data) -> Expr:
    """The expression that `to_data` wrote; FormulaError for data that it cannot have written.

    >>> x = sp.Symbol("x")
    >>> from_data(to_data(sp.sqrt(x) + sp.pi)) == sp.sqrt(x) + sp.pi
    True
    """
    match data:
        case ("real", str(name)):
            return Symbol(name)
        case ("complex", str(name)):
            return Symbol(name, complex=True)
        case ("rational", int(p), int(q)):
            return sp.Rational(p, q)
        case (str(name),) if name in ATOMS:
            return ATOMS[name]
        case (str(name), *args) if name in FUNCTIONS:
            return FUNCTIONS[name](*(from_data(a) for a in args))
    raise FormulaError(f"this is not stored expression data: {str(data)[:80]!r}.")

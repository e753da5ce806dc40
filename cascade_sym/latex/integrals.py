"""Formal integrals: the symbols that stand for an integration, read back for typesetting."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.formula import Name, Node, parse, walk

if TYPE_CHECKING:
    from cascade_sym.latex.written import Writer

_SYMBOL = re.compile(r"int\[(?P<variable>.+?)=(?P<lo>.+?)\.\.(?P<hi>.+)\]")


def integrations(e: Expr) -> tuple[tuple[Symbol, ...], Expr]:
    """The integration symbols that are factors of `e`, outermost first, and the rest.

    >>> from cascade_sym.operators import integration_symbol
    >>> t = sp.Symbol("t")
    >>> integrations(2*t*integration_symbol(t, 0, sp.oo))
    ((int[t=0..oo],), 2*t)
    """
    found = [f for f in sp.Mul.make_args(e) if isinstance(f, Symbol) and _SYMBOL.fullmatch(f.name)]
    if not found:
        return (), e
    return tuple(sorted(found, key=str)), sp.Mul(*(f for f in sp.Mul.make_args(e) if f not in found))


def measure(s: Symbol, writer: Writer) -> tuple[str, Node, Node]:
    """Variable and limits of an integration symbol as parts of a written formula."""
    m = _SYMBOL.fullmatch(s.name)
    assert m is not None
    limits = (parse(m["lo"]), parse(m["hi"]))
    writer.names[m["variable"]] = writer.notation.name(m["variable"])
    for node in limits:
        for _, n in walk(node):
            if isinstance(n, Name) and n.name != "oo":
                writer.names[n.name] = writer.notation.name(n.name)
    return m["variable"], *limits

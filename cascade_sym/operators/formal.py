"""Formal integrals over operators: the body times a symbol that stands for the integration.

Operators at different times or frequencies are independent, so two integrals over the same range are equal exactly
when their bodies are; keeping the integration as a symbol compares the bodies.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Expr, Symbol


def integration_symbol(variable: Symbol, lo: Expr, hi: Expr) -> Symbol:
    """The symbol that stands for int_lo^hi d(variable).

    >>> t = sp.Symbol("t")
    >>> integration_symbol(t, -sp.oo, 0)
    int[t=-oo..0]
    """
    return Symbol(f"int[{variable}={sp.sstr(lo)}..{sp.sstr(hi)}]")


def formal_integral(body: Any, variable: Symbol, lo: Expr, hi: Expr) -> Any:
    """int_lo^hi body d(variable), kept formal (module docstring)."""
    return body * integration_symbol(variable, sp.sympify(lo), sp.sympify(hi))

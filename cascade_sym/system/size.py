"""How long a coefficient would be, written out."""

from __future__ import annotations

import math

import sympy as sp
from sympy import Expr

LONG = 2_000  # terms of a coefficient that is still multiplied out
SHORT = 200  # of one that is still split into its parts where it stands


def multiplied_out(e: Expr) -> Expr:
    """`e` expanded, unless that would make it LONG."""
    return sp.expand(e) if terms(e) <= LONG else e


def terms(e: Expr) -> int:
    """The number of terms of a sum that is multiplied out, at most; those of a denominator are written with each."""
    match e:
        case sp.Add():
            return sum(map(terms, e.args))
        case sp.Mul():
            return math.prod(map(terms, e.args))
        case sp.Pow() if e.exp.is_Integer:
            return terms(e.base) ** abs(int(e.exp))
    return 1

"""PLACEHOLDER until the float rule lands."""

from __future__ import annotations

from fractions import Fraction

import sympy as sp


def rational_of(e: sp.Number) -> Fraction:
    if isinstance(e, sp.Float):
        e = sp.Rational(str(e))
    return Fraction(int(e.p), int(e.q))

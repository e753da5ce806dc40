"""Operators that are one product of quadratures are written as one; what is written is what was meant."""

from __future__ import annotations

import pytest
import sympy as sp

import cascade_sym as cs
from cascade_sym.latex.in_quadratures import in_quadratures

g, k, Delta = sp.symbols("g k Delta")
a = cs.operator("A")
(XA, PA), (XB, PB) = cs.quadratures("A"), cs.quadratures("B")
SHORT = {
    "XX": (XA * XB * g, r"g\hat{X}_{A}\hat{X}_{B}"),
    "PX": (PA * XB * -2, r"-2\hat{P}_{A}\hat{X}_{B}"),
    "square": (PA * PA / 2, r"\frac{1}{2}\hat{P}_{A}^{2}"),
    "beside": (a.dagger() * a * Delta - XA * XB * g, r"\Delta\hat{a}_{A}^{\dagger}\hat{a}_{A} - g\hat{X}_{A}\hat{X}_{B}"),
}
LONG = {
    "energy": a.dagger() * a * Delta,
    "two products": XA * XB * g + PA * PB * g,
    "another constant": XA * XA * g + 3,
    "squeezing": XA * PA + PA * XA,
    "light": cs.quadratures("A.in")[0] * XB * g,
}


@pytest.mark.parametrize("name", SHORT)
def test_one_product(name):
    H, latex = SHORT[name]
    assert H._repr_latex_().strip("$") == rf"\displaystyle {latex}"


@pytest.mark.parametrize("name", LONG)
def test_what_is_no_shorter_is_left(name):
    terms = list(LONG[name].terms.items())
    assert in_quadratures(terms) == ([], terms)


@pytest.mark.parametrize("H", [*(H for H, _ in SHORT.values()), *LONG.values(), XA * XB * g + XA * XA * k])
def test_nothing_is_lost(H):
    """Products and what is left add up to the operator."""
    products, rest = in_quadratures(list(H.terms.items()))
    total = cs.OperatorPolynomial(dict(rest))
    for c, pair in products:
        first, second = (dict(zip("XP", cs.quadratures(m), strict=True))[q] for q, m in pair)
        total = total + first * second * c
    assert all(cs.is_zero(c) for c in (total - H).terms.values())

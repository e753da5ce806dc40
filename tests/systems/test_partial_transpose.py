"""The EPR variance with a free weight, and the partial transpose.

For V = [[a 1, c Z], [c Z, b 1]], Z = diag(1, -1), the EPR variance xi_g = [Var(X_1 + g X_2) + Var(P_1 - g P_2)]/(1 + g^2)
minimised over g is, up to normalisation, the smallest symplectic eigenvalue nu of the partial transpose:

    min over g of xi_g = 2 nu = a + b - sqrt((a - b)^2 + 4 c^2).

Source: Giovannetti et al., PRA 67, 022320 (2003); Adesso and Illuminati, J. Phys. A 40, 7821 (2007). The two are equal
as numbers only where both are 1 (or both 1/2) for vacuum; here xi_g is 1 and nu is 1/2, hence the factor 2. Every
cascade of two oscillators of opposite mass sign has a V of this form.
"""

from __future__ import annotations

import sympy as sp

import cascade_sym as cs
from cascade_sym.entanglement import symplectic_minimum

g, a, b, c = sp.symbols("g a b c")
low = (a + b - sp.sqrt((a - b) ** 2 + 4 * c**2)) / 2


def cascade():
    return cs.covariance(cs.Oscillator("S", mass=-1) >> cs.Loss(sp.Symbol("epsilon")) >> cs.Oscillator("M"))


def elements(V) -> dict[sp.Expr, sp.Symbol]:
    """The three moments of V, by the letters of the closed form."""
    found = (V.element(i, j) for i, j in (("X_S", "X_S"), ("X_M", "X_M"), ("X_S", "X_M")))
    return dict(zip(found, (a, b, c), strict=True))


def test_a_cascade_has_this_form():
    V = cascade()
    form = sp.Matrix([[a, 0, c, 0], [0, a, 0, -c], [c, 0, b, 0], [0, -c, 0, b]])
    assert V.matrix.xreplace(elements(V)) == form


def test_the_best_weight_reaches_the_symplectic_eigenvalue():
    V = cascade()
    table = elements(V)
    best = cs.epr_variance(V, "S", "M", g="optimal").expr.xreplace(table)
    assert cs.equal(best, 2 * low)
    nu = symplectic_minimum(V, "S", "M").xreplace(table)
    # nu^2 solves nu^4 - (a^2 + b^2 + 2 c^2) nu^2 + (a b - c^2)^2 = 0, as low^2 does, and is the smaller root
    for root in (nu**2, low**2):
        assert cs.is_zero(root**2 - (a**2 + b**2 + 2 * c**2) * root + (a * b - c**2) ** 2)
    point = {a: sp.Rational(7, 5), b: sp.Rational(9, 5), c: sp.Rational(-1, 2)}
    assert abs(sp.N((nu - low).subs(point), 40)) < 1e-35 < sp.N((a + b - 2 * low).subs(point))


def test_the_partial_transpose_by_hand():
    """P_2 -> -P_2 makes V a tensor product, [[a, c], [c, b]] x 1, whose symplectic eigenvalues are those of the factor."""
    V = sp.Matrix([[a, 0, c, 0], [0, a, 0, -c], [c, 0, b, 0], [0, -c, 0, b]])
    T = sp.diag(1, 1, 1, -1)
    assert T * V * T == sp.kronecker_product(sp.Matrix([[a, c], [c, b]]), sp.eye(2))
    assert cs.is_zero((a - low) * (b - low) - c**2)  # low is an eigenvalue of the factor


def test_no_weight_does_better():
    """xi_g - xi is a square over 1 + g^2 (times b - low > 0), zero for the weight of the eigenvector."""
    V = cascade()
    xi_g = cs.epr_variance(V, "S", "M", g=g).expr.xreplace(elements(V))
    excess = (xi_g - 2 * low) * (1 + g**2) / 2
    assert cs.equal(excess * (b - low), (c + g * (b - low)) ** 2)

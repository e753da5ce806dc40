"""Determinants and what is left of a covariance matrix of formulas, as definitions.

Modes are eliminated one by one. What is left of the others is positive definite like the whole, so that nothing is
divided by that could vanish, and no determinant is multiplied out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.definitions import Quantity
from cascade_sym.solve.covariance import Covariance
from cascade_sym.states.state import standard_matrix
from cascade_sym.symbols import free_symbol

LONG = 2  # modes: with more, what is left after each elimination gets names
J = sp.Matrix([[0, 1], [-1, 0]])


def det(m: sp.Matrix) -> Expr:
    """The determinant of a 2 x 2 matrix, not multiplied out."""
    return m[0, 0] * m[1, 1] - m[0, 1] * m[1, 0]


def root_det(m: sp.Matrix) -> Expr:
    """The root of the determinant of a positive 2 x 2 matrix."""
    return m[0, 0] if m[0, 0] == m[1, 1] and m[0, 1] == 0 else sp.sqrt(det(m))


class Written:
    """A state of formulas, to which definitions are added."""

    def __init__(self, V: Covariance, modes: Sequence[str]) -> None:
        self.V, self.modes = V, tuple(modes)
        self.matrix = standard_matrix(V, modes)

    def named(self, wanted: str, e: Expr) -> Expr:
        """A definition of `e`, or `e` itself where it is short."""
        if e.is_Atom:
            return e
        d = self.V.definitions
        name = free_symbol(wanted, e, d.parameters(), self.V.parameters, (s for s, _ in d))
        self.V = replace(self.V, definitions=replace(d, items=(*d.items, (name, e))))
        return name

    def without_first(self, M: sp.Matrix) -> sp.Matrix:
        """The Schur complement of the first mode in M."""
        A, B, C = M[:2, :2], M[2:, 2:], M[:2, 2:]
        a = self.named("D", det(A)) if M.shape[0] > 2 * LONG else det(A)
        rest = B - C.T * A.adjugate() * C / a
        if M.shape[0] <= 2 * LONG:
            return rest
        size = rest.shape[0]
        upper = {(i, j): self.named("S", rest[i, j]) for i in range(size) for j in range(i, size)}
        return sp.Matrix(size, size, lambda i, j: upper[min(i, j), max(i, j)])

    def determinant(self, M: sp.Matrix | None = None) -> Expr:
        """The determinant of a symmetric positive matrix."""
        M = self.matrix if M is None else M
        found = sp.S.One
        while M.shape[0] > 2:
            found, M = found * det(M[:2, :2]), self.without_first(M)
        return found * det(M)

    def root_determinant(self) -> Expr:
        """The root of the determinant of the whole."""
        M, found = self.matrix, sp.S.One
        while M.shape[0] > 2:
            found, M = found * root_det(M[:2, :2]), self.without_first(M)
        return found * root_det(M)

    def given(self, known: int) -> sp.Matrix:
        """What is left of the last modes once the best estimate from the first `known` ones is subtracted."""
        M = self.matrix
        for _ in range(known):
            M = self.without_first(M)
        return M

    def inverse_form(self, M: sp.Matrix, d: Sequence[Expr]) -> Expr:
        """d^T M^(-1) d of a symmetric positive matrix."""
        if not any(d):
            return sp.S.Zero
        column = sp.Matrix(d)
        bordered = sp.Matrix([[M, column], [column.T, sp.zeros(1, 1)]])
        while bordered.shape[0] > 1:
            bordered = self.without_first(bordered)
        return -bordered[0, 0]

    def slopes(self, parameter: Symbol) -> sp.Matrix:
        """The derivative of the matrix with respect to a parameter, through all definitions."""
        d = self.V.definitions
        change: dict[Symbol, Expr] = {parameter: sp.S.One}

        def slope(e: Expr) -> Expr:
            return sp.Add(*(e.diff(s) * change[s] for s in sorted(e.free_symbols & set(change), key=str)))

        for s, e in d.needed(*self.matrix):
            if (found := slope(e)) != 0:
                change[s] = self.named(f"d{s}", found)
        return self.matrix.applyfunc(slope)

    def two_modes(self, M: sp.Matrix, transposed: bool = False) -> tuple[Expr, Expr, Expr]:
        """Of a matrix of two modes: twice the square of the larger symplectic eigenvalue, and 1/nu^2 of the smaller one
        as numerator and denominator; `transposed`: with the second mode's momentum reversed.

        The larger root of nu^4 - delta nu^2 + det V = 0 is a sum, and the smaller one is det V over it. With F = A J C
        + C J B (J the symplectic form) the discriminant is (det A - det B)^2 + 4 det F, and det V is det A times that
        of what is left of B: for product and pure states nothing cancels in them but what the elements themselves have
        lost.
        """
        mirror = sp.diag(1, 1, 1, -1 if transposed else 1)
        S = mirror * M * mirror
        A, B, C = S[:2, :2], S[2:, 2:], S[:2, 2:]
        a, b, c = det(A), det(B), det(C)
        whole = a * det(B - C.T * A.adjugate() * C / a)
        root = sp.sqrt(sp.Max(0, (a - b) ** 2 + 4 * det(A * J * C + C * J * B)))
        double = a + b + 2 * c + root
        return double, double, 2 * whole

    def quantity(self, name: str, e: Expr, accuracy: float | None = None) -> Quantity:
        return replace(self.V.quantity(name, e), accuracy=accuracy)

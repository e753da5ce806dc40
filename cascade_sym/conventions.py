"""Conventions as a value: the one home of hbar, vacuum variance, Fourier sign, ordering, input-output sign.

Inside the toolkit there is one set: hbar = 1, X = (a + a^+)/sqrt2, vacuum variance 1/2,
a(t) = (2 pi)^(-1/2) int a(Omega) e^(-i Omega t), quadratures in the order X_1, P_1, X_2, P_2, ..., and
b_out = b_in + sqrt(kappa) a. A paper with other conventions declares them; values are converted at that border.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import sympy as sp
from sympy import Expr, ImmutableDenseMatrix

from cascade_sym.errors import ParameterError
from cascade_sym.shown import Card, Shown, card

HALF = sp.Rational(1, 2)


@dataclass(frozen=True)
class Conventions(Shown):
    """Conventions of a paper.

    `vacuum` is the variance of a vacuum quadrature; the commutator is [X, P] = 2 i vacuum, so that hbar is
    2*vacuum for unit-free quadratures (`hbar` can be given instead). `fourier` is the sign s of e^(s i Omega t) in
    a(t) = int a(Omega) e^(s i Omega t). `ordering` is "modes" (X_1, P_1, X_2, ...) or "quadratures"
    (X_1, X_2, ..., P_1, P_2, ...). `output_sign` is the sign in b_out = b_in + s sqrt(kappa) a.

    >>> c = Conventions(vacuum=1)
    >>> c.commutator
    2*I
    >>> c.variance(sp.Rational(1, 2))
    1
    """

    vacuum: Expr | int = HALF
    hbar: Expr | int | None = None
    fourier: Literal[-1, 1] = -1
    ordering: Literal["modes", "quadratures"] = "modes"
    output_sign: Literal[-1, 1] = 1

    def __post_init__(self) -> None:
        vacuum = _number(self.vacuum, "vacuum")
        if self.hbar is not None:
            given = _number(self.hbar, "hbar") / 2
            if vacuum not in (sp.Rational(1, 2), given):
                raise ParameterError(f"hbar = {self.hbar} means vacuum = {given}, but vacuum = {vacuum} was given.")
            vacuum = given
        if vacuum.is_number and not vacuum > 0:
            raise ParameterError(f"the vacuum variance is {vacuum}; it must be positive.")
        object.__setattr__(self, "vacuum", vacuum)
        object.__setattr__(self, "hbar", 2 * vacuum)
        for name, allowed in (("fourier", (-1, 1)), ("output_sign", (-1, 1)), ("ordering", ("modes", "quadratures"))):
            if getattr(self, name) not in allowed:
                raise ParameterError(f"{name} is {getattr(self, name)!r}; give one of {allowed}.")

    @property
    def commutator(self) -> Expr:
        """[X, P]."""
        return 2 * sp.I * self.vacuum

    @property
    def scale(self) -> Expr:
        """X(paper)/X(toolkit)."""
        return sp.sqrt(2 * self.vacuum)

    def variance(self, value: Expr) -> Expr:
        """A second moment of the toolkit in this convention (spectral densities scale alike)."""
        return sp.sympify(value) * 2 * self.vacuum

    def to_toolkit(self, value: Expr) -> Expr:
        """A second moment of this convention in the toolkit's; the inverse of `variance`."""
        return sp.sympify(value) / (2 * self.vacuum)

    def matrix(self, V: ImmutableDenseMatrix) -> ImmutableDenseMatrix:
        """A covariance matrix of the toolkit, scaled and ordered as this convention has it."""
        order = self.order(V.shape[0] // 2)
        return ImmutableDenseMatrix(V.extract(order, order) * 2 * self.vacuum)

    def order(self, modes: int) -> Sequence[int]:
        """Rows of the toolkit's matrix in this convention's order."""
        if self.ordering == "modes":
            return list(range(2 * modes))
        return [*range(0, 2 * modes, 2), *range(1, 2 * modes, 2)]

    def frequency(self, expr: Expr, Omega: Expr) -> Expr:
        """A transfer function or spectrum of the toolkit in this Fourier sign: Omega -> -Omega where it differs."""
        return sp.sympify(expr).subs(Omega, -Omega) if self.fourier == 1 else sp.sympify(expr)


@card.register
def _(value: Conventions) -> Card:
    names = ("vacuum", "hbar", "fourier", "ordering", "output_sign")
    return Card("Conventions", {name: getattr(value, name) for name in names})


def _number(given: object, name: str) -> Expr:
    try:
        return sp.sympify(given, strict=True)
    except sp.SympifyError:
        raise ParameterError(f"{name} is {given!r}; give a number or an expression.") from None


STANDARD = Conventions()

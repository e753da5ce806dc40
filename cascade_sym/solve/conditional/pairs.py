"""Complex numbers as pairs of real expressions, so that closed forms need no complex definitions."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp
from sympy import Expr

from cascade_sym.solve.conditional.sector import split
from cascade_sym.solve.naming import Naming

ZERO = sp.S.Zero


@dataclass(frozen=True)
class Pair:
    """re + i im; both are real expressions, and a zero part stays a structural zero."""

    re: Expr
    im: Expr = ZERO

    def __add__(self, o: Pair) -> Pair:
        return Pair(self.re + o.re, self.im + o.im)

    def __sub__(self, o: Pair) -> Pair:
        return Pair(self.re - o.re, self.im - o.im)

    def __neg__(self) -> Pair:
        return Pair(-self.re, -self.im)

    def __mul__(self, o: Pair) -> Pair:
        return Pair(self.re * o.re - self.im * o.im, self.re * o.im + self.im * o.re)

    def times(self, x: Expr | int) -> Pair:
        """Times a real expression."""
        return Pair(self.re * x, self.im * x)

    @property
    def conj(self) -> Pair:
        return Pair(self.re, -self.im)

    @property
    def square(self) -> Expr:
        """The squared modulus."""
        return self.re**2 + self.im**2

    @property
    def zero(self) -> bool:
        return self.re == 0 and self.im == 0


Table = list[list[Pair]]

I_TIMES = Pair(ZERO, sp.S.One)
NOUGHT = Pair(ZERO)


def pair(e: Expr) -> Pair:
    """A complex expression as a pair."""
    return Pair(*split(e))


def total(values: list[Pair]) -> Pair:
    """The sum, built in one go."""
    return Pair(sp.Add(*(v.re for v in values)), sp.Add(*(v.im for v in values)))


def named(naming: Naming, name: str, z: Pair) -> Pair:
    """A pair under a name: the name itself for a real one, name and name_i with an imaginary part."""
    if z.im == 0:
        return Pair(keep(naming, name, z.re))
    return Pair(keep(naming, f"{name}_r", z.re), keep(naming, f"{name}_i", z.im))


def keep(naming: Naming, name: str, e: Expr) -> Expr:
    """A definition, unless the expression is a number or a symbol already (with a sign)."""
    return e if e.is_Rational or e.is_Symbol or (-e).is_Symbol else naming.name(name, e)

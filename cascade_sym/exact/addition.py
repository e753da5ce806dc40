"""Sums of angles and of exponents in a field, by the addition theorems."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Expr

from cascade_sym.errors import OutsideExactDomain
from cascade_sym.exact.atoms import monomials
from cascade_sym.exact.field import Field
from cascade_sym.exact.fraction import Fraction
from cascade_sym.symbols import Domains

MOST_MULTIPLES = 100  # of an angle that are written out: a polynomial of that degree


class Angles:
    """What a converter makes of angles and exponents, from the generators of their monomials."""

    domains: Domains
    places: dict[Any, int]
    trig: dict[Expr, tuple[int, int, int]]  # angle -> denominator, cosine, sine
    phases: dict[Expr, tuple[int, int]]  # angle -> denominator, generator
    exponentials: dict[Expr, tuple[int, int]]

    @property
    def field(self) -> Field:
        raise NotImplementedError

    def __call__(self, expr: Expr) -> Fraction:
        raise NotImplementedError

    def _angle(self, argument: Expr) -> tuple[Fraction, Fraction]:
        """Cosine and sine of a sum of angles, by the addition theorems."""
        f = self.field
        c, s = f.integer(1), f.integer(0)
        for coeff, mono in monomials(argument, self.domains):
            if mono is sp.pi:
                ck, sk = self(sp.cos(coeff * sp.pi)), self(sp.sin(coeff * sp.pi))
            else:
                n, ci, si = self.trig[mono]
                ck, sk = self._multiple(f.element(ci), f.element(si), int(coeff * n))
            c, s = c * ck - s * sk, s * ck + c * sk
        return c, s

    def _multiple(self, c1: Fraction, s1: Fraction, k: int) -> tuple[Fraction, Fraction]:
        if abs(k) > MOST_MULTIPLES:
            raise OutsideExactDomain(f"the sine of {abs(k)} times an angle is too long in that of the angle.")
        c, s = self.field.integer(1), self.field.integer(0)
        for _ in range(abs(k)):
            c, s = c * c1 - s * s1, s * c1 + c * s1
        return (c, s) if k >= 0 else (c, -s)

    def _exp(self, argument: Expr) -> Fraction:
        f = self.field
        out = f.integer(1)
        for coeff, mono in monomials(argument, self.domains):
            if not mono.has(sp.I):
                n, g = self.exponentials[mono]
                out = out * f.element(g) ** int(coeff * n)
                continue
            angle = mono / sp.I
            if angle is sp.pi:
                out = out * self(sp.cos(coeff * sp.pi) + sp.I * sp.sin(coeff * sp.pi))
            elif angle in self.phases:
                n, g = self.phases[angle]
                out = out * f.element(g) ** int(coeff * n)
            else:
                c, s = self._angle(coeff * angle)
                out = out * (c + f.element(self.places[sp.I]) * s)
        return out

"""Real and imaginary parts, exactly, written so that they are seen to be real."""

from __future__ import annotations

import sympy as sp
from sympy import Expr

from cascade_sym.symbols import conj, is_real


def re(z: Expr) -> Expr:
    """The real part; phases exp(I x) are written as cos x + I sin x, so that I cancels.

    >>> a, x = sp.symbols("a x")
    >>> re(a*sp.exp(sp.I*x)), im(a*sp.exp(sp.I*x))
    (a*cos(x), a*sin(x))
    """
    if is_real(z):
        return z
    if z.is_number and z.has(sp.Float):
        return sp.N(z).as_real_imag()[0]
    e = _without_phases(z)
    return sp.expand((e + conj(e)) / 2)


def im(z: Expr) -> Expr:
    """The imaginary part (see `re`)."""
    if is_real(z):
        return sp.S.Zero
    if z.is_number and z.has(sp.Float):
        return sp.N(z).as_real_imag()[1]
    e = _without_phases(z)
    return sp.expand((e - conj(e)) / (2 * sp.I))


def _without_phases(z: Expr) -> Expr:
    e = sp.sympify(z)
    if not e.has(sp.exp):
        return e
    return e.replace(lambda x: isinstance(x, sp.exp) and x.has(sp.I), _turn)


def _turn(e: Expr) -> Expr:
    real, imaginary = sp.expand(e.args[0]).as_independent(sp.I, as_Add=True)
    angle = sp.expand(imaginary / sp.I)
    return sp.exp(real) * (sp.cos(angle) + sp.I * sp.sin(angle))

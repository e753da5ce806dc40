"""Real and imaginary parts, exactly, written so that they are seen to be real."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp
from sympy import Expr

from cascade_sym.exact import normal_form
from cascade_sym.symbols import conj, is_real


def re(z: Expr) -> Expr:
    """The real part; phases exp(I x) are written as cos x + I sin x, so that I cancels.

    >>> a, x = sp.symbols("a x")
    >>> re(a*sp.exp(sp.I*x)), im(a*sp.exp(sp.I*x))
    (a*cos(x), a*sin(x))
    >>> re(a/(2 + sp.I*x))
    2*a/(x**2 + 4)
    """
    if is_real(z):
        return z
    if z.is_number and z.has(sp.Float):
        return sp.N(z).as_real_imag()[0]
    return _half(z, lambda c: (c + conj(c)) / 2)


def im(z: Expr) -> Expr:
    """The imaginary part (see `re`)."""
    if is_real(z):
        return sp.S.Zero
    if z.is_number and z.has(sp.Float):
        return sp.N(z).as_real_imag()[1]
    return _half(z, lambda c: (c - conj(c)) / (2 * sp.I))


def _half(z: Expr, part: Callable[[Expr], Expr]) -> Expr:
    """A part of z. Of c/d with a complex d it is that of c conj(d), over |d|^2: written so, it is seen to be real."""
    plain, terms = [], []
    for t in sp.Add.make_args(_without_phases(z)):
        above, below = sp.fraction(t)
        if is_real(below):
            plain.append(t)
        else:
            terms.append(sp.expand(part(sp.expand(above * conj(below)))) / normal_form(below * conj(below)))
    return sp.Add(sp.expand(part(sp.Add(*plain))), *terms)


def _without_phases(z: Expr) -> Expr:
    e = sp.sympify(z)
    if not e.has(sp.exp):
        return e
    return e.replace(lambda x: isinstance(x, sp.exp) and x.has(sp.I), _turn)


def _turn(e: Expr) -> Expr:
    real, imaginary = sp.expand(e.args[0]).as_independent(sp.I, as_Add=True)
    angle = sp.expand(imaginary / sp.I)
    return sp.exp(real) * (sp.cos(angle) + sp.I * sp.sin(angle))

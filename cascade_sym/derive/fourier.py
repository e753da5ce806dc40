"""Fourier transforms and slowly varying sideband fields, as formal integrals over operators."""

from __future__ import annotations

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.conventions import STANDARD, Conventions
from cascade_sym.errors import ParameterError
from cascade_sym.operators import OperatorPolynomial, formal_integral, operator


def fourier_integral(
    name: str, t: Symbol, Omega: Symbol, lo: Expr = -sp.oo, hi: Expr = sp.oo, conventions: Conventions = STANDARD
) -> OperatorPolynomial:
    """(2 pi)^(-1/2) int_lo^hi name(Omega) e^(s i Omega t) dOmega, with s the Fourier sign of the conventions.

    >>> t, w = sp.symbols("t Omega")
    >>> fourier_integral("a", t, w).names()
    frozenset({'a(Omega)'})
    """
    wave = sp.exp(conventions.fourier * sp.I * Omega * t)
    return formal_integral(operator(f"{name}({Omega})") * wave, Omega, lo, hi) / sp.sqrt(2 * sp.pi)


def sideband_field(name: str, sign: int, centre: Expr, t: Symbol, Omega: Symbol) -> OperatorPolynomial:
    """The slowly varying field of the upper (+1) or lower (-1) sideband, in the frame of its centre +-centre.

    Source: Huang et al. (2018), Eq. (S7). Raises ParameterError for another sign.
    """
    if sign not in (1, -1):
        raise ParameterError(f"a sideband is +1 (above the carrier) or -1 (below), got {sign!r}.")
    lo, hi = (sp.S.Zero, sp.oo) if sign == 1 else (-sp.oo, sp.S.Zero)
    frame = sp.exp(-STANDARD.fourier * sign * sp.I * centre * t)
    return fourier_integral(name, t, Omega, lo, hi) * frame

"""A spectrum as a quotient of polynomials in the frequency, with exact coefficients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.errors import DerivationError
from cascade_sym.exact import Converter, Fraction
from cascade_sym.exact.fraction import by_power
from cascade_sym.exact.show import factored, poly_to_expr
from cascade_sym.spectra.inline import converted, written_out
from cascade_sym.spectra.spectrum import Spectrum
from cascade_sym.symbols import conj


@dataclass(frozen=True)
class Quotient:
    """numerator(x)/(h(x) conj h(x)), coefficients in ascending powers of x; h has all roots in the lower half plane.

    `center` is subtracted from the frequency: x = Omega - center.

    >>> Quotient((sp.Integer(2),), (sp.S.One, -sp.I)).root  # 2/|1 - i x|^2
    (1, -I)
    """

    numerator: tuple[Expr, ...]
    root: tuple[Expr, ...]
    center: Expr = sp.S.Zero


def variable_of(s: Spectrum) -> Symbol:
    """The frequency of a spectrum; DerivationError at a fixed frequency."""
    if s.frequency is None:
        raise DerivationError(
            f"{s.name} was taken at a fixed frequency; take it at a symbol to use its dependence on it."
        )
    return s.frequency


def constant_definitions(s: Spectrum) -> set[Symbol]:
    """The definitions that depend on parameters but not on the frequency."""
    x = variable_of(s)
    varying: set[Symbol] = {x}
    numbers: set[Symbol] = set()
    fixed: set[Symbol] = set()
    for name, e in s.definitions:
        free = e.free_symbols
        (varying if free & varying else numbers if free <= numbers else fixed).add(name)
    return fixed


def quotient(s: Spectrum, *, keep: bool = True) -> Quotient:
    """The spectrum as numerator over |h|^2, with h the product of its denominators.

    With `keep`, definitions that do not depend on the frequency stay symbols; else everything is written out.
    Raises DerivationError when a denominator is not known in closed form.

    >>> from cascade_sym.parts import Oscillator
    >>> from cascade_sym.spectra.spectrum import noise_spectrum
    >>> q = quotient(noise_spectrum(Oscillator("M", Gamma_B=1, Gamma_P=0, gamma=1, n=1), "X_M"))
    >>> q.numerator, q.root
    ((2,), (1, -I))
    """
    x = variable_of(s)
    held = constant_definitions(s) if keep else set()
    if any(d is None for d in s.denominators):
        raise DerivationError(
            f"{s.name} contains a feedback loop of more than four operators, whose characteristic polynomial is "
            "not written out; put in exact numbers for its parameters, or integrate numerically."
        )
    factors = [written_out(s.definitions, d, held.__contains__) for d in s.denominators if d is not None]
    factors = [d for d in dict.fromkeys(factors) if x in d.free_symbols]
    center = _center(factors, x)
    shift = {x: x + center} if center != 0 else {}
    definitions = s.definitions.replaced(shift)
    factors = [f.xreplace(shift) for f in factors]
    conv, (value, *rest) = converted(
        definitions, [s.expr.xreplace(shift), *factors, *map(conj, factors), x, sp.S.One], held.__contains__
    )
    if any(e != x and x in e.free_symbols for e in conv.field.meaning):
        raise DerivationError(f"{s.name} is not a rational function of {x}.")
    n, root = len(factors), rest[-1]
    for form, other in zip(rest[:n], rest[n : 2 * n], strict=True):
        while (degree := _degree(conv, value.den, x)) and _degree(conv, (less := value * form * other).den, x) < degree:
            value, root = less, root * form  # again where the pole is a repeated one
    if _degree(conv, value.den, x):
        raise DerivationError(f"{s.name} has a pole that none of its denominators explains.")
    return Quotient(tuple(coefficients(conv, value, x)), tuple(coefficients(conv, root, x)), center)


def _center(factors: list[Expr], x: Symbol) -> Expr:
    """A shift of the frequency that makes i^k times the coefficients of the first linear factor real."""
    for f in factors:
        p = sp.Poly(f, x)
        if p.degree() == 1:
            b, a = p.all_coeffs()  # a + b x with root -a/b = center - i gamma/2
            root = -a / b
            return sp.expand((root + conj(root)) / 2)
    return sp.S.Zero


def _degree(conv: Converter, p: Any, x: Symbol) -> int:
    return 0 if p.is_constant() else int(p.degrees()[position(conv, x)])


def position(conv: Converter, x: Expr) -> int:
    """The place of a generator in the field of a converter."""
    return conv.field.meaning.index(x)


def coefficients(conv: Converter, value: Fraction, x: Symbol, *, nice: bool = False) -> list[Expr]:
    """The coefficients, in ascending powers of x, of a value whose denominator is free of x."""
    return [show_value(conv, v, nice=nice) for v in elements_by_power(conv, value, x)]


def elements_by_power(conv: Converter, value: Fraction, x: Symbol) -> list[Fraction]:
    """The same as elements of the field."""
    i = position(conv, x)
    parts, zero = by_power(value.num, i), conv.field.context.constant(0)
    return [conv.field.fraction(parts.get(k, zero), value.den) for k in range(max(parts, default=0) + 1)]


def show_value(conv: Converter, value: Fraction, *, nice: bool = False) -> Expr:
    """An element of the field as an expression; `nice` picks the shorter of expanded and factored."""
    plain = conv.expr(value)
    if not nice:
        return plain
    meaning = conv.field.meaning
    product = factored(value.num, meaning) / poly_to_expr(value.den, meaning)
    return min(plain, product, key=lambda e: (sp.count_ops(e), str(e)))

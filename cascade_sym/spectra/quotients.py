"""A spectrum as a quotient of polynomials in the frequency, and its integral over all frequencies: a variance.

No roots are needed: the classic formula with Hurwitz determinants,

    (1/2 pi) int g(w)/(H(i w) H(-i w)) dw,   H(s) = a_0 s^n + ... + a_n with all roots in Re s < 0,
    g(w) = c_0 + c_1 w^2 + ... + c_(n-1) w^(2n-2),

is a quotient of two determinants of order n in the a_k and c_k. Source: Phillips (1947), in James, Nichols,
Phillips, Theory of Servomechanisms, Sec. 7.9; Gradshteyn and Ryzhik 3.112.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.definitions import Quantity
from cascade_sym.errors import DerivationError, require_type
from cascade_sym.exact import Converter, Fraction
from cascade_sym.exact.as_sympy import factored, poly_to_expr
from cascade_sym.exact.fraction import by_power
from cascade_sym.shown import Shown
from cascade_sym.solve.complex_pairs import NOUGHT, Pair, pair
from cascade_sym.spectra.area import area
from cascade_sym.spectra.backward import over_symbols
from cascade_sym.spectra.inline import converted, written_out
from cascade_sym.spectra.spectrum import Spectrum
from cascade_sym.spectra.spectrum_naming import SpectrumNaming
from cascade_sym.steps import Step
from cascade_sym.symbols import conj, expression, is_real
from cascade_sym.system.values import Value


@dataclass(frozen=True)
class Quotient(Shown):
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
    require_type(s, Spectrum, "the spectrum", "make one by noise_spectrum or cross_spectrum")
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
            f"{s.name} contains a feedback loop of more than four operators, or damping that remembers: its "
            "denominator is no polynomial that is written out; put in exact numbers for its parameters."
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
        raise DerivationError(
            f"{s.name} is not a rational function of {x}; put in numbers for all else to integrate it numerically."
        )
    n, root = len(factors), rest[-1]
    for form, other in zip(rest[:n], rest[n : 2 * n], strict=True):
        while (degree := _degree(conv, value.den, x)) and _degree(conv, (less := value * form * other).den, x) < degree:
            value, root = less, root * form  # again where the pole is a repeated one
    if _degree(conv, value.den, x):
        raise DerivationError(
            f"{s.name} has a pole that none of its denominators explains; put in numbers for all else to integrate it."
        )
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


def integrated(spectrum: Spectrum, *, minus: Value = 0) -> Quantity:
    """int (N(Omega) - minus) dOmega/(2 pi), exactly, by Hurwitz determinants (no roots are needed).

    For a mode's quadrature this is its variance (for a cross spectrum: its covariance), the same as
    `covariance` finds from the Lyapunov equation. Output light has white noise: give its level as `minus`.
    A spectrum of numbers that is no quotient of polynomials (coloured noise, damping that remembers) is integrated
    numerically where `minus` is 0, to a relative error that its last step states and that is below 1e-9. Raises
    DerivationError when the integral diverges, or where there is no closed form and parameters have no values.

    >>> from cascade_sym.parts import Cavity
    >>> from cascade_sym.spectra.spectrum import noise_spectrum
    >>> integrated(noise_spectrum(Cavity("c"), "X_c")).inline()
    1/2
    """
    require_type(spectrum, Spectrum, "the spectrum", "make one by noise_spectrum or cross_spectrum")
    level, body = expression(minus), spectrum
    if level != 0:
        body = spectrum.beside([level])
        body = body.only(spectrum.name, body.expr - level)
    naming = SpectrumNaming(body.parameters)
    naming.start(body.definitions)
    try:
        value = integral(quotient(body), naming)
    except DerivationError:  # a white level may cancel only when all is written out
        naming = SpectrumNaming(body.parameters, body.definitions.domains)
        try:
            value = integral(quotient(body, keep=False), naming)
        except DerivationError:
            if set(body.parameters) - {body.frequency} or _is_rational(body):
                raise
            if level != 0:
                raise DerivationError(
                    f"{spectrum.name} minus a white level is no quotient of polynomials, and its digits cancel in the "
                    "tails; emission_spectrum of an amplitude has none of it."
                ) from None
            return _by_panels(body)
    return Quantity(f"int_{spectrum.name}", value, naming.definitions, spectrum.steps, body.domain,
                    nonnegative=body.nonnegative)  # fmt: skip


def _is_rational(s: Spectrum) -> bool:
    """Whether a spectrum of numbers is a quotient of polynomials, whose integral diverges if it has no closed form."""
    if any(d is None for d in s.denominators):
        return False
    try:
        quotient(s, keep=False)
    except DerivationError:
        return False
    return True


def _by_panels(s: Spectrum) -> Quantity:
    value, error = area(s)
    number = sp.Float(value.real) + (sp.I * sp.Float(value.imag) if value.imag else 0)
    step = Step("solve", f"integral over all frequencies, with an error of {error:.1g}", {}, {s.name: number})
    return Quantity(f"int_{s.name}", number, steps=(*s.steps, step), nonnegative=())


def integral(q: Quotient, naming: SpectrumNaming) -> Expr:
    """int numerator/|h|^2 dx/(2 pi) over new definitions of the coefficients."""
    h = [_parts(a) for a in hurwitz_coefficients(q.root)]
    numerator = [_parts(c) for c in q.numerator]
    if any(a.im != 0 for a in h):
        # |h(x)|^2 has no symmetry: expand the fraction by |h(-x)|^2, after which only even powers count. The parts of
        # the coefficients are named before that, or the products would have thousands of terms.
        h = [_named(f"h_{k}", e, naming) for k, e in enumerate(h)]
        numerator = [_named(f"n_{k}", e, naming) for k, e in enumerate(numerator)]
        mirror = [a.conj for a in h]
        h, numerator = _product(h, mirror), _times_square(numerator, mirror)
    a = [_named(f"a_{k}", e, naming).re for k, e in enumerate(h)]
    out = []
    for part, unit in (("re", sp.S.One), ("im", sp.I)):
        even = [_named(f"c_{k}", Pair(getattr(e, part)), naming).re for k, e in enumerate(numerator[::2])]
        out.append(unit * hurwitz_integral(even, a))
    return sp.Add(*out)


def _parts(e: Expr) -> Pair:
    """Real and imaginary part, where what is equal to its conjugate has no imaginary part."""
    if is_real(e):
        return Pair(e)
    star = conj(e)
    if sp.expand(e - star) == 0:
        return Pair(pair(e).re)
    return Pair(sp.S.Zero, pair(e).im) if sp.expand(e + star) == 0 else pair(e)


def _named(wanted: str, e: Pair, naming: SpectrumNaming) -> Pair:
    """Both parts under names, unless they are numbers or symbols."""
    return e.mapped(lambda part: naming.once(wanted, part) if part.args else part)


def hurwitz_coefficients(root: Sequence[Expr]) -> list[Expr]:
    """h(x), ascending, as H(s) in s = -i x, descending, with a real leading coefficient."""
    descending = [sp.expand(c * sp.I**k) for k, c in enumerate(root)][::-1]
    lead = descending[0]
    if not is_real(lead):
        if not is_real(sp.expand(lead / sp.I)):
            raise DerivationError(
                f"the leading coefficient {lead} of a denominator is not a real number times a power of I."
            )
        descending = [sp.expand(c / sp.I) for c in descending]
    negative = descending[0].is_number and descending[0] < 0
    return [-c for c in descending] if negative else descending


def _product(p: Sequence[Pair], q: Sequence[Pair]) -> list[Pair]:
    out = [NOUGHT] * (len(p) + len(q) - 1)
    for i, a in enumerate(p):
        for j, b in enumerate(q):
            out[i + j] += a * b
    return [e.mapped(sp.expand) for e in out]


def _times_square(numerator: Sequence[Pair], mirror: Sequence[Pair]) -> list[Pair]:
    """numerator(x) |m(-i x)|^2, ascending, for a Hurwitz polynomial m(s), descending."""
    m = [c * pair((-sp.I) ** k) for k, c in enumerate(reversed(mirror))]
    return _product(numerator, _product(m, [c.conj for c in m]))


def hurwitz_integral(even: Sequence[Expr], H: Sequence[Expr]) -> Expr:
    """The integral above over dw/(2 pi); `even` = (c_0, c_1, ...) ascending, `H` = (a_0, ..., a_n), a_0 first.

    Raises DerivationError when the numerator's degree is not below 2n (the integral diverges).

    >>> a, b = sp.symbols("a b")
    >>> hurwitz_integral([1], [1, a])
    1/(2*a)
    >>> hurwitz_integral([0, 1], [1, a, b])
    1/(2*a)
    """
    a = [sp.sympify(e) for e in H]
    c = [sp.sympify(e) for e in even]
    n = len(a) - 1
    while c and c[-1] == 0:
        c.pop()
    if len(c) > n:
        raise DerivationError(f"the integral diverges: a numerator of degree {2 * len(c) - 2} over degree {2 * n}.")
    if not c:
        return sp.S.Zero
    c += [sp.S.Zero] * (n - len(c))
    top = [(-1) ** (n - 1 - j) * c[n - 1 - j] for j in range(n)]
    rows = [[a[k] if 0 <= (k := 2 * j - i + 1) <= n else sp.S.Zero for j in range(n)] for i in range(n)]
    return sp.cancel(sp.Rational((-1) ** (n - 1), 2) / a[0]) * _ratio([top, *rows[1:]], rows)


def _ratio(top: list[list[Expr]], bottom: list[list[Expr]]) -> Expr:
    """det(top)/det(bottom)."""
    (first, second), back = over_symbols(top, bottom)
    first, second = first.unify(second)
    num, den = (first.domain.to_sympy(m.det()) for m in (first, second))
    return sp.S.Zero if num == 0 else sp.cancel(num / den).xreplace(back)

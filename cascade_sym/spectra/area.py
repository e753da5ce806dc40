"""The integral of a spectrum over all frequencies, in closed form: a variance.

No roots are needed: the classic formula with Hurwitz determinants,

    (1/2 pi) int g(w)/(H(i w) H(-i w)) dw,   H(s) = a_0 s^n + ... + a_n with all roots in Re s < 0,
    g(w) = c_0 + c_1 w^2 + ... + c_(n-1) w^(2n-2),

is a quotient of two determinants of order n in the a_k and c_k. Source: Phillips (1947), in James, Nichols,
Phillips, Theory of Servomechanisms, Sec. 7.9; Gradshteyn and Ryzhik 3.112.
"""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp
from sympy import Expr
from sympy.polys.matrices import DomainMatrix

from cascade_sym.definitions import Quantity
from cascade_sym.errors import DerivationError
from cascade_sym.parts.values import Value
from cascade_sym.solve.pairs import NOUGHT, Pair, pair
from cascade_sym.spectra.polynomial import Quotient, quotient
from cascade_sym.spectra.spectrum import Spectrum
from cascade_sym.spectra.sweep import SpectrumNaming
from cascade_sym.symbols import conj, expression, is_real, own


def integrated(spectrum: Spectrum, *, minus: Value = 0) -> Quantity:
    """int (N(Omega) - minus) dOmega/(2 pi), exactly, by Hurwitz determinants (no roots are needed).

    For a mode's quadrature this is its variance (for a cross spectrum: its covariance), the same as
    `covariance` finds from the Lyapunov equation. Output light has white noise: give its level as `minus`.
    Raises DerivationError when the integral diverges or a denominator is not known in closed form.

    >>> from cascade_sym.parts import Cavity
    >>> from cascade_sym.spectra.spectrum import noise_spectrum
    >>> integrated(noise_spectrum(Cavity("c"), "X_c")).inline()
    1/2
    """
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
        value = integral(quotient(body, keep=False), naming)
    return Quantity(f"int_{spectrum.name}", value, naming.definitions, spectrum.steps, body.domain,
                    nonnegative=body.nonnegative)  # fmt: skip


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
    rows = [[_at(a, 2 * j - i + 1) for j in range(n)] for i in range(n)]
    return sp.cancel(sp.Rational((-1) ** (n - 1), 2) / a[0] * 1) * _ratio([top, *rows[1:]], rows)


def _at(a: Sequence[Expr], k: int) -> Expr:
    return a[k] if 0 <= k < len(a) else sp.S.Zero


def _ratio(top: list[list[Expr]], bottom: list[list[Expr]]) -> Expr:
    """det(top)/det(bottom), with entries that are no numbers or symbols replaced by symbols for the while."""
    odd = {e for m in (top, bottom) for r in m for e in r if not (e.is_Rational or e.is_Symbol)}
    names = {e: own(f"entry{k}") for k, e in enumerate(sorted(odd, key=sp.default_sort_key))}
    back = {v: k for k, v in names.items()}
    first, second = (
        DomainMatrix.from_list_sympy(len(m), len(m), [[names.get(e, e) for e in r] for r in m]) for m in (top, bottom)
    )
    first, second = first.unify(second)
    domain = first.domain
    num, den = domain.to_sympy(first.det()), domain.to_sympy(second.det())
    if num == 0:
        return sp.S.Zero
    return sp.cancel(num / den).xreplace(back)

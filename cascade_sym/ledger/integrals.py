"""Integrals of numbers in closed form, where one is proved: polynomials times exponentials by their antiderivatives,
rational functions on the whole line (even ones: on half of it) by residues.

A form holds wherever the integral has a value; what must not vanish for that is collected. Everything else stays an
integral.
"""

from __future__ import annotations

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.errors import CascadeError
from cascade_sym.exact.convert import Converter, converter
from cascade_sym.exact.factors import polynomial_factors
from cascade_sym.exact.fraction import Fraction
from cascade_sym.symbols import Domains, own

MOST_POWER = 12  # of the variable, beside an exponential
MOST_POLES = 6  # of a rational function, in the upper half plane: residues of higher ones grow long
WAVES = (sp.sin, sp.cos, sp.sinh, sp.cosh)


class _Open(Exception):
    """It has no closed form of this kind, or a sign that decides about it is not known."""


def evaluated(e: Expr, domains: Domains, used: set[str], apart: set[Expr]) -> Expr:
    """`e` with closed forms in place of the integrals that have one; `used` collects what they rest on, as text, and
    `apart` what of that must not be zero.
    """
    if not e.has(sp.Integral):
        return e
    if not isinstance(e, sp.Integral):
        return e.func(*(evaluated(a, domains, used, apart) for a in e.args))
    *inner, (v, *ends) = e.limits
    body = evaluated(sp.Integral(e.function, *inner) if inner else e.function, domains, used, apart)
    if body.has(sp.Integral) or len(ends) != 2:
        return sp.Integral(body, (v, *ends))
    found, zeros = set[str](), set[Expr]()
    free = own("bound")  # nothing is declared of it, whatever is of a parameter of that name
    try:
        value = _Integrals(free, domains, found, zeros).value(body.xreplace({v: free}), *ends)
    except (_Open, CascadeError, sp.PolynomialError, ZeroDivisionError):
        return sp.Integral(body, (v, *ends))
    used |= found
    apart |= zeros
    return value


class _Integrals:
    """Integrals over the real variable `v`."""

    def __init__(self, v: Symbol, domains: Domains, used: set[str], apart: set[Expr]) -> None:
        self.v, self.domains, self.used, self.apart = v, domains, used, apart

    def value(self, body: Expr, lo: Expr, hi: Expr) -> Expr:
        ends = {lo, hi}
        if body.is_rational_function(self.v) and not body.is_polynomial(self.v):
            if ends == {sp.oo, -sp.oo}:
                return self._line(body) * (1 if hi is sp.oo else -1)
            if ends in ({sp.S.Zero, sp.oo}, {sp.S.Zero, -sp.oo}) and self._even(body):
                up = (lo, hi) in ((sp.S.Zero, sp.oo), (-sp.oo, sp.S.Zero))
                return self._line(body) / (2 if up else -2)
            raise _Open
        terms = sp.expand(body.replace(lambda x: isinstance(x, WAVES), lambda x: x.rewrite(sp.exp)))
        return sp.Add(*(self._term(t, lo, hi) for t in sp.Add.make_args(terms)))

    # -- polynomials times exponentials ----------------------------------------------------------------------

    def _term(self, t: Expr, lo: Expr, hi: Expr) -> Expr:
        """int c v^n exp(a v) = c exp(a v) sum (-1)^j n!/(n - j)! v^(n - j)/a^(j + 1)."""
        v = self.v
        c, rest = t.as_independent(v, as_Add=False)
        n, exponent = 0, sp.S.Zero
        for f in sp.Mul.make_args(rest):
            if f == v or (isinstance(f, sp.Pow) and f.base == v and f.exp.is_Integer and f.exp > 0):
                n += int(f.as_base_exp()[1])
            elif isinstance(f, sp.exp):
                exponent += f.args[0]
            elif f != 1:
                raise _Open
        if n > MOST_POWER or not exponent.is_polynomial(v) or sp.degree(exponent, v) > 1:
            raise _Open
        a, b = exponent.coeff(v, 1), exponent.coeff(v, 0)
        if a == 0:
            if lo.is_infinite or hi.is_infinite:
                raise _Open
            return c * sp.exp(b) * (hi ** (n + 1) - lo ** (n + 1)) / (n + 1)
        self._nonzero(a)

        def at(end: Expr) -> Expr:
            if end.is_infinite:
                self._decays(a if end is sp.oo else -a)
                return sp.S.Zero
            falling = ((-1) ** j * sp.ff(n, j) * end ** (n - j) / a ** (j + 1) for j in range(n + 1))
            return sp.exp(a * end) * sp.Add(*falling)

        return c * sp.exp(b) * (at(hi) - at(lo))

    def _element(self, e: Expr) -> tuple[Converter, Fraction]:
        conv, (form, _) = converter([e, sp.I], self.domains)
        value = conv(form)
        self.used |= conv.tower.used
        return conv, value.within(conv.field)

    def _nonzero(self, e: Expr) -> None:
        conv, value = self._element(e)
        if value.is_zero:
            raise _Open
        self._apart(conv, value)

    def _apart(self, conv: Converter, value: Fraction) -> None:
        """Says that an element is not zero, factor by factor."""
        for p, _ in polynomial_factors(value.num)[1]:
            sign = conv.tower.known_sign(p)
            if sign and sign.strict:
                self.used |= sign.facts
            elif conv.tower.expr(p).free_symbols:
                self.used.add(f"{conv.tower.said(p)} != 0")
                self.apart.add(conv.tower.expr(p))

    def _decays(self, a: Expr) -> None:
        """exp(a v) falls off: Re a <= 0, and it is not zero where the integral has a value."""
        conv, value = self._element(a)
        real = (value + conv.tower.conj(value)) * conv.field.rational(1, 2)
        self._signed(conv, -real)

    def _signed(self, conv: Converter, value: Fraction) -> int:
        """The sign of an element that is not zero where the integral has a value."""
        value = value.within(conv.field)
        sign = conv.tower.sign_of(value) if conv.tower.is_real(value) and not value.is_zero else None
        if sign is None or sign.value < 0:
            raise _Open
        self.used |= sign.facts
        self._apart(conv, value)
        return sign.value

    # -- rational functions on the real line -----------------------------------------------------------------

    def _even(self, body: Expr) -> bool:
        _, value = self._element(sp.together(body - body.xreplace({self.v: -self.v})))
        return bool(value.is_zero)

    def _line(self, body: Expr) -> Expr:
        """2 pi i times the residues in the upper half plane, of quadratic factors without a real root."""
        v = self.v
        conv, value = self._element(body)
        num, den = sp.fraction(sp.together(conv.expr(value)))
        if not sp.Poly(den, v).gens or sp.degree(sp.expand(num), v) > sp.degree(sp.expand(den), v) - 2:
            raise _Open
        _, factors = sp.factor_list(sp.expand(den))
        poles: list[tuple[Expr, Expr, int]] = []
        rest = sp.S.One
        for p, m in factors:
            if not p.has(v):
                rest *= p**m
                continue
            if sp.degree(p, v) != 2:
                raise _Open
            a, b, c = (sp.Poly(p, v).coeff_monomial(v**j) for j in (2, 1, 0))
            inner, below = self._element(4 * a * c - b**2)
            self._signed(inner, below)
            up, lead = self._element(a)
            sign = up.tower.sign_of(lead)
            if sign is None:
                raise _Open
            self.used |= sign.facts
            self._nonzero(a)
            if not all(conv.tower.is_real(value) for conv, value in map(self._element, (b, c))):
                raise _Open
            width = sp.sqrt(4 * a * c - b**2) / (2 * a) * sign.value
            poles.append((-b / (2 * a) + sp.I * width, a, m))
        content = sp.cancel(den / (rest * sp.Mul(*(p**m for p, m in factors if p.has(v)))))
        if content.has(v) or sum(m for *_, m in poles) > MOST_POLES:
            raise _Open
        total = sp.S.Zero
        for k, (z, a, m) in enumerate(poles):
            others = sp.Mul(*((b * (v - w) * (v - _conjugate(w))) ** j for i, (w, b, j) in enumerate(poles) if i != k))
            g = num / (content * rest * others * (a * (v - _conjugate(z))) ** m)
            total += sp.diff(g, v, m - 1).xreplace({v: z}) / sp.factorial(m - 1)
        return 2 * sp.pi * sp.I * total


def _conjugate(z: Expr) -> Expr:
    return z.xreplace({sp.I: -sp.I})

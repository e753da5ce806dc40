"""Logarithms, arguments and arcsines in sums of what the algebra has symbols for.

log z = log |z| + i arg z, and log of a size is the sum over its factors; arg z is 0, pi or an arctangent where signs
tell in which part of the plane z lies, else it is a number of its own. Only equality is decided this way (`truth`); a
normal form keeps logarithms out.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Expr

from cascade_sym.exact.atoms import QUARTER, Arctangent, Stand, named_arctangent, shown
from cascade_sym.exact.convert import Converter, converter
from cascade_sym.exact.factors import integer_factors, polynomial_factors
from cascade_sym.exact.fraction import Fraction, Poly
from cascade_sym.exact.intervals import Interval
from cascade_sym.exact.proof import cancelled
from cascade_sym.symbols import Domains, formula_text, is_complex_symbol
from cascade_sym.symbols.domains import REAL

KNOWN: tuple[Any, ...] = (
    sp.log, sp.arg, sp.atan2, sp.asin, sp.acos, sp.asec, sp.acsc, sp.asinh, sp.acosh, sp.atanh, sp.acoth, sp.asech,
    sp.acsch,
)  # fmt: skip
HALF_TURN = Interval(-2 * QUARTER, 2 * QUARTER)


class Logarithm(Stand):
    """The symbol that stands for log |argument|."""

    __slots__ = ()

    @staticmethod
    def function(z: Expr) -> Expr:
        return sp.log(sp.Abs(z))


class Arcsine(Stand):
    """The symbol that stands for arcsin(argument), where that may be complex."""

    __slots__ = ()
    function = sp.asin


class Argument(Stand):
    """The symbol that stands for arg(argument)."""

    __slots__ = ()
    function = sp.arg


def without_logs(e: Expr, domains: Domains, used: set[str]) -> Expr:
    """`e` with logarithms, arguments, arcsines and general powers in symbols; `used` collects the declarations that
    this rests on.
    """
    if not (e.has(*KNOWN) or any(not p.exp.is_Rational or _turning(*p.args) for p in e.atoms(sp.Pow))):
        return e
    return Rewriting(domains, used)(e)


def _turning(base: Expr, power: Expr) -> bool:
    """Whether a power is the root of what may turn around zero."""
    return bool(power.is_Rational and power.q > 1 and base.has(sp.I) and base.has(sp.exp, sp.cos, sp.sin))


class Rewriting:
    """Formulas in symbols for logarithms, arguments and arcsines; `used` collects what that rests on."""

    def __init__(self, domains: Domains, used: set[str]) -> None:
        self.domains, self.used = domains, used
        self._done: dict[Expr, Expr] = {}

    def __call__(self, e: Expr) -> Expr:
        if e not in self._done:
            self._done[e] = self._of(e)
        return self._done[e]

    def _of(self, e: Expr) -> Expr:
        if not e.args:
            return e
        args = [self(a) for a in e.args]
        z = args[0]
        one, half, i = sp.S.One, sp.S.Half, sp.I
        match e:
            case sp.log() | sp.arg():
                return self._log(z) if isinstance(e, sp.log) else self._arg(z, False)
            case sp.atan2():
                return self._arg(args[1] + i * z, False)
            case sp.Pow() if not args[1].is_Rational:  # as the toolkit takes it
                return self._exp(args[1] * self._log(z))
            case sp.Pow() if _turning(*args) and (root := self._turned_root(z, args[1])) is not None:
                return root
            case sp.exp():
                return self._exp(z)
            case sp.sin() | sp.cos() | sp.tan() if z.has(Argument, Arctangent):
                return e.func(z).rewrite(sp.exp).replace(sp.exp, self._exp)
            case sp.sinh() | sp.cosh() | sp.tanh() if z.has(Logarithm):
                return e.func(z).rewrite(sp.exp).replace(sp.exp, self._exp)
            case sp.asin() | sp.acsc():
                return self._arcsine(z if isinstance(e, sp.asin) else 1 / z)
            case sp.acos() | sp.asec():
                return sp.pi / 2 - self._arcsine(z if isinstance(e, sp.acos) else 1 / z)
            case sp.asinh() | sp.acsch():
                z = z if isinstance(e, sp.asinh) else 1 / z
                return self._log(z + sp.sqrt(z**2 + 1))
            case sp.acosh() | sp.asech():
                z = z if isinstance(e, sp.acosh) else 1 / z
                return self._log(z + sp.sqrt(z + 1) * sp.sqrt(z - 1))
            case sp.atanh() | sp.acoth():
                z = z if isinstance(e, sp.atanh) else 1 / z
                return half * (self._log(one + z) - self._log(one - z))
        return e.func(*args)

    def _element(self, z: Expr) -> tuple[Converter, Fraction]:
        turned = [sp.conjugate(s) for s in z.free_symbols if is_complex_symbol(s)]
        conv, (form, *_) = converter([z, sp.I, *sorted(turned, key=str)], self.domains)
        value = conv(form)
        self.used |= conv.tower.used | cancelled(conv, [value])
        return conv, value.within(conv.field)

    # -- exponentials ---------------------------------------------------------------------------------------

    def _exp(self, z: Expr) -> Expr:
        """exp(c log |u| + i d arg u + rest) = |u|^c (u/|u|)^d exp(rest); arctan x is arg(1 + i x)."""
        if not z.has(Stand):
            return sp.exp(z)
        out, rest = sp.S.One, sp.S.Zero
        for t in sp.Add.make_args(sp.expand(z)):
            c, x = t.as_coeff_Mul()
            turn, y = (t / sp.I).as_coeff_Mul()
            if isinstance(x, Logarithm) and c.is_Rational:
                out *= sp.Abs(x.argument) ** c
            elif isinstance(y, Argument) and turn.is_Rational:
                self.used.add(f"{formula_text(shown(y.argument))} != 0")  # arg 0 is 0
                out *= ((y.argument / sp.Abs(y.argument)) ** sp.Rational(1, turn.q)) ** turn.p
            elif isinstance(y, Arctangent) and turn.is_Rational:
                unit = (1 + sp.I * y.argument) / sp.sqrt(1 + y.argument**2)
                out *= (unit ** sp.Rational(1, turn.q)) ** turn.p
            else:
                rest += t
        return out * sp.exp(rest)

    # -- logarithms -----------------------------------------------------------------------------------------

    def _log(self, z: Expr) -> Expr:
        conv, value = self._element(z)
        if value.is_zero:
            return sp.zoo
        return self._size(conv, value) + sp.I * self._arg_of(conv, value, True)

    def _size(self, conv: Converter, value: Fraction) -> Expr:
        """log |value|, factor by factor."""
        value = value.within(conv.field)
        total = sp.S.Zero
        for p, turn in ((value.num, 1), (value.den, -1)):
            content, factors = polynomial_factors(p)
            for prime, k in integer_factors(abs(content)).items():
                total += turn * k * Logarithm(sp.Integer(prime), Interval(0, above=True))
            total += sp.Add(*(turn * k * self._factor(conv, q) for q, k in factors))
        return total

    def _factor(self, conv: Converter, p: Poly) -> Expr:
        """log |p| of an irreducible polynomial."""
        tower = conv.tower
        p = tower.now(p)
        e = tower.expr(p if p.leading_coefficient() > 0 else -p)
        whole = tower.field.fraction(p)
        real = tower.is_real(whole)
        if isinstance(e, sp.exp) and real:
            return self(e.args[0])
        if isinstance(e, sp.Abs):
            return self._size(*self._element(self(e.args[0])))
        if isinstance(e, sp.Pow) and e.exp.is_Rational:
            return e.exp * self._size(*self._element(self(e.base)))
        if not real:
            turned = tower.conj(whole)
            if tower.is_real(square := whole.within(tower.field) * turned):
                return self._size(conv, square) / 2
            e = min((e, conv.expr(turned)), key=str)
        return Logarithm(e, Interval())

    # -- arguments ------------------------------------------------------------------------------------------

    def _arg(self, z: Expr, apart: bool) -> Expr:
        conv, value = self._element(z)
        return self._arg_of(conv, value, apart)

    def _arg_of(self, conv: Converter, value: Fraction, apart: bool) -> Expr:
        """arg of an element; `apart`: where it is zero there is nothing to be said."""
        tower = conv.tower
        if tower.is_real(value):
            sign = tower.sign_of(value)
            if sign and (sign.value > 0 or sign.strict or apart):
                self.used |= sign.facts
                return sp.S.Zero if sign.value > 0 else sp.pi
            return self._opaque(conv, value, apart)
        if found := self._declared_angle(conv, value):
            return found[0]
        turned = tower.conj(value)
        half, i = tower.field.rational(1, 2), conv(sp.I)
        u, v = (value + turned) * half, (turned - value) * i * half
        if not (tower.is_real(u) and tower.is_real(v)):
            return self._opaque(conv, value, apart)
        right, up = (None if x.is_zero else tower.sign_of(x) for x in (u, v))
        if right and right.strict and right.value > 0:
            self.used |= right.facts
            return self._arctan(conv, v / u)
        if up and up.strict:
            self.used |= up.facts
            return up.value * sp.pi / 2 - self._arctan(conv, u / v)
        if right and right.strict and up and up.value > 0:
            self.used |= right.facts | up.facts
            return sp.pi + self._arctan(conv, v / u)
        return self._opaque(conv, value, apart)

    def _declared_angle(self, conv: Converter, value: Fraction) -> tuple[Expr, Fraction] | None:
        """The argument of r exp(i theta), with its size, where theta is a sum of parameters with declared ranges."""
        angle, tower = sp.S.Zero, conv.tower
        for m, (n, g) in conv.phases.items():
            k = min(int(e[g]) for e in value.num.monoms()) - min(int(e[g]) for e in value.den.monoms())
            angle += k * m / n
            value = value / tower.field.element(g) ** k
        for m, (n, c, s) in conv.trig.items():
            back = tower.field.element(c) - conv(sp.I) * tower.field.element(s)
            for k in dict.fromkeys((n, -n, 2 * n, -2 * n, 1, -1)) if not tower.is_real(value) else ():
                if tower.is_real(other := value * back**k):
                    angle, value = angle + k * m / n, other
                    break
        sign = tower.known_sign(value.num) if angle != 0 and tower.is_real(value) else None
        below = tower.known_sign(value.den) if sign else None
        if not (sign and below and sign.strict and below.strict):
            return None
        up = sign.value * below.value
        angle += 0 if up > 0 else sp.pi
        turns = self._whole_turns(angle)
        if turns is None:
            return None
        self.used |= sign.facts | below.facts
        return angle - 2 * sp.pi * turns, value * tower.field.integer(up)

    def _whole_turns(self, angle: Expr) -> Expr | None:
        """How many whole turns a real angle is away from (-pi, pi], everywhere on the domain."""
        low = high = angle
        ranges = self.domains.ranges
        said: set[str] = set()
        for s in angle.free_symbols:
            domain, own = ranges.get(s.name, (REAL, ()))
            slope = angle.diff(s)
            if not (domain.low.is_finite and domain.high.is_finite and slope.is_number):
                return sp.S.Zero if self._positive(sp.pi - angle) and self._positive(sp.pi + angle) else None
            ends = (domain.low, domain.high) if slope > 0 else (domain.high, domain.low)
            low, high = low.subs(s, ends[0]), high.subs(s, ends[1])
            said |= set(own)
        turns = sp.ceiling((high - sp.pi) / (2 * sp.pi))
        self.used |= said
        return turns if low - 2 * sp.pi * turns > -sp.pi else None

    def _positive(self, e: Expr) -> bool:
        conv, value = self._element(e)
        sign = conv.tower.sign_of(value) if conv.tower.is_real(value) else None
        self.used |= sign.facts if sign else set()
        return bool(sign and sign.strict and sign.value > 0)

    def _turned_root(self, z: Expr, power: sp.Rational) -> Expr | None:
        """The power of what turns by a declared angle."""
        conv, value = self._element(z)
        found = self._declared_angle(conv, value)
        return None if found is None else conv.expr(found[1]) ** power * sp.exp(sp.I * power * found[0])

    def _arctan(self, conv: Converter, value: Fraction) -> Expr:
        return sp.S.Zero if value.is_zero else named_arctangent(conv.expr(value), self.domains)

    def _opaque(self, conv: Converter, value: Fraction, apart: bool) -> Expr:
        """arg of what has no known place in the plane; factors > 0 do not change it, and that of a root is a share."""
        value, out = value.within(conv.field), sp.S.One
        for p, turn in ((value.num, 1), (value.den, -1)):
            content, factors = polynomial_factors(p)
            out *= 1 if content > 0 else -1
            for q, k in factors:
                sign = conv.tower.known_sign(q)
                if sign and sign.strict:
                    self.used |= sign.facts
                    out *= sign.value**k
                elif not conv.tower.is_real(conv.field.fraction(conv.tower.now(q))):
                    out *= conv.tower.expr(q) ** (turn * k)
                elif k % 2 or not apart:
                    out *= conv.tower.expr(q) ** (2 - k % 2)
        if isinstance(out, sp.Pow) and out.exp.is_Rational and 0 < out.exp < 1:
            return out.exp * self._arg(out.base, apart)
        return Argument(out, HALF_TURN)

    def _arcsine(self, z: Expr) -> Expr:
        """arcsin x = 2 arctan(x/(1 + sqrt(1 - x^2))) for -1 <= x <= 1; of anything else a number of its own."""
        conv, value = self._element(z)
        rest = conv.field.integer(1) - value * value
        sign = conv.tower.sign_of(rest) if conv.tower.is_real(value) and not rest.is_zero else None
        if not sign or sign.value < 0:
            return Arcsine(conv.expr(value), None)
        self.used |= sign.facts
        return 2 * named_arctangent(z / (1 + sp.sqrt(1 - z**2)), self.domains)

"""Coefficients of the expansions: rational functions of the unknown coefficients and the remaining parameters.

A `Ground` holds one polynomial ring (python-flint, integers) with three sorts of generators: square roots that
turned up (`w^2 = polynomial`), unknown coefficients, and parameters. Every generator has a sample value, by
which signs of radicands are decided; zero is decided exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import flint
import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.errors import DerivationError, DivisionByZero
from cascade_sym.exact.show import poly_to_expr
from cascade_sym.symbols import own

ROOTS = 12
NESTED = 3  # levels at which sqrt(a + b sqrt(c)) is still tried as a sum of roots
DIGITS = 60


class Reparametrise(Exception):
    """A root of `radicand` is needed, which is linear in one parameter: eliminate that parameter and restart."""

    def __init__(self, parameter: Symbol, radicand: Expr) -> None:
        super().__init__(f"sqrt({radicand})")
        self.parameter, self.radicand = parameter, radicand


class Ground:
    """The ring, its roots and its sample; make elements with `gen`, `rational`, `sqrt`.

    A ring with room for `constants` is `open`: it takes in numbers such as pi and log 2 as generators. Relations among
    these, or among its parameters, are not known to it, so that nothing is called different from zero before the sample
    shows it.
    """

    def __init__(
        self, unknowns: Sequence[Symbol], sample: Mapping[Symbol, Any], constants: int = 0,
        beside: Sequence[Symbol] = (),
    ) -> None:  # fmt: skip
        """`beside` are further symbols of the user, whose names a result must not take."""
        self.beside = tuple(beside)
        self.open, self.slots = constants > 0, ROOTS + constants
        self.constants: dict[int, Expr] = {}
        self.over: dict[int, set[int]] = {}  # see `joint`
        parameters = sorted((s for s in sample if s not in unknowns), key=lambda s: s.name)
        self.unknowns, self.parameters = tuple(unknowns), tuple(parameters)
        self.symbols: list[Expr] = [own(f"w{i}") for i in range(self.slots - 1, -1, -1)]
        self.symbols += [*unknowns, *parameters]
        self.ctx = flint.fmpz_mpoly_ctx.get([f"v{i}" for i in range(len(self.symbols))], "lex")
        self.index = {s: i for i, s in enumerate(self.symbols)}
        self.polys = self.ctx.gens()
        self.roots: list[tuple[int, Any]] = []
        self.value: list[Any] = [None] * len(self.symbols)
        for s, v in sample.items():
            self.value[self.index[s]] = _arb(v)
        self._known: dict[str, Elem] = {}
        self._nesting = 0

    # -- elements -------------------------------------------------------------------------------------------

    def gen(self, s: Symbol) -> Elem:
        return Elem(self, self.polys[self.index[s]], self.ctx.constant(1))

    def rational(self, p: int, q: int = 1) -> Elem:
        return self.make(self.ctx.constant(p), self.ctx.constant(q))

    def reduced(self, p: Any) -> Any:
        for i, radicand in reversed(self.roots):
            if not p.is_zero() and p.degrees()[i] >= 2:
                p = divmod(p, self.polys[i] ** 2 - radicand)[1]
        return p

    def make(self, num: Any, den: Any) -> Elem:
        """num/den in normal form: reduced, no root in the denominator, coprime, leading coefficient positive."""
        if self.roots:
            num, den = self.reduced(num), self.reduced(den)
            for i, _ in reversed(self.roots):
                if not den.is_zero() and den.degrees()[i]:
                    other = den.compose(*(-g if j == i else g for j, g in enumerate(self.polys)))
                    num, den = self.reduced(num * other), self.reduced(den * other)
        if den.is_zero():
            raise DivisionByZero("division by an expression that is identically zero")
        if num.is_zero():
            return Elem(self, num, self.ctx.constant(1))
        g = num.gcd(den)
        if not g.is_one():
            num, den = num / g, den / g
        if den.leading_coefficient() < 0:
            num, den = -num, -den
        return Elem(self, num, den)

    # -- numbers --------------------------------------------------------------------------------------------

    def number(self, p: Any, values: Sequence[Any] | None = None) -> Any:
        """The value of a polynomial at the sample (or at `values`, one for each generator)."""
        values = self.value if values is None else values
        total = flint.arb(0)
        for mono, c in p.terms():
            term = flint.arb(c)
            for i, k in enumerate(mono):
                if k:
                    term = term * values[i] ** int(k)
            total += term
        return total

    def is_small(self, p: Any, values: Sequence[Any] | None = None, digits: int = 25) -> bool:
        """Whether a polynomial vanishes at the sample, compared with the size of its terms."""
        values = self.value if values is None else values
        size = flint.arb(0)
        for mono, c in p.terms():
            term = abs(flint.arb(c))
            for i, k in enumerate(mono):
                if k:
                    term = term * abs(values[i]) ** int(k)
            size += term
        v = self.number(p, values)
        return bool(abs(v).mid() <= size.mid() * flint.arb(10) ** (-digits))

    # -- roots ----------------------------------------------------------------------------------------------

    def sqrt(self, e: Elem) -> Elem:
        """The nonnegative square root (at the sample) of an element that is nonnegative there.

        The radicand is factored: squares leave the root with the sign that they have at the sample, each
        irreducible factor gets a root of its own. Raises Reparametrise where a parameter can be eliminated.
        """
        if e.is_zero:
            return e
        radicand = e.num * e.den
        if self._has_root(radicand):
            return self._nested(e)
        content, factors = radicand.factor()
        sign = -1 if content < 0 else 1
        out = self.make(self.ctx.constant(1), e.den)
        for prime, k in sp.factorint(abs(int(content))).items():
            out = out * self.rational(int(prime) ** (int(k) // 2))
            if int(k) % 2:
                out = out * self._root(self.ctx.constant(int(prime)))
        for p, k in factors:
            v = self.number(p)
            q = p
            if not v > 0:
                q = -p
                sign = sign * (-1) ** int(k)
            out = out * self.make(q ** (int(k) // 2), self.ctx.constant(1))
            if int(k) % 2:
                out = out * self._root(q)
        if sign < 0:
            raise DerivationError(f"the square root of {e.expr()}, which is negative at the sample, is not real.")
        return out

    def _has_root(self, p: Any) -> bool:
        degrees = p.degrees()
        return any(degrees[i] for i, _ in self.roots)

    def _nested(self, e: Elem) -> Elem:
        """sqrt(A + B w): sqrt((A + d)/2) ± sqrt((A - d)/2) where d = sqrt(A^2 - B^2 P) is in the field."""
        i = next(i for i, _ in reversed(self.roots) if (e.num * e.den).degrees()[i])
        flipped = self.make(e.num.compose(*(-g if j == i else g for j, g in enumerate(self.polys))), e.den)
        a, norm = (e + flipped) * self.rational(1, 2), e * flipped
        before = len(self.roots)
        self._nesting += 1
        try:
            if self._nesting > NESTED:
                raise DerivationError("roots are nested too deeply to be taken apart.")
            d = self.sqrt(norm)
            if len(self.roots) == before:
                x, y = (a + d) * self.rational(1, 2), (a - d) * self.rational(1, 2)
                rx, ry = self.sqrt(x), self.sqrt(y)
                for candidate in (rx + ry, rx - ry):
                    if (candidate * candidate - e).is_zero and candidate.number() > 0:
                        return candidate
        except DerivationError:
            pass
        finally:
            self._nesting -= 1
        while len(self.roots) > before:
            j, _ = self.roots.pop()
            self._known = {k: v for k, v in self._known.items() if not v.num.degrees()[j]}
        return self.make(self.ctx.constant(1), e.den) * self._root(self.reduced(e.num * e.den))

    def _root(self, p: Any) -> Elem:
        key = str(p)
        if key not in self._known:
            self._eliminable(p)
            i = self._spare()
            self.value[i] = self.number(p).sqrt()
            self.roots.append((i, p))
            self._known[key] = Elem(self, self.polys[i], self.ctx.constant(1))
        return self._known[key]

    def _spare(self) -> int:
        """The next generator that stands for nothing yet."""
        used = len({*self.constants, *(i for i, _ in self.roots)})
        if used == self.slots:
            raise DerivationError(f"more than {used} different square roots and constants appear in the expansion.")
        return self.slots - 1 - used

    def constant(self, meaning: Expr, value: Callable[[], Any], square: Elem | None = None) -> Elem:
        """The number `meaning`, which `value` computes, as an element of an open ring; its square may be known."""
        if meaning.is_Rational:
            return self.rational(int(meaning.p), int(meaning.q))
        key = str(meaning)
        if key not in self._known:
            i = self._spare()
            self.value[i], self.constants[i] = value(), meaning
            if square is not None and square.den.is_one():
                self.roots.append((i, square.num))
            self._known[key] = Elem(self, self.polys[i], self.ctx.constant(1))
        return self._known[key]

    @staticmethod
    def pi() -> Any:
        return flint.arb.pi()

    def _eliminable(self, p: Any) -> None:
        degrees = p.degrees()
        used = [i for i, d in enumerate(degrees) if d]
        if not used or any(self.symbols[i] not in self.parameters for i in used):
            return
        for i in used:
            if p.derivative(i).is_constant():
                raise Reparametrise(self.symbols[i], poly_to_expr(p, self.symbols))

    def meaning(self) -> dict[Symbol, Expr]:
        """Roots and constants in terms of unknowns and parameters (nested roots written out)."""
        out: dict[Expr, Expr] = {}
        radicands = dict(self.roots)
        for i in sorted({*radicands, *self.constants}, reverse=True):
            new = self.constants[i] if i in self.constants else sp.sqrt(poly_to_expr(radicands[i], self.symbols))
            out[self.symbols[i]] = new.xreplace(out)
        return out


@dataclass(frozen=True, eq=False, slots=True)
class Elem:
    """An element num/den of a `Ground`, always in normal form."""

    ground: Ground
    num: Any
    den: Any

    def __add__(self, other: Elem) -> Elem:
        if self.num.is_zero():
            return other
        if other.num.is_zero():
            return self
        if self.den == other.den:
            return self.ground.make(self.num + other.num, self.den)
        g = self.den.gcd(other.den)
        a, b = other.den / g, self.den / g
        return self.ground.make(self.num * a + other.num * b, self.den * a)

    def __neg__(self) -> Elem:
        return Elem(self.ground, -self.num, self.den)

    def __sub__(self, other: Elem) -> Elem:
        return self + (-other)

    def __mul__(self, other: Elem) -> Elem:
        if self.num.is_zero() or other.num.is_zero():
            return Elem(self.ground, self.ground.ctx.constant(0), self.ground.ctx.constant(1))
        return self.ground.make(self.num * other.num, self.den * other.den)

    def inverse(self) -> Elem:
        return self.ground.make(self.den, self.num)

    def __truediv__(self, other: Elem) -> Elem:
        return self.ground.make(self.num * other.den, self.den * other.num)

    @property
    def is_zero(self) -> bool:
        return bool(self.num.is_zero())

    def number(self, values: Sequence[Any] | None = None) -> Any:
        return self.ground.number(self.num, values) / self.ground.number(self.den, values)

    def sign(self) -> int:
        """The sign at the sample."""
        v = flint.arb(0) if self.is_zero else self.number()
        if not self.is_zero and v.contains(0):
            raise DerivationError(f"the sign of {self.expr()} was not decided at the sample.")
        return 1 if v > 0 else -1 if v < 0 else 0

    def rational(self) -> Fraction | None:
        """The rational number that the element is, or None."""
        if not (self.num.is_constant() and self.den.is_constant()):
            return None
        above = 0 if self.is_zero else int(self.num.leading_coefficient())
        return Fraction(above, int(self.den.leading_coefficient()))

    def depends_on(self, s: Symbol) -> bool:
        i = self.ground.index[s]
        return bool(self.num.degrees()[i] or self.den.degrees()[i])

    def expr(self) -> Expr:
        """As a SymPy expression, numerator and denominator factored."""
        from cascade_sym.exact.show import factored

        roots = self.ground.meaning()
        num, den = (factored(p, self.ground.symbols) for p in (self.num, self.den))
        return (num / den).xreplace(roots)


def _arb(v: Any) -> Any:
    if isinstance(v, flint.arb):
        return v
    r = sp.Rational(v) if not isinstance(v, sp.Rational) else v
    return flint.arb(int(r.p)) / flint.arb(int(r.q))

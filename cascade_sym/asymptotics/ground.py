"""Coefficients of the expansions: rational functions of the unknown coefficients and the remaining parameters.

A `Ground` holds one polynomial ring (python-flint, integers) with three sorts of generators: square roots that
turned up (`w^2 = polynomial`), unknown coefficients, and parameters. Every generator has a sample value, by
which signs of radicands are decided; zero is decided exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction as Q
from math import prod
from typing import Any

import flint
import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.asymptotics.problem import ball_of
from cascade_sym.errors import DerivationError, DivisionByZero, NoPowerLaw
from cascade_sym.exact import Fraction
from cascade_sym.exact.as_sympy import factored, poly_to_expr
from cascade_sym.exact.fraction import evaluated
from cascade_sym.symbols import own

ROOTS = 12  # slots for square roots of parameters; a fixed number, since a polynomial ring can't grow
NESTED = 3  # levels at which sqrt(a + b sqrt(c)) is still tried as a sum of roots
DIGITS = 60  # at which an identity of roots is guessed before it is proved


class Diverges(NoPowerLaw):
    """A function without an expansion in powers was met: what it was taken of diverges, vanishes, or is not known."""


class Elem(Fraction):
    """An element num/den of the `Ground` that is its field, always in normal form."""

    def number(self, values: Sequence[Any] | None = None) -> Any:
        """The value at the sample (or at `values`, one for each generator)."""
        return self.field.number(self.num, values) / self.field.number(self.den, values)

    def sign(self) -> int:
        """The sign at the sample."""
        if self.is_zero:
            return 0
        v = self.number()
        if v.contains(0):
            raise DerivationError(f"the sign of {self.expr()} was not decided at the sample.")
        return 1 if v > 0 else -1

    def rational(self) -> Q | None:
        """The rational number that the element is, or None."""
        if not (self.num.is_constant() and self.den.is_constant()):
            return None
        above = 0 if self.is_zero else int(self.num.leading_coefficient())
        return Q(above, int(self.den.leading_coefficient()))

    def depends_on(self, s: Symbol) -> bool:
        """Whether the element contains a generator, directly or under a root."""
        return self.field.index[s] in self.field.generators(self.num, self.den)

    def expr(self) -> Expr:
        """As a SymPy expression, numerator and denominator factored."""
        num, den = (factored(p, self.field.symbols) for p in (self.num, self.den))
        return (num / den).xreplace(self.field.meaning())


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
        self.polys, self.one = self.ctx.gens(), self.ctx.constant(1)
        self.roots: list[tuple[int, Any]] = []
        self.value: list[Any] = [None] * len(self.symbols)
        for s, v in sample.items():
            self.value[self.index[s]] = v if isinstance(v, flint.arb) else ball_of(v)
        self._known: dict[str, Elem] = {}

    # -- elements -------------------------------------------------------------------------------------------

    def gen(self, s: Symbol) -> Elem:
        return Elem(self, self.polys[self.index[s]], self.one)

    def rational(self, p: int, q: int = 1) -> Elem:
        return self.fraction(self.ctx.constant(p), self.ctx.constant(q))

    def integer(self, n: int) -> Elem:
        return Elem(self, self.ctx.constant(n), self.one)

    def reduced(self, p: Any) -> Any:
        for i, radicand in reversed(self.roots):
            if not p.is_zero() and p.degrees()[i] >= 2:
                p = divmod(p, self.polys[i] ** 2 - radicand)[1]
        return p

    def fraction(self, num: Any, den: Any = None) -> Elem:
        """num/den in normal form: reduced, no root in the denominator, coprime, leading coefficient positive."""
        den = self.one if den is None else den
        if self.roots:
            num, den = self.reduced(num), self.reduced(den)
            for i, _ in reversed(self.roots):
                if not den.is_zero() and den.degrees()[i]:
                    other = self._conjugated(den, i)
                    num, den = self.reduced(num * other), self.reduced(den * other)
        if den.is_zero():
            raise DivisionByZero("division by an expression that is identically zero")
        if num.is_zero():
            return Elem(self, num, self.one)
        g = num.gcd(den)
        if not g.is_one():
            num, den = num / g, den / g
        if den.leading_coefficient() < 0:
            num, den = -num, -den
        return Elem(self, num, den)

    def _conjugated(self, p: Any, i: int) -> Any:
        """A polynomial with the other sign of root i."""
        return p.compose(*(-g if j == i else g for j, g in enumerate(self.polys)))

    def generators(self, *polys: Any) -> set[int]:
        """The generators that polynomials contain, directly or under a root."""
        found: set[int] = set()
        todo, radicands = list(polys), dict(self.roots)
        while todo:
            new = {i for i, d in enumerate(todo.pop().degrees()) if d} - found
            found |= new
            todo += [radicands[i] for i in new if i in radicands]
        return found

    def derivative(self, e: Elem, i: int) -> Elem:
        """de/dg for generator i; roots that contain it are differentiated along."""
        total = self._partial(e, i)
        for j, radicand in self.roots:
            if e.num.degrees()[j] and i in self.generators(radicand):
                inner = self.derivative(self.fraction(radicand), i)
                total = total + self._partial(e, j) * inner * self.fraction(self.one, 2 * self.polys[j])
        return total

    def _partial(self, e: Elem, i: int) -> Elem:
        return self.fraction(e.num.derivative(i) * e.den - e.num * e.den.derivative(i), e.den**2)

    # -- numbers --------------------------------------------------------------------------------------------

    def number(self, p: Any, values: Sequence[Any] | None = None) -> Any:
        """The value of a polynomial at the sample (or at `values`, one for each generator)."""
        return evaluated(p, self.value if values is None else values, flint.arb)

    def is_small(self, p: Any, values: Sequence[Any], digits: int) -> bool:
        """Whether a polynomial vanishes at `values`, compared with the size of its terms."""
        size = evaluated(p, [None if v is None else abs(v) for v in values], lambda c: abs(flint.arb(c)))
        return bool(abs(self.number(p, values)).mid() <= size.mid() * flint.arb(10) ** (-digits))

    def values(self, changes: Mapping[Symbol, Any], base: Sequence[Any] | None = None) -> list[Any]:
        """The values of all generators (at the sample, or in `base`) with some changed, and the roots that follow."""
        out = list(self.value if base is None else base)
        for s, v in changes.items():
            out[self.index[s]] = v
        for i, radicand in self.roots:
            if i not in self.constants and all(out[j] is not None for j, d in enumerate(radicand.degrees()) if d):
                out[i] = self.number(radicand, out).sqrt().mid()
        return out

    # -- roots ----------------------------------------------------------------------------------------------

    def power(self, e: Elem, q: Q) -> Elem:
        """A rational power of an element that is positive at the sample.

        Roots other than square roots of square roots are taken where they are exact, and become constants of an open
        ring elsewhere; Diverges in other rings.
        """
        d = q.denominator
        while d % 2 == 0:
            e, d = self.sqrt(e), d // 2
        return (e if d == 1 else self._odd_root(e, d)) ** q.numerator

    def _odd_root(self, e: Elem, d: int) -> Elem:
        if e.sign() < 0:
            raise DerivationError(
                f"the root of degree {d} of {e.expr()}, which is negative at the sample, is not real."
            )
        out = []
        for p in (e.num, e.den):
            content, factors = p.factor()
            number = flint.fmpz(abs(int(content))).root(d)
            if number**d != abs(content) or any(int(k) % d for _, k in factors):
                break
            out.append(prod((q ** (int(k) // d) for q, k in factors), start=self.ctx.constant(number)))
        else:
            root = self.fraction(*out)
            return -root if root.number() < 0 else root
        if not self.open:
            raise Diverges(f"a root of degree {d} of {e.expr()} is not rational; only square roots are followed.")
        return self.constant(e.expr() ** sp.Rational(1, d), lambda: e.number() ** flint.arb(flint.fmpq(1, d)))

    def sqrt(self, e: Elem, depth: int = 0) -> Elem:
        """The nonnegative square root (at the sample) of an element that is nonnegative there.

        The radicand is factored: squares leave the root with the sign that they have at the sample, each
        irreducible factor gets a root of its own. Raises Reparametrise where a parameter can be eliminated.
        """
        if e.is_zero:
            return e
        radicand = e.num * e.den
        if nested := [i for i, _ in self.roots if radicand.degrees()[i]]:
            return self._nested(e, nested[-1], depth + 1)
        sign, factors = self.prime_factors(radicand)
        out = self.fraction(self.one, e.den)
        for p, k in factors:
            q = p if self.number(p) > 0 else -p
            sign *= 1 if q == p else (-1) ** k
            out = out * self.fraction(q ** (k // 2))
            if k % 2:
                out = out * self._root(q)
        if sign < 0:
            raise DerivationError(f"the square root of {e.expr()}, which is negative at the sample, is not real.")
        return out

    def prime_factors(self, p: Any) -> tuple[int, list[tuple[Any, int]]]:
        """The sign of a polynomial's content, and its irreducible factors with their powers, primes first."""
        content, factors = p.factor()
        primes = sp.factorint(abs(int(content))).items()
        both = [(self.ctx.constant(int(n)), int(k)) for n, k in primes] + [(q, int(k)) for q, k in factors]
        return (-1 if content < 0 else 1), both

    def _nested(self, e: Elem, i: int, depth: int) -> Elem:
        """sqrt(A + B w): sqrt((A + d)/2) ± sqrt((A - d)/2) where d = sqrt(A^2 - B^2 P) is in the field; w is root i."""
        flipped = self.fraction(self._conjugated(e.num, i), e.den)
        a, norm = (e + flipped) * self.rational(1, 2), e * flipped
        before = len(self.roots)
        try:
            if depth > NESTED:
                raise DerivationError("roots are nested too deeply to be taken apart.")
            d = self.sqrt(norm, depth)
            if len(self.roots) == before:
                x, y = (a + d) * self.rational(1, 2), (a - d) * self.rational(1, 2)
                rx, ry = self.sqrt(x, depth), self.sqrt(y, depth)
                for candidate in (rx + ry, rx - ry):
                    if (candidate * candidate - e).is_zero and candidate.number() > 0:
                        return candidate
        except DerivationError:
            pass
        while len(self.roots) > before:
            j, _ = self.roots.pop()
            self._known = {k: v for k, v in self._known.items() if not v.num.degrees()[j]}
        return self.fraction(self.one, e.den) * self._root(self.reduced(e.num * e.den))

    def _root(self, p: Any) -> Elem:
        key = str(p)
        if key not in self._known:
            self._eliminable(p)
            i = self._taken(key, self.number(p).sqrt())
            self.roots.append((i, p))
        return self._known[key]

    def _taken(self, key: str, value: Any) -> int:
        """The next generator that stands for nothing yet, to stand for `key` from now on."""
        used = len({*self.constants, *(i for i, _ in self.roots)})
        if used == self.slots:
            raise DerivationError(f"more than {used} different square roots and constants appear in the expansion.")
        i = self.slots - 1 - used
        self.value[i], self._known[key] = value, Elem(self, self.polys[i], self.one)
        return i

    def constant(self, meaning: Expr, value: Callable[[], Any], square: Elem | None = None) -> Elem:
        """The number `meaning`, which `value` computes, as an element of an open ring; its square may be known."""
        if meaning.is_Rational:
            return self.rational(int(meaning.p), int(meaning.q))
        key = str(meaning)
        if key not in self._known:
            i = self._taken(key, value())
            self.constants[i] = meaning
            if square is not None and square.den.is_one():
                self.roots.append((i, square.num))
        return self._known[key]

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

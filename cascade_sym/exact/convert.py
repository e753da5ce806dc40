"""Second pass: from the atoms of some expressions to a field that holds them, and into it.

Plain generators first (symbols, angles, phases, exponentials), then roots from the inside out. A radicand is
factored: squares leave the root, and each factor that is nonnegative on the physical domain gets a root of its
own. A symbol that occurs linearly under such a root is eliminated (Gamma = g^2, epsilon = 1 - tau^2), so that
the ring stays free of relations where it can.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.errors import OutsideExactDomain
from cascade_sym.exact.atoms import Arctangent, Atoms, canonical, collect, monomials, shown
from cascade_sym.exact.factors import coprime_base, integer_factors, is_long, polynomial_factors
from cascade_sym.exact.field import Field, Relation, make_context
from cascade_sym.exact.fraction import Fraction, Poly
from cascade_sym.exact.show import poly_to_expr
from cascade_sym.symbols import is_complex_symbol

MOST_MULTIPLES = 100  # of an angle that are written out: a polynomial of that degree


class Refine(Exception):
    """Integers under roots have a factor in common that was not known before: start again with these `parts`."""

    def __init__(self, parts: tuple[int, ...]) -> None:
        super().__init__()
        self.parts = parts


class Converter:
    """Takes expressions into one field and back; made by `converter(exprs)`, which sees them all first."""

    def __init__(self, atoms: Atoms, parts: tuple[int, ...] = ()) -> None:
        self._parts = parts  # into which integers split that are too long to factor
        self._long: set[int] = set()
        self._place: dict[Any, int] = {}
        self._trig: dict[Expr, tuple[int, int, int]] = {}  # angle -> denominator, cosine, sine
        self._phase: dict[Expr, tuple[int, int]] = {}  # angle -> denominator, generator
        self._exponential: dict[Expr, tuple[int, int]] = {}
        self._value: dict[Symbol, Fraction] = {}  # eliminated symbols
        self._root: dict[tuple[str, int], int] = {}  # (printed radicand, degree) -> generator
        self._nonnegative: set[int] = set()
        self._squarable: set[int] = set()
        self._memo: dict[Expr, Fraction] = {}
        self.field = self._plain_field(atoms)
        roots = sorted(atoms.roots.items(), key=lambda kv: (kv[1], kv[0][1], str(kv[0][0])))
        self._eliminate([base for (base, q), depth in roots if depth == 1 and q == 2])
        for (base, q), _depth in roots:
            self._add_roots(self(base), q)

    # -- the ring -----------------------------------------------------------------------------------------

    def _plain_field(self, at: Atoms) -> Field:
        meaning: list[Expr] = []

        def new(e: Expr) -> int:
            meaning.append(shown(e))
            return len(meaning) - 1

        for s in sorted(at.symbols, key=str):
            self._place[s] = new(s)
        self._nonnegative |= {i for s, i in self._place.items() if getattr(s, "nonnegative", not is_complex_symbol(s))}
        for s in sorted(at.conjugated, key=str):
            self._place[sp.conjugate(s)] = new(sp.conjugate(s))
        if at.pi:
            self._place[sp.pi] = new(sp.pi)
            self._nonnegative.add(self._place[sp.pi])
        for m in sorted(at.exponentials, key=str):
            self._exponential[m] = (at.exponentials[m], new(sp.exp(m / at.exponentials[m])))
            self._nonnegative.add(self._exponential[m][1])
        for m in sorted(at.trig, key=str):
            n = int(sp.ilcm(at.trig[m], at.phases.get(m, 1)))
            self._trig[m] = (n, new(sp.cos(m / n)), new(sp.sin(m / n)))
            self._squarable |= set(self._trig[m][1:])
        for m in sorted(set(at.phases) - set(at.trig), key=str):
            self._phase[m] = (at.phases[m], new(sp.exp(sp.I * m / at.phases[m])))
        self._place[sp.I] = new(sp.I)
        ctx = make_context(len(meaning))
        relations = [Relation(self._place[sp.I], 2, ctx.constant(-1))]
        relations += [Relation(s, 2, 1 - ctx.gens()[c] ** 2) for _, c, s in self._trig.values()]
        return Field(ctx, tuple(meaning), tuple(relations))

    def _eliminate(self, radicands: list[Expr]) -> None:
        primes: dict[str, Poly] = {}
        for base in radicands:
            primes |= {str(p): p for p, k in self._oriented(self(base), 2)[1] if k % 2}
        symbols = {i: s for s, i in self._place.items() if isinstance(s, Symbol) and not isinstance(s, Arctangent)}
        present = {name: {i for i, d in enumerate(p.degrees()) if d} for name, p in primes.items()}
        used: set[int] = set()
        meaning = list(self.field.meaning)
        for name, p in sorted(primes.items(), key=lambda kv: (len(kv[1]), kv[0])):
            elsewhere = set().union(*(v for other, v in present.items() if other != name))
            free = [i for i in sorted(present[name] - used - elsewhere) if p.derivative(i).is_constant()]
            if not free or not present[name] <= set(symbols):
                continue
            i = free[0]
            g, lead = self.field.gen(i), p.derivative(i)
            rest = self._composed(p - lead * g)
            self._value[symbols[i]] = (self.field.fraction(g**2) - rest) / self.field.fraction(lead)
            meaning[i] = sp.sqrt(poly_to_expr(p, self.field.meaning))
            used |= present[name]
        self._memo = {}
        new = replace(self.field, meaning=tuple(meaning))
        self._value = {s: replace(v, field=new) for s, v in self._value.items()}
        self.field = new

    def _composed(self, p: Poly) -> Fraction:
        """A polynomial in the plain symbols with the eliminated ones written in their roots."""
        total = self.field.integer(0)
        for mono, c in p.terms():
            term = self.field.integer(int(c))
            for i, k in enumerate(mono):
                if k:
                    s = self.field.meaning[i]
                    term = term * self._value.get(s, self.field.element(i)) ** int(k)
            total = total + term
        return total

    def _add_roots(self, radicand: Fraction, q: int) -> None:
        for (name, d), (p, _k) in self._split(radicand, q)[1].items():
            if (name, d) not in self._root:
                self._extend(p, d)

    def _extend(self, radicand: Poly, q: int) -> None:
        f = self.field
        meaning = (*f.meaning, poly_to_expr(radicand, f.meaning) ** sp.Rational(1, q))
        ctx = make_context(len(meaning))

        def lift(p: Poly) -> Poly:
            return p.project_to_context(ctx)

        relations = [Relation(r.gen, r.degree, lift(r.value)) for r in f.relations]
        self._root[(str(radicand), q)] = len(meaning) - 1
        relations.append(Relation(len(meaning) - 1, q, lift(radicand)))
        self.field = Field(ctx, meaning, tuple(relations))
        self._value = {s: Fraction(self.field, lift(v.num), lift(v.den)) for s, v in self._value.items()}
        self._nonnegative.add(len(meaning) - 1)
        self._memo = {}

    def _manifest(self, p: Poly) -> bool:
        """Nonnegative on the physical domain: all coefficients positive, in nonnegative generators."""
        if any(d and i not in self._nonnegative for i, d in enumerate(p.degrees())):
            return False
        return all(c > 0 for c in p.coeffs())

    def _oriented(self, f: Fraction, q: int) -> tuple[int, list[tuple[Poly, int]]]:
        """Content and factors of num*den^(q-1), with signs moved so that factors are nonnegative if they can."""
        value, factors = self._sines_restored(*polynomial_factors(f.num * f.den ** (q - 1)))
        out: list[tuple[Poly, int]] = []
        for p, k in factors:
            if self._one_minus_symbol(-p):
                p, value = -p, value * (-1) ** int(k)
            out.append((p, k))
        if value < 0:
            for j, (p, k) in enumerate(out):
                if k % 2 and not self._manifest(p):
                    out[j], value = (-p, k), -value
                    break
        return value, out

    def _sines_restored(self, value: int, factors: list[tuple[Poly, int]]) -> tuple[int, list[tuple[Poly, int]]]:
        """(cos - 1)(cos + 1) back to -sin^2, which the relation of the field had rewritten."""
        table = {str(p): (p, k) for p, k in factors}
        for _n, c, s in self._trig.values():
            low, high = str(self.field.gen(c) - 1), str(self.field.gen(c) + 1)
            k = min(table.get(low, (None, 0))[1], table.get(high, (None, 0))[1])
            if k == 0:
                continue
            for name in (low, high):
                p, old = table.pop(name)
                if old > k:
                    table[name] = (p, old - k)
            sine, old = self.field.gen(s), table.get(str(self.field.gen(s)), (None, 0))[1]
            table[str(sine)] = (sine, old + 2 * k)
            value *= (-1) ** k
        return value, list(table.values())

    def _one_minus_symbol(self, p: Poly) -> bool:
        """p = 1 - x with x a plain symbol: a transmission or an efficiency, in [0, 1]."""
        if len(p) != 2 or p.total_degree() != 1:
            return False
        i = next(i for i, d in enumerate(p.degrees()) if d)
        return p == 1 - self.field.gen(i) and isinstance(self.field.meaning[i], Symbol)

    def _split(self, f: Fraction, q: int) -> tuple[Fraction, dict[tuple[str, int], tuple[Poly, int]]]:
        """f^(1/q) as (outside, {(printed radicand, q): (radicand, power)})."""
        field = self.field
        if f.is_zero:
            return field.integer(0), {}
        value, factors = self._oriented(f, q)
        outside = field.fraction(field.one, f.den)
        inside: dict[tuple[str, int], tuple[Poly, int]] = {}
        if value < 0:
            if q != 2:
                raise OutsideExactDomain(f"a root of degree {q} of a negative number has no declared branch.")
            outside, value = outside * field.element(self._place[sp.I]), -value
        for prime, k in self._integers(value).items():
            outside = outside * field.integer(prime ** (k // q))
            if k % q:
                inside[(str(prime), q)] = (field.context.constant(prime), k % q)
        group = field.one
        for p, k in factors:
            if self._manifest(p) or self._one_minus_symbol(p):
                outside = outside * field.fraction(p ** (k // q))
                if k % q:
                    inside[(str(p), q)] = (p, k % q)
            elif len(p) == 1 and self._only(p, self._squarable):
                outside = outside * field.fraction(p ** (k // q))
                group = group * p ** (k % q)
            else:
                group = group * p**k
        if not group.is_one():
            inside[(str(group), q)] = (group, 1)
        return outside, inside

    def _integers(self, n: int) -> dict[int, int]:
        """Factors of an integer; Refine where two that are too long to factor turn out to have one in common."""
        found = integer_factors(n, self._parts)
        self._long |= {m for m in found if is_long(m)}
        base = coprime_base(self._long)
        if len(base) > len(self._long) or not set(base) <= self._long:
            raise Refine(coprime_base([*base, *self._parts]))
        return found

    def _only(self, p: Poly, allowed: set[int]) -> bool:
        return all(i in allowed for i, d in enumerate(p.degrees()) if d)

    # -- into the field -----------------------------------------------------------------------------------

    def __call__(self, expr: Expr) -> Fraction:
        """The element of the field that `expr` is; its atoms must be among those seen at the start."""
        known = self._memo.get(expr)
        if known is None:
            known = self._memo[expr] = self._convert(expr)
        return known

    def _convert(self, e: Expr) -> Fraction:
        f = self.field
        if e in self._value:
            return self._value[e]
        if e in self._place:
            return f.element(self._place[e])
        if e.is_Rational:
            return f.rational(int(e.p), int(e.q))
        if isinstance(e, sp.Add):
            return self._sum([self(a) for a in e.args])
        if isinstance(e, sp.Mul):
            out = f.integer(1)
            for a in e.args:
                out = out * self(a)
            return out
        if isinstance(e, sp.Pow):
            return self._power(e.args[0], e.args[1])
        if isinstance(e, sp.cos | sp.sin):
            c, s = self._angle(e.args[0])
            return c if isinstance(e, sp.cos) else s
        if isinstance(e, sp.exp):
            return self._exp(e.args[0])
        raise OutsideExactDomain(f"{e} was not among the expressions that this field was built for.")

    def _sum(self, terms: list[Fraction]) -> Fraction:
        """Pairwise, by denominators, to keep gcds small."""
        f = self.field
        alike: dict[str, Fraction] = {}
        for t in terms:
            same = alike.get(key := str(t.den))
            alike[key] = Fraction(f, same.num + t.num, t.den) if same else t
        parts = [f.fraction(t.num, t.den) for t in alike.values()]
        while len(parts) > 1:
            parts = [a + b for a, b in zip(parts[::2], parts[1::2], strict=False)] + (
                [parts[-1]] if len(parts) % 2 else []
            )
        return parts[0] if parts else f.integer(0)

    def _power(self, base: Expr, power: sp.Rational) -> Fraction:
        b = self(base)
        p, q = int(power.p), int(power.q)
        if q == 1:
            return b**p
        outside, inside = self._split(b, q)
        for key, (_p, k) in inside.items():
            if key not in self._root:
                raise OutsideExactDomain(f"{base}^({power}) was not among the expressions of this field.")
            outside = outside * self.field.element(self._root[key]) ** k
        return outside**p

    def _angle(self, argument: Expr) -> tuple[Fraction, Fraction]:
        """Cosine and sine of a sum of angles, by the addition theorems."""
        f = self.field
        c, s = f.integer(1), f.integer(0)
        for coeff, mono in monomials(argument):
            if mono is sp.pi:
                ck, sk = self(sp.cos(coeff * sp.pi)), self(sp.sin(coeff * sp.pi))
            else:
                n, ci, si = self._trig[mono]
                ck, sk = self._multiple(f.element(ci), f.element(si), int(coeff * n))
            c, s = c * ck - s * sk, s * ck + c * sk
        return c, s

    def _multiple(self, c1: Fraction, s1: Fraction, k: int) -> tuple[Fraction, Fraction]:
        if abs(k) > MOST_MULTIPLES:
            raise OutsideExactDomain(f"the sine of {abs(k)} times an angle is too long in that of the angle.")
        c, s = self.field.integer(1), self.field.integer(0)
        for _ in range(abs(k)):
            c, s = c * c1 - s * s1, s * c1 + c * s1
        return (c, s) if k >= 0 else (c, -s)

    def _exp(self, argument: Expr) -> Fraction:
        f = self.field
        out = f.integer(1)
        for coeff, mono in monomials(argument):
            if not mono.has(sp.I):
                n, g = self._exponential[mono]
                out = out * f.element(g) ** int(coeff * n)
                continue
            angle = mono / sp.I
            if angle is sp.pi:
                out = out * self(sp.cos(coeff * sp.pi) + sp.I * sp.sin(coeff * sp.pi))
            elif angle in self._phase:
                n, g = self._phase[angle]
                out = out * f.element(g) ** int(coeff * n)
            else:
                c, s = self._angle(coeff * angle)
                out = out * (c + f.element(self._place[sp.I]) * s)
        return out

    def expr(self, value: Fraction) -> Expr:
        """An element of the field as a SymPy expression, in the printed parameters."""
        num = poly_to_expr(value.num, self.field.meaning)
        return num / poly_to_expr(value.den, self.field.meaning)


def converter(exprs: Iterable[Expr]) -> tuple[Converter, list[Expr]]:
    """A converter for a field that holds all of `exprs`, and the expressions in canonical form."""
    forms = [canonical(e) for e in exprs]
    atoms = collect(forms)
    parts: tuple[int, ...] = ()
    while True:
        try:
            return Converter(atoms, parts), forms
        except Refine as found:
            parts = found.parts

"""Second pass: from the atoms of some expressions to a field that holds them, and into it.

Plain generators first (symbols, angles, phases, exponentials), then roots and absolute values from the inside out, on
their principal branches (`tower`). A symbol that occurs linearly under the root of something that is known to be
nonnegative is eliminated (Gamma = g^2, epsilon = 1 - tau^2), so that the ring stays free of relations where it can.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction as Rational
from math import prod
from typing import Any

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.definitions import Definitions
from cascade_sym.errors import OutsideExactDomain
from cascade_sym.exact.addition import Angles
from cascade_sym.exact.as_sympy import poly_to_expr
from cascade_sym.exact.atoms import Atoms, Stand, canonical, collect, shown
from cascade_sym.exact.factors import polynomial_factors
from cascade_sym.exact.field import Field, Relation, make_context
from cascade_sym.exact.fraction import Fraction, Poly
from cascade_sym.exact.intervals import Fact, Interval, Sign
from cascade_sym.exact.ranges import declared_fact, interval, waves
from cascade_sym.exact.straight import Straight
from cascade_sym.exact.tower import Refine, Tower
from cascade_sym.symbols import Domains, amplitudes, is_complex_symbol, symbols_in
from cascade_sym.symbols.domains import inequality

LINE, POSITIVE = Interval(), Interval(0, above=True)  # of a symbol that nothing is declared of, of an exponential
PI = Interval(3, Rational(22, 7))  # as far as signs of polynomials need it
NONE = Definitions()


class Converter(Angles):
    """Takes expressions into one field and back; made by `converter(exprs)`, which sees them all first.

    `domains` are the declarations that signs follow from. What the `definitions` define is computed in order
    (`straight`).
    """

    def __init__(
        self, atoms: Atoms, domains: Domains, given: Mapping[str, int] | None = None,
        refined: Refine | None = None, definitions: Definitions = NONE,
    ) -> None:  # fmt: skip
        self.places: dict[Any, int] = {}
        self.trig: dict[Expr, tuple[int, int, int]] = {}  # angle -> denominator, cosine, sine
        self.phases: dict[Expr, tuple[int, int]] = {}  # angle -> denominator, generator
        self.exponentials: dict[Expr, tuple[int, int]] = {}
        self._value: dict[Symbol, Fraction] = {}  # eliminated symbols
        self._memo: dict[Expr, Fraction] = {}
        self._defined = {s for s, _ in definitions}
        self._straight: Straight | None = None
        self.squares: dict[int, tuple[Poly, Sign | None]] = {}  # generators that eliminate, and what they are roots of
        self.domains = domains
        self._ranges = domains.ranges
        self.tower = self._plain_tower(atoms, given or {}, refined or Refine())
        self.tower.declare(self._intervals(), [])
        self.tower.declare(self.tower.intervals, self._facts())
        self.plain = self.tower.intervals, self.tower.facts  # before symbols are eliminated
        late = {e: depth for e, depth in atoms.late.items() if self._defined.isdisjoint(e.free_symbols)}
        self._eliminate([e for e, depth in late.items() if depth == 1 and isinstance(e, sp.Pow) and e.exp.q == 2])
        self._straight = Straight(self.tower, self, definitions) if definitions else None
        for e, _depth in sorted(late.items(), key=lambda item: (item[1], _degree(item[0]), *_written(item[0].args[0]))):
            self(e)

    @property
    def field(self) -> Field:
        """The field, with all roots that were met so far."""
        return self.tower.field

    # -- the ring -----------------------------------------------------------------------------------------

    def _plain_tower(self, at: Atoms, given: Mapping[str, int], refined: Refine) -> Tower:
        meaning: list[Expr] = []

        def new(e: Expr) -> int:
            meaning.append(shown(e))
            return len(meaning) - 1

        for s in sorted(at.symbols, key=str):
            self.places[s] = new(s)
        for s in sorted(at.conjugated, key=str):
            self.places[sp.conjugate(s)] = new(sp.conjugate(s))
        if at.pi:
            self.places[sp.pi] = new(sp.pi)
        for m in sorted(at.exponentials, key=str):
            self.exponentials[m] = (at.exponentials[m], new(sp.exp(m / at.exponentials[m])))
        for m in sorted(at.trig, key=str):
            n = int(sp.ilcm(at.trig[m], at.phases.get(m, 1)))
            self.trig[m] = (n, new(sp.cos(m / n)), new(sp.sin(m / n)))
        for m in sorted(set(at.phases) - set(at.trig), key=str):
            self.phases[m] = (at.phases[m], new(sp.exp(sp.I * m / at.phases[m])))
        imaginary = self.places[sp.I] = new(sp.I)
        ctx = make_context(len(meaning))
        relations = [Relation(imaginary, 2, ctx.constant(-1))]
        relations += [Relation(s, 2, 1 - ctx.gens()[c] ** 2) for _, c, s in self.trig.values()]
        tower = Tower(Field(ctx, tuple(meaning), tuple(relations)), imaginary, given, refined)
        tower.sines = [(c, s) for _, c, s in self.trig.values()]
        for s in at.conjugated:
            i, j = self.places[s], self.places[sp.conjugate(s)]
            tower.conjugates |= {i: tower.field.element(j), j: tower.field.element(i)}
        return tower

    def _intervals(self) -> dict[int, Interval]:
        """What is known of the real generators."""
        tower, place = self.tower, self.places
        out = {i: x for s, i in place.items() if isinstance(s, Symbol) and (x := self._interval(s))}
        if sp.pi in place:
            out[place[sp.pi]] = PI
        out |= {g: self._exponential(m) for m, (_, g) in self.exponentials.items() if self._real(m)}
        for m, (n, c, s) in self.trig.items():
            if self._real(m):
                declared = self._ranges.get(m.name) if isinstance(m, Symbol) else None
                out |= dict(zip((c, s), waves(declared, n), strict=True))
        for m, (_, g) in self.phases.items():
            if self._real(m):
                tower.conjugates[g] = tower.field.element(g).inverse()
        return out

    def _interval(self, s: Symbol) -> Interval | None:
        """What is known of a symbol; None where it may be complex."""
        if isinstance(s, Stand):
            return s.interval
        if is_complex_symbol(s):
            return None
        if s.name not in self._ranges:
            return LINE
        domain, said = self._ranges[s.name]
        return None if domain.kind == "complex" else interval(domain, said)

    def _exponential(self, monomial: Expr) -> Interval:
        """Where the exponential of a real product is: above 1 where all of its factors are >= 0."""
        known = [self._interval(base) for base in monomial.as_powers_dict() if isinstance(base, Symbol)]
        factors = [x for x in known if x and x.sign]
        numbers = [base for base in monomial.as_powers_dict() if not isinstance(base, Symbol)]
        if not known or len(factors) < len(known) or any(not base.is_positive for base in numbers):
            return POSITIVE
        powers = [p for base, p in monomial.as_powers_dict().items() if isinstance(base, Symbol)]
        up = prod(x.sign if p.q == 1 and p % 2 else 1 for x, p in zip(factors, powers, strict=True)) > 0
        strict, facts = all(x.nonzero for x in factors), tuple(f for x in factors for f in x.facts)
        return Interval(1, above=strict, facts=facts) if up else Interval(0, 1, True, strict, facts)

    def _real(self, monomial: Expr) -> bool:
        """Whether a product of powers is real: every symbol is, and what has a root is nonnegative."""
        for base, power in monomial.as_powers_dict().items():
            if isinstance(base, Symbol):
                x = self._interval(base)
                if x is None or (power.q != 1 and x.sign <= 0):
                    return False
            elif not (base.is_positive or (base.is_real and power.is_Integer)):
                return False
        return True

    def _facts(self) -> list[Fact]:
        """The declared polynomials that have symbols of this field only, and no roots."""
        edges = [edge for s in self._value if s.name in self._ranges for edge in self._ranges[s.name][0].edges(s)]
        known = [(e, strict) for e, strict in [*self.domains.expressions, *edges] if e.is_rational_function()]
        inside = ((e, strict) for e, strict in known if all(s in self.places for s in e.free_symbols))
        found = (declared_fact(self(e), strict, inequality(e, strict), self.tower) for e, strict in inside)
        return [fact for fact in found if fact]

    def _eliminate(self, roots: list[Expr]) -> None:
        primes: dict[str, Poly] = {}
        for e in roots:
            f = self(e.base)
            for value in (f.num, f.den):
                for p, k in polynomial_factors(value)[1]:
                    if not (k % 2 and self.tower.is_real(self.field.fraction(p))):
                        continue
                    if sign := self.tower.sign(p):
                        p = -p if sign.value < 0 else p
                        primes[str(p)] = p
        symbols = {i: s for s, i in self.places.items() if isinstance(s, Symbol) and not isinstance(s, Stand)}
        present = {name: {i for i, d in enumerate(p.degrees()) if d} for name, p in primes.items()}
        used: set[int] = set()
        meaning = list(self.field.meaning)
        intervals = dict(self.tower.intervals)
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
            known = self.tower.sign(p)
            self.squares[i] = p, known
            intervals[i] = self.tower.root_interval(p, bool(known and known.strict))
            used |= present[name]
        self.tower.unknown.clear()
        self.tower.divided.clear()
        if not self._value:
            return
        self._memo = {}
        new = replace(self.field, meaning=tuple(meaning))
        self._value = {s: replace(v, field=new) for s, v in self._value.items()}
        self.tower.field = new
        self.tower.conjugates = {i: replace(v, field=new) for i, v in self.tower.conjugates.items()}
        self.tower.declare(intervals, [])
        self.tower.declare(intervals, self._facts())

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

    # -- into the field -----------------------------------------------------------------------------------

    def __call__(self, expr: Expr) -> Fraction:
        """The element of the field that `expr` is; its plain atoms must be among those seen at the start."""
        known = self._memo.get(expr)
        if known is None:
            run = self._convert
            if self._straight and not self._defined.isdisjoint(symbols_in(expr)):
                run = self._straight
            known = self._memo[expr] = run(expr)
        return known.within(self.field)

    def _convert(self, e: Expr) -> Fraction:
        f = self.field
        if e in self._value:
            return self._value[e]
        if e in self.places:
            return f.element(self.places[e])
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
            base, power = self(e.base), e.exp
            if power.is_negative:
                self.tower.divided.append(base.num)
            return base ** int(power) if power.q == 1 else self.tower.root(base, int(power.q)) ** int(power.p)
        if isinstance(e, sp.cos | sp.sin):
            c, s = self._angle(e.args[0])
            return c if isinstance(e, sp.cos) else s
        if isinstance(e, sp.exp):
            return self._exp(e.args[0])
        if isinstance(e, sp.conjugate):
            return self.tower.conj(self(e.args[0]))
        if isinstance(e, sp.Abs):
            return self.tower.abs(self(e.args[0]))
        raise OutsideExactDomain(f"{e} was not among the expressions that this field was built for.")

    def _sum(self, terms: list[Fraction]) -> Fraction:
        """Pairwise, by denominators, to keep gcds small."""
        f = self.field
        alike: dict[str, Fraction] = {}
        for t in (t.within(f) for t in terms):
            same = alike.get(key := str(t.den))
            alike[key] = Fraction(f, same.num + t.num, t.den) if same else t
        parts = [f.fraction(t.num, t.den) for t in alike.values()]
        while len(parts) > 1:
            parts = [a + b for a, b in zip(parts[::2], parts[1::2], strict=False)] + (
                [parts[-1]] if len(parts) % 2 else []
            )
        return parts[0] if parts else f.integer(0)

    def expr(self, value: Fraction) -> Expr:
        """An element of the field as a SymPy expression, in the printed parameters."""
        num = poly_to_expr(value.num, self.field.meaning)
        return num / poly_to_expr(value.den, self.field.meaning)


def _written(e: Expr) -> tuple[bool, str]:
    """Sizes of complex values come before their roots, which are told by them."""
    return e.has(sp.I), str(e)


def _degree(e: Expr) -> int:
    return int(e.exp.q) if isinstance(e, sp.Pow) else 2


def converter(
    exprs: Iterable[Expr], domains: Domains | None = None, given: Mapping[str, int] | None = None,
    definitions: Definitions = NONE,
) -> tuple[Converter, list[Expr]]:  # fmt: skip
    """A converter for a field that holds all of `exprs`, and the expressions in canonical form.

    `domains` are what signs follow from; None: that what stands under their roots is nonnegative, as the parts that
    they come from declare (`amplitudes`). `given` are signs that are assumed of polynomials. What `exprs` use of
    `definitions` is not written out.
    """
    exprs = list(exprs)
    if domains is None:
        domains = definitions.domains.merged(amplitudes(*exprs, *(e for _, e in definitions)))
    forms = [canonical(e, domains) for e in exprs]
    definitions = definitions.needed(*forms)
    bodies = tuple((s, canonical(e, domains)) for s, e in definitions)
    definitions = Definitions(bodies, pivots=definitions.pivots)
    atoms = collect([*(e for _, e in bodies), *forms], domains).without({s for s, _ in bodies})
    refined = Refine()
    while True:
        try:
            conv = Converter(atoms, domains, given, refined, definitions)
            for form in forms if definitions else ():  # its roots, too, may be finer
                conv(form)
            return conv, forms
        except Refine as found:
            refined = Refine(found.parts or refined.parts, found.degrees or refined.degrees)

"""Generators of a field as certificates call them, and what is declared of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import lcm
from typing import Any

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym import recheck
from cascade_sym.exact.atoms import Stand
from cascade_sym.exact.convert import Converter
from cascade_sym.exact.factors import polynomial_factors
from cascade_sym.exact.field import make_context
from cascade_sym.exact.fraction import Fraction, Poly
from cascade_sym.exact.intervals import Fact, Interval, Sign
from cascade_sym.exact.signs import Signs
from cascade_sym.symbols import Domains, formula_text
from cascade_sym.symbols.domains import inequality

MOST_TURNS = 3  # by which a declared angle may be away from zero
Json = dict[str, Any]
Signed = list[list[Any]]


class NoEvidence(Exception):
    """What was proved has no steps that a certificate knows."""


class Named:
    """Steps for one case; every method adds to `steps` what its result rests on, and gives None where none is known.

    `used` collects the assumptions.
    """

    def __init__(self, conv: Converter, domains: Domains, given: Mapping[str, int], used: set[str]) -> None:
        self.conv, self.tower, self.given, self.used = conv, conv.tower, given, used
        self.steps: list[Json] = []
        self._names: dict[int, str] = {}
        self._facts: dict[tuple[str, str], int] = {}
        self._told = 0
        self._nonzero: set[str] = set()
        self._below: dict[str, Fraction] = {}
        self._ranged: set[str] = set()
        self._count = 0
        self._cases: dict[str, int] = {}
        self._squared: dict[int, int] = {}  # generators whose square is >= 0 in this case
        self._said = {inequality(e, strict): e for e, strict in domains.expressions}
        for name, d in domains.symbols:
            if d.kind != "complex":
                edges = [e for e, _ in d.edges(Symbol(name))]
                self._said |= dict(zip(d.inequalities(name), edges, strict=True))
        self._place = {g: s for s, g in conv.places.items() if g not in conv.squares}
        self._plain = {g: str(s.name) for s, g in conv.places.items() if isinstance(s, Symbol)}

    # -- names of generators

    def name(self, i: int) -> str:
        """How generator i is called; it is introduced where that has not been done."""
        if i not in self._names:
            self._names[i] = self._new(i)
        return self._names[i]

    def _fresh(self) -> str:
        self._count += 1
        return f"@{self._count}"

    def _new(self, i: int) -> str:
        conv = self.conv
        s = self._place.get(i)
        if isinstance(s, Stand):
            return self._stand(i, s)
        if s is sp.pi or s is sp.I or isinstance(s, Symbol):
            return str(s)
        if isinstance(s, sp.conjugate):
            return f"conj({s.args[0]})"
        for table, turn in ((conv.exponentials, sp.S.One), (conv.phases, sp.I)):
            for m, (n, g) in table.items():
                if g == i:
                    inner = m.xreplace({s: Symbol(self.name(conv.places[s])) for s in m.atoms(Stand)})
                    name = self._fresh()
                    self.steps.append({"gen": name, "exp": formula_text(turn * inner / n)})
                    return name
        for m, (n, c, d) in conv.trig.items():
            if i in (c, d):
                self._names[c], self._names[d] = self._fresh(), self._fresh()
                self.steps.append({"gen": [self._names[c], self._names[d]], "angle": formula_text(m / n)})
                self._quadrant(m, n, c, d)
                return self._names[i]
        if i in conv.squares:
            p, sign = conv.squares[i]
            more: Json = {"root": 2, "of": self._text(p, self._plain.__getitem__)}
            if i in self._squared:
                more["low"] = [["fact", self._squared[i]]]
            elif i in self.tower.intervals:
                more["low"] = self._converted(sign, p, self._plain.__getitem__, *conv.plain)
        else:
            r = next(r for r in self.tower.field.relations if r.gen == i)
            more = {"root": r.degree, "of": self.text(r.value)}
            if i in self.tower.intervals:
                more["low"] = self._needed(self.signs(self.tower.now(r.value)))
        name = self._fresh()
        self.steps.append({"gen": name, **more})
        if self.tower.intervals.get(i, Interval()).high == 1:
            if i in conv.squares:
                found = Signs(*conv.plain).of(1 - p)
                above = found and self._converted(found, 1 - p, self._plain.__getitem__, *conv.plain)
            else:
                above = self.signs(1 - self.tower.now(r.value))
            degree = 2 if i in conv.squares else r.degree
            proof = self._of_root(name, degree, sp.S.One, self._needed(above))
            self.steps.append({"range": name, "end": "high", "at": "1", "signs": proof})
        return name

    def _of_root(self, name: str, degree: int, end: sp.Rational, proof: Signed) -> Signed:
        """Steps that put a root above or below a number > 0, from a proof for their powers: p^n - q^n has the factor
        p - q, and the other one is positive.
        """
        powers = [f"({end.q}*{name})^{degree - 1 - k}*{end.p**k}" for k in range(degree)]
        return [["by", "+".join(powers)], ["terms"], *proof]

    def _needed(self, found: Any) -> Any:
        if found is None:
            raise NoEvidence
        return found

    def _quadrant(self, m: Expr, n: int, c: int, d: int) -> None:
        """Why a cosine or sine has a sign: the angle m/n lies in the half where it is, by linear facts."""
        intervals = self.tower.intervals
        for g, turn in ((c, 0), (d, -1)):
            if g not in intervals or not intervals[g].sign:
                continue
            self._turned_to(m, n, c, g, turn if intervals[g].sign > 0 else turn + 2)

    def _turned_to(self, m: Expr, n: int, c: int, g: int, turn: int) -> None:
        """That cos(m/n + quarters pi/2) >= 0, and so which sign the generator has, for one of the `quarters`."""
        intervals = self.tower.intervals
        for quarters in sorted((turn + 4 * k for k in range(-MOST_TURNS, MOST_TURNS)), key=abs):
            ctx = make_context(2)
            x, pi = ctx.gens()
            names = (str(m), "pi").__getitem__
            facts = []
            for said in intervals[g].facts:
                p = sp.Poly(sp.numer(sp.together(self._said[said])), m, sp.pi)
                scale = lcm(*(int(k.q) for k in p.coeffs()))
                terms = {k: int(v * scale) for k, v in p.terms()}
                facts.append(Fact(ctx.from_dict(terms), ">=" not in said and "<=" not in said, said))
            low, high = recheck.PI.low, recheck.PI.high
            signs = Signs({0: Interval(), 1: Interval(low, high, True, True)}, facts)
            proofs = []
            for way in (1, -1):
                p = (1 + way * quarters) * n * pi + way * 2 * x
                found = signs.of(p)
                if found is None or found.value < 0:
                    break
                proofs.append(self._converted(found, p, names, signs.intervals, facts))
            if len(proofs) == 2:
                self.steps.append(
                    {"turn": "cos", "angles": [[1, self._names[c]]], "quarters": quarters, "signs": proofs}
                )
                step: Json = {"range": self._names[g], "end": "low" if intervals[g].sign > 0 else "high", "at": "0"}
                self.steps.append({**step, "signs": [["fact", self._told]]})
                self._told += 1
                return

    def _text(self, p: Poly, names: Callable[[int], str]) -> str:
        terms: list[str] = []
        for mono, c in p.terms():
            powers = [names(i) + (f"^{int(k)}" if k > 1 else "") for i, k in enumerate(mono) if k]
            size = abs(int(c))
            term = "*".join([*([str(size)] if size != 1 or not powers else []), *powers])
            terms.append(("-" if c < 0 else "+" if terms else "") + term)
        return "".join(terms) or "0"

    def text(self, p: Poly) -> str:
        """A polynomial in the names of generators."""
        p = self.tower.now(p)
        return self._text(p, self.name)

    def element(self, f: Fraction) -> str:
        """An element of the field; what it is divided by is shown not to be zero."""
        content, below = polynomial_factors(f.den)
        for p, _ in below:
            self.nonzero(p)
        out = "".join(f"/({self.text(p)})" * k for p, k in below) + (f"/{content}" if content != 1 else "")
        return f"({self.text(f.num)}){out}" if out else self.text(f.num)

    # -- facts

    def fact(self, fact: Fact, text: str) -> int:
        """The number of a declared fact."""
        if (fact.said, text) not in self._facts:
            self.used.add(fact.said)
            self._facts[fact.said, text] = self._told
            self.steps.append({"fact": text, "from": fact.said})
            self._told += 1
        return self._facts[fact.said, text]

    def case(self, n: int, value: Fraction, sign: int) -> None:
        """What is assumed in this case."""
        p = self.tower.now(value.num)
        content, ((q, k), *_) = polynomial_factors(p)
        up = sign if content * int(value.den.leading_coefficient()) > 0 else -sign
        square = next((i for i in self.conv.squares if q == self.tower.field.gen(i) and k == 2), None)
        if square is not None:
            text = self._text(self.conv.squares[square][0], self._plain.__getitem__)
            self._squared[square] = self._told
        else:
            for key, turn in ((q, up), (-q, -up)):
                self._cases[str(key)] = turn * (self._told + 1)
            text = self.text(q if up > 0 else -q)
        self.steps.append({"fact": text, "case": n})
        self._told += 1

    # -- what the rooms above show

    def signs(self, p: Poly) -> Signed | None:
        raise NotImplementedError

    def nonzero(self, p: Poly) -> None:
        raise NotImplementedError

    def _stand(self, i: int, s: Stand) -> str:
        raise NotImplementedError

    def _converted(
        self, sign: Sign | None, p: Poly, names: Callable[[int], str], intervals: Mapping[int, Interval], facts: Any
    ) -> Signed:
        raise NotImplementedError

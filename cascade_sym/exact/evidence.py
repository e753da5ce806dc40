"""The steps of a certificate: generators, facts, signs and roots of a field, as `recheck` reads them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import product
from math import lcm
from typing import Any

import flint
import sympy as sp
from sympy import Expr, Symbol

from cascade_sym import recheck
from cascade_sym.exact.atoms import Arctangent, monomials
from cascade_sym.exact.convert import Converter
from cascade_sym.exact.factors import polynomial_factors
from cascade_sym.exact.field import make_context
from cascade_sym.exact.fraction import Fraction, Poly, by_power
from cascade_sym.exact.signs import Fact, Interval, Sign, Signs, Step, variables
from cascade_sym.exact.text import formula_text
from cascade_sym.symbols import Domains
from cascade_sym.symbols.domains import inequality

Json = dict[str, Any]
Signed = list[list[Any]]
DIGITS = 30  # of the bounds of numbers


class NoEvidence(Exception):
    """What was proved has no steps that a certificate knows."""


class Evidence:
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
        self._assumed: list[str] = []
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
        if isinstance(s, Arctangent):
            raise NoEvidence
        if s is sp.pi or s is sp.I or isinstance(s, Symbol):
            return str(s)
        if isinstance(s, sp.conjugate):
            return f"conj({s.args[0]})"
        for table, turn in ((conv.exponentials, sp.S.One), (conv.phases, sp.I)):
            for m, (n, g) in table.items():
                if g == i:
                    name = self._fresh()
                    self.steps.append({"gen": name, "exp": formula_text(turn * m / n)})
                    return name
        for m, (n, c, d) in conv.trig.items():
            if i in (c, d):
                self._names[c], self._names[d] = self._fresh(), self._fresh()
                step = {"gen": [self._names[c], self._names[d]], "angle": formula_text(m / n)}
                self.steps.append(step | self._quadrant(m, n, c, d))
                return self._names[i]
        if i in conv.squares:
            p, sign = conv.squares[i]
            step = {"root": 2, "of": self._text(p, self._plain.__getitem__)}
            if i in self._squared:
                step["low"] = [["fact", self._squared[i]]]
            elif i in self.tower.intervals:
                step["low"] = self._converted(sign, p, self._plain.__getitem__, *conv.plain)
        else:
            r = next(r for r in self.tower.field.relations if r.gen == i)
            step = {"root": r.degree, "of": self.text(r.value)}
            if i in self.tower.intervals:
                step["low"] = self._needed(self.signs(self.tower.now(r.value)))
        name = self._fresh()
        self.steps.append({"gen": name, **step})
        if self.tower.intervals.get(i, Interval()).high == 1:
            if i in conv.squares:
                found = Signs(*conv.plain).of(1 - p)
                above = found and self._converted(found, 1 - p, self._plain.__getitem__, *conv.plain)
            else:
                above = self.signs(1 - self.tower.now(r.value))
            self.steps.append({"range": name, "end": "high", "at": "1", "signs": self._needed(above)})
        return name

    def _needed(self, found: Any) -> Any:
        if found is None:
            raise NoEvidence
        return found

    def _quadrant(self, m: Expr, n: int, c: int, d: int) -> Json:
        """Why a cosine or sine has a sign: the angle m/n lies in the half where it is, by linear facts."""
        intervals, out = self.tower.intervals, {}
        for g, name, turns, sign in ((c, "cos", 2, 1), (d, "sin", 1, 1), (d, "-sin", 1, -1)):
            wanted = (0, 1) if sign > 0 else (-1, 0)
            if (intervals[g].low, intervals[g].high) != wanted if g in intervals else True:
                continue
            ctx = make_context(2)
            x, pi = ctx.gens()
            names = (str(m), "pi").__getitem__
            facts = []
            for said in intervals[g].facts:
                p = sp.Poly(sp.numer(sp.together(self._said[said])), m, sp.pi)
                scale = lcm(*(int(k.q) for k in p.coeffs()))
                terms = {k: int(v * scale) for k, v in p.terms()}
                facts.append(Fact(ctx.from_dict(terms), False, said))
            low, high = recheck.PI.low, recheck.PI.high
            signs = Signs({0: Interval(), 1: Interval(low, high, True, True)}, facts)
            proofs = []
            for p in ((n * pi if name == "cos" else 0 * pi) + sign * turns * x, n * pi - sign * turns * x):
                found = signs.of(p)
                if found is None or found.value < 0:
                    break
                proofs.append(self._converted(found, p, names, signs.intervals, facts))
            if len(proofs) == 2:
                out[name] = proofs
        return out

    def _text(self, p: Poly, names: Callable[[int], str]) -> str:
        terms = []
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

    # -- signs

    def signs(self, p: Poly) -> Signed | None:
        """Steps that show p >= 0."""
        p = self.tower.now(p)
        if p.is_constant():
            return [["terms"]] if p.leading_coefficient() > 0 else None
        if (case := self._cases.get(str(p), 0)) > 0:
            return [["fact", case - 1]]
        found = self.tower.known_sign(p)
        if found and found.value > 0:
            if found.steps == (("number",),):
                return self._number(p)
            if any(step[0] == "square" for step in found.steps):
                return self._because(p, self.tower.because[str(p)]) if str(p) in self.tower.because else None
            return self._converted(found, p, self.name, self.tower.intervals, self.tower.facts)
        if str(p) in self.tower.because:
            return self._because(p, self.tower.because[str(p)])
        return self._square(p)

    def _strictly(self, p: Poly, names: Callable[[int], str], known: Mapping[int, Interval]) -> Signed | None:
        """Steps that show p > 0 by one end of every range, where that is enough."""
        both = [k for k in variables(p) if None not in (known[k].low, known[k].high)]
        for ends in product(("low", "high"), repeat=len(both)) if 0 < len(both) < 4 else ():
            intervals = dict(known)
            for k, end in zip(both, ends, strict=True):
                intervals[k] = replace(intervals[k], **{"high" if end == "low" else "low": None})
            found = Signs(intervals).nonnegative(p)
            if found and found.strict:
                return self._steps(found.steps, p, names, intervals, [])
        return None

    def _square(self, p: Poly) -> Signed | None:
        content, factors = polynomial_factors(p)
        root = flint.fmpz(content).isqrt() if content > 0 else None
        if root is None or root * root != content or any(k % 2 for _, k in factors):
            return None
        e = self.tower.field.integer(int(root))
        for q, k in factors:
            e = e * self.tower.field.fraction(q) ** (k // 2)
        if not self.tower.is_real(e):
            return None
        return [["norm", self.element(e), "1"]]

    def _because(self, p: Poly, because: tuple[Fraction, ...]) -> Signed | None:
        field, conj = self.tower.field, self.tower.conj
        value = field.fraction(p)
        if len(because) == 1:
            z = because[0].within(field)
            ratio = value / (z * conj(z))
            e = self._exact_root(ratio)
            return None if e is None else [["norm", self.element(z), self.element(e)]]
        r, v = (b.within(field) for b in because)
        for s in (value - r,):
            ratio = s * s / (r * r - v * v) if not (r * r - v * v).is_zero else None
            scale = None
            for c in (1, 2, 4):
                whole = r * field.integer(c)
                d = whole * whole - (value - whole) ** 2
                if (d - v * v * field.integer(c * c)).is_zero:
                    scale = c
                    break
            if scale is None or not whole.den.is_one() or not d.den.is_one():
                return None
            first, second = self.signs(whole.num), self.signs(d.num)
            if first is None or second is None:
                return None
            return [["over", self.text(whole.num), self.text(d.num)], *first, *second]
        return None

    def _exact_root(self, f: Fraction) -> Fraction | None:
        field = self.tower.field
        out = field.integer(1)
        for p, turn in ((f.num, 1), (f.den, -1)):
            content, factors = polynomial_factors(p)
            if content < 0 or any(k % 2 for _, k in factors):
                return None
            root = flint.fmpz(content).isqrt()
            if root * root != content:
                return None
            out = out * field.integer(int(root)) ** turn
            for q, k in factors:
                out = out * field.fraction(q) ** (turn * k // 2)
        return out if self.tower.is_real(out) else None

    def _number(self, p: Poly) -> Signed | None:
        """The sign of a number: its generators are put between decimals."""
        intervals: dict[int, Interval] = {}
        for i in variables(p):
            name = self.name(i)
            near = sp.N(self.tower.field.meaning[i], DIGITS + 10)
            if not near.is_Float:
                return None
            scale = 10**DIGITS
            low = sp.Rational(int(sp.floor(near * scale)) - 1, scale)
            high = low + sp.Rational(3, scale)
            if name == "pi":
                low, high = (sp.Rational(e.numerator, e.denominator) for e in (recheck.PI.low, recheck.PI.high))
            elif name not in self._ranged:
                r = next(r for r in self.tower.field.relations if r.gen == i)
                for key, end, sign in (("low", low, 1), ("high", high, -1)):
                    bound = int(end.q) ** r.degree * self.tower.now(r.value) - int(end.p) ** r.degree
                    proof = self.signs(sign * bound)
                    if proof is None:
                        return None
                    self.steps.append({"range": name, "end": key, "at": str(end), "signs": proof})
                self._ranged.add(name)
            intervals[i] = Interval(*(_rational(e) for e in (low, high)))
        found = Signs(intervals).nonnegative(p)
        if found is None:
            return None
        return self._converted(found, p, self.name, intervals, [])

    def _converted(
        self, sign: Sign | None, p: Poly, names: Callable[[int], str], intervals: Mapping[int, Interval], facts: Any
    ) -> Signed:
        """A sign's steps as a certificate has them."""
        if sign is None:
            raise NoEvidence
        if sign.strict and any(step[0] == "both" for step in sign.steps):
            if steps := self._strictly(p, names, intervals):
                return steps
        return self._steps(sign.steps, p, names, intervals, facts)

    def _steps(
        self,
        steps: tuple[Step, ...],
        p: Poly,
        names: Callable[[int], str],
        intervals: Mapping[int, Interval],
        facts: Any,
    ) -> Signed:
        """Steps of the toolkit's search as a certificate has them."""
        table = {f.said: f for f in facts}
        said = {str(step[1]) for step in steps if step[0] == "fact"}
        if not steps or not said <= set(table):
            raise NoEvidence
        mapped = {int(step[2]) for step in steps if step[0] == "fact" and len(step) > 2}
        for k in variables(p):
            if k not in mapped:
                self._range(names(k))
        left = iter(steps)
        lines = frozenset(k for k in intervals if intervals[k].low is None and intervals[k].high is None) - mapped

        def one(lines: frozenset[int]) -> Signed:
            kind, *more = next(left)
            if kind == "terms":
                return [["terms"]]
            if kind == "fact":
                fact = table[str(more[0])]
                number = self.fact(fact, self._text(fact.poly, names))
                return [["fact", number]] if len(more) == 1 else [["fact", number, names(more[1])], *one(lines)]
            k = int(more[0])
            if kind == "square":
                first = one(lines)
                return [["square", names(k)], *first, *one(lines)]
            if kind == "cut" and k in lines:
                above = one(lines - {k})
                return [["on", names(k), [None, "0", None]], *one(lines - {k}), *above]
            if kind == "cut":
                first = one(lines)
                return [["on", names(k), ["0", "1", None]], *first, *one(lines)]
            x = Interval(0) if k in mapped else intervals[k]
            ends = [None if kind == "high" else str(x.low), None if kind == "low" else str(x.high)]
            return [["on", names(k), ends], *one(lines)]

        return one(lines)

    def _range(self, name: str) -> None:
        """What is declared of a symbol."""
        place = next((g for g, s in self._plain.items() if s == name), None)
        x = self.conv.plain[0].get(place, Interval()) if place is not None else Interval()
        if name in self._ranged or not x.facts:
            return
        self._ranged.add(name)
        for said in x.facts:
            e = self._said[said]
            s = Symbol(name)
            p = sp.Poly(sp.numer(sp.together(e)), s) if e.free_symbols == {s} else None
            if p is None or p.degree() != 1 or not all(c.is_Rational for c in p.all_coeffs()):
                continue
            scale = lcm(*(int(c.q) for c in p.all_coeffs()))
            slope, rest = (int(c * scale) for c in p.all_coeffs())
            number = self.fact(Fact(None, False, said), f"{slope}*{name}+{rest}" if rest else f"{slope}*{name}")
            end = sp.Rational(-rest, slope)
            key, wanted = ("low", x.low) if slope > 0 else ("high", x.high)
            if wanted is not None and _rational(end) == wanted:
                self.steps.append({"range": name, "end": key, "at": str(end), "signs": [["fact", number]]})

    # -- what is not zero

    def nonzero(self, p: Poly) -> None:
        """Shows that a polynomial is not zero."""
        p = self.tower.now(p)
        if str(p) in self._nonzero or str(-p) in self._nonzero:
            return
        for q in (p, -p):
            found = self.tower.known_sign(q)
            if found and found.strict and found.value > 0 and (steps := self.signs(q)):
                self.steps.append({"nonzero": self.text(q), "signs": steps})
                self._nonzero.add(str(p))
                return
        for text, value in self._below.items():
            self._divisor(text, value)
            if str(p) in self._nonzero or str(-p) in self._nonzero:
                return
        for r in self.tower.field.relations:
            if p == self.tower.field.gen(r.gen):
                whole = self.tower.field.fraction(self.tower.now(r.value))
                factors = polynomial_factors(whole.num)[1]
                for q, _ in factors:
                    self.nonzero(q)
                rest = self.tower.field.fraction(p) ** (r.degree - 1)
                for q, k in factors:
                    rest = rest * self.tower.field.fraction(q) ** k
                said = [self.text(q) for q, k in factors for _ in range(k)]
                self.steps.append({"nonzero": self.text(p), "times": self.element(rest / whole), "of": said})
                self._nonzero.add(str(p))
                return
        raise NoEvidence

    def below(self, text: str, value: Fraction) -> None:
        """The formulas divide by that."""
        self._below[text] = value

    def _divisor(self, text: str, value: Fraction) -> None:
        """The factors of a divisor are not zero."""
        value = value.within(self.tower.field)
        for q, _ in polynomial_factors(value.num)[1]:
            if str(q) not in self._nonzero:
                rest = value / self.tower.field.fraction(q)
                self._nonzero.add(str(q))
                self.steps.append({"nonzero": self.text(q), "times": self.element(rest), "of": [text]})

    # -- roots

    def claim(self, f: Fraction) -> Json | None:
        """A proof that an element is >= 0."""
        f = f.within(self.tower.field)
        if f.is_zero:
            return {"c": "0", "factors": []}
        c, factors = sp.S.One, []
        for p, turn in ((f.num, 1), (f.den, -1)):
            content, found = polynomial_factors(p)
            c *= sp.Integer(content) ** turn
            for q, k in self._paired(found):
                steps = self.signs(q)
                if k % 2 and steps is None:
                    q, c, steps = -q, -c, self.signs(-q)
                if steps is None and (k % 2 or not self.tower.is_real(self.tower.field.fraction(q))):
                    return None
                if turn < 0:
                    self.nonzero(q)
                factors.append([self.text(q), turn * k, steps])
        return {"c": str(c), "factors": factors} if c > 0 else None

    def _paired(self, factors: list[tuple[Poly, int]]) -> list[tuple[Poly, int]]:
        """Factors, those that are each other's conjugates as products |p|^2."""
        field, out = self.tower.field, []
        left = dict(enumerate(factors))
        while left:
            n, (p, k) = left.popitem()
            if not self.tower.is_real(field.fraction(p)) and self.settled(field.fraction(p)):
                turned = self.tower.conj(field.fraction(p))
                for m, (q, j) in left.items():
                    if j == k and (turned / field.fraction(q)).num.is_one() and turned.den.is_one():
                        del left[m]
                        self.tower.because[str(p * q)] = (field.fraction(p),)
                        p = p * q
                        break
            out.append((p, k))
        return out

    def principal(self, w: Fraction, q: int) -> Json | None:
        """A proof that w is the principal root of w^q."""
        out: Json = {"is": self.element(w)}
        if claim := self.claim(w):
            return {**out, "claim": claim}
        field = self.tower.field
        for r in self._roots():
            if r.degree % q == 0 and w.num.degrees()[r.gen]:
                power = r.degree // q
                rest = w / field.element(r.gen) ** power
                if self.tower.is_real(rest) and not rest.den.degrees()[r.gen] and (claim := self.claim(rest)):
                    return {**out, "claim": claim, "gen": self.name(r.gen), "power": power}
        if q != 2:
            return None
        half, i = field.rational(1, 2), self.conv(sp.I)
        turned = self.tower.conj(w)
        u, v = (w + turned) * half, (turned - w) * i * half
        first = self.claim(u)
        if first is None:
            return None
        return {**out, "claim": first, "side": self.claim(v)}

    def _roots(self) -> list[Any]:
        """The relations of what are roots."""
        others = {self.conv.places[sp.I], *(d for _, _, d in self.conv.trig.values())}
        return [r for r in self.tower.field.relations if r.gen not in others]

    def settled(self, f: Fraction) -> bool:
        """Whether no root of unknown sign is in an element, so that its conjugate is known."""
        unknown = [r.gen for r in self._roots() if r.gen not in self.tower.intervals]
        return not any(p.degrees()[i] for p in (f.num, f.den) for i in unknown if i < len(p.degrees()))

    def angles(self, name: str, angle: Expr) -> Json:
        """An angle or exponent as a sum over generators."""
        found, quarters = [], 0
        for coeff, mono in monomials(angle, self.conv.domains):
            if name == "exp" and not mono.has(sp.I):
                n, g = self.conv.exponentials[mono]
                found.append([int(coeff * n), self.name(g)])
                continue
            m = mono / sp.I if name == "exp" else mono
            if m is sp.pi:
                if not (2 * coeff).is_Integer:
                    raise NoEvidence
                quarters += int(2 * coeff)
            elif m in self.conv.trig:
                n, c, _ = self.conv.trig[m]
                found.append([int(coeff * n), self.name(c)])
            elif m in self.conv.phases:
                n, g = self.conv.phases[m]
                found.append([int(coeff * n), self.name(g)])
            else:
                raise NoEvidence
        return {"angles": found, "quarters": quarters}

    def instead(self, difference: Fraction, depth: int = 3) -> tuple[int, Fraction] | None:
        """A root and what it is otherwise written, so that an element vanishes: see `SignedField.vanishes`."""
        field = self.tower.field
        for r in reversed(self._roots()):
            if r.degree != 2 or r.gen not in self.tower.intervals or not difference.num.degrees()[r.gen]:
                continue
            parts = by_power(difference.num, r.gen)
            a, b = (field.fraction(parts[k]) if k in parts else field.integer(0) for k in (0, 1))
            v = -a / b
            if (v * v - field.fraction(r.value)).is_zero and self.claim(v):
                return r.gen, v
        return None


def _rational(e: Any) -> Any:
    from fractions import Fraction as Rational

    return Rational(int(e.p), int(e.q))

"""Logarithms and angles in certificates: numbers whose exponentials are known, and how far they turn.

log u of a value u > 0 is the real number of which the exponential is u; the angle of a value u of size one is the one
in (-pi, pi] with exp(i angle) = u. A logarithm or an arctangent is a sum of these that has the right exponential and
lies within half a turn, which linear inequalities between angles and pi show: cos B >= 0 narrows |B| < 3 pi/2 to
|B| <= pi/2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction as Rational
from math import lcm
from typing import Any, NamedTuple

import sympy as sp
from sympy import Expr

from cascade_sym.exact.atoms import Arctangent, Stand, canonical
from cascade_sym.exact.certified.evidence import Evidence
from cascade_sym.exact.certified.generators import Json, NoEvidence, Signed
from cascade_sym.exact.factors import polynomial_factors
from cascade_sym.exact.fraction import Fraction
from cascade_sym.exact.logs import Argument, Logarithm

MULTIPLES = (1, 2, 4, 8)  # of an angle whose quadrant is looked for: what is given in rational numbers needs few
Angles = list[list[Any]]


class Finer(Exception):
    """A logarithm or angle occurs in `parts`-th parts."""

    def __init__(self, parts: Mapping[Stand, int]) -> None:
        super().__init__()
        self.parts = dict(parts)


class Edge(NamedTuple):
    """The fact pi * `pi` + angle * `slope` >= 0 (or > 0), by its number."""

    number: int
    pi: int
    slope: int
    strict: bool

    @property
    def at(self) -> Rational:
        """Where it bounds the angle, in units of pi."""
        return Rational(-self.pi, self.slope)


@dataclass
class Turn:
    """An angle: its exponential, and what is known of it from below and above."""

    value: Fraction
    low: Edge
    high: Edge


class Turns(Evidence):
    """Proofs of what stands for logarithms and arctangents; `parts` are what they are divided by."""

    parts: Mapping[Stand, int] = {}

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._turns: dict[str, Turn] = {}
        self._logs: set[str] = set()
        self._units: dict[int, str] = {}

    # -- generators

    def _stand(self, i: int, s: Stand) -> str:
        n = self.parts.get(s, 1)
        inner = self.conv(canonical(s.argument, self.conv.domains))
        if isinstance(s, Logarithm):
            claim = self._positive(self.tower.root(self.tower.abs(inner), n))
            name = self._units[i] = self._fresh()
            self._logs.add(name)
            self.steps.append({"gen": name, "log": claim})
            return f"({n}*{name})" if n > 1 else name
        if not isinstance(s, Arctangent | Argument):
            raise NoEvidence
        turning = self.conv(sp.I)
        if isinstance(s, Argument):
            value = self.tower.root(inner / self.tower.abs(inner), n)
        else:
            one = self.tower.field.integer(1)
            square, above = one + inner * inner, one + turning * inner
            value = above * above / square if n == 1 else above / self.tower.root(square, 2)
            value = value if n == 1 else self.tower.root(value, n // 2)
        text = self.element(value.within(self.tower.field))
        name = self._units[i] = self._fresh()
        self.steps.append({"gen": name, "arg": text})
        edges = Edge(self._told, 1, 1, True), Edge(self._told + 1, 1, -1, False)
        self._told += 2
        turn = self._turns[name] = Turn(value, *edges)
        if s.interval and s.interval.low == 0 and self._narrowed(name, 1, -1) and turn.low.at == 0:
            self.steps.append({"range": name, "end": "low", "at": "0", "signs": [["fact", turn.low.number]]})
        return f"({n}*{name}/{2 if isinstance(s, Arctangent) else 1})"

    def _positive(self, f: Fraction) -> Json:
        f = f.within(self.tower.field)
        for p in (f.num, f.den):
            for q, _ in polynomial_factors(p)[1]:
                sign = self.tower.known_sign(q)
                if not (sign and sign.strict):
                    self.nonzero(q)
        if claim := self.claim(f):
            return claim
        raise NoEvidence

    def _parts(self, s: Stand, c: sp.Rational) -> int:
        """How many times the unit of a logarithm or angle is in c times what it stands for."""
        n = self.parts.get(s, 1)
        count = c * n / (2 if isinstance(s, Arctangent) else 1)
        if not count.is_Integer:
            raise Finer({s: lcm(n, int(count.q) * n)})
        return int(count)

    def angles(self, name: str, angle: Expr) -> Json:
        """An angle or exponent as a sum over generators, those of logarithms and angles among them."""
        found: Angles = []
        rest = []
        for t in sp.Add.make_args(sp.expand(angle)):
            turning = name != "exp" or t.has(sp.I)
            c, s = (t / sp.I if name == "exp" and turning else t).as_coeff_Mul()
            if isinstance(s, Arctangent | Argument if turning else Logarithm) and c.is_Rational:
                count, i = self._parts(s, c), self.conv.places[s]
                self.name(i)
                found.append([count, self._units[i]])
            else:
                rest.append(t)
        others: Json = super().angles(name, sp.Add(*rest)) if rest else {"angles": [], "quarters": 0}
        return {"angles": found + others["angles"], "quarters": others["quarters"]}

    # -- how far they turn

    def logarithm(self, w: Expr, strict: bool) -> Json:
        """A logarithm as a sum over generators, with a proof that it lies within half a turn."""
        found = self.angles("exp", w)
        return {**found, "signs": self._within(found, strict)}

    def _within(self, found: Json, strict: bool) -> list[Signed]:
        """Proofs that an angle is >= -pi (`strict`: not that itself), and <= pi."""
        real = {self._names[g] for _, g in self.conv.exponentials.values() if g in self._names and self.tower.intervals}
        inside = {g: n for n, g in found["angles"] if g in self._turns}
        if any(g not in real | self._logs for _, g in found["angles"] if g not in inside):
            raise NoEvidence  # nothing bounds it
        for multiple in (0, *MULTIPLES):
            for name in inside if multiple else ():
                for quarters in range(-2 * multiple, 2 * multiple + 1):
                    self._narrowed(name, multiple, quarters)
            proofs = [
                self._linear(
                    4 + way * 2 * found["quarters"], {g: way * 4 * n for g, n in inside.items()}, way > 0 and strict
                )
                for way in (1, -1)
            ]
            if proofs[0] and proofs[1]:
                return [proofs[0], proofs[1]]
        raise NoEvidence

    def _linear(self, pi: int, angles: Mapping[str, int], strict: bool) -> Signed | None:
        """Steps that show that a sum of multiples of pi and of angles is >= 0, or > 0."""
        steps: Signed = []
        left = Rational(pi)
        for name, n in angles.items():
            edge = self._turns[name].low if n > 0 else self._turns[name].high
            left += n * edge.at
            steps.append(["fact", edge.number])
            strict = strict and not edge.strict
        if left < 0 or (left == 0 and strict):
            return None
        return [*steps, ["terms"]] if left or not steps else steps

    def _signs_of(self, f: Fraction) -> Signed | None:
        """Steps that show that an element is >= 0, from its numerator over the squares of its denominators."""
        odd = [p for p, k in polynomial_factors(f.den)[1] if k % 2]
        value = f.num
        for p in odd:
            value = value * p
        return self.signs(self.tower.field.reduce(value))

    def _narrowed(self, name: str, multiple: int, quarters: int) -> bool:
        """Whether cos B >= 0 for B = multiple * angle + quarters pi/2 tells more of the angle."""
        turn = self._turns[name]
        half, shift = Rational(1, 2), Rational(quarters, 2)
        low, high = ((end - shift) / multiple for end in (-half, half))
        if (low <= turn.low.at and high >= turn.high.at) or low >= turn.high.at or high <= turn.low.at:
            return False
        for edge in (turn.low, turn.high):
            size = abs(multiple * edge.at + shift)
            if size > 3 * half or (size == 3 * half and not edge.strict):
                return False
        proofs = [self._linear(3 + way * quarters, {name: 2 * way * multiple}, True) for way in (1, -1)]
        power = turn.value.within(self.tower.field) ** multiple * self.conv(sp.I).within(self.tower.field) ** (
            quarters % 4
        )
        cosine = power + self.tower.conj(power)
        sign = self.tower.sign_of(cosine) if self.tower.is_real(cosine) and not cosine.is_zero else None
        steps = self._signs_of(cosine) if sign and sign.value > 0 else None
        if steps is None or None in proofs:
            return False
        found = {"angles": [[multiple, name]], "quarters": quarters}
        self.steps.append({"turn": "angle", **found, "cos": steps, "signs": proofs})
        strict = bool(sign and sign.strict)
        edges = (
            Edge(self._told, 1 + quarters, 2 * multiple, strict),
            Edge(self._told + 1, 1 - quarters, -2 * multiple, strict),
        )
        self._told += 2
        turn.low = edges[0] if edges[0].at > turn.low.at else turn.low
        turn.high = edges[1] if edges[1].at < turn.high.at else turn.high
        return True

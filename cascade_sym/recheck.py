"""A second opinion: checks the certificates of a ledger with nothing but integers, nothing of the toolkit or of SymPy.

`python -m cascade_sym.recheck LEDGER.json` reads what `verify --json` wrote and proves left = right wherever both sides
have a value and the `assumptions` hold (derivations/README.md). Exit code: 0, or 1 for a rejection, 2 for no ledger.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections import namedtuple
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import reduce
from itertools import pairwise
from math import gcd
from pathlib import Path
from typing import Any

BITS = 24  # of the exponent of one generator in a monomial, which is one integer; its lowest field is the degree
FIELD = (1 << BITS) - 1  # a field of an exponent vector
MOST_DEGREE, MOST_WORK, MOST_BITS, MOST_LENGTH = 1 << 13, 5_000_000, 1_000_000, 400_000  # so that a hostile one ends
MOST_DIGITS, MOST_POWER, MOST_ROOT, MOST_CASES = 400, 999, 64, 8  # of formulas
Poly = dict[int, int]
Json = Mapping[str, Any]
ONE: Poly = {0: 1}
TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?(?![\w.]))|(?P<name>[A-Za-z][A-Za-z0-9_]*'*)"
    r"|(?P<gen>@[0-9]+)|(?P<op>\*\*|//|[-+*/^(),]))\s*"
)
NUMBER = re.compile(r"-?[0-9]{1,400}(/[1-9][0-9]{0,399})?")
RELATION = re.compile(r"(>=|<=|!=|~=|:=|=|>|<)")
RULES = {
    "sqrt": "({0})^(1/2)", "tan": "sin({0})/cos({0})", "cot": "cos({0})/sin({0})", "sec": "1/cos({0})",
    "csc": "1/sin({0})", "sinh": "(exp({0})-exp(-({0})))/2", "cosh": "(exp({0})+exp(-({0})))/2",
    "tanh": "sinh({0})/cosh({0})", "coth": "cosh({0})/sinh({0})", "sech": "1/cosh({0})", "csch": "1/sinh({0})",
    "Re": "(({0})+conj({0}))/2", "Im": "(conj({0})-({0}))*I/2", "arg": "Im(log({0}))",
    "min": "(({0})+({1})-abs(({0})-({1})))/2", "max": "(({0})+({1})+abs(({0})-({1})))/2",
    "arcsin": "2*arctan(({0})/(1+sqrt(1-({0})^2)))", "arccos": "pi/2-arcsin({0})", "arccot": "arctan(1/({0}))",
    "arcsec": "arccos(1/({0}))", "arccsc": "arcsin(1/({0}))", "arsinh": "log(({0})+sqrt(({0})^2+1))",
    "arcosh": "log(({0})+sqrt(({0})+1)*sqrt(({0})-1))", "artanh": "(log(1+({0}))-log(1-({0})))/2",
    "arcoth": "artanh(1/({0}))", "arsech": "arcosh(1/({0}))", "arcsch": "arsinh(1/({0}))",
    "atan2": "arg(({1})+I*({0}))", "sgn": "({0})/abs({0})", "^": "exp(({1})*log({0}))",
}  # fmt: skip
AT_ZERO = ("arg", "atan2", "sgn")  # have a value where their rule has none
Range = namedtuple("Range", "low high above below", defaults=(None, None, False, False))  # False: with that edge
PI = Range(Fraction("3.14159265358979323846"), Fraction("3.14159265358979323847"), True, True)
WRITTEN = str.maketrans({"ν": "", "ξ": "@", "ʹ": "'", "{": "", "}": "", "'": ""})


class Rejected(Exception):
    """What a certificate says does not follow, or what was given is no ledger."""


def need(holds: Any, why: str) -> None:
    if not holds:
        raise Rejected(why)


def parsed(text: Any, gens: bool = False) -> ast.expr:
    """The tree of a formula; generators (@1) may occur where `gens`."""
    need(isinstance(text, str) and text.isascii() and len(text) <= MOST_LENGTH, "a formula is a text, not too long")
    out, at = [], 0
    while at < len(text):
        m = TOKEN.match(text, at)
        if m is None or (m["gen"] and not gens) or len(m["number"] or "") > MOST_DIGITS:
            raise Rejected(f"not a formula: {text[at : at + 30]!r}")
        token, at = str(m[m.lastgroup or 0]), m.end()
        token = f"{{'{token}'}}" if m["number"] else "ν" + token.replace("'", "ʹ") if m["name"] else token
        out.append(token.replace("^", "**").replace("@", "ξ"))
    return ast.parse(" ".join(out), mode="eval").body


def written(node: ast.expr) -> str:
    """A part of a formula as certificates write it."""
    return ast.unparse(node).translate(WRITTEN).replace(" ** ", "^").replace("**", "^")


def divisors(trees: list[ast.expr]) -> Iterator[str]:
    """What formulas divide by, or take the logarithm of, as it is written; where they have a value it is not zero."""
    for node in (node for tree in trees for node in ast.walk(tree)):
        match node:
            case ast.BinOp(_, ast.Div() | ast.FloorDiv(), inner) | ast.Call(ast.Name("νlog"), [inner]):
                yield written(inner)
            case ast.BinOp(left, ast.Pow(), right) if (number(right) or 0) < 0:
                yield written(left)
            case ast.Call(func, args) if (name := written(func)) in RULES and name not in AT_ZERO:
                yield from divisors([rule(name, args)])


def rule(name: str, args: list[ast.expr]) -> ast.expr:
    need(len(args) == 1 + ("{1}" in RULES[name]), "not a formula")
    return parsed(RULES[name].format(*map(written, args)), gens=True)


def number(given: Any) -> Any:
    """A rational number as a text or part of a formula; None for anything else, with which nothing can be done."""
    text = re.sub(r"[ ()]", "", written(given)) if isinstance(given, ast.expr) else given
    return Fraction(text) if NUMBER.fullmatch(text) else None


def gen(k: int, c: int = 1) -> Poly:
    return {(1 << BITS * k) + 1: c}


def total(p: Poly, q: Poly, c: int = 1) -> Poly:
    out = dict(p)
    for m, b in q.items():
        out[m] = out.get(m, 0) + c * b
    return {m: b for m, b in out.items() if b}


def primitive(p: Poly) -> Poly:
    return {m: c // gcd(*p.values()) for m, c in p.items()}


def split(p: Poly, k: int) -> dict[int, Poly]:
    """The coefficients of a polynomial in generator k, by its powers."""
    parts: dict[int, Poly] = {}
    for m, c in p.items():
        d = m >> BITS * k & FIELD
        parts.setdefault(d, {})[m - d * ((1 << BITS * k) + 1)] = c
    return parts


def variables(p: Poly) -> list[int]:
    every = reduce(int.__or__, p, 0)
    return [k for k in range(1, every.bit_length() // BITS + 1) if every >> BITS * k & FIELD]


class Leaf:
    """One case of a proof. Values are polynomials in generators; `relations` are generator^degree = polynomial."""

    def __init__(self, claim: Json, divided: set[str], cases: list[str]) -> None:
        self.claim, self.divisors, self.cases = claim, divided, cases
        self.work, self.short, self.i, self.names, self.size = 0, False, gen(1), {"I": 1}, 1
        self.relations: list[tuple[int, int, Poly]] = [(1, 2, {0: -1})]
        self.ranges: dict[int, Range] = {}  # of the real generators
        self.turned: dict[int, Poly] = {1: gen(1, -1)}  # conjugates of others
        self.below: dict[int, Poly] = {}  # of what generators are the inverses
        self.roots: dict[int, tuple[int, Poly]] = {}
        self.angles: dict[int, tuple[Poly, Poly, Poly]] = {}  # z, exp(z), exp(-z)
        self.facts: list[tuple[Poly, bool]] = []
        self.replaced: dict[tuple[Any, str], Poly] = {}  # roots (by degree) and functions (by name) of formulas

    def named(self, name: str, new: bool = False) -> int:
        """The generator of a name; those of roots and angles (@1) are made by steps, once each."""
        right = new != (name in self.names) if name[0] == "@" else not new and name != "oo"
        need(right, f"{name} is made twice, never made, or no name for that")
        if name not in self.names:
            self.names[name] = self.size = k = self.size + 1
            if name in self.claim["complex"]:
                self.turned |= {k: gen(k + 1), k + 1: gen(k)}
                self.size += 1
            elif name[0] != "@":
                self.ranges[k] = PI if name == "pi" else Range()
        return self.names[name]

    def mul(self, p: Poly, q: Poly) -> Poly:
        self.work += len(p) * len(q)
        need(self.work < MOST_WORK, "more work than is allowed")
        need(sum(max((m & FIELD for m in f), default=0) for f in (p, q)) < MOST_DEGREE, "a degree is too high")
        out: Poly = {}
        for m, a in p.items():
            for n, b in q.items():
                out[m + n] = out.get(m + n, 0) + a * b
        return {m: b for m, b in out.items() if b}

    def power(self, p: Poly, k: int) -> Poly:
        need(k * max((abs(c).bit_length() for c in p.values()), default=0) < MOST_BITS, "a number is too long")
        return reduce(self.mul, [p] * k, ONE)

    def reduce(self, p: Poly) -> Poly:
        for k, q, value in reversed(self.relations):  # each has earlier generators only
            if max(parts := split(p, k), default=0) >= q:
                rests = ((self.power(gen(k), d % q), self.power(value, d // q), part) for d, part in parts.items())
                p = reduce(total, (self.mul(self.mul(a, part), b) for a, b, part in rests), {})
        return p

    def composed(self, p: Poly, k: int, above: Poly, below: Poly) -> Poly:
        top = max(parts := split(p, k), default=0)
        scales = ((self.mul(self.power(above, d), self.power(below, top - d)), part) for d, part in parts.items())
        return reduce(total, (self.mul(scale, part) for scale, part in scales), {})

    def cleared(self, p: Poly, even: bool = True) -> Poly:
        """A value times powers (`even`: squares) of what it is divided by, so that it is a polynomial."""
        p = self.reduce(p)
        for k, d in reversed(self.below.items()):
            if n := max(split(p, k), default=0):
                p = self.reduce(self.mul(self.composed(p, k, ONE, d), d if n % 2 and even else ONE))
        return p

    def same(self, p: Poly, q: Poly) -> bool:
        return not self.cleared(total(p, q, -1), False)

    def times(self, *values: Poly) -> Poly:
        return reduce(lambda v, w: self.reduce(self.mul(v, w)), values)

    def raised(self, v: Poly, k: int, strict: bool = True) -> Poly:
        """A power; where `strict`, what is divided by must be known not to be zero, else it is known from now on."""
        need(abs(k) <= MOST_POWER, "an exponent is too large")
        if k < 0 and v != ONE:
            if (found := next((j for j, d in self.below.items() if d == v), None)) is None:
                need(self.cleared(v) and (not strict or set(v) == {0}), "a division by what may be zero")
                self.size += 1
                self.below[found := self.size] = v
                self.ranges |= {found: Range()} if self.real(v) else {}
            v = gen(found)
        return self.reduce(self.power(v, abs(k)))

    def rational(self, q: Fraction) -> Poly:
        return self.mul({0: q.numerator} if q else {}, self.raised({0: q.denominator}, -1))

    def real(self, p: Poly) -> bool:
        return all(k in self.ranges for k in variables(p))

    def conj(self, p: Poly) -> Poly:
        k = next((k for k in variables(p) if k not in self.ranges), None)
        if k is None:
            return p
        if k in self.below and k not in self.turned:
            self.turned[k] = self.raised(self.conj(self.below[k]), -1, False)
        parts = [self.times(self.conj(part), self.raised(self.turned[k], j)) for j, part in split(p, k).items()]
        return reduce(total, parts, {})

    def of(self, node: ast.expr) -> Poly:
        """The value of a formula; what divides is a divisor of the two sides, or known not to be zero."""
        match node:
            case ast.BinOp() if self.short and (name := (1, written(node))) in self.replaced:
                return self.replaced[name]
            case ast.Set([ast.Constant(str(digits))]):
                return self.rational(Fraction(digits))
            case ast.Name(name):
                return gen(self.named(name.translate(WRITTEN)))
            case ast.UnaryOp(ast.USub(), inner):
                return total({}, self.of(inner), -1)
            case ast.BinOp(left, ast.Add() | ast.Sub() as op, right):
                return total(self.of(left), self.of(right), 1 if isinstance(op, ast.Add) else -1)
            case ast.BinOp(left, ast.Mult(), right):
                return self.times(self.of(left), self.of(right))
            case ast.BinOp(left, ast.Div() | ast.FloorDiv(), right):
                return self.times(self.of(left), self.raised(self.of(right), -1, written(right) not in self.divisors))
            case ast.BinOp(left, ast.Pow(), right) if (q := number(right)) is None:
                return self.of(rule("^", [left, right]))
            case ast.BinOp(left, ast.Pow(), right):
                text = written(left)
                base = self.of(left) if q.denominator == 1 else self.replaced[q.denominator, text]
                return self.raised(base, q.numerator, text not in self.divisors)
            case ast.Call(ast.Name("νconj"), [arg]):
                return self.conj(self.of(arg))
            case ast.Call(func, args) if written(func) in RULES:
                return self.of(rule(written(func), args))
            case ast.Call(func, [arg]) if (written(func), written(arg)) in self.replaced:
                return self.replaced[written(func), written(arg)]
        raise Rejected(f"nothing replaces {written(node)[:60]}")

    def element(self, text: Any) -> Poly:
        return self.of(parsed(text, gens=True))

    def plain(self, text: Any) -> Poly:
        """A polynomial as it is written: without relations."""
        kept, self.relations = self.relations, []
        p = self.element(text)
        self.relations = kept
        return p

    def signs(self, p: Poly, steps: Any) -> bool:
        """Checks a proof of p >= 0, of which all the steps are needed; whether it shows p > 0."""
        strict = self.positive(p, left := iter(steps), self.ranges)
        need(next(left, None) is None, "steps that prove nothing")
        return strict

    def positive(self, p: Poly, steps: Iterator[Any], known: Mapping[int, Range]) -> bool:
        """One proof from the steps; once a variable is mapped, `known` are no more the ranges of this leaf."""
        kind, *more = next(steps)
        need(kind == "norm" or all(k in known for k in variables(p)), "what is not real has no sign")
        if kind == "terms":  # none is negative; whether one is positive, its variables away from zero
            up = {k for k, x in known.items() if x.low is not None and x.low >= 0}
            away = {k for k in up if known[k].low > 0 or known[k].above}
            odd = {k for m in p for k in variables({m: 1}) if (m >> BITS * k) % 2}
            need(odd <= up and all(c > 0 for c in p.values()), "a term may be negative")
            return any(away >= set(variables({m: 1})) for m in p)
        if kind == "on":
            every = self.pieces(p, more[0], more[1], known)
            return min([self.positive(q, steps, own) and strict for q, own, strict in every])
        if kind == "square":  # a x^2 + b x + c with a > 0 and 4 a c - b^2 >= 0
            parts = split(p, self.named(more[0]))
            need(max(parts) == 2, "not quadratic")
            a, b, c = (parts.get(k, {}) for k in (2, 1, 0))
            need(self.positive(a, steps, known), "the leading coefficient may be zero")
            return self.positive(total(self.mul(self.mul({0: 4}, a), c), self.mul(b, b), -1), steps, known)
        need(known is self.ranges, "facts come first")
        if kind == "with":  # p q >= 0 and p + q >= 0
            q = self.plain(more[0])
            strict = self.positive(self.times(p, q), steps, known)
            return [strict, self.positive(total(p, q), steps, known)][0]
        if kind == "fact":
            fact, strict = dict(enumerate(self.facts))[more[0]]
            if len(more) == 1:  # so much of it is taken off that its first term is gone; other steps prove the rest
                lead = max(fact, default=0)
                need(p.get(lead, 0) * fact.get(lead, 0) > 0, "a fact that says nothing here")
                left = total(self.mul({0: abs(fact[lead])}, p), fact, -abs(p[lead]))
                return (bool(left) and self.positive(left, steps, known)) or strict
            k = self.named(more[1])  # in which it is linear, and whose place it takes
            parts, own = split(fact, k), {**known, k: Range(Fraction(0), None, strict)}
            need(set(parts) <= {0, 1} and set(parts[1]) == {0} and self.real(fact), "a fact that is not linear")
            above = total({}, total(gen(k), parts.get(0, {}), -1), 1 if parts[1][0] > 0 else -1)
            return self.positive(self.composed(p, k, above, {0: abs(parts[1][0])}), steps, own)
        if kind == "norm":  # |z|^2 e^2
            z, e = map(self.element, more)
            need(self.real(e) and self.same(p, self.times(z, self.conj(z), e, e)), "not a norm")
            return False
        raise Rejected(f"{kind} is no step")

    def pieces(self, p: Poly, name: str, cuts: list[Any], known: Mapping[int, Range]) -> Iterator[Any]:
        """A polynomial with a variable in pieces between the cuts, each mapped to t >= 0; whether t has all values."""
        k, (low, *inner, high) = self.named(name), [e and number(e) for e in cuts]
        x = known[k]
        need(low in (None, x.low) and high in (None, x.high) and (inner or (low, high) != (0, None)), "not its ends")
        need(inner in ([], [0 if x.low is None else 1]), "no pieces of a range")
        for a, b in pairwise((low, *inner, high)):  # x = (a + b t)/(1 + t), a + t or b - t
            end = b if a is None else a
            need(end is not None and (b is None or a is None or a < b), "cuts that do not grow")
            m, both = end.denominator * (b or end).denominator, a is not None and b is not None
            way = (b if both else Fraction(1 if b is None else -1)) * m
            above, below = total({0: int(end * m)}, gen(k), int(way)), total({0: m}, gen(k), m if both else 0)
            q = self.composed(p, k, total(above, {}), below)
            edge = (end == x.low and x.above) if a is not None else (end == x.high and x.below)
            yield q, {**known, k: Range(Fraction(0), None, edge)}, not both or b != high or (b == x.high and x.below)

    def claimed(self, claim: Json) -> tuple[Poly, bool]:
        """A value c prod p^k with c >= 0, of which every p with odd k is proved to be >= 0; whether it is > 0."""
        c = number(claim["c"])
        out, strict = self.rational(c), c > 0
        need(c >= 0, "a negative coefficient")
        for text, k, steps in claim["factors"]:
            p = self.plain(text)
            need(type(k) is int and k != 0 and (steps is not None or (k % 2 == 0 and self.real(p))), "no sign")
            away = (steps is not None and self.signs(p, steps)) or k < 0 or self.reduce(p) in self.below.values()
            strict = away and strict
            out = self.times(out, self.raised(self.reduce(p), k))
        return out, strict

    def by_gen(self, s: Json) -> None:
        if "root" in s:
            q, p = s["root"], self.plain(s["of"])
            need(type(q) is int and 1 < q <= MOST_ROOT, "no degree of a root")
            strict = self.signs(p, s["low"]) if "low" in s else False
            k = self.named(s["gen"], True)
            self.roots[k] = q, self.reduce(p)
            self.relations.append((k, *self.roots[k]))
            self.ranges |= {k: Range(Fraction(0), None, strict)} if "low" in s else {}
        elif "log" in s:  # exp(gen) is a value > 0
            value, strict = self.claimed(s["log"])
            need(strict, "the logarithm of what may be zero")
            k = self.named(s["gen"], True)
            self.ranges[k] = Range()
            self.angles[k] = gen(k), value, self.raised(value, -1, False)
        elif "arg" in s:  # exp(i n gen) is a value of size one, and -pi < n gen <= pi
            pi, value, n = gen(self.named("pi")), self.element(s["arg"]), s["turns"]
            need(type(n) is int and n > 0 and self.same(self.times(value, self.conj(value)), ONE), "not of size one")
            k = self.named(s["gen"], True)
            self.ranges[k] = Range()
            self.angles[k] = self.mul(self.i, gen(k, n)), value, self.conj(value)
            self.facts += [(total(pi, gen(k, n)), True), (total(pi, gen(k, n), -1), False)]
        elif "exp" in s:
            e, k = self.element(s["exp"]), self.named(s["gen"], True)
            self.ranges |= {k: Range(Fraction(0), None, True)} if self.real(e) else {}
            self.angles[k] = e, gen(k), self.raised(gen(k), -1, False)
            self.turned |= {k: self.angles[k][2]} if self.real(self.times(e, self.i)) else {}
        else:
            e = self.element(s["angle"])
            c, d = (self.named(name, True) for name in s["gen"])
            sine = self.mul(self.i, gen(d))
            self.angles[c] = self.times(self.i, e), total(gen(c), sine), total(gen(c), sine, -1)
            self.relations.append((d, 2, total(ONE, self.mul(gen(c), gen(c)), -1)))
            self.ranges |= {k: Range(Fraction(-1), Fraction(1)) for k in (c, d) if self.real(e)}

    def by_range(self, s: Json) -> None:
        k, end, sign = self.named(s["range"]), number(s["at"]), {"low": 1, "high": -1}[s["end"]]
        (q, value), x = self.roots.get(k, (1, gen(k))), self.ranges[k]
        need(q == 1 or (end >= 0 and x.low is not None and x.low >= 0), "a root of unknown sign")
        p = total({0: -sign * end.numerator**q} if end else {}, value, sign * end.denominator**q)
        strict = self.signs(p, s["signs"])
        self.ranges[k] = Range(end, x.high, strict, x.below) if sign > 0 else Range(x.low, end, x.above, strict)

    def relation(self, text: str) -> tuple[Poly, str]:
        left, op, right = RELATION.split(text)
        return total(self.of(parsed(left)), self.of(parsed(right)), -1), op

    def by_fact(self, s: Json) -> None:
        text = self.cases[s["case"]] if "case" in s else s["from"]
        p, (value, op) = self.plain(s["fact"]), self.relation(text)
        num = self.cleared(total({}, value, 1 if op[0] == ">" else -1))
        need("case" in s or text in self.claim["assumptions"], f"{text} is not assumed")
        need(self.real(value) and op in (">=", ">", "<=", "<") and num and primitive(num) == self.reduce(p), f"not what {text} says")
        self.facts.append((p, len(op) == 1))

    def by_nonzero(self, s: Json) -> None:
        """What is > 0, or a factor of a product of divisors, of assumptions, and of what is known not to be zero."""
        p = self.reduce(self.plain(s["nonzero"]))
        need(p == primitive(p), "not primitive")
        if "signs" in s:
            need(self.signs(self.plain(s["nonzero"]), s["signs"]), "it may be zero")
        else:
            whole = self.times(p, self.element(s["times"]))
            for text in s["of"]:
                said = text in self.claim["assumptions"]
                value, op = self.relation(text) if said else (self.element(text), "!=")
                whole = self.times(whole, self.raised(value, -1, not said and text not in self.divisors))
                need(op == "!=", "that does not say what is not zero")
            need(self.same(whole, ONE), "it may be zero")
        self.raised(p, -1, False)

    def by_root(self, s: Json) -> None:
        """w for the principal root of f: w^q = f; w >= 0, or c g^k with c >= 0, or for a square root u + i v."""
        f, q, w = self.element(s["of"]), s["root"], self.element(s["is"])
        need(q == "abs" or (type(q) is int and 0 < q <= MOST_ROOT), "no root")
        f, power = (self.times(f, self.conj(f)), 2) if q == "abs" else (f, q)
        need(self.same(self.raised(w, power), f), "not a root of that")
        c, strict = (w, False) if q == 1 else self.claimed(s["claim"])
        if "side" in s:  # u = c >= 0, and v >= 0 where that may be zero
            v = self.reduce(self.mul(total(c, w, -1), self.i))
            need(q == 2 and self.real(v), "not a principal root")
            c = w if strict or self.same(v, self.claimed(s["side"])[0]) else c
        elif "gen" in s:
            k = self.named(s["gen"])
            need(type(s["power"]) is int and self.roots[k][0] == q * s["power"], "no such root")
            c = self.times(c, self.raised(gen(k), s["power"]))
        need(self.same(w, c), "not a principal root")
        self.replaced[q, written(parsed(s["of"], gens=True))] = w
        self.short = self.short or q == 1

    def turned_by(self, s: Json) -> tuple[Poly, Poly, Poly]:
        """z = sum n z_j + i pi r/2 over generators, exp(z) and exp(-z)."""
        r = s["quarters"]
        need(type(r) is int, "no number of quarters")
        z = self.times(self.i, self.rational(Fraction(r, 2)), gen(self.named("pi")))
        up, down = self.raised(self.i, r % 4), self.raised(self.i, -r % 4)
        for n, g in s["angles"]:
            turn, *both = self.angles[self.named(g)]
            need(type(n) is int and n, "no such angle")
            z, one, other = total(z, turn, n), *both[:: 1 if n > 0 else -1]
            up, down = self.times(up, self.raised(one, abs(n))), self.times(down, self.raised(other, abs(n)))
        return z, up, down

    def between(self, z: Poly, quarters: int, steps: Any) -> list[bool]:
        """Checks proofs that Im z lies between -+ q pi/2; with which of both ends excluded."""
        edge = self.times(self.rational(Fraction(quarters)), gen(self.named("pi")))
        turn = self.times(total(z, self.conj(z), -1), gen(1, -1))  # 2 Im z
        return [self.signs(self.cleared(total(edge, turn, e)), own) for e, own in zip((1, -1), steps, strict=True)]

    def by_turn(self, s: Json) -> None:
        """For z = i B: cos B >= 0 where |B| <= pi/2, and this where |B| < 3 pi/2 and cos B >= 0."""
        z, up, down = self.turned_by(s)
        twice, cosine = self.times({0: 2}, z, gen(1, -1)), total(up, down)
        need(self.real(twice) and self.real(cosine), "what is not real has no sign")
        if "cos" in s:
            value, strict = self.claimed(s["cos"])
            need(self.same(cosine, value) and all(self.between(z, 3, s["signs"])), "not between -+ 3 pi/2")
            pi = gen(self.named("pi"))
            self.facts += [(self.cleared(total(pi, twice, sign)), strict) for sign in (1, -1)]
        else:
            self.facts.append((self.cleared(cosine), all(self.between(z, 1, s["signs"]))))

    def by_sum(self, s: Json) -> None:
        """exp(w) = f and -pi < Im w <= pi for w = log f; 2 i arctan f = log((1 + i f)/(1 - i f)), which is never -1."""
        name, f, half = s["sum"], self.element(s["of"]), self.rational(Fraction(1, 2))
        w, up, down = self.turned_by(s)
        if name in ("log", "arctan"):
            above, below = (total(ONE, self.times(self.i, f), sign) for sign in (1, -1))
            above, below = (f, ONE) if name == "log" else (above, below)
            need(self.same(self.times(up, below), above), "not a logarithm of that")
            strict = self.between(w, 2, s["signs"])[0]
            need(strict if name == "log" else self.real(f), "not a principal value")
            w = w if name == "log" else self.times(w, half, gen(1, -1))
        else:
            need(name in ("exp", "cos", "sin"), "no such function")
            need(self.same(w, self.times(f, ONE if name == "exp" else self.i)), "not the angle")
            odd = self.times(total(up, down, -1), half, gen(1, -1))
            w = up if name == "exp" else odd if name == "sin" else self.times(total(up, down), half)
        self.replaced[name, written(parsed(s["of"], gens=True))] = w


def prove(claim: Json, trees: list[ast.expr], proof: Json, cases: list[str]) -> None:
    need(len(cases) <= MOST_CASES, "too many cases")
    if "split" in proof:
        for side, op in ("plus", ">="), ("minus", "<="):
            prove(claim, trees, proof[side], [*cases, f"{proof['split']} {op} 0"])
        return
    leaf = Leaf(claim, set(divisors(trees)), cases)
    for s in proof["steps"]:
        getattr(leaf, f"by_{next(iter(s))}")(s)
    left, right = trees[:2]
    equal = written(left) == written(right) or leaf.same(leaf.of(left), leaf.of(right))
    need(equal, "the two sides are not proved to be equal")


def check(claim: Json) -> None:
    """Rejected, with the reason, for a certificate that does not prove what it claims."""
    try:
        assumed = [side for text in claim["assumptions"] for side in RELATION.split(text)[::2]]
        trees = [parsed(text) for text in (claim["left"], claim["right"], *assumed)]
        prove(claim, trees, claim["proof"], [])
    except Exception as err:  # whatever it is, nothing is proved
        raise Rejected(str(err) if isinstance(err, Rejected) else f"it can't be read ({err!r:.80})") from err


def judged(s: Json) -> tuple[str, str]:
    proof, found = s.get("proof"), s.get("certificates") or [None]
    if proof not in ("algebraic", "operator") or None in found:
        return "not covered", str(proof)
    try:
        need(proof == "operator" or len(found) == 1, "an algebraic statement has one certificate")
        for claim in found:
            check({**claim, "assumptions": s["assumptions"], "complex": s["complex"]})
    except (Rejected, LookupError, TypeError) as err:
        return "rejected", str(err)
    return "accepted", f"{len(found)} certificate{'s' if len(found) > 1 else ''}"


def recheck(path: str) -> int:
    """Prints what becomes of every exact statement of a ledger; the exit code."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        need(len(dict(pairs)) == len(pairs), "a key occurs twice in one object")
        return dict(pairs)

    counts = {"accepted": 0, "rejected": 0, "not covered": 0}
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"), object_pairs_hook=once)
        every = [(e["id"], str(s["statement"]), s) for e in data + [] for s in e["evidence"]["statements"]]
        chosen = [s for s in every if s[2]["verdict"] == "exact"]
    except (OSError, ValueError, LookupError, TypeError, RecursionError, Rejected) as err:
        print(f"recheck: {path} is no ledger as `cascade-sym verify --json` writes it: {err}", file=sys.stderr)
        return 2
    for place, text, statement in chosen:
        word, why = judged(statement)
        counts[word] += 1
        print(f"({place}) {word}: {text if len(text) <= 60 else text[:57] + '...'} ({why})")
    print(", ".join(f"{n} {word}" for word, n in counts.items()))
    return 1 if counts["rejected"] else 0


if __name__ == "__main__":
    sys.exit(recheck(sys.argv[1] if len(sys.argv) == 2 else "(give one file)"))

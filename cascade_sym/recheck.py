"""A second opinion: checks the certificates of a ledger with nothing of the toolkit or of SymPy.

It proves left = right wherever both sides have a value and the `assumptions` hold: see derivations/README.md.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections import namedtuple
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import lru_cache, reduce
from itertools import pairwise
from math import gcd, lcm
from pathlib import Path
from typing import Any

BITS = 24  # of the exponent of one generator in a monomial, which is one integer; its lowest field is the degree
FIELD = (1 << BITS) - 1  # a field of an exponent vector
MOST_DEGREE, MOST_WORK, MOST_BITS, MOST_LENGTH = 1 << 13, 5_000_000, 1_000_000, 400_000  # so that a hostile one ends
MOST_DIGITS, MOST_ROOT, MOST_CASES, MOST_TREES = 400, 64, 8, 200_000  # of formulas; of those that are remembered
Poly = dict[int, Any]  # integers and fractions by monomials
ONE: Poly = {0: 1}
TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?(?![\w.]))|(?P<name>[A-Za-z][A-Za-z0-9_]*'*)"
    r"|(?P<gen>@[0-9]+)|(?P<op>\*\*|//|[-+*/^(),]))\s*"
)
NUMBER = re.compile(r"-?[0-9]{1,400}(/[1-9][0-9]{0,399})?")
ARGUMENT = re.compile(r"\b[xy]\b")
RELATION = re.compile(r"(>=|<=|!=|~=|:=|=|>|<)")
RULES = {
    "sqrt": "x^(1/2)", "cos": "(exp(I*x)+exp(-(I*x)))/2", "sin": "(exp(-(I*x))-exp(I*x))*I/2", "tan": "sin(x)/cos(x)",
    "cot": "cos(x)/sin(x)", "sec": "1/cos(x)", "csc": "1/sin(x)", "sinh": "(exp(x)-exp(-x))/2",
    "cosh": "(exp(x)+exp(-x))/2", "tanh": "sinh(x)/cosh(x)", "coth": "cosh(x)/sinh(x)", "sech": "1/cosh(x)",
    "csch": "1/sinh(x)", "Re": "(x+conj(x))/2", "Im": "(conj(x)-x)*I/2", "arg": "Im(log(x))", "sgn": "x/abs(x)",
    "min": "(x+y-abs(x-y))/2", "max": "(x+y+abs(x-y))/2", "arcsin": "2*arctan(x/(1+sqrt(1-x^2)))",
    "arccos": "pi/2-arcsin(x)", "arccot": "arctan(1/x)", "arcsec": "arccos(1/x)", "arccsc": "arcsin(1/x)",
    "arsinh": "log(x+sqrt(x^2+1))", "arcosh": "log(x+sqrt(x+1)*sqrt(x-1))", "artanh": "(log(1+x)-log(1-x))/2",
    "arsech": "arcosh(1/x)", "arcsch": "arsinh(1/x)", "arcoth": "artanh(1/x)", "atan2": "arg(y+I*x)",
    "^": "exp(y*log(x))",
}  # fmt: skip
KEYS: dict[Any, int] = {}  # of formulas
Range = namedtuple("Range", "low high above below", defaults=(None, None, False, False))  # False: with that edge
PI = Range(Fraction("3.14159265358979323846"), Fraction("3.14159265358979323847"), True, True)
WRITTEN = str.maketrans({"ν": "", "ξ": "@", "ʹ": "'", "{": "", "}": "", "'": ""})


class Rejected(Exception):
    """What a certificate says does not follow, or what was given is no ledger."""


def need(holds: Any, why: str) -> None:
    if not holds:
        raise Rejected(why)


@lru_cache(MOST_TREES)
def parsed(text: Any, gens: bool = False) -> ast.expr:  # generators (@1) may occur where `gens`
    need(isinstance(text, str) and text.isascii() and len(text) <= MOST_LENGTH, "a formula is a text, not too long")
    found = list(TOKEN.finditer(text))
    allowed = all(len(m[0]) <= MOST_DIGITS and (gens or not m["gen"]) for m in found)
    need(allowed and "".join(m[0] for m in found) == text, f"not a formula: {text[:60]!r}")
    marks = {"number": "{{'{}'}}", "name": "ν{}", "gen": "{}", "op": "{}"}
    parts = (marks[str(m.lastgroup)].format(m[str(m.lastgroup)].replace("'", "ʹ")) for m in found)
    return ast.parse(" ".join(parts).replace("^", "**").replace("@", "ξ"), mode="eval").body


@lru_cache(MOST_TREES)
def written(node: ast.expr) -> str:
    return ast.unparse(node).translate(WRITTEN).replace(" ** ", "^").replace("**", "^")


@lru_cache(MOST_TREES)
def key(node: ast.AST) -> int:  # the same number for equal formulas
    own = type(node), getattr(node, "id", getattr(node, "value", None)), *map(key, ast.iter_child_nodes(node))
    return KEYS.setdefault(own, len(KEYS))


@lru_cache(MOST_TREES)
def divisors(tree: ast.expr) -> frozenset[int]:  # what is not zero where it has a value: below, or in a logarithm
    found: set[int] = set()
    for node in ast.walk(tree):
        match node:
            case ast.BinOp(_, ast.Div() | ast.FloorDiv(), inner) | ast.Call(ast.Name("νlog"), [inner]):
                found.add(key(inner))
            case ast.BinOp(left, ast.Pow(), right) if (number(right) or 0) < 0:
                found.add(key(left))
            case ast.Call(func, args) if (name := written(func)) in RULES and name not in ("arg", "atan2", "sgn"):
                found |= divisors(rule(name, args))
    return frozenset(found)


def rule(name: str, args: list[ast.expr]) -> ast.expr:
    values = dict(zip("xy", map(written, args), strict=False))
    need(set(ARGUMENT.findall(RULES[name])) == set(values) and len(args) == len(values), "not a formula")
    return parsed(ARGUMENT.sub(lambda m: f"({values[m[0]]})", RULES[name]), gens=True)


def number(given: Any) -> Any:  # None for what is no rational number, with which nothing can be done
    text = re.sub(r"[ ()]", "", written(given)) if isinstance(given, ast.expr) else given
    return Fraction(text) if NUMBER.fullmatch(text) else None


def gen(k: int, c: Any = 1) -> Poly:
    return {(1 << BITS * k) + 1: c}


def total(p: Poly, q: Poly, c: Any = 1) -> Poly:
    out = dict(p)
    for m, b in q.items():
        out[m] = out.get(m, 0) + c * b
    return {m: b for m, b in out.items() if b}


def split(p: Poly, k: int) -> dict[int, Poly]:  # the coefficients of powers of generator k
    parts: dict[int, Poly] = {}
    for m, c in p.items():
        d = m >> BITS * k & FIELD
        parts.setdefault(d, {})[m - d * ((1 << BITS * k) + 1)] = c
    return parts


def variables(p: Poly) -> list[int]:
    seen = reduce(int.__or__, p, 0)
    return [k for k in range(1, seen.bit_length() // BITS + 1) if seen >> BITS * k & FIELD]


def content(p: Poly) -> Fraction:
    return Fraction(gcd(*(c.numerator for c in p.values())), lcm(*(c.denominator for c in p.values())))


class Leaf:
    """One case of a proof. Values are polynomials in generators; `relations` are generator^degree = polynomial."""

    def __init__(self, claim: Any, cases: list[str]) -> None:
        assumed = [side for text in claim["assumptions"] for side in RELATION.split(text)[::2]]
        left, right, *others = (parsed(text) for text in (claim["left"], claim["right"], *assumed))
        self.claim, self.sides, self.cases = claim, (left, right), cases
        self.divisors = frozenset[int]().union(*map(divisors, (left, right, *others)))
        self.work, self.i, self.pi, self.names, self.size = 0, gen(1), gen(2), {"I": 1, "pi": 2}, 2
        self.relations: list[tuple[int, int, Poly]] = [(1, 2, {0: -1})]
        self.ranges, self.turned = {2: PI}, {1: gen(1, -1)}  # of the real generators, and conjugates of others
        self.below: dict[int, Poly] = {}  # of what generators are the inverses
        self.roots: dict[int, int] = {}  # their degrees
        self.angles: dict[int, tuple[Poly, ...]] = {}  # z, exp(z), exp(-z)
        self.facts: list[tuple[Poly, bool]] = []
        self.values: dict[Any, Poly] = {}  # of formulas (1, or 0 as they are written), roots (degree), functions (name)

    def named(self, name: str, new: bool = False, known: Range | None = None) -> int:  # @1 are made by steps, once each
        fits = new != (name in self.names) if name[0] == "@" else not new and name != "oo"
        need(fits, f"{name} is made twice, or never")
        if name not in self.names:
            self.names[name] = self.size = k = self.size + 1
            if name in self.claim["complex"]:
                self.turned |= {k: gen(k + 1), k + 1: gen(k)}
                self.size += 1
            elif known or name[0] != "@":
                self.ranges[k] = known or Range()
        return self.names[name]

    def mul(self, p: Poly, q: Poly) -> Poly:
        if ONE in (p, q):
            return q if p == ONE else p
        self.work += len(p) * len(q)
        need(self.work < MOST_WORK and sum(max(0, 0, *map(FIELD.__and__, f)) for f in (p, q)) < MOST_DEGREE, "too long")
        out: Poly = {}
        for m, a in p.items():
            for n, b in q.items():
                out[m + n] = out.get(m + n, 0) + a * b
        return {m: b for m, b in out.items() if b}

    def power(self, p: Poly, k: int) -> Poly:
        size = max((max(abs(c.numerator), c.denominator).bit_length() for c in p.values()), default=0)
        need(k <= MOST_DEGREE and k * size < MOST_BITS, "too long")
        return reduce(self.mul, [p] * k, ONE)

    def reduce(self, p: Poly) -> Poly:
        for k, q, value in reversed(self.relations):  # each has earlier generators only
            if reduce(int.__or__, p, 0) >> BITS * k & FIELD >= q and max(parts := split(p, k)) >= q:
                rests = ((self.power(gen(k), d % q), self.power(value, d // q), part) for d, part in parts.items())
                p = reduce(total, (self.mul(self.mul(a, part), b) for a, b, part in rests), {})
        return p

    def composed(self, p: Poly, k: int, above: Poly, below: Poly) -> Poly:
        top = max(parts := split(p, k), default=0)
        scales = ((self.mul(self.power(above, d), self.power(below, top - d)), part) for d, part in parts.items())
        return reduce(total, (self.mul(scale, part) for scale, part in scales), {})

    def cleared(self, p: Poly, even: bool = True) -> Poly:  # times what it is divided by (`even`: squares of sizes)
        p = self.reduce(p)
        for k, d in reversed(self.below.items()):
            if n := reduce(int.__or__, p, 0) >> BITS * k & FIELD and max(split(p, k)):
                more = ONE if not even else self.power(self.conj(d), n) if not self.real(d) else d if n % 2 else ONE
                p = self.reduce(self.mul(self.composed(p, k, ONE, d), more))
        return p

    def same(self, p: Poly, q: Poly) -> bool:
        return not self.cleared(total(p, q, -1), False)

    def times(self, *values: Poly) -> Poly:
        return reduce(lambda v, w: self.reduce(self.mul(v, w)), values)

    def raised(self, v: Poly, k: int, strict: bool = True) -> Poly:  # else a divisor is not zero from now on
        if k < 0:
            need(self.cleared(v), "a division by what may be zero")
            c = content(v) * (1 if v[max(v)] > 0 else -1)
            if (p := total({}, v, 1 / c)) not in (ONE, *self.below.values()):
                need(not strict, "a division by what may be zero")
                self.below[self.size + 1], self.size = p, self.size + 1
                self.ranges |= {self.size: Range()} if self.real(p) else {}
            v = {0: 1 / c} if p == ONE else gen(next(j for j, d in self.below.items() if d == p), 1 / c)
        return self.reduce(self.power(v, abs(k)))

    def real(self, p: Poly) -> bool:
        return all(k in self.ranges for k in variables(p))

    def conj(self, p: Poly) -> Poly:
        k = next((k for k in variables(p) if k not in self.ranges), None)
        if k is None:
            return p
        if k in self.below and k not in self.turned:
            self.turned[k] = self.raised(self.conj(self.below[k]), -1, False)
        powers = ((c, self.raised(self.turned[k], j)) for j, c in split(p, k).items())
        return reduce(total, (self.times(self.conj(c), power) for c, power in powers), {})

    def of(self, node: ast.expr) -> Poly:
        own = 1 if self.relations else 0, key(node)
        if own not in self.values:
            self.values[own] = self.value(node)
        return self.values[own]

    def value(self, node: ast.expr) -> Poly:  # what divides is a divisor of the two sides, or known not to be zero
        match node:
            case ast.Set([ast.Constant(str(digits))]):
                return {0: q if q.denominator > 1 else q.numerator} if (q := Fraction(digits)) else {}
            case ast.Name(name):
                return gen(self.named(name.translate(WRITTEN)))
            case ast.UnaryOp(ast.USub(), inner):
                return total({}, self.of(inner), -1)
            case ast.BinOp(left, ast.Add() | ast.Sub() as op, right):
                return total(self.of(left), self.of(right), 1 if isinstance(op, ast.Add) else -1)
            case ast.BinOp(left, ast.Mult(), right):
                return self.times(self.of(left), self.of(right))
            case ast.BinOp(left, ast.Div() | ast.FloorDiv(), right):
                return self.times(self.of(left), self.raised(self.of(right), -1, key(right) not in self.divisors))
            case ast.BinOp(left, ast.Pow(), right) if number(right) is None:
                return self.of(rule("^", [left, right]))
            case ast.BinOp(left, ast.Pow(), right):
                power = number(right)
                base = self.of(left) if power.denominator == 1 else self.values[power.denominator, key(left)]
                return self.raised(base, power.numerator, key(left) not in self.divisors)
            case ast.Call(ast.Name("νconj"), [arg]):
                return self.conj(self.of(arg))
            case ast.Call(func, args) if written(func) in RULES:
                return self.of(rule(written(func), args))
            case ast.Call(func, [arg]) if (written(func), key(arg)) in self.values:
                return self.values[written(func), key(arg)]
        raise Rejected(f"nothing replaces {written(node)[:60]}")

    def element(self, text: Any, relations: bool = True) -> Poly:
        kept, self.relations = self.relations, self.relations if relations else []
        p, self.relations = self.of(parsed(text, gens=True)), kept
        return p

    def signs(self, p: Poly, steps: Any) -> bool:  # checks a proof of p >= 0 without more steps; whether it shows p > 0
        strict = self.positive(p, left := iter(steps), self.ranges)
        need(next(left, None) is None, "steps that prove nothing")
        return strict

    def positive(self, p: Poly, steps: Iterator[Any], known: Mapping[int, Range]) -> bool:
        kind, *more = next(steps)
        need(kind == "norm" or all(k in known for k in variables(p)), "what is not real has no sign")
        if kind == "terms":  # none is negative; whether one is positive, its variables away from zero
            up = {k for k in variables(p) if known[k].low is not None and known[k].low >= 0}
            away = {k for k in up if known[k].low > 0 or known[k].above}
            odd = {k for k in variables(p) if any(m >> BITS * k & 1 for m in p)}
            need(odd <= up and all(c > 0 for c in p.values()), "a term may be negative")
            return any(away >= set(variables({m: 1})) for m in p)
        if kind == "on":
            return min([self.positive(q, steps, own) and e for q, own, e in self.pieces(p, known, *more)])
        need(known is self.ranges, "facts come first")  # a mapped variable is another one
        if kind == "by":  # p q >= 0 and q > 0
            need(self.positive(q := self.element(more[0], False), steps, known), "a factor that may be zero")
            return self.positive(self.times(p, q), steps, known)
        if kind == "fact":
            fact, strict = dict(enumerate(self.facts))[more[0]]
            if len(more) == 1:  # so much of it is taken off that its first term is gone; other steps prove the rest
                lead = max(fact, default=0)
                need(p.get(lead, 0) * fact.get(lead, 0) > 0, "a fact that says nothing here")
                left = total(p, fact, -Fraction(p[lead], fact[lead]))
                return (bool(left) and self.positive(left, steps, known)) or strict
            k = self.named(more[1])  # in which it is linear, and whose place it takes
            parts, own = split(fact, k), {**known, k: Range(Fraction(0), None, strict)}
            need(set(parts) <= {0, 1} and set(parts[1]) == {0} and self.real(fact), "a fact that is not linear")
            above = total({}, total(gen(k), parts.get(0, {}), -1), 1 / Fraction(parts[1][0]))
            return self.positive(self.composed(p, k, above, ONE), steps, own)
        need(kind == "norm", f"{kind} is no step")  # |z|^2 is taken off
        left = self.cleared(total(p, self.times(z := self.element(*more), self.conj(z)), -1))
        return bool(left) and self.positive(left, steps, known)

    def pieces(self, p: Poly, known: Mapping[int, Range], name: str, cuts: list[Any]) -> Iterator[Any]:
        """With a variable in pieces between the cuts, each mapped to t >= 0; whether t has all values."""
        x, ends = known[k := self.named(name)], [e and number(e) for e in cuts]
        need(ends[0] in (None, x.low) and ends[-1] in (None, x.high) and ends != [0, None], "not its ends")
        need(ends[1:-1] in ([], [0 if x.low is None else 1]), "no pieces of a range")
        for a, b in pairwise(ends):  # x = (a + b t)/(1 + t), a + t or b - t
            end, way = (b, -1) if a is None else (a, 1 if b is None else b)
            need(end is not None and (None in (a, b) or a < b), "cuts that do not grow")
            above, below = total({0: end} if end else {}, gen(k), way), ONE if None in (a, b) else total(ONE, gen(k))
            q = self.composed(p, k, above, below)
            edge = (end == x.low and x.above) if a is not None else (end == x.high and x.below)
            own = {**known, k: Range(Fraction(0), None, edge)}
            yield q, own, below == ONE or b != ends[-1] or (b == x.high and x.below)

    def claimed(self, claim: Any) -> tuple[Poly, bool]:  # c prod p^k, c >= 0, p >= 0 where k is odd; whether it is > 0
        c, out, strict = number(claim["c"]), self.element(claim["c"]), True
        need(c >= 0, "a negative coefficient")
        for text, k, steps in claim["factors"]:
            p = self.element(text, False)
            need(type(k) is int and k != 0 and (steps is not None or (k % 2 == 0 and self.real(p))), "no sign")
            strict &= (steps is not None and self.signs(p, steps)) or k < 0 or self.reduce(p) in self.below.values()
            out = self.times(out, self.raised(self.reduce(p), k))
        return out, strict and c > 0

    def by_gen(self, s: Any) -> None:
        if "root" in s:
            q, p = s["root"], self.element(s["of"], False)
            need(type(q) is int and 1 < q <= MOST_ROOT, "no degree of a root")
            low = Range(Fraction(0), None, self.signs(p, s["low"])) if "low" in s else None
            self.roots[k := self.named(s["gen"], True, low)] = q
            self.relations.append((k, q, self.reduce(p)))
        elif "log" in s:  # exp(gen) is a value > 0
            value, strict = self.claimed(s["log"])
            need(strict, "the logarithm of what may be zero")
            k = self.named(s["gen"], True, Range())
            self.angles[k] = gen(k), value, self.raised(value, -1, False)
        elif "arg" in s:  # exp(i gen) is a value of size one, and -pi < gen <= pi
            value = self.element(s["arg"])
            need(self.same(self.times(value, self.conj(value)), ONE), "not of size one")
            k = self.named(s["gen"], True, Range())
            self.angles[k] = self.mul(self.i, gen(k)), value, self.conj(value)
            self.facts += [(total(self.pi, gen(k)), True), (total(self.pi, gen(k), -1), False)]
        elif "exp" in s:
            e = self.element(s["exp"])
            k = self.named(s["gen"], True, Range(Fraction(0), None, True) if self.real(e) else None)
            self.angles[k] = e, gen(k), self.raised(gen(k), -1, False)
            self.turned |= {k: self.angles[k][2]} if self.real(self.times(e, self.i)) else {}
        else:
            e = self.element(s["angle"])
            wave = Range(Fraction(-1), Fraction(1)) if self.real(e) else None
            c, d = (self.named(name, True, wave) for name in s["gen"])
            self.angles[c] = self.times(self.i, e), *(total(gen(c), self.mul(self.i, gen(d)), sign) for sign in (1, -1))
            self.relations.append((d, 2, total(ONE, self.mul(gen(c), gen(c)), -1)))

    def by_range(self, s: Any) -> None:
        k, end, sign = self.named(s["range"]), number(s["at"]), {"low": 1, "high": -1}[s["end"]]
        x, p = self.ranges[k], total({}, total(gen(k), {0: end}, -1), sign)
        strict = self.signs(p, s["signs"])
        self.ranges[k] = Range(end, x.high, strict, x.below) if sign > 0 else Range(x.low, end, x.above, strict)

    def relation(self, text: str) -> tuple[Poly, str]:
        left, op, right = RELATION.split(text)
        return total(self.of(parsed(left)), self.of(parsed(right)), -1), op

    def by_fact(self, s: Any) -> None:
        text = dict(enumerate(self.cases))[s["case"]] if "case" in s else s["from"]
        p, (value, op) = self.element(s["fact"], False), self.relation(text)
        num = self.cleared(total({}, value, 1 if op[0] == ">" else -1))
        said = "case" in s or text in self.claim["assumptions"]
        need(said and op in (">=", ">", "<=", "<") and self.real(value), f"{text} is not assumed, or gives no sign")
        need(p and total({}, num, 1 / content(num)) == self.reduce(p), f"not what {text} says")
        self.facts.append((p, len(op) == 1))

    def by_nonzero(self, s: Any) -> None:
        """What is > 0, or a factor of a product of divisors, of assumptions, and of what is known not to be zero."""
        p = self.element(s["nonzero"], False)
        whole = self.times(self.reduce(p), self.element(s.get("times", "1")))
        for text in s.get("of", ()):
            said = text in self.claim["assumptions"]
            value, op = self.relation(text) if said else (self.element(text), "!=")
            need(op == "!=", f"{text} does not say what is not zero")
            whole = self.times(whole, self.raised(value, -1, not (said or key(parsed(text, True)) in self.divisors)))
        need(self.signs(p, s["signs"]) if "signs" in s else self.same(whole, ONE), "it may be zero")
        need(content(self.reduce(p)) == 1, "not primitive")
        self.raised(self.reduce(p), -1, False)

    def by_root(self, s: Any) -> None:
        """w for the principal root of f: w^q = f; w >= 0, or c g^k with c >= 0, or for a square root u + i v."""
        f, q, w = self.element(s["of"]), s["root"], self.element(s["is"])
        f, power = (self.times(f, self.conj(f)), 2) if q == "abs" else (f, q)
        need(type(power) is int and 0 < power <= MOST_ROOT, "no degree of a root")
        need(self.same(self.raised(w, power), f), "not a root of that")
        c, strict = (w, False) if q == 1 else self.claimed(s["claim"])
        if "side" in s:  # u = c >= 0, and v >= 0 where that may be zero
            v = self.times(total(c, w, -1), self.i)
            need(q == 2 and self.real(v), "not a principal root")
            c = w if strict or self.same(v, self.claimed(s["side"])[0]) else c
        elif "gen" in s:
            k, power = self.named(s["gen"]), s["power"]
            need(type(power) is int and self.roots[k] == q * power, "no such root")
            c = self.times(c, self.raised(gen(k), power))
        need(self.same(w, c), "not a principal root")
        self.values[q, key(parsed(s["of"], gens=True))] = w

    def turned_by(self, s: Any) -> tuple[Poly, Poly, Poly]:  # z = sum n z_j + i pi r/2 over generators, exp(z), exp(-z)
        need(type(r := s["quarters"]) is int and all(type(n) is int and n for n, _ in s["angles"]), "no such angle")
        z = self.times(self.i, self.element(f"({r})/2"), self.pi)
        up, down = self.raised(self.i, r % 4), self.raised(self.i, -r % 4)
        for n, g in s["angles"]:
            turn, *both = self.angles[self.named(g)]
            z, one, other = total(z, turn, n), *both[:: 1 if n > 0 else -1]
            up, down = self.times(up, self.raised(one, abs(n))), self.times(down, self.raised(other, abs(n)))
        return z, up, down

    def between(self, z: Poly, quarters: int, steps: Any) -> list[bool]:  # Im z between -+ q pi/2; without which ends
        edge = self.times({0: quarters}, self.pi)
        turn = self.times(total(z, self.conj(z), -1), gen(1, -1))  # 2 Im z
        return [self.signs(self.cleared(total(edge, turn, e)), own) for e, own in zip((1, -1), steps, strict=True)]

    def by_turn(self, s: Any) -> None:
        """For z = i B: cos B >= 0 where |B| <= pi/2, and this where |B| < 3 pi/2 and cos B >= 0."""
        z, up, down = self.turned_by(s)
        twice, cosine = self.times({0: 2}, z, gen(1, -1)), self.cleared(total(up, down))
        need(self.real(twice) and self.real(total(up, down)), "what is not real has no sign")
        if "cos" in s:
            strict = self.signs(cosine, s["cos"])
            need(all(self.between(z, 3, s["signs"])), "not between -+ 3 pi/2")
            self.facts += [(self.cleared(total(self.pi, twice, sign)), strict) for sign in (1, -1)]
        else:
            self.facts.append((cosine, all(self.between(z, 1, s["signs"]))))

    def by_sum(self, s: Any) -> None:
        """exp(w) = f and -pi < Im w <= pi for w = log f; 2 i arctan f = log((1 + i f)/(1 - i f)), which is never -1."""
        name, f, (w, up, _) = s["sum"], self.element(s["of"]), self.turned_by(s)
        if name == "exp":
            need(self.same(w, f), "not the exponent")
            w = up
        else:
            above, below = (f, ONE) if name == "log" else (total(ONE, self.times(self.i, f), e) for e in (1, -1))
            strict = self.between(w, 2, s["signs"])[0]
            need(self.same(self.times(up, below), above), "not a logarithm of that")
            need(strict if name == "log" else name == "arctan" and self.real(f), "not a principal value")
            w = w if name == "log" else self.times(w, self.element("-I/2"))
        self.values[name, key(parsed(s["of"], gens=True))] = w


def check(claim: Any) -> None:
    """Rejected, with the reason, where it is not proved that left = right, where both have a value, as assumed."""
    try:
        todo: list[tuple[Any, list[str]]] = [(claim["proof"], [])]
        for proof, cases in todo:
            need(len(cases) <= MOST_CASES, "too many cases")
            if text := proof.get("split"):
                todo += [(proof[s], [*cases, f"{text} {op} 0"]) for s, op in (("plus", ">="), ("minus", "<="))]
                continue
            leaf = Leaf(claim, cases)
            for s in proof["steps"]:
                getattr(leaf, f"by_{next(iter(s))}")(s)
            need(leaf.same(*map(leaf.of, leaf.sides)), "the two sides are not proved to be equal")
    except Exception as err:  # whatever it is, nothing is proved
        raise Rejected(str(err) if isinstance(err, Rejected) else f"it can't be read ({err!r:.80})") from err


def judged(s: Any) -> tuple[str, str]:
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
    counts = {"accepted": 0, "rejected": 0, "not covered": 0}
    try:
        text = Path(path).read_text(encoding="utf-8")
        data = [] + json.loads(text, object_pairs_hook=lambda p: dict(p) if len(dict(p)) == len(p) else [])
        every = [(e["id"], str(s["statement"]), s) for e in data for s in e["evidence"]["statements"]]
        chosen = [s for s in every if s[2]["verdict"] == "exact"]
    except (OSError, ValueError, LookupError, TypeError, RecursionError, Rejected) as err:
        print(f"recheck: {path} is no ledger as `cascade-sym verify --json` writes it: {err}", file=sys.stderr)
        return 2
    for place, text, statement in chosen:
        counts[(found := judged(statement))[0]] += 1
        print(f"({place}) {found[0]}: {text if len(text) <= 60 else text[:57] + '...'} ({found[1]})")
    said = "" if counts["accepted"] + counts["rejected"] else "; nothing was checked"
    print(", ".join(f"{n} {word}" for word, n in counts.items()) + said)
    return 1 if counts["rejected"] else 0 if chosen else 2


if __name__ == "__main__":
    sys.exit(recheck(sys.argv[1] if len(sys.argv) == 2 else "(give one file)"))

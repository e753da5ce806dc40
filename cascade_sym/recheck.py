"""A second opinion: checks the certificates of a ledger with nothing but integers, nothing of the toolkit or of SymPy.

`python -m cascade_sym.recheck LEDGER.json` (the same as `cascade-sym recheck`) reads what `verify --json` or `paper`
wrote; derivations/README.md says what a certificate holds. It proves left = right at every point where its
`assumptions` hold and both sides have a value. Exit code: 0 nothing is rejected, 1 something is, 2 no ledger.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import reduce
from itertools import pairwise
from math import gcd
from pathlib import Path
from typing import Any, NamedTuple

BITS = 24  # of the exponent of one generator in a monomial, which is one integer; its lowest field is the degree
FIELD = (1 << BITS) - 1
MOST_DEGREE, MOST_WORK, MOST_BITS, MOST_LENGTH = 1 << 13, 10_000_000, 1_000_000, 400_000
MOST_DIGITS, MOST_POWER, MOST_ROOT, MOST_CASES = 400, 999, 64, 8
Poly = dict[int, int]
Json = Mapping[str, Any]
ONE: Poly = {0: 1}


class Rejected(Exception):
    """What a certificate says does not follow, or what was given is no ledger."""


def need(holds: Any, why: str) -> None:
    if not holds:
        raise Rejected(why)


# -- formulas: Python's parser reads them, once names, numbers and powers are written so that it can ------------------

TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?(?![\w.]))|(?P<name>[A-Za-z][A-Za-z0-9_]*'*)"
    r"|(?P<gen>@[0-9]+)|(?P<op>\*\*|//|[-+*/^(),]))\s*"
)
RELATION = re.compile(r"(>=|<=|!=|~=|:=|=|>|<)")
RULES = {
    "sqrt": "({0})^(1/2)", "tan": "sin({0})/cos({0})", "cot": "cos({0})/sin({0})", "sec": "1/cos({0})",
    "csc": "1/sin({0})", "sinh": "(exp({0})-exp(-({0})))/2", "cosh": "(exp({0})+exp(-({0})))/2",
    "tanh": "sinh({0})/cosh({0})", "coth": "cosh({0})/sinh({0})", "sech": "1/cosh({0})", "csch": "1/sinh({0})",
    "Re": "(({0})+conj({0}))/2", "Im": "(({0})-conj({0}))/2/I", "sgn": "({0})/abs({0})",
    "min": "(({0})+({1})-abs(({0})-({1})))/2", "max": "(({0})+({1})+abs(({0})-({1})))/2",
}  # fmt: skip
WRITTEN = str.maketrans({"ν": "", "ξ": "@", "ʹ": "'", "{": "", "}": "", "'": ""})


def source(text: Any, names: Mapping[str, str], gens: bool) -> str:
    need(isinstance(text, str) and text.isascii() and len(text) <= MOST_LENGTH, "a formula is a text, not too long")
    out, at = [], 0
    while at < len(text):
        m = TOKEN.match(text, at)
        if m is None or (m["gen"] and not gens) or len(m["number"] or "") > MOST_DIGITS:
            raise Rejected(f"not a formula: {text[at : at + 30]!r}")
        token, at = str(m[m.lastgroup or 0]), m.end()
        if m["name"] in names and text[at : at + 1] != "(":
            token = f"({source(names[token], {}, False)})"
        elif m["number"] or m["name"]:
            token = f"{{'{token}'}}" if m["number"] else "ν" + token.replace("'", "ʹ")
        out.append(token.replace("^", "**").replace("@", "ξ"))
    return " ".join(out)


def parsed(text: Any, names: Mapping[str, str] | None = None, gens: bool = False) -> ast.expr:
    """The tree of a formula; `names` stand for formulas, generators (@1) may occur where `gens`."""
    return ast.parse(source(text, names or {}, gens), mode="eval").body


def written(node: ast.expr) -> str:
    """A part of a formula as certificates write it."""
    return ast.unparse(node).translate(WRITTEN).replace(" ** ", "^").replace("**", "^")


def exponent(node: ast.expr) -> Fraction:
    q = Fraction(re.sub(r"[ ()]", "", written(node)))
    need(abs(q.numerator) <= MOST_POWER and q.denominator <= MOST_ROOT, "an exponent is too large")
    return q


def divisors(trees: list[ast.expr]) -> Iterator[str]:
    """What formulas divide by, as it is written; where they have a value it is not zero."""
    for node in (node for tree in trees for node in ast.walk(tree)):
        match node:
            case ast.BinOp(_, ast.Div() | ast.FloorDiv(), right):
                yield written(right)
            case ast.BinOp(left, ast.Pow(), right) if exponent(right) < 0:
                yield written(left)
            case ast.Call(func, args) if written(func) in RULES:
                yield from divisors([rule(func, args)])


def rule(func: ast.expr, args: list[ast.expr]) -> ast.expr:
    need(len(args) == 1 + RULES[written(func)].count("{1}") // 2, "not a formula")
    return parsed(RULES[written(func)].format(*map(written, args)), gens=True)


def number(text: Any) -> Fraction:
    need(isinstance(text, str) and re.fullmatch(r"-?[0-9]{1,400}(/[1-9][0-9]{0,399})?", text), f"no number: {text!r}")
    return Fraction(text)


# -- polynomials ------------------------------------------------------------------------------------------------------


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
    every = 0
    for m in p:
        every |= m
    return [k for k in range(1, every.bit_length() // BITS + 1) if every >> BITS * k & FIELD]


class Range(NamedTuple):
    """Real numbers from low to high; `above` and `below`: without that edge."""

    low: Fraction | None = None
    high: Fraction | None = None
    above: bool = False
    below: bool = False


PI = Range(Fraction("3.14159265358979323846"), Fraction("3.14159265358979323847"), True, True)


def terms(p: Poly, known: Mapping[int, Range]) -> bool:
    """Checks that every term of a polynomial is >= 0; whether one is > 0."""
    sign = {k: (x.low is not None and x.low >= 0) - (x.high is not None and x.high <= 0) for k, x in known.items()}
    away = {k for k, x in known.items() if sign[k] and ((x.low, x.above), (x.high, x.below))[sign[k] < 0] != (0, False)}
    for m, c in p.items():
        odd = [sign[k] for k in variables({m: 1}) if (m >> BITS * k) % 2]
        need(0 not in odd and (c > 0) == (odd.count(-1) % 2 == 0), "a term may be negative")
    return any(away >= set(variables({m: 1})) for m in p)


class Leaf:
    """One case of a proof, and what its steps have established so far.

    Values are polynomials in generators 1, 2, ..., reduced by `relations` (generator^degree = polynomial); what is
    divided by has a generator for its inverse (`below`).
    """

    def __init__(self, claim: Json, sides: list[ast.expr], cases: list[tuple[ast.expr, str]]) -> None:
        self.divisors = set(
            divisors([*sides, *(parsed(t) for a in claim["assumptions"] for t in RELATION.split(a)[::2])])
        )
        self.claim, self.cases, self.told, self.work, self.size = claim, cases, 0, 0, 0
        self.names: dict[str, int] = {}
        self.relations: list[tuple[int, int, Poly]] = []
        self.ranges: dict[int, Range] = {}  # of the real generators
        self.turned: dict[int, Poly] = {}  # conjugates of others
        self.below: dict[int, Poly] = {}
        self.roots: dict[int, tuple[int, Poly]] = {}
        self.angles: dict[int, tuple[Poly, Poly, Poly]] = {}  # z, exp(z), exp(-z)
        self.facts: list[tuple[Poly, bool]] = []
        self.replaced: dict[tuple[Any, str], Poly] = {}  # roots (by degree) and functions (by name) of formulas
        self.shorter: dict[str, Poly] = {}  # parts that are written otherwise
        self.i = gen(self.named("I"))
        self.relations.append((self.named("I"), 2, {0: -1}))
        self.turned[self.named("I")] = total({}, self.i, -1)

    def named(self, name: str, new: bool = False) -> int:
        """The generator of a name; those of roots and angles (@1) are made by steps, once each."""
        need(name != "oo" and (name[0] != "@" or new != (name in self.names)), f"{name} is made twice, or never")
        if name not in self.names:
            self.names[name] = self.size = k = self.size + 1
            if name in self.claim["complex"]:
                self.turned |= {k: gen(k + 1), k + 1: gen(k)}
                self.size += 1
            elif name[0] != "@" and name != "I":
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
        for k, degree, value in reversed(self.relations):  # each has earlier generators only
            parts, p = split(p, k), {}
            for d, part in sorted(parts.items()):
                whole = self.mul(part, self.power(gen(k), d % degree))
                p = total(p, self.mul(whole, self.power(value, d // degree)) if d >= degree else whole)
        return p

    def composed(self, p: Poly, k: int, above: Poly, below: Poly) -> Poly:
        """below^d p at generator k = above/below, with d the degree of p in it."""
        parts, out = split(p, k), dict[int, int]()
        for j, part in parts.items():
            scale = self.mul(self.power(above, j), self.power(below, max(parts) - j))
            out = total(out, self.mul(part, scale))
        return out

    # -- values

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
        out = ONE
        for v in values:
            out = self.reduce(self.mul(out, v))
        return out

    def raised(self, v: Poly, k: int, strict: bool = True) -> Poly:
        """A power; where `strict`, what is divided by must be known not to be zero, else it is known from now on."""
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
        need(k in self.turned, "a conjugate that is not known")
        out: Poly = {}
        for j, part in split(p, k).items():
            out = total(out, self.times(self.conj(part), self.raised(self.turned[k], j)))
        return out

    def of(self, node: ast.expr) -> Poly:
        """The value of a formula; what divides is a divisor of the two sides, or known not to be zero."""
        match node:
            case ast.BinOp() if self.shorter and (text := written(node)) in self.shorter:
                return self.shorter[text]
            case ast.Set([ast.Constant(str(digits))]):
                return self.rational(Fraction(digits))
            case ast.Name(name):
                return gen(self.named(name.translate(WRITTEN)))
            case ast.UnaryOp(ast.USub() | ast.UAdd() as op, inner):
                return total({}, self.of(inner), -1 if isinstance(op, ast.USub) else 1)
            case ast.BinOp(left, ast.Add() | ast.Sub() as op, right):
                return total(self.of(left), self.of(right), 1 if isinstance(op, ast.Add) else -1)
            case ast.BinOp(left, ast.Mult(), right):
                return self.times(self.of(left), self.of(right))
            case ast.BinOp(left, ast.Div() | ast.FloorDiv(), right):
                return self.times(self.of(left), self.raised(self.of(right), -1, written(right) not in self.divisors))
            case ast.BinOp(left, ast.Pow(), right):
                q, text = exponent(right), written(left)
                base = self.of(left) if q.denominator == 1 else self.replaced.get((q.denominator, text))
                need(base is not None, f"nothing replaces {written(node)[:60]}")
                return self.raised(base or {}, q.numerator, text not in self.divisors)
            case ast.Call(ast.Name("νconj"), [arg]):
                return self.conj(self.of(arg))
            case ast.Call(func, args) if written(func) in RULES:
                return self.of(rule(func, args))
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
        need(not any(k in self.below for k in variables(p)), "a polynomial has integer coefficients")
        return p

    # -- signs

    def signs(self, p: Poly, steps: Any) -> bool:
        """Checks a proof of p >= 0, of which all the steps are needed; whether it shows p > 0."""
        left = iter(steps)
        strict = self.positive(p, left, self.ranges)
        need(next(left, None) is None, "steps that prove nothing")
        return strict

    def positive(self, p: Poly, steps: Iterator[Any], known: Mapping[int, Range]) -> bool:
        """One proof from the steps; once a variable is mapped, `known` are no more the ranges of this leaf."""
        kind, *more = next(steps)
        need(kind == "norm" or all(k in known for k in variables(p)), "what is not real has no sign")
        if kind == "terms":
            return terms(p, known)
        if kind == "on":
            return all([self.positive(q, steps, own) and strict for q, own, strict in self.pieces(p, *more, known)])
        need(known is self.ranges, "facts come first")
        if kind == "fact":
            fact, strict = self.facts[int(more[0])]
            if len(more) == 1:
                need(p and primitive(p) == primitive(fact), "not the polynomial of the fact")
                return strict
            k = self.named(more[1])  # in which it is linear, and whose place it takes
            parts, own = split(fact, k), {**known, k: Range(Fraction(0), None, strict)}
            need(set(parts) <= {0, 1} and set(parts[1]) == {0} and self.real(fact), "a fact that is not linear")
            above = total({}, total(gen(k), parts.get(0, {}), -1), 1 if parts[1][0] > 0 else -1)
            return self.positive(self.composed(p, k, above, {0: abs(parts[1][0])}), steps, own)
        if kind == "norm":  # |z|^2 e^2
            z, e = map(self.element, more)
            need(self.real(e) and self.same(p, self.times(z, self.conj(z), e, e)), "not a norm")
            return False
        if kind == "over":  # r >= 0 and d = r^2 - s^2 >= 0 make r + s >= 0
            r, d = map(self.plain, more)
            s = total(p, r, -1)
            need(not self.reduce(total(total(d, self.mul(s, s)), self.mul(r, r), -1)), "not r^2 - s^2")
            return (self.positive(r, steps, known), self.positive(d, steps, known))[1]
        need(kind == "square", f"{kind} is no step")  # a x^2 + b x + c with a > 0, 4 a c - b^2 >= 0
        a, b, c = ((parts := split(p, self.named(more[0]))).get(j, {}) for j in (2, 1, 0))
        need(max(parts) == 2 and self.positive(a, steps, known), "not quadratic")
        return self.positive(total(self.mul({0: 4}, self.mul(a, c)), self.mul(b, b), -1), steps, known)

    def pieces(self, p: Poly, name: str, cuts: list[Any], known: Mapping[int, Range]) -> Iterator[Any]:
        """A polynomial with a variable in pieces between the cuts, each mapped to t >= 0; whether t has all values."""
        k, (low, *inner, high) = self.named(name), [e and number(e) for e in cuts]
        x = known[k]
        need(low is None or (x.low is not None and low <= x.low), "a range is cut too high")
        need(high is None or (x.high is not None and high >= x.high), "a range is cut too low")
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
            need(type(k) is int and 0 < abs(k) <= MOST_POWER, "no power")
            need(steps is not None or (k % 2 == 0 and self.real(p)), "no sign")
            strict = ((steps is not None and self.signs(p, steps)) or k < 0) and strict
            out = self.times(out, self.raised(self.reduce(p), k))
        return out, strict

    # -- steps

    def by_gen(self, s: Json) -> None:
        """A root of a polynomial, an exponential, or cosine and sine of an angle."""
        if "root" in s:
            q, p = s["root"], self.plain(s["of"])
            need(type(q) is int and 1 < q <= MOST_ROOT, "no degree of a root")
            strict = self.signs(p, s["low"]) if "low" in s else False
            k = self.named(s["gen"], True)
            self.roots[k] = q, self.reduce(p)
            self.relations.append((k, *self.roots[k]))
            self.ranges |= {k: Range(Fraction(0), None, strict)} if "low" in s else {}
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
            pi = gen(self.named("pi"))
            for k, name, end, turns, sign in (c, "cos", pi, 2, 1), (d, "sin", {}, 1, 1), (d, "-sin", {}, 1, -1):
                if name in s and self.real(e):  # the angle between -+ pi/2, or 0 and +- pi
                    self.signs(self.cleared(total(end, e, turns * sign)), s[name][0])
                    self.signs(self.cleared(total(pi, e, -turns * sign)), s[name][1])
                    self.ranges[k] = Range(Fraction((sign - 1) // 2), Fraction((sign + 1) // 2))

    def by_range(self, s: Json) -> None:
        """Bounds of a symbol, or of a root that is >= 0."""
        k = self.named(s["range"])
        q, value = self.roots.get(k, (1, gen(k)))
        for sign, name in (1, "low"), (-1, "high"):
            if name in s:
                end, x = number(s[name][0]), self.ranges[k]
                need(q == 1 or (end >= 0 and x.low is not None and x.low >= 0), "a root of unknown sign")
                p = total({0: -sign * end.numerator**q} if end else {}, value, sign * end.denominator**q)
                strict = self.signs(p, s[name][1])
                self.ranges[k] = Range(end, x.high, strict, x.below) if sign > 0 else Range(x.low, end, x.above, strict)

    def relation(self, text: str) -> tuple[Poly, str]:
        """left - right of an assumption, and its sign."""
        need(text in self.claim["assumptions"] and len(RELATION.split(text)) == 3, f"{text} is not assumed")
        left, op, right = RELATION.split(text)
        return total(self.of(parsed(left)), self.of(parsed(right)), -1), op

    def by_fact(self, s: Json) -> None:
        """A polynomial that an assumption, or the present case, makes >= 0."""
        if "case" in s:
            need(s["case"] == self.told < len(self.cases), "cases come in their order")
            node, op = self.cases[self.told]
            value, self.told = self.of(node), self.told + 1
            need(self.real(value), "what is not real has no sign")
        else:
            value, op = self.relation(s["from"])
        p, num = self.plain(s["fact"]), self.cleared(total({}, value, 1 if op[0] == ">" else -1))
        need(op in (">=", ">", "<=", "<"), "no inequality")
        need(num and primitive(num) == primitive(self.reduce(p)), f"not what {s.get('from', 'the case')} says")
        self.facts.append((p, len(op) == 1))

    def by_nonzero(self, s: Json) -> None:
        """What is > 0, or a factor of a product of divisors, of assumptions, and of what is known not to be zero."""
        p = self.reduce(self.plain(s["nonzero"]))
        if "signs" in s:
            need(self.signs(self.plain(s["nonzero"]), s["signs"]), "it may be zero")
        else:
            whole = self.times(p, self.element(s["times"]))
            for text in s["of"]:
                said = text in self.claim["assumptions"]
                value, op = self.relation(text) if said else (self.element(text), "!=")
                need(op == "!=", "that does not say what is not zero")
                whole = self.times(whole, self.raised(value, -1, not said and text not in self.divisors))
            need(self.same(whole, ONE), "it may be zero")
        self.raised(p, -1, False)

    def by_part(self, s: Json) -> None:
        w = self.element(s["is"])
        need(self.same(w, self.element(s["part"])), "not the same value")
        self.shorter[written(parsed(s["part"], gens=True))] = w

    def by_root(self, s: Json) -> None:
        """w for the principal root of f: w^q = f; w >= 0, or c g^k with c >= 0, or for a square root u + i v."""
        f, q, w, (c, strict) = self.element(s["of"]), s["root"], self.element(s["is"]), self.claimed(s["claim"])
        need(q == "abs" or (type(q) is int and 1 < q <= MOST_ROOT), "no root")
        same = (
            self.same(self.times(w, w), self.times(f, self.conj(f))) if q == "abs" else self.same(self.raised(w, q), f)
        )
        need(same, "not a root of that")
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

    def by_sum(self, s: Json) -> None:
        """An exponential, cosine or sine of sum n angle + r pi/2, by the addition theorems."""
        name, r = s["sum"], s["quarters"]
        need(name in ("exp", "cos", "sin") and type(r) is int, "no such function")
        angle, up, down = (
            self.times(self.i, self.rational(Fraction(r, 2)), gen(self.named("pi"))),
            *(self.raised(self.i, n % 4) for n in (r, -r)),
        )
        for n, g in s["angles"]:
            z, *both = self.angles[self.named(g)]
            need(type(n) is int and 0 < abs(n) <= MOST_POWER, "no such angle")
            angle, one, other = total(angle, z, n), *both[:: 1 if n > 0 else -1]
            up, down = self.times(up, self.raised(one, abs(n))), self.times(down, self.raised(other, abs(n)))
        need(self.same(angle, self.times(self.element(s["of"]), ONE if name == "exp" else self.i)), "not the angle")
        turned = self.times(total(up, down, -1), total({}, self.i, -1))
        value = self.times(total(up, down) if name == "cos" else turned, self.rational(Fraction(1, 2)))
        self.replaced[name, written(parsed(s["of"], gens=True))] = up if name == "exp" else value


# -- certificates and ledgers -----------------------------------------------------------------------------------------


def check(claim: Json) -> None:
    """Rejected, with the reason, for a certificate that does not prove what it claims."""
    broken = (LookupError, TypeError, ValueError, AttributeError, StopIteration, ArithmeticError, RecursionError)
    try:
        sides = [parsed(claim["left"], claim.get("names", {})), parsed(claim["right"])]
        todo: list[Any] = [(claim["proof"], [])]
        while todo:
            proof, cases = todo.pop()
            need(len(cases) <= MOST_CASES, "too many cases")
            if "split" in proof:
                todo += [
                    (proof[w], [*cases, (parsed(proof["split"]), op)]) for w, op in (("plus", ">="), ("minus", "<="))
                ]
                continue
            leaf = Leaf(claim, sides, cases)
            for s in proof["steps"]:
                getattr(leaf, f"by_{next(iter(s))}")(s)
            need(leaf.told == len(cases), "a case that is not used")
            need(leaf.same(*(leaf.of(side) for side in sides)), "the two sides are not proved to be equal")
    except (*broken, SyntaxError, MemoryError) as err:
        raise Rejected(f"a step that can't be read ({type(err).__name__}: {str(err)[:80]})") from err


def judged(statement: Json) -> tuple[str, str]:
    """Whether an exact statement of a ledger is accepted, rejected or not covered, and why."""
    proof, found = statement.get("proof"), statement.get("certificates")
    if proof not in ("algebraic", "operator") or not found or None in found:
        return "not covered", f"{proof}, no certificate"
    try:
        need(proof == "operator" or len(found) == 1, "an algebraic statement has one certificate")
        for claim in found:
            need(set(claim["assumptions"]) <= set(statement["assumptions"]), "an assumption that the ledger lacks")
            check(claim)
    except (Rejected, LookupError, TypeError) as err:
        return "rejected", str(err)
    return "accepted", f"{len(found)} certificate{'s' if len(found) != 1 else ''}"


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    need(len(dict(pairs)) == len(pairs), "a key occurs twice in one object")
    return dict(pairs)


def recheck(path: str) -> int:
    """Prints what becomes of every exact statement of a ledger; the exit code."""
    counts = {"accepted": 0, "rejected": 0, "not covered": 0}
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"), object_pairs_hook=once)
        every = [(e["id"], str(s["statement"]), s) for e in data for s in e["evidence"]["statements"]]
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
